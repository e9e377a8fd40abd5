// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { BridgeError, Cancelled } from "./errors.mjs";

/** A message up to this is handed to the host in the request, a longer one in a file. */
const FILE_OCTETS = 1024 * 1024;
/** Readings that are kept: some messages to go back and forth between. */
const MAX_READINGS = 48;
const MAX_OCTETS = 16 * 1024 * 1024;
/** A failure that may pass is told to all who ask for the same showing of the message. */
const FAILURE_MS = 3000;
/** Seconds that a verdict on a signature is kept. */
const SHORTEST_TRUST = 60;
const LONGEST_TRUST = 3600;
/** Thunderbird's own key may help where the host has none, or is not there. */
const OWN_KEY_HELPS = new Set(["cms-not-for-us", "key-store-missing"]);

/**
 * What is known of one message. `entity` is the innermost MIME entity; with `error` there is none,
 * but for messages that Thunderbird's own key opened while the host could not be reached.
 * @typedef {object} Reading
 * @property {string} uri
 * @property {any} verdict PROTOCOL.md, Verdict; null: none
 * @property {Uint8Array | null} entity
 * @property {boolean} decrypted the entity came out of an envelope
 * @property {boolean} ownKey … that Thunderbird's own key opened; `verdict.encryption` is null
 * @property {any} error
 *
 * @typedef {object} ReadOptions
 * @property {boolean} [interactive] somebody has clicked: asks for the password even if that was
 *   declined before, and does not answer with a failure of before
 * @property {Uint8Array} [source] the message, where the caller has it
 * @property {{octets: number | null, stamp: string | null}} [about] the same of its description
 * @property {AbortSignal} [signal] cancels the reading, for all who wait for it
 * @property {(progress: import("./bridge-client.mjs").HostProgress) => void} [onProgress]
 */

/**
 * Has messages read by the host, each once however many ask for it. What was found out is kept in
 * memory, bounded in number and octets, until forget().
 */
export class MessageReader {
  #bridge;
  #hooks;
  #settings;
  #ownKeys;
  #now;
  /** Least used first: {reading, until, stamp}. @type {Map<string, any>} */ #kept = new Map();
  /** @type {Map<string, Run>} */ #runs = new Map();
  /** @type {Set<(reading: Reading) => void>} */ #listeners = new Set();
  /** The host can't see Thunderbird's files (sandbox). */ #filesRefused = false;

  /**
   * @param {object} parts
   * @param {import("./bridge.mjs").Bridge} parts.bridge
   * @param {DaneIncoming} parts.hooks
   * @param {import("./settings.mjs").SettingsStore} parts.settings
   * @param {import("./reading-own-keys.mjs").OwnKeyOpener} parts.ownKeys
   * @param {() => number} [parts.now]
   */
  constructor({ bridge, hooks, settings, ownKeys, now = Date.now }) {
    this.#bridge = bridge;
    this.#hooks = hooks;
    this.#settings = settings;
    this.#ownKeys = ownKeys;
    this.#now = now;
  }

  /** Each new reading is told to the listeners, before those who asked for it get it. */
  onReading = {
    /** @param {(reading: Reading) => void} listener */
    addListener: (listener) => this.#listeners.add(listener),
    /** @param {(reading: Reading) => void} listener */
    removeListener: (listener) => this.#listeners.delete(listener),
  };

  /**
   * @param {string} uri
   * @param {ReadOptions} [options]
   * @returns {Promise<Reading>} never rejects: a failure is in it
   */
  async read(uri, options = {}) {
    const about = options.about ?? (await this.#describe(uri));
    const kept = this.#find(uri, about.stamp);
    if (kept && !(options.interactive && kept.error)) {
      return kept;
    }
    let run = this.#runs.get(uri);
    if (!run || run.signal.aborted || (options.interactive && !run.interactive)) {
      run = new Run(options, about);
      this.#runs.set(uri, run);
      run.reading = this.#perform(uri, run);
    }
    return run.join(options);
  }

  /** A message that is gone is told of when it is read. */
  async #describe(uri) {
    try {
      return await this.#hooks.describe(uri);
    } catch {
      return { octets: null, stamp: null };
    }
  }

  #find(uri, stamp) {
    const kept = this.#kept.get(uri);
    if (!kept || kept.until <= this.#now() || kept.stamp !== stamp) {
      return null;
    }
    this.#kept.delete(uri);
    this.#kept.set(uri, kept);
    return kept.reading;
  }

  /** @returns {Promise<Reading>} */
  async #perform(uri, run) {
    const reading = noReading(uri);
    try {
      Object.assign(reading, await this.#ask(uri, run));
    } catch (error) {
      reading.error = asFailure(error, run);
    }
    if (this.#runs.get(uri) === run) {
      this.#runs.delete(uri);
      this.#keep(reading, run.about.stamp);
      this.#listeners.forEach((listener) => listener(reading));
    }
    return reading;
  }

  async #ask(uri, run) {
    try {
      return resultOf(await this.#askAboutSource(uri, run));
    } catch (error) {
      const unreachable = String(error.code).startsWith("host-");
      if (run.signal.aborted || !(unreachable || OWN_KEY_HELPS.has(error.code))) {
        throw error;
      }
      return this.#askWithOwnKey(uri, run, { error, unreachable });
    }
  }

  async #askAboutSource(uri, run) {
    const { acceptAuthorities } = await this.#settings.read();
    const { octets } = run.about;
    run.authorities = acceptAuthorities;
    if (run.source) {
      return this.#request(run.source, run);
    }
    if (octets !== null && octets > FILE_OCTETS && !this.#filesRefused) {
      try {
        return await this.#askAboutFile(uri, run);
      } catch (error) {
        if (error.code !== "file-refused") {
          throw error;
        }
        this.#filesRefused = true;
      }
    }
    return this.#request(new Uint8Array(await this.#hooks.getSource(uri)), run);
  }

  async #askAboutFile(uri, run) {
    const { file } = await this.#hooks.saveSource(uri);
    try {
      return await this.#request({ file }, run);
    } finally {
      await this.#hooks.removeSource(file);
    }
  }

  async #request(body, run) {
    try {
      return await this.#send(body, run, run.authorities);
    } catch (error) {
      if (error.code !== "system-authorities-missing") {
        throw error;
      }
      return this.#send(body, run, false);
    }
  }

  #send(body, { interactive, signal, onProgress }, authorities) {
    const params = { entity: true, system_authorities: authorities };
    return this.#bridge.request("read", params, { body, interactive, signal, onProgress });
  }

  async #askWithOwnKey(uri, run, { error, unreachable }) {
    const opened = await this.#ownKeys.open(new Uint8Array(await this.#hooks.getSource(uri)));
    if (!opened) {
      throw error;
    }
    const found = { decrypted: true, ownKey: true };
    if (unreachable) {
      return { ...found, entity: opened.entity(), error };
    }
    const { verdict, entity } = resultOf(await this.#request(opened.message(), run));
    return { ...found, verdict: { ...verdict, encrypted: true }, entity };
  }

  #keep(reading, stamp) {
    const { error } = reading;
    const until = this.#now() + lifetime(reading);
    if (error?.name === "Cancelled") {
      return;
    }
    this.#kept.set(reading.uri, { reading, until, stamp });
    let octets = 0;
    for (const [uri, { reading: kept }] of [...this.#kept].reverse()) {
      octets += kept.entity?.length ?? 0;
      if (uri !== reading.uri && octets > MAX_OCTETS) {
        this.#kept.delete(uri);
      }
    }
    if (this.#kept.size > MAX_READINGS) {
      this.#kept.delete(this.#kept.keys().next().value);
    }
  }

  /**
   * Forgets what was found out, and the plaintext, of one message or of all (null): after the key
   * store was locked, after keys or settings have changed, or to try again.
   * @param {string | null} uri
   */
  async forget(uri) {
    for (const one of uri === null ? [...this.#kept.keys()] : [uri]) {
      this.#kept.delete(one);
    }
    for (const one of uri === null ? [...this.#runs.keys()] : [uri]) {
      this.#runs.get(one)?.abort();
    }
    await this.#hooks.forget(uri);
  }
}

/** One reading under way, and those who wait for it. */
class Run {
  #controller = new AbortController();
  #progress = new Set();
  /** @type {Promise<Reading>} */ reading;
  /** Certificate authorities may vouch. */ authorities = false;

  /** @param {ReadOptions} options @param {{octets: number | null, stamp: string | null}} about */
  constructor({ interactive = false, source }, about) {
    this.interactive = interactive;
    this.source = source;
    this.about = about;
  }

  get signal() {
    return this.#controller.signal;
  }

  onProgress = (progress) => this.#progress.forEach((listener) => listener(progress));

  abort = () => this.#controller.abort();

  /** @param {ReadOptions} options */
  async join({ signal, onProgress }) {
    const { abort } = this;
    if (signal?.aborted) {
      abort();
    }
    signal?.addEventListener("abort", abort);
    if (onProgress) {
      this.#progress.add(onProgress);
    }
    try {
      return await this.reading;
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#progress.delete(onProgress);
    }
  }
}

/** @returns {Reading} */
function noReading(uri) {
  return { uri, verdict: null, entity: null, decrypted: false, ownKey: false, error: null };
}

function resultOf({ result, bodies }) {
  return { verdict: result, entity: bodies[0]?.data ?? null, decrypted: result.encrypted };
}

/** A password prompt that was closed leaves the key store locked, which is no cancellation. */
function asFailure(error, run) {
  if (error.name === "Cancelled" && !run.signal.aborted) {
    return new BridgeError("key-locked", error.message, { retry: true });
  }
  return run.signal.aborted ? new Cancelled() : error;
}

/** Milliseconds: what the DNS has vouched for, it does as long as its answer holds. */
function lifetime({ verdict, error }) {
  if (error) {
    return isDefinite(error) ? Infinity : FAILURE_MS;
  }
  const ttl = verdict?.trust?.ttl ?? LONGEST_TRUST;
  return verdict?.trust ? Math.min(Math.max(ttl, SHORTEST_TRUST), LONGEST_TRUST) * 1000 : Infinity;
}

function isDefinite(error) {
  return error.name === "BridgeError" && !error.retry && !error.code.startsWith("host-");
}
