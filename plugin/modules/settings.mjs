// SPDX-License-Identifier: MPL-2.0
// @ts-check

/**
 * @typedef {"always" | "never"} SignDefault
 * @typedef {"ready" | "ask" | "always" | "never"} EncryptDefault "ready": when every recipient is
 *   ready; "ask": asks before sending when every recipient is ready
 * @typedef {{sign: SignDefault, encrypt: EncryptDefault}} IdentitySettings
 * @typedef {{mode: "system" | "servers" | "recursive", servers: string[]}} ResolverSettings
 * @typedef {object} Settings
 * @property {{[identityId: string]: IdentitySettings}} identities
 * @property {boolean} acceptAuthorities
 * @property {ResolverSettings} resolver
 * @property {boolean} firstRunDone
 */

/** @type {IdentitySettings} */
const IDENTITY_DEFAULTS = { sign: "always", encrypt: "ready" };

/** @type {Settings} */
const DEFAULTS = {
  identities: {},
  acceptAuthorities: true,
  resolver: { mode: "system", servers: [] },
  firstRunDone: false,
};

/** What the user has chosen, in the add-on's own storage. */
export class SettingsStore {
  #area;

  /** @param {{get: Function, set: Function}} area storage.local */
  constructor(area) {
    this.#area = area;
  }

  /** @returns {Promise<Settings>} */
  async read() {
    const { settings } = await this.#area.get("settings");
    return { ...structuredClone(DEFAULTS), ...settings };
  }

  /** @param {Partial<Settings>} changes */
  async change(changes) {
    await this.#area.set({ settings: { ...(await this.read()), ...changes } });
  }

  /**
   * @param {string} identityId
   * @returns {Promise<IdentitySettings>}
   */
  async identity(identityId) {
    const { identities } = await this.read();
    return { ...IDENTITY_DEFAULTS, ...identities[identityId] };
  }

  /**
   * @param {string} identityId
   * @param {Partial<IdentitySettings>} changes
   */
  async changeIdentity(identityId, changes) {
    const { identities } = await this.read();
    const changed = { ...(await this.identity(identityId)), ...changes };
    await this.change({ identities: { ...identities, [identityId]: changed } });
  }
}
