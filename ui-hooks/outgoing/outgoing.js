// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global BccDelivery, Guard, Jobs, MessageFileHook, MessageFiles, MessageSend, MimeMessage */
/* global Outbox, Patches, Refusal, SendBar, Wish */
/* exported Outgoing */

/** The shim's state: what is patched, who listens, what is said. */
var Outgoing = class {
  #patches = new Patches();
  #bcc = new BccDelivery(this);
  #outbox = new Outbox();
  #jobs;
  #gone = false;
  /** OutgoingTexts. */ texts = {};
  /** @type {((job: object) => Promise<any>) | null} */ listener = null;
  /** @type {((win: Window) => Promise<void>) | null} */ onBeforeSave = null;
  /** @type {((win: Window, button: string) => void) | null} */ onBarButton = null;

  constructor(extension) {
    this.#jobs = new Jobs(extension);
    const files = new MessageFileHook(this);
    const { prototype } = MessageSend;
    this.#patches.replace(MimeMessage.prototype, "createMessageFile", (message, original) =>
      files.create(message, original),
    );
    this.#patches.replace(prototype, "_deliverMessage", (send, original, [file]) =>
      this.#bcc.deliverMessage(send, original, file),
    );
    this.#patches.replace(prototype, "_deliverAsMail", (send, original) =>
      this.#outbox.deliverAsMail(send, () => this.#bcc.deliverAsMail(send, original)),
    );
    this.#patches.replace(prototype, "sendMessageFile", (send, original, args) =>
      this.#outbox.sendMessageFile(send, original, args),
    );
  }

  get jobs() {
    return this.#jobs;
  }

  features() {
    const delivers = this.#patches.has("_deliverAsMail") && this.#patches.has("_deliverMessage");
    return {
      messageFile: this.#patches.has("createMessageFile"),
      bccCopies: delivers && typeof MessageSend.prototype._deliveryExitProcessing === "function",
      sendLater: delivers && this.#patches.has("sendMessageFile"),
    };
  }

  setProtection(win, { sign, encrypt, encryptDrafts, declined }) {
    const more = { encryptDrafts: encryptDrafts ?? false, declined: declined ?? [] };
    Wish.change(win, { sign, encrypt, ...more, isDecided: true });
    if (!this.#patches.has("createMessageFile")) {
      Guard.block(win, (blocked, saves) =>
        this.explain({ win: blocked, isDraft: saves }, new Refusal(this.texts.unavailable)),
      );
    }
  }

  /** The add-on goes. Windows that want protection are refused until they are closed. */
  close() {
    this.#gone = true;
    this.#patches.restore(["sendMessageFile"]);
    Guard.whenNoneIsLeft(() => this.#patches.restore());
  }

  /** Before a draft. Gives whether it is known what the window wants, as far as anybody can say. */
  async decide(win) {
    return this.#gone || !this.onBeforeSave || Wish.decide(win, this.onBeforeSave);
  }

  /** Before anything is written. */
  check({ message, mode, wish }) {
    if (this.#gone || !this.listener) {
      throw new Refusal(this.texts.addOnGone);
    }
    const { bccCopies, sendLater } = this.features();
    const works = mode === "later" ? sendLater : bccCopies;
    if (wish.encrypt && message._compFields.bcc && !works) {
      throw new Refusal(this.texts.unavailable);
    }
  }

  /** Has the file protected, and sees to the copies for blind recipients. */
  async protect(task, file) {
    const copies = await this.#jobs.run(task, file, (job) => this.listener(job));
    const { win, message, mode, wish } = task;
    if (!wish.encrypt || !message._compFields.bcc || task.isDraft) {
      return;
    }
    if (mode !== "later") {
      this.#bcc.add(message, win, copies);
      return;
    }
    try {
      await this.#outbox.queue(task, file, copies);
    } finally {
      await MessageFiles.remove(copies.map(({ path }) => path));
    }
  }

  /** The bar of a sending or saving that was stopped. Auto-save says the same thing once. */
  explain({ win, isDraft, autoSave }, error) {
    const known = error instanceof Refusal;
    const text = known ? error.text : this.texts.addOnGone;
    if (text === null || (autoSave && Wish.read(win).told === text)) {
      return;
    }
    Wish.change(win, { told: text });
    const savePlain = { id: SAVE_PLAIN, label: this.texts.savePlain };
    const buttons = [...(known ? error.buttons : []), ...(isDraft ? [savePlain] : [])];
    SendBar.show(win, { text, buttons }, (button) => this.#pressed(win, button));
  }

  /** Some blind recipients may have their copies; somebody else could not be reached. */
  explainUnsent(win, failed, reason) {
    if (Wish.read(win).delivered.length > 0) {
      this.explainPartial(win, failed, reason);
    } else {
      this.#showText(win, this.texts.bccNotSent, { FAILED: failed, REASON: reason });
    }
  }

  /** The same; says nothing if nobody has a copy. */
  explainPartial(win, failed, reason) {
    const { delivered } = Wish.read(win);
    if (delivered.length > 0) {
      const values = { SENT: delivered.join(", "), FAILED: failed, REASON: reason };
      this.#showText(win, this.texts.bccPartlySent, values);
    }
  }

  #showText(win, template, values) {
    const text = template.replace(/\$([A-Z]+)/g, (_all, name) => values[name]);
    SendBar.show(win, { text, buttons: [] }, () => {});
  }

  #pressed(win, button) {
    if (button !== SAVE_PLAIN) {
      this.onBarButton?.(win, button);
      return;
    }
    Wish.change(win, { plainDrafts: true });
    win.goDoCommand("cmd_saveAsDraft");
  }
};

var SAVE_PLAIN = "save-plain";
