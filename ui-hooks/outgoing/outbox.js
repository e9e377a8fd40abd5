// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global MailServices, MailUtils, MessageFiles, MsgUtils, Wish */
/* exported Outbox */

/*
 * "Send later". Thunderbird sends what is in the Outbox to whom its header names. So a blind
 * recipient's copy is a message of its own there, which names that address alone, in Bcc; To and
 * Cc stand in X- fields until it is sent. Without the add-on it is sent as it stands: to the right
 * person, without To and Cc.
 */
var Outbox = class {
  /** @type {WeakSet<object>} MessageSend objects whose message has nobody to go to */
  #onlyKept = new WeakSet();

  /** Puts the copies there. The message itself follows: Thunderbird does that. */
  async queue({ win, message }, file, copies) {
    const identity = message._userIdentity;
    for (const { address, path } of copies) {
      const { delivered } = Wish.read(win);
      if (delivered.includes(address)) {
        continue;
      }
      await MessageFiles.replaceHeader(path, (header) => headerOfCopy(header, address));
      await copyToOutbox(path, identity);
      Wish.change(win, { delivered: [...delivered, address] });
    }
    if (!message._compFields.to && !message._compFields.cc) {
      await MessageFiles.replaceHeader(file.path, (header) => `${KEEP_ONLY}: yes\r\n${header}`);
    }
  }

  /** In place of sendMessageFile(): undoes queue() on the file that is about to be sent. */
  async sendMessageFile(send, original, args) {
    const [, , , file, , , mode] = args;
    if (mode === Ci.nsIMsgSend.nsMsgSendUnsent) {
      // One that can't be read here is not ours, or goes to its one recipient as it stands.
      await this.#restore(send, file.path).catch(console.warn);
    }
    return original.apply(send, args);
  }

  async #restore(send, path) {
    const header = await MessageFiles.header(path);
    const kept = new RegExp(`^${KEEP_ONLY}:`, "im").test(header);
    if (kept) {
      this.#onlyKept.add(send);
    }
    if (kept || header.includes(`${SHOWN}To:`) || header.includes(`${SHOWN}Cc:`)) {
      await MessageFiles.replaceHeader(path, headerToSend);
    }
  }

  /** In place of _deliverAsMail(). */
  async deliverAsMail(send, original) {
    if (this.#onlyKept.has(send)) {
      return send._deliveryExitProcessing(null, Cr.NS_OK, null, null, false);
    }
    return original.call(send);
  }
};

var SHOWN = "X-Dane-Smime-";
/** A message of blind recipients alone is not sent: it is what stays in Sent. */
var KEEP_ONLY = "X-Dane-Smime-Keep";

function headerOfCopy(header, address) {
  const dropped = ["bcc", "fcc"];
  const fields = MessageFiles.fields(header)
    .filter((field) => !dropped.includes(MessageFiles.nameOf(field)))
    .map((field) => (["to", "cc"].includes(MessageFiles.nameOf(field)) ? SHOWN + field : field));
  // Only the message itself is kept in Sent.
  return `Bcc: ${address}\r\nFCC: nocopy://\r\n${fields.join("")}`;
}

function headerToSend(header) {
  const fields = MessageFiles.fields(header)
    .filter((field) => MessageFiles.nameOf(field) !== KEEP_ONLY.toLowerCase())
    .map((field) => field.replace(/^X-Dane-Smime-((?:To|Cc):)/i, "$1"));
  return fields.join("");
}

async function copyToOutbox(path, identity) {
  const mode = Ci.nsIMsgSend.nsMsgQueueForLater;
  const folder = MailUtils.getOrCreateFolder(MsgUtils.getMsgFolderURIFromPrefs(identity, mode));
  if (folder.URI.startsWith("mailbox:")) {
    await MessageFiles.replaceHeader(path, (header) => mailboxStart() + header);
  }
  const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
  file.initWithPath(path);
  await new Promise((resolve, reject) => {
    const listener = new FolderListener(resolve, reject);
    MailServices.copy.copyFileMessage(file, folder, null, false, 0, "", listener, null);
  });
}

/** What Thunderbird puts before messages that it queues. */
function mailboxStart() {
  const queued = Ci.nsMsgMessageFlags.Queued.toString(16).padStart(4, "0");
  return (
    `From - ${new Date().toUTCString()}\r\n` +
    `X-Mozilla-Status: ${queued}\r\nX-Mozilla-Status2: 00000000\r\n`
  );
}

var FolderListener = class {
  QueryInterface = ChromeUtils.generateQI(["nsIMsgCopyServiceListener"]);

  constructor(resolve, reject) {
    this.resolve = resolve;
    this.reject = reject;
  }

  onStartCopy() {}
  onProgress() {}
  setMessageKey() {}
  getMessageId() {
    return null;
  }

  onStopCopy(status) {
    if (Components.isSuccessCode(status)) {
      this.resolve();
    } else {
      this.reject(Components.Exception("the Outbox takes no message", status));
    }
  }
};
