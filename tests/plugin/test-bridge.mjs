// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { Bridge } from "../../plugin/modules/bridge.mjs";
import { BridgeClient } from "../../plugin/modules/bridge-client.mjs";
import { SettingsStore } from "../../plugin/modules/settings.mjs";
import { FakeHost, FakeTimers, fakeStorage, fault } from "./fake-host.mjs";

/** A host with a locked key store whose password is "sesame"; `answers` are the user's. */
function setUp({ answers = [], locked = true, handlers = {} } = {}) {
  let isLocked = locked;
  const host = new FakeHost({
    export: () => {
      if (isLocked) {
        throw fault("key-locked");
      }
    },
    unlock: ({ password }) => {
      if (password !== "sesame") {
        throw fault("key-locked");
      }
      isLocked = false;
    },
    ...handlers,
  });
  const asked = [];
  const settings = new SettingsStore(fakeStorage());
  const client = new BridgeClient(host.connect, new FakeTimers());
  const bridge = new Bridge(client, settings, async (again) => {
    asked.push(again);
    await new Promise((resolve) => setImmediate(resolve));
    return answers.shift() ?? null;
  });
  const lock = () => {
    isLocked = true;
  };
  return { host, bridge, settings, asked, lock };
}

test("a host that starts hears of the settings first, and once", async () => {
  const { host, bridge } = setUp();
  await Promise.all([bridge.request("hello"), bridge.request("keys")]);
  await bridge.request("hello");
  assert.deepEqual(host.operations, ["configure", "hello", "keys", "hello"]);
});

test("a host that was started anew hears of them again", async () => {
  const { host, bridge } = setUp();
  await bridge.request("hello");
  host.last.end();
  await bridge.request("hello");
  assert.deepEqual(host.operations, ["configure", "hello", "configure", "hello"]);
  assert.equal(host.ports.length, 2);
});

const RESOLVERS = [
  [{ mode: "system", servers: ["192.0.2.1"] }, {}],
  [
    { mode: "servers", servers: ["192.0.2.1"] },
    { dns_servers: ["192.0.2.1"], dns_recursive: false },
  ],
  [{ mode: "recursive", servers: ["192.0.2.1"] }, { dns_servers: [], dns_recursive: true }],
  [{ mode: "system", servers: [], engine: "unbound" }, { dns_engine: "unbound" }],
  [
    { mode: "servers", servers: ["192.0.2.1"], engine: "unbound" },
    { dns_servers: ["192.0.2.1"], dns_recursive: false, dns_engine: "unbound" },
  ],
  [{ mode: "system", servers: [], transport: "udp" }, { dns_transport: "udp" }],
  [{ mode: "system", servers: [], deadline: 60 }, { dns_deadline: 60 }],
  [
    { mode: "servers", servers: ["192.0.2.1#one.example"], transport: "tls" },
    { dns_servers: ["192.0.2.1#one.example"], dns_recursive: false, dns_transport: "tls" },
  ],
];
for (const [resolver, wanted] of RESOLVERS) {
  const { mode, engine, transport, deadline } = resolver;
  const name = [mode, engine, transport, deadline].filter(Boolean).join(" ");
  test(`resolver "${name}" is told to a host that runs`, async () => {
    const { host, bridge, settings } = setUp();
    await bridge.request("hello");
    await settings.change({ resolver });
    await bridge.reconfigure();
    assert.deepEqual(host.requests.at(-1).params, wanted);
  });
}

test("what correspondents can read is recorded unless that is switched off", async () => {
  const { host, bridge, settings } = setUp();
  await settings.change({ learnCiphers: false });
  await bridge.request("hello");
  assert.deepEqual(host.requests[0].params, { learn: false });
  await settings.change({ learnCiphers: true });
  await bridge.reconfigure();
  assert.deepEqual(host.requests.at(-1).params, {});
});

test("settings that change while a host is being told of the old ones get there", async () => {
  const { host, bridge, settings } = setUp();
  const first = bridge.request("hello");
  await settings.change({ resolver: { mode: "recursive", servers: [] } });
  await bridge.reconfigure();
  await first;
  const last = host.requests.filter(({ op }) => op === "configure").at(-1);
  assert.deepEqual(last.params, { dns_servers: [], dns_recursive: true });
});

test("a name server that the host refuses does not stop everything", async () => {
  const handlers = {
    configure: ({ dns_servers: servers = [] }) => {
      if (servers.length > 0) {
        throw fault("dns-server-malformed");
      }
    },
  };
  const { host, bridge, settings } = setUp({ handlers });
  await settings.change({
    resolver: { mode: "servers", servers: ["nonsense"] },
    learnCiphers: false,
  });
  await bridge.request("hello");
  assert.deepEqual(host.operations, ["configure", "configure", "hello"]);
  assert.deepEqual(host.requests[1].params, { learn: false });
});

test("name servers that the host refuses are not replaced by any in the clear", async () => {
  const handlers = {
    configure: ({ dns_servers: [server] }) => {
      if (server === "192.0.2.1") {
        throw fault("dns-server-malformed");
      }
    },
  };
  const { host, bridge, settings } = setUp({ handlers });
  await settings.change({
    resolver: { mode: "servers", servers: ["192.0.2.1"], transport: "tls" },
  });
  await bridge.request("hello");
  const { dns_servers: servers, dns_transport: transport } = host.requests[1].params;
  assert.deepEqual(servers, ["127.0.0.1@1#nowhere.invalid"]);
  assert.equal(transport, "tls");
});

test("any other failure to tell the settings is told, and tried again", async () => {
  let fails = true;
  const handlers = {
    configure: () => {
      if (fails) {
        throw fault("request-unknown");
      }
    },
  };
  const { bridge } = setUp({ handlers });
  await assert.rejects(bridge.request("hello"), { code: "request-unknown" });
  fails = false;
  await bridge.request("hello");
});

test("a locked key store is asked for until the password is right", async () => {
  const { bridge, asked } = setUp({ answers: ["wrong", "sesame"] });
  await bridge.request("export");
  assert.deepEqual(asked, [false, true]);
});

test("many requests at a locked key store make one prompt", async () => {
  const { bridge, asked } = setUp({ answers: ["sesame"] });
  await Promise.all([1, 2, 3].map(() => bridge.request("export")));
  assert.deepEqual(asked, [false]);
});

test("a request that learns late that it was locked does not ask anew", async () => {
  let release;
  const late = new Promise((resolve) => {
    release = resolve;
  });
  let calls = 0;
  const handlers = {
    decrypt: async () => {
      if (calls++ === 0) {
        await late;
        throw fault("key-locked");
      }
    },
  };
  const { bridge, asked } = setUp({ answers: ["sesame"], handlers });
  const slow = bridge.request("decrypt");
  await bridge.request("export");
  release();
  await slow;
  assert.deepEqual(asked, [false]);
});

test("who declines is not asked again, but for a click", async () => {
  const { bridge, asked } = setUp({ answers: [null, "sesame"] });
  await assert.rejects(bridge.request("export"), { name: "Cancelled" });
  await assert.rejects(bridge.request("export"), { code: "key-locked" });
  assert.equal(asked.length, 1);
  await bridge.request("export", {}, { interactive: true });
  assert.equal(asked.length, 2);
});

test("who declined once is asked again by a key store that was unlocked and locked", async () => {
  const { bridge, asked, lock } = setUp({ answers: [null, "sesame", "sesame"] });
  await assert.rejects(bridge.request("export"), { name: "Cancelled" });
  await bridge.unlock();
  lock();
  await bridge.request("export");
  assert.equal(asked.length, 3);
});

test("a new host asks again after a no", async () => {
  const { bridge, host, asked } = setUp({ answers: [null, "sesame"] });
  await assert.rejects(bridge.request("export"), { name: "Cancelled" });
  host.last.end();
  await bridge.request("export");
  assert.equal(asked.length, 2);
});

test("send: locked is an answer, nobody is asked", async () => {
  const { bridge, asked } = setUp();
  await assert.rejects(bridge.send("export"), { code: "key-locked" });
  assert.equal(asked.length, 0);
});

test("a host that dies during the prompt is told", async () => {
  const handlers = {
    unlock: () => {
      throw fault("key-store-failed");
    },
  };
  const { bridge } = setUp({ answers: ["sesame"], handlers });
  await assert.rejects(bridge.request("export"), { code: "key-store-failed" });
});
