// SPDX-License-Identifier: MPL-2.0
import assert from "node:assert/strict";
import { test } from "node:test";

import { changesFor } from "../../plugin/modules/answer-fields.mjs";

const ANA = { name: "Ana", email: "ana@a.example" };
const BEN = { name: "Ben", email: "ben@b.example" };
const CLEO = { name: "Cleo", email: "cleo@c.example" };
const EVE = { name: "", email: "eve@e.example" };
const OWN = [BEN.email];

const NOTHING = {
  subject: "", date: "",
  from: [], replyTo: [], mailReplyTo: [], followupTo: [], to: [], cc: [], bcc: [],
};
/** Ana has written to Ben and Cleo. */
const INNER = { ...NOTHING, subject: "Rent for April", from: [ANA], to: [BEN], cc: [CLEO] };
const OUTER = { ...INNER, subject: "[...]" };

const reply = {
  kind: "reply", repliesTo: "sender", subject: "Re: [...]", recipients: [], kept: [],
};
const stands = (field, { email }) => ({ address: email, field });
const toAll = { ...reply, repliesTo: "all" };
const toList = (...recipients) => ({ ...reply, repliesTo: "list", recipients });
const REAL = { subject: "Re: Rent for April" };

/** Window, what is different outside, what has to change. */
const ROWS = [
  ["the subject of a reply", reply, {}, { subject: "Re: Rent for April" }],
  ["… to all: recipients as they were", toAll, {}, { subject: "Re: Rent for April" }],
  [
    "… of a forwarded message",
    { kind: "forward", repliesTo: null, subject: "Fwd: [...]" },
    {},
    { subject: "Fwd: Rent for April", quoted: { outer: OUTER, inner: INNER } },
  ],
  [
    "what a forwarded message says of others",
    { kind: "forward", repliesTo: null, subject: "x" },
    { subject: INNER.subject, cc: [CLEO, EVE] },
    { quoted: { outer: { ...INNER, cc: [CLEO, EVE] }, inner: INNER } },
  ],
  [
    "nothing is quoted otherwise",
    { kind: "forward", repliesTo: null, subject: "x" },
    { subject: INNER.subject },
    {},
  ],
  [
    "the date that a reply names",
    { ...reply, subject: "x" },
    { date: "Sat, 21 Nov 2026 12:00:00 +0000" },
    { quoted: { outer: { ...OUTER, date: "Sat, 21 Nov 2026 12:00:00 +0000" }, inner: INNER } },
  ],
  [
    "… of a draft",
    { kind: "draft", repliesTo: null, subject: "[...]" },
    {},
    { subject: "Rent for April" },
  ],
  [
    "… edited as new",
    { kind: "edit-as-new", repliesTo: null, subject: "[...]" },
    {},
    { subject: "Rent for April" },
  ],
  ["a subject that is the real one already", { ...reply, subject: "Re: Rent for April" }, {}, {}],
  ["a subject that somebody has written", { ...reply, subject: "something else" }, {}, {}],
  ["no subject outside", { ...reply, subject: "Re: " }, { subject: "" }, {
    subject: "Re: Rent for April",
  }],
  ["… and one that somebody has written", { ...reply, subject: "Re: x" }, { subject: "" }, {}],
  ["Cc added outside, reply to the sender", reply, { cc: [CLEO, EVE] }, {
    subject: "Re: Rent for April",
  }],
  ["Cc added outside, reply to all", toAll, { cc: [CLEO, EVE] }, {
    subject: "Re: Rent for April",
    cc: [CLEO],
  }],
  ["Reply-To added outside", reply, { replyTo: [EVE] }, {
    subject: "Re: Rent for April",
    to: [ANA],
  }],
  ["Mail-Followup-To added outside", toAll, { followupTo: [EVE] }, {
    subject: "Re: Rent for April",
    to: [ANA],
    cc: [CLEO],
  }],
  ["Mail-Reply-To added outside", reply, { mailReplyTo: [EVE] }, {
    subject: "Re: Rent for April",
    to: [ANA],
  }],
  ["somebody who is in the window only", { ...toAll, recipients: [stands("bcc", EVE)] }, {}, {
    subject: "Re: Rent for April",
    bcc: [],
  }],
  [
    "… and whom the identity's settings put there",
    { ...toAll, recipients: [stands("cc", EVE)], kept: [EVE.email] },
    {},
    { subject: "Re: Rent for April" },
  ],
  [
    "… who stays where others change",
    { ...toAll, recipients: [stands("cc", EVE)], kept: [EVE.email] },
    { cc: [] },
    { subject: "Re: Rent for April", cc: [CLEO, EVE] },
  ],
  [
    "Bcc and Reply-To added outside, edited as new",
    { kind: "edit-as-new", repliesTo: null, subject: "x", recipients: [stands("bcc", EVE)] },
    { bcc: [EVE], replyTo: [EVE] },
    { replyTo: [], bcc: [] },
  ],
  ["another From outside", reply, { from: [EVE] }, {
    subject: "Re: Rent for April",
    to: [ANA],
    quoted: { outer: { ...OUTER, from: [EVE] }, inner: INNER },
  }],
  [
    "who gets the answers to a redirected message",
    { kind: "redirect", repliesTo: null, subject: "[...]" },
    { from: [EVE] },
    { ...REAL, subject: INNER.subject, replyTo: [ANA] },
  ],
  ["names that were hidden", reply, { from: [{ ...ANA, name: "" }] }, {
    subject: "Re: Rent for April",
    to: [ANA],
    quoted: { outer: { ...OUTER, from: [{ ...ANA, name: "" }] }, inner: INNER },
  }],
  ["a reply to a newsgroup", { ...reply, repliesTo: null }, { cc: [EVE] }, REAL],
  ["to a list that it was sent to", toList(stands("to", CLEO)), {}, REAL],
  [
    "… written otherwise",
    toList(stands("to", { email: "Cleo@c.example" })),
    {},
    REAL,
  ],
  ["to a list that it was not sent to", toList(stands("to", EVE)), {}, { ...REAL, to: [ANA] }],
  [
    "… where there is another recipient",
    toList(stands("to", EVE), stands("to", CLEO)),
    {},
    { ...REAL, to: [{ ...CLEO, name: "" }] },
  ],
  [
    "… where the user has chosen it",
    { ...toList(stands("to", EVE)), kept: [EVE.email] },
    {},
    REAL,
  ],
  [
    "… and the identity's settings send copies",
    { ...toList(stands("to", EVE), stands("cc", CLEO)), kept: [CLEO.email] },
    {},
    { ...REAL, to: [ANA] },
  ],
  ["Bcc of a draft that is gone outside", { kind: "draft", subject: "x" }, { to: [] }, {
    to: [BEN],
  }],
];

for (const [name, window, difference, expected] of ROWS) {
  test(name, () => {
    const whole = { recipients: [], kept: [], ...window };
    assert.deepEqual(changesFor(whole, { ...OUTER, ...difference }, INNER, OWN), expected);
  });
}

test("a reply to a reply has one prefix", () => {
  const inner = { ...INNER, subject: "RE: Re[2]: Rent for April" };
  const outer = { ...OUTER, subject: "Re: [...]" };
  assert.deepEqual(changesFor(reply, outer, inner, OWN), { subject: "Re: Rent for April" });
});

test("a reply to one's own message goes to whom that went", () => {
  const mine = { ...INNER, from: [BEN], to: [ANA] };
  const outer = { ...mine, subject: "[...]", to: [ANA, EVE] };
  assert.deepEqual(changesFor(toAll, outer, mine, OWN).to, [ANA]);
});

test("… and has no Reply-To that it had not inside", () => {
  const mine = { ...INNER, from: [BEN], to: [ANA] };
  const outer = { ...mine, subject: "[...]", replyTo: [EVE] };
  assert.deepEqual(changesFor(reply, outer, mine, OWN).replyTo, []);
  const { replyTo } = changesFor(reply, outer, { ...mine, from: [ANA], to: [BEN] }, OWN);
  assert.deepEqual(replyTo, []);
});

test("Mail-Reply-To inside is followed as Thunderbird does, by a reply to the sender", () => {
  const inner = { ...INNER, mailReplyTo: [CLEO], replyTo: [EVE] };
  assert.deepEqual(changesFor(reply, OUTER, inner, OWN).to, [CLEO]);
  assert.deepEqual(changesFor(toAll, OUTER, inner, OWN).to, [EVE]);
});

test("nobody twice", () => {
  const inner = { ...INNER, to: [BEN, ANA, CLEO], cc: [CLEO, BEN] };
  const { to, cc } = changesFor(toAll, { ...OUTER, cc: [] }, inner, OWN);
  assert.deepEqual([to, cc], [[ANA, CLEO], undefined]);
});

test("nothing is known of what stands outside: recipients are the protected ones", () => {
  assert.deepEqual(changesFor(toAll, null, INNER, OWN), { to: [ANA], cc: [CLEO] });
});

test("a subject alone inside says nothing of people", () => {
  const inner = { ...NOTHING, subject: INNER.subject };
  for (const window of [reply, toAll, toList(stands("to", EVE))]) {
    const { subject, to, cc } = changesFor(window, OUTER, inner, OWN);
    assert.deepEqual({ subject, to, cc }, { ...REAL, to: undefined, cc: undefined });
  }
});
