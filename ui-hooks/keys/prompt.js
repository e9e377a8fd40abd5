// SPDX-License-Identifier: MPL-2.0
"use strict";

/* global ChromeUtils, Services, Ci */
/* exported askPassword, canAsk */

// Loaded by implementation.js. A question that does not block: where a window can't show it inside
// of itself, Thunderbird's own way would be a modal window, which spins a nested event loop.

const { PromptUtils } = ChromeUtils.importESModule("resource://gre/modules/PromptUtils.sys.mjs");

const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");

const DIALOG = "chrome://global/content/commonDialog.xhtml";
const UNLOADED_MILLISECONDS = 500;
const LOOKS = "centerscreen,chrome,dialog,dependent,titlebar";

function canAsk() {
  return (
    typeof Services.prompt.asyncPromptPassword === "function" &&
    typeof PromptUtils?.objectToPropBag === "function"
  );
}

/** The window in front, or null. */
function frontWindow() {
  return (
    Services.focus.activeWindow?.browsingContext.topChromeWindow ??
    Services.wm.getMostRecentWindow("mail:3pane") ??
    Services.wm.getMostRecentWindow("")
  );
}

async function askInside(window, title, text) {
  const { MODAL_TYPE_INTERNAL_WINDOW: type } = Ci.nsIPromptService;
  const context = window.browsingContext;
  const answer = await Services.prompt.asyncPromptPassword(context, type, title, text, {
    value: "",
  });
  return answer.getProperty("ok") ? answer.getProperty("pass") : null;
}

/**
 * The dialog fills its answer in as it is unloaded: what comes after that sees it. One that was
 * closed while it was loading has no answer, and no unloading that could be seen.
 */
function closed(dialog) {
  return new Promise((resolve) => {
    const unloaded = () => Services.tm.dispatchToMainThread(resolve);
    const loaded = () => dialog.addEventListener("unload", unloaded, { once: true });
    dialog.addEventListener("load", loaded, { once: true });
    const watch = (window, topic) => {
      if (window === dialog && topic === "domwindowclosed") {
        Services.ww.unregisterNotification(watch);
        setTimeout(resolve, UNLOADED_MILLISECONDS);
      }
    };
    Services.ww.registerNotification(watch);
  });
}

async function askBeside(window, title, text) {
  const { MODAL_TYPE_WINDOW: modalType } = Ci.nsIPromptService;
  const args = { promptType: "promptPassword", title, text, pass: "", ok: false, modalType };
  const bag = PromptUtils.objectToPropBag(args);
  await closed(Services.ww.openWindow(window, DIALOG, "_blank", LOOKS, bag));
  PromptUtils.propBagToObject(bag, args);
  return args.ok ? args.pass : null;
}

function askPassword(title, text) {
  const window = frontWindow();
  return window?.gDialogBox ? askInside(window, title, text) : askBeside(window, title, text);
}
