// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { BridgeError } from "../../plugin/modules/errors.mjs";
import { OwnKeys } from "../../plugin/modules/own-keys.mjs";

const expired = { sha256: "1", time: "expired", may_sign: true };
const unfit = { sha256: "2", time: "valid", may_sign: false };
const good = { sha256: "3", time: "valid", may_sign: true };
const older = { sha256: "4", time: "valid", may_sign: true };

function fakeBridge(answer) {
  const requests = [];
  return {
    requests,
    async request(op, params) {
      requests.push({ op, params });
      return { result: { keys: answer(params) } };
    },
  };
}

test("find: the newest that is valid and may sign", async () => {
  const keys = new OwnKeys(fakeBridge(() => [expired, unfit, good, older]));
  assert.equal(await keys.find("alice@example.org"), good);
});

test("find: none", async () => {
  const keys = new OwnKeys(fakeBridge(() => [expired, unfit]));
  assert.equal(await keys.find("alice@example.org"), null);
  assert.equal(await keys.find(""), null);
});

test("answers are kept until forget() and for ten minutes", async () => {
  let now = 0;
  const bridge = fakeBridge(() => [good]);
  const keys = new OwnKeys(bridge, () => now);
  await Promise.all([keys.find("a@b"), keys.find("a@b")]);
  assert.equal(bridge.requests.length, 1);
  await keys.list();
  assert.deepEqual(bridge.requests[1], { op: "keys", params: {} });
  keys.forget();
  await keys.find("a@b");
  assert.equal(bridge.requests.length, 3);
  now += 10 * 60 * 1000;
  await keys.find("a@b");
  assert.equal(bridge.requests.length, 4);
});

test("no key store yet: no keys", async () => {
  const keys = new OwnKeys(
    fakeBridge(() => {
      throw new BridgeError("key-store-missing", "there is none");
    }),
  );
  assert.deepEqual(await keys.list(), []);
});

test("a failure is told, and not kept", async () => {
  let fails = true;
  const keys = new OwnKeys(
    fakeBridge(() => {
      if (fails) {
        throw new BridgeError("host-gone", "gone");
      }
      return [good];
    }),
  );
  await assert.rejects(keys.find("a@b"), { code: "host-gone" });
  fails = false;
  assert.equal(await keys.find("a@b"), good);
});
