// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { BridgeError, Cancelled } from "../../plugin/modules/errors.mjs";
import { Showing } from "../../plugin/modules/showing.mjs";
import { UNSIGNED, context, makeVerdict } from "./verdicts.mjs";

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** daneVerdict: events that tests fire, and what the windows were told. */
function fakeHooks({ header = true } = {}) {
  const told = [];
  const note = (name) => async (...values) => {
    told.push([name, ...values]);
  };
  const event = () => {
    const listeners = [];
    return {
      addListener: (listener) => listeners.push(listener),
      fire: (...values) => listeners.forEach((listener) => listener(...values)),
    };
  };
  const verbs = ["show", "forget", "setProgress", "showBar", "hideBar", "setTexts"];
  const events = ["onShown", "onHidden", "onBarButton", "onCancelled"];
  return {
    told,
    of: (name) => told.filter(([one]) => one === name).map(([, ...values]) => values),
    features: async () => ({ header, panel: true, bars: true }),
    list: async () => [{ uri: "m1" }],
    ...Object.fromEntries(verbs.map((name) => [name, note(name)])),
    ...Object.fromEntries(events.map((name) => [name, event()])),
  };
}

function fakeTimers() {
  let pending = null;
  return {
    setTimeout: (callback) => (pending = callback),
    clearTimeout: () => (pending = null),
    elapse: () => pending?.(),
  };
}

/** `answers` are readings, or errors in them, one a read; the last one stays. */
function makeWorld(answers, { header = true, unlock = async () => {} } = {}) {
  const hooks = fakeHooks({ header });
  const world = { hooks, forgotten: [], reads: [], kept: [], setUps: 0, time: 0 };
  const timers = fakeTimers();
  const reader = {
    forget: async (uri) => world.forgotten.push(uri),
    read: async (uri, options) => {
      world.reads.push({ uri, ...options });
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      const reading = await (typeof answer === "function" ? answer(options) : answer);
      return reading instanceof Error
        ? { uri, verdict: null, entity: null, error: reading }
        : { uri, verdict: reading, entity: null, error: null };
    },
  };
  const showing = new Showing({
    ...context(),
    hooks,
    reader,
    marks: {
      keep: (uri, verdict) => world.kept.push([uri, verdict.status]),
      isPlain: async (uri) => uri === "plain",
    },
    subjects: { keep: () => {} },
    bridge: { unlock },
    openSetUp: () => world.setUps++,
    now: () => world.time,
    timers,
  });
  showing.start();
  const open = async (uri) => {
    hooks.onShown.fire({ uri, tabId: 1, inFolder: true });
    await settle();
  };
  return Object.assign(world, { showing, timers, open });
}

const bars = (world) => world.hooks.of("showBar").map(([, bar]) => bar.id);

test("a message that is shown gets its verdict and its mark", async () => {
  const world = makeWorld([makeVerdict()]);
  await world.open("m1");
  const [[uri, view]] = world.hooks.of("show");
  assert.equal(uri, "m1");
  assert.equal(view.signature, "verified");
  assert.deepEqual(world.kept, [["m1", "verified"]]);
  assert.deepEqual(bars(world), []);
  assert.deepEqual(world.hooks.of("setProgress"), []);
});

test("the shim gets its texts at the start", () => {
  const [[texts]] = makeWorld([makeVerdict()]).hooks.of("setTexts");
  assert.equal(texts.checking, "S/MIME · checking…");
});

test("shown twice while it is read: read once", async () => {
  const world = makeWorld([makeVerdict()]);
  world.hooks.onShown.fire({ uri: "m1" });
  await world.open("m1");
  assert.equal(world.reads.length, 1);
});

test("left and shown again while it is read: asked again", async () => {
  const world = makeWorld([() => new Promise(() => {}), makeVerdict()]);
  world.hooks.onShown.fire({ uri: "m1" });
  world.hooks.onHidden.fire("m1");
  await world.open("m1");
  assert.equal(world.reads.length, 2);
  assert.equal(world.reads[0].signal.aborted, false);
  assert.equal(world.hooks.of("show").length, 1);
});

test("… and what the first reading finds is not shown for the second", async () => {
  let answer = null;
  const other = () => new Promise((resolve) => (answer = resolve));
  const world = makeWorld([other, () => new Promise(() => {})]);
  await world.open("m1");
  world.hooks.onHidden.fire("m1");
  await world.open("m1");
  answer(makeVerdict());
  await settle();
  assert.deepEqual([world.hooks.of("show"), world.kept], [[], []]);
});

test("a locked key store: a bar, and after Unlock the verdict", async () => {
  const locked = new BridgeError("key-locked", "locked", { retry: true });
  const world = makeWorld([locked, makeVerdict()]);
  await world.open("m1");
  assert.deepEqual(bars(world), ["locked"]);
  assert.equal(world.hooks.of("show")[0][1].encryption, "failed");
  world.hooks.onBarButton.fire("m1", "locked", "unlock");
  await settle();
  assert.deepEqual(world.forgotten, []);
  assert.equal(world.reads[1].interactive, true);
  assert.equal(world.hooks.of("show")[1][1].signature, "verified");
  assert.ok(world.hooks.of("hideBar").some(([, id]) => id === "locked"));
});

test("Unlock, and the prompt is closed: all stays", async () => {
  const locked = new BridgeError("key-locked", "locked", { retry: true });
  const unlock = async () => {
    throw new Cancelled();
  };
  const world = makeWorld([locked], { unlock });
  await world.open("m1");
  world.hooks.onBarButton.fire("m1", "locked", "unlock");
  await settle();
  assert.equal(world.reads.length, 1);
});

test("the host is missing: told once, and again after it was there", async () => {
  const missing = new BridgeError("host-missing", "no such native application");
  const world = makeWorld([missing, missing, makeVerdict(), missing]);
  await world.open("m1");
  await world.open("m2");
  assert.deepEqual(world.hooks.of("showBar").map(([uri]) => uri), ["m1"]);
  assert.deepEqual(world.hooks.of("showBar")[0][1].buttons.map(({ id }) => id), ["setUp"]);
  assert.equal(world.hooks.of("show")[1][1].panel.heading, "Not checked");
  await world.open("m3");
  await world.open("m4");
  assert.deepEqual(world.hooks.of("showBar").map(([uri]) => uri), ["m1", "m4"]);
  world.hooks.onBarButton.fire("m4", "host", "setUp");
  assert.equal(world.setUps, 1);
});

test("the host is missing: a bar that nobody had time to read is shown again", async () => {
  const world = makeWorld([new BridgeError("host-missing", "no such native application")]);
  await world.open("m1");
  world.time = 500;
  world.hooks.onHidden.fire("m1");
  await world.open("m2");
  world.time = 5000;
  world.hooks.onHidden.fire("m2");
  await world.open("m3");
  assert.deepEqual(world.hooks.of("showBar").map(([uri]) => uri), ["m1", "m2"]);
});

test("the DNS fails: a bar to try again, and after a while without it", async () => {
  const bogus = makeVerdict({ status: "unverified", reason: "bogus", trust: { source: null } });
  const world = makeWorld([bogus, bogus, bogus, makeVerdict()]);
  await world.open("m1");
  assert.deepEqual(bars(world), ["dns"]);
  world.hooks.onBarButton.fire("m1", "dns", "retry");
  await settle();
  assert.deepEqual(world.forgotten, ["m1"]);
  world.time = 10000;
  await world.open("m1");
  assert.deepEqual(world.forgotten, ["m1"]);
  world.time = 40000;
  await world.open("m1");
  assert.deepEqual(world.forgotten, ["m1", "m1"]);
  world.time = 90000;
  await world.open("m1");
  assert.deepEqual(world.forgotten, ["m1", "m1"]);
});

test("long work: progress after a second, cancelled by the user", async () => {
  const aborted = ({ signal, onProgress }) =>
    new Promise((resolve) => {
      onProgress({ phase: "lookup", done: 0, total: 0 });
      signal.addEventListener("abort", () => resolve(new Cancelled()));
    });
  const world = makeWorld([aborted]);
  await world.open("m1");
  assert.deepEqual(world.hooks.of("setProgress"), []);
  world.timers.elapse();
  const [[, progress]] = world.hooks.of("setProgress");
  assert.deepEqual(progress, {
    text: "Asking the sender’s domain…",
    fraction: null,
    cancelLabel: "Cancel",
  });
  world.reads[0].onProgress({ phase: "decrypt", done: 1, total: 4 });
  assert.equal(world.hooks.of("setProgress")[1][1].fraction, 0.25);
  world.hooks.onCancelled.fire("m1");
  await settle();
  assert.equal(world.hooks.of("setProgress").at(-1)[1], null);
  assert.deepEqual(bars(world), ["cancelled"]);
  assert.equal(world.hooks.of("show")[0][1].panel.explanation, "The check was cancelled.");
  assert.deepEqual(world.kept, []);
});

test("a Thunderbird without the header's widgets: a sentence in a bar", async () => {
  const world = makeWorld([makeVerdict()], { header: false });
  await world.open("m1");
  const [[, bar]] = world.hooks.of("showBar");
  assert.equal(bar.id, "verdict");
  assert.match(bar.text, /^Signature confirmed\. The domain example\.org confirms/);
});

test("… but not where there is nothing to tell", async () => {
  const world = makeWorld([makeVerdict(UNSIGNED)], { header: false });
  await world.open("m1");
  assert.deepEqual(bars(world), []);
});

test("the host is missing, found out too late: told with the next message", async () => {
  const missing = new BridgeError("host-missing", "no such native application");
  let answer;
  const world = makeWorld([() => new Promise((resolve) => (answer = resolve)), missing]);
  await world.open("m1");
  world.hooks.onHidden.fire("m1");
  answer(missing);
  await settle();
  await world.open("m2");
  assert.deepEqual(world.hooks.of("showBar").map(([uri]) => uri), ["m2"]);
});

test("settings that verdicts depend on have changed: what is shown is read anew", async () => {
  const world = makeWorld([makeVerdict()]);
  const resolver = { mode: "system", servers: [] };
  await world.showing.settingsChanged({ newValue: { firstRunDone: true } });
  const oldValue = { acceptAuthorities: true, resolver };
  await world.showing.settingsChanged({ oldValue, newValue: { ...oldValue, identities: {} } });
  assert.deepEqual(world.forgotten, []);
  await world.showing.settingsChanged({
    oldValue,
    newValue: { ...oldValue, acceptAuthorities: false },
  });
  assert.deepEqual(world.forgotten, [null]);
  assert.deepEqual(world.hooks.of("forget"), [[null]]);
  assert.deepEqual(world.reads.map(({ uri }) => uri), ["m1"]);
});

test("paper gets the fields of a message, shown or not; plain mail is not read", async () => {
  const from = { inner: "a@b.example", outer: "a@b.example", shown: "inner" };
  const subject = { name: "Subject", value: "Rent", text: "Rent", outer: null };
  const fields = [{ ...subject, state: "signed-and-encrypted" }];
  const header = { form: "hp-cipher", fields, from, unprotected: [] };
  const world = makeWorld([makeVerdict({ header })]);
  const [{ name, value }] = await world.showing.fieldsOf("m1");
  assert.deepEqual([name, value], ["subject", "Rent"]);
  assert.deepEqual(await world.showing.fieldsOf("plain"), []);
  assert.equal(world.reads.length, 1);
});

test("… and none of one that can't be read", async () => {
  const world = makeWorld([new BridgeError("key-locked", "")]);
  assert.deepEqual(await world.showing.fieldsOf("m1"), []);
});
