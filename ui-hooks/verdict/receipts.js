// SPDX-License-Identifier: MPL-2.0
"use strict";

/** Requests for a receipt, which wait until it is known whether the message itself makes them. */
var Receipts = class {
  #isChecking;
  /** @type {boolean | null} null: not known yet */ #allowed = null;
  /** @type {(() => void) | null} */ #waiting = null;

  /** @param {() => boolean} isChecking a verdict is to come, or was there */
  constructor(isChecking) {
    this.#isChecking = isChecking;
  }

  /** @param {() => void} answer has Thunderbird do what the user has set */
  ask(answer) {
    if (!this.#isChecking() || this.#allowed) {
      answer();
    } else if (this.#allowed === null) {
      this.#waiting = answer;
    }
  }

  /** @param {boolean | null} allowed */
  decide(allowed) {
    this.#allowed = allowed;
    const answer = this.#waiting;
    if (allowed !== null) {
      this.#waiting = null;
    }
    if (allowed) {
      answer?.();
    }
  }

  /** The message goes. */
  forget() {
    this.#allowed = this.#waiting = null;
  }
};
