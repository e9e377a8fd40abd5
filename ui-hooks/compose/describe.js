// SPDX-License-Identifier: MPL-2.0
"use strict";

/* global ChromeUtils, Ci, readSaved */
/* exported describe, observe, FIELDS, pillsOf, addressesOf, normalise, ExtensionError */

var { ExtensionError } = ChromeUtils.importESModule(
  "resource://gre/modules/ExtensionUtils.sys.mjs",
).ExtensionUtils;
var { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");

var FIELDS = { to: "toAddrContainer", cc: "ccAddrContainer", bcc: "bccAddrContainer" };
/** Milliseconds without a change after which a change is told. */
const TYPING_PAUSE = 50;

/** Draft windows and the promise of what they were saved with. */
const saved = new WeakMap();

/** As the caller names addresses: the local part as typed, the domain in lower case. */
function normalise(address) {
  const at = address.lastIndexOf("@");
  return address.slice(0, at) + address.slice(at).toLowerCase();
}

function parseAddress(text) {
  const [mailbox] = MailServices.headerParser.makeFromDisplayAddress(text);
  return mailbox?.email ? normalise(mailbox.email) : "";
}

function pillsOf(window, field) {
  return [...window.document.querySelectorAll(`#${FIELDS[field]} mail-address-pill`)];
}

/** The addresses that a pill stands for: those of a mailing list's members. */
function addressesOf(pill) {
  if (pill.isMailList && pill.listURI) {
    const list = MailServices.ab.getDirectory(pill.listURI);
    return list.childCards.map((card) => normalise(card.primaryEmail)).filter(Boolean);
  }
  const address = normalise(pill.emailAddress ?? "");
  return address && !pill.classList.contains("editing") ? [address] : [];
}

function recipientsOf(window) {
  return Object.keys(FIELDS).flatMap((field) =>
    pillsOf(window, field).flatMap(addressesOf).map((address) => ({ address, field })),
  );
}

function kindOf(window) {
  const type = Ci.nsIMsgCompType;
  const kinds = new Map([
    [type.New, "new"],
    [type.MailToUrl, "new"],
    [type.Draft, "draft"],
    [type.Template, "template"],
    [type.EditAsNew, "edit-as-new"],
    [type.EditTemplate, "template"],
    [type.ForwardAsAttachment, "forward"],
    [type.ForwardInline, "forward"],
    [type.Redirect, "redirect"],
  ]);
  const replies = [
    type.Reply,
    type.ReplyAll,
    type.ReplyToSender,
    type.ReplyToSenderAndGroup,
    type.ReplyToList,
    type.ReplyToGroup,
    type.ReplyWithTemplate,
  ];
  const isReply = replies.includes(window.gComposeType);
  return isReply ? "reply" : (kinds.get(window.gComposeType) ?? "other");
}

/** Whom a reply goes to; null: no reply, or one to a newsgroup. */
function repliesTo(window) {
  const type = Ci.nsIMsgCompType;
  const ways = new Map([
    [type.Reply, "sender"],
    [type.ReplyToSender, "sender"],
    [type.ReplyToSenderAndGroup, "sender"],
    [type.ReplyWithTemplate, "sender"],
    [type.ReplyAll, "all"],
    [type.ReplyToList, "list"],
  ]);
  return ways.get(window.gComposeType) ?? null;
}

/** Whom the identity's settings put into each message. */
function automaticOf({ doCc, doCcList, doBcc, doBccList }) {
  const lists = [doCc && doCcList, doBcc && doBccList].filter(Boolean);
  return lists
    .flatMap((list) => MailServices.headerParser.parseEncodedHeaderW(list))
    .map(({ email }) => normalise(email ?? ""))
    .filter(Boolean);
}

/** What of the window can't be told apart later: Thunderbird's own reply to a decrypted message. */
function hasEncryptedOriginal(window, originals) {
  return (
    !!window.gIsRelatedToEncryptedOriginal ||
    originals.some((uri) => window.gEncryptedURIService?.isEncrypted(uri))
  );
}

/** ComposeWindow of plugin/types/hooks.d.ts, without the id of its tab. */
async function describe(window) {
  const kind = kindOf(window);
  const originals = (window.gMsgCompose.originalMsgURI || "").split(",").filter(Boolean);
  if (!saved.has(window)) {
    saved.set(window, readSaved(window, kind).catch(() => null));
  }
  return {
    identityId: window.gCurrentIdentity.key,
    from: parseAddress(window.document.getElementById("msgIdentity").value),
    kind,
    repliesTo: repliesTo(window),
    originals,
    draft: window.gMsgCompose.compFields.draftId || null,
    subject: window.document.getElementById("msgSubject").value,
    encryptedOriginal: hasEncryptedOriginal(window, originals),
    saved: await saved.get(window),
    recipients: recipientsOf(window),
    automatic: automaticOf(window.gCurrentIdentity),
  };
}

/** Calls `changed` after recipients or sender have changed, when typing pauses; gives an undo. */
function observe(window, changed) {
  let timer = 0;
  const later = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(changed, TYPING_PAUSE);
  };
  const observer = new window.MutationObserver(later);
  const what = { childList: true, subtree: true, attributeFilter: ["emailAddress"] };
  for (const id of Object.values(FIELDS)) {
    observer.observe(window.document.getElementById(id), what);
  }
  const identity = window.document.getElementById("msgIdentity");
  window.addEventListener("compose-from-changed", later);
  identity.addEventListener("input", later);
  return () => {
    window.clearTimeout(timer);
    observer.disconnect();
    window.removeEventListener("compose-from-changed", later);
    identity.removeEventListener("input", later);
  };
}
