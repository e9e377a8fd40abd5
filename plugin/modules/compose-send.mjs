// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { GO_BACK } from "./compose-dialogs.mjs";
import { recipientRows } from "./compose-view.mjs";
import { isPassing } from "./recipient-lookup.mjs";

/** Milliseconds that a message waits for the DNS before it is said that it does not answer. */
const LOOKUP_LIMIT = 30000;

/**
 * @typedef {import("./compose-session.mjs").ComposeSession} ComposeSession
 * @typedef {import("./compose-dialogs.mjs").Question} Question
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
    if (!decides || session.key === "missing") {
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
        return "go";
      case "plain":
        await windows.choose(tabId, "encrypt", false);
        return "go";
      case "unprotected":
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

/** Whose state is not known when time is up is not ready either. */
function unready(session) {
  return session.recipients.filter(({ state }) => state !== "ready");
}

/**
 * @param {ComposeSession} session
 * @param {import("./words.mjs").Words} words
 * @param {boolean} [wasOn] encryption was on when Send was pressed
 * @returns {Question | null}
 */
function questionFor(session, words, wasOn = false) {
  const { encrypt } = session.protection;
  const { unsure, keyError } = session;
  // Without a host nothing is set up, and mail goes as it did before.
  if (unsure && keyError?.code !== "host-missing") {
    return aboutTrouble(session, words);
  }
  if (encrypt && session.key === "missing") {
    return aboutKey(session, words);
  }
  if ((encrypt || fallsBack(session, wasOn)) && unready(session).length > 0) {
    return aboutRecipients(session, words);
  }
  return !encrypt && session.ask && session.allReady ? whetherToEncrypt(session, words) : null;
}

/**
 * Whether encryption goes off by itself where nobody would expect it: while Send was pressed with
 * it on, or because somebody tampers with the DNS.
 */
function fallsBack(session, wasOn) {
  const isTampered = session.recipients.some(({ state }) => state === "bogus");
  return session.automatic && !session.protection.encrypt && (wasOn || isTampered);
}

/** @returns {Question} */
function aboutTrouble(session, words) {
  return {
    title: words.text("sendTroubleTitle"),
    text: words.text("sendTroubleText", words.ofError(session.keyError) ?? ""),
    rows: [],
    choices: [
      { id: GO_BACK, label: words.text("sendBack"), look: "main" },
      { id: "retry", label: words.text("sendRetry"), look: "plain" },
      { id: "unprotected", label: words.text("sendUnprotected"), look: "link" },
    ],
    confirm: {
      ...confirmPlain(session, words),
      choice: "unprotected",
      title: words.text("sendUnprotectedTitle"),
      yes: words.text("sendUnprotectedYes"),
    },
  };
}

/** @returns {Question} */
function aboutKey(session, words) {
  return {
    title: words.text("sendKeyTitle"),
    text: words.text("sendKeyText", session.window.from),
    rows: [],
    choices: [
      { id: GO_BACK, label: words.text("sendBack"), look: "main" },
      { id: "setUp", label: words.text("composeSetUp"), look: "plain" },
      { id: "plain", label: words.text("sendPlain"), look: "link" },
    ],
    confirm: confirmPlain(session, words),
  };
}

/** @returns {Question} */
function aboutRecipients(session, words) {
  const unfit = unready(session).map((recipient) =>
    recipient.state === "looking" ? { ...recipient, state: "not-looked-up" } : recipient,
  );
  const number = unfit.length === 1 ? "One" : "Many";
  /** @type {Question["choices"]} */
  const choices = [
    { id: GO_BACK, label: words.text("sendBack"), look: "main" },
    { id: "remove", label: words.text(`sendRemove${number}`, unfit.length), look: "plain" },
    { id: "plain", label: words.text("sendPlain"), look: "link" },
  ];
  if (unfit.some(({ state }) => isPassing(state))) {
    choices.splice(1, 0, { id: "retry", label: words.text("sendRetry"), look: "plain" });
  }
  if (unfit.length === session.recipients.length) {
    choices.splice(choices.findIndex(({ id }) => id === "remove"), 1);
  }
  return {
    title: words.text(`sendRecipients${number}`, unfit.length),
    text: words.text("sendRecipientsText"),
    rows: recipientRows({ recipients: unfit }, words),
    choices,
    confirm: confirmPlain(session, words),
  };
}

/** @returns {Question} */
function whetherToEncrypt(session, words) {
  return {
    title: words.text("sendAskTitle"),
    text: words.text("sendAskText"),
    rows: recipientRows(session, words),
    choices: [
      { id: "encrypt", label: words.text("sendAskYes"), look: "main" },
      { id: "plain", label: words.text("sendAskNo"), look: "plain" },
      { id: GO_BACK, label: words.text("sendBack"), look: "link" },
    ],
    confirm: null,
  };
}

function confirmPlain(session, words) {
  const kind = session.encryptedOriginal ? "sendPlainTextAnswer" : "sendPlainText";
  return {
    choice: "plain",
    title: words.text("sendPlainTitle"),
    text: words.text(kind),
    yes: words.text("sendPlainYes"),
    no: words.text("composeCancel"),
  };
}
