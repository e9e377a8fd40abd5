// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { BridgeError } from "../../plugin/modules/errors.mjs";
import { TrustingBridge, changesRecipients } from "../../plugin/modules/trusting-bridge.mjs";

/** Notes what is asked; `missing`: the host has no list of authorities. */
function start({ accept = true, missing = false } = {}) {
  const asked = [];
  const request = async (op, params, options) => {
    asked.push([op, params, options]);
    if (missing && params.system_authorities) {
      throw new BridgeError("system-authorities-missing", "no list");
    }
    return "answer";
  };
  const settings = { read: async () => ({ acceptAuthorities: accept }) };
  return { asked, bridge: new TrustingBridge({ request }, settings) };
}

const options = { interactive: true };

for (const op of ["lookup", "sign-encrypt"]) {
  test(`${op}: with authorities where they are accepted`, async () => {
    const { asked, bridge } = start();
    assert.equal(await bridge.request(op, { x: 1 }, options), "answer");
    assert.deepEqual(asked, [[op, { x: 1, system_authorities: true }, options]]);
  });

  test(`${op}: without where they are not`, async () => {
    const { asked, bridge } = start({ accept: false });
    await bridge.request(op, { x: 1 }, options);
    assert.deepEqual(asked, [[op, { x: 1 }, options]]);
  });

  test(`${op}: without where there is no list of them`, async () => {
    const { asked, bridge } = start({ missing: true });
    assert.equal(await bridge.request(op, { x: 1 }, options), "answer");
    assert.deepEqual(asked[1], [op, { x: 1 }, options]);
  });
}

test("what judges nobody is told nothing of authorities", async () => {
  const { asked, bridge } = start();
  await bridge.request("sign", {}, options);
  await bridge.request("encrypt", { self_only: true }, options);
  assert.deepEqual(asked.map(([, params]) => params), [{}, { self_only: true }]);
});

test("other faults stay", async () => {
  const request = async () => {
    throw new BridgeError("recipients-not-ready", "no");
  };
  const settings = { read: async () => ({ acceptAuthorities: true }) };
  const bridge = new TrustingBridge({ request }, settings);
  await assert.rejects(bridge.request("lookup", {}, {}), { code: "recipients-not-ready" });
});

test("which changes of the settings make recipients others", () => {
  const system = { mode: "system", servers: [] };
  const rows = [
    [undefined, { acceptAuthorities: true }, false],
    [undefined, { acceptAuthorities: false }, true],
    [{ resolver: system }, { resolver: { ...system } }, false],
    [{ resolver: system }, { resolver: { mode: "recursive", servers: [] } }, true],
    [{ resolver: system }, { resolver: { ...system, deadline: 60 } }, true],
    [{ identities: {} }, { identities: { id1: { sign: "never" } } }, false],
  ];
  for (const [oldValue, newValue, expected] of rows) {
    assert.equal(changesRecipients({ oldValue, newValue }), expected, JSON.stringify(newValue));
  }
});
