// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global Cc, Ci, ExtensionCommon, Services */

const VERDICT_PARTS = [
  "shared/patches",
  "verdict/message-header",
  "verdict/security-panel",
  "verdict/message-bars",
  "verdict/field-marks",
  "verdict/printed-fields",
  "verdict/message-fields",
  "verdict/receipts",
  "verdict/message-hooks",
  "verdict/message-watch",
  "verdict/message-windows",
];
const VERDICT_CHROME = [
  ["content", "dane-smime-header", "icons/"],
  ["content", "dane-smime-verdict", "ui-hooks/verdict/"],
];
const VERDICT_EVENTS = ["onShown", "onHidden", "onBarButton", "onCancelled"];

/** The verdict of S/MIME messages in Thunderbird's own header widgets. */
var daneVerdict = class extends ExtensionCommon.ExtensionAPIPersistent {
  /** By event: the listeners that are there, or asleep. */
  #listeners = new Map(VERDICT_EVENTS.map((name) => [name, new Set()]));
  #windows = null;
  /** Icons and styles of chrome: URLs alone give and take colours. */ #chrome = null;

  PERSISTENT_EVENTS = Object.fromEntries(
    VERDICT_EVENTS.map((name) => [name, ({ fire }) => this.#listen(name, fire)]),
  );

  onStartup() {
    this.#start();
  }

  onShutdown(isAppShutdown) {
    if (!isAppShutdown) {
      this.#windows?.stop();
    }
    this.#windows = null;
    this.#chrome?.destruct();
    this.#chrome = null;
  }

  #start() {
    if (this.#windows) {
      return;
    }
    const target = {};
    for (const part of VERDICT_PARTS) {
      Services.scriptloader.loadSubScriptWithOptions(
        this.extension.rootURI.resolve(`ui-hooks/${part}.js`),
        { target, ignoreCache: true, allowUnsafeURL: true },
      );
    }
    const manifest = Services.io.newURI("manifest.json", null, this.extension.rootURI);
    this.#chrome = Cc["@mozilla.org/addons/addon-manager-startup;1"]
      .getService(Ci.amIAddonManagerStartup)
      .registerChrome(manifest, VERDICT_CHROME);
    this.#windows = new target.MessageWindows(this.extension, {
      isHeard: () => this.#listeners.get("onShown").size > 0,
      emit: (name, ...values) => this.#emit(name, values),
    });
    this.#windows.start();
  }

  #listen(name, fire) {
    const listener = { fire };
    this.#listeners.get(name).add(listener);
    if (name === "onShown") {
      this.#windows?.announce();
    }
    return {
      unregister: () => this.#listeners.get(name).delete(listener),
      convert(newFire) {
        listener.fire = newFire;
      },
    };
  }

  async #emit(name, values) {
    for (const listener of this.#listeners.get(name)) {
      if (listener.fire.wakeup) {
        await listener.fire.wakeup();
      }
      listener.fire.async(...values);
    }
  }

  getAPI(context) {
    this.#start();
    const windows = this.#windows;
    const event = (name) =>
      new ExtensionCommon.EventManager({
        context,
        module: "daneVerdict",
        event: name,
        extensionApi: this,
      }).api();
    return {
      daneVerdict: {
        features: async () => windows.features(),
        setTexts: async (texts) => windows.setTexts(texts),
        show: async (uri, view) => windows.forUri(uri, (watch) => watch.show(view)),
        forget: async (uri) => windows.forUri(uri, (watch) => watch.show(null)),
        setProgress: async (uri, progress) =>
          windows.forUri(uri, (watch) => watch.bars.setProgress(progress)),
        showBar: async (uri, bar) => windows.forUri(uri, (watch) => watch.bars.show(bar)),
        hideBar: async (uri, id) => windows.forUri(uri, (watch) => watch.bars.hide(id)),
        list: async () => windows.list(),
        ...Object.fromEntries(VERDICT_EVENTS.map((name) => [name, event(name)])),
      },
    };
  }
};
