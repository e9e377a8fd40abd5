// SPDX-License-Identifier: MPL-2.0
// @ts-check
/* global messenger */
import { element, fillTexts, setText, showRows } from "./page.mjs";
import { makeAsk } from "../modules/router.mjs";

const ask = makeAsk((message) => messenger.runtime.sendMessage(message));

/** @param {number} tabId */
async function show(tabId) {
  const view = await ask("compose/view", { tabId });
  showNotice(view.notice);
  for (const { id, on, disabled, hint } of view.switches) {
    element(id).checked = on;
    element(id).disabled = disabled;
    setText(element(`${id}-hint`), hint);
  }
  setText(element("exposure"), view.exposure.text);
  element("exposure").className = `exposure exposure-${view.exposure.level}`;
  setText(element("summary"), view.summary.text);
  element("summary").className = `summary summary-${view.summary.level}`;
  showRows(view.recipients);
  element("main").hidden = false;
}

function showNotice(notice) {
  element("notice").hidden = !notice;
  if (!notice) {
    return;
  }
  element("notice").className = `notice notice-${notice.level}`;
  setText(element("notice-text"), notice.text);
  setText(element("notice-button"), notice.button ?? "");
  element("notice-button").hidden = !notice.button;
}

async function openOptions() {
  await ask("compose/options");
  window.close();
}

/** A click or the space bar; what the background makes of it is shown. */
async function toggle(tabId, what) {
  await ask("compose/choose", { tabId, what, on: element(what).checked });
  await show(tabId);
}

fillTexts();
const [{ id: tabId }] = await messenger.tabs.query({ active: true, currentWindow: true });
for (const what of ["sign", "encrypt"]) {
  element(what).addEventListener("change", () => toggle(tabId, what));
}
element("options").addEventListener("click", openOptions);
element("notice-button").addEventListener("click", openOptions);
messenger.runtime.onMessage.addListener((message) => {
  if (message?.topic === "popup/changed" && message.tabId === tabId) {
    show(tabId).catch(() => window.close());
  }
});
await show(tabId).catch(() => window.close());
const first = ["sign", "encrypt"].find((id) => !element(id).disabled) ?? "options";
element(first).focus({ focusVisible: false });
