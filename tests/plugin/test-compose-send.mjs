// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { SendCheck } from "../../plugin/modules/compose-send.mjs";
import { ComposeWindows } from "../../plugin/modules/compose-windows.mjs";
import { BridgeError } from "../../plugin/modules/errors.mjs";
import { RecipientLookup } from "../../plugin/modules/recipient-lookup.mjs";
import { FakeHost, FakeTime, settled, wordsOf } from "./compose-fakes.mjs";

const TAB = { id: 7, windowId: 70 };
const BOB = "bob@b.example";
const DAVE = "dave@d.example";

const nothing = async () => {};

/** daneCompose with one window. */
function makeCompose(described, done) {
  return {
    describe: async () => structuredClone(described),
    list: async () => [structuredClone(described)],
    setPills: nothing,
    disableBuiltIn: nothing,
    hideBar: nothing,
    showBar: async (_tab, bar) => done.bars.push(bar),
    setProgress: async (_tab, progress) => done.progress.push(progress),
    removeRecipient: async (_tab, address) => {
      done.removed.push(address);
      described.recipients = described.recipients.filter((one) => one.address !== address);
    },
  };
}

const WINDOW = {
  tabId: TAB.id,
  identityId: "id1",
  from: "alice@a.example",
  kind: "new",
  repliesTo: null,
  originals: [],
  draft: null,
  subject: "",
  encryptedOriginal: false,
  saved: null,
  recipients: [{ address: BOB, field: "to" }],
  automatic: [],
};

/** A Thunderbird with one compose window, and all that the modules want. */
function start({
  sign = "never", encrypt = "ready", key = true, hook = true, chosen = {}, answers = [],
  encryptedOriginal = false, answered = [], policy = "baseline", kind = "new", takeOver = null,
} = {}) {
  const time = new FakeTime();
  const host = new FakeHost();
  const done = { bars: [], questions: [], protection: null, progress: [], removed: [] };
  const described = { ...structuredClone(WINDOW), kind };
  const compose = makeCompose(described, done);
  const action = new Proxy({}, { get: () => nothing });
  const lookup = new RecipientLookup(host, () => time.now, time);
  const words = wordsOf("en");
  const ownKeys = { find: async () => (key ? {} : null) };
  const windows = new ComposeWindows({
    compose,
    action,
    lookup,
    words,
    outgoing: {
      features: async () => ({ messageFile: hook }),
      getProtection: async () => ({ sign: false, encrypt: false }),
      setProtection: async (_tab, { sign: signs, encrypt: encrypts, ...draft }) => {
        done.protection = { sign: signs, encrypt: encrypts };
        done.draft = draft;
      },
    },
    storage: {
      get: async (name) => (takeOver ? {} : { [name]: { chosen } }),
      set: nothing,
      remove: nothing,
    },
    settings: {
      identity: async () => ({ sign, encrypt }),
      header: async () => ({ policy, legacyDisplay: true }),
    },
    ownKeys,
    originals: {
      wasEncrypted: async () => encryptedOriginal,
      isSealed: async () => false,
      protectedBy: async () => answered,
      takeOver: takeOver ?? (async () => true),
    },
    tellPopup: () => {},
  });
  const dialogs = {
    ask: async (_window, question) => {
      done.questions.push(question);
      return answers.shift() ?? "back";
    },
  };
  const bridge = { request: async (op) => done.bars.push(op) };
  const check = new SendCheck({
    windows,
    compose,
    lookup,
    bridge,
    dialogs,
    words,
    openOptions: () => done.bars.push("options"),
    timers: time,
  });
  return { time, host, done, described, check, windows, ownKeys };
}

/** Presses Send; answers the look-ups under way until it has ended. */
async function send(world, recipientOf = () => "ready") {
  let result = null;
  world.check.check(TAB).then((value) => (result = value));
  for (let i = 0; i < 10 && !result; i++) {
    await settled();
    world.host.requests.splice(0).forEach((request) => request.answer(recipientOf));
  }
  return result;
}

const noRecord = (address) => (address === DAVE ? "no-record" : "ready");

test("waits for the look-ups, and encrypts", async () => {
  const world = start();
  assert.deepEqual(await send(world), { cancel: false });
  assert.deepEqual(world.done.protection, { sign: true, encrypt: true });
  assert.deepEqual(world.done.questions, []);
  assert.equal(world.done.progress.at(-1), null);
});

test("somebody is not ready: nothing leaves before an answer", async () => {
  const world = start({ encrypt: "always" });
  world.described.recipients.push({ address: DAVE, field: "cc" });
  assert.deepEqual(await send(world, noRecord), { cancel: true });
  const [question] = world.done.questions;
  assert.deepEqual(question.rows.map(({ address }) => address), [DAVE]);
  assert.equal(question.choices[0].id, "back");
  assert.equal(question.confirm.choice, "plain");
});

test("removed: asked anew, and sent", async () => {
  const world = start({ encrypt: "always", answers: ["remove"] });
  world.described.recipients.push({ address: DAVE, field: "cc" });
  assert.deepEqual(await send(world, noRecord), { cancel: false });
  assert.deepEqual(world.done.removed, [DAVE]);
  assert.deepEqual(world.done.protection, { sign: true, encrypt: true });
});

test("unencrypted, as was chosen", async () => {
  const world = start({ encrypt: "always", answers: ["plain"] });
  assert.deepEqual(await send(world, () => "no-record"), { cancel: false });
  assert.deepEqual(world.done.protection, { sign: false, encrypt: false });
});

test("no answer of the DNS in time: as if not ready", async () => {
  const world = start({ encrypt: "always" });
  const result = world.check.check(TAB);
  await settled();
  world.time.tick(30000);
  assert.deepEqual(await result, { cancel: true });
  assert.equal(world.done.questions[0].rows[0].text, "Could not be looked up in time.");
});

test("cancelled while it waits", async () => {
  const world = start({ encrypt: "always" });
  const result = world.check.check(TAB);
  await settled();
  assert.equal(world.done.progress[0].cancelLabel, "Cancel");
  world.check.cancel(TAB.id);
  assert.deepEqual(await result, { cancel: true });
  assert.deepEqual(world.done.questions, []);
});

test("the host is gone: the question says so", async () => {
  const world = start({ encrypt: "always" });
  const result = world.check.check(TAB);
  await settled();
  world.host.requests[0].fail(new BridgeError("host-gone", "gone"));
  assert.deepEqual(await result, { cancel: true });
  assert.match(world.done.questions[0].rows[0].text, /ended unexpectedly/);
  assert.ok(world.done.questions[0].choices.some(({ id }) => id === "retry"));
});

test("ask", async () => {
  for (const [answer, cancel, encrypt] of [
    ["encrypt", false, true],
    ["plain", false, false],
    ["back", true, false],
  ]) {
    const world = start({ encrypt: "ask", answers: [answer] });
    assert.deepEqual(await send(world), { cancel }, answer);
    assert.equal(world.done.protection.encrypt, encrypt, answer);
    assert.equal(world.done.questions.length, 1);
  }
});

test("no key of one's own", async () => {
  const world = start({ encrypt: "always", key: false, answers: ["setUp"] });
  assert.deepEqual(await send(world), { cancel: true });
  assert.deepEqual(world.done.bars, ["options"]);
});

test("the hook is missing: what was toggled is stopped with a bar, the rest is sent", async () => {
  const toggled = start({ hook: false, encrypt: "always" });
  assert.deepEqual(await send(toggled), { cancel: true });
  assert.equal(toggled.done.bars.at(-1).level, "critical");
  const plain = start({ hook: false, encrypt: "never" });
  assert.deepEqual(await send(plain), { cancel: false });
});

test("never rejects", async () => {
  const world = start({ encrypt: "always" });
  const { error } = console;
  console.error = () => {};
  world.windows.current = async () => {
    throw new Error("a bug");
  };
  assert.deepEqual(await send(world), { cancel: true });
  console.error = error;
  assert.match(world.done.bars[0].text, /went wrong/);
});

test("encryption does not go off by itself while Send is pressed", async () => {
  const world = start();
  await send(world);
  world.time.tick(3600 * 1000); // the answers are too old
  assert.deepEqual(await send(world, () => "unreachable"), { cancel: true });
  const [question] = world.done.questions;
  assert.deepEqual(question.rows.map(({ address }) => address), [BOB]);
  assert.equal(question.confirm.choice, "plain");
});

test("somebody tampers with the DNS: asked, though it was never on", async () => {
  const world = start({ answers: ["plain"] });
  assert.deepEqual(await send(world, () => "bogus"), { cancel: false });
  assert.equal(world.done.questions.length, 1);
  assert.deepEqual(world.done.protection, { sign: false, encrypt: false });
});

test("what is found out after the check changes nothing", async () => {
  const world = start();
  await send(world);
  world.time.tick(3600 * 1000);
  await world.windows.changed(structuredClone(world.described));
  world.time.tick(300); // looks up anew
  world.host.requests.splice(0).forEach((request) => request.answer(() => "unreachable"));
  await settled();
  assert.deepEqual(world.done.protection, { sign: true, encrypt: true });
  world.described.recipients.push({ address: DAVE, field: "cc" });
  await world.windows.changed(structuredClone(world.described));
  assert.deepEqual(world.done.protection, { sign: false, encrypt: false });
});

test("a key that could not be found out is asked for again", async () => {
  const world = start({ sign: "always", encrypt: "never" });
  const { find } = world.ownKeys;
  world.ownKeys.find = async () => {
    throw new BridgeError("host-gone", "gone");
  };
  await world.windows.changed(structuredClone(world.described));
  assert.deepEqual(world.done.protection, { sign: false, encrypt: false });
  world.ownKeys.find = find;
  assert.deepEqual(await send(world), { cancel: false });
  assert.deepEqual(world.done.protection, { sign: true, encrypt: false });
});

test("nobody knows whether there is a key: nothing leaves before an answer", async () => {
  for (const [answer, cancel] of [["back", true], ["unprotected", false]]) {
    const world = start({ sign: "always", encrypt: "never", answers: [answer] });
    world.ownKeys.find = async () => {
      throw new BridgeError("host-gone", "gone");
    };
    assert.deepEqual(await send(world), { cancel });
    assert.equal(world.done.questions[0].confirm.choice, "unprotected");
    assert.match(world.done.questions[0].text, /ended unexpectedly/);
  }
});

test("the host is not installed: mail goes as it did before", async () => {
  const world = start({ sign: "always" });
  world.ownKeys.find = async () => {
    throw new BridgeError("host-missing", "missing");
  };
  assert.deepEqual(await send(world), { cancel: false });
  assert.deepEqual(world.done.questions, []);
});

test("drafts are encrypted while encryption may still come on by itself", async () => {
  const world = start();
  await world.windows.decided(TAB.id);
  assert.deepEqual(world.done.protection, { sign: false, encrypt: false });
  assert.deepEqual(world.done.draft, { encryptDrafts: true, declined: [] });
  await send(world, () => "no-record");
  assert.deepEqual(world.done.draft, { encryptDrafts: false, declined: [] });
  await world.windows.choose(TAB.id, "encrypt", false);
  assert.deepEqual(world.done.draft, { encryptDrafts: false, declined: ["encrypt"] });
});

const answer = { sign: "never", encrypt: "never", encryptedOriginal: true };

test("an answer to an encrypted message is encrypted without a question", async () => {
  const world = start(answer);
  assert.deepEqual(await send(world), { cancel: false });
  assert.deepEqual(world.done.protection, { sign: true, encrypt: true });
  assert.deepEqual(world.done.questions, []);
});

test("… and goes out plain after a question only", async () => {
  const off = { ...answer, chosen: { encrypt: false } };
  const stayed = start(off);
  assert.deepEqual(await send(stayed), { cancel: true });
  const [{ choices }] = stayed.done.questions;
  assert.equal(choices.at(-1).id, "plain");
  const gone = start({ ...off, answers: ["plain"] });
  assert.deepEqual(await send(gone), { cancel: false });
  assert.deepEqual(gone.done.protection, { sign: false, encrypt: false });
});

test("… it can be encrypted there and then, where everyone is ready", async () => {
  const world = start({ ...answer, chosen: { encrypt: false }, answers: ["encrypt"] });
  assert.deepEqual(await send(world), { cancel: false });
  const [{ choices }] = world.done.questions;
  assert.deepEqual(choices.map(({ id }) => id), ["encrypt", "back", "plain"]);
  assert.deepEqual(world.done.protection, { sign: true, encrypt: true });
});

test("recipients that could not be taken from inside: asked before they get a quote", async () => {
  const failing = async () => {
    throw new Error("SetComposeDetails is not a function");
  };
  for (const [takeOver, kind, answers, cancel, asked] of [
    [failing, "reply", [], true, 1],
    [async () => false, "reply", [], true, 1],
    [async () => false, "draft", ["proven"], false, 1],
    [async () => false, "forward", [], false, 0],
    [async () => true, "reply", [], false, 0],
  ]) {
    const world = start({ encryptedOriginal: true, kind, takeOver, answers });
    assert.deepEqual(await send(world), { cancel }, kind);
    assert.equal(world.done.questions.length, asked, kind);
    assert.equal(world.done.protection.encrypt, true);
  }
});

test("… and of a message that was not encrypted nobody is asked", async () => {
  const world = start({ kind: "reply", takeOver: async () => false });
  assert.deepEqual(await send(world), { cancel: false });
  assert.deepEqual(world.done.questions, []);
});
