// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { AnswerAssembly } from "./answer.mjs";
import { toBase64 } from "./base64.mjs";
import { BridgeError, Cancelled } from "./errors.mjs";

/** A body up to this goes in the request itself, a longer one in pieces of this length. */
export const CHUNK_OCTETS = 512 * 1024;

/**
 * @typedef {{phase: string, done: number, total: number}} HostProgress a total of 0 is unknown
 * @typedef {object} RequestOptions
 * @property {Uint8Array | {file: string}} [body] the message
 * @property {string[]} [outputFiles] where bodies of the answer go, the first ones first
 * @property {(progress: HostProgress) => void} [onProgress]
 * @property {AbortSignal} [signal] cancels the request at the host; rejects with Cancelled
 * @property {number} [silence] milliseconds without a word from the host after which it is given
 *   up; the host reports progress at least when a phase begins
 */

/** Milliseconds without answer or progress; look-ups that all time out take half of it. */
const DEFAULT_SILENCE = 120000;
const LAST_ID = 2147483647;

/**
 * The native host: the only module that knows that there is a port.
 *
 * The host is started by the first request, and again by the next one after it has gone. Requests
 * run side by side. A request whose host goes away is not repeated: it may have had an effect.
 */
export class BridgeClient {
  #connect;
  #timers;
  /** @type {any} */ #port = null;
  #nextId = 1;
  /** @type {Map<number, any>} */ #pending = new Map();
  #starts = 0;

  /**
   * @param {() => any} connect opens a port (runtime.connectNative)
   * @param {{setTimeout: Function, clearTimeout: Function}} [timers]
   */
  constructor(connect, timers = globalThis) {
    this.#connect = connect;
    this.#timers = timers;
  }

  /**
   * @param {string} op
   * @param {object} [params]
   * @param {RequestOptions} [options]
   * @returns {Promise<import("./answer.mjs").Answer>} rejects with BridgeError or Cancelled
   */
  async request(op, params = {}, options = {}) {
    if (options.signal?.aborted) {
      throw new Cancelled();
    }
    const port = this.#openPort();
    const id = this.#takeId();
    const { promise, resolve, reject } = withResolvers();
    const silence = options.silence ?? DEFAULT_SILENCE;
    const entry = { resolve, reject, options, silence, assembly: new AnswerAssembly() };
    this.#pending.set(id, entry);
    this.#watch(id, entry);
    const abort = () => this.#cancel(id, new Cancelled());
    options.signal?.addEventListener("abort", abort);
    try {
      this.#send(port, id, { op, params }, options);
      return await promise;
    } finally {
      options.signal?.removeEventListener("abort", abort);
      this.#timers.clearTimeout(entry.timer);
      this.#pending.delete(id);
    }
  }

  /** Ends the host; the next request starts it again. Requests under way fail. */
  stop() {
    const port = this.#port;
    this.#gone(port, "stopped");
    port?.disconnect();
  }

  #openPort() {
    if (this.#port) {
      return this.#port;
    }
    let port;
    try {
      port = this.#connect();
    } catch (error) {
      throw new BridgeError("host-unreachable", String(error?.message ?? error), { retry: true });
    }
    this.#port = port;
    port.onMessage.addListener((message) => this.#receive(message));
    port.onDisconnect.addListener((gone) => this.#gone(port, gone?.error?.message ?? null));
    this.#starts++;
    return port;
  }

  /** Number of the start of the host that runs; 0: none runs. */
  get start() {
    return this.#port ? this.#starts : 0;
  }

  #takeId() {
    while (this.#pending.has(this.#nextId)) {
      this.#nextId = (this.#nextId % LAST_ID) + 1;
    }
    const id = this.#nextId;
    this.#nextId = (id % LAST_ID) + 1;
    return id;
  }

  /**
   * @param {any} port
   * @param {number} id
   * @param {object} request
   * @param {RequestOptions} options
   */
  #send(port, id, request, { body, outputFiles }) {
    /** @type {any} */
    const message = { id, ...request };
    if (outputFiles) {
      message.output = { files: outputFiles };
    }
    if (body instanceof Uint8Array) {
      message.body = body.length > CHUNK_OCTETS ? { chunks: true } : { inline: toBase64(body) };
    } else if (body) {
      message.body = body;
    }
    post(port, message);
    if (body instanceof Uint8Array && message.body.chunks) {
      sendChunks(port, id, body);
    }
  }

  #receive(message) {
    const entry = this.#pending.get(message.id);
    if (!entry) {
      return;
    }
    this.#watch(message.id, entry);
    if (message.progress) {
      entry.options.onProgress?.(message.progress);
      return;
    }
    try {
      entry.assembly.add(message);
      if (entry.assembly.complete) {
        entry.resolve(entry.assembly.take());
      }
    } catch (error) {
      entry.reject(asRequestError(error));
    }
  }

  /** Gives a request up when the host has said nothing for too long. */
  #watch(id, entry) {
    this.#timers.clearTimeout(entry.timer);
    entry.timer = this.#timers.setTimeout(() => {
      this.#cancel(id, new BridgeError("host-silent", "no word from the host", { retry: true }));
    }, entry.silence);
  }

  /** @param {number} id @param {Error} reason what the caller is told */
  #cancel(id, reason) {
    const entry = this.#pending.get(id);
    if (!entry) {
      return;
    }
    // Its answer, which will come, finds nobody; its id is not used again soon.
    try {
      this.#port?.postMessage({ id: this.#takeId(), op: "cancel", params: { id } });
    } catch {
      // gone: onDisconnect tells everybody
    }
    entry.reject(reason);
  }

  #gone(port, reason) {
    if (this.#port !== port) {
      return;
    }
    this.#port = null;
    const error = disconnection(reason);
    for (const entry of this.#pending.values()) {
      entry.reject(error);
    }
    this.#pending.clear();
  }
}

function withResolvers() {
  let resolve, reject;
  const promise = new Promise((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

function post(port, message) {
  try {
    port.postMessage(message);
  } catch (error) {
    throw new BridgeError("host-gone", String(error?.message ?? error), { retry: true });
  }
}

/** Thunderbird's cost of one message grows faster than its length; the host joins the pieces. */
function sendChunks(port, id, body) {
  for (let i = 0; i < body.length; i += CHUNK_OCTETS) {
    const chunk = toBase64(body.subarray(i, i + CHUNK_OCTETS));
    const last = i + CHUNK_OCTETS >= body.length;
    post(port, last ? { id, chunk, last } : { id, chunk });
  }
}

function asRequestError(error) {
  if (error instanceof BridgeError) {
    return error.code === "cancelled" ? new Cancelled(error.message) : error;
  }
  return new BridgeError("host-misbehaved", String(error?.message ?? error));
}

/**
 * What a disconnection means, by Thunderbird's words for it: a host without manifest is "No such
 * native application", one whose program can't be started an unexpected error, one that ended none.
 * @param {string | null} reason
 */
function disconnection(reason) {
  if (reason === null) {
    return new BridgeError("host-gone", "the host has ended", { retry: true });
  }
  if (/No such native application/.test(reason)) {
    return new BridgeError("host-missing", reason);
  }
  if (/unexpected error/.test(reason)) {
    return new BridgeError("host-unstartable", reason);
  }
  return new BridgeError("host-unreachable", reason, { retry: true });
}
