// SPDX-License-Identifier: MPL-2.0
// @ts-check

/**
 * Messages of the add-on's pages (popup, options …) to the background: {topic, …} in, a value out.
 * A failure crosses as {failure: {code, message}} because runtime messages carry no class.
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
      if (!["BridgeError", "Cancelled"].includes(error?.name)) {
        console.error(error);
      }
      const code = error?.name === "Cancelled" ? "cancelled" : (error?.code ?? "internal");
      return { failure: { code, message: String(error?.message ?? error) } };
    }
  }
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
      throw Object.assign(new Error(answer.failure.message), { code: answer.failure.code });
    }
    return answer?.value;
  };
}
