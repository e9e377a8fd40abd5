// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { decide } from "../../plugin/modules/compose-defaults.mjs";

const BASE = {
  settings: { sign: "always", encrypt: "ready" },
  hasKey: true,
  allReady: false,
  encryptedOriginal: false,
  saved: null,
  chosen: {},
};
const SIGN = { sign: true, encrypt: false };
const BOTH = { sign: true, encrypt: true };
const NONE = { sign: false, encrypt: false };
const ENCRYPT = { sign: false, encrypt: true };

const always = { sign: "always", encrypt: "always" };
const never = { sign: "never", encrypt: "never" };
const ask = { sign: "never", encrypt: "ask" };

/** Nothing is said of encryption. */
const SIGNED = { sign: true };

/** What is different from BASE, and what has to come out. */
const ROWS = [
  ["ready: not everyone is", {}, SIGN],
  ["ready: everyone is", { allReady: true }, BOTH],
  ["ready: no key", { allReady: true, hasKey: false }, NONE],
  ["ready: key not known", { allReady: true, hasKey: null }, NONE],
  ["always", { settings: always }, BOTH],
  ["always: no key stops the sending", { settings: always, hasKey: false }, ENCRYPT],
  ["always: key not known", { settings: always, hasKey: null }, BOTH],
  ["never", { settings: never, allReady: true }, NONE],
  ["ask", { settings: ask, allReady: true }, NONE],
  ["answer to an encrypted message", { encryptedOriginal: true }, BOTH],
  ["… whatever the default", { encryptedOriginal: true, settings: never }, BOTH],
  ["… without a key", { encryptedOriginal: true, hasKey: false }, ENCRYPT],
  ["a click wins: off", { encryptedOriginal: true, chosen: { encrypt: false } }, SIGN],
  ["a click wins over ready", { allReady: true, chosen: { encrypt: false } }, SIGN],
  ["a click wins over always", { settings: always, chosen: { encrypt: false } }, SIGN],
  ["a click wins: on", { settings: never, chosen: { encrypt: true } }, BOTH],
  ["what is encrypted is signed", { chosen: { encrypt: true, sign: false } }, BOTH],
  ["a click wins: sign", { settings: never, chosen: { sign: true } }, SIGN],
  ["a click wins: do not sign", { chosen: { sign: false } }, NONE],
  ["a click to sign, no key", { chosen: { sign: true }, hasKey: false }, NONE],
  ["a click to sign, key not known", { chosen: { sign: true }, hasKey: null }, SIGN],
  ["a click to encrypt, then no key", { chosen: { encrypt: true }, hasKey: false }, ENCRYPT],
  ["draft: as saved", { saved: ENCRYPT, settings: never }, BOTH],
  ["draft: as saved, off", { saved: NONE, settings: always, allReady: true }, NONE],
  ["draft: encrypted, not saying why", { sealed: true, saved: SIGNED, settings: never }, BOTH],
  ["… and may be so by default", { sealed: true, saved: SIGNED }, SIGN],
  ["… by default: everyone is ready", { sealed: true, saved: SIGNED, allReady: true }, BOTH],
  ["… a click wins", { sealed: true, settings: never, chosen: { encrypt: false } }, NONE],
  ["draft: a click wins", { saved: BOTH, chosen: { encrypt: false } }, SIGN],
];

for (const [name, difference, { sign, encrypt }] of ROWS) {
  test(name, () => {
    const decision = decide({ ...BASE, ...difference });
    assert.deepEqual([decision.sign, decision.encrypt], [sign, encrypt]);
  });
}

test("asked at Send: only by default, and where there is a key", () => {
  const facts = { ...BASE, settings: ask };
  assert.equal(decide(facts).ask, true);
  assert.equal(decide({ ...facts, hasKey: false }).ask, false);
  assert.equal(decide({ ...facts, hasKey: null }).ask, false);
  assert.equal(decide({ ...facts, chosen: { encrypt: false } }).ask, false);
  assert.equal(decide({ ...facts, encryptedOriginal: true }).ask, false);
  assert.equal(decide({ ...facts, saved: NONE }).ask, false);
  assert.equal(decide(BASE).ask, false);
});

test("automatic: only while nobody has said otherwise", () => {
  assert.equal(decide(BASE).automatic, true);
  assert.equal(decide({ ...BASE, chosen: { encrypt: true } }).automatic, false);
  assert.equal(decide({ ...BASE, chosen: { sign: false } }).automatic, true);
  assert.equal(decide({ ...BASE, settings: always }).automatic, false);
});
