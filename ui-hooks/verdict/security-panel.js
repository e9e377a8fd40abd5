// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global Cc, Ci */

const SIGNATURE_CLASSES = {
  verified: "verified",
  unverified: "unknown",
  partial: "unknown",
  invalid: "mismatch",
  none: "none",
};
const ENCRYPTION_CLASSES = { decrypted: "ok", weak: "none", failed: "notok", none: "none" };
const FIELDS = [
  "signatureLabel",
  "signatureExplanation",
  "encryptionLabel",
  "encryptionExplanation",
];
const ROWS_ID = "dane-smime-details";

/** The panel that the header's button opens: stock's own, with our words and the rows below. */
var SecurityPanel = class {
  #win;
  #state;

  /** @param {() => {view: object | null, texts: object}} state what is to be shown now */
  constructor(win, state) {
    this.#win = win;
    this.#state = state;
  }

  #element(id) {
    return this.#win.document.getElementById(id);
  }

  get works() {
    const { loadSmimeMessageSecurityInfo } = this.#win;
    const ids = ["messageSecurityPanel", "techLabel", ...FIELDS];
    return (
      typeof loadSmimeMessageSecurityInfo === "function" && ids.every((id) => this.#element(id))
    );
  }

  /** After stock has filled it. */
  fill() {
    if (!this.works) {
      return;
    }
    const { view, texts } = this.#state();
    for (const id of ["signatureHeader", "encryptionHeader"]) {
      this.#element(id).collapsed = true;
    }
    const { heading, explanation, encryptionHeading, encryptionExplanation } = view?.panel ?? {
      heading: texts.checking,
    };
    this.#element("techLabel").textContent = `- ${view?.label || "S/MIME"}`;
    const signature = SIGNATURE_CLASSES[view?.signature ?? "none"];
    this.#set("signature", signature, heading, explanation);
    const encryption = ENCRYPTION_CLASSES[view?.encryption ?? "none"];
    this.#set("encryption", encryption, encryptionHeading, encryptionExplanation);
    this.#element("signatureCert").collapsed = !this.#win.gSignerCert;
    if (view) {
      this.#addRows(view.panel.rows, texts);
    }
  }

  #set(kind, icon, heading, explanation) {
    const label = this.#element(`${kind}Label`);
    label.className = `message-security-label ${icon}`;
    label.textContent = heading ?? "";
    label.hidden = !heading;
    const description = this.#element(`${kind}Explanation`);
    description.textContent = explanation ?? "";
    description.hidden = !explanation;
  }

  #create(name, className, text = "") {
    const element = this.#win.document.createElementNS("http://www.w3.org/1999/xhtml", name);
    element.className = className;
    element.textContent = text;
    return element;
  }

  #addRows(rows, texts) {
    if (rows.length === 0) {
      return;
    }
    const details = this.#create("details", "dane-smime-details");
    details.id = ROWS_ID;
    const list = this.#create("dl", "dane-smime-rows");
    for (const { label, text, mono } of rows) {
      const value = this.#create("dd", mono ? "dane-smime-mono" : "", text);
      list.append(this.#create("dt", "", label), value);
    }
    const copy = this.#create("button", "button-focusable dane-smime-copy", texts.copy);
    copy.addEventListener("click", () => {
      const lines = rows.map(({ label, text }) => `${label}: ${text}`);
      Cc["@mozilla.org/widget/clipboardhelper;1"]
        .getService(Ci.nsIClipboardHelper)
        .copyString(lines.join("\n"));
      copy.textContent = texts.copied;
    });
    details.append(this.#create("summary", "button-focusable", texts.details), list, copy);
    this.#element("messageSecurityPanel").querySelector(".message-security-body").append(details);
  }

  /** The verdict has come while it is open. */
  refresh() {
    const panel = this.#element("messageSecurityPanel");
    if (panel?.state === "open" || panel?.state === "showing") {
      this.#win.loadSmimeMessageSecurityInfo();
    }
  }

  /** As stock has it; also OpenPGP uses it. */
  clear() {
    this.#element(ROWS_ID)?.remove();
    for (const id of FIELDS) {
      const element = this.#element(id);
      if (element) {
        element.hidden = false;
      }
    }
  }
};
