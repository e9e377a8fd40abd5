// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { fromBase64, joinOctets } from "./base64.mjs";
import { BridgeError } from "./errors.mjs";

/**
 * One body of an answer: its octets, or the file that they were written to.
 * @typedef {{octets: number, data: Uint8Array | null, file: string | null}} AnswerBody
 * @typedef {{result: any, bodies: AnswerBody[]}} Answer
 */

/** Puts one answer together from the messages that it comes in (PROTOCOL.md, Answers). */
export class AnswerAssembly {
  /** @type {any} */ #head = null;
  /**
   * Chunks by part, of parts that have not come whole.
   * @type {Map<string, string[]>}
   */
  #open = new Map();
  /**
   * Parts that have come whole.
   * @type {Map<string, Uint8Array>}
   */
  #whole = new Map();

  /**
   * @param {any} message with `ok`, or a chunk, or the fault that a part breaks off with
   * @throws {BridgeError} that fault, or a chunk that has no place here: the answer is over
   */
  add(message) {
    if ("ok" in message) {
      this.#start(message);
      return;
    }
    if (message.fault && this.#open.has(message.part)) {
      const { code, message: text, retry, details } = message.fault;
      throw new BridgeError(code, text, { retry, details });
    }
    const chunks = this.#open.get(message.part);
    if (!chunks || message.index !== chunks.length) {
      throw new BridgeError("host-misbehaved", `chunk out of order in "${message.part}"`);
    }
    chunks.push(message.chunk);
    if (message.last) {
      this.#open.delete(message.part);
      this.#whole.set(message.part, joinOctets(chunks.map(fromBase64)));
    }
  }

  /** All parts are there. */
  get complete() {
    return this.#head !== null && this.#open.size === 0;
  }

  /**
   * @returns {Answer}
   * @throws {BridgeError} the fault, if the answer is one
   */
  take() {
    if (!this.#head.ok) {
      const { code, message, retry, details } = this.#head.fault;
      throw new BridgeError(code, message, {
        retry,
        details: this.#head.fault.details_chunks ? this.#json("details") : details,
      });
    }
    return {
      result: this.#head.result_chunks ? this.#json("result") : this.#head.result,
      bodies: this.#head.bodies.map((body, i) => this.#body(body, i)),
    };
  }

  #start(message) {
    this.#head = message;
    if (message.result_chunks) {
      this.#open.set("result", []);
    }
    if (message.fault?.details_chunks) {
      this.#open.set("details", []);
    }
    for (const [i, body] of (message.bodies ?? []).entries()) {
      if (body.chunks) {
        this.#open.set(`body-${i}`, []);
      }
    }
  }

  #json(part) {
    return JSON.parse(new TextDecoder().decode(this.#whole.get(part)));
  }

  #body(body, i) {
    let data = this.#whole.get(`body-${i}`) ?? null;
    if (body.inline !== undefined) {
      data = fromBase64(body.inline);
    }
    return { octets: body.octets, data, file: body.file ?? null };
  }
}
