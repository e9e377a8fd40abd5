// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { isTemporary } from "./verdict-failure.mjs";

/** What each kind of message can be found to be; "declared" is what its structure says alone. */
const STATES = {
  signed: ["declared", "good", "unverified", "failed", "partial"],
  encrypted: ["declared", "good", "failed"],
  both: ["declared", "good", "unverified", "failed", "partial"],
};

/** @type {{[status: string]: ListMark["state"]}} */
const STATE_OF_STATUS = { verified: "good", unverified: "unverified", invalid: "failed" };

/**
 * The mark of a message that was read. A signature that nothing vouches for stays "unverified", and
 * one that covers a part of the message "partial", whatever else is known of it.
 * @param {any} verdict see bridge/PROTOCOL.md
 * @param {string} date RFC 3339
 * @returns {ListMark}
 */
export function markOf(verdict, date) {
  const isSigned = verdict.scope === "whole" || verdict.scope === "part";
  if (!isSigned && !verdict.encrypted) {
    return { kind: "none", state: "good", date };
  }
  if (!isSigned) {
    return { kind: "encrypted", state: verdict.encryption ? "good" : "failed", date };
  }
  const kind = verdict.encrypted ? "both" : "signed";
  const whole = STATE_OF_STATUS[verdict.status] ?? "unverified";
  return { kind, state: verdict.scope === "part" ? "partial" : whole, date };
}

/** Keeps what was found out about messages beside them, for the message list. */
export class Marks {
  #hooks;
  #words;
  #now;

  /**
   * @param {Pick<DaneList, "start" | "getMark" | "setMark" | "features">} hooks
   * @param {import("./words.mjs").Words} words
   * @param {() => Date} [now]
   */
  constructor(hooks, words, now = () => new Date()) {
    this.#hooks = hooks;
    this.#words = words;
    this.#now = now;
  }

  /** Shows the marks, where this Thunderbird can. */
  async start() {
    if ((await this.#hooks.features()).column) {
      await this.#hooks.start(this.texts());
    }
  }

  /** @returns {ListTexts} */
  texts() {
    const labels = Object.entries(STATES).flatMap(([kind, states]) =>
      states.map((state) => {
        const label = this.#words.text(`list_${kind}_${state}`, "$DATE");
        return [`${kind}.${state}`, label];
      }),
    );
    return { column: this.#words.text("list_column"), labels: Object.fromEntries(labels) };
  }

  /** Whether a message is known to be neither signed nor encrypted. @param {string} uri */
  async isPlain(uri) {
    return (await this.#hooks.getMark(uri))?.kind === "none";
  }

  /**
   * An answer that the DNS may give differently when it is asked again does not take away what an
   * earlier one has said; nor does a key that is not there any more.
   * @param {string} uri
   * @param {any} verdict
   */
  async keep(uri, verdict) {
    const old = await this.#hooks.getMark(uri);
    const isFoundOut = old !== null && old.state !== "declared";
    const isClosed = verdict.encrypted && !verdict.encryption;
    if (isFoundOut && (isTemporary(verdict) || isClosed)) {
      return;
    }
    const date = this.#now().toISOString();
    await this.#hooks.setMark(uri, markOf(verdict, date));
  }
}
