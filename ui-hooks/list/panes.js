// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global Pane, Services */

const PANE_URL = "about:3pane";
const LOADED = "chrome-document-loaded";
const PARTS = ["thread-row", "thread-card"];

/** All about:3pane windows, also those that open later. */
var Panes = class {
  /** @type {Map<Window, Pane>} */ #panes = new Map();
  #column;

  /** @param {MarkColumn} column */
  constructor(column) {
    this.#column = column;
  }

  /** Those that are loaded. */
  static *windows() {
    for (const main of Services.wm.getEnumerator("mail:3pane")) {
      for (const tab of main.document.getElementById("tabmail")?.tabInfo ?? []) {
        const window = tab.chromeBrowser?.contentWindow;
        if (window?.location.href === PANE_URL && window.document.readyState === "complete") {
          yield window;
        }
      }
    }
  }

  start() {
    Services.obs.addObserver(this, LOADED);
    for (const window of Panes.windows()) {
      this.#add(window);
    }
  }

  stop() {
    Services.obs.removeObserver(this, LOADED);
    const panes = [...this.#panes.values()];
    this.#panes.clear();
    for (const pane of panes) {
      pane.stop();
    }
    return panes;
  }

  redraw() {
    for (const pane of this.#panes.values()) {
      pane.redraw();
    }
  }

  observe(document) {
    const window = document.defaultView;
    if (window?.location.href !== PANE_URL) {
      return;
    }
    const defined = PARTS.map((name) => window.customElements.whenDefined(name));
    Promise.all(defined).then(() => {
      this.#add(window);
      this.#panes.get(window)?.redraw();
    });
  }

  #add(window) {
    if (this.#panes.has(window) || window.closed) {
      return;
    }
    const pane = new Pane(window, this.#column);
    this.#panes.set(window, pane);
    window.addEventListener("unload", () => this.#panes.delete(window), { once: true });
    pane.start();
  }
};
