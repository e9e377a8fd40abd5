// SPDX-License-Identifier: MPL-2.0
// @ts-check
/* global messenger */

// Wires Thunderbird's events to the modules, and nothing else. Listeners are added before the first
// await: Thunderbird wakes the event page for them.
import { Bridge } from "./modules/bridge.mjs";
import { BridgeClient } from "./modules/bridge-client.mjs";
import { OutgoingMail } from "./modules/outgoing.mjs";
import { OwnKeyOpener } from "./modules/reading-own-keys.mjs";
import { PartServer } from "./modules/reading-parts.mjs";
import { MessageReader } from "./modules/reading.mjs";
import { openOnce } from "./modules/first-run.mjs";
import { serveOptions } from "./modules/options-service.mjs";
import { OwnKeys } from "./modules/own-keys.mjs";
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
const ownKeys = new OwnKeys(bridge);
const router = new Router();
messenger.runtime.onMessage.addListener(router.handle);

// ---- composing ----

// ---- sending ----
const outgoing = new OutgoingMail({
  bridge,
  words,
  hooks: messenger.daneOutgoing,
  showProgress: (tabId, progress) => messenger.daneCompose.setProgress?.(tabId, progress),
});
messenger.daneOutgoing.onMessageFile.addListener(outgoing.handle);
messenger.daneOutgoing.onBarButton.addListener(() => messenger.runtime.openOptionsPage());
messenger.daneOutgoing.setTexts(outgoing.texts());

// ---- reading ----

const ownKeyOpener = new OwnKeyOpener((der) => messenger.daneIncoming.openWithOwnKeys(der));
const reader = new MessageReader({
  bridge,
  hooks: messenger.daneIncoming,
  settings,
  ownKeys: ownKeyOpener,
});
const parts = new PartServer({ reader, hooks: messenger.daneIncoming, words });
messenger.daneIncoming.onPart.addListener(parts.serve);
parts.setTexts();

// ---- message list ----

// ---- options page and first run ----

const { daneOutgoing, daneCompose, daneIncoming, daneVerdict, daneList, daneKeys } = messenger;
serveOptions(router, {
  bridge,
  settings,
  ownKeys,
  hooks: daneKeys,
  shims: {
    outgoing: daneOutgoing,
    compose: daneCompose,
    incoming: daneIncoming,
    verdict: daneVerdict,
    list: daneList,
    keys: daneKeys,
  },
  listAccounts: () => messenger.accounts.list(false),
  version: messenger.runtime.getManifest().version,
});
openOnce(settings, () => messenger.tabs.create({ url: "options/options.html?first-run" }));
