// SPDX-License-Identifier: MPL-2.0
"use strict";

/* global ExtensionError */
/* exported showBar, hideBar, setProgress, clearBars */

const BAR_PREFIX = "dane-smime-";
const PROGRESS_ID = "dane-smime-progress";
const LEVELS = {
  info: "PRIORITY_INFO_MEDIUM",
  warning: "PRIORITY_WARNING_MEDIUM",
  critical: "PRIORITY_CRITICAL_MEDIUM",
};

function hideBar(window, id) {
  const box = window.gComposeNotification;
  const bar = box?.getNotificationWithValue(BAR_PREFIX + id);
  if (bar) {
    box.removeNotification(bar, true);
  }
}

async function showBar(window, bar, pressed) {
  const box = window.gComposeNotification;
  if (typeof box?.appendNotification !== "function") {
    throw new ExtensionError("this Thunderbird has no bars in the compose window");
  }
  hideBar(window, bar.id);
  const buttons = bar.buttons.map(({ id, label, accessKey }) => ({
    label,
    accessKey: accessKey ?? "",
    callback: () => {
      pressed(id);
      return false;
    },
  }));
  const options = { label: bar.text, priority: box[LEVELS[bar.level]] };
  await box.appendNotification(BAR_PREFIX + bar.id, options, buttons);
}

function makeProgress(window, cancelled) {
  const { document } = window;
  const make = (name) => document.createElementNS("http://www.w3.org/1999/xhtml", name);
  const box = make("div");
  box.id = PROGRESS_ID;
  const label = make("span");
  label.id = `${PROGRESS_ID}-text`;
  const meter = make("progress");
  meter.className = "progressmeter-statusbar";
  meter.setAttribute("aria-labelledby", label.id);
  const button = make("button");
  button.addEventListener("click", cancelled);
  box.append(label, meter, button);
  document.getElementById("statusText").after(box);
  return box;
}

function setProgress(window, progress, cancelled) {
  const shown = window.document.getElementById(PROGRESS_ID);
  if (!progress) {
    shown?.remove();
    return;
  }
  const [label, meter, button] = (shown ?? makeProgress(window, cancelled)).children;
  if (label.textContent !== progress.text) {
    label.textContent = progress.text;
  }
  if (progress.fraction === null) {
    meter.removeAttribute("value");
  } else {
    meter.value = progress.fraction;
  }
  button.textContent = progress.cancelLabel ?? "";
  button.hidden = !progress.cancelLabel;
}

function clearBars(window) {
  setProgress(window, null);
  for (const bar of window.gComposeNotification?.allNotifications ?? []) {
    if (bar.getAttribute("value")?.startsWith(BAR_PREFIX)) {
      window.gComposeNotification.removeNotification(bar, true);
    }
  }
}
