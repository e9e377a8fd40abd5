// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global Cc, Ci, Cu */

Cu.importGlobalProperties(["btoa"]);

const SIGNED_DATA = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
const COMPRESSED_DATA = "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09";
const CMS_IN_TYPE = /^content-type:\s*(application\/(x-)?pkcs7-mime|multipart\/signed)\b/im;
const CMS_IN_NAME = /^content-(type|disposition):[^\r\n]*(\r?\n[ \t][^\r\n]*)*\.p7[mz]\b/im;

function isOfType(der, type) {
  const at = der.indexOf("\x06");
  return at > 0 && at <= 6 && der.startsWith(type, at);
}

/** Strings of octets, as XPCOM has them: one character, one octet. */
var Octets = {
  fromStream(stream, count) {
    const reader = Cc["@mozilla.org/binaryinputstream;1"].createInstance(Ci.nsIBinaryInputStream);
    reader.setInputStream(stream);
    return reader.readBytes(count);
  },

  fromBuffer(buffer) {
    const stream = Cc["@mozilla.org/io/arraybuffer-input-stream;1"].createInstance(
      Ci.nsIArrayBufferInputStream,
    );
    stream.setData(buffer, 0, buffer.byteLength);
    return Octets.fromStream(stream, buffer.byteLength);
  },

  /** What counts of an entity that is shown: type and content, however its lines end. */
  essence(entity) {
    const text = entity.replace(/\r\n/g, "\n");
    const end = text.indexOf("\n\n");
    const type = /^content-type:.*(\n[ \t].*)*/im.exec(text.slice(0, end))?.[0] ?? "";
    return type.replace(/\s+/g, "") + text.slice(end).trimEnd();
  },

  toArray(octets) {
    const array = new Uint8Array(octets.length);
    for (let i = 0; i < octets.length; i++) {
      array[i] = octets.charCodeAt(i);
    }
    return array;
  },

  toBase64Lines(octets) {
    return btoa(octets).replace(/.{1,64}/g, "$&\r\n");
  },

  /** In base64. */
  sha256(octets) {
    const hash = Cc["@mozilla.org/security/hash;1"].createInstance(Ci.nsICryptoHash);
    hash.init(Ci.nsICryptoHash.SHA256);
    const stream = Cc["@mozilla.org/io/string-input-stream;1"].createInstance(
      Ci.nsIStringInputStream,
    );
    stream.setByteStringData(octets);
    hash.updateFromStream(stream, octets.length);
    return hash.finish(true);
  },

  /** By the object itself: what the header field says may be wrong, or a trap. */
  isSignedData(der) {
    return isOfType(der, SIGNED_DATA);
  },

  /** Whatever is not known to hide nothing counts as encrypted. */
  isEnvelope(der) {
    return !isOfType(der, SIGNED_DATA) && !isOfType(der, COMPRESSED_DATA);
  },

  /** The entity has one more layer of S/MIME at its root. */
  isCmsEntity(entity) {
    const end = entity.search(/\r?\n\r?\n/);
    const fields = end < 0 ? entity : entity.slice(0, end);
    return CMS_IN_TYPE.test(fields) || CMS_IN_NAME.test(fields);
  },

  /** What Thunderbird's own NSS makes of it: content of a signature or envelope; null: nothing. */
  openWithNss(der) {
    const type = Cc["@mozilla.org/nsCMSDecoderJS;1"];
    if (!type) {
      return null;
    }
    try {
      const content = type.createInstance(Ci.nsICMSDecoderJS).decrypt(Octets.toArray(der));
      return content.length ? new Uint8Array(content) : null;
    } catch {
      return null; // no key for it, or an algorithm that NSS lacks
    }
  },

  /** Content of an opaque signature, for which no key is needed; null: there is more to it. */
  unwrapSigned(der) {
    const content = Octets.isSignedData(der) ? Octets.openWithNss(der) : null;
    const entity = content && Octets.fromBuffer(content.buffer);
    return entity && !Octets.isCmsEntity(entity) ? entity : null;
  },
};
