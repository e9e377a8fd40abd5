// SPDX-License-Identifier: MPL-2.0
// @ts-check

/**
 * @typedef {"always" | "never"} SignDefault
 * @typedef {"ready" | "ask" | "always" | "never"} EncryptDefault "ready": when every recipient is
 *   ready; "ask": asks before sending when every recipient is ready
 * @typedef {{sign: SignDefault, encrypt: EncryptDefault}} IdentitySettings
 * @typedef {"udp" | "tls" | "tls-opportunistic"} Transport
 * @typedef {{mode: "system" | "servers" | "recursive", servers: string[], engine?: "unbound",
 *   transport?: Transport, deadline?: number}} ResolverSettings without an engine, a transport or a
 *   deadline (seconds for all look-ups of one request), the host's own choice holds
 * @typedef {"baseline" | "shy" | "none"} HeaderPolicy of RFC 9788 §3.2; "none" hides nothing
 * @typedef {{policy: HeaderPolicy, legacyDisplay: boolean}} HeaderChoice
 * @typedef {object} Settings
 * @property {{[identityId: string]: IdentitySettings}} identities
 * @property {boolean} acceptAuthorities
 * @property {ResolverSettings} resolver
 * @property {boolean} learnCiphers the host records what correspondents can read, and
 *   their certificates
 * @property {boolean} cacheAnswers the host keeps answers of the DNS on disk
 * @property {HeaderPolicy} headerProtection what stands outside of encrypted messages
 * @property {boolean} legacyDisplay their text repeats hidden fields, for programs that know
 *   nothing of header protection
 * @property {boolean} keepSubjects hidden subjects go into the message list, as plain text on disk
 * @property {boolean} firstRunShown the set-up page was opened by itself once
 * @property {boolean} firstRunDone the user went through it, or left it
 */

/** @type {IdentitySettings} */
const IDENTITY_DEFAULTS = { sign: "always", encrypt: "ready" };

/** @type {Settings} */
const DEFAULTS = {
  identities: {},
  acceptAuthorities: true,
  resolver: { mode: "system", servers: [] },
  learnCiphers: true,
  cacheAnswers: true,
  headerProtection: "baseline",
  legacyDisplay: true,
  keepSubjects: false,
  firstRunShown: false,
  firstRunDone: false,
};

/**
 * What of the settings decides about certificates: two texts that are the same where it is.
 * @param {Partial<Settings>} settings
 */
export function whatCounts({ acceptAuthorities = true, resolver } = {}) {
  const { mode, servers, engine, transport, deadline } = resolver ?? DEFAULTS.resolver;
  return JSON.stringify([acceptAuthorities, mode, servers, engine, transport, deadline]);
}

/** What the user has chosen, in the add-on's own storage. */
export class SettingsStore {
  #area;
  /** @type {Promise<void>} */ #changing = Promise.resolve();
  /** What the area has, until it changes. @type {Promise<any> | null} */ #stored = null;
  #isTold;

  /**
   * @param {{get: Function, set: Function}} area storage.local
   * @param {{addListener: Function} | null} onChanged storage.onChanged; without it, nothing is
   *   kept. Others who listen to it and then read have to come later.
   */
  constructor(area, onChanged = null) {
    this.#area = area;
    this.#isTold = onChanged !== null;
    onChanged?.addListener(() => {
      this.#stored = null;
    });
  }

  /** @returns {Promise<Settings>} */
  async read() {
    const stored = this.#stored ?? this.#area.get("settings");
    this.#stored = this.#isTold ? stored : null;
    try {
      const { settings } = await stored;
      return structuredClone({ ...DEFAULTS, ...settings });
    } catch (error) {
      this.#stored = null;
      throw error;
    }
  }

  /** What becomes of the header fields of encrypted messages. @returns {Promise<HeaderChoice>} */
  async header() {
    const { headerProtection, legacyDisplay } = await this.read();
    return { policy: headerProtection, legacyDisplay };
  }

  /** @param {Partial<Settings>} changes */
  change(changes) {
    return this.#update(() => changes);
  }

  /**
   * One change after the other: each is made to what the one before has left.
   * @param {(settings: Settings) => Partial<Settings>} makeChanges
   */
  #update(makeChanges) {
    const change = this.#changing.then(async () => {
      const settings = await this.read();
      this.#stored = null;
      await this.#area.set({ settings: { ...settings, ...makeChanges(settings) } });
      this.#stored = null;
    });
    this.#changing = change.catch(() => {});
    return change;
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
  changeIdentity(identityId, changes) {
    return this.#update(({ identities }) => {
      const changed = { ...IDENTITY_DEFAULTS, ...identities[identityId], ...changes };
      return { identities: { ...identities, [identityId]: changed } };
    });
  }
}
