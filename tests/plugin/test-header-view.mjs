// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { hiddenSubject, makeFromBar } from "../../plugin/modules/header-view.mjs";
import { makeVerdictView } from "../../plugin/modules/verdict-view.mjs";
import { context, encryptionOf, makeVerdict, wordsOf } from "./verdicts.mjs";

const FROM = {
  inner: "alice@example.org",
  outer: "alice@example.org",
  shown: "inner",
  mismatch: false,
  warning: false,
};

const field = (name, value, state, outer = value) => ({ name, value, text: value, outer, state });

/** As `read` answers for RFC 9788's baseline: the subject is hidden. */
function headerOf(changes = {}) {
  return {
    form: "hp-cipher",
    fields: [
      field("From", "Alice <alice@example.org>", "signed-only"),
      field("To", "Bob <bob@example.net>", "signed-only"),
      field("Subject", "Rent for April", "signed-and-encrypted", "[...]"),
      field("Date", "Sat, 20 Feb 2021 10:09:02 -0500", "signed-only"),
      field("Keywords", "money", "signed-and-encrypted", null),
    ],
    from: FROM,
    unprotected: [],
    legacy_display: true,
    ...changes,
  };
}

const verdictOf = (changes) => makeVerdict({ ...encryptionOf(), header: headerOf(changes) });
const viewOf = (changes, language) =>
  makeVerdictView({ verdict: verdictOf(changes) }, context(language));
const rowOf = (changes, name) => viewOf(changes).fields.find((one) => one.name === name);

for (const language of ["en", "de"]) {
  test(`every state has words (${language})`, () => {
    const states = ["signed-and-encrypted", "encrypted-only", "signed-only", "unprotected"];
    const fields = states.map((state) => field(state, "x", state, null));
    const view = viewOf({ fields, unprotected: ["Cc"] }, language);
    for (const { title } of view.fields) {
      assert.doesNotMatch(title, /^$|header_/);
    }
    for (const { label, text } of view.panel.rows) {
      assert.doesNotMatch(label + text, /header_/);
    }
  });
}

test("a message without protected fields is Thunderbird's own", () => {
  for (const header of [undefined, null, headerOf({ form: null, fields: [] })]) {
    const view = makeVerdictView({ verdict: makeVerdict({ header }) }, context());
    assert.deepEqual(view.fields, []);
    assert.equal(view.mayAskForReceipt, true);
  }
});

test("a protected message says that its fields are not", () => {
  const header = headerOf({ form: null, fields: [] });
  const view = makeVerdictView({ verdict: makeVerdict({ header }) }, context());
  const row = view.panel.rows.find(({ label }) => label === "Header fields");
  assert.match(row.text, /not protected/);
});

test("protected fields and their states", () => {
  const shown = viewOf().fields.map(({ name, value, state }) => [name, value, state]);
  assert.deepEqual(shown, [
    ["from", "Alice <alice@example.org>", "signed"],
    ["to", "Bob <bob@example.net>", "signed"],
    ["subject", "Rent for April", "both"],
    ["date", "Sat, 20 Feb 2021 10:09:02 -0500", "signed"],
    ["keywords", "money", "both"],
  ]);
});

test("addresses stay as they were written, other fields are decoded", () => {
  const encoded = "=?utf-8?Q?J=C3=BCrgen?= <j@example.org>";
  const fields = [
    { ...field("To", encoded, "signed-only"), text: "Jürgen <j@example.org>" },
    { ...field("Subject", "=?utf-8?Q?M=C3=BCll?=", "signed-only"), text: "Müll" },
  ];
  assert.equal(rowOf({ fields }, "to").value, encoded);
  assert.equal(rowOf({ fields }, "subject").value, "Müll");
});

test("several fields of a name: the weakest state; rows of recipients are joined", () => {
  const fields = [
    field("To", "a@example.org", "signed-and-encrypted", null),
    field("to", "b@example.org", "signed-only"),
    field("Subject", "one", "encrypted-only", null),
    field("Subject", "two", "unprotected"),
  ];
  assert.equal(rowOf({ fields }, "to").value, "a@example.org, b@example.org");
  assert.equal(rowOf({ fields }, "to").state, "signed");
  assert.equal(rowOf({ fields }, "subject").value, "one");
  assert.equal(rowOf({ fields }, "subject").state, "none");
});

test("a field that stands outside alone is not shown, or marked", () => {
  const fields = headerOf().fields.filter(({ name }) => name !== "Date");
  const changes = { fields, unprotected: ["Cc", "Reply-To", "Date", "List-Id", "Received", "To"] };
  assert.equal(rowOf(changes, "cc").hidden, true);
  assert.equal(rowOf(changes, "reply-to").hidden, true);
  const date = rowOf(changes, "date");
  assert.deepEqual([date.hidden, date.value, date.state], [false, null, "none"]);
  assert.equal(rowOf(changes, "list-id"), undefined);
  assert.equal(rowOf(changes, "to").hidden, false);
});

test("a signature that does not hold lowers states without a noise", () => {
  const fields = headerOf().fields.map((one) => ({ ...one, state: "unprotected" }));
  const view = viewOf({ fields, unprotected: ["Cc"] });
  assert.ok(view.fields.every(({ state, title }) => state === null && title === ""));
  assert.equal(view.fields.find(({ name }) => name === "subject").value, "Rent for April");
  assert.equal(view.fields.find(({ name }) => name === "cc").hidden, true);
});

test("a sender that nothing speaks for is not shown, and warned of", () => {
  const from = {
    inner: "boss@example.org",
    outer: "mallory@example.com",
    shown: "outer",
    mismatch: true,
    warning: true,
  };
  const row = rowOf({ from }, "from");
  assert.deepEqual([row.value, row.hidden, row.state], [null, false, "none"]);
  const bar = makeFromBar(verdictOf({ from }), wordsOf("en"));
  assert.equal(bar.level, "critical");
  assert.match(bar.text, /mallory@example\.com.*boss@example\.org/);
  assert.equal(makeFromBar(verdictOf(), wordsOf("en")), null);
  assert.equal(makeFromBar(null, wordsOf("en")), null);
});

test("an address of the warning may be missing", () => {
  const from = { ...FROM, inner: "a@example.org", outer: null, shown: "outer", warning: true };
  assert.match(makeFromBar(verdictOf({ from }), wordsOf("en")).text, /from –.*from a@example\.org/);
});

test("the subject that was hidden", () => {
  assert.equal(hiddenSubject(verdictOf()), "Rent for April");
  assert.equal(hiddenSubject(makeVerdict()), null);
  const fields = [field("Subject", "Rent", "signed-only")];
  assert.equal(hiddenSubject(verdictOf({ fields })), null);
  const odd = [field("Subject", "a\r\nBcc: \u202eb", "encrypted-only", null)];
  assert.equal(hiddenSubject(verdictOf({ fields: odd })), "a\ufffd\ufffdBcc: \ufffdb");
});

test("a receipt is not owed to whoever has asked for it outside", () => {
  const view = (more) => viewOf({ fields: [...headerOf().fields, ...more] });
  assert.equal(view([]).mayAskForReceipt, false);
  const asked = field("Disposition-Notification-To", "alice@example.org", "signed-only");
  assert.equal(view([asked]).mayAskForReceipt, true);
});

test("the panel tells what is protected, and what could be seen on the way", () => {
  const rows = viewOf({ unprotected: ["Received", "Reply-To", "X-Mozilla-Keys"] }).panel.rows;
  const texts = rows.map(({ label, text }) => `${label}: ${text}`);
  assert.ok(texts.includes("Encrypted and signed fields: Subject, Keywords"));
  assert.ok(texts.includes("Signed fields: From, To, Date"));
  assert.ok(texts.includes("Visible on the way: Subject: [...]"));
  assert.ok(texts.includes("Visible on the way: Keywords: (nothing)"));
  assert.ok(texts.includes("Added outside: Reply-To"));
});

test("names that Thunderbird has a use of its own for do not reach the pane", () => {
  const names = ["X-Mozilla-LocalizedDate", "Constructor", "__proto__", "X-Answer"];
  const fields = names.map((name) => field(name, "today", "signed-only"));
  assert.deepEqual(viewOf({ fields }).fields.map(({ name }) => name), ["x-answer"]);
});
