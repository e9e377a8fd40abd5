// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { BridgeError } from "./errors.mjs";

/**
 * What is known of one address. `state` is "looking", "failed" (`error` says why), "ready", or a
 * reason of PROTOCOL.md; `publisher` is the domain in whose DNS the answer was found.
 * @typedef {{address: string, state: string, publisher: string, error: any}} Recipient
 */

/** Milliseconds of quiet before a look-up begins: addresses are being typed. */
const DEBOUNCE = 250;
/** Requests side by side; the host looks up as many names at a time. */
const MAX_REQUESTS = 16;
/** Addresses of one domain in one request: they share its fate, and no other waits for them. */
const MAX_ADDRESSES = 50;
/** Seconds that an answer is kept, whatever its TTL says. */
const SHORTEST = 5;
const LONGEST = 3600;
/** Seconds that an answer is kept that may be another one when asked again. */
const PASSING = 15;
/** Reasons and states that may change when asked again at once. */
const PASSING_STATES = ["bogus", "indeterminate", "unreachable", "not-looked-up", "failed"];

/** @param {string} state */
export function isPassing(state) {
  return PASSING_STATES.includes(state);
}

/** The look-ups of recipients for all compose windows, which share the answers. */
export class RecipientLookup {
  #bridge;
  #now;
  #timers;
  /** @type {Map<string, {recipient: Recipient, until: number}>} */ #known = new Map();
  /** By who wants them. @type {Map<any, Set<string>>} */ #wanted = new Map();
  /** Requests under way. @type {Set<{addresses: string[], controller: AbortController}>} */
  #running = new Set();
  /** @type {Set<() => void>} */ #waiting = new Set();
  /** @type {any} */ #timer = null;
  /**
   * Called with addresses of which something new is known.
   * @type {(addresses: string[]) => void}
   */
  onChange = () => {};

  /**
   * @param {{request: Function}} bridge
   * @param {() => number} [now] milliseconds
   * @param {{setTimeout: Function, clearTimeout: Function}} [timers]
   */
  constructor(bridge, now = Date.now, timers = globalThis) {
    this.#bridge = bridge;
    this.#now = now;
    this.#timers = timers;
  }

  /**
   * The addresses that `key` (a compose window) wants to know about, instead of those of before.
   * Look-ups that nobody wants any more are cancelled.
   * @param {any} key
   * @param {string[]} addresses none: the window is closed
   */
  want(key, addresses) {
    this.#replace(key, addresses);
    this.#timers.clearTimeout(this.#timer);
    this.#timer = this.#timers.setTimeout(() => this.#start(), DEBOUNCE);
  }

  /**
   * @param {string} address
   * @returns {Recipient}
   */
  get(address) {
    const unknown = { address, state: "looking", publisher: "", error: null };
    return this.#known.get(address)?.recipient ?? unknown;
  }

  /**
   * Looks up at once what is not known or too old, and waits for it.
   * @param {string[]} addresses
   * @param {AbortSignal} signal after the abort, what is known by then is the result
   * @param {(done: number, total: number) => void} onProgress
   * @returns {Promise<Recipient[]>}
   */
  async settle(addresses, signal, onProgress) {
    const key = {};
    this.#replace(key, addresses);
    this.#start();
    try {
      await this.#wait(addresses, signal, onProgress);
    } finally {
      this.#replace(key, []);
    }
    return addresses.map((address) => this.get(address));
  }

  /**
   * Forgets answers, so that they are asked for anew; without addresses all.
   * @param {string[]} [addresses]
   */
  forget(addresses = [...this.#known.keys()]) {
    for (const address of addresses) {
      this.#known.delete(address);
    }
  }

  #replace(key, addresses) {
    if (addresses.length > 0) {
      this.#wanted.set(key, new Set(addresses));
    } else {
      this.#wanted.delete(key);
    }
    const wanted = this.#allWanted();
    for (const { addresses: asked, controller } of this.#running) {
      if (!asked.some((address) => wanted.has(address))) {
        controller.abort();
      }
    }
  }

  #allWanted() {
    return new Set([...this.#wanted.values()].flatMap((addresses) => [...addresses]));
  }

  #isFresh(address) {
    return (this.#known.get(address)?.until ?? 0) > this.#now();
  }

  #start() {
    const asked = new Set([...this.#running].flatMap(({ addresses }) => addresses));
    const missing = [...this.#allWanted()].filter(
      (address) => !asked.has(address) && !this.#isFresh(address),
    );
    for (const group of byDomain(missing)) {
      if (this.#running.size >= MAX_REQUESTS) {
        return;
      }
      this.#run(group);
    }
  }

  async #run(addresses) {
    const request = { addresses, controller: new AbortController() };
    this.#running.add(request);
    try {
      const found = await this.#ask(addresses, request.controller.signal);
      found.forEach(({ recipient, seconds }) => this.#keep(recipient, seconds));
    } catch (error) {
      this.#fail(addresses, error);
    }
    this.#running.delete(request);
    this.onChange(addresses);
    this.#waiting.forEach((look) => look());
    this.#start();
  }

  /** One address that can't be read spoils a request: then each is asked for by itself. */
  async #ask(addresses, signal) {
    try {
      const { result } = await this.#bridge.request("lookup", { addresses }, { signal });
      return result.results.map((lookup, i) => understood(addresses[i], lookup));
    } catch (error) {
      if (!/^address-/.test(error.code ?? "") || addresses.length === 1) {
        throw error;
      }
      return (await Promise.all(addresses.map((one) => this.#askAlone(one, signal)))).flat();
    }
  }

  async #askAlone(address, signal) {
    try {
      return await this.#ask([address], signal);
    } catch (error) {
      this.#fail([address], error);
      return [];
    }
  }

  #fail(addresses, error) {
    if (error.name === "Cancelled") {
      return;
    }
    const lasting = error instanceof BridgeError && /^address-/.test(error.code);
    for (const address of addresses) {
      this.#keep({ address, state: "failed", publisher: "", error }, lasting ? LONGEST : PASSING);
    }
  }

  #keep(recipient, seconds) {
    this.#known.set(recipient.address, { recipient, until: this.#now() + seconds * 1000 });
  }

  /** @returns {Promise<void>} */
  #wait(addresses, signal, onProgress) {
    return new Promise((resolve) => {
      const end = () => {
        this.#waiting.delete(look);
        signal.removeEventListener("abort", end);
        resolve(undefined);
      };
      const look = () => {
        const done = addresses.filter((address) => this.#isFresh(address)).length;
        onProgress(done, addresses.length);
        if (done === addresses.length || signal.aborted) {
          end();
        }
      };
      this.#waiting.add(look);
      signal.addEventListener("abort", end);
      look();
    });
  }
}

/** @param {string} address @param {any} lookup as PROTOCOL.md has it */
function understood(address, lookup) {
  const [, publisher] = (lookup.owner_name ?? "").split("._smimecert.");
  const passing = isPassing(lookup.recipient);
  // A signed mail that is read meanwhile brings the certificate that is missing.
  const longest = lookup.recipient === "hash-only" ? SHORTEST : passing ? PASSING : LONGEST;
  const seconds = Math.min(Math.max(lookup.ttl ?? PASSING, SHORTEST), longest);
  return {
    recipient: { address, state: lookup.recipient, publisher: publisher ?? "", error: null },
    seconds,
  };
}

/** @param {string[]} addresses */
function byDomain(addresses) {
  /** @type {Map<string, string[]>} */
  const groups = new Map();
  for (const address of addresses) {
    const domain = address.slice(address.lastIndexOf("@") + 1).toLowerCase();
    groups.set(domain, [...(groups.get(domain) ?? []), address]);
  }
  return [...groups.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / MAX_ADDRESSES) }, (_, i) =>
      group.slice(i * MAX_ADDRESSES, (i + 1) * MAX_ADDRESSES),
    ),
  );
}
