// SPDX-License-Identifier: MPL-2.0
"use strict";
/* exported Wish */

/*
 * What a compose window wants. It is kept on the window itself, as text: so it outlives the add-on
 * that set it, and is there for the next version of it.
 */
var Wish = {
  KEY: "daneSmimeWish",

  /**
   * sign, encrypt: of the message. plainDrafts: the user allowed drafts that are not encrypted.
   * delivered: blind recipients that have their copy already. told: the bar that auto-save showed.
   */
  NOTHING: { sign: false, encrypt: false, plainDrafts: false, delivered: [], told: null },

  read(win) {
    return { ...Wish.NOTHING, ...JSON.parse(win[Wish.KEY] ?? "{}") };
  },

  change(win, changes) {
    win[Wish.KEY] = JSON.stringify({ ...Wish.read(win), ...changes });
  },

  isSet(win) {
    const { sign, encrypt } = Wish.read(win);
    return sign || encrypt;
  },

  /**
   * Whether a draft is saved as it is. Drafts are never signed: who reads one later must not take
   * it for what was sent. Whether they are encrypted is the identity's own setting.
   */
  leavesDraft(wish, identity) {
    const encrypts = wish.encrypt && identity.getBoolAttribute("autoEncryptDrafts");
    return !encrypts || wish.plainDrafts;
  },

  /** The open compose windows. */
  windows() {
    return [...Services.wm.getEnumerator("msgcompose")];
  },

  /** The compose window that these nsIMsgCompFields belong to, or undefined. */
  windowOf(fields) {
    return Wish.windows().find((win) => win.gMsgCompose?.compFields === fields);
  },
};
