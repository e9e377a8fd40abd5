// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { headerRows, makeFields, mayAskForReceipt } from "./header-view.mjs";
import { encryptionRows, signatureRows, weaknessOf } from "./verdict-rows.mjs";

/**
 * @typedef {import("./words.mjs").Words} Words
 * @typedef {(moment: string) => string} FormatDate of RFC 3339
 * @typedef {{words: Words, formatDate: FormatDate}} ViewContext
 */

/**
 * How the header of a message looks, from the host's verdict (PROTOCOL.md, Verdict).
 * @param {{verdict: any, ownKey?: boolean}} reading `ownKey`: Thunderbird itself has decrypted it
 * @param {ViewContext} context
 * @returns {VerdictView}
 */
export function makeVerdictView({ verdict, ownKey = false }, context) {
  const { words } = context;
  const signature = signatureKind(verdict);
  const encryption = encryptionKind(verdict, ownKey);
  const heading = words.text(`verdict_heading_${signature}`);
  return {
    label: labelOf(verdict, signature, encryption, words),
    tooltip: tooltipOf(signature, encryption, heading, words),
    signature,
    encryption,
    certificate: verdict.signer?.der ?? null,
    fields: makeFields(verdict, words),
    mayAskForReceipt: mayAskForReceipt(verdict),
    panel: {
      heading,
      explanation: explainSignature(verdict, signature, words),
      rows: [
        ...signatureRows(verdict, context),
        ...headerRows(verdict, words),
        ...encryptionRows(verdict, context),
      ],
      encryptionHeading: words.text(`verdict_encryption_${encryption}`),
      encryptionExplanation: explainEncryption(verdict, encryption, words),
    },
  };
}

/**
 * A signature inside of something else says nothing of the message (RFC 9787 §6.2.1), unless a
 * mailing list is known to have put its text around it.
 * @param {any} verdict
 * @param {boolean} fromList
 */
export function withoutErrant(verdict, fromList) {
  const isErrant = verdict?.reason === "partial" && !fromList;
  const unsigned = { scope: "none", status: "none", reason: null, signed: false, signer: null };
  return isErrant ? { ...verdict, ...unsigned, trust: null, certificates: [] } : verdict;
}

/** @param {any} verdict */
function signatureKind(verdict) {
  if (verdict.reason === "partial") {
    return "partial";
  }
  return ["verified", "unverified", "invalid"].includes(verdict.status) ? verdict.status : "none";
}

function encryptionKind(verdict, ownKey) {
  if (!verdict.encrypted) {
    return "none";
  }
  if (!verdict.encryption) {
    return ownKey ? "decrypted" : "failed";
  }
  return verdict.encryption.weak ? "weak" : "decrypted";
}

/** Nothing to tell, nothing shown: a nested part alone is an attachment. */
function labelOf(verdict, signature, encryption, words) {
  if (signature === "none" && encryption === "none") {
    return "";
  }
  const source = signature === "verified" ? verdict.trust?.source : null;
  if (source === "dane" || source === "authority") {
    return words.text(`verdict_label_${source}`);
  }
  return words.text(signature === "partial" ? "verdict_label_partial" : "verdict_label");
}

function tooltipOf(signature, encryption, heading, words) {
  if (encryption === "none") {
    return heading;
  }
  const encrypted = words.text(`verdict_encryption_${encryption}`);
  return signature === "none" ? encrypted : words.text("verdict_both", heading, encrypted);
}

/** @param {any} verdict */
function explainSignature(verdict, signature, words) {
  const author = verdict.author ?? words.text("verdict_someone");
  const domain = domainOf(verdict.author) ?? author;
  if (signature === "none") {
    const isOffer = (verdict.certificates ?? []).length > 0;
    return words.text(isOffer ? "verdict_certificatesOnly" : "verdict_notSigned");
  }
  if (signature === "verified") {
    const issuer = commonName(verdict.signer?.issuer) ?? "";
    return words.text(`verdict_by_${verdict.trust.source}`, author, domain, issuer);
  }
  const reason =
    words.ofCode("reason", verdict.reason, author, domain) ??
    words.text("reason_unknown", verdict.reason);
  return signature === "unverified" ? words.text("verdict_asUnsigned", reason) : reason;
}

function explainEncryption(verdict, encryption, words) {
  if (encryption === "weak" && weaknessOf(verdict.encryption) === "key") {
    return words.text("verdict_encrypted_weakKey", verdict.encryption.recipient?.key ?? "");
  }
  return words.text(`verdict_encrypted_${encryption}`, verdict.encryption?.cipher ?? "");
}

/** @param {string | null} address */
function domainOf(address) {
  const at = address?.lastIndexOf("@") ?? -1;
  return at < 0 ? null : (address?.slice(at + 1) ?? null);
}

/** @param {string | undefined} name "CN=Example CA,O=Example" → "Example CA" */
export function commonName(name) {
  const found = /(?:^|,)\s*CN=("(?:[^"\\]|\\.)*"|(?:[^,\\]|\\.)*)/i.exec(name ?? "");
  return found ? found[1].replace(/^"|"$/g, "").replace(/\\(.)/g, "$1") : (name ?? null);
}
