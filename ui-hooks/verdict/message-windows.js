// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ChromeUtils, Services, MessageWatch, findFeatures */

var { ExtensionSupport } = ChromeUtils.importESModule(
  "resource:///modules/ExtensionSupport.sys.mjs",
);

const TOP_WINDOWS = [
  "chrome://messenger/content/messenger.xhtml",
  "chrome://messenger/content/messageWindow.xhtml",
];
const VERDICT_FEATURES = { header: true, panel: true, bars: true, parts: true, fields: true };
const MESSAGE_EVENTS = ["MsgLoading", "MsgLoaded"];

/** The windows below `win` that show a message (about:message): panes, tabs, message windows. */
function* messageWindowsIn(win) {
  if (win.location?.href.startsWith("about:message")) {
    yield win;
  }
  for (const browser of win.document?.querySelectorAll("browser") ?? []) {
    const inner = browser.contentWindow;
    if (inner?.document?.nodePrincipal?.isSystemPrincipal) {
      yield* messageWindowsIn(inner);
    }
  }
}

/** All windows that show messages, and who watches them. */
var MessageWindows = class {
  #extension;
  #events;
  #listenerId;
  #texts = { checking: "S/MIME", details: "S/MIME", copy: "", copied: "" };
  /** @type {Map<Window, MessageWatch>} */ #watches = new Map();
  /** What was found in the window seen last. */ #features = null;

  constructor(extension, events) {
    this.#extension = extension;
    this.#events = events;
    this.#listenerId = `${extension.id}.verdict`;
  }

  start() {
    ExtensionSupport.registerWindowListener(this.#listenerId, {
      chromeURLs: TOP_WINDOWS,
      onLoadWindow: (top) => {
        for (const name of MESSAGE_EVENTS) {
          top.addEventListener(name, this.#onMessage);
        }
        for (const win of messageWindowsIn(top)) {
          this.#watch(win)?.beginLate();
        }
      },
    });
  }

  stop() {
    ExtensionSupport.unregisterWindowListener(this.#listenerId);
    for (const top of Services.wm.getEnumerator(null)) {
      for (const name of MESSAGE_EVENTS) {
        top.removeEventListener(name, this.#onMessage);
      }
    }
    for (const [win, watch] of [...this.#watches]) {
      const { isSmime } = watch;
      watch.stop();
      if (isSmime) {
        win.ReloadMessage();
      }
    }
  }

  #onMessage = (event) => {
    const watch = this.#watch(event.target.ownerGlobal ?? event.target);
    if (event.type === "MsgLoading") {
      watch?.begin();
    } else {
      watch?.loaded();
    }
  };

  #watch(win) {
    if (!win.location?.href.startsWith("about:message")) {
      return null;
    }
    let watch = this.#watches.get(win);
    if (!watch) {
      watch = new MessageWatch(win, {
        ...this.#events,
        texts: () => this.#texts,
        shown: (one) => this.#events.emit("onShown", this.#describe(win, one.uri)),
        hidden: (uri) => this.#hidden(uri),
        gone: () => this.#watches.delete(win),
      });
      this.#watches.set(win, watch);
      this.#features = findFeatures(win, watch);
    }
    return watch;
  }

  #describe(win, uri) {
    let tabId = null;
    try {
      tabId = this.#extension.tabManager.getWrapper(win.tabOrWindow).id;
    } catch {
      // a window that Thunderbird does not count as a tab
    }
    const fromList = "list-id" in (win.currentHeaderData ?? {});
    return { uri, tabId, inFolder: Boolean(win.gMessage?.folder), fromList };
  }

  #hidden(uri) {
    if (![...this.#watches.values()].some((watch) => watch.isShowing(uri))) {
      this.#events.emit("onHidden", uri);
    }
  }

  /** Tells of messages that were shown when nobody listened. */
  announce() {
    for (const watch of this.#watches.values()) {
      watch.announce();
      watch.paint();
    }
  }

  /** `act` with each window that shows a message now; null: with all that show S/MIME. */
  forUri(uri, act) {
    for (const watch of this.#watches.values()) {
      if (uri === null ? watch.isSmime : watch.isShowing(uri)) {
        act(watch);
      }
    }
  }

  list() {
    return [...this.#watches]
      .filter(([, watch]) => watch.isSmime)
      .map(([win, watch]) => this.#describe(win, watch.uri));
  }

  setTexts(texts) {
    this.#texts = texts;
    this.forUri(null, (watch) => watch.paint());
  }

  features() {
    return this.#features ?? VERDICT_FEATURES;
  }
};
