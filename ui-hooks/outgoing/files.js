// SPDX-License-Identifier: MPL-2.0
"use strict";
/* exported MessageFiles */

/** Files of messages: CRLF, a header, a blank line, a body. */
var MessageFiles = {
  /** Most headers are shorter than the first; none that Thunderbird writes comes near the last. */
  HEADER_OCTETS: [64 * 1024, 4 * 1024 * 1024],

  /** A new file of the user's own, beside Thunderbird's. */
  create() {
    const file = Services.dirsvc.get("TmpD", Ci.nsIFile);
    file.append("nsemail.eml");
    file.createUnique(Ci.nsIFile.NORMAL_FILE_TYPE, 0o600);
    return file;
  },

  async remove(paths) {
    for (const path of paths) {
      await IOUtils.remove(path, { ignoreAbsent: true }).catch(console.error);
    }
  },

  async size(path) {
    return (await IOUtils.stat(path)).size;
  },

  /** The header with the line end of its last field, one character an octet. */
  async header(path) {
    for (const maxBytes of MessageFiles.HEADER_OCTETS) {
      const text = binaryString(await IOUtils.read(path, { maxBytes }));
      const end = text.indexOf("\r\n\r\n");
      if (end >= 0) {
        return text.slice(0, end + 2);
      }
    }
    throw new Error("a message without the end of its header");
  },

  /** Puts another header in front of the same body. */
  async replaceHeader(path, change) {
    const old = await MessageFiles.header(path);
    const changed = change(old);
    if (changed === old) {
      return;
    }
    const whole = await IOUtils.read(path);
    const body = whole.subarray(old.length);
    const octets = new Uint8Array(changed.length + body.length);
    for (let i = 0; i < changed.length; i++) {
      octets[i] = changed.charCodeAt(i);
    }
    octets.set(body, changed.length);
    await IOUtils.write(path, octets);
  },

  /** The fields of a header, each with its continuation lines and line ends. */
  fields(header) {
    return header.match(/[^\r\n]+\r\n(?:[ \t][^\r\n]*\r\n)*/g) ?? [];
  },

  nameOf(field) {
    return field.slice(0, field.indexOf(":")).trimEnd().toLowerCase();
  },

  /** Whether a message looks as one must that was signed, or encrypted. */
  async isProtected(path, { encrypt }) {
    const fields = MessageFiles.fields(await MessageFiles.header(path));
    const type = fields.find((field) => MessageFiles.nameOf(field) === "content-type") ?? "";
    const cms = /^[^:]+:\s*application\/(x-)?pkcs7-mime\b/i.test(type);
    return cms || (!encrypt && /^[^:]+:\s*multipart\/signed\b/i.test(type));
  },
};

/** Few enough octets for the argument list of String.fromCharCode(). */
var BINARY_PIECE = 0x6000;

function binaryString(octets) {
  let text = "";
  for (let i = 0; i < octets.length; i += BINARY_PIECE) {
    text += String.fromCharCode(...octets.subarray(i, i + BINARY_PIECE));
  }
  return text;
}
