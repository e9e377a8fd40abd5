// SPDX-License-Identifier: MPL-2.0
// @ts-check

/**
 * Words for codes: every text that a user reads is in _locales. A code "no-record" of kind
 * "recipient" is the message "recipient_noRecord".
 */
export class Words {
  #getMessage;

  /** @param {(name: string, substitutions?: string[]) => string} getMessage i18n.getMessage */
  constructor(getMessage) {
    this.#getMessage = getMessage;
  }

  /**
   * @param {string} name
   * @param {...(string | number)} values for $1 …
   */
  text(name, ...values) {
    const shown = values.map((value) => harmless(value));
    return this.#getMessage(name, shown) || name;
  }

  /**
   * The text for a code, or null if there is none.
   * @param {string} kind e.g. "fault", "recipient", "reason"
   * @param {string} code
   * @param {...(string | number)} values
   */
  ofCode(kind, code, ...values) {
    const shown = values.map((value) => harmless(value));
    return this.#getMessage(`${kind}_${camel(code)}`, shown) || null;
  }

  /**
   * What to tell a user about an error; null if there is nothing to tell (cancelled).
   * @param {any} error
   */
  ofError(error) {
    if (error?.name === "Cancelled") {
      return null;
    }
    const code = error?.name === "BridgeError" ? error.code : "internal";
    return this.ofCode("fault", code) ?? this.text("fault_unknown", code);
  }
}

/** Line ends and other controls, and those that turn the direction of the text after them. */
const CONTROLS = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
const LONGEST = 1000;

/**
 * What others have written (addresses, names in certificates), so that it can't make the words
 * around it look like others.
 * @param {any} value
 * @param {number} [longest] in UTF-16 units
 */
export function harmless(value, longest = LONGEST) {
  const text = String(value).replace(CONTROLS, "\ufffd");
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** @param {string} code "no-record" → "noRecord" */
export function camel(code) {
  return code.replace(/-([a-z0-9])/g, (_all, letter) => letter.toUpperCase());
}
