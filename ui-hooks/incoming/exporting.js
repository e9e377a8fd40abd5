// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ChromeUtils, MailServices, Patches, Services, TOP_WINDOWS, alertOf */

var { ExtensionSupport } = ChromeUtils.importESModule(
  "resource:///modules/ExtensionSupport.sys.mjs",
);

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
  /** @type {Map<Window, Patches>} */ #patches = new Map();

  /** @param {(uri: string) => Promise<object | null>} ensure why a message has no content */
  constructor(id, ensure) {
    this.#id = `${id}.exporting`;
    this.#ensure = ensure;
  }

  get works() {
    const main = Services.wm.getMostRecentWindow("mail:3pane");
    return !main || this.#patches.get(main)?.size === 2;
  }

  start() {
    ExtensionSupport.registerWindowListener(this.#id, {
      chromeURLs: TOP_WINDOWS,
      onLoadWindow: (win) => {
        const print = (url) => this.#beforePrinting(win, url);
        this.#patches.set(win, new Patches());
        this.#wrap(win, win, "SaveAsFile", (uris) => this.#beforeSaving(uris));
        this.#wrap(win, win.PrintUtils, "loadPrintBrowser", print);
      },
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

  /** Has `before` done before a method of Thunderbird's. */
  #wrap(win, object, name, before) {
    const exporting = this;
    this.#patches.get(win).replace(object, name, (stock) => {
      return async function (...values) {
        if (exporting.#patches.has(win)) {
          await before(values[0]);
        }
        return stock.apply(this, values);
      };
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
      await alertOf(failure, win);
    }
  }
};
