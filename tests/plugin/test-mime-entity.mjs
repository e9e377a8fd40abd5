// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { toBase64 } from "../../plugin/modules/base64.mjs";
import { MimeEntity } from "../../plugin/modules/mime-entity.mjs";
import { OwnKeyOpener } from "../../plugin/modules/reading-own-keys.mjs";

const encode = (text) => new TextEncoder().encode(text);
const decode = (octets) => new TextDecoder().decode(octets);

const OUTER = "From a@b Sat Nov 21\nX-Mozilla-Status: 0001\nFrom: a@b\nSubject: s\n folded\n";
const TEXT = "Content-Type: text/plain\r\n\r\ntext\r\n";
const SIGNED =
  'Content-Type: multipart/signed; protocol="p";\r\n boundary="b"\r\n\r\n' +
  `--b\r\n${TEXT}\r\n--b\r\nContent-Type: application/pkcs7-signature\r\n\r\nAA\r\n--b--\r\n`;

function cms(content) {
  return (
    "MIME-Version: 1.0\nContent-Type: application/pkcs7-mime; name=smime.p7m\n" +
    `Content-Transfer-Encoding: base64\n\n${toBase64(encode(content))}\n`
  );
}

test("fields, type and body", () => {
  const entity = new MimeEntity(encode(`${OUTER}Content-Type: Text/HTML; charset=x\n\nbody\n`));
  assert.equal(entity.field("subject"), "s folded");
  assert.equal(entity.type, "text/html");
  assert.equal(entity.body, "body\r\n");
  assert.equal(decode(entity.contentOctets), "Content-Type: Text/HTML; charset=x\r\n\r\nbody\r\n");
});

test("an entity without fields, one without a body", () => {
  assert.equal(new MimeEntity("\r\nbody").body, "body");
  assert.equal(new MimeEntity("\r\nbody").type, "text/plain");
  assert.equal(new MimeEntity("Subject: s\r\n").body, "");
});

test("CMS is told by type or by name", () => {
  assert.ok(new MimeEntity(cms("x")).isCms);
  assert.ok(new MimeEntity('Content-Type: application/octet-stream; name="a.P7M"\n\n').isCms);
  assert.ok(!new MimeEntity("Content-Type: application/octet-stream\n\n").isCms);
});

test("the signed part of a multipart/signed", () => {
  assert.equal(new MimeEntity(SIGNED).signedPart.body, "text\r\n");
  assert.equal(new MimeEntity(TEXT).signedPart, null);
});

function makeOpener() {
  const contents = [];
  const opener = new OwnKeyOpener(async (der) => {
    const content = decode(new Uint8Array(der));
    contents.push(content);
    return content.startsWith("locked") ? null : encode(content).buffer;
  });
  return { opener, contents };
}

test("an envelope is opened, and its signatures taken off", async () => {
  const { opener } = makeOpener();
  const opened = await opener.open(encode(OUTER + cms(SIGNED)));
  assert.equal(decode(opened.entity()), TEXT);
  const message = decode(opened.message());
  assert.match(message, /^From: a@b\r\nSubject: s\r\n folded\r\nMIME-Version/);
  assert.match(message, /multipart\/signed/);
  assert.doesNotMatch(message, /pkcs7-mime/);
});

test("… an opaque one in a detached one, too", async () => {
  const { opener } = makeOpener();
  const opened = await opener.open(encode(OUTER + cms(cms(TEXT))));
  assert.equal(decode(opened.entity()), TEXT);
});

test("nothing to open, or no key", async () => {
  const { opener, contents } = makeOpener();
  assert.equal(await opener.open(encode(OUTER + TEXT)), null);
  assert.deepEqual(contents, []);
  assert.equal(await opener.open(encode(OUTER + cms("locked"))), null);
});
