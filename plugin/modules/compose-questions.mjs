// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { GO_BACK } from "./compose-dialogs.mjs";
import { recipientRows } from "./compose-view.mjs";
import { isPassing } from "./recipient-lookup.mjs";

/**
 * @typedef {import("./compose-session.mjs").ComposeSession} ComposeSession
 * @typedef {import("./compose-dialogs.mjs").Question} Question
 */

/** Whose state is not known when time is up is not ready either. */
export function unready(session) {
  return session.recipients.filter(({ state }) => state !== "ready");
}

/**
 * @param {ComposeSession} session
 * @param {import("./words.mjs").Words} words
 * @param {boolean} [wasOn] encryption was on when Send was pressed
 * @returns {Question | null}
 */
export function questionFor(session, words, wasOn = false) {
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
  if (!encrypt && session.encryptedOriginal) {
    return aboutAnswer(session, words);
  }
  if (encrypt && isUnproven(session)) {
    return aboutUnproven(session, words);
  }
  return !encrypt && session.ask && session.allReady ? whetherToEncrypt(session, words) : null;
}

/** A forwarded message says nothing of recipients. */
function isUnproven({ encryptedOriginal, unproven, window }) {
  return encryptedOriginal && unproven && window.kind !== "forward";
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

/**
 * Encryption is off in an answer to an encrypted message (RFC 9787 §5.4): what was hidden there is
 * in its subject, and in what it quotes.
 * @returns {Question}
 */
function aboutAnswer(session, words) {
  /** @type {Question["choices"]} */
  const choices = [
    { id: GO_BACK, label: words.text("sendBack"), look: "main" },
    { id: "plain", label: words.text("sendPlainYes"), look: "link" },
  ];
  if (session.key === "ready" && session.allReady) {
    choices.unshift({ id: "encrypt", label: words.text("sendAskYes"), look: "main" });
    choices[1].look = "plain";
  }
  return {
    title: words.text("sendAnswerTitle"),
    text: words.text("sendAnswerText"),
    rows: [],
    choices,
    confirm: null,
  };
}

/**
 * Whoever could write something outside of the message that is answered may have chosen who gets
 * what it quotes (RFC 9788 §6.2).
 * @returns {Question}
 */
function aboutUnproven(session, words) {
  return {
    title: words.text("sendUnprovenTitle"),
    text: words.text("sendUnprovenText"),
    rows: recipientRows(session, words),
    choices: [
      { id: GO_BACK, label: words.text("sendBack"), look: "main" },
      { id: "proven", label: words.text("sendUnprovenYes"), look: "plain" },
    ],
    confirm: null,
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
