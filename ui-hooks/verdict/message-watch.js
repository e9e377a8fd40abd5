// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global MessageBars, MessageFields, MessageHeader, Patches, Receipts, SecurityPanel */
/* global findCms, hookMessageWindow, isUrlOf, stampOf */

/** One window that shows messages, one after the other, and the verdict on that of now. */
var MessageWatch = class {
  #owner;
  #win;
  #patches = new Patches();
  uri = null;
  /** Tells a message from another that gets its URI. */ #stamp = null;
  /** There is S/MIME in it. */ #found = false;
  /** … that counts: not an attachment alone. */ #checking = false;
  #announced = false;
  #view = null;

  /** @param {object} owner isHeard(), emit(), shown(), hidden(), texts(), gone() */
  constructor(win, owner) {
    this.#win = win;
    this.#owner = owner;
    this.header = new MessageHeader(win);
    this.panel = new SecurityPanel(win, () => ({ view: this.#view, texts: owner.texts() }));
    this.bars = new MessageBars(win, {
      button: (bar, button) => owner.emit("onBarButton", this.uri, bar, button),
      cancel: () => owner.emit("onCancelled", this.uri),
    });
    this.receipts = new Receipts(() => this.isOurs && this.#checking);
    this.fields = new MessageFields(win, this.#patches);
    hookMessageWindow(win, this, this.#patches);
  }

  stop() {
    this.#leave();
    this.#patches.undo();
    this.#owner.gone();
  }

  isShowing(uri) {
    return uri !== null && uri === this.uri && uri === this.#win.gMessageURI;
  }

  get isSmime() {
    return this.#found && this.isShowing(this.uri);
  }

  /** Our verdict is shown, or will be. */
  get isOurs() {
    return this.isSmime && this.#owner.isHeard();
  }

  /** A message begins to load: another one, or the same again. */
  begin() {
    // Stock never does; after one triple-wrapped message it shows no S/MIME any more.
    this.#win.gIgnoreStatusFromMimePart = null;
    const stamp = stampOf(this.#win);
    if (this.#win.gMessageURI !== this.uri || stamp !== this.#stamp) {
      this.#leave();
      this.uri = this.#win.gMessageURI;
      this.#stamp = stamp;
    }
    this.#announced = false;
    if (this.#found) {
      this.#find(this.#checking);
      this.bars.restore();
    }
  }

  /** … was there already when the add-on started. */
  beginLate() {
    if (!this.#win.gMessageURI) {
      return;
    }
    this.begin();
    this.loaded();
    if (!this.#found && this.#win.msgLoaded && findCms(this.#win) === "unknown") {
      this.#win.ReloadMessage();
    }
  }

  /** The whole message has been through the parser. */
  loaded() {
    const where = !this.#found && this.isShowing(this.uri) && findCms(this.#win);
    if (where === "top" || where === "attached") {
      this.#find(where === "top");
    }
  }

  /** Thunderbird has met S/MIME in the message of a URL. */
  sinkCalled(url) {
    if (this.isShowing(this.uri) && isUrlOf(this.uri, url)) {
      this.#find(true);
    }
  }

  #find(checking) {
    this.#found = true;
    this.#checking = checking;
    this.announce();
    this.paint();
  }

  announce() {
    if (!this.#announced && this.isOurs) {
      this.#announced = true;
      this.#owner.shown(this);
    }
  }

  /** @param {object | null} view null: not known (any more) */
  show(view) {
    this.#found = true;
    this.#view = view;
    this.paint();
    this.fields.show(view?.fields ?? []);
    this.panel.refresh();
    this.receipts.decide(view?.mayAskForReceipt ?? null);
  }

  paint() {
    if (!this.isOurs) {
      return;
    }
    if (this.#view) {
      this.header.paint(this.#view);
    } else if (this.#checking) {
      this.header.paintChecking(this.#owner.texts().checking);
    }
  }

  leaveIfOther() {
    if (this.uri !== this.#win.gMessageURI) {
      this.#leave();
    }
  }

  #leave() {
    const uri = this.#found ? this.uri : null;
    this.uri = this.#stamp = this.#view = null;
    this.#found = this.#checking = false;
    this.receipts.forget();
    this.bars.clear();
    this.fields.forget();
    this.header.reset();
    this.panel.clear();
    if (uri !== null) {
      this.#owner.hidden(uri);
    }
  }
};
