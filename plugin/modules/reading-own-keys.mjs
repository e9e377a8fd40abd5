// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { MimeEntity } from "./mime-entity.mjs";

const MAX_LAYERS = 8;

/** Opens messages with the keys that Thunderbird itself has, where the host has none for them. */
export class OwnKeyOpener {
  #decode;

  /** @param {(der: ArrayBuffer) => Promise<ArrayBuffer | null>} decode with Thunderbird's keys */
  constructor(decode) {
    this.#decode = decode;
  }

  /**
   * @param {Uint8Array} source a message
   * @returns {Promise<OpenedMessage | null>} null: it is not encrypted, or to nobody here
   */
  async open(source) {
    const message = new MimeEntity(source);
    const content = await this.#unwrap(message.signedPart ?? message);
    if (!content) {
      return null;
    }
    return new OpenedMessage(message, content, await this.#innermost(content));
  }

  async #unwrap(entity) {
    const der = entity.isCms ? entity.decoded : null;
    const octets = der && (await this.#decode(der.buffer));
    return octets ? new MimeEntity(new Uint8Array(octets)) : null;
  }

  /** Without its signatures, which libmime does not take below an envelope of ours. */
  async #innermost(content) {
    let entity = content;
    for (let i = 0; i < MAX_LAYERS; i++) {
      const inner = entity.signedPart ?? (await this.#unwrap(entity));
      if (!inner) {
        return entity;
      }
      entity = inner;
    }
    return entity;
  }
}

/** A message whose outermost envelope is open. */
class OpenedMessage {
  #message;
  #content;
  #innermost;

  constructor(message, content, innermost) {
    this.#message = message;
    this.#content = content;
    this.#innermost = innermost;
  }

  /** The whole message with what was in the envelope, signatures and all: for a verdict. */
  message() {
    return this.#message.octetsWith(this.#content);
  }

  /** The innermost MIME entity; nobody has judged its signature. */
  entity() {
    return this.#innermost.contentOctets;
  }
}
