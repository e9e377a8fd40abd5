// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { BridgeError, Cancelled } from "./errors.mjs";
import { requestThroughShim } from "./outgoing-files.mjs";
import { OutgoingProgress } from "./outgoing-progress.mjs";
import { refusal } from "./outgoing-words.mjs";

/**
 * Signs and encrypts what is sent and saved: a message that Thunderbird has written goes to the
 * host, and what the host wrote goes on. Anything that goes wrong stops the sending.
 */
export class OutgoingMail {
  #bridge;
  #hooks;
  #words;
  #progress;
  #headerParams;
  /** What runs, by tab. @type {Map<number, AbortController>} */
  #running = new Map();

  /**
   * @param {object} needs
   * @param {Pick<import("./bridge.mjs").Bridge, "request">} needs.bridge
   * @param {Pick<DaneOutgoing, "readFile" | "writeFile">} needs.hooks
   * @param {import("./words.mjs").Words} needs.words
   * @param {(tabId: number, progress: Progress | null) => any} needs.showProgress
   * @param {(tabId: number) => Promise<object>} needs.headerParams what the host needs to know of
   *   the header fields of what a window writes
   * @param {{setTimeout: Function, clearTimeout: Function}} [needs.timers]
   */
  constructor({ bridge, hooks, words, showProgress, headerParams, timers = globalThis }) {
    this.#headerParams = headerParams;
    this.#bridge = bridge;
    this.#hooks = hooks;
    this.#words = words;
    this.#progress = new OutgoingProgress(words, showProgress, timers);
  }

  /** What the shim says when nobody else can. @returns {OutgoingTexts} */
  texts() {
    return {
      addOnGone: this.#words.text("outgoing_addOnGone"),
      unavailable: this.#words.text("outgoing_unavailable"),
      bccPartlySent: this.#words.text("outgoing_bccPartlySent", "$SENT", "$FAILED", "$REASON"),
      bccNotSent: this.#words.text("outgoing_bccNotSent", "$FAILED", "$REASON"),
      savePlain: this.#words.text("outgoing_savePlain"),
    };
  }

  /**
   * For daneOutgoing.onMessageFile.
   * @param {OutgoingJob} job
   * @returns {Promise<OutgoingOutcome>}
   */
  handle = async (job) => {
    const controller = new AbortController();
    this.#running.set(job.tabId, controller);
    this.#progress.begin(job.tabId);
    try {
      return { done: true, copies: await this.#protect(job, controller.signal) };
    } catch (error) {
      if (error instanceof Cancelled && controller.signal.aborted) {
        return { done: false, text: null };
      }
      if (!(error instanceof BridgeError || error instanceof Cancelled)) {
        console.error(error);
      }
      return refusal(job, error, this.#words);
    } finally {
      this.#running.delete(job.tabId);
      this.#progress.end(job.tabId);
    }
  };

  /** The user does not want to wait: the window stays as it was. @param {number} tabId */
  cancel = (tabId) => {
    this.#running.get(tabId)?.abort();
  };

  /** @returns {Promise<string[]>} the addresses of the copies */
  async #protect(job, signal) {
    const { op, params } = operation(job);
    // A draft lies on a server: what the policy, or what it answers, hides is hidden there, too.
    if (op !== "sign") {
      Object.assign(params, await this.#headerParams(job.tabId));
    }
    const { result } = await requestThroughShim(this.#bridge, this.#hooks, job, op, params, {
      interactive: !job.autoSave,
      signal,
      onProgress: (progress) => this.#progress.report(job.tabId, progress),
    });
    return result.bcc_copies ?? [];
  }
}

/**
 * What the host is to do.
 * @param {OutgoingJob} job
 */
export function operation(job) {
  const { encrypt } = job.protection;
  if (job.mode === "draft" || job.mode === "template") {
    // From is named: what stands in an unfinished To may make the header fields unreadable.
    return { op: "encrypt", params: { self_only: true, author: job.from } };
  }
  if (encrypt && job.newsgroups) {
    throw new BridgeError("newsgroup-encrypted", "a newsgroup has no certificate");
  }
  if (!encrypt) {
    return { op: "sign", params: { author: job.from } };
  }
  // The Outbox is sent to whom its header names; a message that goes now keeps Bcc for Sent. What
  // is encrypted is signed as well (RFC 9787 §5.3).
  return { op: "sign-encrypt", params: { keep_bcc: job.mode === "now", author: job.from } };
}
