// SPDX-License-Identifier: MPL-2.0
// @ts-check

/**
 * A certificate in full (PROTOCOL.md, Certificate) of a key in the key store.
 * @typedef {object} OwnCertificate
 * @property {string} sha256
 * @property {string} subject
 * @property {string[]} addresses
 * @property {string} not_before RFC 3339
 * @property {string} not_after RFC 3339
 * @property {"valid" | "expired" | "not-yet-valid"} time
 * @property {boolean} may_sign
 * @property {boolean} may_encrypt
 */

/** Milliseconds after which the host is asked again; a certificate can expire meanwhile. */
const LIFETIME = 10 * 60 * 1000;

/**
 * The user's own keys. The host's answers are kept, also those that are still under way; whoever
 * changes the key store calls forget().
 */
export class OwnKeys {
  #bridge;
  #now;
  /** By address; "" stands for all. @type {Map<string, {at: number, keys: Promise<any>}>} */
  #answers = new Map();
  /** Called when the key store has changed. */
  onForget = () => {};

  /**
   * @param {{request: (op: string, params?: object) => Promise<{result: any}>}} bridge
   * @param {() => number} [now] milliseconds
   */
  constructor(bridge, now = Date.now) {
    this.#bridge = bridge;
    this.#now = now;
  }

  /**
   * The newest certificate of an address that is valid now and may sign: with it, the address can
   * sign and encrypt.
   * @param {string} address
   * @returns {Promise<OwnCertificate | null>} rejects with BridgeError if it can't be found out
   */
  async find(address) {
    if (!address) {
      return null;
    }
    const keys = await this.#ask(address);
    return keys.find((key) => key.time === "valid" && key.may_sign) ?? null;
  }

  /**
   * All of them, newest first; empty where there is no key store yet.
   * @returns {Promise<OwnCertificate[]>}
   */
  list() {
    return this.#ask("");
  }

  /** The key store has changed. */
  forget() {
    this.#answers.clear();
    this.onForget();
  }

  #ask(address) {
    const known = this.#answers.get(address);
    if (known && this.#now() - known.at < LIFETIME) {
      return known.keys;
    }
    const keys = this.#request(address ? { address } : {});
    const answer = { at: this.#now(), keys };
    this.#answers.set(address, answer);
    keys.catch(() => {
      if (this.#answers.get(address) === answer) {
        this.#answers.delete(address);
      }
    });
    return keys;
  }

  /** @returns {Promise<OwnCertificate[]>} */
  async #request(params) {
    try {
      return (await this.#bridge.request("keys", params)).result.keys;
    } catch (error) {
      if (error.code === "key-store-missing") {
        return [];
      }
      throw error;
    }
  }
}
