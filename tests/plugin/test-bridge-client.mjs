// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64, joinOctets, toBase64 } from "../../plugin/modules/base64.mjs";
import { BridgeClient, CHUNK_OCTETS } from "../../plugin/modules/bridge-client.mjs";
import { FakePort, FakeTimers } from "./fake-host.mjs";

function setUp() {
  const ports = [];
  const timers = new FakeTimers();
  const client = new BridgeClient(() => {
    const port = new FakePort();
    ports.push(port);
    return port;
  }, timers);
  return { client, ports, timers };
}

const code = (wanted) => (error) => error.name === "BridgeError" && error.code === wanted;
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("requests share one host and are told apart by their ids", async () => {
  const { client, ports } = setUp();
  const first = client.request("keys", { address: "a@example.org" });
  const second = client.request("hello");
  const [one, two] = ports[0].sent;
  assert.deepEqual(one, { id: one.id, op: "keys", params: { address: "a@example.org" } });
  assert.notEqual(one.id, two.id);
  ports[0].answer(two.id, { which: 2 });
  ports[0].answer(one.id, { which: 1 });
  assert.equal((await first).result.which, 1);
  assert.equal((await second).result.which, 2);
  assert.equal(ports.length, 1);
});

test("a short body goes inside the request", async () => {
  const { client, ports } = setUp();
  const octets = Uint8Array.from([0, 127, 128, 255]);
  client.request("sign", {}, { body: octets, outputFiles: ["/a/b"] });
  const [message] = ports[0].sent;
  assert.deepEqual(fromBase64(message.body.inline), octets);
  assert.deepEqual(message.output, { files: ["/a/b"] });
});

test("a named file is named", async () => {
  const { client, ports } = setUp();
  client.request("sign", {}, { body: { file: "/a/message" } });
  assert.deepEqual(ports[0].sent[0].body, { file: "/a/message" });
});

for (const extra of [1, CHUNK_OCTETS, CHUNK_OCTETS + 7]) {
  test(`a body of one chunk and ${extra} octets goes in pieces`, async () => {
    const { client, ports } = setUp();
    const octets = new Uint8Array(CHUNK_OCTETS + extra).map((_octet, i) => i % 251);
    client.request("sign", {}, { body: octets });
    const [head, ...chunks] = ports[0].sent;
    assert.deepEqual(head.body, { chunks: true });
    assert.ok(chunks.every(({ id }) => id === head.id));
    assert.deepEqual(
      chunks.map(({ last }) => Boolean(last)),
      chunks.map((_chunk, i) => i === chunks.length - 1),
    );
    assert.deepEqual(joinOctets(chunks.map(({ chunk }) => fromBase64(chunk))), octets);
  });
}

test("result and bodies come in chunks, other answers in between", async () => {
  const { client, ports } = setUp();
  const long = client.request("read");
  const short = client.request("hello");
  const port = ports[0];
  const [{ id }, { id: other }] = port.sent;
  const text = toBase64(new TextEncoder().encode('{"signed": true}'));
  port.say({
    id,
    ok: true,
    result: null,
    result_chunks: true,
    bodies: [
      { octets: 4, chunks: true },
      { octets: 2, inline: toBase64(Uint8Array.from([7, 8])) },
      { octets: 9, file: "/a/copy" },
    ],
  });
  port.say({ id, part: "body-0", index: 0, chunk: toBase64(Uint8Array.from([1, 2, 3])) });
  port.answer(other, { name: "dane-smime" });
  port.say({ id, part: "result", index: 0, chunk: text, last: true });
  port.say({ id, part: "body-0", index: 1, chunk: toBase64(Uint8Array.from([4])), last: true });
  assert.equal((await short).result.name, "dane-smime");
  const { result, bodies } = await long;
  assert.deepEqual(result, { signed: true });
  assert.deepEqual(bodies[0].data, Uint8Array.from([1, 2, 3, 4]));
  assert.deepEqual(bodies[1].data, Uint8Array.from([7, 8]));
  assert.deepEqual(bodies[2], { octets: 9, data: null, file: "/a/copy" });
});

const DISORDER = {
  "a chunk is missing": [{ part: "body-0", index: 1, chunk: "AA==" }],
  "a chunk comes twice": [
    { part: "body-0", index: 0, chunk: "AA==" },
    { part: "body-0", index: 0, chunk: "AA==", last: true },
  ],
  "a part was not announced": [{ part: "body-1", index: 0, chunk: "AA==", last: true }],
  "a chunk is no base64": [{ part: "body-0", index: 0, chunk: "*", last: true }],
};
for (const [name, chunks] of Object.entries(DISORDER)) {
  test(`${name}: the request fails, the host goes on`, async () => {
    const { client, ports } = setUp();
    const broken = client.request("read");
    const { id } = ports[0].sent[0];
    ports[0].say({ id, ok: true, result: {}, bodies: [{ octets: 2, chunks: true }] });
    chunks.forEach((chunk) => ports[0].say({ id, ...chunk }));
    await assert.rejects(broken, code("host-misbehaved"));
    const next = client.request("hello");
    ports[0].answer(ports[0].sent.at(-1).id, { name: "x" });
    assert.equal((await next).result.name, "x");
  });
}

test("a chunk before its answer is misbehaviour", async () => {
  const { client, ports } = setUp();
  const early = client.request("read");
  ports[0].say({ id: ports[0].sent[0].id, part: "body-0", index: 0, chunk: "", last: true });
  await assert.rejects(early, code("host-misbehaved"));
});

test("a body that breaks off is its fault", async () => {
  const { client, ports } = setUp();
  const broken = client.request("decrypt");
  const { id } = ports[0].sent[0];
  ports[0].say({ id, ok: true, result: {}, bodies: [{ octets: 9, chunks: true }] });
  ports[0].say({ id, part: "body-0", index: 0, chunk: "AA==", last: false });
  const fault = { code: "storage-failed", message: "no space", retry: true, details: null };
  ports[0].say({ id, part: "body-0", fault });
  await assert.rejects(
    broken,
    (error) => error.code === "storage-failed" && error.retry && error.message === "no space",
  );
});

test("a fault has code, retry and details, which may come in chunks", async () => {
  const { client, ports } = setUp();
  const small = client.request("encrypt");
  ports[0].fault(ports[0].sent[0].id, "recipients-not-ready", { details: { recipients: [] } });
  await assert.rejects(small, (error) => {
    assert.deepEqual([error.code, error.retry], ["recipients-not-ready", false]);
    assert.deepEqual(error.details, { recipients: [] });
    return true;
  });
  const large = client.request("encrypt");
  const { id } = ports[0].sent[1];
  ports[0].fault(id, "busy", { retry: true, details_chunks: true });
  const chunk = toBase64(new TextEncoder().encode('{"n": 1}'));
  ports[0].say({ id, part: "details", index: 0, chunk, last: true });
  await assert.rejects(large, (error) => error.retry && error.details.n === 1);
});

test("progress is passed on and keeps a request alive", async () => {
  const { client, ports, timers } = setUp();
  const seen = [];
  const slow = client.request("keygen", {}, { onProgress: (one) => seen.push(one), silence: 100 });
  const { id } = ports[0].sent[0];
  timers.pass(90);
  ports[0].say({ id, progress: { phase: "keygen", done: 0, total: 1 } });
  timers.pass(90);
  ports[0].answer(id, {});
  await slow;
  assert.deepEqual(seen, [{ phase: "keygen", done: 0, total: 1 }]);
  assert.equal(timers.count, 0);
});

test("a silent host is given up, and told so", async () => {
  const { client, ports, timers } = setUp();
  const lost = client.request("read", {}, { silence: 100 });
  const { id } = ports[0].sent[0];
  timers.pass(101);
  await assert.rejects(lost, code("host-silent"));
  assert.deepEqual(ports[0].sent[1], { ...ports[0].sent[1], op: "cancel", params: { id } });
  // The answer that comes after all finds nobody.
  ports[0].answer(id, {});
});

test("cancelled: the host is told, the caller gets Cancelled at once", async () => {
  const { client, ports } = setUp();
  const controller = new AbortController();
  const request = client.request("lookup", {}, { signal: controller.signal });
  const { id } = ports[0].sent[0];
  controller.abort();
  await assert.rejects(request, { name: "Cancelled" });
  assert.equal(ports[0].sent[1].op, "cancel");
  assert.deepEqual(ports[0].sent[1].params, { id });
  ports[0].fault(id, "cancelled");
  ports[0].answer(ports[0].sent[1].id, { cancelled: true });
});

test("cancelled before it began: nothing is started", async () => {
  const { client, ports } = setUp();
  await assert.rejects(client.request("hello", {}, { signal: AbortSignal.abort() }), {
    name: "Cancelled",
  });
  assert.equal(ports.length, 0);
});

test("the host's own word that it was cancelled is no error", async () => {
  const { client, ports } = setUp();
  const request = client.request("lookup");
  ports[0].fault(ports[0].sent[0].id, "cancelled");
  await assert.rejects(request, { name: "Cancelled" });
});

const ENDS = [
  [null, "host-gone", true],
  ["No such native application dane_smime", "host-missing", false],
  ["An unexpected error occurred", "host-unstartable", false],
  ["something else", "host-unreachable", true],
];
for (const [reason, wanted, retry] of ENDS) {
  test(`disconnected by "${reason}" is ${wanted}`, async () => {
    const { client, ports } = setUp();
    const requests = [client.request("hello"), client.request("keys")];
    ports[0].end(reason);
    for (const request of requests) {
      await assert.rejects(request, (error) => code(wanted)(error) && error.retry === retry);
    }
  });
}

test("a host that has gone is started by the next request", async () => {
  const { client, ports } = setUp();
  assert.equal(client.start, 0);
  const lost = client.request("hello");
  assert.equal(client.start, 1);
  ports[0].end();
  await assert.rejects(lost, code("host-gone"));
  assert.equal(client.start, 0);
  const again = client.request("hello");
  assert.equal(client.start, 2);
  ports[1].answer(ports[1].sent[0].id, { name: "again" });
  assert.equal((await again).result.name, "again");
  // The first port's end, told late or twice, does not touch the second host.
  ports[0].end();
  assert.equal(client.start, 2);
});

test("a port that can't be opened, or has closed unnoticed, is told", async () => {
  const refusing = new BridgeClient(() => {
    throw new Error("no permission");
  }, new FakeTimers());
  await assert.rejects(refusing.request("hello"), code("host-unreachable"));
  const { client, ports, timers } = setUp();
  client.request("hello").catch(() => {});
  ports[0].isOpen = false;
  await assert.rejects(client.request("hello"), code("host-gone"));
  assert.equal(timers.count, 1);
});

test("stop: the host ends, requests fail, the next one starts it again", async () => {
  const { client, ports } = setUp();
  client.stop();
  const request = client.request("hello");
  client.stop();
  await assert.rejects(request, code("host-unreachable"));
  assert.equal(ports[0].isOpen, false);
  client.request("hello").catch(() => {});
  assert.equal(ports.length, 2);
});

test("messages that belong to no request are ignored", async () => {
  const { client, ports } = setUp();
  const request = client.request("hello");
  ports[0].fault(null, "frame-malformed");
  ports[0].answer(12345, {});
  ports[0].say({ id: 777, progress: { phase: "sign", done: 0, total: 0 } });
  ports[0].answer(ports[0].sent[0].id, {});
  await request;
  await settle();
});
