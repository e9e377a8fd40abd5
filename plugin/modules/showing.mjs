// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { makeFields, makeFromBar } from "./header-view.mjs";
import { whatCounts } from "./settings.mjs";
import { ReadingProgress } from "./showing-progress.mjs";
import {
  isTemporary,
  makeBar,
  makeFailureView,
  makeFallbackBar,
  verdictToKeep,
} from "./verdict-failure.mjs";
import { makeVerdictView, withoutErrant } from "./verdict-view.mjs";

/** Milliseconds after which the DNS is asked again for a message that is looked at again. */
const RETRY_MS = 30000;
/** A bar that was there for less has not been read. */
const GLANCE_MS = 3000;
const BARS = ["dns", "host", "locked", "cancelled", "verdict", "from"];

/**
 * Shows the verdict on each S/MIME message that a window shows: asks the reader, hands the header
 * its words, and keeps what was found out.
 *
 * @typedef {object} ShowingNeeds
 * @property {DaneVerdict} hooks
 * @property {{read: Function, forget: Function}} reader
 * @property {Pick<import("./marks.mjs").Marks, "keep" | "isPlain">} marks
 * @property {{keep: (uri: string, verdict: any) => any}} subjects
 * @property {{unlock: () => Promise<void>}} bridge
 * @property {import("./words.mjs").Words} words
 * @property {(moment: string) => string} formatDate
 * @property {() => any} openSetUp opens the options page
 * @property {() => number} [now]
 * @property {{setTimeout: Function, clearTimeout: Function}} [timers]
 *
 * @typedef {{code: string, uri: string, at: number}} ToldFault
 */
export class Showing {
  /** @type {ShowingNeeds} */ #needs;
  #now;
  /** @type {Map<string, AbortController>} by message that is being read */
  #underWay = new Map();
  /** @type {Map<string, number>} when messages were judged without an answer of the DNS */
  #undecided = new Map();
  /** @type {ToldFault | null} the host's fault that was told: once, not on every message */
  #told = null;

  /** @param {ShowingNeeds} needs */
  constructor(needs) {
    this.#needs = needs;
    this.#now = needs.now ?? Date.now;
  }

  /** Listens; messages that are shown already are told as well. */
  start() {
    const { hooks, words } = this.#needs;
    hooks.onShown.addListener((message) => this.#show(message.uri, message));
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

  /**
   * Verdicts depend on who is asked and who is believed.
   * @param {{oldValue?: any, newValue?: any}} change of the settings
   */
  async settingsChanged({ oldValue, newValue }) {
    if (whatCounts(oldValue) !== whatCounts(newValue)) {
      await this.refresh();
    }
  }

  /** Everything that is shown, anew. */
  async refresh() {
    const { hooks, reader } = this.#needs;
    this.#underWay.clear();
    await reader.forget(null);
    await hooks.forget(null);
    const shown = await hooks.list();
    await Promise.all(shown.map((message) => this.#show(message.uri, message)));
  }

  /**
   * What the header of a message has to show on paper, whether it is shown or not.
   * @param {string} uri
   * @returns {Promise<ShownField[]>}
   */
  async fieldsOf(uri) {
    const { marks, reader, words } = this.#needs;
    return (await marks.isPlain(uri)) ? [] : makeFields((await reader.read(uri)).verdict, words);
  }

  #leave(uri) {
    this.#underWay.delete(uri);
    const told = this.#told;
    if (told && told.uri === uri && this.#now() - told.at < GLANCE_MS) {
      this.#told = null;
    }
  }

  async #press(uri, button) {
    const { bridge, openSetUp } = this.#needs;
    if (button === "setUp") {
      await openSetUp();
      return;
    }
    try {
      if (button === "unlock") {
        await bridge.unlock();
      }
    } catch (error) {
      if (error?.name === "Cancelled") {
        return;
      }
      // what is wrong is told by the next reading
    }
    this.#told = null;
    await this.#show(uri, { interactive: true });
  }

  async #show(uri, { interactive = false, fromList = false } = {}) {
    if (this.#underWay.has(uri)) {
      return;
    }
    const { hooks, reader, words, timers } = this.#needs;
    const controller = new AbortController();
    this.#underWay.set(uri, controller);
    const progress = new ReadingProgress((shown) => hooks.setProgress(uri, shown), words, timers);
    try {
      if (this.#isStale(uri, interactive)) {
        await reader.forget(uri);
      }
      const { report: onProgress } = progress;
      const { signal } = controller;
      const reading = await reader.read(uri, { interactive, signal, onProgress });
      const counted = { ...reading, verdict: withoutErrant(reading.verdict, fromList) };
      const now = this.#underWay.get(uri);
      // Who asks by now may ask for another message that has got the same URI.
      if (now === undefined || now === controller) {
        await this.#tell(uri, counted, () => this.#underWay.get(uri) === controller);
      }
    } finally {
      progress.end();
      if (this.#underWay.get(uri) === controller) {
        this.#underWay.delete(uri);
      }
    }
  }

  /** A verdict for want of the DNS; what failed altogether, the reader tries again by itself. */
  #isStale(uri, interactive) {
    const since = this.#undecided.get(uri);
    return since !== undefined && (interactive || this.#now() - since >= RETRY_MS);
  }

  async #tell(uri, reading, isShown) {
    const { hooks, marks, subjects, words, formatDate } = this.#needs;
    const view = reading.verdict
      ? makeVerdictView(reading, { words, formatDate })
      : makeFailureView(reading, words);
    this.#undecided.delete(uri);
    if (isTemporary(reading.verdict)) {
      this.#undecided.set(uri, this.#now());
    }
    await hooks.show(uri, view);
    if (isShown()) {
      await this.#tellInBars(uri, reading, view);
    }
    const found = verdictToKeep(reading);
    if (found) {
      await marks.keep(uri, found);
      await subjects.keep(uri, found);
    }
  }

  async #tellInBars(uri, reading, view) {
    const { hooks, words } = this.#needs;
    const { header } = await hooks.features();
    const bars = [
      makeBar(reading, words),
      header || !view.label ? null : makeFallbackBar(view),
      makeFromBar(reading.verdict, words),
    ];
    const wanted = this.#untold(uri, bars, reading.error);
    for (const id of BARS.filter((one) => !wanted.some((bar) => bar.id === one))) {
      await hooks.hideBar(uri, id);
    }
    for (const bar of wanted) {
      await hooks.showBar(uri, bar);
    }
  }

  /**
   * A host that is missing concerns all messages: told with the first, until it has answered again.
   * @returns {Bar[]}
   */
  #untold(uri, bars, error) {
    const told = this.#told;
    if (!bars.some((bar) => bar?.id === "host")) {
      this.#told = null;
    } else if (!told || told.code !== error.code || told.uri === uri) {
      this.#told = { code: error.code, uri, at: this.#now() };
    } else {
      return bars.filter((bar) => bar && bar.id !== "host");
    }
    return bars.filter((bar) => bar);
  }
}
