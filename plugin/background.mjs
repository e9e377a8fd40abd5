// SPDX-License-Identifier: MPL-2.0
// @ts-check
/* global messenger */

// Wires Thunderbird's events to the modules, and nothing else. Listeners are added before the first
// await: Thunderbird wakes the event page for them.
import { Bridge } from "./modules/bridge.mjs";
import { BridgeClient } from "./modules/bridge-client.mjs";
import { Dialogs } from "./modules/compose-dialogs.mjs";
import { hasEncryptedOriginal } from "./modules/compose-originals.mjs";
import { SendCheck } from "./modules/compose-send.mjs";
import { ComposeWindows } from "./modules/compose-windows.mjs";
import { OwnKeys } from "./modules/own-keys.mjs";
import { RecipientLookup } from "./modules/recipient-lookup.mjs";
import { Router } from "./modules/router.mjs";
import { SettingsStore } from "./modules/settings.mjs";
import { Words } from "./modules/words.mjs";

const words = new Words((name, values) => messenger.i18n.getMessage(name, values));
const settings = new SettingsStore(messenger.storage.local);
const client = new BridgeClient(() => messenger.runtime.connectNative("dane_smime"));
const bridge = new Bridge(client, settings, (again) =>
  messenger.daneKeys.promptPassword(
    words.text("unlockTitle"),
    words.text(again ? "unlockAgain" : "unlockText"),
  ),
);
const router = new Router();
messenger.runtime.onMessage.addListener(router.handle);

// ---- composing ----

const ownKeys = new OwnKeys(bridge);
const lookup = new RecipientLookup(bridge);
const dialogs = new Dialogs(messenger.windows, messenger.runtime.getURL);
const openOptions = () => messenger.runtime.openOptionsPage();
const composeWindows = new ComposeWindows({
  compose: messenger.daneCompose,
  outgoing: messenger.daneOutgoing,
  action: messenger.composeAction,
  storage: messenger.storage.session,
  settings,
  ownKeys,
  lookup,
  words,
  wasEncrypted: (window) =>
    hasEncryptedOriginal(window, {
      getMark: async (uri) => messenger.daneList.getMark(uri),
      read: async () => ({ verdict: null }),
    }),
  // Nobody answers where no popup is open.
  tellPopup: (tabId) =>
    messenger.runtime.sendMessage({ topic: "popup/changed", tabId }).catch(() => {}),
});
const sendCheck = new SendCheck({
  windows: composeWindows,
  compose: messenger.daneCompose,
  lookup,
  bridge,
  dialogs,
  words,
  openOptions,
});

messenger.daneCompose.onOpened.addListener((window) => composeWindows.changed(window));
messenger.daneCompose.onChanged.addListener((window) => composeWindows.changed(window));
messenger.daneCompose.onClosed.addListener((tabId) => composeWindows.closed(tabId));
messenger.daneCompose.onCancelled.addListener((tabId) => sendCheck.cancel(tabId));
messenger.compose.onBeforeSend.addListener((tab) => sendCheck.check(tab));
messenger.windows.onRemoved.addListener((windowId) => dialogs.removed(windowId));
messenger.windows.onFocusChanged.addListener((windowId) => dialogs.focused(windowId));
messenger.storage.onChanged.addListener((changes, area) => {
  if (area === "local" && changes.settings) {
    composeWindows.refresh();
  }
});
router.on("compose/view", ({ tabId }) => composeWindows.view(tabId));
router.on("compose/choose", ({ tabId, what, on }) => composeWindows.choose(tabId, what, on));
router.on("compose/options", openOptions);
router.on("send-check/view", ({ id }) => dialogs.describe(id));
router.on("send-check/choose", ({ id, choice }) => dialogs.choose(id, choice));
router.on("send-check/fit", ({ id, height }) => dialogs.fit(id, height));
// Keeps the event page, which a question needs, from being stopped.
router.on("send-check/alive", () => {});

// ---- sending ----

// ---- reading ----

// ---- message list ----

// ---- options page and first run ----
