// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ChromeUtils, Cc, Ci, Patches, Services, setTimeout */

var { ExtensionSupport } = ChromeUtils.importESModule(
  "resource:///modules/ExtensionSupport.sys.mjs",
);

/** Windows of folders and of single messages. */
var TOP_WINDOWS = [
  "chrome://messenger/content/messenger.xhtml",
  "chrome://messenger/content/messageWindow.xhtml",
];
const ENCRYPTED_URIS = "@mozilla.org/messenger-smime/smime-encrypted-uris-service;1";
const MAX_MESSAGES = 8; // Thunderbird opens no more windows at once
const CompType = Ci.nsIMsgCompType;
const WITHOUT_CONTENT = [CompType.New, CompType.NewsPost, CompType.ForwardAsAttachment];
/** A server that does not answer holds up no answer to mail that may be plain. */
const FETCH_SECONDS = 15;
/** Those that mimedrft.cpp takes apart. */
const EDITING = [
  CompType.Draft,
  CompType.Template,
  CompType.EditTemplate,
  CompType.EditAsNew,
  CompType.ForwardInline,
  CompType.Redirect,
];

function soon(promise) {
  const late = new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error("the message does not come")), FETCH_SECONDS * 1000);
  });
  return Promise.race([promise, late]);
}

/** Says why a message has no content, in a box of its window. */
function alertOf({ title, text, advice }, win) {
  const whole = [text, advice].filter((part) => part).join("\n\n");
  const { MODAL_TYPE_WINDOW } = Ci.nsIPromptService;
  return Services.prompt.asyncAlert(win.browsingContext, MODAL_TYPE_WINDOW, title, whole);
}

/**
 * libmime can't wait when it quotes, forwards or edits a message, so ComposeMessage() of the main
 * windows waits until the contents are at hand.
 */
var Composing = class {
  #id;
  #desk;
  #handler;
  #source;
  /** @type {Map<Window, Patches>} */ #patches = new Map();

  constructor(id, { desk, handler, source }) {
    this.#id = `${id}.incoming`;
    this.#desk = desk;
    this.#handler = handler;
    this.#source = source;
  }

  get works() {
    return this.#patches.size > 0 || !Services.wm.getMostRecentWindow("mail:3pane");
  }

  start() {
    ExtensionSupport.registerWindowListener(this.#id, {
      chromeURLs: TOP_WINDOWS,
      onLoadWindow: (win) => this.#wrap(win),
      onUnloadWindow: (win) => this.#patches.delete(win),
    });
  }

  stop() {
    ExtensionSupport.unregisterWindowListener(this.#id);
    for (const patches of this.#patches.values()) {
      patches.undo();
    }
    this.#patches.clear();
  }

  #wrap(win) {
    if (typeof win.ComposeMessage !== "function") {
      return;
    }
    const composing = this;
    const patches = new Patches();
    patches.replace(win, "ComposeMessage", (stock) => {
      return async function (type, format, folder, uris, ...rest) {
        if (composing.#patches.has(win) && !(await composing.#prepare(win, type, uris ?? []))) {
          return undefined;
        }
        return stock.call(this, type, format, folder, uris, ...rest);
      };
    });
    this.#patches.set(win, patches);
  }

  /** Gives whether the window may be opened. */
  async #prepare(win, type, uris) {
    if (WITHOUT_CONTENT.includes(type)) {
      return true;
    }
    const wanted = uris.slice(0, MAX_MESSAGES);
    const failures = await Promise.all(wanted.map((uri) => this.ensure(uri)));
    const failure = failures.find((one) => one);
    if (!EDITING.includes(type)) {
      return true; // an answer without a quotation is one all the same
    }
    if (failure) {
      alertOf(failure, win);
      return false;
    }
    const contents = wanted.flatMap((uri) => this.#desk.of(uri));
    this.#handler.expectDrafts(contents.filter(({ isRoot }) => isRoot).length);
    return true;
  }

  /** A message that can't be fetched is Thunderbird's to tell of: its window opens all the same. */
  async ensure(uri) {
    try {
      return await this.#fetch(uri);
    } catch (error) {
      console.warn(error);
      return null;
    }
  }

  /** Has the contents of a message fetched; gives why there are none, or null. */
  async #fetch(uri) {
    const part = this.#desk.of(uri).length ? null : await soon(this.#source.cmsPart(uri));
    if (part) {
      this.#desk.prepare(uri, part);
    }
    const failure = await this.#desk.settled(uri);
    if (this.#desk.of(uri).some(({ encrypted }) => encrypted)) {
      Cc[ENCRYPTED_URIS]?.getService(Ci.nsIEncryptedSMIMEURIsService).rememberEncrypted(uri);
    }
    return failure;
  }
};
