// SPDX-License-Identifier: MPL-2.0
// @ts-check

import { camel } from "./words.mjs";

const MAX_FAILED = 100;
/** Codes with a readingTitle_… of their own; "readingFailed" for the others. */
const WITH_TITLE = new Set([
  "cancelled",
  "cms-decryption-failed",
  "cms-malformed",
  "cms-not-for-us",
  "cms-unsupported",
  "host-missing",
  "host-unstartable",
  "key-locked",
  "key-store-missing",
]);
/** Codes with a readingAdvice_…. */
const WITH_ADVICE = new Set([...WITH_TITLE, "host-gone", "host-silent", "host-unreachable"]);

/** Answers the content handler: what a CMS part holds, or why it can't be told. */
export class PartServer {
  #reader;
  #hooks;
  #words;
  /** Requests under way, by key of the part. @type {Map<string, number>} */ #serving = new Map();
  /** Keys of parts that could not be shown, by URI. @type {Map<string, Set<string>>} */
  #failed = new Map();

  /**
   * @param {object} parts
   * @param {import("./reading.mjs").MessageReader} parts.reader
   * @param {DaneIncoming} parts.hooks
   * @param {import("./words.mjs").Words} parts.words
   */
  constructor({ reader, hooks, words }) {
    this.#reader = reader;
    this.#hooks = hooks;
    this.#words = words;
    reader.onReading.addListener((reading) => this.#renew(reading));
  }

  /** What the shim says itself. */
  async setTexts() {
    await this.#hooks.setTexts({
      decrypting: this.#words.text("readingDecrypting"),
      failedTitle: this.#words.text("readingFailed"),
      addOnGone: this.#words.text("readingAddOnGone"),
    });
  }

  /** For onPart: the promise holds until the part has its content. */
  serve = async ({ key, uri }) => {
    this.#serving.set(key, (this.#serving.get(key) ?? 0) + 1);
    let reading;
    try {
      reading = await this.#reader.read(uri);
    } finally {
      this.#serving.set(key, (this.#serving.get(key) ?? 1) - 1);
    }
    if (this.#serving.get(key) === 0) {
      this.#serving.delete(key);
    } else if (reading.error?.name === "Cancelled") {
      return; // wanted again meanwhile
    }
    await this.#provide(key, reading);
  };

  /** For onOpening: what libmime is going to ask for is read before it does. */
  begin = async ({ uri, source, about, hasPart }) => {
    const options = { source: new Uint8Array(source), about };
    const { entity, decrypted } = await this.#reader.read(uri, options);
    if (hasPart && entity) {
      await this.#hooks.offer(uri, { entity: bufferOf(entity), encrypted: decrypted });
    }
  };

  async #provide(key, { uri, entity, decrypted, error }) {
    if (entity) {
      this.#failed.get(uri)?.delete(key);
      const content = { entity: bufferOf(entity), encrypted: decrypted, failure: null };
      await this.#hooks.provide(key, content);
      return;
    }
    this.#noteFailure(uri, key);
    const failure = this.#describe(error);
    await this.#hooks.provide(key, { entity: null, encrypted: false, failure });
  }

  #noteFailure(uri, key) {
    const keys = this.#failed.get(uri) ?? new Set();
    this.#failed.set(uri, keys.add(key));
    if (this.#failed.size > MAX_FAILED) {
      this.#failed.delete(this.#failed.keys().next().value);
    }
  }

  /** A message that could not be shown can be now: unlocked, tried again. */
  async #renew(reading) {
    if (!reading.entity) {
      return;
    }
    const keys = this.#failed.get(reading.uri) ?? new Set();
    this.#failed.delete(reading.uri);
    for (const key of keys) {
      await this.#provide(key, reading);
    }
  }

  #describe(error) {
    const words = this.#words;
    const cancelled = error?.name === "Cancelled";
    const code = cancelled ? "cancelled" : (error?.code ?? "internal");
    const named = (codes, kind) => (codes.has(code) ? words.text(`${kind}_${camel(code)}`) : null);
    return {
      title: named(WITH_TITLE, "readingTitle") ?? words.text("readingFailed"),
      text: cancelled ? words.text("readingCancelled") : (words.ofError(error) ?? ""),
      advice: named(WITH_ADVICE, "readingAdvice"),
    };
  }
}

/** @param {Uint8Array} octets @returns {ArrayBuffer} of these alone */
function bufferOf({ buffer, byteOffset, byteLength }) {
  return /** @type {ArrayBuffer} */ (buffer.slice(byteOffset, byteOffset + byteLength));
}
