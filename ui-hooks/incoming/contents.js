// SPDX-License-Identifier: MPL-2.0
"use strict";

/** Windows that load a message at the same time. */
const MAX_OFFERS = 4;
/** For the loading that it was made for: another message may come to have the URI. */
const OFFER_MS = 5000;

/**
 * Contents of CMS parts, in memory alone. The least used ones go first; what a window shows stays,
 * because opening one of its attachments reads the message again.
 */
var Contents = class {
  #limits;
  #isShown;
  #octets = 0;
  /** Least used first. @type {Map<string, object>} */ #kept = new Map();
  /** Contents that nobody has asked for yet, by URI. @type {Map<string, object>} */
  #offers = new Map();

  /**
   * @param {{entries: number, octets: number}} limits
   * @param {(uri: string) => boolean} isShown
   */
  constructor(limits, isShown) {
    this.#limits = limits;
    this.#isShown = isShown;
  }

  /** {entity: string of octets, encrypted, isRoot, uri}, or undefined. */
  get(key) {
    const content = this.#kept.get(key);
    if (content) {
      this.#kept.delete(key);
      this.#kept.set(key, content);
    }
    return content;
  }

  put(key, content) {
    this.#remove(key);
    this.#kept.set(key, content);
    this.#octets += content.entity.length;
    this.#trim(key);
  }

  /** The content of a message's root, before libmime has it. */
  offer(uri, content) {
    this.#offers.delete(uri);
    this.#offers.set(uri, { ...content, until: Date.now() + OFFER_MS });
    if (this.#offers.size > MAX_OFFERS) {
      this.#offers.delete(this.#offers.keys().next().value);
    }
  }

  /** What was offered for a part, which has it from now on; undefined: nothing. */
  claim(key, { uri, isRoot, isEnvelope }) {
    const offer = isRoot ? this.#offers.get(uri) : undefined;
    this.#offers.delete(uri);
    if (!offer || offer.until < Date.now()) {
      return undefined;
    }
    const { entity, encrypted } = offer;
    this.put(key, { uri, isRoot, entity, encrypted: encrypted || isEnvelope });
    return this.get(key);
  }

  #trim(newest) {
    for (const [key, { uri }] of this.#kept) {
      if (this.#kept.size <= this.#limits.entries && this.#octets <= this.#limits.octets) {
        return;
      }
      if (key !== newest && !this.#isShown(uri)) {
        this.#remove(key);
      }
    }
  }

  #remove(key) {
    const content = this.#kept.get(key);
    if (content) {
      this.#octets -= content.entity.length;
      this.#kept.delete(key);
    }
  }

  /** Contents of a message, or of all (null). */
  of(uri) {
    return [...this.#kept.values()].filter((content) => uri === null || content.uri === uri);
  }

  /** Drops the contents of a message, or all; gives the URIs of messages that had them. */
  forget(uri) {
    if (uri === null) {
      this.#offers.clear();
    }
    this.#offers.delete(uri);
    const dropped = [...this.#kept].filter(([, content]) => uri === null || content.uri === uri);
    dropped.forEach(([key]) => this.#remove(key));
    return new Set(dropped.map(([, content]) => content.uri));
  }
};
