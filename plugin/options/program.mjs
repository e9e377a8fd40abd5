// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { busy, byId, copy, make, say, sayError } from "./dom.mjs";

/** @typedef {import("./options.mjs").Page} Page */

/** The native program: there, or how it gets there. @param {Page} page */
export function startProgram(page) {
  const again = byId("program-again");
  again.addEventListener("click", () => busy(again, byId("program-state"), page.words, look));
  async function look() {
    const state = byId("program-state");
    try {
      const host = await page.ask("options/host");
      page.setHost(host);
      state.replaceChildren(host.ready ? found(page, host.about) : missing(page, host.obstacle));
    } catch (error) {
      state.replaceChildren(make("p", { class: "outcome" }));
      sayError(state.firstChild, page.words, error);
    }
  }
  return look;
}

function found({ words }, about) {
  const outcome = make("p", { class: "outcome" });
  say(outcome, "good", make("strong", {}, words.text("options_programFound", about.version)));
  outcome.append(make("span", {}, storeText(words, about.key_store)));
  return make("div", { class: "card" }, outcome);
}

function storeText(words, store) {
  if (store.problem && store.exists) {
    return words.text("options_storeProblem", store.problem);
  }
  if (!store.exists) {
    return words.text("options_storeNone");
  }
  return words.text(store.keys === 1 ? "options_storeOne" : "options_storeSome", store.keys);
}

/** Cause, what to do, and commands to copy. */
function missing(page, obstacle) {
  const { words } = page;
  const outcome = make("p", { class: "outcome" });
  const cause = words.ofCode("options_cause", obstacle.code, obstacle.place);
  say(outcome, "bad", make("strong", {}, words.ofCode("fault", obstacle.fault) ?? ""));
  if (cause) {
    outcome.append(make("span", {}, cause));
  }
  const remedy = words.ofCode("options_remedy", obstacle.code, obstacle.place);
  return make(
    "div",
    { class: "card" },
    outcome,
    make("h2", {}, words.text("options_whatToDo")),
    ...(remedy ?? "").split("\n").map((line) => make("p", {}, line)),
    ...(obstacle.commands.length > 0 ? commands(page, obstacle.commands) : []),
    make("p", { class: "note" }, words.text("options_thenLookAgain")),
  );
}

function commands({ words }, lines) {
  const text = lines.join("\n");
  const said = make("span", { class: "said", role: "status" });
  const button = make("button", { type: "button" }, words.text("options_copy"));
  button.addEventListener("click", () => copy(said, text, words));
  return [
    make("pre", { class: "box", tabIndex: 0, "aria-label": words.text("options_commands") }, text),
    make("div", { class: "row" }, button, said),
  ];
}
