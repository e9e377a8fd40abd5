// SPDX-License-Identifier: MPL-2.0
"use strict";

/* global MailServices, Services, Ci */
/* exported replaceQuoted */

/** Rows above a forwarded message: their names, and the numbers of these in Thunderbird's words. */
const ROWS = new Map([
  ["subject", ["subject", "1000"]],
  ["date", ["date", "1007"]],
  ["from", ["from", "1009"]],
  ["replyTo", ["reply-to", "1010"]],
  ["to", ["to", "1012"]],
  ["cc", ["cc", "1013"]],
]);
const WORDS = "chrome://messenger/locale/mime.properties";
/** Forms of the line above what a reply quotes, by mailnews.reply_header_type. */
const LINES = { 2: "ondateauthorwrote", 3: "authorwroteondate" };

/** A field as Thunderbird writes it there. */
function textOf(fields, key) {
  const { headerParser } = MailServices;
  const one = ({ name, email }) => headerParser.makeMailboxObject(name, email).toString();
  const value = fields[key];
  return (Array.isArray(value) ? value.map(one).join(", ") : value).trim();
}

/** The field that a row is of, named in English or not; undefined: none that is known here. */
function keyOf(label) {
  const words = Services.strings.createBundle(WORDS);
  const name = label.trim().replace(/:$/, "").toLowerCase();
  const namesOf = ([english, number]) => [english, words.GetStringFromName(number).toLowerCase()];
  return [...ROWS.keys()].find((key) => namesOf(ROWS.get(key)).includes(name));
}

/** The rows of the header: name and value of each, and what changes or removes it. */
function* tableRows(table) {
  for (const row of [...table.rows]) {
    const [name, value] = row.cells;
    if (value) {
      const set = (text) => (value.textContent = text);
      yield { name: name.textContent, value: value.textContent, set, remove: () => row.remove() };
    }
  }
}

/** The same of plain text: a line each, up to the empty one. */
function* lineRows(container) {
  let node = container.firstChild;
  while (node?.nodeName === "BR") {
    node = node.nextSibling;
  }
  // The line that says that it is forwarded, and then a line break before each row.
  for (node = node?.nextSibling; node?.nodeName === "BR"; node = node.nextSibling) {
    const line = node.nextSibling;
    const [, name, value] = /^([^:]+:) ?(.*)$/s.exec(line?.data ?? "") ?? [];
    if (name === undefined) {
      return;
    }
    const set = (text) => (line.data = `${name} ${text}`);
    const around = node.previousSibling;
    yield { name, value, set, remove: () => [node, line].forEach((one) => one.remove()) };
    node = line.isConnected ? line : around;
  }
}

/** The header above what is forwarded inline. */
function replaceForwarded(document, outer, inner) {
  const container = document.querySelector(".moz-forward-container");
  const table = container?.querySelector(":scope > .moz-email-headers-table");
  const rows = table ? tableRows(table) : container ? lineRows(container) : [];
  for (const { name, value, set, remove } of rows) {
    const key = keyOf(name);
    if (!key || value.trim() !== textOf(outer, key)) {
      continue;
    }
    const text = textOf(inner, key);
    if (text || key === "subject") {
      set(text);
    } else if (inner.from.length > 0 && Array.isArray(inner[key])) {
      remove();
    }
  }
}

/** Day and time as Thunderbird writes them in that line. */
function partsOf(date) {
  const time = new Date(date);
  const format = (style) => new Services.intl.DateTimeFormat(undefined, style).format(time);
  return Number.isNaN(time.getTime())
    ? { day: "", time: "" }
    : { day: format({ dateStyle: "short" }), time: format({ timeStyle: "short" }) };
}

/** "On DAY TIME, AUTHOR wrote:", as the user has it; null: no author is named. */
function attributionLine() {
  const kind = LINES[Services.prefs.getIntPref("mailnews.reply_header_type", 1)];
  const name = `mailnews.reply_header_${kind ?? "authorwrotesingle"}`;
  const { data } = Services.prefs.getComplexValue(name, Ci.nsIPrefLocalizedString);
  return data.split("\n").find((line) => line.includes("#1")) ?? null;
}

/** A piece of the line with these values. */
function fillIn(piece, { day, time }) {
  return piece.replace("#2", () => day).replace("#3", () => time);
}

/**
 * The line with another author, and another date if it can be told to be the one outside; null: it
 * is not what Thunderbird wrote.
 */
function changeLine(text, line, before, after) {
  const escape = (one) => one.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const at = line.indexOf("#1");
  const pieces = [line.slice(0, at), line.slice(at + 2)];
  const [head, tail] = pieces.map((one) => `(${escape(one).replace(/#[23]/g, ".+?")})`);
  const found = new RegExp(`^${head}${escape(before.author)}${tail}$`).exec(text);
  const isDated = before.day && after.day;
  const dated = (part, piece) =>
    isDated && part === fillIn(piece, before) ? fillIn(piece, after) : part;
  return found && dated(found[1], pieces[0]) + after.author + dated(found[2], pieces[1]);
}

/** The line above what a reply quotes. */
function replaceAttribution(document, outer, inner) {
  const line = attributionLine();
  const isOwn = (one) => !one.closest("blockquote");
  const place = [...document.querySelectorAll(".moz-cite-prefix")].find(isOwn);
  const author = ({ from: [one] }) => (one && (one.name || one.email)) ?? "";
  const [before, after] = [outer, inner].map((one) => ({
    author: author(one),
    ...partsOf(one.date),
  }));
  if (!line || !place || !before.author || !after.author) {
    return;
  }
  for (const node of place.childNodes) {
    const text = node.data && changeLine(node.data, line, before, after);
    if (text) {
      node.data = text;
    }
  }
}

/** What Thunderbird wrote from the fields outside, in what is quoted: nothing else is touched. */
function replaceQuoted(window, { outer, inner }) {
  const document = window.getBrowser().contentDocument;
  replaceForwarded(document, outer, inner);
  replaceAttribution(document, outer, inner);
}
