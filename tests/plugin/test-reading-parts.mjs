// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { BridgeError, Cancelled } from "../../plugin/modules/errors.mjs";
import { PartServer } from "../../plugin/modules/reading-parts.mjs";
import { Words } from "../../plugin/modules/words.mjs";

const PART = { key: "k", uri: "u" };

function octets(text) {
  return new TextEncoder().encode(text);
}

function makeServer(readings, more = {}) {
  const provided = [];
  const listeners = [];
  const reads = [];
  const reader = {
    read: async (_uri, options) => {
      reads.push(options);
      return readings.shift();
    },
    onReading: { addListener: (listener) => listeners.push(listener) },
  };
  const hooks = {
    provide: async (key, content) => provided.push({ key, ...content }),
    setTexts: async (texts) => provided.push(texts),
    ...more,
  };
  const server = new PartServer({ reader, hooks, words: new Words((name) => `<${name}>`) });
  return { server, provided, reads, tell: (reading) => listeners[0](reading) };
}

function reading(entity, error = null, decrypted = true) {
  return { uri: "u", verdict: null, entity: entity && octets(entity), decrypted, error };
}

test("a part gets the entity, and no octet more", async () => {
  const whole = octets("xxentityxx");
  const one = { ...reading("-"), entity: whole.subarray(2, 8) };
  const { server, provided } = makeServer([one]);
  await server.serve(PART);
  assert.equal(new TextDecoder().decode(provided[0].entity), "entity");
  assert.equal(provided[0].encrypted, true);
  assert.equal(provided[0].failure, null);
});

test("what is going to be asked for is offered, a failure or a signed message is not", async () => {
  const offered = [];
  const { server, reads } = makeServer(
    [reading("entity"), reading(null, new TypeError("bug")), reading("signed", null, false)],
    { offer: async (uri, content) => offered.push({ uri, ...content }) },
  );
  await server.begin({ uri: "u", source: octets("source").buffer, hasPart: true });
  await server.begin({ uri: "u", source: octets("source").buffer, hasPart: true });
  await server.begin({ uri: "u", source: octets("source").buffer, hasPart: false });
  assert.equal(new TextDecoder().decode(reads[0].source), "source");
  assert.equal(offered.length, 1);
  assert.equal(offered[0].uri, "u");
  assert.equal(offered[0].encrypted, true);
  assert.equal(new TextDecoder().decode(offered[0].entity), "entity");
});

test("a failure is told with title, reason and advice", async () => {
  const error = new BridgeError("cms-not-for-us", "no");
  const { server, provided } = makeServer([reading(null, error)]);
  await server.serve(PART);
  assert.deepEqual(provided[0].failure, {
    title: "<readingTitle_cmsNotForUs>",
    text: "<fault_cmsNotForUs>",
    advice: "<readingAdvice_cmsNotForUs>",
  });
});

test("a failure of ours has no advice", async () => {
  const { server, provided } = makeServer([reading(null, new TypeError("bug"))]);
  await server.serve(PART);
  assert.deepEqual(provided[0].failure, {
    title: "<readingFailed>",
    text: "<fault_internal>",
    advice: null,
  });
});

test("what could not be shown is shown once it can be", async () => {
  const error = new BridgeError("key-locked", "locked", { retry: true });
  const { server, provided, tell } = makeServer([reading(null, error)]);
  await server.serve(PART);
  await tell(reading(null, error));
  assert.equal(provided.length, 1);
  await tell(reading("text"));
  assert.equal(provided.length, 2);
  assert.equal(provided[1].key, "k");
  await tell(reading("text"));
  assert.equal(provided.length, 2);
});

test("a reading that was cancelled is no answer to who has asked again", async () => {
  const { server, provided } = makeServer([reading(null, new Cancelled()), reading("text")]);
  await Promise.all([server.serve(PART), server.serve(PART)]);
  assert.deepEqual(provided.map(({ failure }) => failure), [null]);
});

test("texts for the shim", async () => {
  const { server, provided } = makeServer([]);
  await server.setTexts();
  assert.deepEqual(Object.keys(provided[0]).sort(), ["addOnGone", "decrypting", "failedTitle"]);
});
