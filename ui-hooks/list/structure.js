// SPDX-License-Identifier: MPL-2.0
"use strict";

const MAX_OCTETS = 65536;
const MAX_DEPTH = 40;
const MAX_ITEMS = 4000;

/**
 * Reads the one value of an IMAP FETCH item (RFC 3501 §9): lists, quoted strings, literals,
 * numbers, NIL. The octets are a server's, and what a message says there a stranger's: length,
 * depth and number of items are bounded, and what is no such value throws.
 */
var ImapValue = class {
  #text;
  #at = 0;
  #items = 0;

  /** @param {string} text */
  constructor(text) {
    if (text.length > MAX_OCTETS) {
      throw new Error(`a value of ${text.length} octets`);
    }
    this.#text = text;
  }

  /** @returns {any} nested arrays of strings and nulls */
  read(depth = 0) {
    if (++this.#items > MAX_ITEMS || depth > MAX_DEPTH) {
      throw new Error("too large a structure");
    }
    this.#skipSpace();
    switch (this.#text[this.#at]) {
      case "(":
        return this.#readList(depth);
      case '"':
        return this.#readQuoted();
      case "{":
        return this.#readLiteral();
      default:
        return this.#readAtom();
    }
  }

  #skipSpace() {
    while (" \r\n\t".includes(this.#text[this.#at] ?? "x")) {
      this.#at++;
    }
  }

  #readList(depth) {
    const list = [];
    this.#at++;
    for (;;) {
      this.#skipSpace();
      if (this.#text[this.#at] === ")") {
        this.#at++;
        return list;
      }
      list.push(this.read(depth + 1));
    }
  }

  #readQuoted() {
    let string = "";
    for (let i = this.#at + 1; i < this.#text.length; i++) {
      if (this.#text[i] === '"') {
        this.#at = i + 1;
        return string;
      }
      if (this.#text[i] === "\\") {
        i++;
      }
      string += this.#text[i] ?? "";
    }
    throw new Error("a string without end");
  }

  #readLiteral() {
    const head = /^\{(\d{1,6})\+?\}\r?\n/.exec(this.#text.slice(this.#at, this.#at + 16));
    const start = this.#at + (head?.[0].length ?? 0);
    const end = start + Number(head?.[1]);
    if (!head || end > this.#text.length) {
      throw new Error("a literal without end");
    }
    this.#at = end;
    return this.#text.slice(start, end);
  }

  #readAtom() {
    const atom = /[^\s()"{]*/y;
    atom.lastIndex = this.#at;
    const [word] = atom.exec(this.#text) ?? [""];
    if (word === "") {
      throw new Error("a value is missing");
    }
    this.#at += word.length;
    return word.toUpperCase() === "NIL" ? null : word;
  }
};

/**
 * @typedef {object} Structure of the root of a message, as far as S/MIME is told by it
 * @property {string} type media type, lower case
 * @property {Map<string, string>} parameters of the type, names in lower case
 * @property {string} fileName of the disposition, or ""
 * @property {Structure[]} children of a multipart; empty where they are not known
 */

const toText = (value) => (typeof value === "string" ? value : "");

/** Parameters in turn, RFC 2231 pieces joined: ("NAME*0" "smi" "NAME*1" "me.p7m"). */
function toParameters(list) {
  const parameters = new Map();
  for (let i = 0; Array.isArray(list) && i + 1 < list.length; i += 2) {
    const name = toText(list[i]).toLowerCase().replace(/\*.*$/, "");
    parameters.set(name, (parameters.get(name) ?? "") + toText(list[i + 1]));
  }
  return parameters;
}

function toStructure(body) {
  const isMultipart = Array.isArray(body[0]);
  const nChildren = isMultipart ? body.findIndex((item) => !Array.isArray(item)) : 0;
  if (nChildren < 0) {
    throw new Error("a multipart without subtype");
  }
  const [type, parameters] = isMultipart
    ? [`multipart/${toText(body[nChildren])}`, body[nChildren + 1]]
    : [`${toText(body[0])}/${toText(body[1])}`, body[2]];
  const named = (item) => Array.isArray(item) && /^(attachment|inline)$/i.test(toText(item[0]));
  const disposition = body.slice(nChildren + 2).find(named);
  return {
    type: type.toLowerCase(),
    parameters: toParameters(parameters),
    fileName: toParameters(disposition?.[1]).get("filename") ?? "",
    children: isMultipart ? body.slice(0, nChildren).map(toStructure) : [],
  };
}

/** @param {string} text value of BODYSTRUCTURE @returns {Structure} */
var readBodyStructure = function (text) {
  return toStructure(new ImapValue(text).read());
};
