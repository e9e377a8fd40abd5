// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ChromeUtils, MailServices, Patches, Services, TOP_WINDOWS, alertOf, writePrintedFields */

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
 * can't wait there either, so the contents come first; and protected fields after it has written
 * those outside.
 */
var Exporting = class {
  #id;
  #ensure;
  #fieldsOf;
  /** @type {Map<Window, Patches>} */ #patches = new Map();

  /**
   * @param {object} addOn
   * @param {(uri: string) => Promise<object | null>} addOn.ensure why a message has no content
   * @param {(uri: string) => Promise<ShownField[]>} addOn.fieldsOf what it protects
   */
  constructor(id, { ensure, fieldsOf }) {
    this.#id = `${id}.exporting`;
    this.#ensure = ensure;
    this.#fieldsOf = fieldsOf;
  }

  get works() {
    const main = Services.wm.getMostRecentWindow("mail:3pane");
    return !main || this.#patches.get(main)?.size === 2;
  }

  start() {
    ExtensionSupport.registerWindowListener(this.#id, {
      chromeURLs: TOP_WINDOWS,
      onLoadWindow: (win) => {
        this.#patches.set(win, new Patches());
        this.#wrap(win, win, "SaveAsFile", (uris, save) => this.#save(uris, save));
        this.#wrap(win, win.PrintUtils, "loadPrintBrowser", (url, load) =>
          this.#print(win, url, load),
        );
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

  /** Has `around` call a method of Thunderbird's. */
  #wrap(win, object, name, around) {
    const exporting = this;
    this.#patches.get(win).replace(object, name, (stock) => {
      return async function (...values) {
        const call = () => stock.apply(this, values);
        return exporting.#patches.has(win) ? around(values[0], call) : call();
      };
    });
  }

  /** Several are saved as they are stored; so may one be that can't be opened. */
  async #save(uris, save) {
    if (uris.length === 1) {
      await this.#ensure(uris[0]);
    }
    return save();
  }

  async #print(win, url, load) {
    const uri = selectedUri(win, url);
    const failure = uri && (await this.#ensure(uri));
    if (failure) {
      await alertOf(failure, win);
    }
    const fields = uri && !failure ? await this.#fieldsOf(uri).catch(console.error) : null;
    const answer = await load();
    const { printBrowser } = win.PrintUtils;
    // Something else may be printed by now.
    if (fields && printBrowser?.currentURI?.spec === url) {
      writePrintedFields(printBrowser.contentDocument, fields);
    }
    return answer;
  }
};
