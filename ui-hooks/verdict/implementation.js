// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ExtensionCommon */

var daneVerdict = class extends ExtensionCommon.ExtensionAPI {
  onStartup() {}

  getAPI() {
    return {
      daneVerdict: {
        async features() {
          return {};
        },
      },
    };
  }
};
