// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { harmless } from "./words.mjs";

/** Faults that tell of an envelope that stays closed. */
const CLOSED = new Set([
  "cms-not-for-us",
  "cms-decryption-failed",
  "key-locked",
  "key-store-missing",
]);
const HOST = /^host-/;
/** Reasons that may change when the DNS is asked again. */
const TEMPORARY = new Set(["bogus", "indeterminate", "unreachable", "not-looked-up"]);

/** @param {any} verdict the DNS may give another answer when it is asked again */
export function isTemporary(verdict) {
  return TEMPORARY.has(verdict?.reason);
}

/** Faults that other keys alone would change. */
const NEVER_OPENS = new Set(["cms-not-for-us", "cms-decryption-failed"]);

/** @param {any} error of reading a message: it has an envelope */
export function isClosed(error) {
  return CLOSED.has(error?.code);
}

/** @param {any} error of reading a message: its envelope stays closed to us */
export function neverOpens(error) {
  return NEVER_OPENS.has(error?.code);
}

/**
 * What there is to keep beside a message; null: nothing, because it may be read soon.
 * @param {{verdict: any, error: any, ownKey?: boolean}} reading
 */
export function verdictToKeep({ verdict, error, ownKey = false }) {
  if (verdict) {
    return ownKey ? { ...verdict, encryption: verdict.encryption ?? {} } : verdict;
  }
  return neverOpens(error)
    ? { encrypted: true, encryption: null, scope: "none", status: "none", reason: null }
    : null;
}

/**
 * How the header of a message looks that could not be read: never silent, never stock's result.
 * @param {{error: any, decrypted?: boolean}} reading `decrypted`: Thunderbird itself did it
 * @param {import("./words.mjs").Words} words
 * @returns {VerdictView}
 */
export function makeFailureView({ error, decrypted = false }, words) {
  const encryption = encryptionKind(error, decrypted);
  const heading = words.text("verdict_heading_unknown");
  const text = words.ofError(error) ?? words.text("verdict_cancelled");
  const isFailed = encryption === "failed";
  return {
    label: words.text("verdict_label"),
    tooltip: isFailed ? words.text("verdict_encryption_failed") : heading,
    signature: "none",
    encryption,
    certificate: null,
    fields: [],
    mayAskForReceipt: true,
    panel: {
      heading,
      explanation: isFailed ? words.text("verdict_closedSignature") : text,
      rows: errorRows(error, words),
      encryptionHeading:
        encryption === "none" ? "" : words.text(`verdict_encryption_${encryption}`),
      encryptionExplanation: isFailed ? text : "",
    },
  };
}

function errorRows(error, words) {
  const label = words.text("verdict_row_error");
  return error?.message ? [{ label, text: harmless(error.message) }] : [];
}

/** @returns {VerdictView["encryption"]} */
function encryptionKind(error, decrypted) {
  if (decrypted) {
    return "decrypted";
  }
  return isClosed(error) ? "failed" : "none";
}

/**
 * The bar that belongs to what came of reading a message; null: none.
 * @param {{verdict: any, error: any}} reading
 * @param {import("./words.mjs").Words} words
 * @returns {Bar | null}
 */
export function makeBar({ verdict, error }, words) {
  const button = (name) => [{ id: name, label: words.text(`verdict_button_${name}`) }];
  if (!error) {
    return isTemporary(verdict)
      ? { id: "dns", level: "info", text: words.text("verdict_bar_dns"), buttons: button("retry") }
      : null;
  }
  if (error.name === "Cancelled") {
    const text = words.text("verdict_cancelled");
    return { id: "cancelled", level: "info", text, buttons: button("retry") };
  }
  if (error.code === "key-locked") {
    const text = words.text("verdict_bar_locked");
    return { id: "locked", level: "warning", text, buttons: button("unlock") };
  }
  if (HOST.test(error.code ?? "")) {
    const name = error.retry ? "retry" : "setUp";
    const text = words.ofError(error) ?? "";
    return { id: "host", level: "warning", text, buttons: button(name) };
  }
  return null;
}

/**
 * For a Thunderbird without the header's widgets: the verdict in one sentence.
 * @param {VerdictView} view
 * @returns {Bar}
 */
export function makeFallbackBar(view) {
  const { heading, explanation } = view.panel;
  const level = view.signature === "invalid" ? "warning" : "info";
  return { id: "verdict", level, text: `${heading}. ${explanation}`, buttons: [] };
}
