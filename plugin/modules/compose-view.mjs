// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { appearance } from "./compose-session.mjs";

/**
 * What the popup shows, all words ready.
 * @typedef {object} PopupView
 * @property {string} from
 * @property {{text: string, button: string | null, level: "info" | "warning"} | null} notice
 * @property {SwitchView[]} switches
 * @property {{text: string, level: "quiet" | "warning"}} exposure what mail servers will see
 * @property {RecipientRow[]} recipients
 * @property {{text: string, level: "good" | "quiet" | "warning"}} summary
 *
 * @typedef {{id: "sign" | "encrypt", on: boolean, disabled: boolean, hint: string}} SwitchView
 *
 * @typedef {{address: string, field: string, look: Pill["state"], text: string}} RecipientRow
 *
 * @typedef {import("./compose-session.mjs").ComposeSession} ComposeSession
 * @typedef {import("./words.mjs").Words} Words
 */

/**
 * The state of a recipient in words.
 * @param {import("./recipient-lookup.mjs").Recipient} recipient
 * @param {Words} words
 */
export function recipientText(recipient, words) {
  if (recipient.state === "failed") {
    return words.ofError(recipient.error) ?? words.text("recipient_notLookedUp");
  }
  return (
    words.ofCode("recipient", recipient.state, recipient.publisher) ??
    words.text("recipient_unknown", recipient.state)
  );
}

/**
 * @param {{recipients: import("./compose-session.mjs").SessionRecipient[]}} session
 * @param {Words} words
 * @returns {RecipientRow[]}
 */
export function recipientRows({ recipients }, words) {
  return recipients.map((recipient) => ({
    address: recipient.address,
    field: words.text(`composeField_${recipient.field}`),
    look: appearance(recipient.state),
    text: recipientText(recipient, words),
  }));
}

/** @param {ComposeSession} session @param {Words} words @returns {PopupView} */
export function popupView(session, words) {
  const { sign, encrypt } = session.protection;
  // What is on can always be switched off, but for the signature of what is encrypted.
  const locked = session.key !== "ready" || session.hookMissing;
  const signHint = encrypt && sign ? "composeSignAlways" : "composeSignHint";
  return {
    from: session.window.from,
    notice: notice(session, words),
    switches: [
      { id: "sign", on: sign, disabled: sign ? encrypt : locked, hint: words.text(signHint) },
      {
        id: "encrypt",
        on: encrypt,
        disabled: locked && !encrypt,
        hint: words.text("composeEncryptHint"),
      },
    ],
    exposure: exposure(session, words),
    recipients: recipientRows(session, words),
    summary: summary(session, words),
  };
}

/** @returns {PopupView["notice"]} */
function notice(session, words) {
  const button = words.text("composeSetUp");
  if (session.hookMissing) {
    return { text: words.text("composeHookMissing"), button: null, level: "warning" };
  }
  if (session.key === "missing") {
    const text = words.text("composeNoKey", session.window.from);
    return { text, button, level: session.blocked ? "warning" : "info" };
  }
  if (session.key === "failed") {
    const text = words.ofError(session.keyError);
    return text ? { text, button: words.text("composeOptions"), level: "warning" } : null;
  }
  return null;
}

/**
 * Which header fields mail servers on the way will see.
 * @param {ComposeSession} session
 * @param {Words} words
 * @returns {PopupView["exposure"]}
 */
function exposure(session, words) {
  if (!session.protection.encrypt) {
    return session.encryptedOriginal
      ? { text: words.text("composeSeenAnswer"), level: "warning" }
      : { text: words.text("composeSeenAll"), level: "quiet" };
  }
  const policy = session.headerParams.header_protection;
  const kind = policy === "none" && session.answersHidden ? "answer" : policy;
  return { text: words.text(`composeSeen_${kind}`), level: "quiet" };
}

/** @returns {PopupView["summary"]} */
function summary(session, words) {
  const { missing, protection, recipients } = session;
  if (recipients.length === 0) {
    return { text: words.text("composeNobody"), level: "quiet" };
  }
  if (missing.length > 0) {
    const level = protection.encrypt ? "warning" : "quiet";
    return { text: missingText(session, words), level };
  }
  if (session.looking) {
    return { text: words.text("composeLooking"), level: "quiet" };
  }
  return { text: words.text("composeAllReady"), level: "good" };
}

/** @param {ComposeSession} session @param {Words} words */
export function missingText({ missing, protection }, words) {
  const number = missing.length === 1 ? "One" : "Many";
  const kind = protection.encrypt ? "composeBlocked" : "composeMissing";
  return words.text(kind + number, missing.length);
}

/** @param {ComposeSession} session @param {Words} words @returns {{[address: string]: Pill}} */
export function pillsOf(session, words) {
  return Object.fromEntries(
    session.recipients.map((recipient) => {
      const text = recipientText(recipient, words);
      return [recipient.address, { state: appearance(recipient.state), tooltip: text }];
    }),
  );
}

/**
 * The button in the toolbar.
 * @param {ComposeSession} session
 * @param {Words} words
 */
export function buttonOf(session, words) {
  const { protection, missing, key } = session;
  const name = nameOf(protection);
  const troubled = key === "failed" || session.hookMissing;
  const title = words.text(`composeTitle_${name}`);
  return {
    icon: `icons/compose-${name}.svg`,
    label: words.text(`composeLabel_${name}`),
    title: missing.length > 0 ? `${title} ${missingText(session, words)}` : title,
    badge: troubled ? "!" : String(missing.length || ""),
    urgent: session.blocked || troubled,
  };
}

/** @param {Protection} protection @returns {"off" | "signed" | "encrypted" | "both"} */
export function nameOf({ sign, encrypt }) {
  if (sign && encrypt) {
    return "both";
  }
  if (encrypt) {
    return "encrypted";
  }
  return sign ? "signed" : "off";
}
