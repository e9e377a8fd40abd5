// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ExtensionCommon */

var daneIncoming = class extends ExtensionCommon.ExtensionAPI {
  onStartup() {}

  getAPI() {
    return {
      daneIncoming: {
        async features() {
          return {};
        },
      },
    };
  }
};
