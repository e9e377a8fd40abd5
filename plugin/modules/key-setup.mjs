// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { toBase64 } from "./base64.mjs";

/** Kinds of keys that can be made, the one that is proposed first. */
export const KEY_KINDS = ["rsa-3072", "p-256", "p-384", "rsa-2048", "rsa-4096"];
export const DEFAULT_YEARS = 3;
const DAYS_A_YEAR = 365.25;
const MAX_DAYS = 36500;
/** Octets of a password that nobody has to type. */
const RANDOM_OCTETS = 24;

/** @param {number} years */
export function daysOf(years) {
  return Math.min(Math.max(Math.round(years * DAYS_A_YEAR), 1), MAX_DAYS);
}

/** What the user does with keys: everything that changes the key store goes through here. */
export class KeySetup {
  #bridge;
  #ownKeys;
  #hooks;
  #random;

  /**
   * @param {import("./bridge.mjs").Bridge} bridge
   * @param {import("./own-keys.mjs").OwnKeys} ownKeys
   * @param {DaneKeys} hooks
   * @param {(octets: Uint8Array) => Uint8Array} [random] fills with random octets
   */
  constructor(bridge, ownKeys, hooks, random = (octets) => crypto.getRandomValues(octets)) {
    this.#bridge = bridge;
    this.#ownKeys = ownKeys;
    this.#hooks = hooks;
    this.#random = random;
  }

  /**
   * A key pair and its self-signed certificate.
   * @param {{address: string, name: string, kind: string, years: number}} wanted
   */
  async create({ address, name, kind, years }) {
    const params = { address, name: name || null, algorithm: kind, days: daysOf(years) };
    return (await this.#change("keygen", params)).result.certificate;
  }

  /**
   * @param {Uint8Array} octets PKCS#12, or PEM or DER of PKCS#8 and certificate
   * @param {string} password "": none
   * @returns {Promise<{keys: number, new_keys: number, imported: any[]}>}
   */
  async importFile(octets, password) {
    const params = { octets: toBase64(octets), password: password || null };
    return (await this.#change("import", params)).result;
  }

  /**
   * Copies a key of Thunderbird's own, under a password that lives as long as this call.
   * @param {string} id of listOwn()
   */
  async takeOver(id) {
    const password = toBase64(this.#random(new Uint8Array(RANDOM_OCTETS)));
    const exported = await this.#hooks.exportOwn(id, password);
    return this.importFile(new Uint8Array(exported), password);
  }

  /**
   * @param {string} sha256 of the certificate
   * @param {string} password
   * @returns {Promise<Uint8Array>} PKCS#12
   */
  async backUp(sha256, password) {
    const options = { interactive: true };
    const answer = await this.#bridge.request("export", { sha256, password }, options);
    return /** @type {Uint8Array} */ (answer.bodies[0].data);
  }

  /**
   * For good: mail that is encrypted to this key can't be read any more.
   * @param {string} sha256
   */
  async remove(sha256) {
    await this.#change("delete", { sha256 });
  }

  async #change(op, params) {
    try {
      return await this.#bridge.request(op, params, { interactive: true });
    } finally {
      this.#ownKeys.forget();
    }
  }
}
