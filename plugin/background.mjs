// SPDX-License-Identifier: MPL-2.0
// @ts-check
/* global messenger */

// Wires Thunderbird's events to the modules, and nothing else. Listeners are added before the first
// await: Thunderbird wakes the event page for them.
import { BridgeClient } from "./modules/bridge-client.mjs";
import { Bridge } from "./modules/bridge.mjs";
import { Dialogs } from "./modules/compose-dialogs.mjs";
import { Originals } from "./modules/compose-originals.mjs";
import { SendCheck } from "./modules/compose-send.mjs";
import { ComposeWindows } from "./modules/compose-windows.mjs";
import { openOnce } from "./modules/first-run.mjs";
import { KeptSubjects } from "./modules/kept-subjects.mjs";
import { Marks } from "./modules/marks.mjs";
import { serveOptions } from "./modules/options-service.mjs";
import { OutgoingMail } from "./modules/outgoing.mjs";
import { OwnKeys } from "./modules/own-keys.mjs";
import { OwnKeyOpener } from "./modules/reading-own-keys.mjs";
import { PartServer } from "./modules/reading-parts.mjs";
import { MessageReader } from "./modules/reading.mjs";
import { RecipientLookup } from "./modules/recipient-lookup.mjs";
import { Router } from "./modules/router.mjs";
import { SettingsStore } from "./modules/settings.mjs";
import { Showing } from "./modules/showing.mjs";
import { TrustingBridge, changesRecipients } from "./modules/trusting-bridge.mjs";
import { Words } from "./modules/words.mjs";

const words = new Words((name, values) => messenger.i18n.getMessage(name, values));
const settings = new SettingsStore(messenger.storage.local, messenger.storage.onChanged);
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
// Wakes this page whenever Thunderbird starts: the shims need their texts.
messenger.runtime.onStartup.addListener(() => {});

// ---- composing ----

const trustingBridge = new TrustingBridge(bridge, settings);
const lookup = new RecipientLookup(trustingBridge);
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
  originals: new Originals({
    getMark: async (uri) => messenger.daneList.getMark(uri),
    read: (uri) => reader.read(uri),
    compose: messenger.daneCompose,
    listOwn: async () =>
      (await messenger.accounts.list(false))
        .flatMap(({ identities }) => identities)
        .map(({ email }) => (email ?? "").toLowerCase()),
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

// Messages can be read now that could not before, or not any more.
ownKeys.onForget = () => Promise.all([composeWindows.refresh(), showing.refresh()]);

messenger.daneCompose.onOpened.addListener((window) => composeWindows.changed(window));
messenger.daneCompose.onChanged.addListener((window) => composeWindows.changed(window));
messenger.daneCompose.onClosed.addListener((tabId) => composeWindows.closed(tabId));
messenger.daneCompose.onCancelled.addListener((tabId) => sendCheck.cancel(tabId));
messenger.compose.onBeforeSend.addListener((tab) => sendCheck.check(tab));
messenger.windows.onRemoved.addListener((windowId) => dialogs.removed(windowId));
messenger.windows.onFocusChanged.addListener((windowId) => dialogs.focused(windowId));
messenger.storage.onChanged.addListener((changes, area) => {
  if (area === "local" && changes.settings) {
    if (changesRecipients(changes.settings)) {
      lookup.forget();
    }
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

const outgoing = new OutgoingMail({
  bridge: trustingBridge,
  words,
  hooks: messenger.daneOutgoing,
  headerParams: (tabId) => composeWindows.headerParams(tabId),
  // The window may be gone meanwhile.
  showProgress: (tabId, progress) =>
    messenger.daneCompose.setProgress(tabId, progress).catch(() => {}),
});
messenger.daneOutgoing.onMessageFile.addListener(outgoing.handle);
messenger.daneOutgoing.onBeforeSave.addListener((tabId) => composeWindows.decided(tabId));
messenger.daneOutgoing.onBarButton.addListener(() => openOptions());
messenger.daneCompose.onCancelled.addListener(outgoing.cancel);
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
messenger.daneIncoming.onOpening.addListener(parts.begin);
messenger.daneIncoming.onPrinting.addListener((uri) => showing.fieldsOf(uri));
parts.setTexts();
bridge.onLocked.addListener(() => reader.forget(null));

const moments = new Intl.DateTimeFormat(messenger.i18n.getUILanguage(), {
  dateStyle: "medium",
  timeStyle: "short",
});
const marks = new Marks(messenger.daneList, words);
const subjects = new KeptSubjects(messenger.daneList, settings);
const showing = new Showing({
  hooks: messenger.daneVerdict,
  reader,
  marks,
  subjects,
  bridge,
  words,
  formatDate: (moment) => moments.format(new Date(moment)),
  openSetUp: () => messenger.runtime.openOptionsPage(),
});
showing.start();
messenger.storage.onChanged.addListener((changes, area) => {
  if (area === "local" && changes.settings) {
    showing.settingsChanged(changes.settings);
  }
});

// ---- message list ----

marks.start();

// ---- options page and first run ----

const { daneOutgoing, daneCompose, daneIncoming, daneVerdict, daneList, daneKeys } = messenger;
serveOptions(router, {
  bridge,
  settings,
  ownKeys,
  subjects,
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
