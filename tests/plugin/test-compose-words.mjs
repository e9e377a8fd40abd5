// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { recipientText } from "../../plugin/modules/compose-view.mjs";
import { BridgeError } from "../../plugin/modules/errors.mjs";
import { camel } from "../../plugin/modules/words.mjs";
import { messagesOf, protocolText, wordsOf } from "./compose-fakes.mjs";

function reasonsOfProtocol() {
  const [, list] = /^Reasons \([^)]*\), of verdicts and of recipients:([\s\S]*?)\.\s/m.exec(
    protocolText(),
  );
  return [...list.matchAll(/`([a-z-]+)`/g)].map(([, reason]) => reason);
}

test("the protocol's reasons are found", () => {
  const reasons = reasonsOfProtocol();
  assert.ok(reasons.length >= 28, String(reasons.length));
  assert.ok(reasons.includes("hash-only") && reasons.includes("nested-signature"));
});

for (const language of ["en", "de"]) {
  test(`${language}: words for every state of a recipient`, () => {
    const messages = messagesOf(language);
    const texts = ["ready", "looking", ...reasonsOfProtocol()].map((state) => {
      const text = messages[`recipient_${camel(state)}`]?.message;
      assert.ok(text, state);
      return text;
    });
    assert.equal(new Set(texts).size, texts.length, "each its own");
  });

  test(`${language}: a recipient in words`, () => {
    const words = wordsOf(language);
    const bob = { address: "bob@b.example", publisher: "b.example", error: null };
    const text = (state, more = {}) => recipientText({ ...bob, state, ...more }, words);
    assert.match(text("ready"), /b\.example/);
    assert.match(text("some-future-reason"), /some-future-reason/);
    const missing = new BridgeError("host-missing", "for logs only");
    const { message } = messagesOf(language).fault_hostMissing;
    assert.equal(text("failed", { error: missing }), message);
  });
}
