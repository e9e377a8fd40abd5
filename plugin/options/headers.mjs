// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { byId, sayError, unsay } from "./dom.mjs";

/** @typedef {import("./options.mjs").Page} Page */

/** What mail servers see of the header fields of encrypted messages. @param {Page} page */
export function startHeaders(page) {
  const form = byId("policy-form");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => keep(page, form));
  return () => show(page, form);
}

/** What is chosen holds at once; what could not be kept is shown as it was. */
async function keep(page, form) {
  const outcome = byId("policy-outcome");
  const changes = {
    headerProtection: form.elements.policy.value,
    legacyDisplay: byId("legacy-display").checked,
  };
  unsay(outcome);
  try {
    await page.ask("options/change", { changes });
  } catch (error) {
    await show(page, form);
    sayError(outcome, page.words, error);
  }
}

async function show(page, form) {
  const { headerProtection, legacyDisplay } = await page.ask("options/settings");
  form.elements.policy.value = headerProtection;
  byId("legacy-display").checked = legacyDisplay;
  unsay(byId("policy-outcome"));
}
