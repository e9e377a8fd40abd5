// SPDX-License-Identifier: MPL-2.0
"use strict";

/* global ExtensionAPI, ExtensionUtils, Services */

// A namespace without state or patches: there is nothing to undo. All shims share one scope, so
// what this one has of its own is in its parts.

this.daneKeys = class extends ExtensionAPI {
  #load() {
    const parts = {};
    for (const name of ["certificates", "prompt", "surroundings"]) {
      Services.scriptloader.loadSubScriptWithOptions(
        this.extension.rootURI.resolve(`ui-hooks/keys/${name}.js`),
        { target: parts, ignoreCache: true, allowUnsafeURL: true },
      );
    }
    return parts;
  }

  getAPI({ extension }) {
    const parts = this.#load();
    const features = () => ({
      prompt: parts.canAsk(),
      ownKeys: parts.canExport(),
      environment: parts.knowsFolders(),
    });
    const demand = (feature) => {
      if (!features()[feature]) {
        const { ExtensionError } = ExtensionUtils;
        throw new ExtensionError(`this Thunderbird lacks what "${feature}" needs`);
      }
    };
    return {
      daneKeys: {
        features: async () => features(),
        async promptPassword(title, text) {
          demand("prompt");
          return parts.askPassword(title, text);
        },
        async listOwn() {
          demand("ownKeys");
          return parts.listOwn();
        },
        async exportOwn(id, password) {
          demand("ownKeys");
          return parts.exportOwn(id, password);
        },
        async environment() {
          demand("environment");
          const { version } = Services.appinfo;
          const manifestFolders = parts.manifestFolders();
          return { sandbox: parts.findSandbox(), manifestFolders, version };
        },
        async inspectManifests(application, others) {
          demand("environment");
          return parts.inspectManifests(application, others, extension.id);
        },
      },
    };
  }
};
