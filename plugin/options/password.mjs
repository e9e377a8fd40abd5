// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { checkPasswords } from "./dialog.mjs";
import { busy, byId, say, sayError } from "./dom.mjs";

/** @typedef {import("./options.mjs").Page} Page */

/** @type {{[state: string]: "good" | "info" | "warning"}} */
const TONES = { none: "info", open: "warning", locked: "good", unlocked: "good" };
const FIELDS = ["password-current", "password-new", "password-repeat"];

/** The key store's password. @param {Page} page */
export function startPassword(page) {
  const { words } = page;
  const outcome = byId("password-outcome");
  const change = (button, wanted, done) =>
    busy(button, outcome, words, async () => {
      const passwords = { current: byId("password-current").value, wanted };
      await page.ask("options/password", { passwords });
      forget();
      await show(page);
      say(outcome, "good", words.text(done));
    }).then((well) => well || byId("password-current").focus());

  byId("password-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const [, first, second] = FIELDS.map((id) => byId(id).value);
    const wrong = checkPasswords(words, first, second);
    if (wrong !== null) {
      say(outcome, "bad", wrong);
      byId("password-new").focus();
      return;
    }
    change(byId("password-set"), first, "options_passwordIsSet");
  });
  byId("password-remove").addEventListener("click", () =>
    change(byId("password-remove"), null, "options_passwordIsRemoved"),
  );
  for (const what of ["lock", "unlock"]) {
    const button = byId(`password-${what}`);
    button.addEventListener("click", async () => {
      const state = byId("password-state");
      await busy(button, state, words, () => page.ask(`options/${what}`));
      await show(page, state.hasChildNodes());
    });
  }
  return () => {
    forget();
    return show(page);
  };
}

function forget() {
  for (const id of FIELDS) {
    byId(id).value = "";
  }
}

/** @param {Page} page @param {boolean} [keepState] an error is shown there */
async function show(page, keepState = false) {
  const { words } = page;
  const state = byId("password-state");
  try {
    const store = await page.ask("options/store");
    const code = stateOf(store);
    arrange(words, store);
    if (!keepState) {
      say(state, TONES[code], words.ofCode("options_store", code) ?? code);
    }
  } catch (error) {
    byId("password-form").hidden = true;
    byId("password-locks").hidden = true;
    sayError(state, words, error);
  }
}

function stateOf({ exists, has_password: hasPassword, locked }) {
  if (!exists) {
    return "none";
  }
  if (!hasPassword) {
    return "open";
  }
  return locked ? "locked" : "unlocked";
}

function arrange(words, { exists, has_password: hasPassword, locked }) {
  byId("password-form").hidden = !exists;
  byId("password-locks").hidden = !hasPassword;
  byId("password-lock").hidden = locked;
  byId("password-unlock").hidden = !locked;
  byId("password-current-field").hidden = !hasPassword;
  byId("password-remove").hidden = !hasPassword;
  const title = words.text(hasPassword ? "options_passwordChange" : "options_passwordSet");
  byId("password-form-title").textContent = title;
  byId("password-set").textContent = title;
}
