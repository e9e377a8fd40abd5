// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ExtensionCommon */

var daneList = class extends ExtensionCommon.ExtensionAPI {
  onStartup() {}

  getAPI() {
    return {
      daneList: {
        async features() {
          return {};
        },
      },
    };
  }
};
