// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ExtensionCommon */

var daneCompose = class extends ExtensionCommon.ExtensionAPI {
  onStartup() {}

  getAPI() {
    return {
      daneCompose: {
        async features() {
          return {};
        },
      },
    };
  }
};
