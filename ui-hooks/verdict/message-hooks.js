// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ChromeUtils, Services */

var { EnigmailFuncs } = ChromeUtils.importESModule(
  "chrome://openpgp/content/modules/funcs.sys.mjs",
);

/** Where the methods of nsIMsgSMIMESink have the URL of the message. */
const SINK_URLS = {
  signatureProcessingStarted: 1,
  resetSignedStatus: 0,
  signedStatus: 3,
  encryptionStatus: 3,
};

/** Whether a URL that libmime works on is that of a message. */
var isUrlOf = (uri, url) => EnigmailFuncs.isCurrentMessage(uri, url);

/** Tells the message that a window shows from another that gets its URI. */
var stampOf = ({ gMessage }) => {
  const { messageId, dateInSeconds, messageSize } = gMessage ?? {};
  return [messageId, dateInSeconds, messageSize].join();
};

/** Tells `watch` of what Thunderbird finds, and keeps it from showing its own result. */
var hookMessageWindow = (win, watch, patches) => {
  for (const [name, url] of Object.entries(SINK_URLS)) {
    patches.replace(win.smimeSink, name, (stock) => function (...values) {
      watch.sinkCalled(values[url]);
      const answer = stock.apply(this, values);
      watch.paint();
      return answer;
    });
  }
  // Whoever paints for S/MIME (stock verification ends late, the pane comes back …) paints ours.
  patches.replace(win, "setMessageCryptoBox", (stock) => {
    watch.header.setBox = (...values) => stock.apply(win, values);
    return (...values) =>
      values[0] === "S/MIME" && watch.isOurs ? watch.paint() : stock.apply(win, values);
  });
  patches.replace(win, "loadSmimeMessageSecurityInfo", (stock) => (...values) => {
    watch.panel.clear();
    stock.apply(win, values);
    if (watch.isOurs) {
      watch.panel.fill();
    }
  });
  patches.replace(win, "HandleMDNResponse", (stock) => (...values) =>
    watch.receipts.ask(() => stock.apply(win, values)),
  );
  const panel = win.document.getElementById("messageSecurityPanel");
  patches.listen(panel, "popuphidden", () => watch.panel.clear());
  patches.listen(win, "message-header-pane-hidden", () => watch.leaveIfOther(), true);
  patches.listen(win, "unload", (event) => event.target === win.document && watch.stop());
  addStyle(win, patches);
};

function addStyle(win, patches) {
  const url = "chrome://dane-smime-verdict/content/verdict.css";
  try {
    win.windowUtils.loadSheetUsingURIString(url, win.windowUtils.AUTHOR_SHEET);
  } catch (error) {
    // Readable without it.
    Services.console.logStringMessage(`${url}: ${error}`);
    return;
  }
  patches.undone(() =>
    win.windowUtils.removeSheetUsingURIString(url, win.windowUtils.AUTHOR_SHEET),
  );
}

/** What works in this window. `parts`: signed parts deep inside a message are seen. */
var findFeatures = (win, { header, panel, bars, fields }) => ({
  header: header.works,
  panel: panel.works,
  bars: bars.works,
  fields: fields.works,
  // Thunderbird 140 has neither this method nor a word for such parts.
  parts: typeof win.smimeSink?.signatureProcessingStarted === "function",
});

const CMS_TYPE = /^\s*(application\/(x-)?pkcs7-|multipart\/signed\b.*pkcs7-signature)/is;
const CMS_FILE = /^\s*application\/octet-stream\b.*\.p7[ms]\b/is;
const CMS_ATTACHMENT = /^application\/((x-)?pkcs7-|x-cms-)/i;

/**
 * Where a message that was loaded has S/MIME: "top", "attached", "none"; or "unknown": a signed
 * part deep inside leaves no trace, but is seen while the message loads.
 */
var findCms = (win) => {
  const { currentHeaderData, currentAttachments } = win;
  const type = currentHeaderData?.["content-type"]?.headerValue ?? "";
  const hasStatus = win.gSignatureStatusForURI || win.gEncryptionStatusForURI;
  if (hasStatus || CMS_TYPE.test(type) || CMS_FILE.test(type)) {
    return "top";
  }
  if (currentAttachments?.some((one) => CMS_ATTACHMENT.test(one.contentType))) {
    return "attached";
  }
  return /^\s*multipart\/mixed/i.test(type) ? "unknown" : "none";
};
