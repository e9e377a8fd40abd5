// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ExtensionCommon */

var daneKeys = class extends ExtensionCommon.ExtensionAPI {
  getAPI() {
    return {
      daneKeys: {
        async features() {
          return {};
        },
      },
    };
  }
};
