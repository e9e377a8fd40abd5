// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global Cc, Ci, ExtensionCommon, ExtensionUtils, Services */

const LIST_PARTS = [
  "shared/patches",
  "list/structure",
  "list/declared",
  "list/sources",
  "list/mark-property",
  "list/subjects",
  "list/resolver",
  "list/column",
  "list/draw-mark",
  "list/pane",
  "list/panes",
  "list/summaries",
];
const LIST_CHROME = [
  ["content", "dane-smime-icons", "icons/"],
  ["content", "dane-smime-list", "ui-hooks/list/"],
];
/** What start() was called with: after a restart the event page sleeps until something happens. */
const LIST_TEXTS = "extensions.dane-smime.list.texts";

/** The marks of S/MIME messages in the message list. */
var daneList = class extends ExtensionCommon.ExtensionAPI {
  #parts = null;
  #chrome = null;
  #resolver = null;
  #column = null;
  #panes = null;
  #summaries = null;
  /** What start() was called with, as JSON. */ #texts = null;

  onStartup() {
    const kept = Services.prefs.getStringPref(LIST_TEXTS, "");
    if (kept && this.#load().MarkColumn.isOffered) {
      this.#start(JSON.parse(kept));
    }
  }

  static onUninstall() {
    Services.prefs.clearUserPref(LIST_TEXTS);
  }

  onShutdown(isAppShutdown) {
    if (!isAppShutdown) {
      this.#stop();
    }
  }

  #load() {
    if (this.#parts) {
      return this.#parts;
    }
    const target = {};
    for (const part of LIST_PARTS) {
      Services.scriptloader.loadSubScriptWithOptions(
        this.extension.rootURI.resolve(`ui-hooks/${part}.js`),
        { target, ignoreCache: true, allowUnsafeURL: true },
      );
    }
    this.#parts = target;
    return target;
  }

  /** Images of chrome: URLs alone take the colours of their surroundings. */
  #registerChrome() {
    const startup = Cc["@mozilla.org/addons/addon-manager-startup;1"];
    const manifest = Services.io.newURI("manifest.json", null, this.extension.rootURI);
    const registry = startup.getService(Ci.amIAddonManagerStartup);
    this.#chrome = registry.registerChrome(manifest, LIST_CHROME);
  }

  #start(texts) {
    const given = JSON.stringify(texts);
    if (this.#texts === given) {
      return;
    }
    this.#stop();
    const { MarkColumn, Panes, Resolver, Summaries } = this.#load();
    if (!MarkColumn.isOffered) {
      throw new ExtensionUtils.ExtensionError("this Thunderbird offers no columns to add-ons");
    }
    this.#registerChrome();
    this.#texts = given;
    Services.prefs.setStringPref(LIST_TEXTS, given);
    this.#resolver = new Resolver();
    this.#column = new MarkColumn(texts, this.#resolver);
    this.#panes = new Panes(this.#column);
    this.#panes.start();
    this.#summaries = new Summaries();
    this.#summaries.wait(() => {
      this.#column.add();
      this.#panes.redraw();
    });
  }

  #stop() {
    if (!this.#texts) {
      return;
    }
    this.#texts = null;
    this.#resolver.stop();
    this.#summaries.stop();
    const panes = this.#panes.stop();
    this.#column.remove();
    for (const pane of panes) {
      pane.redraw();
    }
    this.#chrome.destruct();
  }

  #features() {
    const { MarkColumn, Pane, Panes } = this.#load();
    const column = MarkColumn.isOffered;
    return { column, cards: column && [...Panes.windows()].some((one) => Pane.hasCards(one)) };
  }

  getAPI() {
    return {
      daneList: {
        features: async () => this.#features(),
        start: async (texts) => this.#start(texts),
        setMark: async (uri, mark) => {
          const header = this.#load().headerOf(uri);
          if (header) {
            this.#load().writeMark(header, mark);
          }
        },
        getMark: async (uri) => {
          const header = this.#load().headerOf(uri);
          return header && this.#load().readMark(header);
        },
        setSubject: async (uri, subject, messageId) => {
          const header = this.#load().headerOf(uri);
          if (header && (messageId === null || header.messageId === messageId)) {
            this.#load().keepSubject(header, subject);
          }
        },
        takeSubjects: async () => this.#load().takeSubjects(),
      },
    };
  }
};
