// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { BridgeError, Cancelled } from "./errors.mjs";
import { configureParams } from "./resolver-choice.mjs";

/**
 * The operations of the native host as the add-on's parts use them: a locked key store is unlocked
 * on the way, and a host that starts is told the user's resolver first.
 */
export class Bridge {
  #client;
  #settings;
  #askPassword;
  /**
   * The prompt that is open.
   * @type {Promise<void> | null}
   */
  #unlocking = null;
  /** @type {Set<() => any>} */ #lockListeners = new Set();
  /** The user said no: not asked again until something is asked for by a click. */
  #declined = false;
  /** How often the key store has been unlocked by a prompt. */ #unlocks = 0;
  /** Start of the host that knows the settings. */ #configured = 0;
  /** @type {Promise<void> | null} */ #configuring = null;

  /**
   * @param {import("./bridge-client.mjs").BridgeClient} client
   * @param {import("./settings.mjs").SettingsStore} settings
   * @param {(again: boolean) => Promise<string | null>} askPassword null: the user cancelled
   */
  constructor(client, settings, askPassword) {
    this.#client = client;
    this.#settings = settings;
    this.#askPassword = askPassword;
  }

  /**
   * As BridgeClient.request(). A locked key store is asked for: always where `interactive`, else
   * unless the user has declined since the host started.
   * @param {string} op
   * @param {object} [params]
   * @param {import("./bridge-client.mjs").RequestOptions & {interactive?: boolean}} options
   */
  async request(op, params = {}, { interactive = false, ...options } = {}) {
    for (;;) {
      const unlocks = this.#unlocks;
      try {
        return await this.send(op, params, options);
      } catch (error) {
        if (error.code !== "key-locked" || (this.#declined && !interactive)) {
          throw error;
        }
        // Another request has had it unlocked meanwhile: the user is asked once.
        if (unlocks === this.#unlocks) {
          await this.unlock();
        }
      }
    }
  }

  /**
   * The same, but a locked key store is not asked for: "key-locked" is an answer.
   * @param {string} op
   * @param {object} [params]
   * @param {import("./bridge-client.mjs").RequestOptions} [options]
   */
  async send(op, params, options) {
    await this.#configure();
    return this.#client.request(op, params, options);
  }

  /** Locks the key store. It is not asked for again before something is clicked. */
  async lock() {
    const { result } = await this.send("lock");
    this.#declined = true;
    await Promise.all([...this.#lockListeners].map((listener) => listener()));
    return result;
  }

  /** Somebody has the key store locked: what it has opened is to be forgotten. */
  onLocked = {
    /** @param {() => any} listener */
    addListener: (listener) => this.#lockListeners.add(listener),
  };

  /** Asks for the key store's password until it is right. Rejects with Cancelled. */
  async unlock() {
    this.#unlocking ??= this.#askUntilRight().finally(() => {
      this.#unlocking = null;
    });
    await this.#unlocking;
  }

  async #askUntilRight() {
    for (let again = false; ; again = true) {
      const password = await this.#askPassword(again);
      if (password === null) {
        this.#declined = true;
        throw new Cancelled("the key store stays locked");
      }
      try {
        await this.#client.request("unlock", { password });
        this.#unlocks++;
        this.#declined = false;
        return;
      } catch (error) {
        if (error.code !== "key-locked") {
          throw error;
        }
      }
    }
  }

  /** Tells a host that runs already what the user has chosen anew. */
  async reconfigure() {
    // One that is under way may have read the settings before they changed.
    await this.#configuring?.catch(() => {});
    this.#configured = 0;
    await this.#configure();
  }

  /** The same; a host that can't be reached now is told before it is asked for anything. */
  async reconfigureOrLater() {
    try {
      await this.reconfigure();
    } catch (error) {
      if (!(error instanceof BridgeError)) {
        throw error;
      }
    }
  }

  async #configure() {
    if (this.#client.start !== 0 && this.#client.start === this.#configured) {
      return;
    }
    this.#configuring ??= this.#sendSettings().finally(() => {
      this.#configuring = null;
    });
    await this.#configuring;
    this.#configured = this.#client.start;
    this.#declined = false;
  }

  async #sendSettings() {
    const settings = await this.#settings.read();
    try {
      await this.#client.request("configure", configureParams(settings));
    } catch (error) {
      if (error instanceof BridgeError && error.code === "dns-server-malformed") {
        const resolver = withoutServers(settings.resolver);
        await this.#client.request("configure", configureParams({ ...settings, resolver }));
        return;
      }
      throw error;
    }
  }
}

/** Where nobody answers: port 1 of this computer. */
const NOWHERE = "127.0.0.1@1#nowhere.invalid";

/**
 * What is asked instead of name servers that the host refuses: the system's, but nobody where
 * nothing may be asked in the clear.
 * @param {import("./settings.mjs").ResolverSettings} resolver
 * @returns {import("./settings.mjs").ResolverSettings}
 */
function withoutServers({ transport }) {
  return transport === "tls"
    ? { mode: "servers", servers: [NOWHERE], transport }
    : { mode: "system", servers: [] };
}
