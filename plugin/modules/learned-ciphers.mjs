// SPDX-License-Identifier: MPL-2.0
// @ts-check

/** What the host records of which ciphers correspondents can read (PROTOCOL.md, Peers). */
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
   * Holds from the host's next request on; one that can't be reached now is told before it is asked
   * for anything.
   * @param {boolean} isOn
   */
  async learn(isOn) {
    await this.#settings.change({ learnCiphers: isOn });
    try {
      await this.#bridge.reconfigure();
    } catch (error) {
      if (error?.name !== "BridgeError") {
        throw error;
      }
    }
  }

  /** @returns {Promise<number>} of how many keys something was recorded */
  async forget() {
    const { result } = await this.#bridge.send("peers", { forget: true });
    return result.forgotten;
  }
}
