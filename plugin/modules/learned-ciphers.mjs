// SPDX-License-Identifier: MPL-2.0
// @ts-check

/**
 * What the host records of correspondents from verified mail: the ciphers that they can read, and
 * their certificates (PROTOCOL.md, Peers and Seen).
 */
export class LearnedCiphers {
  #bridge;
  #settings;

  /**
   * @param {import("./bridge.mjs").Bridge} bridge
   * @param {import("./settings.mjs").SettingsStore} settings
   */
  constructor(bridge, settings) {
    this.#bridge = bridge;
    this.#settings = settings;
  }

  /**
   * Holds from the host's next request on.
   * @param {boolean} isOn
   */
  async learn(isOn) {
    await this.#settings.change({ learnCiphers: isOn });
    await this.#bridge.reconfigureOrLater();
  }

  /** @returns {Promise<number>} how many entries there were */
  async forget() {
    const peers = await this.#bridge.send("peers", { forget: true });
    const seen = await this.#bridge.send("seen", { forget: true });
    return peers.result.forgotten + seen.result.forgotten;
  }
}
