// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ChromeUtils, canReadStructure, declaredKind, readMark, readStructure, writeMark */

const timers = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");

/** More than a screen has rows; the oldest beyond are rows that were scrolled away. */
const MAX_WAITING = 150;
const MAX_PARALLEL = 3;
/** Milliseconds without a new row after which work begins: scrolling comes first. */
const PAUSE_MS = 250;
/** Milliseconds for which a message that could not be read is left alone. */
const AGAIN_MS = 60000;
const MAX_FAILED = 1000;
/** Milliseconds after which an answer is not waited for any more. */
const ANSWER_MS = 30000;

function within(milliseconds, promise) {
  return new Promise((resolve, reject) => {
    const timer = timers.setTimeout(() => reject(new Error("no answer")), milliseconds);
    promise.then(resolve, reject).finally(() => timers.clearTimeout(timer));
  });
}

/** Finds out what the messages of drawn rows declare: few at a time, the newest row first. */
var Resolver = class {
  /** Oldest first. @type {Map<string, nsIMsgDBHdr>} */ #waiting = new Map();
  /** Those under way. @type {Set<string>} */ #running = new Set();
  /** When it failed. @type {Map<string, number>} */ #failed = new Map();
  #timer = null;
  #stopped = false;

  /** @param {nsIMsgDBHdr} header of a row that is drawn and has no mark */
  want(header) {
    if (this.#stopped || !header.folder || !canReadStructure(header)) {
      return;
    }
    const name = `${header.folder.URI}#${header.messageKey}`;
    if (this.#running.has(name) || this.#hasFailed(name)) {
      return;
    }
    this.#waiting.delete(name);
    this.#waiting.set(name, header);
    if (this.#waiting.size > MAX_WAITING) {
      this.#waiting.delete(this.#waiting.keys().next().value);
    }
    this.#restart();
  }

  stop() {
    this.#stopped = true;
    timers.clearTimeout(this.#timer);
    this.#waiting.clear();
  }

  #restart() {
    timers.clearTimeout(this.#timer);
    this.#timer = timers.setTimeout(() => this.#work(), PAUSE_MS);
  }

  #hasFailed(name) {
    const since = this.#failed.get(name);
    return since !== undefined && Date.now() - since < AGAIN_MS;
  }

  #work() {
    while (!this.#stopped && this.#running.size < MAX_PARALLEL && this.#waiting.size > 0) {
      const [name, header] = [...this.#waiting].at(-1);
      this.#waiting.delete(name);
      this.#running.add(name);
      this.#resolve(name, header);
    }
  }

  async #resolve(name, header) {
    try {
      if (!readMark(header)) {
        const kind = declaredKind(await within(ANSWER_MS, readStructure(header)));
        if (!this.#stopped) {
          writeMark(header, { kind, state: "declared", date: null });
        }
      }
      this.#failed.delete(name);
    } catch {
      // Moved away, no connection, no such command …: asked again when its row is drawn later.
      this.#remember(name);
    } finally {
      this.#running.delete(name);
      this.#work();
    }
  }

  #remember(name) {
    this.#failed.delete(name);
    this.#failed.set(name, Date.now());
    if (this.#failed.size > MAX_FAILED) {
      this.#failed.delete(this.#failed.keys().next().value);
    }
  }
};
