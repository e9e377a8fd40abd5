// SPDX-License-Identifier: MPL-2.0
// What the tests of the composing modules have in place of Thunderbird and the host.

import { readFileSync } from "node:fs";

import { Cancelled } from "../../plugin/modules/errors.mjs";
import { Words } from "../../plugin/modules/words.mjs";

const root = new URL("../../", import.meta.url);

/** The words of a language, as i18n.getMessage() gives them. */
export function wordsOf(language) {
  const messages = messagesOf(language);
  return new Words((name, values = []) =>
    (messages[name]?.message ?? "").replace(/\$(\d)/g, (_all, digit) => values[digit - 1] ?? ""),
  );
}

export function messagesOf(language) {
  return JSON.parse(readFileSync(new URL(`plugin/_locales/${language}/messages.json`, root)));
}

export function protocolText() {
  return readFileSync(new URL("bridge/PROTOCOL.md", root), "utf8");
}

/** A clock that stands still until tick(). */
export class FakeTime {
  now = 1000000;
  #next = 1;
  #timers = new Map();

  setTimeout = (callback, delay) => {
    this.#timers.set(this.#next, { callback, at: this.now + delay });
    return this.#next++;
  };

  clearTimeout = (id) => {
    this.#timers.delete(id);
  };

  tick(milliseconds) {
    this.now += milliseconds;
    for (const [id, { callback, at }] of [...this.#timers]) {
      if (at <= this.now && this.#timers.delete(id)) {
        callback();
      }
    }
  }
}

/** Lets all that is under way go on. */
export async function settled() {
  await new Promise((resolve) => setImmediate(resolve));
}

/** A host whose look-ups are answered when the test says so. */
export class FakeHost {
  /** Requests that wait: {op, params, signal, answer, fail}. */
  requests = [];

  request = (op, params = {}, { signal } = {}) =>
    new Promise((resolve, reject) => {
      const request = { op, params, aborted: false };
      request.answer = (recipientOf = () => "ready", ttl = 600) =>
        resolve({
          result: {
            results: params.addresses.map((address) => ({
              address,
              owner_name: `0123._smimecert.${address.split("@")[1]}`,
              recipient: recipientOf(address),
              ttl,
            })),
          },
        });
      request.fail = reject;
      signal?.addEventListener("abort", () => {
        request.aborted = true;
        reject(new Cancelled());
      });
      this.requests.push(request);
    });
}
