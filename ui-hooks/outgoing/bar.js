// SPDX-License-Identifier: MPL-2.0
"use strict";
/* exported SendBar, Refusal */

/** A sending or saving that is stopped; `text` is for the user, null shows nothing. */
var Refusal = class extends Error {
  constructor(text, buttons = []) {
    super(text ?? "cancelled");
    this.text = text;
    this.buttons = buttons;
  }
};

/** The bar at the lower edge of a compose window that says why it was not sent. */
var SendBar = {
  ID: "dane-smime-outgoing",

  /** `onButton` gets the id of the button that was pressed. */
  async show(win, { text, buttons }, onButton) {
    SendBar.hide(win);
    const box = win.gComposeNotification;
    const appearance = { label: text, priority: box.PRIORITY_WARNING_HIGH };
    await box.appendNotification(
      SendBar.ID,
      appearance,
      buttons.map(({ id, label, accessKey }) => ({
        label,
        accessKey,
        callback: () => {
          onButton(id);
          return false;
        },
      })),
    );
  },

  hide(win) {
    const bar = win.gComposeNotification?.getNotificationWithValue(SendBar.ID);
    if (bar) {
      win.gComposeNotification.removeNotification(bar);
    }
  },
};
