// SPDX-License-Identifier: MPL-2.0
"use strict";

/* global Services, Ci */
/* exported askPassword, canAsk */

// Loaded by implementation.js. A question that does not block.

function canAsk() {
  return typeof Services.prompt.asyncPromptPassword === "function";
}

/** The window in front, where a prompt fits into it; null: a window of its own. */
function frontContext() {
  const window =
    Services.focus.activeWindow?.browsingContext.topChromeWindow ??
    Services.wm.getMostRecentWindow("mail:3pane") ??
    Services.wm.getMostRecentWindow("");
  return window?.browsingContext ?? null;
}

async function askPassword(title, text) {
  const context = frontContext();
  const { MODAL_TYPE_INTERNAL_WINDOW, MODAL_TYPE_WINDOW } = Ci.nsIPromptService;
  const type = context ? MODAL_TYPE_INTERNAL_WINDOW : MODAL_TYPE_WINDOW;
  const answer = await Services.prompt.asyncPromptPassword(context, type, title, text, {
    value: "",
  });
  return answer.getProperty("ok") ? answer.getProperty("pass") : null;
}
