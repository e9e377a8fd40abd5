// SPDX-License-Identifier: MPL-2.0
// @ts-check

/** Which answers of the DNS the host keeps on disk (PROTOCOL.md, Cache). */
export class RememberedAnswers {
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
   * Whether it keeps any, from its next request on. What is there stays until it is forgotten.
   * @param {boolean} isOn
   */
  async keep(isOn) {
    await this.#settings.change({ cacheAnswers: isOn });
    await this.#bridge.reconfigureOrLater();
  }

  /** @returns {Promise<number>} how many there were on disk */
  async forget() {
    const { result } = await this.#bridge.send("cache", { clear: true });
    return result.cleared;
  }
}
