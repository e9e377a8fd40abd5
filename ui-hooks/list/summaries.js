// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global Ci, MailServices, Panes, Services */

/** The list of a window shows nothing, or a folder with its summary and its view. */
function isReady({ gFolder, gViewWrapper }) {
  try {
    return (!gFolder || !!gFolder.msgDatabase) && (!gViewWrapper || !!gViewWrapper.dbView);
  } catch {
    return false;
  }
}

/**
 * Waits until every folder that a list shows has its summary file: Thunderbird looks into it when a
 * column is added, and does not bear that there is none yet, or that the folder is being opened.
 */
var Summaries = class {
  #done = null;

  /** @param {() => void} done called once, at once where none is missing */
  wait(done) {
    this.#done = done;
    MailServices.mailSession.AddFolderListener(this, Ci.nsIFolderListener.event);
    this.#look();
  }

  stop() {
    if (this.#done) {
      this.#done = null;
      MailServices.mailSession.RemoveFolderListener(this);
    }
  }

  onFolderEvent(_folder, event) {
    if (event === "FolderLoaded") {
      // the view is made after this
      Services.tm.dispatchToMainThread(() => this.#look());
    }
  }

  #look() {
    const done = this.#done;
    if (done && [...Panes.windows()].every(isReady)) {
      this.stop();
      done();
    }
  }
};
