// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global Cc, Ci */

const ERRORS = Ci.nsICMSMessageErrors;
const ICONS = "chrome://messenger/skin/icons/";

/** By VerdictView.signature: stock's status, and the icon. */
const SIGNATURES = {
  verified: { status: ERRORS.SUCCESS, icon: "verified" },
  unverified: { status: ERRORS.VERIFY_UNTRUSTED, icon: null },
  partial: { status: ERRORS.VERIFY_UNTRUSTED, icon: null },
  // RFC 9787: never worse than no signature; the panel says why.
  invalid: { status: ERRORS.VERIFY_DIGEST_MISMATCH, icon: null },
  none: { status: -1, icon: null },
};
/** By VerdictView.encryption. */
const ENCRYPTIONS = {
  decrypted: { status: ERRORS.SUCCESS, icon: "ok" },
  weak: { status: ERRORS.SUCCESS, icon: "ok" },
  failed: { status: ERRORS.ENCRYPT_INCOMPLETE, icon: "notok" },
  none: { status: -1, icon: null },
};

function toCertificate(base64) {
  if (!base64) {
    return null;
  }
  try {
    return Cc["@mozilla.org/security/x509certdb;1"]
      .getService(Ci.nsIX509CertDB)
      .constructX509FromBase64(base64);
  } catch {
    return null; // one that NSS can't read is told of in the rows all the same
  }
}

/** The button with label and icons beside the subject. */
var MessageHeader = class {
  #win;
  /** The button's own tooltip; null: it has not been changed. */ #stockTitle = null;
  /** Stock's setMessageCryptoBox(). */ setBox = null;

  constructor(win) {
    this.#win = win;
  }

  get #button() {
    return this.#win.document.getElementById("encryptionTechBtn");
  }

  get #signedIcon() {
    return this.#win.document.getElementById("signedHdrIcon");
  }

  get works() {
    const { setMessageCryptoBox, smimeSink } = this.#win;
    const functions = [setMessageCryptoBox, smimeSink?.signedStatus, smimeSink?.encryptionStatus];
    const all = functions.every((one) => typeof one === "function");
    return Boolean(all && this.#button && this.#signedIcon);
  }

  paint(view) {
    const win = this.#win;
    const signature = SIGNATURES[view.signature];
    const encryption = ENCRYPTIONS[view.encryption];
    win.gSignatureStatus = signature.status;
    win.gSignerCert = toCertificate(view.certificate);
    win.gEncryptionStatus = encryption.status;
    if (!this.works) {
      return;
    }
    if (!view.label) {
      this.setBox(null, null, null, false);
      return;
    }
    this.setBox(view.label, encryption.icon, signature.icon, true);
    if (view.encryption === "weak") {
      this.#showPlainLock(view.panel.encryptionHeading);
    }
    this.#setTitle(view.tooltip);
  }

  /** Without the check that stock's has. */
  #showPlainLock(text) {
    const icon = this.#win.document.getElementById("encryptedHdrIcon");
    icon.setAttribute("src", `${ICONS}connection-secure.svg`);
    icon.removeAttribute("data-l10n-id");
    icon.alt = text;
  }

  /** Neither stock's result nor ours yet. */
  paintChecking(label) {
    if (this.works) {
      this.setBox(label, null, null, true);
      this.#setTitle("");
    }
  }

  #setTitle(text) {
    this.#stockTitle ??= this.#button.title;
    this.#button.title = text || this.#stockTitle;
  }

  reset() {
    if (this.#stockTitle !== null) {
      this.#button.title = this.#stockTitle;
      this.#stockTitle = null;
    }
  }
};
