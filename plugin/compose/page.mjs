// SPDX-License-Identifier: MPL-2.0
// @ts-check
/* global messenger */

// What popup and question have in common.

/** Puts the words of _locales where the page asks for them by data-i18n. */
export function fillTexts() {
  document.documentElement.lang = messenger.i18n.getUILanguage();
  for (const element of document.querySelectorAll("[data-i18n]")) {
    element.textContent = messenger.i18n.getMessage(element.getAttribute("data-i18n"));
  }
}

/** @param {string} id @returns {any} */
export function element(id) {
  return document.getElementById(id);
}

/**
 * Shows rows in the table; those that stay the same stay, so that a screen reader keeps its place.
 * @param {import("../modules/compose-view.mjs").RecipientRow[]} rows
 */
export function showRows(rows) {
  const body = element("rows");
  while (body.rows.length > rows.length) {
    body.deleteRow(-1);
  }
  rows.forEach((row, i) => fillRow(body.rows[i] ?? body.appendChild(makeRow()), row));
  element("scroll").hidden = rows.length === 0;
}

function makeRow() {
  const row = document.createElement("tr");
  const field = document.createElement("td");
  field.className = "field";
  const address = document.createElement("th");
  address.scope = "row";
  address.className = "address";
  const state = document.createElement("td");
  state.className = "state";
  row.append(field, address, state);
  return row;
}

function fillRow(row, { field, address, look, text }) {
  setText(row.cells[0], field);
  setText(row.cells[1], address);
  row.cells[1].title = address;
  setText(row.cells[2], text);
  row.className = `look-${look}`;
}

/** @param {Element} target @param {string} text */
export function setText(target, text) {
  if (target.textContent !== text) {
    target.textContent = text;
  }
}
