// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ChromeUtils, Components, Cc, Ci, Services, readBodyStructure */

const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const { MimeParser } = ChromeUtils.importESModule("resource:///modules/mimeParser.sys.mjs");

const MAX_HEADER_OCTETS = 262144;
const PARAMETERS = MimeParser.HEADER_PARAMETER | MimeParser.HEADER_OPTION_DECODE_2231;

/** The message of a folder that a URI names, or null: files and parts have no row. */
var headerOf = function (uri) {
  try {
    const header = MailServices.messageServiceFromURI(uri).messageURIToMsgHdr(uri);
    return header?.folder ? header : null;
  } catch {
    return null;
  }
};

/** The block of header fields of a message that is stored here. */
function streamHeaders(uri) {
  return new Promise((resolve, reject) => {
    let block = "";
    const listener = {
      QueryInterface: ChromeUtils.generateQI(["nsIStreamListener", "nsIRequestObserver"]),
      onStartRequest() {},
      onDataAvailable(_request, stream, _offset, count) {
        const input = Cc["@mozilla.org/scriptableinputstream;1"].createInstance(
          Ci.nsIScriptableInputStream,
        );
        input.init(stream);
        const octets = input.readBytes(count);
        if (block.length < MAX_HEADER_OCTETS) {
          block += octets;
        }
      },
      onStopRequest(_request, status) {
        Components.isSuccessCode(status) ? resolve(block) : reject(new Error(`headers: ${status}`));
      },
    };
    MailServices.messageServiceFromURI(uri).streamHeaders(uri, listener, null, true);
  });
}

function fieldOf(block, name) {
  const field = new RegExp(`^${name}:((?:[^\\r\\n]|\\r?\\n[ \\t])*)`, "im").exec(block);
  return field ? field[1].replace(/\r?\n/g, "").trim() : "";
}

function parse(value) {
  try {
    const parsed = MimeParser.parseHeaderField(value, PARAMETERS);
    const lower = [...parsed].map(([name, text]) => [name.toLowerCase(), String(text)]);
    return { first: String(parsed.preSemi ?? "").toLowerCase(), parameters: new Map(lower) };
  } catch {
    return { first: "", parameters: new Map() };
  }
}

/** @returns the structure of the root as far as its own fields tell, see structure.js */
function structureOfHeaders(block) {
  const { first, parameters } = parse(fieldOf(block, "Content-Type"));
  const disposition = parse(fieldOf(block, "Content-Disposition"));
  const fileName = disposition.parameters.get("filename") ?? "";
  return { type: first.trim(), parameters, fileName, children: [] };
}

/** The value of a FETCH item: one command, one UID, no message data. */
function fetchItem(folder, item, key) {
  const window = Services.wm.getMostRecentWindow("mail:3pane");
  const url = folder.fetchCustomMsgAttribute(item, String(key), window?.msgWindow);
  return new Promise((resolve, reject) => {
    url.QueryInterface(Ci.nsIMsgMailNewsUrl).RegisterListener({
      QueryInterface: ChromeUtils.generateQI(["nsIUrlListener"]),
      OnStartRunningUrl() {},
      OnStopRunningUrl(_url, status) {
        if (Components.isSuccessCode(status)) {
          resolve(url.QueryInterface(Ci.nsIImapUrl).customAttributeResult);
        } else {
          reject(new Error(`${item}: ${status}`));
        }
      },
    });
  });
}

const isStoredHere = (header) =>
  header.folder instanceof Ci.nsIMsgLocalMailFolder ||
  (header.flags & Ci.nsMsgMessageFlags.Offline) !== 0;

/** Whether the structure of a message can be had now without downloading it. */
var canReadStructure = function (header) {
  return (
    isStoredHere(header) ||
    (header.folder instanceof Ci.nsIMsgImapMailFolder && !Services.io.offline)
  );
};

/** @param {nsIMsgDBHdr} header @returns {Promise<Structure>} */
var readStructure = async function (header) {
  if (isStoredHere(header)) {
    return structureOfHeaders(await streamHeaders(header.folder.getUriForMsg(header)));
  }
  const folder = header.folder.QueryInterface(Ci.nsIMsgImapMailFolder);
  return readBodyStructure(await fetchItem(folder, "BODYSTRUCTURE", header.messageKey));
};
