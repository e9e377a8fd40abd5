// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ChromeUtils, ExtensionCommon, ExtensionUtils, Services */
/* exported daneOutgoing */

var OUTGOING_MODULES = [
  "resource://gre/modules/Timer.sys.mjs",
  "resource:///modules/MailServices.sys.mjs",
  "resource:///modules/MailUtils.sys.mjs",
  "resource:///modules/MessageSend.sys.mjs",
  "resource:///modules/MimeMessage.sys.mjs",
  "resource:///modules/MimeMessageUtils.sys.mjs",
];

var OUTGOING_PARTS = [
  "wish",
  "files",
  "bar",
  "patches",
  "guard",
  "jobs",
  "bcc-copy",
  "bcc",
  "outbox",
  "message-file",
  "outgoing",
];

var daneOutgoing = class extends ExtensionCommon.ExtensionAPIPersistent {
  /** The names of the parts: the shims of one add-on share a global. */
  #scope = {};
  #outgoing = null;

  PERSISTENT_EVENTS = {
    onMessageFile: ({ fire }) => {
      const listener = async (job) => {
        await fire.wakeup?.();
        return fire.async(job);
      };
      this.#outgoing.listener = listener;
      return {
        unregister: () => {
          if (this.#outgoing.listener === listener) {
            this.#outgoing.listener = null;
          }
        },
        convert: (newFire) => {
          fire = newFire;
        },
      };
    },

    onBarButton: ({ fire }) => this.#tell("onBarButton", fire),
    onBeforeSave: ({ fire }) => this.#tell("onBeforeSave", fire),
  };

  /** An event of a window, by the name that #outgoing has for it. */
  #tell(name, fire) {
    const listener = async (win, ...values) => {
      await fire.wakeup?.();
      return fire.async(this.extension.tabManager.getWrapper(win).id, ...values);
    };
    this.#outgoing[name] = listener;
    return {
      unregister: () => {
        if (this.#outgoing[name] === listener) {
          this.#outgoing[name] = null;
        }
      },
      convert: (newFire) => {
        fire = newFire;
      },
    };
  }

  constructor(extension) {
    super(extension);
    for (const url of OUTGOING_MODULES) {
      Object.assign(this.#scope, ChromeUtils.importESModule(url));
    }
    for (const part of OUTGOING_PARTS) {
      const url = extension.rootURI.resolve(`ui-hooks/outgoing/${part}.js`);
      Services.scriptloader.loadSubScriptWithOptions(url, {
        target: this.#scope,
        ignoreCache: true,
        allowUnsafeURL: true,
      });
    }
    this.#outgoing = new this.#scope.Outgoing(extension);
  }

  /** Loaded at startup, so that windows of an older version are taken over at once. */
  onStartup() {}

  onShutdown(isAppShutdown) {
    if (!isAppShutdown) {
      this.#outgoing?.close();
    }
  }

  getAPI(context) {
    const { tabManager } = context.extension;
    const { Wish } = this.#scope;
    const windowOf = (tabId) => {
      const win = tabManager.get(tabId).nativeTab;
      if (!Wish.windows().includes(win)) {
        throw new ExtensionUtils.ExtensionError(`tab ${tabId} is no compose window`);
      }
      return win;
    };
    const event = (name) =>
      new ExtensionCommon.EventManager({
        context,
        module: "daneOutgoing",
        event: name,
        extensionApi: this,
      }).api();
    return {
      daneOutgoing: {
        features: async () => this.#outgoing.features(),
        setProtection: async (tabId, protection) =>
          this.#outgoing.setProtection(windowOf(tabId), protection),
        getProtection: async (tabId) => {
          const { sign, encrypt } = Wish.read(windowOf(tabId));
          return { sign, encrypt };
        },
        setTexts: async (texts) => {
          this.#outgoing.texts = texts;
        },
        readFile: (job, offset, length) => this.#outgoing.jobs.read(job, offset, length),
        writeFile: (job, index, data, first) => this.#outgoing.jobs.write(job, index, data, first),
        onMessageFile: event("onMessageFile"),
        onBeforeSave: event("onBeforeSave"),
        onBarButton: event("onBarButton"),
      },
    };
  }
};
