// SPDX-License-Identifier: MPL-2.0
"use strict";

/* global ChromeUtils, Ci, Cr, Components, MailServices */
/* exported readHeader, readSaved */

const SAVED_FIELD = /^X-Dane-Smime:[ \t]*([^\r\n]*)/im;
/** Octets in which the header of a message ends, for sure. */
const HEADER_LIMIT = 256 * 1024;

/** The first octets of a stored message, up to the end of its header, one character an octet. */
function readHeader(uri) {
  return new Promise((resolve) => {
    let header = "";
    const listener = {
      QueryInterface: ChromeUtils.generateQI(["nsIStreamListener", "nsIRequestObserver"]),
      onStartRequest() {},
      onStopRequest() {
        resolve(header.split(/\r?\n\r?\n/, 1)[0]);
      },
      onDataAvailable(request, stream, _offset, count) {
        const reader = Components.classes["@mozilla.org/scriptableinputstream;1"].createInstance(
          Ci.nsIScriptableInputStream,
        );
        reader.init(stream);
        header += reader.read(count);
        if (/\r?\n\r?\n/.test(header) || header.length > HEADER_LIMIT) {
          request.cancel(Cr.NS_BINDING_ABORTED);
        }
      },
    };
    const service = MailServices.messageServiceFromURI(uri);
    service.streamMessage(uri, listener, null, null, false, "", false);
  });
}

async function readSaved(window, kind) {
  const uri = window.gMsgCompose.compFields.draftId || window.gMsgCompose.originalMsgURI;
  if (!["draft", "template"].includes(kind) || !/^(mailbox|imap)-message:/.test(uri)) {
    return null;
  }
  const [, value] = SAVED_FIELD.exec(await readHeader(uri.replace(/\?.*$/, ""))) ?? [];
  const words = value?.trim().toLowerCase().split(/\s+/);
  // What was neither on nor switched off is left to the defaults.
  const isOff = (name) => words.includes(`no-${name}`);
  const state = (name) => words.includes(name) || (isOff(name) ? false : undefined);
  return words ? { sign: state("sign"), encrypt: state("encrypt") } : null;
}
