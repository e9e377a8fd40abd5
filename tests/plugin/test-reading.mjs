// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { BridgeError, Cancelled } from "../../plugin/modules/errors.mjs";
import { MessageReader } from "../../plugin/modules/reading.mjs";

const URI = "mailbox-message://box#1";
const VERDICT = { encrypted: true, signed: false, status: "none" };

function octets(text) {
  return new TextEncoder().encode(text);
}

function makeHooks({ size = 100 } = {}) {
  const calls = [];
  return {
    calls,
    stamp: "one",
    async describe() {
      return { octets: size, stamp: this.stamp };
    },
    getSource: async (uri) => {
      calls.push(["source", uri]);
      return octets(`source of ${uri}`).buffer;
    },
    saveSource: async () => {
      calls.push(["save"]);
      return { file: "/f", octets: size };
    },
    removeSource: async (file) => calls.push(["remove", file]),
    forget: async (uri) => calls.push(["forget", uri]),
  };
}

function makeReader(answer, { hooks = makeHooks(), ownKeys = { open: async () => null } } = {}) {
  const requests = [];
  const clock = { now: 1000 };
  const bridge = {
    async request(op, params, options) {
      requests.push({ op, params, options });
      return answer(options, requests.length);
    },
  };
  const settings = { read: async () => ({ acceptAuthorities: false }) };
  const now = () => clock.now;
  const reader = new MessageReader({ bridge, hooks, settings, ownKeys, now });
  return { reader, requests, hooks, clock };
}

const good = () => ({ result: VERDICT, bodies: [{ data: octets("entity") }] });

function fails(code, retry = false) {
  return () => {
    throw new BridgeError(code, code, { retry });
  };
}

test("one request however many ask", async () => {
  const { reader, requests } = makeReader(good);
  const [one, other] = await Promise.all([reader.read(URI), reader.read(URI)]);
  assert.equal(one, other);
  assert.equal(await reader.read(URI), one);
  assert.equal(requests.length, 1);
  assert.equal(requests[0].op, "read");
  assert.deepEqual(requests[0].params, { entity: true, system_authorities: false });
  assert.equal(new TextDecoder().decode(requests[0].options.body), `source of ${URI}`);
  assert.equal(one.verdict, VERDICT);
  assert.ok(one.decrypted);
  assert.equal(new TextDecoder().decode(one.entity), "entity");
});

test("a source that the caller has is not fetched", async () => {
  const { reader, requests, hooks } = makeReader(good);
  const [one, other] = await Promise.all([
    reader.read(URI, { source: octets("here") }),
    reader.read(URI),
  ]);
  assert.equal(one, other);
  assert.equal(requests.length, 1);
  assert.equal(new TextDecoder().decode(requests[0].options.body), "here");
  assert.deepEqual(hooks.calls, []);
});

test("listeners are told of new readings", async () => {
  const { reader } = makeReader(good);
  const told = [];
  reader.onReading.addListener((reading) => told.push(reading.uri));
  await reader.read(URI);
  await reader.read(URI);
  assert.deepEqual(told, [URI]);
});

test("a large message goes in a file that is removed", async () => {
  const { reader, requests, hooks } = makeReader(good, { hooks: makeHooks({ size: 5e6 }) });
  await reader.read(URI);
  assert.deepEqual(requests[0].options.body, { file: "/f" });
  assert.deepEqual(hooks.calls, [["save"], ["remove", "/f"]]);
});

test("a host that can't see files gets octets, and no files any more", async () => {
  const answer = ({ body }) => (body.file ? fails("file-refused")() : good());
  const { reader, requests, hooks } = makeReader(answer, { hooks: makeHooks({ size: 5e6 }) });
  assert.equal((await reader.read(URI)).error, null);
  await reader.read("other");
  assert.equal(requests.length, 3);
  assert.equal(hooks.calls.filter(([name]) => name === "save").length, 1);
  assert.equal(hooks.calls.filter(([name]) => name === "remove").length, 1);
});

test("a definite failure is kept, one that may pass for a moment", async () => {
  const definite = makeReader(fails("cms-decryption-failed"));
  assert.equal((await definite.reader.read(URI)).error.code, "cms-decryption-failed");
  definite.clock.now += 1e9;
  await definite.reader.read(URI);
  assert.equal(definite.requests.length, 1);

  const passing = makeReader(fails("key-locked", true));
  await passing.reader.read(URI);
  await passing.reader.read(URI);
  assert.equal(passing.requests.length, 1);
  passing.clock.now += 10000;
  await passing.reader.read(URI);
  assert.equal(passing.requests.length, 2);
});

test("a click asks again", async () => {
  const { reader, requests } = makeReader((_options, n) =>
    n === 1 ? fails("key-locked", true)() : good(),
  );
  assert.ok((await reader.read(URI)).error);
  const reading = await reader.read(URI, { interactive: true });
  assert.equal(reading.error, null);
  assert.equal(requests[1].options.interactive, true);
});

test("a closed password prompt means locked", async () => {
  const { reader } = makeReader(() => {
    throw new Cancelled();
  });
  assert.equal((await reader.read(URI)).error.code, "key-locked");
});

test("cancelled: nothing is kept", async () => {
  const controller = new AbortController();
  const { reader, requests } = makeReader(({ signal }, n) =>
    n > 1
      ? good()
      : new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(new Cancelled()));
          controller.abort();
        }),
  );
  const reading = await reader.read(URI, { signal: controller.signal });
  assert.equal(reading.error.name, "Cancelled");
  assert.equal((await reader.read(URI)).error, null);
  assert.equal(requests.length, 2);
});

test("progress reaches all who wait", async () => {
  const { reader } = makeReader(({ onProgress }) => {
    onProgress({ phase: "decrypt", done: 1, total: 2 });
    return good();
  });
  const seen = [];
  const listen = () => ({ onProgress: (progress) => seen.push(progress.phase) });
  await Promise.all([reader.read(URI, listen()), reader.read(URI, listen())]);
  assert.deepEqual(seen, ["decrypt", "decrypt"]);
});

test("forget: of one message, of all, and of what is under way", async () => {
  const { reader, requests, hooks } = makeReader(good);
  await reader.read(URI);
  await reader.read("b");
  await reader.forget(URI);
  await reader.read("b");
  assert.equal(requests.length, 2);
  await reader.read(URI);
  await reader.forget(null);
  await Promise.all([reader.read(URI), reader.read("b")]);
  assert.equal(requests.length, 5);
  assert.deepEqual(hooks.calls.filter(([name]) => name === "forget"), [
    ["forget", URI],
    ["forget", null],
  ]);
});

test("readings are bounded in number and octets", async () => {
  const { reader, requests } = makeReader(good);
  for (let i = 0; i < 60; i++) {
    await reader.read(`m${i}`);
  }
  await reader.read("m59");
  assert.equal(requests.length, 60);
  await reader.read("m0");
  assert.equal(requests.length, 61);

  const large = makeReader(() => ({
    result: VERDICT,
    bodies: [{ data: new Uint8Array(9 * 1024 * 1024) }],
  }));
  await large.reader.read("a");
  await large.reader.read("b");
  await large.reader.read("b");
  assert.equal(large.requests.length, 2);
  await large.reader.read("a");
  assert.equal(large.requests.length, 3);
});

const opened = { message: () => octets("opened"), entity: () => octets("peeled") };

test("Thunderbird's own key: the host judges what it opened", async () => {
  const answer = ({ body }, n) =>
    n === 1
      ? fails("cms-not-for-us")()
      : {
          result: { ...VERDICT, encrypted: false, sent: new TextDecoder().decode(body) },
          bodies: [{ data: octets("inner") }],
        };
  const { reader } = makeReader(answer, { ownKeys: { open: async () => opened } });
  const { verdict, entity, decrypted, ownKey, error } = await reader.read(URI);
  assert.equal(verdict.sent, "opened");
  assert.ok(verdict.encrypted && decrypted && ownKey);
  assert.equal(new TextDecoder().decode(entity), "inner");
  assert.equal(error, null);
});

test("Thunderbird's own key without a host: text, but no verdict", async () => {
  const ownKeys = { open: async () => opened };
  const { reader } = makeReader(fails("host-missing"), { ownKeys });
  const { verdict, entity, error } = await reader.read(URI);
  assert.equal(verdict, null);
  assert.equal(new TextDecoder().decode(entity), "peeled");
  assert.equal(error.code, "host-missing");
});

test("another message with the same URI is another one", async () => {
  const { reader, requests, hooks } = makeReader(good);
  await reader.read(URI);
  hooks.stamp = "two"; // an .eml file that was overwritten, a folder that was repaired
  await reader.read(URI);
  await reader.read(URI);
  assert.equal(requests.length, 2);
});

test("a verdict holds no longer than what it rests on", async () => {
  const verdict = { ...VERDICT, signed: true, status: "verified", trust: { ttl: 300 } };
  const { reader, requests, clock } = makeReader(() => ({ result: verdict, bodies: [] }));
  await reader.read(URI);
  clock.now += 299000;
  await reader.read(URI);
  assert.equal(requests.length, 1);
  clock.now += 2000;
  await reader.read(URI);
  assert.equal(requests.length, 2);
});

test("a message that can't be described is read all the same", async () => {
  const { reader, hooks } = makeReader(good);
  hooks.describe = async () => {
    throw new Error("gone");
  };
  assert.equal((await reader.read(URI)).verdict, VERDICT);
});
