// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { Originals } from "../../plugin/modules/compose-originals.mjs";
import { ComposeSession } from "../../plugin/modules/compose-session.mjs";

const SUBJECT = { name: "Subject", value: "Rent", text: "Rent", outer: null };
const HEADER = {
  form: "hp-cipher",
  fields: [{ ...SUBJECT, state: "signed-and-encrypted" }],
};
const DECODED = {
  subject: "Rent", from: [], replyTo: [], followupTo: [], to: [], cc: [], bcc: [],
};
const WINDOW = {
  tabId: 7, kind: "reply", repliesTo: null, originals: ["m#1"], draft: null,
  subject: "Re: [...]", encryptedOriginal: false,
};

function makeOriginals({ marks = {}, headers = { "m#1": HEADER }, outer = "[...]" } = {}) {
  const done = { read: [], set: [] };
  const originals = new Originals({
    getMark: async (uri) => marks[uri] ?? null,
    read: async (uri) => {
      done.read.push(uri);
      return { verdict: uri in headers ? { encrypted: true, header: headers[uri] } : null };
    },
    compose: {
      readFields: async () => ({ ...DECODED, subject: outer }),
      decodeFields: async (fields) => {
        assert.deepEqual(fields, [{ name: "Subject", value: "Rent" }]);
        return DECODED;
      },
      setFields: async (tabId, fields) => done.set.push([tabId, fields]),
    },
    listOwn: async () => [],
  });
  return { originals, done };
}

test("the protected subject takes the place of the outer one", async () => {
  const { originals, done } = makeOriginals();
  await originals.takeOver(WINDOW);
  assert.deepEqual(done.set, [[7, { subject: "Re: Rent" }]]);
});

test("nothing is changed where all is as it has to be", async () => {
  const { originals, done } = makeOriginals();
  await originals.takeOver({ ...WINDOW, subject: "Re: Rent" });
  assert.deepEqual(done.set, []);
});

test("plain mail costs no reading", async () => {
  const { originals, done } = makeOriginals({ marks: { "m#1": { kind: "none" } } });
  await originals.takeOver(WINDOW);
  assert.deepEqual(await originals.protectedBy(WINDOW), []);
  assert.equal(await originals.wasEncrypted(WINDOW), false);
  assert.deepEqual(done.read, []);
});

test("a draft takes its own fields over, and answers what it answered", async () => {
  const { originals, done } = makeOriginals({ headers: { "d#2": HEADER, "m#1": HEADER } });
  const draft = { ...WINDOW, kind: "draft", draft: "d#2", subject: "[...]" };
  await originals.takeOver({ ...draft, originals: ["d#2"] });
  assert.deepEqual(done.set, [[7, { subject: "Rent" }]]);
  assert.deepEqual(await originals.protectedBy({ ...draft, originals: ["d#2"] }), []);
  assert.deepEqual(await originals.protectedBy({ ...draft, originals: ["m#1"] }), [HEADER]);
});

test("a template is no message that is answered", async () => {
  const { originals, done } = makeOriginals();
  const template = { ...WINDOW, kind: "template", subject: "[...]" };
  await originals.takeOver(template);
  assert.deepEqual(done.set, [[7, { subject: "Rent" }]]);
  assert.deepEqual(await originals.protectedBy(template), []);
});

test("several are forwarded: each counts, none is taken over", async () => {
  const { originals, done } = makeOriginals({ headers: { "m#1": HEADER, "m#2": HEADER } });
  const window = { ...WINDOW, kind: "forward", originals: ["m#1", "m#2", "m#3"] };
  await originals.takeOver(window);
  assert.deepEqual(done.set, []);
  assert.equal((await originals.protectedBy(window)).length, 2);
});

test("protected mail whose fields are not says nothing", async () => {
  const { originals, done } = makeOriginals({ headers: { "m#1": { form: null, fields: [] } } });
  await originals.takeOver(WINDOW);
  assert.deepEqual([done.set, await originals.protectedBy(WINDOW)], [[], []]);
});

// ---- what the host is told ----

function session(changes) {
  const window = { ...WINDOW, recipients: [], saved: null };
  return Object.assign(new ComposeSession(window, null), changes);
}

const none = { policy: "none", legacyDisplay: false };

test("the host gets the policy, and the fields of what is answered", () => {
  const one = session({ header: none, answered: [HEADER], encryptedOriginal: true });
  assert.deepEqual(one.headerParams, {
    header_protection: "none",
    legacy_display: false,
    responds_to: [HEADER.fields],
  });
  assert.equal(one.answersHidden, true);
});

test("an encrypted message that can't be read any more: its subject stays hidden", () => {
  const one = session({ header: none, encryptedOriginal: true });
  assert.equal(one.headerParams.header_protection, "baseline");
});

test("a new message, nothing hidden by choice", () => {
  const one = session({ header: none });
  assert.equal(one.headerParams.header_protection, "none");
  assert.equal(one.answersHidden, false);
});

test("a draft of an answer to an encrypted message is encrypted, whatever was chosen", () => {
  const one = session({ encryptedOriginal: true, chosen: { encrypt: false } });
  assert.equal(one.wish.encryptDrafts, true);
});
