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
  subject: "Rent", from: [], replyTo: [], mailReplyTo: [], followupTo: [], to: [], cc: [], bcc: [],
};
const WINDOW = {
  tabId: 7, kind: "reply", repliesTo: null, originals: ["m#1"], draft: null,
  subject: "Re: [...]", encryptedOriginal: false, recipients: [], automatic: [], saved: null,
};

/** `now`: what the window has when the message was read; `failure`: of reading any other. */
function makeOriginals({
  marks = {},
  headers = { "m#1": HEADER },
  outer = {},
  inner = {},
  now = WINDOW,
  failure = {},
} = {}) {
  const done = { read: [], set: [] };
  const originals = new Originals({
    getMark: async (uri) => marks[uri] ?? null,
    read: async (uri) => {
      done.read.push(uri);
      return uri in headers
        ? { verdict: { encrypted: true, header: headers[uri] } }
        : { verdict: null, ...failure };
    },
    compose: {
      describe: async () => now,
      readFields: async () => ({ ...DECODED, subject: "[...]", ...outer }),
      decodeFields: async (fields) => {
        assert.deepEqual(fields[0], { name: "Subject", value: "Rent" });
        return { ...DECODED, ...inner };
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
  const now = { ...WINDOW, subject: "Re: Rent" };
  const { originals, done } = makeOriginals({ now });
  assert.equal(await originals.takeOver(now), true);
  assert.deepEqual(done.set, []);
});

test("what the user writes while the message is read stays", async () => {
  const mailbox = (name) => ({ name, email: `${name}@a.example` });
  const [ana, cleo, eve] = ["ana", "cleo", "eve"].map(mailbox);
  const rows = (field, ...addresses) => addresses.map((address) => ({ address, field }));
  const before = { ...WINDOW, repliesTo: "all", recipients: rows("to", ana.email, eve.email) };
  const now = {
    ...before,
    subject: "Re: mine",
    recipients: [...before.recipients, ...rows("to", cleo.email)],
  };
  const [inner, outer] = [{ from: [ana] }, { from: [ana], to: [eve] }];
  const { originals, done } = makeOriginals({ now, inner, outer });
  await originals.takeOver(before);
  assert.deepEqual(done.set, [[7, { to: [ana, { name: "", email: cleo.email }] }]]);
});

test("a message that can't be read may have protected fields", async () => {
  const failing = (code) => makeOriginals({ headers: {}, failure: { error: { code } } }).originals;
  assert.equal(await failing("host-exited").takeOver(WINDOW), false);
  assert.equal(await failing("key-locked").takeOver(WINDOW), false);
  assert.equal(await failing("cms-not-for-us").takeOver(WINDOW), true);
  assert.equal(await failing("host-exited").takeOver({ ...WINDOW, originals: [] }), true);
});

test("encrypted is what has an envelope, read or not", async () => {
  for (const [mark, failure, expected] of [
    [null, { error: { code: "host-exited" } }, false],
    [null, { error: { code: "key-locked" } }, true],
    [null, { error: { code: "cms-not-for-us" } }, true],
    // Thunderbird's own key has opened it, and the host was not there to judge it.
    [null, { error: { code: "host-exited" }, decrypted: true }, true],
    [{ kind: "signed", state: "declared" }, { verdict: { encrypted: true } }, true],
    [{ kind: "signed", state: "good" }, { verdict: { encrypted: true } }, false],
    [{ kind: "none", state: "declared" }, { verdict: { encrypted: true } }, false],
  ]) {
    const { originals } = makeOriginals({ marks: { "m#1": mark }, headers: {}, failure });
    assert.equal(await originals.wasEncrypted(WINDOW), expected, JSON.stringify([mark, failure]));
  }
});

/** A draft whose fields inside are these, and what X-Dane-Smime outside says of it. */
function wasAnswer(names, saved, kind = "encrypted") {
  const others = names.map((name) => ({ name, value: "<1@a.example>", state: "signed-only" }));
  const header = { ...HEADER, fields: [...HEADER.fields, ...others] };
  const marks = { "d#2": { kind, state: "declared" } };
  const { originals } = makeOriginals({ marks, headers: { "d#2": header } });
  const draft = { ...WINDOW, kind: "draft", draft: "d#2", originals: ["d#2"], saved };
  return originals.wasEncrypted(draft);
}

test("an encrypted draft of an answer stays one, whatever stands outside of it", async () => {
  assert.equal(await wasAnswer(["In-Reply-To"], { encrypt: true }), true);
  assert.equal(await wasAnswer(["In-Reply-To"], { sign: true }), true);
  assert.equal(await wasAnswer(["X-Forwarded-Message-Id"], { encrypt: true }), true);
  assert.equal(await wasAnswer([], { encrypt: false }), true);
  assert.equal(await wasAnswer([], null), true);
});

test("other drafts follow what they were saved with", async () => {
  assert.equal(await wasAnswer(["To"], { encrypt: true }), false);
  assert.equal(await wasAnswer([], { sign: true }), false);
  assert.equal(await wasAnswer(["In-Reply-To"], { encrypt: false }, "none"), false);
});

test("a draft is sealed, or is not; what is answered is no draft", async () => {
  const marks = { "d#2": { kind: "encrypted", state: "declared" }, "m#1": { kind: "none" } };
  const { originals } = makeOriginals({ marks });
  const draft = { ...WINDOW, kind: "draft", draft: "d#2" };
  assert.equal(await originals.isSealed(draft), true);
  assert.equal(await originals.isSealed({ ...draft, draft: "m#1" }), false);
  assert.equal(await originals.isSealed({ ...draft, kind: "template", draft: null }), false);
  assert.equal(await originals.isSealed({ ...WINDOW, originals: ["d#2"] }), false);
  assert.equal(await originals.isSealed({ ...draft, draft: null, originals: [] }), false);
});

test("plain mail costs no reading", async () => {
  const { originals, done } = makeOriginals({ marks: { "m#1": { kind: "none" } } });
  await originals.takeOver(WINDOW);
  assert.deepEqual(await originals.protectedBy(WINDOW), []);
  assert.equal(await originals.wasEncrypted(WINDOW), false);
  assert.deepEqual(done.read, []);
});

test("a draft takes its own fields over, and answers what it answered", async () => {
  const draft = { ...WINDOW, kind: "draft", draft: "d#2", subject: "[...]" };
  const headers = { "d#2": HEADER, "m#1": HEADER };
  const { originals, done } = makeOriginals({ headers, now: draft });
  await originals.takeOver({ ...draft, originals: ["d#2"] });
  assert.deepEqual(done.set, [[7, { subject: "Rent" }]]);
  assert.deepEqual(await originals.protectedBy({ ...draft, originals: ["d#2"] }), []);
  assert.deepEqual(await originals.protectedBy({ ...draft, originals: ["m#1"] }), [HEADER]);
});

test("a template is no message that is answered", async () => {
  const template = { ...WINDOW, kind: "template", subject: "[...]" };
  const { originals, done } = makeOriginals({ now: template });
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
