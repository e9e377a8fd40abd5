// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global MessageFiles, Refusal, SendBar, Wish */
/* exported MessageFileHook */

/*
 * Wraps MimeMessage.createMessageFile(), which writes the message that Thunderbird then sends,
 * queues or saves: what stands in the file when the promise is fulfilled is what everybody gets.
 *
 * `outgoing` is the shim's state (implementation.js).
 */
var MessageFileHook = class {
  #outgoing;

  constructor(outgoing) {
    this.#outgoing = outgoing;
  }

  /** In place of createMessageFile(): `message` is the MimeMessage. */
  async create(message, original) {
    const win = Wish.windowOf(message._compFields);
    const saves = SAVES.includes(message._deliverMode);
    const isOurs = () => (saves ? Wish.concernsDrafts(win) : Wish.isSet(win));
    const isDecided = !win || !saves || (await this.#outgoing.decide(win));
    if (!win || (isDecided && !isOurs())) {
      return original.call(message);
    }
    const task = this.#describe(win, message);
    if (!task.autoSave) {
      SendBar.hide(win);
    }
    try {
      if (!isDecided && !task.wish.plainDrafts) {
        throw new Refusal(this.#outgoing.texts.addOnGone);
      }
      return await this.#write(task, original);
    } catch (error) {
      this.#stopped(task, error);
      throw Components.Exception(error.message, Cr.NS_ERROR_ABORT);
    }
  }

  #describe(win, message) {
    const wish = Wish.read(win);
    const mode = MODES[message._deliverMode] ?? "now";
    const isDraft = mode === "draft" || mode === "template";
    return {
      win,
      message,
      wish,
      mode,
      isDraft,
      autoSave: isDraft && win.gAutoSaving === true,
      isPlain: isDraft && Wish.leavesDraft(wish, message._userIdentity),
    };
  }

  async #write(task, original) {
    if (!task.isPlain) {
      this.#outgoing.check(task);
    }
    const file = await writePlain(task, original);
    try {
      if (!task.isPlain) {
        await this.#outgoing.protect(task, file);
      }
      if (task.isDraft) {
        await MessageFiles.replaceHeader(file.path, (header) => draftField(task.wish) + header);
      }
      return file;
    } catch (error) {
      await MessageFiles.remove([file.path]);
      throw error;
    }
  }

  /** The window stays as it was, with a bar that says why. */
  #stopped(task, error) {
    const { win } = task;
    if (!(error instanceof Refusal)) {
      console.error(error);
    }
    if (task.autoSave) {
      // Thunderbird has noted already that it is saved.
      win.gContentChanged = true;
      win.gMsgCompose.bodyModified = true;
    }
    this.#outgoing.explain(task, error);
  }
};

var SAVES = [Ci.nsIMsgSend.nsMsgSaveAsDraft, Ci.nsIMsgSend.nsMsgSaveAsTemplate];
var MODES = {
  [Ci.nsIMsgSend.nsMsgDeliverNow]: "now",
  [Ci.nsIMsgSend.nsMsgQueueForLater]: "later",
  [Ci.nsIMsgSend.nsMsgDeliverBackground]: "later",
  [Ci.nsIMsgSend.nsMsgSaveAsDraft]: "draft",
  [Ci.nsIMsgSend.nsMsgSaveAsTemplate]: "template",
};

/** So that the compose window of a draft that is opened again wants the same. */
function draftField({ sign, encrypt, declined }) {
  const off = declined.map((one) => `no-${one}`);
  const words = [sign && "sign", encrypt && "encrypt", ...off].filter(Boolean);
  return words.length > 0 ? `X-Dane-Smime: ${words.join(" ")}\r\n` : "";
}

/** Lets Thunderbird write the file, without protection of its own. */
async function writePlain({ message, wish, isDraft }, original) {
  const fields = message._compFields;
  const { forceMsgEncoding, composeSecure } = fields;
  const builtInSigns = composeSecure?.signMessage;
  Object.defineProperty(message, "_getComposeSecure", { value: () => null, configurable: true });
  // With it on, parts get parameters that are meant for the built-in signature.
  if (builtInSigns) {
    composeSecure.signMessage = false;
  }
  // Parts of seven bits, which no relay has to change.
  fields.forceMsgEncoding = forceMsgEncoding || ((wish.sign || wish.encrypt) && !isDraft);
  try {
    return await original.call(message);
  } finally {
    fields.forceMsgEncoding = forceMsgEncoding;
    if (builtInSigns) {
      composeSecure.signMessage = true;
    }
  }
}
