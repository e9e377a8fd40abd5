// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { BridgeError } from "../../plugin/modules/errors.mjs";
import { RecipientLookup } from "../../plugin/modules/recipient-lookup.mjs";
import { FakeHost, FakeTime, settled } from "./compose-fakes.mjs";

const TYPED = 250;

function start() {
  const time = new FakeTime();
  const host = new FakeHost();
  const changes = [];
  const lookup = new RecipientLookup(host, () => time.now, time);
  lookup.onChange = (addresses) => changes.push(addresses);
  return { time, host, lookup, changes };
}

const asked = (host) => host.requests.map(({ params }) => params.addresses);

test("looked up once typing pauses, a request a domain", async () => {
  const { time, host, lookup } = start();
  lookup.want(1, ["a@one.example"]);
  time.tick(TYPED - 1);
  lookup.want(1, ["a@one.example", "b@two.example", "c@one.example"]);
  time.tick(TYPED - 1);
  assert.deepEqual(asked(host), []);
  time.tick(1);
  assert.deepEqual(asked(host), [["a@one.example", "c@one.example"], ["b@two.example"]]);
});

test("what comes is told, with who published it", async () => {
  const { time, host, lookup, changes } = start();
  lookup.want(1, ["a@one.example"]);
  time.tick(TYPED);
  assert.equal(lookup.get("a@one.example").state, "looking");
  host.requests[0].answer();
  await settled();
  assert.deepEqual(changes, [["a@one.example"]]);
  const { state, publisher } = lookup.get("a@one.example");
  assert.deepEqual([state, publisher], ["ready", "one.example"]);
});

test("answers are kept for their TTL, for all windows", async () => {
  const { time, host, lookup } = start();
  lookup.want(1, ["a@one.example"]);
  time.tick(TYPED);
  host.requests[0].answer(() => "ready", 60);
  await settled();
  lookup.want(2, ["a@one.example"]);
  time.tick(TYPED);
  assert.equal(host.requests.length, 1);
  time.tick(60000);
  lookup.want(2, ["a@one.example"]);
  time.tick(TYPED);
  assert.equal(host.requests.length, 2);
  assert.equal(lookup.get("a@one.example").state, "ready", "the old answer until the new one");
});

test("what may change soon is not kept for long", async () => {
  const { time, host, lookup } = start();
  lookup.want(1, ["a@one.example"]);
  time.tick(TYPED);
  host.requests[0].answer(() => "bogus", 86400);
  await settled();
  time.tick(15000);
  lookup.want(1, ["a@one.example"]);
  time.tick(TYPED);
  assert.equal(host.requests.length, 2);
});

test("cancelled when nobody wants it any more, not before", async () => {
  const { time, host, lookup } = start();
  lookup.want(1, ["a@one.example"]);
  lookup.want(2, ["a@one.example", "b@two.example"]);
  time.tick(TYPED);
  lookup.want(2, ["a@one.example"]);
  assert.deepEqual(host.requests.map(({ aborted }) => aborted), [false, true]);
  lookup.want(2, []);
  assert.equal(host.requests[0].aborted, false);
  lookup.want(1, []);
  assert.equal(host.requests[0].aborted, true);
});

test("one that was cancelled can be wanted again", async () => {
  const { time, host, lookup } = start();
  lookup.want(1, ["a@one.example"]);
  time.tick(TYPED);
  lookup.want(1, []);
  await settled();
  lookup.want(1, ["a@one.example"]);
  time.tick(TYPED);
  assert.equal(host.requests.length, 2);
});

test("no more than 16 requests side by side, the rest follows", async () => {
  const { time, host, lookup } = start();
  const addresses = Array.from({ length: 20 }, (_, i) => `a@d${i}.example`);
  lookup.want(1, addresses);
  time.tick(TYPED);
  assert.equal(host.requests.length, 16);
  host.requests[3].answer();
  await settled();
  assert.equal(host.requests.length, 17);
});

test("an address that can't be read does not spoil its neighbours", async () => {
  const { time, host, lookup } = start();
  lookup.want(1, ["a@one.example", "..@one.example"]);
  time.tick(TYPED);
  host.requests[0].fail(new BridgeError("address-malformed", "bad"));
  await settled();
  assert.deepEqual(asked(host).slice(1), [["a@one.example"], ["..@one.example"]]);
  host.requests[1].answer();
  host.requests[2].fail(new BridgeError("address-malformed", "bad"));
  await settled();
  assert.equal(lookup.get("a@one.example").state, "ready");
  assert.equal(lookup.get("..@one.example").error.code, "address-malformed");
});

test("without the host all that is known is why", async () => {
  const { time, host, lookup } = start();
  lookup.want(1, ["a@one.example"]);
  time.tick(TYPED);
  host.requests[0].fail(new BridgeError("host-missing", "none"));
  await settled();
  assert.equal(lookup.get("a@one.example").state, "failed");
  assert.equal(lookup.get("a@one.example").error.code, "host-missing");
});

test("settle: at once, and only what is not known", async () => {
  const { time, host, lookup } = start();
  lookup.want(1, ["a@one.example"]);
  time.tick(TYPED);
  host.requests[0].answer();
  await settled();
  const progress = [];
  const { signal } = new AbortController();
  const result = lookup.settle(["a@one.example", "b@two.example"], signal, (...all) =>
    progress.push(all),
  );
  assert.deepEqual(asked(host).slice(1), [["b@two.example"]]);
  host.requests[1].answer(() => "no-record");
  assert.deepEqual((await result).map(({ state }) => state), ["ready", "no-record"]);
  assert.deepEqual(progress, [[1, 2], [2, 2]]);
});

test("settle: ends with the time, and cancels what nobody else wants", async () => {
  const { host, lookup } = start();
  const controller = new AbortController();
  const result = lookup.settle(["a@one.example"], controller.signal, () => {});
  controller.abort();
  assert.deepEqual((await result).map(({ state }) => state), ["looking"]);
  assert.equal(host.requests[0].aborted, true);
});

test("forget: asked anew", async () => {
  const { time, host, lookup } = start();
  lookup.want(1, ["a@one.example"]);
  time.tick(TYPED);
  host.requests[0].answer(() => "bogus");
  await settled();
  lookup.forget(["a@one.example"]);
  lookup.settle(["a@one.example"], new AbortController().signal, () => {});
  assert.equal(host.requests.length, 2);
});
