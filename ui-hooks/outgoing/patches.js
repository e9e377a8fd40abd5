// SPDX-License-Identifier: MPL-2.0
"use strict";
/* exported Patches */

/**
 * Methods of Thunderbird's own classes that are replaced. A method that is not there is not
 * replaced: features() tells. One that an older version of the add-on has left as a guard (its
 * windows want protection still) is taken over.
 */
var Patches = class {
  /** By name of the method: what is there now and what was. @type {Map<string, any>} */
  #methods = new Map();

  /**
   * @param {object} prototype
   * @param {string} name
   * @param {(self: object, original: Function, args: any[]) => any} replacement
   */
  replace(prototype, name, replacement) {
    const current = prototype[name];
    if (typeof current !== "function") {
      return;
    }
    const original = current[ORIGINAL] ?? current;
    const patched = async function (...args) {
      return replacement(this, original, args);
    };
    patched[ORIGINAL] = original;
    prototype[name] = patched;
    this.#methods.set(name, { prototype, patched, original });
  }

  has(name) {
    return this.#methods.has(name);
  }

  /** Puts methods back, unless somebody else has replaced ours meanwhile. */
  restore(names = [...this.#methods.keys()]) {
    for (const name of names) {
      const method = this.#methods.get(name);
      if (method && method.prototype[name] === method.patched) {
        method.prototype[name] = method.original;
      }
      this.#methods.delete(name);
    }
  }
};

var ORIGINAL = Symbol.for("dane-smime.original");
