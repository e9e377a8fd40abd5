// SPDX-License-Identifier: MPL-2.0
// @ts-check

/**
 * The native host could not do what was asked, or could not be reached.
 *
 * `code` is one of the wire's fault codes (bridge/PROTOCOL.md), or one of ours, which begin with
 * "host-"; users read what words.mjs makes of it. `message` is English, for logs.
 */
export class BridgeError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {{retry?: boolean, details?: any}} more
   */
  constructor(code, message, { retry = false, details = null } = {}) {
    super(message);
    this.name = "BridgeError";
    this.code = code;
    /** The same request can succeed later. */
    this.retry = retry;
    /** What the operation could tell all the same, or null. */
    this.details = details;
  }
}

/** A user's choice, or nobody waits any more: nothing to be shown. */
export class Cancelled extends Error {
  constructor(message = "cancelled") {
    super(message);
    this.name = "Cancelled";
  }
}
