// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ExtensionCommon */

var daneOutgoing = class extends ExtensionCommon.ExtensionAPI {
  onStartup() {}

  getAPI() {
    return {
      daneOutgoing: {
        async features() {
          return {};
        },
      },
    };
  }
};
