// SPDX-License-Identifier: MPL-2.0
// @ts-check

/** Milliseconds after which work is long enough to be shown. */
const PATIENCE_MS = 1000;

/** The progress of one reading: shown once it has taken a while, until it ends. */
export class ReadingProgress {
  #show;
  #words;
  #timers;
  #timer;
  #isShown = false;
  #latest = { phase: "read", done: 0, total: 0 };

  /**
   * @param {(progress: Progress | null) => any} show
   * @param {import("./words.mjs").Words} words
   * @param {{setTimeout: Function, clearTimeout: Function}} [timers]
   */
  constructor(show, words, timers = globalThis) {
    this.#show = show;
    this.#words = words;
    this.#timers = timers;
    this.#timer = timers.setTimeout(() => this.#begin(), PATIENCE_MS);
  }

  #begin() {
    this.#isShown = true;
    this.report(this.#latest);
  }

  /** @param {import("./bridge-client.mjs").HostProgress} progress */
  report = (progress) => {
    this.#latest = progress;
    if (!this.#isShown) {
      return;
    }
    const { phase, done, total } = progress;
    const text = this.#words.ofCode("verdict_progress", phase);
    this.#show({
      text: text ?? this.#words.text("verdict_progress_read"),
      fraction: total > 0 ? done / total : null,
      cancelLabel: this.#words.text("verdict_button_cancel"),
    });
  };

  end() {
    this.#timers.clearTimeout(this.#timer);
    if (this.#isShown) {
      this.#show(null);
    }
    this.#isShown = false;
  }
}
