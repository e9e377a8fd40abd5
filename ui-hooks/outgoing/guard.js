// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global Wish */
/* exported Guard */

/*
 * What keeps windows that want protection from sending without it where MimeMessage can't be
 * patched, and when the add-on goes while they are open.
 */
var Guard = {
  /**
   * Calls `done` when no window that wants protection is open any more; at once if there is none.
   */
  whenNoneIsLeft(done) {
    const isLeft = (closing) => Wish.windows().some((win) => win !== closing && Wish.isSet(win));
    if (!isLeft(null)) {
      done();
      return;
    }
    const observer = {
      observe(subject, topic) {
        if (topic === "domwindowclosed" && !isLeft(subject)) {
          Services.ww.unregisterNotification(observer);
          done();
        }
      },
    };
    Services.ww.registerNotification(observer);
  },

  /** Stops all that a window sends or saves while it wants protection; `explain` says why. */
  block(win, explain) {
    if (win[BLOCKED]) {
      return;
    }
    win[BLOCKED] = true;
    win.addEventListener("compose-send-message", (event) => {
      const saves = SAVING.includes(event.detail.msgType);
      if (!Wish.isSet(win) || (saves && Wish.leavesDraft(Wish.read(win), win.gCurrentIdentity))) {
        return;
      }
      event.preventDefault();
      explain(win, saves);
    });
  },
};

var SAVING = [
  Ci.nsIMsgCompDeliverMode.SaveAsDraft,
  Ci.nsIMsgCompDeliverMode.SaveAsTemplate,
  Ci.nsIMsgCompDeliverMode.AutoSaveAsDraft,
];
var BLOCKED = "daneSmimeBlocked";
