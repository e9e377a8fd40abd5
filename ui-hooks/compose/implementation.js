// SPDX-License-Identifier: MPL-2.0
"use strict";

/* global ExtensionCommon, Services, ChromeUtils */

var ExtensionSupport = ChromeUtils.importESModule(
  "resource:///modules/ExtensionSupport.sys.mjs",
).ExtensionSupport;

/** Compose windows: who is written to, and how the window tells of it. */
var daneCompose = class extends ExtensionCommon.ExtensionAPIPersistent {
  /** Compose windows that are ready, and what undoes our doing there. */
  #windows = new Map();
  #parts = {};
  #sheet = "";
  #listenerId = "dane-smime-compose";

  PERSISTENT_EVENTS = {
    onOpened: (registration) => this.#forward("opened", registration),
    onChanged: (registration) => this.#forward("changed", registration),
    onClosed: (registration) => this.#forward("closed", registration),
    onBarButton: (registration) => this.#forward("bar-button", registration),
    onCancelled: (registration) => this.#forward("cancelled", registration),
  };

  onStartup() {
    for (const name of ["describe", "saved", "quoted", "fields", "pills", "bars", "built-in"]) {
      const url = this.extension.rootURI.resolve(`ui-hooks/compose/${name}.js`);
      Services.scriptloader.loadSubScriptWithOptions(url, {
        target: this.#parts,
        ignoreCache: true,
        allowUnsafeURL: true,
      });
    }
    this.#sheet = this.extension.rootURI.resolve("ui-hooks/compose/compose.css");
    ExtensionSupport.registerWindowListener(this.#listenerId, {
      chromeURLs: ["chrome://messenger/content/messengercompose/messengercompose.xhtml"],
      onLoadWindow: (window) => this.#wait(window),
      onUnloadWindow: (window) => this.#leave(window),
    });
  }

  onShutdown(isAppShutdown) {
    ExtensionSupport.unregisterWindowListener(this.#listenerId);
    if (!isAppShutdown) {
      for (const [window, undo] of this.#windows) {
        undo();
        this.#parts.unlock(window);
      }
    }
    this.#windows.clear();
  }

  #forward(event, { fire }) {
    const listener = async (_event, ...values) => {
      await fire.wakeup?.();
      await fire.async(...values);
    };
    this.on(event, listener);
    return {
      unregister: () => this.off(event, listener),
      convert(newFire) {
        fire = newFire;
      },
    };
  }

  #wait(window) {
    if (window.composeEditorReady) {
      return this.#enter(window);
    }
    const enter = () => this.#enter(window);
    return window.addEventListener("compose-editor-ready", enter, { once: true });
  }

  #enter(window) {
    const { windowUtils } = window;
    windowUtils.loadSheetUsingURIString(this.#sheet, windowUtils.AUTHOR_SHEET);
    const unobserve = this.#parts.observe(window, () => this.#tell("changed", window));
    this.#windows.set(window, () => {
      unobserve();
      this.#parts.clearPills(window);
      this.#parts.clearBars(window);
      windowUtils.removeSheetUsingURIString(this.#sheet, windowUtils.AUTHOR_SHEET);
    });
    this.#tell("opened", window);
  }

  #leave(window) {
    if (this.#windows.delete(window)) {
      this.emit("closed", this.#idOf(window));
    }
  }

  async #tell(event, window) {
    const description = await this.#describe(window);
    if (this.#windows.has(window)) {
      this.emit(event, description);
    }
  }

  #idOf(window) {
    return this.extension.tabManager.getWrapper(window).id;
  }

  async #describe(window) {
    return { tabId: this.#idOf(window), ...(await this.#parts.describe(window)) };
  }

  #windowOf(tabId) {
    const window = this.extension.tabManager.get(tabId).nativeTab;
    if (!this.#windows.has(window)) {
      throw new this.#parts.ExtensionError(`tab ${tabId} is no compose window that is ready`);
    }
    return window;
  }

  getAPI(context) {
    const parts = this.#parts;
    const windowOf = (tabId) => this.#windowOf(tabId);
    const common = { context, module: "daneCompose", extensionApi: this };
    const events = Object.fromEntries(
      Object.keys(this.PERSISTENT_EVENTS).map((event) => [
        event,
        new ExtensionCommon.EventManager({ ...common, event }).api(),
      ]),
    );
    return {
      daneCompose: {
        features: async () => parts.findFeatures([...this.#windows.keys()][0]),
        describe: (tabId) => this.#describe(windowOf(tabId)),
        list: () => Promise.all([...this.#windows.keys()].map((one) => this.#describe(one))),
        setPills: async (tabId, pills) => parts.setPills(windowOf(tabId), pills),
        setProgress: async (tabId, progress) =>
          parts.setProgress(windowOf(tabId), progress, () => this.emit("cancelled", tabId)),
        showBar: (tabId, bar) =>
          parts.showBar(windowOf(tabId), bar, (button) => {
            this.emit("bar-button", tabId, bar.id, button);
          }),
        hideBar: async (tabId, id) => parts.hideBar(windowOf(tabId), id),
        readFields: (uri) => parts.readFields(uri),
        decodeFields: async (fields) => parts.decodeFields(fields),
        setFields: async (tabId, fields) => parts.setFields(windowOf(tabId), fields),
        removeRecipient: async (tabId, one) => parts.removeRecipient(windowOf(tabId), one),
        disableBuiltIn: async (tabId) => parts.disableBuiltIn(windowOf(tabId)),
        ...events,
      },
    };
  }
};
