// SPDX-License-Identifier: MPL-2.0
// @ts-check

// What an answer takes over from the protected fields of a message, in place of what Thunderbird
// took from those outside (RFC 9788 §6.2): an address that somebody added there gets nothing.

const REPLY_PREFIX = /^(?:re(?:[[(]\d+[\])])?:\s*)+/i;
const NOTHING_BUT_PREFIX = /^(?:[^:]+:\s*)?$/;
/** Kinds of windows that have the fields of their original as they were. */
const SAME = ["draft", "template", "edit-as-new"];

/** Fields that Thunderbird writes above what it quotes. */
const QUOTED = {
  reply: ["from", "date"],
  forward: ["subject", "date", "from", "replyTo", "to", "cc"],
};

/**
 * @param {ComposeWindow & {kept: string[]}} window as Thunderbird has filled it in; `kept`:
 *   addresses that are the user's own choice
 * @param {ComposeFields | null} outer of the original; null: they can't be told
 * @param {ComposeFields} inner
 * @param {string[]} own addresses of the user, in lower case
 * @returns {ComposeChanges} empty: all is as it has to be
 */
export function changesFor(window, outer, inner, own) {
  const subject = subjectFor(window, outer, inner);
  /** @type {ComposeChanges} */
  const changes = subject === null || subject === window.subject ? {} : { subject };
  const isOther = (name) => JSON.stringify(outer?.[name]) !== JSON.stringify(inner[name]);
  if (outer && QUOTED[window.kind]?.some(isOther)) {
    changes.quoted = { outer, inner };
  }
  return { ...changes, ...changedRecipients(window, outer, inner, own) };
}

/** @returns {ComposeChanges} */
function changedRecipients(window, outer, inner, own) {
  if (!namesAnybody(inner)) {
    return {};
  }
  if (window.repliesTo === "list") {
    return changedList(window, inner, own);
  }
  const before = outer && recipientsFor(window, outer, own);
  const after = recipientsFor(window, inner, own);
  if (!after) {
    return {};
  }
  const isFilled = window.repliesTo || window.kind === "edit-as-new";
  const strangers = isFilled ? fieldsWithStrangers(window, inner, own) : [];
  const isOther = (name) => !before || !areSame(before[name] ?? [], after[name] ?? []);
  const names = [...Object.keys({ ...before, ...after }).filter(isOther), ...strangers];
  return Object.fromEntries(
    names.map((name) => [name, distinct([...(after[name] ?? []), ...keptIn(window, name)], [])]),
  );
}

/**
 * The list that a reply goes to is named in List-Post outside, by the list's software or by anybody
 * on the way: it is believed where the message was sent to that address. Else the author gets it.
 * @returns {ComposeChanges}
 */
function changedList(window, inner, own) {
  const strangers = fieldsWithStrangers(window, inner, own);
  const known = knownTo(window, inner, own);
  const left = (name) =>
    window.recipients
      .filter(({ address, field }) => field === name && known.has(address.toLowerCase()))
      .map(({ address }) => ({ name: "", email: address }));
  const changes = Object.fromEntries(strangers.map((name) => [name, left(name)]));
  const { to } = repliesFor(inner, false, own);
  return changes.to?.length === 0 ? { ...changes, to } : changes;
}

/**
 * Fields of a window in which somebody stands whom neither the message nor the user has put there:
 * fields outside have more ways into an answer (Mail-Reply-To, Followup-To, Bcc) than are retraced
 * here.
 */
function fieldsWithStrangers(window, inner, own) {
  const known = knownTo(window, inner, own);
  const strangers = window.recipients.filter(({ address }) => !known.has(address.toLowerCase()));
  return [...new Set(strangers.map(({ field }) => field))];
}

/** Addresses, in lower case, that the message or the user has named. */
function knownTo({ kept }, { from, replyTo, mailReplyTo, followupTo, to, cc, bcc }, own) {
  const protectedOnes = [from, replyTo, mailReplyTo, followupTo, to, cc, bcc].flat().map(keyOf);
  return new Set([...protectedOnes, ...own, ...kept.map((one) => one.toLowerCase())]);
}

/** Whom the user, or the identity's settings, have put into a field. */
function keptIn({ recipients, kept }, name) {
  return recipients
    .filter(({ address, field }) => field === name && kept.includes(address))
    .map(({ address }) => ({ name: "", email: address }));
}

/** The older forms may have the subject alone inside: that says nothing of people. */
function namesAnybody({ from, replyTo, to, cc }) {
  return [from, replyTo, to, cc].some((list) => list.length > 0);
}

/** Null: it is not the one that Thunderbird makes of what stands outside. */
function subjectFor({ kind, subject }, outer, inner) {
  if (!outer) {
    return null;
  }
  const short = kind === "reply" ? withoutPrefix : (one) => one;
  const tail = short(outer.subject);
  const prefix = subject.slice(0, subject.length - tail.length);
  const isMade = subject.endsWith(tail) && (tail !== "" || NOTHING_BUT_PREFIX.test(prefix));
  return isMade ? prefix + short(inner.subject) : null;
}

function withoutPrefix(subject) {
  return subject.replace(REPLY_PREFIX, "");
}

/** As Thunderbird finds them; null: it takes none from there. */
function recipientsFor({ kind, repliesTo }, fields, own) {
  if (SAME.includes(kind)) {
    const { to, cc, bcc, replyTo } = fields;
    return kind === "edit-as-new" ? { to, cc, replyTo } : { to, cc, bcc, replyTo };
  }
  if (kind === "redirect") {
    return { replyTo: fields.from };
  }
  return repliesTo ? repliesFor(fields, repliesTo === "all", own) : null;
}

function repliesFor({ from, replyTo, mailReplyTo, followupTo, to, cc }, toAll, own) {
  if (toAll && followupTo.length > 0) {
    return { to: followupTo, cc: [] };
  }
  const isOwn = ({ email }) => own.includes(email.toLowerCase());
  if (from.length > 0 && from.every(isOwn)) {
    return { to, cc: toAll ? cc : [], replyTo };
  }
  const wanted = toAll ? [replyTo, from] : [mailReplyTo, replyTo, from];
  const sender = wanted.find((list) => list.length > 0) ?? [];
  const others = (list) => (toAll ? list.filter((one) => !isOwn(one)) : []);
  const first = distinct([...sender, ...others(to)], []);
  return { to: first, cc: distinct(others(cc), first) };
}

/** Each address once, and none of `before`. */
function distinct(mailboxes, before) {
  const seen = new Set(before.map(keyOf));
  return mailboxes.filter((one) => !seen.has(keyOf(one)) && seen.add(keyOf(one)));
}

function keyOf({ email }) {
  return email.toLowerCase();
}

function areSame(some, others) {
  const text = (list) => JSON.stringify(list.map((one) => [one.name, keyOf(one)]));
  return text(some) === text(others);
}
