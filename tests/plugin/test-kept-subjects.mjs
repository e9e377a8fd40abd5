// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { KeptSubjects } from "../../plugin/modules/kept-subjects.mjs";

/** Message list and settings that remember what was done. */
function setUp(keepSubjects) {
  const calls = [];
  const settings = { keepSubjects };
  const hooks = {
    setSubject: async (...values) => calls.push(values),
    takeSubjects: async () => calls.push("taken") && 3,
  };
  const store = {
    read: async () => settings,
    change: async (changes) => Object.assign(settings, changes),
  };
  return { subjects: new KeptSubjects(hooks, store), calls, settings };
}

function verdictWith(state, text = "Rent for April") {
  const subject = { name: "Subject", value: text, text, outer: "[...]", state };
  return { header: { form: "hp-cipher", fields: [subject], unprotected: [] } };
}

test("a hidden subject goes into the list by consent alone", async () => {
  for (const [consent, expected] of [
    [false, []],
    [true, [["m1", "Rent for April", null]]],
  ]) {
    const { subjects, calls } = setUp(consent);
    await subjects.keep("m1", verdictWith("signed-and-encrypted"));
    assert.deepEqual(calls, expected);
  }
});

test("what stands outside anyway is left alone", async () => {
  const { subjects, calls } = setUp(true);
  await subjects.keep("m1", verdictWith("signed-only"));
  await subjects.keep("m1", { header: null });
  await subjects.keep("m1", verdictWith("encrypted-only", ""));
  assert.deepEqual(calls, []);
});

test("who takes the consent back gets the subjects out of the list", async () => {
  const { subjects, settings } = setUp(false);
  assert.equal(await subjects.choose(true), 0);
  assert.equal(settings.keepSubjects, true);
  assert.equal(await subjects.choose(false), 3);
  assert.equal(settings.keepSubjects, false);
});

test("a message that is being read meanwhile is no exception", async () => {
  const { subjects, calls } = setUp(true);
  const verdict = verdictWith("signed-and-encrypted");
  const before = subjects.keep("m1", verdict);
  const results = [before, subjects.choose(false), subjects.keep("m2", verdict)];
  await Promise.all(results);
  assert.deepEqual(calls, [["m1", "Rent for April", null], "taken"]);
});

test("the message is named by its own Message-ID as well", async () => {
  const { subjects, calls } = setUp(true);
  const verdict = verdictWith("signed-and-encrypted");
  verdict.header.fields.push({ name: "Message-ID", value: "<1@a.example>", state: "signed-only" });
  await subjects.keep("m1", verdict);
  assert.deepEqual(calls, [["m1", "Rent for April", "1@a.example"]]);
});
