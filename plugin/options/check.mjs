// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { busy, byId, copy, make, say } from "./dom.mjs";

/** @typedef {import("./options.mjs").Page} Page */

/** Features of the shims that have words; others, of a later shim, are shown by their code. */
const FEATURES = new Set([
  "outgoing-messageFile",
  "outgoing-bccCopies",
  "outgoing-sendLater",
  "compose-recipients",
  "compose-bars",
  "compose-progress",
  "compose-builtIn",
  "incoming-decrypt",
  "incoming-edit",
  "incoming-export",
  "verdict-header",
  "verdict-panel",
  "verdict-bars",
  "verdict-parts",
  "verdict-fields",
  "list-column",
  "list-cards",
  "keys-prompt",
  "keys-ownKeys",
  "keys-environment",
]);

/** Findings of the program that a user can do something about. */
const REMEDIES = new Set([
  "algorithms",
  "trust-anchor",
  "resolver-program",
  "dnssec",
  "name-servers",
  "resolver-isolation",
  "answer-cache",
  "key-store",
  "system-authorities",
  "native-manifest",
]);

/** Findings of a later program are shown by their code. */
const PROGRAM = new Set(["libraries", ...REMEDIES]);

/** Doctor's list. @param {Page} page */
export function startCheck(page) {
  const { words } = page;
  const run = byId("check-run");
  const outcome = byId("check-outcome");
  const examine = () => busy(run, outcome, words, () => examineAll(page));
  run.addEventListener("click", examine);
  byId("check-copy").addEventListener("click", () =>
    busy(byId("check-copy"), outcome, words, async () => {
      const host = page.host?.about?.version ?? page.host?.obstacle?.code ?? "";
      const findings = page.findings;
      await copy(byId("check-copied"), await page.ask("options/report", { findings, host }), words);
    }),
  );
  return async () => {
    if (page.findings.length === 0) {
      await examine();
    }
  };
}

async function examineAll(page) {
  /** @type {PromiseSettledResult<any>[]} */
  const [program, thunderbird] = await Promise.allSettled([
    page.ask("options/examine-program"),
    page.ask("options/examine-thunderbird"),
  ]);
  page.findings = [program, thunderbird].flatMap((one) =>
    one.status === "fulfilled" ? one.value : [],
  );
  byId("check-lists").replaceChildren(
    group(page, "program", program),
    group(page, "thunderbird", thunderbird),
  );
  byId("check-copy").disabled = false;
  const bad = page.findings.filter(({ works, needed }) => !works && needed).length;
  const failed = [program, thunderbird].some(({ status }) => status === "rejected");
  const outcome = byId("check-outcome");
  if (bad > 0 || failed) {
    say(outcome, "bad", page.words.text("options_checkBad"));
  } else {
    say(outcome, "good", page.words.text("options_checkGood"));
  }
}

/** @param {Page} page @param {string} name @param {PromiseSettledResult<any>} settled */
function group({ words }, name, settled) {
  const card = make(
    "div",
    { class: "card" },
    make("h2", {}, words.ofCode("options_group", name) ?? name),
  );
  if (settled.status === "rejected") {
    const outcome = make("p", { class: "outcome" });
    say(outcome, "bad", words.ofError(settled.reason));
    card.append(outcome);
    return card;
  }
  card.append(make("ul", { class: "findings" }, ...settled.value.map((one) => item(words, one))));
  return card;
}

function item(words, { group: kind, check, works, needed, detail }) {
  const outcome = make("p", { class: "outcome" });
  const hasWords = kind === "program" ? PROGRAM.has(check) : FEATURES.has(check);
  const label = (hasWords && words.ofCode("options_finding", check)) || check;
  const hasRemedy = !works && REMEDIES.has(check);
  const remedy = hasRemedy ? words.ofCode("options_findingRemedy", check) : null;
  const state = words.text(works ? "options_works" : needed ? "options_fails" : "options_lacks");
  say(
    outcome,
    works ? "good" : needed ? "bad" : "warning",
    make("strong", {}, label, make("span", { class: works ? "unseen" : "badge" }, state)),
    remedy,
    detail ? make("span", { class: "detail" }, detail) : null,
  );
  return make("li", { "data-check": check }, outcome);
}
