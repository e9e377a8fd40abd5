// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global setTimeout */
/* exported Wish */

/*
 * What a compose window wants. It is kept on the window itself, as text: so it outlives the add-on
 * that set it, and is there for the next version of it.
 */
var Wish = {
  KEY: "daneSmimeWish",

  /**
   * sign, encrypt: of the message. encryptDrafts: encryption may come on, though it is off yet.
   * declined: what the user has switched off. isDecided: the add-on has said all this.
   * plainDrafts: the user allowed drafts that are not encrypted. delivered: blind recipients that
   * have their copy already. told: the bar that auto-save showed.
   */
  NOTHING: {
    sign: false,
    encrypt: false,
    encryptDrafts: false,
    declined: [],
    isDecided: false,
    plainDrafts: false,
    delivered: [],
    told: null,
  },

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

  /** Drafts of the window are not Thunderbird's alone. */
  concernsDrafts(win) {
    const { encryptDrafts, declined } = Wish.read(win);
    return Wish.isSet(win) || encryptDrafts || declined.length > 0;
  },

  /** Has the add-on look at what a window wants now; gives whether it has ever said. */
  async decide(win, ask) {
    const late = new Promise((_resolve, reject) => {
      setTimeout(() => reject(new Error("nobody says what is to be saved")), DECISION_MS);
    });
    await Promise.race([ask(win), late]).catch(console.error);
    return Wish.read(win).isDecided;
  },

  /**
   * Whether a draft is saved as it is. Drafts are never signed: who reads one later must not take
   * it for what was sent. Whether they are encrypted is the identity's own setting.
   */
  leavesDraft(wish, identity) {
    const wanted = wish.encrypt || wish.encryptDrafts;
    const encrypts = wanted && identity.getBoolAttribute("autoEncryptDrafts");
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

/** As long as a look into a slow key store or an original on a slow server may take. */
var DECISION_MS = 20000;
