// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ExtensionCommon, ExtensionUtils, Services */

const INCOMING_PARTS = [
  "shared/patches",
  "incoming/listener",
  "incoming/octets",
  "incoming/page",
  "incoming/windows",
  "incoming/contents",
  "incoming/desk",
  "incoming/part",
  "incoming/handler",
  "incoming/facts",
  "incoming/source",
  "incoming/composing",
  "incoming/exporting",
  "incoming/hold",
  "incoming/early",
  "verdict/printed-fields",
];

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
  #shim = null;

  PERSISTENT_EVENTS = {
    onPart: ({ fire }) => {
      this.#start();
      return this.#shim.listener.listen(fire);
    },

    onPrinting: ({ fire }) => {
      this.#start();
      return this.#shim.printing.listen(fire);
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
    for (const part of INCOMING_PARTS) {
      Services.scriptloader.loadSubScriptWithOptions(
        this.extension.rootURI.resolve(`ui-hooks/${part}.js`),
        { target, ignoreCache: true, allowUnsafeURL: true },
      );
    }
    const listener = new target.PartListener();
    const desk = new target.PartDesk((part) => listener.ask(part));
    const handler = new target.ContentHandler(desk);
    const source = new target.MessageSource();
    const composing = new target.Composing(this.extension.id, { desk, handler, source });
    const printing = new target.PartListener();
    const exporting = new target.Exporting(this.extension.id, {
      ensure: (uri) => composing.ensure(uri),
      fieldsOf: (uri) => printing.ask(uri),
    });
    const early = new target.EarlyReading(this.extension.id, desk);
    const handles = target.ContentHandler.works;
    const made = { listener, desk, handler, source, composing, exporting, printing, early };
    this.#shim = { ...target, ...made, handles };
    if (handles) {
      handler.start();
      composing.start();
      exporting.start();
      early.start();
      target.MessageWindows.reloadCms();
    }
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
        context,
        module: "daneIncoming",
        event: name,
        extensionApi: this,
      }).api();
    return {
      daneIncoming: {
        features: async () => ({
          decrypt: handles,
          edit: handles && composing.works,
          export: handles && exporting.works,
        }),
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
        forget: async (uri) => {
          early.forget(uri);
          desk.forget(uri);
        },
        onPart: event("onPart"),
        onPrinting: event("onPrinting"),
        onOpening: event("onOpening"),
      },
    };
  }
};
