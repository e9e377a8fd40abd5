// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global Contents, Holds, MessageWindows, Octets */

const LIMITS = { entries: 24, octets: 64 * 1024 * 1024 }; // some messages, with attachments
const MAX_FAILED = 100;

/** Where CMS parts and their contents meet: contents at hand, and those that are waited for. */
var PartDesk = class {
  texts = { decrypting: "", failedTitle: "", addOnGone: "" };
  holds = new Holds();
  #ask;
  #contents = new Contents(LIMITS, MessageWindows.isShown);
  /** By key: {uri, isRoot, isEnvelope, shown, asks, done}. */
  #wanted = new Map();
  /** By key: the same with `failure`, and `left`: windows that still have to show it. */
  #failed = new Map();

  /** @param {(part: {key: string, uri: string | null}) => Promise<void>} ask until provide() */
  constructor(ask) {
    this.#ask = ask;
  }

  /** {entity, encrypted} or {failure}; undefined: it has to be asked for. `part`: as for want(). */
  take(key, part, forWindow) {
    const content = this.#contents.get(key) ?? this.#contents.claim(key, part);
    if (content) {
      return content;
    }
    const failed = this.#failed.get(key);
    if (!failed || failed.left <= 0) {
      return undefined; // shown as often as it had to be: whoever comes now may have more luck
    }
    failed.left -= forWindow ? 1 : 0;
    return failed;
  }

  /**
   * Asks for a content. `part` has `uri`, `isRoot`: nothing of the message is outside,
   * `isEnvelope`, and `shown`: what is shown meanwhile if that is a content already, else null.
   */
  want(key, part) {
    const wanted = this.#wanted.get(key) ?? { ...part, asks: 0, done: Promise.withResolvers() };
    this.#wanted.set(key, wanted);
    this.#request(key, wanted);
  }

  /** … before libmime has it. */
  prepare(uri, { der, isRoot }) {
    const isEnvelope = Octets.isEnvelope(der);
    const shown = Octets.unwrapSigned(der);
    this.want(PartDesk.keyOf(uri, der), { uri, isRoot, isEnvelope, shown });
  }

  /** With the message: an envelope that was copied into another one has another content there. */
  static keyOf(uri, der) {
    return Octets.sha256(`${uri}\n${der}`);
  }

  async #request(key, wanted) {
    wanted.asks++;
    try {
      await this.#ask({ key, uri: wanted.uri });
    } catch {
      // told below: nobody has provided it
    }
    wanted.asks--;
    if (wanted.asks === 0 && this.#wanted.get(key) === wanted) {
      const { failedTitle: title, addOnGone: text } = this.texts;
      this.provide(key, { entity: null, failure: { title, text, advice: null } });
    }
  }

  /** A content that libmime is going to ask for; where it has asked, provide() follows. */
  offer(uri, { entity, encrypted }) {
    if (!this.uris.includes(uri)) {
      this.#contents.offer(uri, { entity: Octets.fromBuffer(entity), encrypted });
    }
  }

  /** Shows a content, or why there is none, in the windows that wait for it. */
  provide(key, { entity, encrypted, failure }) {
    const wanted = this.#wanted.get(key) ?? this.#failed.get(key);
    if (!wanted) {
      return;
    }
    this.#wanted.delete(key);
    this.#failed.delete(key);
    if (entity) {
      this.#keep(key, wanted, { entity: Octets.fromBuffer(entity), encrypted });
    } else {
      this.#fail(key, wanted, failure);
    }
    wanted.done.resolve(entity ? null : failure);
  }

  #keep(key, { uri, isRoot, isEnvelope, shown }, { entity, encrypted }) {
    this.#contents.put(key, { uri, isRoot, entity, encrypted: encrypted || isEnvelope });
    if (!shown || Octets.essence(shown) !== Octets.essence(entity)) {
      MessageWindows.reload(new Set([uri]));
    }
  }

  #fail(key, wanted, failure) {
    if (this.#failed.size >= MAX_FAILED) {
      this.#failed.delete(this.#failed.keys().next().value);
    }
    const uris = new Set([wanted.uri]);
    const left = wanted.shown ? 0 : MessageWindows.count(uris);
    this.#failed.set(key, { ...wanted, failure, left });
    if (left > 0) {
      MessageWindows.reload(uris);
    }
  }

  /** Waits for the parts of a message that are wanted; gives the failure of one, or null. */
  async settled(uri) {
    const wanted = [...this.#wanted.values()].filter((one) => one.uri === uri);
    const failures = await Promise.all(wanted.map(({ done }) => done.promise));
    return failures.find((failure) => failure) ?? null;
  }

  /** Contents of a message that are at hand. */
  of(uri) {
    return this.#contents.of(uri);
  }

  /** Messages with contents at hand, or on their way. */
  get uris() {
    return [...this.of(null), ...this.#wanted.values()].map(({ uri }) => uri);
  }

  forget(uri) {
    const uris = this.#contents.forget(uri);
    for (const [key, failed] of this.#failed) {
      if (uri === null || failed.uri === uri) {
        this.#failed.delete(key);
        uris.add(failed.uri);
      }
    }
    MessageWindows.reload(uris);
  }

  reloadAll() {
    MessageWindows.reload(new Set(this.uris));
  }
};
