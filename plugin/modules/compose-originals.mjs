// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { changesFor } from "./answer-fields.mjs";
import { isClosed, neverOpens } from "./verdict-failure.mjs";

/**
 * @typedef {object} HeaderFacts `header` of PROTOCOL.md, Verdict
 * @property {string | null} form
 * @property {{name: string, value: string, text: string, outer: string | null,
 *   state: string}[]} fields
 *
 * @typedef {object} OriginalSources
 * @property {(uri: string) => Promise<ListMark | null>} getMark
 * @property {(uri: string) => Promise<{verdict: any, decrypted?: boolean, error?: any}>} read
 * @property {Pick<DaneCompose, "describe" | "readFields" | "decodeFields" | "setFields">} compose
 * @property {() => Promise<string[]>} listOwn addresses of the user, in lower case
 */

/** Drafts and templates know by themselves what they were saved with. */
const OWN = ["draft", "template"];
/** Fields, in lower case, that a message of its own has none of. */
const OF_ANSWERS = ["in-reply-to", "references", "x-forwarded-message-id"];

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
    if (window.kind === "new") {
      return false;
    }
    if (OWN.includes(window.kind)) {
      return this.#continuesAnswer(window);
    }
    if (window.encryptedOriginal) {
      return true;
    }
    for (const uri of window.originals) {
      if (await this.#isEncrypted(uri)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a window has a draft or template of its own that lies encrypted. */
  async isSealed({ kind, draft, originals }) {
    const uri = draft ?? originals[0];
    return OWN.includes(kind) && Boolean(uri) && this.#isEncrypted(uri);
  }

  /**
   * A draft that was kept secret and answers somebody. What it was saved with stands outside, where
   * the server that keeps it could have written something else.
   */
  async #continuesAnswer({ draft, originals, saved }) {
    const uri = draft ?? originals[0];
    if (!uri || !(await this.#isEncrypted(uri))) {
      return false;
    }
    const fields = (await this.#headerOf(uri))?.fields ?? [];
    const isAnswer = fields.some(({ name }) => OF_ANSWERS.includes(name.toLowerCase()));
    return isAnswer || !saved || saved.encrypt === false;
  }

  async #isEncrypted(uri) {
    const mark = await this.#markOf(uri);
    if (["encrypted", "both"].includes(mark?.kind ?? "")) {
      return true;
    }
    // What is signed may be encrypted inside, which nobody sees before it was read.
    if (mark && (mark.kind === "none" || mark.state !== "declared")) {
      return false;
    }
    const { verdict, decrypted, error } = await this.#read(uri);
    return Boolean(verdict?.encrypted || decrypted || isClosed(error));
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
   * @returns {Promise<boolean>} false: there may be protected ones, but they can't be read now
   */
  async takeOver(window) {
    const { compose, listOwn } = this.#sources;
    const { tabId, draft, originals } = window;
    const uri = draft ?? (originals.length === 1 ? originals[0] : null);
    const header = uri && (await this.#headerOf(uri));
    if (!header) {
      return !uri || this.#isDefinite(uri);
    }
    const inner = await compose.decodeFields(
      header.fields.map(({ name, value }) => ({ name, value })),
    );
    const outer = await compose.readFields(uri).catch(() => null);
    const own = await listOwn();
    // The user may have written something meanwhile.
    const now = await compose.describe(tabId);
    const kept = [...now.automatic, ...addedTo(now, window)];
    const changes = changesFor({ ...now, kept }, outer, inner, own);
    if (Object.keys(changes).length > 0) {
      await compose.setFields(tabId, changes);
    }
    return true;
  }

  /** What was found out of a message stays so: nothing of it can be in an answer unseen. */
  async #isDefinite(uri) {
    if ((await this.#markOf(uri))?.kind === "none") {
      return true;
    }
    const { verdict, error } = await this.#read(uri);
    return Boolean(verdict) || neverOpens(error);
  }

  /** Null: it has no protected fields, as far as anybody can tell. */
  async #headerOf(uri) {
    if ((await this.#markOf(uri))?.kind === "none") {
      return null;
    }
    const header = (await this.#read(uri)).verdict?.header;
    return header?.form ? header : null;
  }

  async #markOf(uri) {
    return this.#sources.getMark(uri).catch(() => null);
  }

  /** @returns {Promise<{verdict: any, decrypted?: boolean, error?: any}>} */
  async #read(uri) {
    return this.#sources.read(uri).catch((error) => ({ verdict: null, error }));
  }
}

/** Addresses that the user has added since. */
function addedTo(now, before) {
  const known = before.recipients.map(({ address }) => address);
  return now.recipients.map(({ address }) => address).filter((one) => !known.includes(one));
}
