// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { byId, say, sayError, unsay } from "./dom.mjs";

/** @typedef {import("./options.mjs").Page} Page */

/** What mail servers see of the header fields of encrypted messages. @param {Page} page */
export function startHeaders(page) {
  const form = byId("policy-form");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => keep(page, form));
  byId("subjects").addEventListener("change", () => keepSubjects(page));
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
    await show(page, form).catch(() => {});
    sayError(outcome, page.words, error);
  }
}

/** Subjects in the message list; taken out where it is switched off. @param {Page} page */
async function keepSubjects(page) {
  const box = byId("subjects");
  const outcome = byId("subjects-outcome");
  unsay(outcome);
  box.disabled = true;
  try {
    const count = await page.ask("options/keep-subjects", { on: box.checked });
    if (!box.checked) {
      say(outcome, "good", page.words.text("options_subjectsTaken", count));
    }
  } catch (error) {
    const settings = await page.ask("options/settings").catch(() => null);
    box.checked = settings?.keepSubjects ?? !box.checked;
    sayError(outcome, page.words, error);
  } finally {
    box.disabled = false;
  }
}

async function show(page, form) {
  const { headerProtection, legacyDisplay, keepSubjects: on } = await page.ask("options/settings");
  form.elements.policy.value = headerProtection;
  byId("legacy-display").checked = legacyDisplay;
  byId("subjects").checked = on;
  unsay(byId("policy-outcome"));
  unsay(byId("subjects-outcome"));
}
