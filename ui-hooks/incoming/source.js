// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global Cc, ChromeUtils, Ci, Components, IOUtils, MailServices, MessageFacts, Octets, PathUtils */
/* global Services */

var { MimeParser } = ChromeUtils.importESModule("resource:///modules/mimeParser.sys.mjs");
var { NetUtil } = ChromeUtils.importESModule("resource://gre/modules/NetUtil.sys.mjs");

const MAY_HOLD_CMS = /^content-type:\s*(application\/|multipart\/signed)/im;

/** Collects a stream as one ArrayBuffer. */
class Collector {
  QueryInterface = ChromeUtils.generateQI(["nsIStreamListener", "nsIRequestObserver"]);
  #pieces = [];
  #done = Promise.withResolvers();

  get octets() {
    return this.#done.promise;
  }

  onStartRequest() {}

  onDataAvailable(_request, stream, _offset, count) {
    const reader = Cc["@mozilla.org/binaryinputstream;1"].createInstance(Ci.nsIBinaryInputStream);
    reader.setInputStream(stream);
    const piece = new ArrayBuffer(count);
    reader.readArrayBuffer(count, piece);
    this.#pieces.push(new Uint8Array(piece));
  }

  onStopRequest(_request, status) {
    if (!Components.isSuccessCode(status)) {
      this.#done.reject(Components.Exception("the message can't be read", status));
      return;
    }
    const whole = new Uint8Array(this.#pieces.reduce((sum, piece) => sum + piece.length, 0));
    let offset = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, offset);
      offset += piece.length;
    }
    this.#done.resolve(whole.buffer);
  }
}

/** Listens to MimeParser: the root, or all that a multipart/signed at the root holds. */
class CmsFinder {
  #rootType = "";
  #number = null;
  #pieces = [];

  startPart(number, headers) {
    const field = headers.get("content-type");
    const type = field?.type ?? "";
    const isCms = /^application\/(x-)?pkcs7-mime$/.test(type);
    const isNamed = type === "application/octet-stream" && /\.p7m$/i.test(field.get("name") ?? "");
    this.#rootType = number === "" ? type : this.#rootType;
    const isOutermost = number === "" || (number === "1" && this.#rootType === "multipart/signed");
    if (isOutermost && (isCms || isNamed)) {
      this.#number = number;
    }
  }

  deliverPartData(number, data) {
    if (number === this.#number) {
      this.#pieces.push(data);
    }
  }

  get found() {
    const der = this.#pieces.join("");
    return der ? { der, isRoot: this.#number === "" } : null;
  }
}

/** Messages as they are stored, as octets or in a file. */
var MessageSource = class {
  /** Folders with a file each. */ #folders = new Set();

  /** Octets as they are, without any conversion; an unread message stays unread. */
  async read(uri) {
    if (uri.startsWith("file:")) {
      return (await IOUtils.read(MessageFacts.fileOf(uri).path)).buffer;
    }
    const collector = new Collector();
    if (MessageFacts.isInFolder(uri)) {
      const service = MailServices.messageServiceFromURI(uri);
      service.streamMessage(uri, collector, null, null, false, "", false);
    } else {
      // An attached message: its URL without the request to display it gives it as it is.
      const url = uri.replace(/&type=application\/x-message-display\b/, "");
      NetUtil.newChannel({ uri: url, loadUsingSystemPrincipal: true }).asyncOpen(collector);
    }
    return collector.octets;
  }

  /** The outermost CMS part of a message in a folder: {der, isRoot}, or null. */
  async cmsPart(uri) {
    if (!MessageFacts.isInFolder(uri)) {
      return null; // is shown already
    }
    const octets = Octets.fromBuffer(await this.read(uri));
    if (!MAY_HOLD_CMS.test(octets.slice(0, octets.search(/\r?\n\r?\n/)))) {
      return null; // not worth to be parsed: it may be large
    }
    const finder = new CmsFinder();
    MimeParser.parseSync(octets, finder, { bodyformat: "decode", strformat: "binarystring" });
    return finder.found;
  }

  async save(uri) {
    const octets = new Uint8Array(await this.read(uri));
    const name = `dane-smime-${Services.uuid.generateUUID().toString().slice(1, -1)}`;
    const folder = PathUtils.join(PathUtils.tempDir, name);
    const file = PathUtils.join(folder, "message.eml");
    this.#folders.add(folder);
    await IOUtils.makeDirectory(folder, { permissions: 0o700 });
    await IOUtils.write(file, octets, { mode: "create" });
    await IOUtils.setPermissions(file, 0o600, false);
    return { file, octets: octets.length };
  }

  async remove(file) {
    const folder = PathUtils.parent(file);
    if (this.#folders.delete(folder)) {
      await IOUtils.remove(folder, { recursive: true, ignoreAbsent: true });
    }
  }

  async removeAll() {
    for (const folder of this.#folders) {
      await IOUtils.remove(folder, { recursive: true, ignoreAbsent: true });
    }
    this.#folders.clear();
  }
};
