// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { whatCounts } from "./settings.mjs";

/** Operations that judge other people's certificates. */
const JUDGING = ["lookup", "sign-encrypt"];

/**
 * Recipients are judged as senders are: with the system's certificate authorities where the user
 * accepts them, and without where the host has none.
 */
export class TrustingBridge {
  #bridge;
  #settings;

  /**
   * @param {{request: Function}} bridge
   * @param {Pick<import("./settings.mjs").SettingsStore, "read">} settings
   */
  constructor(bridge, settings) {
    this.#bridge = bridge;
    this.#settings = settings;
  }

  /**
   * As Bridge.request().
   * @param {string} op
   * @param {object} params
   * @param {object} options
   */
  async request(op, params, options) {
    if (!JUDGING.includes(op) || !(await this.#settings.read()).acceptAuthorities) {
      return this.#bridge.request(op, params, options);
    }
    try {
      return await this.#bridge.request(op, { ...params, system_authorities: true }, options);
    } catch (error) {
      if (error.code !== "system-authorities-missing") {
        throw error;
      }
      return this.#bridge.request(op, params, options);
    }
  }
}

/**
 * Whether what is known of recipients may be otherwise since settings have changed.
 * @param {{oldValue?: any, newValue?: any}} change of storage.onChanged
 */
export function changesRecipients({ oldValue, newValue }) {
  return whatCounts(oldValue) !== whatCounts(newValue);
}
