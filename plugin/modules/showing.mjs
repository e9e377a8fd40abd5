// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { Cancelled } from "./errors.mjs";
import { makeBar, makeFailureView, makeFallbackBar } from "./verdict-failure.mjs";
import { makeVerdictView } from "./verdict-view.mjs";

/** Milliseconds after which work is long enough to be shown. */
const PATIENCE = 1000;
const BARS = ["dns", "host", "locked", "cancelled", "verdict"];

/**
 * Shows the verdict on each S/MIME message that a window shows: asks the reader, hands the header
 * its words, and keeps what was found out.
 *
 * @typedef {object} ShowingNeeds
 * @property {any} hooks daneVerdict
 * @property {{read: Function, forget: Function}} reader
 * @property {{keep: (uri: string, verdict: any) => any}} marks
 * @property {{unlock: () => Promise<void>}} bridge
 * @property {import("./words.mjs").Words} words
 * @property {(moment: string) => string} formatDate
 * @property {() => any} openSetUp opens the options page
 * @property {{setTimeout: Function, clearTimeout: Function}} [timers]
 */
export class Showing {
  /** @type {ShowingNeeds} */ #needs;
  /** By message that is being read. @type {Map<string, AbortController>} */
  #underWay = new Map();
  /** The host's fault that was told: once, not on every message. */ #toldFault = null;

  /** @param {ShowingNeeds} needs */
  constructor(needs) {
    this.#needs = { timers: globalThis, ...needs };
  }

  /** Listens, and takes the messages that are shown already. */
  start() {
    const { hooks, words } = this.#needs;
    hooks.onShown.addListener(({ uri }) => this.#show(uri));
    hooks.onHidden.addListener((uri) => this.#leave(uri));
    hooks.onCancelled.addListener((uri) => this.#underWay.get(uri)?.abort());
    hooks.onBarButton.addListener((uri, _bar, button) => this.#press(uri, button));
    hooks.setTexts({
      checking: words.text("verdict_checking"),
      details: words.text("verdict_details"),
      copy: words.text("verdict_copy"),
      copied: words.text("verdict_copied"),
    });
  }

  /** After settings that verdicts depend on have changed: everything that is shown anew. */
  async refresh() {
    const { hooks, reader } = this.#needs;
    reader.forget(null);
    await hooks.forget(null);
    for (const { uri } of await hooks.list()) {
      this.#show(uri);
    }
  }

  async #press(uri, button) {
    const { bridge, openSetUp, reader } = this.#needs;
    if (button === "setUp") {
      openSetUp();
      return;
    }
    try {
      if (button === "unlock") {
        await bridge.unlock();
      }
    } catch (error) {
      if (error instanceof Cancelled) {
        return;
      }
    }
    this.#toldFault = null;
    reader.forget(uri);
    await this.#show(uri, { interactive: true });
  }

  async #show(uri, { interactive = false } = {}) {
    if (this.#underWay.has(uri)) {
      return;
    }
    const controller = new AbortController();
    this.#underWay.set(uri, controller);
    const isCurrent = () => this.#underWay.get(uri) === controller;
    const progress = this.#watchProgress(uri);
    try {
      const reading = await this.#read(uri, interactive, controller.signal, progress.report);
      if (isCurrent() || reading.verdict) {
        await this.#tell(uri, reading);
      }
    } finally {
      progress.end();
      if (isCurrent()) {
        this.#underWay.delete(uri);
      }
    }
  }

  /** Nobody looks at it any more; who comes back asks anew. */
  #leave(uri) {
    const controller = this.#underWay.get(uri);
    this.#underWay.delete(uri);
    controller?.abort();
  }

  async #read(uri, interactive, signal, onProgress) {
    try {
      return await this.#needs.reader.read(uri, { interactive, signal, onProgress });
    } catch (error) {
      return { uri, verdict: null, entity: null, error };
    }
  }

  async #tell(uri, reading) {
    const { hooks, marks, words, formatDate } = this.#needs;
    const view = reading.verdict
      ? makeVerdictView(reading.verdict, { words, formatDate })
      : makeFailureView(reading.error, words);
    await hooks.show(uri, view);
    await this.#tellInBar(uri, reading, view);
    if (reading.verdict) {
      await marks.keep(uri, reading.verdict);
    }
  }

  async #tellInBar(uri, reading, view) {
    const { hooks, words } = this.#needs;
    const { header } = await hooks.features();
    const bars = [makeBar(reading, words), header ? null : makeFallbackBar(view)];
    const wanted = bars.filter((bar) => bar && !this.#wasTold(bar, reading.error));
    for (const id of BARS.filter((one) => !wanted.some((bar) => bar.id === one))) {
      await hooks.hideBar(uri, id);
    }
    for (const bar of wanted) {
      await hooks.showBar(uri, bar);
    }
  }

  /** A host that is missing concerns all messages: told with the first. */
  #wasTold(bar, error) {
    if (bar.id !== "host") {
      return false;
    }
    const told = this.#toldFault === error.code;
    this.#toldFault = error.code;
    return told;
  }

  #watchProgress(uri) {
    const { hooks, words, timers } = this.#needs;
    let latest = { phase: "read", done: 0, total: 0 };
    let shown = false;
    const show = () => {
      shown = true;
      const fraction = latest.total > 0 ? latest.done / latest.total : null;
      const text = words.ofCode("verdict", `progress-${latest.phase}`);
      hooks.setProgress(uri, {
        text: text ?? words.text("verdict_progressRead"),
        fraction,
        cancelLabel: words.text("verdict_button_cancel"),
      });
    };
    const timer = timers?.setTimeout(show, PATIENCE);
    return {
      report: (progress) => {
        latest = progress;
        if (shown) {
          show();
        }
      },
      end: () => {
        timers?.clearTimeout(timer);
        if (shown) {
          hooks.setProgress(uri, null);
        }
      },
    };
  }
}
