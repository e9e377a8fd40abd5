// SPDX-License-Identifier: MPL-2.0
// @ts-check

/** Most messages are done sooner: nothing flickers for them. */
const DELAY_MS = 400;

const PHASES = {
  lookup: "outgoing_phaseLookup",
  sign: "outgoing_phaseSign",
  encrypt: "outgoing_phaseEncrypt",
};

/** Shows in compose windows how far the host is. */
export class OutgoingProgress {
  #words;
  #show;
  #timers;
  /** By tab. @type {Map<number, {progress: Progress, timer: any, shown: boolean}>} */
  #open = new Map();

  /**
   * @param {import("./words.mjs").Words} words
   * @param {(tabId: number, progress: Progress | null) => any} show
   * @param {{setTimeout: Function, clearTimeout: Function}} timers
   */
  constructor(words, show, timers) {
    this.#words = words;
    this.#show = show;
    this.#timers = timers;
  }

  /** The host may be long in coming to its first report. @param {number} tabId */
  begin(tabId) {
    this.report(tabId, { phase: "", done: 0, total: 0 });
  }

  /**
   * @param {number} tabId
   * @param {import("./bridge-client.mjs").HostProgress} reported
   */
  report(tabId, { phase, done, total }) {
    const progress = {
      text: this.#words.text(PHASES[phase] ?? "outgoing_working"),
      fraction: total > 0 ? done / total : null,
      cancelLabel: this.#words.text("outgoing_cancel"),
    };
    const entry = this.#open.get(tabId);
    if (!entry) {
      const timer = this.#timers.setTimeout(() => this.#appear(tabId), DELAY_MS);
      this.#open.set(tabId, { progress, timer, shown: false });
      return;
    }
    entry.progress = progress;
    if (entry.shown) {
      this.#show(tabId, progress);
    }
  }

  /** @param {number} tabId */
  end(tabId) {
    const entry = this.#open.get(tabId);
    if (!entry) {
      return;
    }
    this.#open.delete(tabId);
    this.#timers.clearTimeout(entry.timer);
    if (entry.shown) {
      this.#show(tabId, null);
    }
  }

  #appear(tabId) {
    const entry = this.#open.get(tabId);
    if (entry) {
      entry.shown = true;
      this.#show(tabId, entry.progress);
    }
  }
}
