// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { toBase64 } from "./base64.mjs";

/** What a record can hold: usage 3, and selector and matching type by its name. */
const CONTENTS = {
  certificate: { usage: 3, selector: 0, matching_type: 0 },
  digest: { usage: 3, selector: 0, matching_type: 1 },
};

/**
 * @typedef {object} RecordChoice
 * @property {string} sha256 of the certificate
 * @property {string} address for which it is published
 * @property {"certificate" | "digest"} content
 * @property {boolean} generic in the form of RFC 3597, for name servers that don't know SMIMEA
 */

/** Records for the zone of the user's domain, and whether the DNS has them. */
export class Publishing {
  #bridge;

  /** @param {import("./bridge.mjs").Bridge} bridge */
  constructor(bridge) {
    this.#bridge = bridge;
  }

  /**
   * @param {RecordChoice} choice
   * @returns {Promise<{line: string, owner_name: string}>}
   */
  async line({ sha256, address, content, generic }) {
    const certificate = await this.#certificate(sha256);
    return this.#record({ certificate, address, generic, ...CONTENTS[content] });
  }

  /**
   * Looks whether other people find the certificate now.
   * @param {{sha256: string, address: string}} key
   * @returns {Promise<Publication>}
   */
  async check({ sha256, address }) {
    const certificate = await this.#certificate(sha256);
    const ask = (content) =>
      this.#record({ certificate, address, check: true, ...CONTENTS[content] });
    await this.#bridge.send("flush");
    const { check } = await ask("certificate");
    const outcome = judgeCheck(check, sha256);
    if (outcome !== "other" || !(await ask("digest")).check.published) {
      return describe(outcome, check, sha256);
    }
    return describe("live-digest", check, sha256);
  }

  async #record(params) {
    return (await this.#bridge.send("record", params)).result.lines[0];
  }

  /** @returns {Promise<string>} base64 of DER */
  async #certificate(sha256) {
    const answer = await this.#bridge.send("export", { sha256, certificate_only: true });
    return toBase64(/** @type {Uint8Array} */ (answer.bodies[0].data));
  }
}

/**
 * @typedef {object} Publication
 * @property {string} outcome "live" | "live-digest" | "absent" | "unsigned" | "unsigned-found" |
 *   "bogus" | "indeterminate" | "unreachable" | "other" | "unusable"
 * @property {string} detail English, for logs
 * @property {number} ttl seconds that name servers may remember the answer
 * @property {number} others usable records with other certificates
 */

/**
 * @param {any} check `check` of a line of `record`
 * @param {string} sha256
 */
export function judgeCheck(check, sha256) {
  if (check.dns === "secure-denial") {
    return "absent";
  }
  if (check.dns === "insecure") {
    return check.found ? "unsigned-found" : "unsigned";
  }
  if (check.dns !== "secure-records") {
    return check.dns;
  }
  if (check.published || check.records.some((one) => one.certificate?.sha256 === sha256)) {
    return "live";
  }
  return check.records.some((one) => one.usable) ? "other" : "unusable";
}

/** @returns {Publication} */
function describe(outcome, check, sha256) {
  const others = check.records.filter(
    (one) => one.usable && one.certificate && one.certificate.sha256 !== sha256,
  );
  return { outcome, detail: check.detail ?? "", ttl: check.ttl ?? 0, others: others.length };
}
