// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ExtensionUtils, IOUtils, MailServices, MessageFiles, Refusal */
/* exported Jobs */

/** Hands messages to the add-on's listener, and keeps the files that it may read and write. */
var Jobs = class {
  #extension;
  #lastId = 0;
  /** Paths by job, the message first. @type {Map<number, string[]>} */
  #files = new Map();

  constructor(extension) {
    this.#extension = extension;
  }

  /**
   * Has a file protected.
   * @param {object} task from MessageFileHook
   * @param {nsIFile} file
   * @param {Function} ask the listener
   * @returns {Promise<{address: string, path: string}[]>} the copies for blind recipients
   */
  async run(task, file, ask) {
    const bcc = separateCopies(task) ? blindRecipients(task.message._compFields) : [];
    const bccFiles = bcc.map(() => MessageFiles.create().path);
    const job = ++this.#lastId;
    this.#files.set(job, [file.path, ...bccFiles]);
    try {
      const outcome = await ask(await this.#describe(job, task, file, bccFiles, bcc));
      await checkOutcome(outcome, task, [file.path, ...bccFiles]);
      checkCopies(outcome.copies, bcc, task.message._compFields);
      await MessageFiles.remove(bccFiles.slice(outcome.copies.length));
      return outcome.copies.map((address, i) => ({ address, path: bccFiles[i] }));
    } catch (error) {
      await MessageFiles.remove(bccFiles);
      throw error;
    } finally {
      this.#files.delete(job);
    }
  }

  async #describe(job, { win, message, wish, mode, autoSave }, file, bccFiles, bcc) {
    const fields = message._compFields;
    const [from] = MailServices.headerParser.parseEncodedHeaderW(fields.from);
    return {
      job,
      tabId: this.#extension.tabManager.getWrapper(win).id,
      file: file.path,
      octets: await MessageFiles.size(file.path),
      bccFiles,
      bcc: bcc.filter((address) => !wish.delivered.includes(address)),
      mode,
      autoSave,
      newsgroups: !!fields.newsgroups,
      protection: { sign: wish.sign, encrypt: wish.encrypt },
      identityId: message._userIdentity.key,
      from: from?.email ?? "",
    };
  }

  /** Octets of the message; fewer than `length` at its end. */
  async read(job, offset, length) {
    const octets = await IOUtils.read(this.#path(job, 0), { offset, maxBytes: length });
    return octets.buffer;
  }

  async write(job, index, data, first) {
    const mode = first ? "overwrite" : "append";
    await IOUtils.write(this.#path(job, index), new Uint8Array(data), { mode });
  }

  #path(job, index) {
    const path = this.#files.get(job)?.[index];
    if (!path) {
      throw new ExtensionUtils.ExtensionError(`job ${job} has no file ${index}`);
    }
    return path;
  }
};

/** Whether blind recipients are to get messages of their own: the common one would name them. */
function separateCopies({ wish, isDraft }) {
  return wish.encrypt && !isDraft;
}

function addressesIn(value) {
  const parsed = MailServices.headerParser.parseEncodedHeaderW(value ?? "");
  return parsed.map(({ email }) => email).filter(Boolean);
}

function blindRecipients(fields) {
  return addressesIn(fields.bcc);
}

/** Nobody is forgotten: who is not in To or Cc as well has a copy. */
function checkCopies(copies, bcc, { to, cc }) {
  const shown = [...addressesIn(to), ...addressesIn(cc)].map((one) => one.toLowerCase());
  const blind = bcc.map((one) => one.toLowerCase()).filter((one) => !shown.includes(one));
  if (copies.length < new Set(blind).size) {
    throw new Error("fewer copies than blind recipients");
  }
}

/** Trusts no more than it must: an unprotected file is stopped here, whoever says it is done. */
async function checkOutcome(outcome, { wish, isDraft }, paths) {
  if (!outcome?.done) {
    throw new Refusal(outcome?.text ?? null, outcome?.buttons);
  }
  if (outcome.copies.length > paths.length - 1) {
    throw new Error("more copies than files");
  }
  for (const path of paths.slice(0, outcome.copies.length + 1)) {
    const expected = { encrypt: wish.encrypt || isDraft };
    if (!(await MessageFiles.isProtected(path, expected))) {
      throw new Error("the message is not protected");
    }
  }
}
