// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { fromBase64 } from "./base64.mjs";

const PIECE = 0x6000;
const CONTENT_FIELD = /^content-/i;
/** Lines that mail programs put before a message or its fields. */
const MBOX_LINE = /^(>?From |X-Mozilla-)[^\n]*\n/;

/**
 * A MIME entity as a string of octets, taken apart as far as its root goes. Nothing that is trusted
 * depends on it: what counts is what the host finds in the same octets.
 */
export class MimeEntity {
  /** @param {Uint8Array | string} octets */
  constructor(octets) {
    const text = typeof octets === "string" ? octets : toText(octets);
    const source = skipMboxLine(text.replace(/\r?\n/g, "\r\n"));
    const end = source.startsWith("\r\n") ? -2 : source.indexOf("\r\n\r\n");
    const header = end === -1 ? source : source.slice(0, end + 2);
    /** @type {string[]} fields with their line ends */
    this.fields = header.match(/[^\n]+\n(?:[ \t][^\n]*\n)*/g) ?? [];
    this.body = end === -1 ? "" : source.slice(end + 4);
  }

  /** @param {string} name lower case */
  field(name) {
    const found = this.fields.find((field) => field.toLowerCase().startsWith(`${name}:`));
    return found ? found.slice(name.length + 1).replace(/\r\n/g, "").trim() : "";
  }

  /** Lower case, e.g. "text/plain". */
  get type() {
    return this.field("content-type").split(";")[0].trim().toLowerCase() || "text/plain";
  }

  get isCms() {
    const isNamed = /\.p7m\b/i.test(this.field("content-type") + this.field("content-disposition"));
    return (
      /^application\/(x-)?pkcs7-mime$/.test(this.type) ||
      (this.type === "application/octet-stream" && isNamed)
    );
  }

  /** The signed part of a multipart/signed; else null. */
  get signedPart() {
    const boundary = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(this.field("content-type"));
    if (this.type !== "multipart/signed" || !boundary) {
      return null;
    }
    const line = `\r\n--${boundary[1] ?? boundary[2]}`;
    const body = `\r\n${this.body}`;
    const start = body.indexOf(line);
    const end = body.indexOf(line, start + 1);
    const first = body.indexOf("\r\n", start + 2) + 2;
    return start < 0 || end < 0 ? null : new MimeEntity(body.slice(first, end));
  }

  /** @returns {Uint8Array | null} the body without its transfer encoding, if that is base64 */
  get decoded() {
    if (this.field("content-transfer-encoding").toLowerCase() !== "base64") {
      return null;
    }
    try {
      return fromBase64(this.body.replace(/[^A-Za-z0-9+/]/g, ""));
    } catch {
      return null;
    }
  }

  /** Content-* fields, empty line, body. */
  get contentOctets() {
    const fields = this.fields.filter((field) => CONTENT_FIELD.test(field));
    return toOctets(`${fields.join("")}\r\n${this.body}`);
  }

  /**
   * This message with another content.
   * @param {MimeEntity} content
   */
  octetsWith(content) {
    const outer = this.fields.filter((field) => !CONTENT_FIELD.test(field));
    return toOctets(`${outer.join("")}${content.fields.join("")}\r\n${content.body}`);
  }
}

function skipMboxLine(text) {
  let rest = text;
  while (MBOX_LINE.test(rest)) {
    rest = rest.replace(MBOX_LINE, "");
  }
  return rest;
}

function toText(octets) {
  const pieces = [];
  for (let i = 0; i < octets.length; i += PIECE) {
    pieces.push(String.fromCharCode(...octets.subarray(i, i + PIECE)));
  }
  return pieces.join("");
}

function toOctets(text) {
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    octets[i] = text.charCodeAt(i);
  }
  return octets;
}
