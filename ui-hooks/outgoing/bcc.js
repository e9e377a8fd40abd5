// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global MailServices, MessageFiles, Wish */
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
    fields.bcc = "";
    try {
      if (fields.to || fields.cc) {
        return await original.call(send);
      }
      return await send._deliveryExitProcessing(null, Cr.NS_OK, null, null, false);
    } catch (error) {
      // Thunderbird has told of it; but not of those who have their copies.
      const shown = [fields.to, fields.cc].filter(Boolean).join(", ");
      this.#outgoing.explainPartial(parcel.win, shown, error.message);
      throw error;
    } finally {
      fields.bcc = bcc;
    }
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

/** Sends a file to one envelope recipient; nothing of it is kept in Sent. */
function sendOne(send, address, path) {
  const fields = send._compFields;
  const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
  file.initWithPath(path);
  const recipient = MailServices.headerParser.makeMailboxObject("", address);
  const server = MailServices.outgoingServer.getServerByIdentity(send._userIdentity);
  return new Promise((resolve, reject) => {
    const listener = new CopyListener(resolve, reject);
    send._outgoingListener = listener;
    server.sendMailMessage(
      file,
      [],
      [recipient],
      send._userIdentity,
      fields.from,
      send._smtpPassword,
      null,
      fields.DSN,
      fields.messageId,
      listener,
    );
  }).finally(() => {
    send._outgoingListener = null;
  });
}

/** An nsIMsgOutgoingListener that can be cancelled as the one of MessageSend can. */
var CopyListener = class {
  QueryInterface = ChromeUtils.generateQI(["nsIMsgOutgoingListener"]);

  constructor(resolve, reject) {
    this.resolve = resolve;
    this.reject = reject;
  }

  onSendStart(request) {
    this.request = request;
  }

  onSendStop(_server, status, _security, text) {
    if (Components.isSuccessCode(status)) {
      this.resolve();
    } else {
      this.reject(Components.Exception(text || `error 0x${status.toString(16)}`, status));
    }
  }

  cancel(status) {
    this.request?.cancel(status);
  }
};
