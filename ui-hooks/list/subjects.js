// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ChromeUtils, Ci, MailServices, Services */

/** What stood in the place of a subject that was put there: "re " or "- ", then as it was. */
const OUTER = "dane-smime-outer-subject";
/** There may be such messages. */
const SUBJECTS_KEPT = "extensions.dane-smime.list.subjects";
const { HasRe } = Ci.nsMsgMessageFlags;
const { Virtual } = Ci.nsMsgFolderFlags;
const INDEXES = "mailnews.database.global.indexer.enabled";

/** Thunderbird keeps "Re: " as a flag, in whatever language it was written. */
function splitPrefix(subject) {
  const localized = Services.prefs.getComplexValue(
    "mailnews.localizedRe",
    Ci.nsIPrefLocalizedString,
  );
  const words = ["Re", ...localized.data.split(",").map((word) => word.trim())].filter(Boolean);
  const quoted = words.map((word) => word.replace(/[^\p{L}\p{N}]/gu, "\\$&"));
  const rest = subject.replace(new RegExp(`^(?:(?:${quoted.join("|")})\\s*:\\s*)+`, "iu"), "");
  return { isAnswer: rest !== subject, rest };
}

/** Search results that are shown from the index of all messages have the subject as well. */
function indexAgain(header) {
  if (!Services.prefs.getBoolPref(INDEXES, false)) {
    return;
  }
  const { GlodaMsgIndexer } = ChromeUtils.importESModule(
    "resource:///modules/gloda/IndexMsg.sys.mjs",
  );
  if (GlodaMsgIndexer.enabled) {
    GlodaMsgIndexer.indexMessages([[header.folder, header.messageKey]]);
  }
}

function write(header, { isAnswer, subject, outer }) {
  const before = header.flags;
  header.setStringProperty(OUTER, outer);
  header.subject = subject;
  header.flags = isAnswer ? before | HasRe : before & ~HasRe;
  // Views keep flags of their own; and they draw the row anew.
  header.folder.msgDatabase.notifyHdrChangeAll(header, before, header.flags, null);
  indexAgain(header);
}

/**
 * Puts a subject into the message database, from where list, search and notifications have it. It
 * stays there as plain text until takeSubjects().
 * @param {nsIMsgDBHdr} header
 * @param {string} subject
 */
var keepSubject = function (header, subject) {
  const { isAnswer, rest } = splitPrefix(subject);
  if (header.mime2DecodedSubject === rest) {
    return;
  }
  const kept = header.getStringProperty(OUTER);
  const outer = kept || `${header.flags & HasRe ? "re" : "-"} ${header.subject}`;
  Services.prefs.setBoolPref(SUBJECTS_KEPT, true);
  write(header, { isAnswer, subject: rest, outer });
};

function takeSubject(header) {
  const outer = header.getStringProperty(OUTER);
  if (!outer) {
    return false;
  }
  const place = outer.indexOf(" ");
  const isAnswer = outer.slice(0, place) === "re";
  write(header, { isAnswer, subject: outer.slice(place + 1), outer: "" });
  return true;
}

/** @param {nsIMsgFolder} folder @returns {number} how many subjects were taken out */
function takeSubjectsOf(folder) {
  const wasOpen = folder.databaseOpen;
  const database = folder.msgDatabase;
  const count = [...folder.messages].filter(takeSubject).length;
  if (count > 0) {
    // Written anew: what was appended before would stay in the file.
    database.commit(Ci.nsMsgDBCommitType.kCompressCommit);
  }
  if (!wasOpen) {
    folder.msgDatabase = null;
  }
  return count;
}

/** Puts back what stands outside, in all folders. @returns {Promise<number>} messages */
var takeSubjects = async function () {
  if (!Services.prefs.getBoolPref(SUBJECTS_KEPT, false)) {
    return 0;
  }
  let count = 0;
  let isDone = true;
  for (const folder of MailServices.accounts.allFolders) {
    if (folder.isServer || folder.flags & Virtual) {
      continue;
    }
    try {
      count += takeSubjectsOf(folder);
    } catch {
      // Without a database nothing was put there; one that can't be read now is for the next time.
      isDone &&= !folder.summaryFile?.exists();
    }
    await new Promise((resolve) => Services.tm.dispatchToMainThread(resolve));
  }
  if (isDone) {
    Services.prefs.clearUserPref(SUBJECTS_KEPT);
  }
  return count;
};
