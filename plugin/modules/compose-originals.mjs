// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { changesFor } from "./answer-fields.mjs";

/**
 * @typedef {object} HeaderFacts `header` of PROTOCOL.md, Verdict
 * @property {string | null} form
 * @property {{name: string, value: string, text: string, outer: string | null,
 *   state: string}[]} fields
 *
 * @typedef {object} OriginalSources
 * @property {(uri: string) => Promise<ListMark | null>} getMark
 * @property {(uri: string) => Promise<{verdict: any}>} read
 * @property {Pick<DaneCompose, "readFields" | "decodeFields" | "setFields">} compose
 * @property {() => Promise<string[]>} listOwn addresses of the user, in lower case
 */

/** Drafts and templates know by themselves what they were saved with. */
const OWN = ["draft", "template"];

/** What windows answer, forward or edit, and what they take over from its protected fields. */
export class Originals {
  #sources;

  /** @param {OriginalSources} sources */
  constructor(sources) {
    this.#sources = sources;
  }

  /**
   * Whether a window answers, forwards or reuses a message that was encrypted.
   * @param {ComposeWindow} window
   */
  async wasEncrypted(window) {
    if (window.kind === "new" || OWN.includes(window.kind)) {
      return false;
    }
    if (window.encryptedOriginal) {
      return true;
    }
    for (const uri of window.originals) {
      const kind = await this.#kindOf(uri);
      const encrypted = kind
        ? ["encrypted", "both"].includes(kind)
        : (await this.#verdictOf(uri))?.encrypted;
      if (encrypted) {
        return true;
      }
    }
    return false;
  }

  /**
   * What a window answers or forwards, as far as its fields are protected.
   * @param {ComposeWindow} window
   * @returns {Promise<HeaderFacts[]>}
   */
  async protectedBy({ kind, draft, originals }) {
    const answered = kind === "template" ? [] : originals.filter((uri) => uri !== draft);
    return (await Promise.all(answered.map((uri) => this.#headerOf(uri)))).filter(Boolean);
  }

  /**
   * Puts the protected subject and recipients where Thunderbird has those from outside.
   * @param {ComposeWindow} window
   */
  async takeOver(window) {
    const { compose, listOwn } = this.#sources;
    const { tabId, draft, originals } = window;
    const uri = draft ?? (originals.length === 1 ? originals[0] : null);
    const header = uri && (await this.#headerOf(uri));
    if (!header) {
      return;
    }
    const inner = await compose.decodeFields(
      header.fields.map(({ name, value }) => ({ name, value })),
    );
    const outer = await compose.readFields(uri).catch(() => null);
    const changes = changesFor(window, outer, inner, await listOwn());
    if (Object.keys(changes).length > 0) {
      await compose.setFields(tabId, changes);
    }
  }

  /** Null: it has no protected fields, as far as anybody can tell. */
  async #headerOf(uri) {
    const header = (await this.#kindOf(uri)) !== "none" && (await this.#verdictOf(uri))?.header;
    return header?.form ? header : null;
  }

  async #kindOf(uri) {
    return (await this.#sources.getMark(uri).catch(() => null))?.kind ?? null;
  }

  async #verdictOf(uri) {
    return (await this.#sources.read(uri).catch(() => null))?.verdict ?? null;
  }
}
