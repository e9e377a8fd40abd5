// SPDX-License-Identifier: MPL-2.0
import { readFileSync } from "node:fs";

import { Words } from "../../plugin/modules/words.mjs";

const ROOT = new URL("../../", import.meta.url);

/** The add-on's own texts in one language; one that is missing is an error. */
export function wordsOf(language) {
  const path = new URL(`plugin/_locales/${language}/messages.json`, ROOT);
  const messages = JSON.parse(readFileSync(path, "utf8"));
  return new Words((name, values = []) =>
    (messages[name]?.message ?? "").replace(/\$(\d)/g, (_all, digit) => values[digit - 1] ?? ""),
  );
}

/** The words in backquotes of PROTOCOL.md between two texts. */
export function wireWords(beginning, end) {
  const text = readFileSync(new URL("bridge/PROTOCOL.md", ROOT), "utf8");
  const start = text.indexOf(beginning);
  const paragraph = text.slice(start, text.indexOf(end, start));
  return [...paragraph.matchAll(/`([a-z-]+)`/g)].map((match) => match[1]);
}

export const context = (language = "en") => ({
  words: wordsOf(language),
  formatDate: (moment) => `<${moment}>`,
});

const SIGNER = {
  subject: "CN=Alice Example,O=Example",
  issuer: "CN=Example CA,O=Example",
  serial: "0a1b",
  sha256: "63ec7d6e",
  addresses: ["alice@example.org"],
  not_before: "2026-01-01T00:00:00Z",
  not_after: "2027-01-01T00:00:00Z",
  key: "ec-p256",
  signing_time: "2026-11-21T20:38:43Z",
  algorithm: "ecdsa-sha256",
  digest: "sha-256",
  weak: false,
  der: "MIIB",
};

/** What the host answers for a signed message, with changes. */
export function makeVerdict({ trust = {}, signer = {}, ...changes } = {}) {
  return {
    encrypted: false,
    signed: true,
    scope: "whole",
    status: "verified",
    reason: null,
    signature: "good",
    signature_detail: null,
    author: "alice@example.org",
    signers: 1,
    signer: signer && { ...SIGNER, ...signer },
    trust: trust && {
      source: "dane",
      dns: "secure-records",
      owner_name: "2bd806c9._smimecert.example.org",
      usage: 3,
      selector: 0,
      matching_type: 1,
      ttl: 3600,
      detail: null,
      ...trust,
    },
    authority: null,
    encryption: null,
    layers: ["multipart-signed"],
    content_sha256: "61e7",
    ...changes,
  };
}

export const NO_TRUST = { source: null, usage: null, selector: null, matching_type: null };

export const UNSIGNED = {
  signed: false,
  scope: "none",
  status: "none",
  signature: "absent",
  signers: 0,
  signer: null,
  trust: null,
};

export function encryptionOf(changes = {}) {
  return {
    encrypted: true,
    layers: ["auth-enveloped-data", "multipart-signed"],
    encryption: {
      content_type: "auth-enveloped-data",
      cipher: "aes-256-gcm",
      weak: false,
      key_management: "ecdh-p256",
      recipients: 2,
      recipient: { ...SIGNER, addresses: ["bob@example.net"] },
      ...changes,
    },
  };
}
