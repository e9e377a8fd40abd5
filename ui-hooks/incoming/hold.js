// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ChromeUtils, Ci, MessageWindows */

var { setTimeout: startTimer, clearTimeout: stopTimer } = ChromeUtils.importESModule(
  "resource://gre/modules/Timer.sys.mjs",
);

/** The page that stands in for a message that takes longer is not seen before. */
const HOLD_MS = 250;

/** Messages whose contents are about to come. libmime can't wait for them, but who feeds it can. */
var Holds = class {
  /** By URI. @type {Map<string, Promise<any>>} */ #coming = new Map();

  /** @param {Promise<any>} content fulfilled or rejected when there is nothing to wait for */
  async expect(uri, content) {
    this.#coming.set(uri, content);
    try {
      await content;
    } finally {
      if (this.#coming.get(uri) === content) {
        this.#coming.delete(uri);
      }
    }
  }

  /** Has the rest of the message that a window loads come a moment later, if that saves a load. */
  hold(proxy) {
    if (this.#coming.size === 0 || !proxy.mailChannel?.smimeSink) {
      return;
    }
    const uri = MessageWindows.uriOf(proxy.messageURI, "", []);
    const content = this.#coming.get(uri);
    if (content) {
      this.#suspend(proxy.mailChannel, content);
    }
  }

  #suspend(channel, content) {
    if (!(channel instanceof Ci.nsIRequest)) {
      return;
    }
    try {
      channel.suspend();
    } catch {
      return; // one that can't: the message is loaded again when the content comes
    }
    let isHeld = true;
    const resume = () => {
      stopTimer(timer);
      if (isHeld) {
        isHeld = false;
        channel.resume();
      }
    };
    const timer = startTimer(resume, HOLD_MS);
    content.then(resume, resume);
  }
};
