// SPDX-License-Identifier: MPL-2.0
"use strict";

/* global pillsOf, addressesOf, normalise, FIELDS */
/* exported setPills, clearPills, removeRecipient */

const MARK = "dane-smime-pill";
/** What a list of several members shows: the first of these that one of them has. */
const ORDER = ["missing", "unknown", "looking", "ready"];

function allPills(window) {
  return Object.keys(FIELDS).flatMap((field) => pillsOf(window, field));
}

function unmark(pill) {
  pill.classList.remove(MARK, ...ORDER.map((state) => `${MARK}-${state}`));
  pill.removeAttribute("aria-description");
  pill.labelView?.removeAttribute("tooltiptext");
}

function mark(pill, { state, tooltip }) {
  const own = [MARK, `${MARK}-${state}`];
  const others = ORDER.map((one) => `${MARK}-${one}`).filter((one) => !own.includes(one));
  pill.classList.remove(...others);
  pill.classList.add(...own);
  pill.setAttribute("aria-description", tooltip);
  // Not on the pill itself: Thunderbird sets and removes the tooltip there.
  pill.labelView?.setAttribute("tooltiptext", tooltip);
}

function setPills(window, pills) {
  for (const pill of allPills(window)) {
    const states = addressesOf(pill).map((address) => pills[address]).filter(Boolean);
    states.sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
    if (states.length > 0) {
      mark(pill, states[0]);
    } else {
      unmark(pill);
    }
  }
}

function clearPills(window) {
  allPills(window).forEach(unmark);
}

/** A mailing list goes as a whole: it would come again with all its members. */
function removeRecipient(window, address) {
  const wanted = normalise(address);
  for (const pill of allPills(window)) {
    if (addressesOf(pill).includes(wanted)) {
      pill.remove();
    }
  }
  window.onRecipientsChanged?.();
}
