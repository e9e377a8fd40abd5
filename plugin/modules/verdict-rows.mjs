// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { harmless } from "./words.mjs";

/**
 * The technical rows of the panel: what the verdict was made from, for who wants to know or has to
 * find out why it is what it is. Names that standards give (RFC 7218) are not translated.
 *
 * @typedef {{label: string, text: string, mono?: boolean}} Row
 */

const USAGES = ["PKIX-TA", "PKIX-EE", "DANE-TA", "DANE-EE"];
const SELECTORS = ["Cert", "SPKI"];
const MATCHING_TYPES = ["Full", "SHA2-256", "SHA2-512"];

/** Collects rows; what is absent makes none. */
class Rows {
  /** @type {Row[]} */ list = [];
  #words;

  constructor(words) {
    this.#words = words;
  }

  add(name, text, { mono = false } = {}) {
    if (text !== null && text !== undefined && text !== "") {
      const label = this.#words.text(`verdict_row_${name}`);
      const shown = harmless(text);
      this.list.push(mono ? { label, text: shown, mono } : { label, text: shown });
    }
  }
}

/**
 * @param {any} verdict
 * @param {import("./verdict-view.mjs").ViewContext} context
 * @returns {Row[]}
 */
export function signatureRows(verdict, { words, formatDate }) {
  const rows = new Rows(words);
  if (!verdict.trust) {
    return rows.list;
  }
  rows.add("author", verdict.author);
  rows.add("voucher", words.text(`verdict_voucher_${verdict.trust.source ?? "nobody"}`));
  addLookup(rows, verdict.trust, words);
  addAuthority(rows, verdict.authority, words);
  addCertificate(rows, verdict.signer, words, formatDate);
  if (verdict.signer) {
    const { signing_time: time, algorithm, digest, weak } = verdict.signer;
    rows.add("signingTime", time && words.text("verdict_signingTime", formatDate(time)));
    const names = [algorithm, digest].filter(Boolean).join(", ");
    rows.add("algorithms", weak ? words.text("verdict_weak", names) : names);
  }
  rows.add("missing", verdict.signature_detail);
  rows.add("signers", verdict.signers > 1 ? verdict.signers : null);
  return rows.list;
}

function addLookup(rows, trust, words) {
  rows.add("dns", trust.dns && (words.ofCode("dns", trust.dns) ?? trust.dns));
  rows.add("ownerName", trust.owner_name, { mono: true });
  if (typeof trust.usage === "number") {
    rows.add("record", recordText(trust));
  }
  rows.add("ttl", trust.dns === "secure-records" ? words.text("verdict_ttl", trust.ttl) : null);
  rows.add("dnsDetail", trust.source ? null : trust.detail);
}

/** @param {{usage: number, selector: number, matching_type: number}} trust */
function recordText({ usage, selector, matching_type: matching }) {
  const names = [USAGES[usage], SELECTORS[selector], MATCHING_TYPES[matching]];
  return `SMIMEA ${usage} ${selector} ${matching} (${names.join(", ")})`;
}

function addAuthority(rows, authority, words) {
  if (!authority) {
    return;
  }
  const { path, detail } = authority;
  const text = words.ofCode("verdict_path", path) ?? path;
  rows.add("authority", detail && path !== "valid" ? `${text} (${detail})` : text);
}

function addCertificate(rows, certificate, words, formatDate) {
  if (!certificate) {
    return;
  }
  const own = certificate.subject === certificate.issuer;
  rows.add("subject", certificate.subject);
  rows.add("issuer", own ? words.text("verdict_selfIssued") : certificate.issuer);
  rows.add("addresses", certificate.addresses?.join(", "));
  const from = formatDate(certificate.not_before);
  rows.add("validity", words.text("verdict_validity", from, formatDate(certificate.not_after)));
  rows.add("key", certificate.key);
  rows.add("serial", certificate.serial, { mono: true });
  rows.add("fingerprint", pairs(certificate.sha256), { mono: true });
}

/** @param {string} hex "a1b2" → "A1:B2", as the certificate viewer has it */
function pairs(hex) {
  return hex?.toUpperCase().replace(/..(?=.)/g, "$&:");
}

/** Ciphers that the host takes for strong; with them, what is weak is the key that opened it. */
const STRONG_CIPHER = /^(aes-|chacha20-)/;

/**
 * What makes an envelope weak.
 * @param {{weak: boolean, cipher: string}} encryption
 * @returns {"cipher" | "key" | null}
 */
export function weaknessOf({ weak, cipher }) {
  if (!weak) {
    return null;
  }
  return STRONG_CIPHER.test(cipher) ? "key" : "cipher";
}

/**
 * @param {any} verdict
 * @param {import("./verdict-view.mjs").ViewContext} context
 * @returns {Row[]}
 */
export function encryptionRows(verdict, { words }) {
  const rows = new Rows(words);
  const { encryption } = verdict;
  if (encryption) {
    const weakness = weaknessOf(encryption);
    const mark = (text, isWeak) => (isWeak ? words.text("verdict_weak", text) : text);
    const cipher = mark(encryption.cipher, weakness === "cipher");
    rows.add("cipher", `${cipher} (${encryption.content_type})`);
    rows.add("keyManagement", encryption.key_management);
    rows.add("recipients", encryption.recipients);
    const { recipient } = encryption;
    rows.add("recipient", recipient?.addresses?.join(", ") || recipient?.subject);
    rows.add("recipientKey", recipient && mark(recipient.key, weakness === "key"));
    rows.add("recipientFingerprint", pairs(recipient?.sha256), { mono: true });
  }
  rows.add("layers", verdict.layers?.join(" › "));
  return rows.list;
}
