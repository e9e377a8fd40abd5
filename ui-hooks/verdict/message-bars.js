// SPDX-License-Identifier: MPL-2.0
"use strict";

const PRIORITIES = {
  info: "PRIORITY_INFO_MEDIUM",
  warning: "PRIORITY_WARNING_MEDIUM",
  critical: "PRIORITY_CRITICAL_MEDIUM",
};
const PROGRESS_ID = "dane-smime-progress";

/** Bars and progress above one message; they stay when it is loaded again. */
var MessageBars = class {
  #win;
  #events;
  #bars = new Map();
  #progress = null;

  /** @param {{button: (bar: string, button: string) => void, cancel: () => void}} events */
  constructor(win, events) {
    this.#win = win;
    this.#events = events;
  }

  get works() {
    return Boolean(this.#box);
  }

  get #box() {
    return this.#win.gMessageNotificationBar?.msgNotificationBar;
  }

  async show(bar) {
    this.#remove(bar.id);
    this.#bars.set(bar.id, bar);
    await this.#append(bar);
  }

  hide(id) {
    this.#bars.delete(id);
    this.#remove(id);
  }

  /** The message is loaded again, which took them away. */
  restore() {
    for (const bar of this.#bars.values()) {
      this.show(bar);
    }
  }

  clear() {
    for (const id of [...this.#bars.keys()]) {
      this.hide(id);
    }
    this.setProgress(null);
  }

  #remove(id, keep = 0) {
    const all = this.#box?.allNotifications ?? [];
    const ours = all.filter((one) => one.getAttribute("value") === `dane-smime-${id}`);
    for (const notification of ours.slice(keep)) {
      this.#box.removeNotification(notification, true);
    }
  }

  async #append(bar) {
    const box = this.#box;
    if (!box) {
      return;
    }
    const buttons = bar.buttons.map((button) => ({
      label: button.label,
      accessKey: button.accessKey,
      callback: () => {
        this.#events.button(bar.id, button.id);
        return true; // stays until it is hidden
      },
    }));
    const eventCallback = (name) => {
      if (name === "dismissed" && this.#bars.get(bar.id) === bar) {
        this.#bars.delete(bar.id);
      }
    };
    const about = { label: bar.text, priority: box[PRIORITIES[bar.level]], eventCallback };
    await box.appendNotification(`dane-smime-${bar.id}`, about, buttons);
    // Meanwhile it may have been hidden, or appended twice.
    this.#remove(bar.id, this.#bars.has(bar.id) ? 1 : 0);
  }

  /** @param {object | null} progress */
  setProgress(progress) {
    if (!progress) {
      this.#progress?.remove();
      this.#progress = null;
      return;
    }
    this.#progress ??= this.#addProgress();
    if (!this.#progress) {
      return;
    }
    const [text, meter, button] = this.#progress.children;
    text.textContent = progress.text;
    if (progress.fraction === null) {
      meter.removeAttribute("value");
    } else {
      meter.value = progress.fraction;
    }
    meter.setAttribute("aria-label", progress.text);
    button.textContent = progress.cancelLabel ?? "";
    button.hidden = !progress.cancelLabel;
  }

  #addProgress() {
    const { document } = this.#win;
    const place = document.getElementById("mail-notification-top");
    const create = (name) => document.createElementNS("http://www.w3.org/1999/xhtml", name);
    const row = create("div");
    row.id = PROGRESS_ID;
    const text = create("span");
    text.setAttribute("role", "status");
    const button = create("button");
    button.className = "button-focusable";
    button.addEventListener("click", () => this.#events.cancel());
    row.append(text, create("progress"), button);
    place?.after(row);
    return place ? row : null;
  }
};
