// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { markOf, Marks } from "../../plugin/modules/marks.mjs";
import { verdictToKeep } from "../../plugin/modules/verdict-failure.mjs";

const DATE = "2026-11-21T20:38:43.000Z";
const CASES = [
  ["none", "good", { signed: false, scope: "none", status: "none" }],
  ["signed", "good", { scope: "whole", status: "verified" }],
  ["signed", "unverified", { scope: "whole", status: "unverified" }],
  ["signed", "failed", { scope: "whole", status: "invalid" }],
  ["signed", "partial", { scope: "part", status: "unverified" }],
  ["signed", "partial", { scope: "part", status: "verified" }],
  ["signed", "unverified", { scope: "whole", status: "something new" }],
  ["encrypted", "good", { encrypted: true, encryption: {}, scope: "none", status: "none" }],
  ["encrypted", "failed", { encrypted: true, encryption: null, scope: "none", status: "none" }],
  ["both", "good", { encrypted: true, encryption: {}, scope: "whole", status: "verified" }],
  ["both", "unverified", { encrypted: true, encryption: {}, scope: "whole", status: "unverified" }],
  ["both", "failed", { encrypted: true, encryption: {}, scope: "whole", status: "invalid" }],
  ["both", "partial", { encrypted: true, encryption: {}, scope: "part", status: "unverified" }],
];

for (const [kind, state, verdict] of CASES) {
  test(`${JSON.stringify(verdict)} is ${kind} ${state}`, () => {
    assert.deepEqual(markOf(verdict, DATE), { kind, state, date: DATE });
  });
}

function fakeHooks(old = null, column = true) {
  const calls = [];
  return {
    calls,
    features: async () => ({ column, cards: false }),
    start: async (texts) => calls.push(["start", texts]),
    getMark: async () => old,
    setMark: async (uri, mark) => calls.push(["setMark", uri, mark]),
  };
}

const words = { text: (name, ...values) => [name, ...values].join(" ") };
const makeMarks = (hooks) => new Marks(hooks, words, () => new Date(DATE));
const VERIFIED = { scope: "whole", status: "verified", reason: null };
const UNREACHABLE = { scope: "whole", status: "unverified", reason: "unreachable" };
const GOOD = { kind: "signed", state: "good", date: "2026-01-01T00:00:00.000Z" };

test("keep: what was found out, with its date", async () => {
  for (const old of [null, { kind: "signed", state: "declared", date: null }, GOOD]) {
    const hooks = fakeHooks(old);
    await makeMarks(hooks).keep("uri", VERIFIED);
    assert.deepEqual(hooks.calls, [["setMark", "uri", { ...GOOD, date: DATE }]]);
  }
});

test("keep: without an answer of the DNS, what was known stays", async () => {
  const hooks = fakeHooks(GOOD);
  await makeMarks(hooks).keep("uri", UNREACHABLE);
  assert.deepEqual(hooks.calls, []);
  const fresh = fakeHooks(null);
  await makeMarks(fresh).keep("uri", UNREACHABLE);
  assert.equal(fresh.calls[0][2].state, "unverified");
});

test("keep: a message that can't be opened any more stays what it was", async () => {
  const closed = verdictToKeep({ verdict: null, error: { code: "cms-not-for-us" } });
  const hooks = fakeHooks({ kind: "both", state: "good", date: DATE });
  await makeMarks(hooks).keep("uri", closed);
  assert.deepEqual(hooks.calls, []);
  const fresh = fakeHooks({ kind: "encrypted", state: "declared", date: null });
  await makeMarks(fresh).keep("uri", closed);
  assert.deepEqual(fresh.calls[0][2], { kind: "encrypted", state: "failed", date: DATE });
});

test("a locked key store or a missing host leave no mark", () => {
  for (const code of ["key-locked", "host-missing", "internal"]) {
    assert.equal(verdictToKeep({ verdict: null, error: { code } }), null);
  }
});

test("what Thunderbird's own key has opened is open", () => {
  const verdict = { encrypted: true, encryption: null, scope: "none", status: "none" };
  const reading = { verdict, error: null, ownKey: true };
  assert.equal(markOf(verdictToKeep(reading), DATE).state, "good");
});

test("start: every mark has a text and a picture", async () => {
  const hooks = fakeHooks();
  await makeMarks(hooks).start();
  const { column, labels } = hooks.calls[0][1];
  assert.equal(column, "list_column");
  assert.equal(labels["both.partial"], "list_both_partial $DATE");
  const base = new URL("../../plugin/", import.meta.url);
  for (const language of ["en", "de"]) {
    const file = new URL(`_locales/${language}/messages.json`, base);
    const messages = JSON.parse(readFileSync(file, "utf8"));
    for (const label of Object.values(labels)) {
      assert.ok(messages[label.split(" ")[0]]?.message, `${language} ${label}`);
    }
  }
  // Signatures that are wrong look as if nothing vouched for them.
  const isDrawn = (mark) => mark === "encrypted.failed" || !mark.endsWith(".failed");
  for (const mark of Object.keys(labels).filter(isDrawn)) {
    const icon = new URL(`icons/mark-${mark.replace(".", "-")}.svg`, base);
    assert.match(readFileSync(icon, "utf8"), /context-(fill|stroke)/);
  }
});

test("start: nothing where Thunderbird offers no columns", async () => {
  const hooks = fakeHooks(null, false);
  await makeMarks(hooks).start();
  assert.deepEqual(hooks.calls, []);
});
