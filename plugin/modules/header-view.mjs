// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { harmless } from "./words.mjs";

/**
 * What the header pane shows of a message whose header fields are protected (RFC 9788 §4): the host
 * has found the fields and their states (PROTOCOL.md, `header`), here is what becomes of them.
 *
 * @typedef {object} HeaderField
 * @property {string} name
 * @property {string} value
 * @property {string} text
 * @property {string | null} outer what stands outside; null: it was hidden
 * @property {string} state
 *
 * @typedef {object} ProtectedHeader
 * @property {string | null} form null: the message is protected, its header fields are not
 * @property {HeaderField[]} fields
 * @property {{inner: string | null, outer: string | null, shown: string, mismatch: boolean,
 *   warning: boolean}} from addresses; null: none, or several
 * @property {string[]} unprotected
 */

/** Fields that have addresses: Thunderbird decodes them itself, after it has told them apart. */
const ADDRESSES = new Set(["from", "to", "cc", "reply-to", "sender", "followup-to"]);
/** … of which Thunderbird shows one row, however many fields there are (RFC 5322 §3.6 has one). */
const JOINED = new Set(["to", "cc"]);
/** Anybody on the way can add these; a person who sees them would believe that they were there. */
const REFUSED = new Set(["to", "cc", "reply-to", "sender", "followup-to", "mail-followup-to"]);
/** What stands outside alone, but is shown: the message would look odd without. */
const MARKED = new Set(["subject", "date", "from"]);
const RECEIPTS = new Set(["disposition-notification-to", "return-receipt-to"]);
/**
 * By the word of the wire, the weakest first.
 * @type {[string, ShownField["state"]][]}
 */
const STATES = [
  ["unprotected", "none"],
  ["signed-only", "signed"],
  ["encrypted-only", "encrypted"],
  ["signed-and-encrypted", "both"],
];
const WEAKEST_FIRST = STATES.map(([word]) => word);
const STATE = new Map(STATES);
const LONGEST_FIELD = 65536;
const HIDDEN = new Set(["encrypted-only", "signed-and-encrypted"]);

/** @param {any} verdict @returns {ProtectedHeader | null} null: no field of it is protected */
export function protectedHeader(verdict) {
  return verdict?.header?.form ? verdict.header : null;
}

/**
 * The fields that take the place of those outside; empty: the pane is Thunderbird's own.
 * @param {any} verdict
 * @param {import("./words.mjs").Words} words
 * @returns {ShownField[]}
 */
export function makeFields(verdict, words) {
  const header = protectedHeader(verdict);
  if (!header) {
    return [];
  }
  // A signature that does not hold makes an unsigned message of it, and no noise (RFC 9788 §4.3).
  const isPlain = header.fields.every(({ state }) => state === "unprotected");
  const describe = (state) => {
    const shown = STATE.get(state) ?? "none";
    return isPlain
      ? { state: null, title: "" }
      : { state: shown, title: words.text(`header_state_${shown}`) };
  };
  const inside = [...grouped(header.fields.filter(mayBeShown))].map(([name, fields]) => {
    const isOuter = name === "from" && header.from.shown === "outer";
    const state = isOuter ? "unprotected" : weakest(fields);
    const value = isOuter ? null : valueOf(name, fields);
    return { name, value, hidden: false, ...describe(state) };
  });
  return [...inside, ...outsiders(header, describe)];
}

/**
 * Not what Thunderbird keeps for itself among the fields (the date as it is shown), nor what every
 * object of it has already: its header pane would stop at such a name.
 * @param {HeaderField} field
 */
function mayBeShown({ name }) {
  const lower = name.toLowerCase();
  return !lower.startsWith("x-mozilla-") && !(lower in {});
}

/** @param {HeaderField[]} fields @returns {Map<string, HeaderField[]>} */
function grouped(fields) {
  const groups = new Map();
  for (const field of fields) {
    const name = field.name.toLowerCase();
    groups.set(name, [...(groups.get(name) ?? []), field]);
  }
  return groups;
}

/** @param {HeaderField[]} fields of one name */
function weakest(fields) {
  const ranks = fields.map(({ state }) => Math.max(WEAKEST_FIRST.indexOf(state), 0));
  return WEAKEST_FIRST[Math.min(...ranks)];
}

/** @param {string} name @param {HeaderField[]} fields of that name */
function valueOf(name, fields) {
  const values = fields.map(({ value, text }) => (ADDRESSES.has(name) ? value : text));
  return harmless(JOINED.has(name) ? values.join(", ") : values[0], LONGEST_FIELD);
}

/** Fields that stand outside alone. */
function outsiders({ fields, unprotected }, describe) {
  const known = new Set(fields.map(({ name }) => name.toLowerCase()));
  const names = [...new Set(unprotected.map((name) => name.toLowerCase()))];
  const about = { value: null, ...describe("unprotected") };
  return names
    .filter((name) => !known.has(name) && (REFUSED.has(name) || MARKED.has(name)))
    .map((name) => ({ name, hidden: REFUSED.has(name), ...about }));
}

/**
 * The subject that nobody but the recipients could read; null: what stands outside is all there is.
 * @param {any} verdict
 */
export function hiddenSubject(verdict) {
  const isHidden = ({ name, state }) => name.toLowerCase() === "subject" && HIDDEN.has(state);
  const subject = protectedHeader(verdict)?.fields.find(isHidden);
  return subject ? harmless(subject.text) : null;
}

/**
 * Without its brackets; null: it is not protected. A URI may name another message meanwhile.
 * @param {any} verdict
 */
export function messageIdOf(verdict) {
  const isId = ({ name }) => name.toLowerCase() === "message-id";
  const value = protectedHeader(verdict)?.fields.find(isId)?.value;
  return value?.trim().replace(/^<|>$/g, "") || null;
}

/**
 * Whether the sender asks for a receipt: what the outer section says alone may come from anybody
 * (RFC 9788 §4.6).
 * @param {any} verdict
 */
export function mayAskForReceipt(verdict) {
  const header = protectedHeader(verdict);
  return !header || header.fields.some(({ name }) => RECEIPTS.has(name.toLowerCase()));
}

/**
 * Two different senders, and nothing that speaks for the inner one: as dangerous as phishing
 * (RFC 9788 §4.4.2).
 * @param {any} verdict
 * @param {import("./words.mjs").Words} words
 * @returns {Bar | null}
 */
export function makeFromBar(verdict, words) {
  const from = protectedHeader(verdict)?.from;
  if (!from?.warning) {
    return null;
  }
  const text = words.text("header_bar_from", from.outer ?? "–", from.inner ?? "–");
  return { id: "from", level: "critical", text, buttons: [] };
}

/**
 * For the panel: which fields are protected, and what the world could see in their place.
 * @param {any} verdict
 * @param {import("./words.mjs").Words} words
 * @returns {import("./verdict-rows.mjs").Row[]}
 */
export function headerRows(verdict, words) {
  const row = (name, text) => ({ label: words.text(`header_row_${name}`), text });
  const header = protectedHeader(verdict);
  if (!header) {
    const isClosed = verdict.encrypted && !verdict.encryption;
    const isTold = verdict.header && !isClosed;
    return isTold ? [row("fields", words.text("header_unprotected"))] : [];
  }
  const rows = [...STATES].reverse().map(([word, state]) => {
    const names = header.fields.filter((field) => field.state === word).map(({ name }) => name);
    return { names: [...new Set(names)], state };
  });
  const fields = rows
    .filter(({ names }) => names.length > 0)
    .map(({ names, state }) => row(state, harmless(names.join(", "))));
  const outside = header.fields.filter(differsOutside).map((field) => {
    const text = field.outer === null ? words.text("header_removed") : field.outer;
    return row("outside", `${harmless(field.name)}: ${harmless(text)}`);
  });
  // Not what servers and Thunderbird itself add to every message.
  const alone = header.unprotected.filter((name) => REFUSED.has(name.toLowerCase())).join(", ");
  return [...fields, ...outside, ...(alone ? [row("alone", harmless(alone))] : [])];
}

/** @param {HeaderField} field */
function differsOutside({ value, outer, state }) {
  return HIDDEN.has(state) && outer !== value;
}
