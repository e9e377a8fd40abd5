// SPDX-License-Identifier: MPL-2.0
"use strict";

/* exported disableBuiltIn, findFeatures, unlock */

/** Without a window, what can be told is that all was there when this was written. */
function findFeatures(window) {
  if (!window) {
    return { recipients: true, bars: true, progress: true, builtIn: true };
  }
  const has = (id) => !!window.document.getElementById(id);
  return {
    recipients: has("toAddrContainer") && has("ccAddrContainer") && has("bccAddrContainer"),
    bars: typeof window.gComposeNotification?.appendNotification === "function",
    progress: has("statusText"),
    builtIn: "gSendEncrypted" in window && "gSendSigned" in window,
  };
}

/** As if the user had switched both off: Thunderbird then leaves them off. */
function disableBuiltIn(window) {
  if (!window.gSendEncrypted && !window.gSendSigned) {
    return;
  }
  window.gSendEncrypted = false;
  window.gSendSigned = false;
  window.gUserTouchedSendEncrypted = true;
  window.gUserTouchedSendSigned = true;
  window.updateEncryptionDependencies?.();
  window.checkEncryptionState?.("");
}

/**
 * Frees a window that waits for our answer before it sends: its answer will not come any more, and
 * Thunderbird would keep it locked.
 */
function unlock(window) {
  const works = window.gSendOperationInProgress || window.gSaveOperationInProgress;
  if (window.gWindowLocked && !works) {
    window.ToggleWindowLock?.(false);
  }
}
