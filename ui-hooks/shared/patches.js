// SPDX-License-Identifier: MPL-2.0
"use strict";
/* exported Patches */

/** What was changed in one window of Thunderbird's, and how to take it back. */
var Patches = class {
  #undo = [];

  /**
   * Puts make(stock) in the place of a function. Missing ones stay missing.
   * @param {object} object
   * @param {string} name
   * @param {(stock: Function) => Function} make
   */
  replace(object, name, make) {
    const stock = object?.[name];
    if (typeof stock !== "function") {
      return;
    }
    const ours = make(stock);
    object[name] = ours;
    this.#undo.push(() => {
      // Another add-on may have put its own round ours.
      if (object[name] === ours) {
        object[name] = stock;
      }
    });
  }

  listen(target, name, listener, capture = false) {
    target?.addEventListener(name, listener, capture);
    this.#undo.push(() => target?.removeEventListener(name, listener, capture));
  }

  /** How many there are to take back. */
  get size() {
    return this.#undo.length;
  }

  /** @param {() => void} step taken by undo() */
  undone(step) {
    this.#undo.push(step);
  }

  undo() {
    for (const step of this.#undo.splice(0).reverse()) {
      step();
    }
  }
};
