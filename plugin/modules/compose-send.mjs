// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { GO_BACK } from "./compose-dialogs.mjs";
import { questionFor, unready } from "./compose-questions.mjs";

/** Milliseconds that a message waits for the DNS before it is said that it does not answer. */
const LOOKUP_LIMIT = 30000;

/**
 * @typedef {import("./compose-session.mjs").ComposeSession} ComposeSession
 *
 * @typedef {object} SendCheckParts
 * @property {import("./compose-windows.mjs").ComposeWindows} windows
 * @property {Pick<DaneCompose, "removeRecipient" | "setProgress" | "showBar" | "hideBar">} compose
 * @property {import("./recipient-lookup.mjs").RecipientLookup} lookup
 * @property {{request: Function}} bridge
 * @property {import("./compose-dialogs.mjs").Dialogs} dialogs
 * @property {import("./words.mjs").Words} words
 * @property {() => void} openOptions
 * @property {{setTimeout: Function, clearTimeout: Function}} [timers]
 */

/** What is checked, and asked, when Send is pressed. Nothing leaves before the user has chosen. */
export class SendCheck {
  #parts;
  #timers;
  /** Look-ups that hold up a sending, by tab. @type {Map<number, AbortController>} */
  #waiting = new Map();

  /** @param {SendCheckParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#timers = parts.timers ?? globalThis;
  }

  /**
   * For compose.onBeforeSend. Never rejects: Thunderbird would keep the window locked.
   * @param {{id: number, windowId: number}} tab
   * @returns {Promise<{cancel: boolean}>}
   */
  async check(tab) {
    try {
      return { cancel: !(await this.#mayGo(tab)) };
    } catch (error) {
      console.error(error);
      await this.#tellProblem(tab.id, this.#parts.words.ofError(error));
      return { cancel: true };
    }
  }

  /** The button of the progress. @param {number} tabId */
  cancel(tabId) {
    this.#waiting.get(tabId)?.abort("user");
  }

  async #mayGo(tab) {
    const { windows, compose, words } = this.#parts;
    await compose.hideBar(tab.id, "send");
    let wasOn = false;
    for (;;) {
      const session = await windows.current(tab.id);
      wasOn ||= session.protection.encrypt;
      if (session.hookMissing) {
        return this.#withoutHook(session);
      }
      if (!(await this.#settle(session))) {
        return false;
      }
      await windows.show(session);
      const question = questionFor(session, words, wasOn);
      const choice = question && (await this.#parts.dialogs.ask(tab.windowId, question));
      const answer = question ? await this.#obey(session, choice) : "go";
      if (answer !== "again") {
        session.held = answer === "go";
        return answer === "go";
      }
    }
  }

  /** Only what was asked for in vain is stopped. */
  async #withoutHook(session) {
    const { sign, encrypt } = session.protection;
    if (!sign && !encrypt) {
      return true;
    }
    await this.#tellProblem(session.window.tabId, this.#parts.words.text("composeHookMissing"));
    return false;
  }

  async #tellProblem(tabId, text) {
    if (text) {
      const bar = { id: "send", text, level: /** @type {const} */ ("critical"), buttons: [] };
      await this.#parts.compose.showBar(tabId, bar).catch(console.error);
    }
  }

  /** Waits for the look-ups that decide something. @returns {Promise<boolean>} false: cancelled */
  async #settle(session) {
    const { compose, lookup, words } = this.#parts;
    const { tabId } = session.window;
    const decides = session.protection.encrypt || session.ask || session.automatic;
    if (!(decides || session.encryptedOriginal) || session.key === "missing") {
      return true;
    }
    const controller = new AbortController();
    const { signal } = controller;
    this.#waiting.set(tabId, controller);
    const timer = this.#timers.setTimeout(() => controller.abort("time"), LOOKUP_LIMIT);
    const onProgress = (done, total) => {
      const text = words.text("composeLooking");
      const cancelLabel = words.text("composeCancel");
      compose.setProgress(tabId, { text, fraction: done / total, cancelLabel }).catch(() => {});
    };
    await lookup.settle(session.addresses, signal, onProgress);
    this.#timers.clearTimeout(timer);
    this.#waiting.delete(tabId);
    await compose.setProgress(tabId, null);
    return signal.reason !== "user";
  }

  /** @returns {Promise<"go" | "stay" | "again">} */
  async #obey(session, choice) {
    const { windows, compose, lookup, bridge, openOptions } = this.#parts;
    const { tabId } = session.window;
    switch (choice) {
      case "encrypt":
        await windows.choose(tabId, "encrypt", true);
        return session.unproven ? "again" : "go";
      case "plain":
        await windows.choose(tabId, "encrypt", false);
        return "go";
      case "unprotected":
      case "proven":
        return "go";
      case "remove":
        for (const { address } of unready(session)) {
          await compose.removeRecipient(tabId, address);
        }
        return (await windows.current(tabId)).recipients.length > 0 ? "again" : "stay";
      case "retry":
        // What fails here fails in the look-ups too, which say so.
        await bridge.request("flush").catch(() => {});
        lookup.forget(session.addresses);
        return "again";
      case "setUp":
        openOptions();
        return "stay";
      default:
        return "stay";
    }
  }
}
