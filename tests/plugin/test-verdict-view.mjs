// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  commonName,
  makeVerdictView,
  withoutErrant,
} from "../../plugin/modules/verdict-view.mjs";
import {
  NO_TRUST,
  UNSIGNED,
  context,
  encryptionOf,
  makeVerdict,
  wireWords,
  wordsOf,
} from "./verdicts.mjs";

const LANGUAGES = ["en", "de"];
const REASONS = wireWords("Reasons (`bridge/core/verdict.h`", ". ");
const OUTCOMES = wireWords("| `dns` | ", "\n").slice(1);

const view = (changes, language) =>
  makeVerdictView({ verdict: makeVerdict(changes) }, context(language));
const unverified = (reason, more = {}) => ({
  status: "unverified",
  reason,
  trust: NO_TRUST,
  ...more,
});

/** No text is missing: a missing one is shown by its name. */
function assertWords(shown) {
  const { panel, label, tooltip } = shown;
  const texts = [label, tooltip, ...Object.values(panel).filter((one) => typeof one === "string")];
  for (const text of [...texts, ...panel.rows.flatMap((row) => [row.label, row.text])]) {
    assert.doesNotMatch(text, /verdict_|reason_|dns_|undefined|null|\$\d/);
  }
}

test("the protocol's words are found", () => {
  assert.ok(REASONS.includes("no-record") && REASONS.includes("nested-signature"));
  assert.equal(OUTCOMES.length, 6);
});

for (const language of LANGUAGES) {
  test(`every reason has words (${language})`, () => {
    const words = wordsOf(language);
    for (const reason of REASONS) {
      assert.ok(words.ofCode("reason", reason, "a@b.example", "b.example"), reason);
    }
  });

  test(`every DNS outcome has words (${language})`, () => {
    const words = wordsOf(language);
    for (const outcome of OUTCOMES) {
      assert.ok(words.ofCode("dns", outcome), outcome);
    }
  });

  test(`no view lacks a text (${language})`, () => {
    const signatures = [
      {},
      { trust: { source: "authority", dns: "secure-denial", usage: null } },
      { trust: { source: "pinned", dns: null, owner_name: null, usage: null } },
      UNSIGNED,
      ...REASONS.map((reason) => unverified(reason)),
      ...REASONS.map((reason) => ({ ...unverified(reason), status: "invalid" })),
      { ...unverified("certificate-missing"), signer: null },
    ];
    const encryptions = [{}, encryptionOf(), encryptionOf({ weak: true }), { encrypted: true }];
    for (const signature of signatures) {
      for (const encryption of encryptions) {
        assertWords(view({ ...signature, ...encryption }, language));
      }
    }
  });
}

/** DESIGN.md, Verdicts: status and reason, and what the header is to look like. */
const TABLE = [
  ["dane", {}, "verified", "S/MIME · DANE"],
  ["authority", { trust: { source: "authority" } }, "verified", "S/MIME · CA"],
  ["pinned", { trust: { source: "pinned" } }, "verified", "S/MIME"],
  ["no-record", unverified("no-record"), "unverified", "S/MIME"],
  ["insecure", unverified("insecure"), "unverified", "S/MIME"],
  ["bogus", unverified("bogus"), "unverified", "S/MIME"],
  ["indeterminate", unverified("indeterminate"), "unverified", "S/MIME"],
  ["unreachable", unverified("unreachable"), "unverified", "S/MIME"],
  ["unusable-records", unverified("unusable-records"), "unverified", "S/MIME"],
  ["expired", unverified("certificate-expired"), "unverified", "S/MIME"],
  ["other address", unverified("address-mismatch"), "unverified", "S/MIME"],
  ["weak", unverified("weak-algorithm"), "unverified", "S/MIME"],
  ["partial", unverified("partial", { scope: "part" }), "partial", "S/MIME · part"],
  ["other certificate", unverified("no-match", { status: "invalid" }), "invalid", "S/MIME"],
  ["changed", unverified("signature-bad", { status: "invalid" }), "invalid", "S/MIME"],
  ["not signed", UNSIGNED, "none", ""],
];

for (const [name, changes, signature, label] of TABLE) {
  test(`signature: ${name}`, () => {
    const shown = view(changes);
    assert.equal(shown.signature, signature);
    assert.equal(shown.label, label);
    assert.equal(shown.encryption, "none");
  });

  test(`signature: ${name}, encrypted`, () => {
    const shown = view({ ...changes, ...encryptionOf() });
    assert.equal(shown.signature, signature);
    assert.equal(shown.label, label || "S/MIME");
    assert.equal(shown.encryption, "decrypted");
  });
}

test("encryption: weak cipher, no key, Thunderbird's own key", () => {
  const weak = view(encryptionOf({ weak: true, cipher: "des-ede3-cbc" }));
  assert.equal(weak.encryption, "weak");
  assert.match(weak.panel.encryptionExplanation, /outdated method \(des-ede3-cbc\)/);
  const closed = { verdict: makeVerdict({ ...UNSIGNED, encrypted: true }) };
  assert.equal(makeVerdictView(closed, context()).encryption, "failed");
  assert.equal(makeVerdictView({ ...closed, ownKey: true }, context()).encryption, "decrypted");
});

test("encryption: a short key is what is weak, not the cipher", () => {
  const recipient = { subject: "CN=b", key: "rsa-1024", addresses: [] };
  const { panel } = view(encryptionOf({ weak: true, recipient }));
  assert.match(panel.encryptionExplanation, /too short \(rsa-1024\)/);
  const rows = new Map(panel.rows.map((row) => [row.label, row.text]));
  assert.equal(rows.get("Cipher"), "aes-256-gcm (auth-enveloped-data)");
  assert.equal(rows.get("… its key"), "rsa-1024 (weak)");
});

test("certificates alone are no signature, and that is said", () => {
  const certificates = [{ subject: "CN=a" }];
  const shown = view({ ...UNSIGNED, certificates, layers: ["certs-only"] });
  assert.equal(shown.signature, "none");
  assert.match(shown.panel.explanation, /not signed.*certificates/);
});

test("a path whose certificates are weak does not look like one that vouches", () => {
  const authority = { path: "weak", reason: "weak-algorithm", detail: null };
  const rows = new Map(view({ authority }).panel.rows.map((row) => [row.label, row.text]));
  assert.match(rows.get("Certificate authority"), /^does not vouch.*outdated/);
});

test("what an algorithm would need stands beside it", () => {
  const changes = { signature_detail: "Ed25519 needs NSS 3.110 or later; here is 3.87.1" };
  const unsupported = { ...unverified("unsupported-algorithm"), ...changes };
  for (const verdict of [unsupported, { ...unsupported, signer: null }]) {
    const { rows } = view(verdict).panel;
    assert.ok(rows.some(({ text }) => text.includes("here is 3.87.1")));
  }
});

test("who vouches is named", () => {
  assert.match(view().panel.explanation, /domain example\.org confirms.*alice@example\.org/);
  const byAuthority = view({ trust: { source: "authority" } });
  assert.match(byAuthority.panel.explanation, /“Example CA” confirms.*alice@example\.org/);
});

test("what is not confirmed counts as unsigned, what does not fit is said plainly", () => {
  const open = view(unverified("insecure")).panel.explanation;
  assert.match(open, /^example\.org does not secure its DNS.* as if it were not signed\.$/);
  const bad = view(unverified("signature-bad", { status: "invalid" })).panel.explanation;
  assert.equal(bad, "The message was changed after it was signed. Do not rely on its content.");
});

test("a signed part says nothing of the message, unless a list has passed it on", () => {
  const partial = makeVerdict({ ...unverified("partial"), scope: "part" });
  const errant = makeVerdictView({ verdict: withoutErrant(partial, false) }, context());
  assert.deepEqual([errant.label, errant.signature, errant.certificate], ["", "none", null]);
  assert.equal(withoutErrant(partial, true), partial);
  assert.equal(withoutErrant(null, false), null);
  const good = makeVerdict();
  assert.equal(withoutErrant(good, false), good);
});

test("a reason that is not known here is told by its name", () => {
  assert.match(view(unverified("moon-phase")).panel.explanation, /\(moon-phase\)/);
});

test("the rows: what the verdict was made from", () => {
  const rows = new Map(view().panel.rows.map((row) => [row.label, row]));
  assert.equal(rows.get("DNS record").text, "SMIMEA 3 0 1 (DANE-EE, Cert, SHA2-256)");
  assert.equal(rows.get("DNS name").mono, true);
  assert.equal(rows.get("SHA-256 fingerprint").text, "63:EC:7D:6E");
  assert.equal(rows.get("Valid").text, "<2026-01-01T00:00:00Z> – <2027-01-01T00:00:00Z>");
  assert.match(rows.get("Signed on").text, /<2026-11-21T20:38:43Z>/);
  assert.equal(rows.get("Algorithms").text, "ecdsa-sha256, sha-256");
  assert.equal(rows.get("Issued by").text, "CN=Example CA,O=Example");
  assert.equal(rows.has("Signers"), false);
});

test("the rows: encryption, several signers, a path that does not hold", () => {
  const { panel } = view({
    ...encryptionOf({ weak: true, cipher: "des-ede3-cbc" }),
    signers: 2,
    signer: { issuer: "CN=Alice Example,O=Example", weak: true },
    authority: { path: "invalid", reason: "certificate-untrusted", detail: "no issuer" },
  });
  const rows = new Map(panel.rows.map((row) => [row.label, row.text]));
  assert.equal(rows.get("Cipher"), "des-ede3-cbc (weak) (auth-enveloped-data)");
  assert.equal(rows.get("Decrypted by"), "bob@example.net");
  assert.equal(rows.get("Signers"), "2");
  assert.equal(rows.get("Issued by"), "itself (self-signed)");
  assert.equal(rows.get("Algorithms"), "ecdsa-sha256, sha-256 (weak)");
  assert.equal(rows.get("Certificate authority"), "does not vouch (no issuer)");
  assert.equal(rows.get("Layers"), "auth-enveloped-data › multipart-signed");
});

test("the name in a distinguished name", () => {
  assert.equal(commonName("O=Example, CN=Example CA"), "Example CA");
  assert.equal(commonName('CN="Example, Inc.",O=x'), "Example, Inc.");
  assert.equal(commonName("CN=Example\\, Inc.,O=x"), "Example, Inc.");
  assert.equal(commonName("O=Example"), "O=Example");
});
