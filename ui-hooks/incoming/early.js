// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ChromeUtils, Ci, MailServices, MessageFacts, MessageWindows, Octets */

var { ExtensionSupport } = ChromeUtils.importESModule(
  "resource:///modules/ExtensionSupport.sys.mjs",
);

const MAIN_WINDOWS = [
  "chrome://messenger/content/messenger.xhtml",
  "chrome://messenger/content/messageWindow.xhtml",
];
/** A longer message takes its time anyway. */
const EARLY_OCTETS = 256 * 1024;
const MAX_TOLD = 48;
const FIELD = /^content-type:((?:[^\r\n]|\r?\n[ \t])*)/im;
const SIGNED = /^\s*multipart\/signed\b.*pkcs7-signature/is;
const CMS = /^\s*application\/((x-)?pkcs7-mime\b|octet-stream\b.*\.p7m\b)/is;

/** Whether a message can be read now without a server. */
function isAtHand(header) {
  return (
    header.messageSize <= EARLY_OCTETS &&
    (header.folder instanceof Ci.nsIMsgLocalMailFolder ||
      Boolean(header.flags & Ci.nsMsgMessageFlags.Offline))
  );
}

/** At once: Thunderbird is busy with loading in a moment. */
function readNow(header) {
  const stream = header.folder.getMsgInputStream(header, {});
  const pieces = [];
  try {
    for (let count = stream.available(); count > 0; count = stream.available()) {
      pieces.push(Octets.fromStream(stream, count));
    }
  } finally {
    stream.close();
  }
  return pieces.join("");
}

/**
 * Tells of S/MIME messages when Thunderbird begins to load them, so that their contents may be at
 * hand by the time that libmime asks for them. Whatever fails here is tried again then.
 */
var EarlyReading = class {
  #id;
  #desk;
  #listener = null;
  /** @type {Map<Window, () => void>} */ #undo = new Map();
  /** URIs of messages that were told. */ #told = new Set();

  constructor(id, desk) {
    this.#id = `${id}.early`;
    this.#desk = desk;
  }

  start() {
    ExtensionSupport.registerWindowListener(this.#id, {
      chromeURLs: MAIN_WINDOWS,
      onLoadWindow: (top) => top.addEventListener("MsgLoading", this.#onLoading),
    });
    for (const win of MessageWindows.all()) {
      this.#wrap(win);
    }
  }

  stop() {
    ExtensionSupport.unregisterWindowListener(this.#id);
    for (const top of ExtensionSupport.openWindows) {
      top.removeEventListener("MsgLoading", this.#onLoading);
    }
    for (const undo of this.#undo.values()) {
      undo();
    }
    this.#undo.clear();
  }

  /** The add-on listens, or would if it were not asleep. */
  listen(fire) {
    const listener = { fire };
    this.#listener = listener;
    return {
      unregister: () => {
        this.#listener = this.#listener === listener ? null : this.#listener;
      },
      convert(newFire) {
        listener.fire = newFire;
      },
    };
  }

  forget(uri) {
    return uri === null ? this.#told.clear() : this.#told.delete(uri);
  }

  #onLoading = ({ target }) => {
    const win = target.ownerGlobal ?? target;
    if (win.location?.href.startsWith("about:message")) {
      this.#wrap(win);
    }
  };

  #wrap(win) {
    const stock = win.displayMessage;
    if (this.#undo.has(win) || typeof stock !== "function") {
      return;
    }
    const early = this;
    const ours = function (uri, ...rest) {
      if (uri && early.#undo.has(win)) {
        early.#begin(uri).catch(() => {}); // libmime finds it wanting
      }
      return stock.call(this, uri, ...rest);
    };
    win.displayMessage = ours;
    this.#undo.set(win, () => {
      if (win.displayMessage === ours) {
        win.displayMessage = stock;
      }
    });
    win.addEventListener("unload", () => this.#undo.delete(win), { once: true });
  }

  async #begin(uri) {
    const header = MailServices.messageServiceFromURI(uri).messageURIToMsgHdr(uri);
    const isKnown = this.#told.has(uri) || this.#desk.of(uri).length > 0;
    if (isKnown || !this.#listener || !header?.folder || !isAtHand(header)) {
      return;
    }
    const octets = readNow(header);
    const type = FIELD.exec(octets.slice(0, octets.search(/\r?\n\r?\n/)))?.[1] ?? "";
    const hasPart = CMS.test(type);
    if (!hasPart && !SIGNED.test(type)) {
      return;
    }
    this.#told.add(uri);
    if (this.#told.size > MAX_TOLD) {
      this.#told.delete(this.#told.values().next().value);
    }
    const about = await MessageFacts.describe(uri);
    const { fire } = this.#listener;
    const source = Octets.toArray(octets).buffer;
    await fire.wakeup?.();
    const done = fire.async({ uri, source, about, hasPart });
    await (hasPart ? this.#desk.holds.expect(uri, done) : done);
  }
};
