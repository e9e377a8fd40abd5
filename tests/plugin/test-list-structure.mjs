// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const context = vm.createContext({});
for (const part of ["structure", "declared", "mark-property"]) {
  const file = new URL(`../../ui-hooks/list/${part}.js`, import.meta.url);
  vm.runInContext(readFileSync(file, "utf8"), context);
}
const { declaredKind, readBodyStructure, readMark, writeMark } = context;
const kindOf = (text) => declaredKind(readBodyStructure(text));

const TEXT = '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 1 NIL NIL NIL NIL)';
const P7S =
  '("application" "pkcs7-signature" ("name" "smime.p7s") NIL NIL "base64" 90 NIL NIL NIL NIL)';
const single = (type, parameters, disposition = "NIL") =>
  `("application" "${type}" ${parameters} NIL NIL "base64" 90 NIL ${disposition} NIL NIL)`;
const multi = (subtype, parameters, ...parts) =>
  `(${parts.join("")} "${subtype}" ${parameters} NIL NIL NIL)`;

const PROTOCOL = '("micalg" "sha-256" "protocol" "application/pkcs7-signature" "boundary" "s")';
const CASES = [
  ["none", TEXT],
  ["signed", multi("signed", PROTOCOL, TEXT, P7S)],
  ["signed", multi("SIGNED", '("PROTOCOL" "Application/X-PKCS7-Signature")', TEXT, P7S)],
  ["signed", multi("signed", '("protocol" "application")', TEXT, P7S)],
  ["signed", multi("signed", "NIL", TEXT, single("octet-stream", '("name" "smime.p7s")'))],
  ["none", multi("signed", '("protocol" "application/pgp-signature")', TEXT, P7S)],
  ["none", multi("signed", "NIL", TEXT, TEXT)],
  ["none", multi("signed", "NIL", TEXT)],
  ["none", multi("mixed", "NIL", multi("signed", PROTOCOL, TEXT, P7S), TEXT)],
  ["signed", single("pkcs7-mime", '("smime-type" "signed-data" "name" "smime.p7m")')],
  ["encrypted", single("x-pkcs7-mime", '("SMIME-TYPE" "Enveloped-Data")')],
  ["encrypted", single("pkcs7-mime", '("smime-type" "authEnveloped-data")')],
  ["encrypted", single("pkcs7-mime", "NIL")],
  ["signed", single("pkcs7-mime", '("name" "smime.p7s")')],
  ["none", single("pkcs7-mime", '("smime-type" "certs-only")')],
  ["none", single("pkcs7-mime", '("smime-type" "compressed-data")')],
  ["encrypted", single("octet-stream", '("name*0" "smime." "name*1" "P7M")')],
  ["encrypted", single("octet-stream", "NIL", '("attachment" ("filename" "smime.p7m"))')],
  ["encrypted", single("octet-stream", '("name" {9}\r\nsmime.p7m)')],
  ["none", single("octet-stream", '("name" "p7m.zip")')],
  ["none", single("octet-stream", "NIL")],
];

for (const [kind, text] of CASES) {
  test(`${kind}: ${text}`, () => assert.equal(kindOf(text), kind));
}

const HOSTILE = {
  "nothing": "",
  "no end": '("text" "plain"',
  "no end of a string": '("text" "pla',
  "no end of a literal": '("text" {5}\r\nab',
  "a literal of nonsense": "{99999999999}\r\n",
  "an end too many": ")",
  "no list": "NIL",
  "a number": "12",
  "too deep": "(".repeat(5000) + ")".repeat(5000),
  "too many": `(${"1 ".repeat(20000)})`,
  "too long": `("${"a".repeat(70000)}")`,
  "parts without subtype": `(${TEXT})`,
};

for (const [name, text] of Object.entries(HOSTILE)) {
  test(`refused: ${name}`, () => assert.throws(() => kindOf(text)));
}

test("strange but harmless: parts of the wrong kind", () => {
  for (const text of ["(1 2)", "(NIL NIL NIL)", '("a" ("b") "c")', "(() NIL)", '((() "x") "y")']) {
    let kind = "none";
    try {
      kind = kindOf(text);
    } catch {
      // as good
    }
    assert.equal(kind, "none");
  }
});

function fakeHeader(value = "") {
  const header = {
    value,
    getStringProperty: () => header.value,
    setStringProperty(_name, text) {
      header.value = text;
    },
    folder: {
      msgDatabase: {
        setStringPropertyByHdr(_header, _name, text) {
          header.value = text;
        },
      },
    },
  };
  return header;
}

const plain = (mark) => JSON.parse(JSON.stringify(mark));

test("marks are read as they were written", () => {
  for (const mark of [
    { kind: "signed", state: "good", date: "2026-11-21T20:38:43.000Z" },
    { kind: "both", state: "partial", date: "2026-11-21T20:38:43Z" },
    { kind: "none", state: "declared", date: null },
  ]) {
    const header = fakeHeader();
    writeMark(header, mark);
    assert.deepEqual(plain(readMark(header)), mark);
  }
});

test("nonsense is no mark", () => {
  for (const value of ["", "signed", "signed good x", "signed great", " signed good"]) {
    assert.equal(readMark(fakeHeader(value)), null);
  }
  const header = fakeHeader();
  writeMark(header, { kind: "signed", state: "good", date: "<b>" });
  assert.equal(header.value, "");
});

test("what was found out is not replaced by what is declared", () => {
  const header = fakeHeader("signed failed 2026-11-21T20:38:43Z");
  writeMark(header, { kind: "none", state: "declared", date: null });
  assert.equal(header.value, "signed failed 2026-11-21T20:38:43Z");
});
