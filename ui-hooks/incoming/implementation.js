// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ChromeUtils, ExtensionCommon, ExtensionUtils, Services */

var { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
const INCOMING_PARTS = [
  "octets", "page", "windows", "contents", "desk", "part", "handler", "facts", "source",
  "composing", "exporting", "hold", "early",
].map((name) => `incoming/${name}`);
/** For an add-on whose background does not even start. */
const LISTENER_SECONDS = 20;

/** Lets the reason reach the add-on. */
async function told(promise) {
  try {
    return await promise;
  } catch (error) {
    throw new ExtensionUtils.ExtensionError(error.message);
  }
}

/** Shows what CMS parts hold: libmime asks here, the add-on's background knows. */
var daneIncoming = class extends ExtensionCommon.ExtensionAPIPersistent {
  /** The listener that is there or asleep. */ #listener = null;
  #listening = Promise.withResolvers();
  #shim = null;

  PERSISTENT_EVENTS = {
    onPart: ({ fire }) => {
      const listener = { fire };
      this.#listener = listener;
      this.#listening.resolve();
      return {
        unregister: () => {
          if (this.#listener === listener) {
            this.#listener = null;
            this.#listening = Promise.withResolvers();
          }
        },
        convert(newFire) {
          listener.fire = newFire;
        },
      };
    },

    onOpening: ({ fire }) => {
      this.#start();
      return this.#shim.early.listen(fire);
    },
  };

  onStartup() {
    this.#start();
  }

  onShutdown(isAppShutdown) {
    const shim = this.#shim;
    this.#shim = null;
    shim?.source.removeAll();
    if (!shim || isAppShutdown) {
      return;
    }
    shim.composing.stop();
    shim.exporting.stop();
    shim.early.stop();
    if (shim.handles) {
      shim.handler.stop();
      shim.MessageWindows.reloadCms();
    }
  }

  #start() {
    if (this.#shim) {
      return;
    }
    const target = {};
    for (const part of ["shared/patches", ...INCOMING_PARTS]) {
      Services.scriptloader.loadSubScriptWithOptions(
        this.extension.rootURI.resolve(`ui-hooks/${part}.js`),
        { target, ignoreCache: true, allowUnsafeURL: true },
      );
    }
    const desk = new target.PartDesk((part) => this.#ask(part));
    const handler = new target.ContentHandler(desk);
    const source = new target.MessageSource();
    const composing = new target.Composing(this.extension.id, { desk, handler, source });
    const exporting = new target.Exporting(this.extension.id, (uri) => composing.ensure(uri));
    const early = new target.EarlyReading(this.extension.id, desk);
    const handles = target.ContentHandler.works;
    this.#shim = { ...target, desk, handler, source, composing, exporting, early, handles };
    if (handles) {
      handler.start();
      composing.start();
      exporting.start();
      early.start();
      target.MessageWindows.reloadCms();
    }
  }

  async #ask(part) {
    if (!this.#listener) {
      const late = new Promise((resolve) => setTimeout(resolve, LISTENER_SECONDS * 1000));
      await Promise.race([this.#listening.promise, late]);
    }
    const listener = this.#listener;
    if (!listener) {
      throw new Error("nobody listens");
    }
    await listener.fire.wakeup?.();
    await listener.fire.async(part);
  }

  getAPI(context) {
    this.#start();
    const { desk, source, composing, exporting, early, handles } = this.#shim;
    const { MessageFacts, Octets } = this.#shim;
    // Never asks for Thunderbird's primary password.
    const openWithOwnKeys = (der) =>
      Services.logins.isLoggedIn ? Octets.openWithNss(Octets.fromBuffer(der)) : null;
    const event = (name) =>
      new ExtensionCommon.EventManager({
        context, module: "daneIncoming", event: name, extensionApi: this,
      }).api();
    const edit = handles && composing.works;
    return {
      daneIncoming: {
        features: async () => ({ decrypt: handles, edit, export: handles && exporting.works }),
        setTexts: async (texts) => {
          desk.texts = texts;
        },
        getSource: (uri) => told(source.read(uri)),
        saveSource: (uri) => told(source.save(uri)),
        removeSource: (file) => source.remove(file),
        describe: (uri) => told(MessageFacts.describe(uri)),
        openWithOwnKeys: async (der) => openWithOwnKeys(der)?.buffer ?? null,
        provide: async (key, content) => desk.provide(key, content),
        offer: async (uri, content) => desk.offer(uri, content),
        forget: async (uri) => (early.forget(uri), desk.forget(uri)),
        onPart: event("onPart"),
        onOpening: event("onOpening"),
      },
    };
  }
};
