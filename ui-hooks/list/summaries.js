// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global Ci, MailServices, Panes */

function hasSummary(folder) {
  try {
    return !folder || !!folder.msgDatabase;
  } catch {
    return false;
  }
}

/**
 * Waits until every folder that a list shows has its summary file: Thunderbird looks into it when a
 * column is added, and does not bear that there is none yet.
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
      this.#look();
    }
  }

  #look() {
    const done = this.#done;
    if (done && [...Panes.windows()].every((window) => hasSummary(window.gFolder))) {
      this.stop();
      done();
    }
  }
};
