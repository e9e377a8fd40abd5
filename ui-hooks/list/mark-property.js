// SPDX-License-Identifier: MPL-2.0
"use strict";

/* The mark as a property of the message's row in Thunderbird's own message database:
 * "signed good 2026-11-21T20:38:43Z", "encrypted declared", "none declared". */

const PROPERTY = "dane-smime-mark";
const KINDS = "none|signed|encrypted|both";
const STATES = "declared|good|unverified|failed|partial";
const VALUE = new RegExp(`^(${KINDS}) (${STATES})(?: ([0-9TZ:.+-]{10,40}))?$`);

/** @param {nsIMsgDBHdr} header @returns {ListMark | null} null: not known yet */
var readMark = function (header) {
  const found = VALUE.exec(header.getStringProperty(PROPERTY));
  return found && { kind: found[1], state: found[2], date: found[3] ?? null };
};

/**
 * Keeps a mark: at once, and over restarts; the rows that show the message are drawn again. What
 * was found out is never replaced by what is declared.
 * @param {nsIMsgDBHdr} header
 * @param {ListMark} mark
 */
var writeMark = function (header, { kind, state, date }) {
  const old = readMark(header);
  if (state === "declared" && old && old.state !== "declared") {
    return;
  }
  const value = [kind, state, ...(date ? [date] : [])].join(" ");
  if (!VALUE.test(value) || header.getStringProperty(PROPERTY) === value) {
    return;
  }
  if (kind === "none" && !old) {
    // nothing to be seen: kept without drawing the row anew
    header.setStringProperty(PROPERTY, value);
    return;
  }
  header.folder.msgDatabase.setStringPropertyByHdr(header, PROPERTY, value);
};
