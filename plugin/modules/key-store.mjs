// SPDX-License-Identifier: MPL-2.0
// @ts-check

/** The password of the key store. It passes through and is kept nowhere. */
export class KeyStorePassword {
  #bridge;

  /** @param {import("./bridge.mjs").Bridge} bridge */
  constructor(bridge) {
    this.#bridge = bridge;
  }

  /** @returns {Promise<{exists: boolean, has_password: boolean, locked: boolean}>} */
  async look() {
    return (await this.#bridge.send("hello")).result.key_store;
  }

  /**
   * Sets, changes or removes it. Who changes one has to know it, unlocked or not.
   * @param {{current: string, wanted: string | null}} passwords `wanted` null removes it
   */
  async change({ current, wanted }) {
    if ((await this.look()).has_password) {
      await this.#bridge.send("unlock", { password: current });
    }
    return (await this.#bridge.send("password", { password: wanted })).result;
  }

  async lock() {
    return this.#bridge.lock();
  }

  /** By the prompt. */
  async unlock() {
    await this.#bridge.unlock();
  }
}
