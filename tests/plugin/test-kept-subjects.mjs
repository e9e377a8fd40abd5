// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { KeptSubjects } from "../../plugin/modules/kept-subjects.mjs";

/** Message list and settings that remember what was done. */
function setUp(keepSubjects) {
  const calls = [];
  const settings = { keepSubjects };
  const hooks = {
    setSubject: async (uri, subject) => calls.push([uri, subject]),
    takeSubjects: async () => 3,
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
    [true, [["m1", "Rent for April"]]],
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
