// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fromBase64, joinOctets, toBase64 } from "../../plugin/modules/base64.mjs";
import { BridgeError, Cancelled } from "../../plugin/modules/errors.mjs";
import { Router, makeAsk } from "../../plugin/modules/router.mjs";
import { SettingsStore } from "../../plugin/modules/settings.mjs";
import { Words, camel, harmless } from "../../plugin/modules/words.mjs";
import { fakeStorage } from "./fake-host.mjs";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const locale = (language) => JSON.parse(read(`plugin/_locales/${language}/messages.json`));

for (const length of [0, 1, 2, 3, 0x6000 - 1, 0x6000, 0x6000 + 1, 200000]) {
  test(`base64 of ${length} octets and back`, () => {
    const octets = new Uint8Array(length).map((_octet, i) => (i * 7) % 256);
    const text = toBase64(octets);
    assert.equal(text, Buffer.from(octets).toString("base64"));
    assert.deepEqual(fromBase64(text), octets);
  });
}

test("pieces are joined, none too", () => {
  assert.deepEqual(joinOctets([]), new Uint8Array());
  const pieces = [Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3)];
  assert.deepEqual(joinOctets(pieces), Uint8Array.of(1, 2, 3));
});

test("settings: defaults, changes, identities", async () => {
  const store = new SettingsStore(fakeStorage());
  assert.equal((await store.read()).acceptAuthorities, true);
  assert.deepEqual(await store.identity("id1"), { sign: "always", encrypt: "ready" });
  await store.change({ acceptAuthorities: false });
  await store.changeIdentity("id1", { sign: "never" });
  assert.equal((await store.read()).acceptAuthorities, false);
  assert.deepEqual(await store.identity("id1"), { sign: "never", encrypt: "ready" });
  assert.deepEqual(await store.identity("id2"), { sign: "always", encrypt: "ready" });
});

test("settings: changes at the same time do not undo each other", async () => {
  const store = new SettingsStore(fakeStorage());
  await Promise.all([
    store.change({ acceptAuthorities: false }),
    store.change({ firstRunDone: true }),
    store.changeIdentity("id1", { sign: "never" }),
    store.changeIdentity("id1", { encrypt: "always" }),
  ]);
  const { acceptAuthorities, firstRunDone } = await store.read();
  assert.deepEqual([acceptAuthorities, firstRunDone], [false, true]);
  assert.deepEqual(await store.identity("id1"), { sign: "never", encrypt: "always" });
});

test("settings: a change that fails is told and does not stop the next", async () => {
  const area = fakeStorage();
  const set = area.set;
  area.set = async () => {
    throw new Error("disk full");
  };
  const store = new SettingsStore(area);
  await assert.rejects(store.change({ firstRunDone: true }), /disk full/);
  area.set = set;
  await store.change({ firstRunDone: true });
  assert.equal((await store.read()).firstRunDone, true);
});

test("settings: what was read is kept until it changes", async () => {
  const area = fakeStorage();
  const { get } = area;
  let reads = 0;
  area.get = (key) => {
    reads++;
    return get(key);
  };
  const listeners = [];
  const store = new SettingsStore(area, { addListener: (listener) => listeners.push(listener) });
  await Promise.all([store.read(), store.read()]);
  assert.equal(reads, 1);
  await store.change({ firstRunDone: true });
  assert.equal((await store.read()).firstRunDone, true);
  await area.set({ settings: { firstRunDone: false } });
  listeners.forEach((listener) => listener());
  assert.equal((await store.read()).firstRunDone, false);
});

test("settings: what is read can be changed without harm to the defaults", async () => {
  const store = new SettingsStore(fakeStorage());
  (await store.read()).resolver.servers.push("192.0.2.1");
  assert.deepEqual((await store.read()).resolver.servers, []);
});

/** A page and a background, with what crosses in between cloned. */
function connected() {
  const router = new Router();
  const ask = makeAsk(async (message) =>
    structuredClone(await router.handle(structuredClone(message))),
  );
  return { router, ask };
}

test("router: values and octets cross", async () => {
  const { router, ask } = connected();
  router.on("twice", ({ octets }) => octets.map((octet) => octet * 2));
  assert.deepEqual(await ask("twice", { octets: Uint8Array.of(1, 2) }), Uint8Array.of(2, 4));
});

test("router: topics of nobody are left to others", () => {
  const { router } = connected();
  assert.equal(router.handle({ topic: "elsewhere" }), undefined);
  assert.equal(router.handle(undefined), undefined);
  assert.equal(router.handle("text"), undefined);
});

test("router: a failure is the same kind of error on the page's side", async () => {
  const { router, ask } = connected();
  router.on("fault", () => {
    throw new BridgeError("key-locked", "locked", { retry: true, details: { n: 1 } });
  });
  router.on("cancel", async () => {
    throw new Cancelled();
  });
  await assert.rejects(ask("fault"), (error) => {
    assert.ok(error instanceof BridgeError);
    assert.deepEqual([error.code, error.retry, error.details], ["key-locked", true, { n: 1 }]);
    return true;
  });
  await assert.rejects(ask("cancel"), { name: "Cancelled" });
});

test("router: a bug is internal, whatever code its error has", async (context) => {
  const logged = context.mock.method(console, "error", () => {});
  const { router, ask } = connected();
  router.on("bug", () => {
    throw Object.assign(new Error("no such file"), { code: 8 });
  });
  await assert.rejects(ask("bug"), { name: "BridgeError", code: "internal" });
  assert.equal(logged.mock.callCount(), 1);
});

function wordsOf(language) {
  const texts = locale(language);
  return new Words((name, values = []) =>
    (texts[name]?.message ?? "").replace(/\$(\d)/g, (_all, n) => values[n - 1] ?? ""),
  );
}

test("words: codes become names", () => {
  assert.equal(camel("key-store-missing"), "keyStoreMissing");
  assert.equal(camel("p-256"), "p256");
  assert.equal(wordsOf("en").text("no_such_text"), "no_such_text");
  assert.equal(wordsOf("en").ofCode("fault", "no-such"), null);
});

test("words: errors", () => {
  const words = wordsOf("en");
  assert.equal(words.ofError(new Cancelled()), null);
  assert.match(words.ofError(new BridgeError("key-not-found", "x")) ?? "", /no key/);
  assert.match(words.ofError(new BridgeError("from-the-future", "x")) ?? "", /from-the-future/);
  const bug = wordsOf("en").text("fault_internal");
  assert.equal(words.ofError(new TypeError("x is undefined")), bug);
});

for (const language of ["en", "de"]) {
  test(`every fault code has words in ${language}`, () => {
    const texts = locale(language);
    const lists = read("plugin/types/wire.d.ts").split("interface")[0];
    const codes = [...lists.matchAll(/\| "([a-z-]+)"/g)].map((match) => match[1]);
    assert.ok(codes.length > 35);
    assert.deepEqual(
      codes.filter((code) => !texts[`fault_${camel(code)}`]),
      [],
    );
  });
}

test("words of others can't turn or break those around them", () => {
  const words = new Words((_name, values) => `by ${values[0]}.`);
  assert.equal(words.text("name", "a\u202egpj.b\r\nc"), "by a\ufffdgpj.b\ufffd\ufffdc.");
  assert.equal(harmless("Zo\u00eb \u05d0 <a@b>"), "Zo\u00eb \u05d0 <a@b>");
  assert.equal(harmless("x".repeat(100000)).length, 1001);
});
