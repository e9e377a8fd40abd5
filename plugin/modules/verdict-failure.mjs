// SPDX-License-Identifier: MPL-2.0
// @ts-check

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

/**
 * How the header of a message looks that could not be read: never silent, never stock's result.
 * @param {any} error
 * @param {import("./words.mjs").Words} words
 * @returns {any} a VerdictView
 */
export function makeFailureView(error, words) {
  const closed = CLOSED.has(error?.code);
  const heading = words.text("verdict_heading_unknown");
  const text = words.ofError(error) ?? words.text("verdict_cancelled");
  return {
    label: words.text("verdict_label"),
    tooltip: closed ? words.text("verdict_encryption_failed") : heading,
    signature: "none",
    encryption: closed ? "failed" : "none",
    certificate: null,
    panel: {
      heading,
      explanation: closed ? words.text("verdict_closedSignature") : text,
      rows: error?.message ? [{ label: words.text("verdict_row_error"), text: error.message }] : [],
      encryptionHeading: closed ? words.text("verdict_encryption_failed") : "",
      encryptionExplanation: closed ? text : "",
    },
  };
}

/**
 * The bar that belongs to what came of reading a message; null: none.
 * @param {{verdict: any, error: any}} reading
 * @param {import("./words.mjs").Words} words
 * @returns {any} a Bar
 */
export function makeBar({ verdict, error }, words) {
  const button = (name) => [{ id: name, label: words.text(`verdict_button_${name}`) }];
  if (!error) {
    return TEMPORARY.has(verdict?.reason)
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
    const text = words.ofError(error);
    return { id: "host", level: "warning", text, buttons: button(name) };
  }
  return null;
}

/**
 * For a Thunderbird without the header's widgets: the verdict in one sentence.
 * @param {any} view a VerdictView
 * @returns {any} a Bar
 */
export function makeFallbackBar(view) {
  const { heading, explanation } = view.panel;
  const level = view.signature === "invalid" ? "warning" : "info";
  return { id: "verdict", level, text: `${heading}. ${explanation}`, buttons: [] };
}
