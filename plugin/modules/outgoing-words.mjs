// SPDX-License-Identifier: MPL-2.0
// @ts-check

/** Faults that the options page can help with. */
const OPTIONS_HELP = [
  "host-missing",
  "host-unstartable",
  "host-unreachable",
  "key-not-found",
  "key-store-missing",
  "no-recipients",
];

/** Faults that need other words here than elsewhere. */
const OWN_WORDS = {
  "key-not-found": "outgoing_keyNotFound",
  "key-store-missing": "outgoing_keyStoreMissing",
  "newsgroup-encrypted": "outgoing_newsgroupEncrypted",
  "no-recipients": "outgoing_noRecipients",
};

/** Most people whose names stand in a bar. */
const NAMED = 3;

/**
 * What the bar of a message says that was not sent, or not saved.
 * @param {OutgoingJob} job
 * @param {any} error
 * @param {import("./words.mjs").Words} words
 * @returns {OutgoingOutcome}
 */
export function refusal(job, error, words) {
  const isDraft = job.mode === "draft" || job.mode === "template";
  const why = reason(error, words);
  const text = words.text(isDraft ? "outgoing_notSaved" : "outgoing_notSent", why);
  const options = { id: "options", label: words.text("outgoing_options") };
  return { done: false, text, buttons: OPTIONS_HELP.includes(error?.code) ? [options] : [] };
}

function reason(error, words) {
  if (error?.name === "Cancelled") {
    return words.text("outgoing_keyLocked");
  }
  const own = OWN_WORDS[error?.code];
  return recipients(error, words) ?? (own ? words.text(own) : words.ofError(error));
}

/** Who there is no certificate for, and why; null if that is not what went wrong. */
function recipients(error, words) {
  const found = error?.details?.recipients?.filter(({ recipient }) => recipient !== "ready");
  if (!found?.length) {
    return null;
  }
  const named = found.slice(0, NAMED).map(({ address, recipient }) => {
    const why = words.ofCode("recipient", recipient);
    return why ? words.text("outgoing_recipient", address, why) : address;
  });
  const more = found.length - named.length;
  const list = named.join("; ") + (more > 0 ? words.text("outgoing_more", more) : "");
  const temporary = error.code === "recipients-unknown";
  return words.text(temporary ? "outgoing_recipientsUnknown" : "outgoing_recipientsMissing", list);
}
