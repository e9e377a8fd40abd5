// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ChromeUtils, Ci, Cu, Services, URLSearchParams */

Cu.importGlobalProperties(["URLSearchParams"]);
var { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");

const CHROME_PAGE = /^(about|chrome):/;
const MESSAGE_URI = /^[a-z]+-message:/;
const CMS_TYPE = /pkcs7|\.p7[mz]\b/i;

/** The windows inside `win`, itself included, that are Thunderbird's own pages. */
function* pagesIn(win) {
  yield win;
  for (const browser of win.document?.querySelectorAll("browser, iframe") ?? []) {
    const inner = browser.contentWindow;
    if (inner && CHROME_PAGE.test(inner.location?.href ?? "")) {
      yield* pagesIn(inner);
    }
  }
}

/** URL that libmime is given for a message URI. */
function urlOf(uri) {
  return MESSAGE_URI.test(uri) ? MailServices.neckoURLForMessageURI(uri) : uri;
}

/** What of a URL tells the message: file or folder, number in it, part that is a message. */
function identityOf(url, part) {
  const [base, query = ""] = url.split("?", 2);
  const number = new URLSearchParams(query).get("number") ?? "0";
  return [base.replace(/^file:/, "mailbox:"), number, part].join("\n");
}

function partOf(url) {
  return new URLSearchParams(url.split("?", 2)[1] ?? "").get("part") ?? "";
}

function isUriOf(uri, identity) {
  try {
    const url = urlOf(uri);
    return identityOf(url, partOf(url)) === identity;
  } catch {
    return false; // of a folder that is not there
  }
}

/** The windows that show messages (about:message): panes, tabs, windows of their own. */
var MessageWindows = {
  *all() {
    for (const top of Services.wm.getEnumerator(null)) {
      for (const win of pagesIn(top)) {
        if (win.location.href.startsWith("about:message") && win.gMessageURI) {
          yield win;
        }
      }
    }
  },

  isShown(uri) {
    return [...MessageWindows.all()].some((win) => win.gMessageURI === uri);
  },

  /**
   * Message URI of what libmime parses; null: it can't be told.
   * @param {nsIURI | null} url
   * @param {string} part number of the attached message that is meant; "": the whole message
   * @param {string[]} known URIs of messages that are shown nowhere
   */
  uriOf(url, part, known) {
    if (!url) {
      return null;
    }
    if (!part && MESSAGE_URI.test(url.spec)) {
      return url.spec.split("?")[0]; // it is saved: "…-message://…#1?header=saveas"
    }
    const identity = identityOf(url.spec, part);
    // For a message that is to be edited, Thunderbird makes up a URI that no folder knows.
    const own = url instanceof Ci.nsIMsgMessageUrl && !part && url.uri ? [url.uri] : [];
    const shown = [...MessageWindows.all()].map((win) => win.gMessageURI);
    const found = [...shown, ...known, ...own].find((uri) => isUriOf(uri, identity));
    return found ?? (part ? url.spec.replace(/&header=[^&]*/, "") : null);
  },

  /** Number of windows that show one of these messages. */
  count(uris) {
    return [...MessageWindows.all()].filter((win) => uris.has(win.gMessageURI)).length;
  },

  /** Loads messages again where they are shown. */
  reload(uris) {
    for (const win of [...MessageWindows.all()]) {
      if (uris.has(win.gMessageURI)) {
        win.ReloadMessage();
      }
    }
  },

  /** … all that may have CMS in them: after the handler has come or gone. */
  reloadCms() {
    for (const win of [...MessageWindows.all()]) {
      const type = win.currentHeaderData?.["content-type"]?.headerValue ?? "";
      if (!type || CMS_TYPE.test(type)) {
        win.ReloadMessage();
      }
    }
  },
};
