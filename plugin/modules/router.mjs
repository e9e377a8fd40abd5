// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { BridgeError, Cancelled } from "./errors.mjs";

/**
 * Messages of the add-on's pages (popup, options …) to the background: {topic, …} in, a value out.
 * A failure crosses as plain data because runtime messages carry no class; the page gets a
 * BridgeError or Cancelled again.
 */
export class Router {
  /** @type {Map<string, (message: any) => any>} */ #handlers = new Map();

  /**
   * @param {string} topic e.g. "compose/describe"
   * @param {(message: any) => any} handler its promise's value is the answer
   */
  on(topic, handler) {
    this.#handlers.set(topic, handler);
  }

  /** For runtime.onMessage: undefined for topics that nobody here answers. */
  handle = (message) => {
    const handler = this.#handlers.get(message?.topic);
    return handler ? this.#answer(handler, message) : undefined;
  };

  async #answer(handler, message) {
    try {
      return { value: await handler(message) };
    } catch (error) {
      return { failure: describeFailure(error) };
    }
  }
}

function describeFailure(error) {
  const message = String(error?.message ?? error);
  if (error?.name === "Cancelled") {
    return { code: "cancelled", message };
  }
  if (error?.name === "BridgeError") {
    const { code, retry, details } = error;
    return { code, message, retry, details };
  }
  console.error(error);
  return { code: "internal", message };
}

/**
 * The pages' side.
 * @param {(message: any) => Promise<any>} sendMessage runtime.sendMessage
 */
export function makeAsk(sendMessage) {
  /** @param {string} topic @param {object} [rest] */
  return async function ask(topic, rest = {}) {
    const answer = await sendMessage({ topic, ...rest });
    if (answer?.failure) {
      const { code, message, ...more } = answer.failure;
      throw code === "cancelled" ? new Cancelled(message) : new BridgeError(code, message, more);
    }
    return answer?.value;
  };
}
