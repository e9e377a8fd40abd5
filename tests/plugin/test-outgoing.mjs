// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { BridgeError, Cancelled } from "../../plugin/modules/errors.mjs";
import { PIECE_OCTETS } from "../../plugin/modules/outgoing-files.mjs";
import { OutgoingProgress } from "../../plugin/modules/outgoing-progress.mjs";
import { OutgoingMail, operation } from "../../plugin/modules/outgoing.mjs";

const words = {
  text: (name, ...values) => [name, ...values].join("|"),
  ofCode: (kind, code) => `${kind}:${code}`,
  ofError: (error) => `fault:${error.code ?? "internal"}`,
};

function job(changes = {}) {
  return {
    job: 1,
    tabId: 5,
    file: "/tmp/nsemail.eml",
    octets: 10,
    bccFiles: [],
    bcc: [],
    mode: "now",
    autoSave: false,
    newsgroups: false,
    protection: { sign: true, encrypt: false },
    identityId: "id1",
    from: "alice@example.org",
    ...changes,
  };
}

const headerParams = async () => ({ header_protection: "shy", responds_to: [] });

function makeMail(request, { hooks = {}, shown = [] } = {}) {
  const showProgress = (tabId, progress) => shown.push({ tabId, progress });
  const timers = { setTimeout: queueMicrotask, clearTimeout: () => {} };
  const bridge = { request };
  return new OutgoingMail({ bridge, hooks, words, showProgress, headerParams, timers });
}

const both = { sign: true, encrypt: true };
const encrypt = { sign: false, encrypt: true };
const author = { author: "alice@example.org" };
const toSelf = { self_only: true, ...author };
const operations = [
  ["sign by From", {}, "sign", author],
  ["both, Bcc kept for Sent", { protection: both }, "sign-encrypt", { keep_bcc: true, ...author }],
  ["never encrypted alone", { protection: encrypt }, "sign-encrypt", { keep_bcc: true, ...author }],
  [
    "no Bcc in the Outbox",
    { protection: both, mode: "later" },
    "sign-encrypt",
    { keep_bcc: false, ...author },
  ],
  ["a draft is never signed", { protection: both, mode: "draft" }, "encrypt", toSelf],
  ["nor a template", { protection: both, mode: "template" }, "encrypt", toSelf],
  ["a newsgroup may be signed", { newsgroups: true }, "sign", author],
  [
    "a draft for a newsgroup",
    { newsgroups: true, protection: encrypt, mode: "draft" },
    "encrypt",
    toSelf,
  ],
];
for (const [name, changes, op, params] of operations) {
  test(`operation: ${name}`, () => {
    assert.deepEqual(operation(job(changes)), { op, params });
  });
}

test("the host is named the files", async () => {
  const requests = [];
  const mail = makeMail(async (...request) => {
    requests.push(request);
    return { result: { bcc_copies: ["carol@example.com"] }, bodies: [] };
  });
  const outcome = await mail.handle(job({ protection: both, bccFiles: ["/tmp/copy"] }));
  assert.deepEqual(outcome, { done: true, copies: ["carol@example.com"] });
  const [op, params, options] = requests[0];
  assert.equal(op, "sign-encrypt");
  assert.deepEqual(params, { keep_bcc: true, ...author, ...(await headerParams()) });
  assert.deepEqual(options.body, { file: "/tmp/nsemail.eml" });
  assert.deepEqual(options.outputFiles, ["/tmp/nsemail.eml", "/tmp/copy"]);
  assert.equal(options.interactive, true);
});

test("drafts and templates hide outside what the message will hide", async () => {
  const requests = [];
  const mail = makeMail(async (...request) => {
    requests.push(request.slice(0, 2));
    return { result: {}, bodies: [] };
  });
  const params = { ...toSelf, ...(await headerParams()) };
  await mail.handle(job({ mode: "draft", protection: both }));
  await mail.handle(job({ mode: "draft", autoSave: true, protection: encrypt }));
  await mail.handle(job({ mode: "template", protection: both }));
  assert.deepEqual(requests, Array(3).fill(["encrypt", params]));
});

test("what is merely signed needs nothing about header fields", async () => {
  let params;
  const mail = makeMail(async (_op, given) => {
    params = given;
    return { result: {}, bodies: [] };
  });
  await mail.handle(job());
  assert.deepEqual(params, author);
});

test("auto-save asks for no password", async () => {
  let interactive;
  const mail = makeMail(async (_op, _params, options) => {
    interactive = options.interactive;
    return { result: {}, bodies: [] };
  });
  await mail.handle(job({ mode: "draft", autoSave: true, protection: encrypt }));
  assert.equal(interactive, false);
});

/** A shim that holds one file, and what it was told to write. */
function fakeHooks(message) {
  const written = [];
  return {
    written,
    async readFile(_job, offset, length) {
      return message.slice(offset, offset + length).buffer;
    },
    async writeFile(_job, index, data, first) {
      written.push({ index, octets: data.byteLength, first });
    },
  };
}

function refusesFiles(bodies) {
  return async (_op, _params, { body }) => {
    if (!(body instanceof Uint8Array)) {
      throw new BridgeError("file-refused", "not seen");
    }
    return { result: { bcc_copies: ["c@d"] }, bodies: bodies(body) };
  };
}

test("a host that sees no files gets octets, and its octets are written", async () => {
  const message = new Uint8Array(PIECE_OCTETS + 3).fill(65);
  const hooks = fakeHooks(message);
  const request = refusesFiles((body) => {
    assert.deepEqual(body, message);
    return [{ data: new Uint8Array(PIECE_OCTETS + 1) }, { data: new Uint8Array(7) }];
  });
  const mail = makeMail(request, { hooks });
  const outcome = await mail.handle(job({ octets: message.length, bccFiles: ["/tmp/c"] }));
  assert.deepEqual(outcome, { done: true, copies: ["c@d"] });
  assert.deepEqual(hooks.written, [
    { index: 0, octets: PIECE_OCTETS, first: true },
    { index: 0, octets: 1, first: false },
    { index: 1, octets: 7, first: true },
  ]);
});

test("a message that the host has changed already is not protected twice", async () => {
  const hooks = fakeHooks(new Uint8Array(99));
  const mail = makeMail(refusesFiles(() => assert.fail()), { hooks });
  const outcome = await mail.handle(job({ octets: 50 }));
  assert.equal(outcome.done, false);
  assert.match(outcome.text, /file-refused/);
});

const failures = [
  ["host missing", new BridgeError("host-missing", ""), /notSent\|fault:host-missing/, ["options"]],
  ["no key", new BridgeError("key-not-found", ""), /outgoing_keyNotFound/, ["options"]],
  ["the password prompt was cancelled", new Cancelled(), /outgoing_keyLocked/, []],
  ["a bug", new TypeError("oops"), /fault:internal/, []],
  [
    "recipients",
    new BridgeError("recipients-not-ready", "", {
      details: {
        recipients: [
          { address: "a@b", recipient: "ready" },
          { address: "c@d", recipient: "no-record" },
        ],
      },
    }),
    /outgoing_recipientsMissing\|outgoing_recipient\|c@d\|recipient:no-record$/,
    [],
  ],
];
for (const [name, error, text, buttons] of failures) {
  test(`stopped: ${name}`, async (t) => {
    t.mock?.method(console, "error", () => {});
    const outcome = await makeMail(async () => {
      throw error;
    }).handle(job());
    assert.equal(outcome.done, false);
    assert.match(outcome.text, text);
    assert.deepEqual(
      outcome.buttons.map(({ id }) => id),
      buttons,
    );
  });
}

test("a newsgroup can't be encrypted to", async () => {
  const mail = makeMail(async () => assert.fail("the host was asked"));
  const outcome = await mail.handle(job({ newsgroups: true, protection: encrypt }));
  assert.match(outcome.text, /outgoing_newsgroupEncrypted/);
});

test("cancelled by the user: nothing is said", async () => {
  const request = (_op, _params, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Cancelled()));
    });
  const mail = makeMail(request);
  const outcome = mail.handle(job());
  mail.cancel(5);
  assert.deepEqual(await outcome, { done: false, text: null });
});

test("progress appears for long work, and goes", async () => {
  const shown = [];
  const mail = makeMail(
    async (_op, _params, { onProgress }) => {
      onProgress({ phase: "lookup", done: 1, total: 4 });
      await null;
      onProgress({ phase: "sign", done: 0, total: 0 });
      return { result: {}, bodies: [] };
    },
    { shown },
  );
  await mail.handle(job());
  assert.deepEqual(
    shown.map(({ progress }) => progress && [progress.text, progress.fraction]),
    [["outgoing_phaseLookup", 0.25], ["outgoing_phaseSign", null], null],
  );
});

test("a host that says nothing is shown and can be cancelled, too", async () => {
  const shown = [];
  const request = (_op, _params, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Cancelled()));
    });
  const mail = makeMail(request, { shown });
  const outcome = mail.handle(job());
  await null;
  assert.deepEqual(shown[0].progress, {
    text: "outgoing_working",
    fraction: null,
    cancelLabel: "outgoing_cancel",
  });
  mail.cancel(5);
  await outcome;
  assert.equal(shown.at(-1).progress, null);
});

test("short work shows none", () => {
  const shown = [];
  const timers = { setTimeout: () => 1, clearTimeout: () => {} };
  const progress = new OutgoingProgress(words, (...args) => shown.push(args), timers);
  progress.report(1, { phase: "sign", done: 0, total: 0 });
  progress.end(1);
  assert.deepEqual(shown, []);
});
