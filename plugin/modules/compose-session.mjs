// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { decide } from "./compose-defaults.mjs";
import { isPassing } from "./recipient-lookup.mjs";

/** @typedef {import("./recipient-lookup.mjs").Recipient & {field: string}} SessionRecipient */

/** One compose window: what is known of it, and what follows for its toggles. */
export class ComposeSession {
  /** @type {ComposeWindow} */ window;
  /**
   * Whether From has a key of its own.
   * @type {"looking" | "ready" | "missing" | "failed"}
   */
  key = "looking";
  /** The address that `key` was found out for. */ keyOf = "";
  /**
   * Why the key could not be found out.
   * @type {any}
   */
  keyError = null;
  /** @type {import("./settings.mjs").IdentitySettings} */
  settings = { sign: "never", encrypt: "never" };
  /** @type {import("./settings.mjs").HeaderChoice} */
  header = { policy: "baseline", legacyDisplay: true };
  encryptedOriginal = false;
  /** It is a draft that lies encrypted. */ sealed = false;
  /** Its protected fields could not be put in: recipients are those from outside. */
  unproven = false;
  /**
   * What it answers or forwards, as far as its fields are protected.
   * @type {import("./compose-originals.mjs").HeaderFacts[]}
   */
  answered = [];
  /** @type {{sign?: boolean, encrypt?: boolean}} */ chosen = {};
  /** @type {Protection} */ protection = { sign: false, encrypt: false };
  /** To be asked at Send. */ ask = false;
  /** Encryption follows the recipients' states. */ automatic = false;
  /** The defaults could not be followed: nobody knows whether there is a key. */ unsure = false;
  /** It is being sent as it was checked: what is found out meanwhile changes nothing. */
  held = false;
  /** Encryption was on by itself, and went off because of somebody who is not ready. */
  fellBack = false;
  /** The popup has been opened: its table wants to be filled. */ watched = false;
  /** Thunderbird lacks what the sending needs. */ hookMissing = false;
  #lookup;

  /**
   * @param {ComposeWindow} window
   * @param {import("./recipient-lookup.mjs").RecipientLookup} lookup
   */
  constructor(window, lookup) {
    this.window = window;
    this.#lookup = lookup;
  }

  /** Each address once, in the first field that it stands in. @returns {SessionRecipient[]} */
  get recipients() {
    const fields = new Map();
    for (const { address, field } of this.window.recipients) {
      fields.set(address, fields.get(address) ?? field);
    }
    return [...fields].map(([address, field]) => ({ ...this.#lookup.get(address), field }));
  }

  get addresses() {
    return this.recipients.map(({ address }) => address);
  }

  /** Who can't be encrypted to, as far as known. */
  get missing() {
    return this.recipients.filter(({ state }) => state !== "ready" && state !== "looking");
  }

  get looking() {
    return this.recipients.some(({ state }) => state === "looking");
  }

  get allReady() {
    const { recipients } = this;
    return recipients.length > 0 && recipients.every(({ state }) => state === "ready");
  }

  /** What keeps an encrypted message from being sent: nothing if it is not to be encrypted. */
  get blocked() {
    return this.protection.encrypt && (this.key === "missing" || this.missing.length > 0);
  }

  /** Something was hidden in what it answers. */
  get answersHidden() {
    const states = this.answered.flatMap(({ fields }) => fields.map(({ state }) => state));
    return states.some((state) => ["encrypted-only", "signed-and-encrypted"].includes(state));
  }

  /** For the operations of PROTOCOL.md that encrypt. */
  get headerParams() {
    const { policy, legacyDisplay } = this.header;
    // What was hidden in a message that can't be read any more must not come out.
    const isUnknown = this.encryptedOriginal && this.answered.length === 0;
    return {
      header_protection: policy === "none" && isUnknown ? "baseline" : policy,
      legacy_display: legacyDisplay,
      responds_to: this.answered.map(({ fields }) => fields),
    };
  }

  /** Takes the toggles from what is known now. */
  evaluate() {
    if (this.held) {
      return;
    }
    const before = this.protection.encrypt;
    const { sign, encrypt, ask, automatic, unsure } = decide({
      settings: this.settings,
      hasKey: { ready: true, missing: false, looking: null, failed: null }[this.key],
      allReady: this.#readyOrAsBefore(),
      encryptedOriginal: this.encryptedOriginal,
      sealed: this.sealed,
      saved: this.window.saved,
      chosen: this.chosen,
    });
    this.protection = { sign, encrypt };
    this.ask = ask;
    this.unsure = unsure;
    this.automatic = automatic && this.key === "ready";
    this.fellBack = automatic && !encrypt && this.missing.length > 0 && (before || this.fellBack);
  }

  /** Somebody who was just added and is being looked up changes nothing yet. */
  #readyOrAsBefore() {
    const settled = this.missing.length === 0 && this.recipients.length > 0;
    return this.allReady || (settled && this.looking && this.protection.encrypt);
  }

  /** For the window, and drafts of it. @returns {WindowProtection} */
  get wish() {
    const { sign, encrypt } = this.protection;
    // What quotes an encrypted message is not left on a server for all to read.
    const mayCome = (this.automatic || this.ask) && this.missing.length === 0;
    const mustHide = this.encryptedOriginal || mayCome;
    const { saved } = this.window;
    const declined = /** @type {const} */ (["sign", "encrypt"]).filter(
      (what) => (this.chosen[what] ?? saved?.[what]) === false,
    );
    return { sign, encrypt, encryptDrafts: !encrypt && mustHide, declined };
  }

  /** @param {"sign" | "encrypt"} what @param {boolean} on */
  choose(what, on) {
    this.chosen = { ...this.chosen, [what]: on };
    this.held = false;
    this.evaluate();
  }
}

/**
 * How a state looks: in the pill, and in the table.
 * @param {string} state
 * @returns {Pill["state"]}
 */
export function appearance(state) {
  if (state === "ready" || state === "looking") {
    return state;
  }
  return isPassing(state) ? "unknown" : "missing";
}
