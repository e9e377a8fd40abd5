// SPDX-License-Identifier: MPL-2.0
"use strict";

/* What a message declares to be, by its outermost layer alone (RFC 8551 §3): nothing is decoded, and
 * nothing is believed. A signature further inside (a mailing list's footer stands beside it) is none
 * of the message's. */

const BY_SMIME_TYPE = new Map([
  ["signed-data", "signed"],
  ["signed-receipt", "signed"],
  ["enveloped-data", "encrypted"],
  ["authenveloped-data", "encrypted"],
  ["auth-enveloped-data", "encrypted"],
  ["certs-only", "none"],
  ["compressed-data", "none"],
]);
const BY_SUFFIX = new Map([
  [".p7m", "encrypted"],
  [".p7s", "signed"],
]);

const isSignature = (type) => /^application\/(x-)?pkcs7-signature$/i.test(type.trim());

function kindBySuffix({ parameters, fileName }) {
  for (const name of [parameters.get("name") ?? "", fileName]) {
    const suffix = name.trim().toLowerCase().slice(-4);
    if (BY_SUFFIX.has(suffix)) {
      return BY_SUFFIX.get(suffix);
    }
  }
  return null;
}

/**
 * RFC 1847 §2.1 wants the protocol named, and RFC 2045 §5.1 wants it quoted: where it is missing or
 * was cut at its slash, the second part tells.
 */
function kindOfSigned({ parameters, children }) {
  const protocol = parameters.get("protocol");
  if (protocol?.includes("/")) {
    return isSignature(protocol) ? "signed" : "none";
  }
  const second = children[1];
  const tells = second && (isSignature(second.type) || kindBySuffix(second) === "signed");
  return tells ? "signed" : "none";
}

/** Without smime-type, what is called smime.p7m is encrypted far more often than it is signed. */
function kindOfCms(structure) {
  const smimeType = structure.parameters.get("smime-type")?.trim().toLowerCase();
  return BY_SMIME_TYPE.get(smimeType) ?? kindBySuffix(structure) ?? "encrypted";
}

/**
 * @param {{type: string, parameters: Map<string, string>, fileName: string, children: any[]}}
 *   structure of the root
 * @returns {"none" | "signed" | "encrypted"}
 */
var declaredKind = function (structure) {
  if (structure.type === "multipart/signed") {
    return kindOfSigned(structure);
  }
  if (/^application\/(x-)?pkcs7-mime$/.test(structure.type)) {
    return kindOfCms(structure);
  }
  if (structure.type === "application/octet-stream") {
    return kindBySuffix(structure) ?? "none";
  }
  return "none";
};
