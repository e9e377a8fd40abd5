// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ChromeUtils, Ci, MailServices, Services */

var { ExtensionSupport } = ChromeUtils.importESModule(
  "resource:///modules/ExtensionSupport.sys.mjs",
);

const EXPORTING_WINDOWS = [
  "chrome://messenger/content/messenger.xhtml",
  "chrome://messenger/content/messageWindow.xhtml",
];

function urlToPrint(uri) {
  return MailServices.messageServiceFromURI(uri).getUrlForUri(uri).spec;
}

/** URI of the selected message that has this URL. */
function selectedUri(win, url) {
  const panes = [...win.document.querySelectorAll("browser")].map((one) => one.contentWindow);
  const views = panes.map((pane) => pane?.gDBView).filter((view) => view?.numSelected > 0);
  const uris = views.flatMap((view) => view.getURIsForSelection());
  return uris.find((uri) => urlToPrint(uri) === url) ?? null;
}

/**
 * Messages that are printed or saved as text without being shown, such as several at once: libmime
 * can't wait there either, so the contents come first.
 */
var Exporting = class {
  #id;
  #ensure;
  /** @type {Map<Window, (() => void)[]>} */ #undo = new Map();

  /** @param {(uri: string) => Promise<object | null>} ensure why a message has no content */
  constructor(id, ensure) {
    this.#id = `${id}.exporting`;
    this.#ensure = ensure;
  }

  get works() {
    const stock = Services.wm.getMostRecentWindow("mail:3pane");
    return !stock || this.#undo.get(stock)?.length === 2;
  }

  start() {
    ExtensionSupport.registerWindowListener(this.#id, {
      chromeURLs: EXPORTING_WINDOWS,
      onLoadWindow: (win) => {
        const print = (url) => this.#beforePrinting(win, url);
        this.#undo.set(win, []);
        this.#wrap(win, win, "SaveAsFile", (uris) => this.#beforeSaving(uris));
        this.#wrap(win, win.PrintUtils, "loadPrintBrowser", print);
      },
      onUnloadWindow: (win) => this.#undo.delete(win),
    });
  }

  stop() {
    ExtensionSupport.unregisterWindowListener(this.#id);
    for (const undo of [...this.#undo.values()].flat()) {
      undo();
    }
    this.#undo.clear();
  }

  /** Has `before` done before a method of Thunderbird's. */
  #wrap(win, object, name, before) {
    const stock = object?.[name];
    if (typeof stock !== "function") {
      return;
    }
    const exporting = this;
    const ours = async function (...values) {
      if (exporting.#undo.has(win)) {
        await before(values[0]);
      }
      return stock.apply(this, values);
    };
    object[name] = ours;
    this.#undo.get(win).push(() => {
      if (object[name] === ours) {
        object[name] = stock;
      }
    });
  }

  /** Several are saved as they are stored; so may one be that can't be opened. */
  async #beforeSaving(uris) {
    if (uris.length === 1) {
      await this.#ensure(uris[0]);
    }
  }

  async #beforePrinting(win, url) {
    const uri = selectedUri(win, url);
    const failure = uri && (await this.#ensure(uri));
    if (failure) {
      const text = [failure.text, failure.advice].filter((part) => part).join("\n\n");
      const { MODAL_TYPE_WINDOW } = Ci.nsIPromptService;
      await Services.prompt.asyncAlert(
        win.browsingContext, MODAL_TYPE_WINDOW, failure.title, text,
      );
    }
  }
};
