// SPDX-License-Identifier: MPL-2.0

/** A port as runtime.connectNative() gives it, and the host behind it as the test plays it. */
export class FakePort {
  /** What the add-on has sent. */ sent = [];
  isOpen = true;
  #onMessage = [];
  #onDisconnect = [];
  onMessage = { addListener: (listener) => this.#onMessage.push(listener) };
  onDisconnect = { addListener: (listener) => this.#onDisconnect.push(listener) };

  postMessage(message) {
    if (!this.isOpen) {
      throw new Error("Attempt to postMessage on disconnected port");
    }
    this.sent.push(structuredClone(message));
    this.onSent?.(message);
  }

  disconnect() {
    this.isOpen = false;
  }

  /** The host says something. */
  say(message) {
    this.#onMessage.forEach((listener) => listener(message));
  }

  answer(id, result = {}, bodies = []) {
    this.say({ id, ok: true, result, bodies });
  }

  fault(id, code, more = {}) {
    const known = { code, message: code, retry: false, details: null };
    this.say({ id, ok: false, fault: { ...known, ...more } });
  }

  /** The host is gone; `reason` as Thunderbird words it, null for one that ended. */
  end(reason = null) {
    this.isOpen = false;
    this.#onDisconnect.forEach((listener) => listener({ error: reason && { message: reason } }));
  }
}

/** A host that answers each request by a function (message → result), or fails with {code}. */
export class FakeHost {
  /** @type {FakePort[]} */ ports = [];
  /** @type {any[]} */ requests = [];

  constructor(handlers = {}) {
    this.handlers = handlers;
  }

  connect = () => {
    const port = new FakePort();
    port.onSent = (message) => queueMicrotask(() => this.#handle(port, message));
    this.ports.push(port);
    return port;
  };

  /** Names of the operations that were asked for. */
  get operations() {
    return this.requests.map(({ op }) => op);
  }

  get last() {
    return this.ports[this.ports.length - 1];
  }

  async #handle(port, message) {
    this.requests.push(message);
    try {
      const handler = this.handlers[message.op];
      const { bodies = [], ...result } = (await handler?.(message.params ?? {})) ?? {};
      port.answer(message.id, result, bodies);
    } catch (error) {
      port.fault(message.id, error.code ?? "internal", { message: error.message });
    }
  }
}

export function fault(code) {
  return Object.assign(new Error(code), { code });
}

/** Timers that run when the test says so. */
export class FakeTimers {
  #next = 1;
  /** @type {Map<number, {run: () => void, at: number}>} */ #waiting = new Map();
  now = 0;
  setTimeout = (run, delay) => {
    this.#waiting.set(this.#next, { run, at: this.now + delay });
    return this.#next++;
  };
  clearTimeout = (id) => this.#waiting.delete(id);

  get count() {
    return this.#waiting.size;
  }

  pass(milliseconds) {
    this.now += milliseconds;
    for (const [id, { run, at }] of [...this.#waiting]) {
      if (at <= this.now && this.#waiting.delete(id)) {
        run();
      }
    }
  }
}

/** storage.local, that takes a while. */
export function fakeStorage(initial = {}) {
  let kept = structuredClone(initial);
  return {
    get: async (key) => {
      await null;
      return structuredClone(key in kept ? { [key]: kept[key] } : {});
    },
    set: async (values) => {
      await null;
      kept = { ...kept, ...structuredClone(values) };
    },
  };
}
