// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ChromeUtils, Services */

var { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");

const NAMES = "chrome://messenger/locale/mimeheader.properties";
const LABELS = "table[class*='moz-header-part'] .moz-header-display-name";
const WITH_ADDRESSES = ["from", "to", "cc", "reply-to", "sender"];

/** As libmime writes the name of a field before its value. */
function labelOf(name) {
  try {
    return Services.strings.createBundle(NAMES).GetStringFromName(name.toUpperCase());
  } catch {
    return name; // it has no name in other languages
  }
}

function textOf(name, value) {
  return WITH_ADDRESSES.includes(name)
    ? MailServices.headerParser.parseEncodedHeaderW(value).join(", ")
    : value;
}

/**
 * The fields at the beginning of a message's document, which are seen on paper alone. Its title is
 * left: it names the job to the printer and to whoever looks at its queue.
 * @param {Document | null} document of the message pane
 * @param {ShownField[]} fields
 */
var writePrintedFields = function (document, fields) {
  const labels = [...(document?.querySelectorAll(LABELS) ?? [])];
  for (const { name, value, hidden } of fields) {
    const wanted = `${labelOf(name)}:`.toLowerCase();
    const label = labels.find((one) => one.textContent.trim().toLowerCase() === wanted);
    if (label && hidden) {
      label.closest("tr").remove();
    } else if (label && value !== null) {
      label.parentNode.replaceChildren(label, textOf(name, value));
    }
  }
};
