// SPDX-License-Identifier: MPL-2.0
"use strict";

/* global MailServices, TextEncoder, Cu, readHeader, replaceQuoted */
/* exported decodeFields, readFields, setFields */

Cu.importGlobalProperties(["TextEncoder"]);

/** Fields with mailboxes, by the name that they have in ComposeFields. */
const MAILBOX_FIELDS = new Map([
  ["from", "from"],
  ["reply-to", "replyTo"],
  ["mail-reply-to", "mailReplyTo"],
  ["mail-followup-to", "followupTo"],
  ["to", "to"],
  ["cc", "cc"],
  ["bcc", "bcc"],
]);
const TEXT_FIELDS = ["subject", "date"];
const ENCODED_LINE = 900;

/** As MIME has it: one character an octet. */
function octetsOf(text) {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

function mailboxesIn(octets) {
  return MailServices.headerParser
    .parseEncodedHeader(octets, "UTF-8", false)
    .map(({ name, email }) => ({ name, email }))
    .filter(({ email }) => email);
}

/** ComposeFields of plugin/types/hooks.d.ts from fields whose values are octets. */
function compile(fields) {
  const lists = [...MAILBOX_FIELDS.values()].map((key) => [key, []]);
  const found = { subject: "", date: "", ...Object.fromEntries(lists) };
  for (const { name, octets } of fields) {
    const key = MAILBOX_FIELDS.get(name.toLowerCase());
    if (key) {
      found[key].push(...mailboxesIn(octets));
    } else if (TEXT_FIELDS.includes(name.toLowerCase())) {
      const unfolded = octets.replace(/\r?\n(?=[ \t])/g, "").trim();
      const text = MailServices.mimeConverter.decodeMimeHeader(unfolded, "UTF-8", false, true);
      // Of several, Thunderbird takes the first.
      found[name.toLowerCase()] ||= text;
    }
  }
  return found;
}

/** Fields as somebody else has read them: values are unfolded, and text. */
function decodeFields(fields) {
  return compile(fields.map(({ name, value }) => ({ name, octets: octetsOf(value) })));
}

/** The fields outside of a stored message. */
async function readFields(uri) {
  const header = await readHeader(uri.replace(/\?.*$/, ""));
  const lines = header.match(/[^\r\n]+(?:\r?\n[ \t][^\r\n]*)*/g) ?? [];
  return compile(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return { name: line.slice(0, colon).trimEnd(), octets: line.slice(colon + 1) };
    }),
  );
}

function encode(mailboxes) {
  const { headerParser } = MailServices;
  const objects = mailboxes.map(({ name, email }) => headerParser.makeMailboxObject(name, email));
  return headerParser.makeMimeHeader(objects, ENCODED_LINE);
}

/** Fills fields in as Thunderbird itself does in an answer: closing the window asks nothing. */
function setFields(window, { subject, quoted, ...recipients }) {
  const changed = window.gContentChanged;
  if (quoted) {
    replaceQuoted(window, quoted);
  }
  const details = { identityKey: null, subject };
  for (const [name, mailboxes] of Object.entries(recipients)) {
    // What the caller has left out comes as null.
    details[name] = mailboxes && encode(mailboxes);
  }
  window.SetComposeDetails(details);
  window.gContentChanged = changed;
}
