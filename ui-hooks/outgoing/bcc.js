// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global MailServices, MessageFiles, Wish, sendOne */
/* exported BccDelivery */

/*
 * Sends blind recipients their own copies, each with one RCPT, before the message itself goes to
 * those in To and Cc. Who has got a copy is remembered on the window.
 */
var BccDelivery = class {
  #outgoing;
  /** By MimeMessage: its window and its copies. @type {WeakMap<object, any>} */
  #parcels = new WeakMap();

  constructor(outgoing) {
    this.#outgoing = outgoing;
  }

  /** The message's blind recipients are served from `copies` alone. */
  add(message, win, copies) {
    this.#parcels.set(message, { win, copies });
  }

  /** In place of _deliverMessage(): the copies go when it has ended, however it did. */
  async deliverMessage(send, original, file) {
    const parcel = this.#parcels.get(send._message);
    try {
      return await original.call(send, file);
    } finally {
      await MessageFiles.remove((parcel?.copies ?? []).map(({ path }) => path));
    }
  }

  /** In place of _deliverAsMail(). */
  async deliverAsMail(send, original) {
    const parcel = this.#parcels.get(send._message);
    if (!parcel) {
      return original.call(send);
    }
    await this.#sendCopies(send, parcel);
    const fields = send._compFields;
    const { bcc } = fields;
    collectAddresses(send, bcc);
    const tell = this.#tellOfFailure(send, parcel.win);
    fields.bcc = "";
    try {
      if (fields.to || fields.cc) {
        return await original.call(send);
      }
      return await send._deliveryExitProcessing(null, Cr.NS_OK, null, null, false);
    } catch (error) {
      tell(error.message);
      throw error;
    } finally {
      fields.bcc = bcc;
    }
  }

  /** Thunderbird tells that the message itself has failed; but not of those who have copies. */
  #tellOfFailure(send, win) {
    const { to, cc } = send._compFields;
    const shown = [to, cc].filter(Boolean).join(", ");
    let told = false;
    const tell = (reason) => {
      if (!told) {
        told = true;
        this.#outgoing.explainPartial(win, shown, reason);
      }
    };
    // Thunderbird 140 does not wait for the server: fail() comes after _deliverAsMail() has ended.
    const { fail } = send;
    send.fail = (status, reason) => {
      const answer = fail.call(send, status, reason);
      if (reason) {
        tell(reason);
      }
      return answer;
    };
    return tell;
  }

  async #sendCopies(send, { win, copies }) {
    for (const { address, path } of copies) {
      const { delivered } = Wish.read(win);
      if (delivered.includes(address)) {
        continue;
      }
      try {
        await sendOne(send, address, path);
      } catch (error) {
        this.#fail(send, win, address, error);
      }
      Wish.change(win, { delivered: [...delivered, address] });
    }
  }

  /** Ends the sending as a user's own cancelling does, but for the bar. */
  #fail(send, win, address, error) {
    send.notifyListenerOnStopSending(null, Cr.NS_ERROR_ABORT, null, null);
    send.fail(Cr.NS_ERROR_ABORT);
    if (error.result !== Cr.NS_ERROR_ABORT) {
      this.#outgoing.explainUnsent(win, address, error.message);
    }
    throw Components.Exception(error.message, Cr.NS_ERROR_ABORT);
  }
};

/** Thunderbird does it with those that it sends to itself, and goes on without as well. */
function collectAddresses(send, bcc) {
  try {
    send._collectAddressesToAddressBook(MailServices.headerParser.parseEncodedHeaderW(bcc));
  } catch (error) {
    console.warn(error);
  }
}
