// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global Cu, TextEncoder */

Cu.importGlobalProperties(["TextEncoder"]);

// The two pages of our own that stand in a message's place: text/html for libmime, which may show
// it as plain text or without styles, and prints it.

const STYLE = `
:root { color-scheme: light dark; }
body { margin: 0; font: message-box; line-height: 1.5; }
.notice { box-sizing: border-box; max-width: 38em; margin: 3em auto; padding: 1.5em 2em;
  border: 1px solid light-dark(#d4d4dc, #52525e); border-inline-start: 4px solid #c27a00;
  border-radius: 6px; background: light-dark(#fbfbfe, #2b2a33);
  color: light-dark(#18181b, #fbfbfe); }
h1 { margin: 0 0 .5em; font-size: 1.35em; font-weight: 600; }
p { margin: .5em 0 0; white-space: pre-line; overflow-wrap: anywhere; }
.advice { padding-top: .75em; border-top: 1px solid light-dark(#e4e4ea, #42414d); }
.wait { margin: 3em 2em; text-align: center; opacity: 0; animation: appear .3s .4s forwards; }
@keyframes appear { to { opacity: .75; } }
@media print { .notice { border-color: #888; } }
`;

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escape(text) {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]);
}

function page(body) {
  const html =
    `<!DOCTYPE html>\n<html><head><meta charset="utf-8">` +
    `<meta name="color-scheme" content="light dark"><style>${STYLE}</style></head>` +
    `<body>${body}</body></html>\n`;
  const octets = new TextEncoder().encode(html.replace(/\n/g, "\r\n"));
  const fields =
    "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";
  // A string of octets, as libmime takes it.
  return fields + String.fromCharCode(...octets);
}

/** MIME entities to be shown instead of a message. */
var Pages = {
  /** Seen only where it takes longer than a moment. */
  waiting(text) {
    return page(`<p class="wait">${escape(text)}</p>`);
  },

  failure({ title, text, advice }) {
    const last = advice ? `<p class="advice">${escape(advice)}</p>` : "";
    const first = `<h1>${escape(title)}</h1><p>${escape(text)}</p>`;
    return page(`<div class="notice" role="alert">${first}${last}</div>`);
  },
};
