// SPDX-License-Identifier: MPL-2.0
// @ts-check
/* global messenger */

// Wires Thunderbird's events to the modules, and nothing else. Listeners are added before the first
// await: Thunderbird wakes the event page for them.
import { Bridge } from "./modules/bridge.mjs";
import { BridgeClient } from "./modules/bridge-client.mjs";
import { OwnKeyOpener } from "./modules/reading-own-keys.mjs";
import { PartServer } from "./modules/reading-parts.mjs";
import { MessageReader } from "./modules/reading.mjs";
import { Router } from "./modules/router.mjs";
import { SettingsStore } from "./modules/settings.mjs";
import { Showing } from "./modules/showing.mjs";
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

// ---- sending ----

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

const moments = new Intl.DateTimeFormat(messenger.i18n.getUILanguage(), {
  dateStyle: "medium",
  timeStyle: "short",
});
const showing = new Showing({
  hooks: messenger.daneVerdict,
  reader,
  marks: { keep() {} },
  bridge,
  words,
  formatDate: (moment) => moments.format(new Date(moment)),
  openSetUp: () => messenger.runtime.openOptionsPage(),
});
showing.start();

// ---- message list ----

// ---- options page and first run ----
