// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { nameless, parseServers } from "../modules/resolver-choice.mjs";
import { busy, byId, make, say, sayError, unsay } from "./dom.mjs";

/** @typedef {import("./options.mjs").Page} Page */

/** Which name servers are asked, what counts, and what is remembered. @param {Page} page */
export function startLookup(page) {
  const form = byId("resolver-form");
  const outcome = byId("resolver-outcome");
  const save = byId("resolver-save");
  const test = byId("resolver-test");
  const choice = () => chosen(form);

  form.addEventListener("change", () => arrange(form));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const missing = whatIsMissing(page, choice());
    if (missing) {
      say(outcome, "bad", missing);
      byId("resolver-servers").focus();
      return;
    }
    busy(save, outcome, page.words, async () => {
      await page.ask("options/resolver", { choice: choice() });
      say(outcome, "good", page.words.text("options_saved"));
    });
  });
  test.addEventListener("click", () =>
    busy(test, outcome, page.words, async () => {
      sayTest(page, outcome, await page.ask("options/resolver-test"));
    }),
  );
  startBox(page, "authorities", (on) => ["options/change", { changes: { acceptAuthorities: on } }]);
  startBox(page, "learn", (on) => ["options/learn", { on }]);
  startBox(page, "cache", (on) => ["options/cache", { on }]);
  startForget(page, "learn", "options/forget-learned", "options_learnForgotten");
  startForget(page, "cache", "options/forget-answers", "options_cacheForgotten");
  return () => show(page, form);
}

/** @returns {import("../modules/settings.mjs").ResolverSettings} */
function chosen({ elements }) {
  const transport = elements.transport.value;
  const deadline = Number(byId("resolver-deadline").value);
  return {
    mode: elements.mode.value,
    servers: parseServers(byId("resolver-servers").value),
    ...(byId("resolver-unbound").checked ? { engine: "unbound" } : {}),
    ...(transport ? { transport } : {}),
    ...(deadline ? { deadline } : {}),
  };
}

/**
 * In words, or null.
 * @param {Page} page
 * @param {import("../modules/settings.mjs").ResolverSettings} choice
 */
function whatIsMissing({ words }, { mode, servers, transport }) {
  if (mode !== "servers") {
    return null;
  }
  if (servers.length === 0) {
    return words.text("options_resolverNoAddress");
  }
  const [server] = transport === "tls" ? nameless(servers) : [];
  return server ? words.text("options_resolverNoName", server) : null;
}

/**
 * A box that holds as soon as it is clicked.
 * @param {Page} page
 * @param {string} id
 * @param {(on: boolean) => [string, any]} asks what is asked of the background
 */
function startBox(page, id, asks) {
  const box = byId(id);
  const outcome = byId(`${id}-outcome`);
  box.addEventListener("change", async () => {
    unsay(outcome);
    try {
      await page.ask(...asks(box.checked));
    } catch (error) {
      box.checked = !box.checked;
      sayError(outcome, page.words, error);
    }
  });
}

/** @param {Page} page @param {string} id @param {string} asks @param {string} says */
function startForget(page, id, asks, says) {
  const button = byId(`${id}-forget`);
  const outcome = byId(`${id}-outcome`);
  button.addEventListener("click", () =>
    busy(button, outcome, page.words, async () => {
      const count = await page.ask(asks);
      say(outcome, "good", page.words.text(says, count));
    }),
  );
}

async function show(page, form) {
  const settings = await page.ask("options/settings");
  const { resolver, acceptAuthorities, learnCiphers, cacheAnswers } = settings;
  form.elements.mode.value = resolver.mode;
  byId("resolver-servers").value = resolver.servers.join("\n");
  form.elements.transport.value = resolver.transport ?? "";
  byId("resolver-unbound").checked = resolver.engine === "unbound";
  byId("resolver-deadline").value = resolver.deadline ?? "";
  byId("authorities").checked = acceptAuthorities;
  byId("learn").checked = learnCiphers;
  byId("cache").checked = cacheAnswers;
  unsay(byId("resolver-outcome"));
  unsay(byId("learn-outcome"));
  unsay(byId("cache-outcome"));
  arrange(form);
}

/** What does not go together can't be chosen together. */
function arrange({ elements }) {
  const mode = elements.mode.value;
  byId("resolver-servers").disabled = mode !== "servers";
  const cannot = { tls: mode !== "servers", "tls-opportunistic": mode === "recursive" };
  for (const one of elements.transport) {
    one.disabled = Boolean(cannot[one.value]);
  }
  if (cannot[elements.transport.value]) {
    elements.transport.value = "";
  }
  const isStrict = elements.transport.value === "tls";
  byId("resolver-unbound").disabled = isStrict;
  if (isStrict) {
    byId("resolver-unbound").checked = false;
  }
}

function sayTest({ words }, outcome, { works, outcome: code, detail }) {
  const text = words.ofCode("options_resolverIs", works ? "works" : code);
  say(
    outcome,
    works ? "good" : "bad",
    make("strong", {}, text ?? words.text("options_resolverIs_failed")),
    works ? null : make("span", { class: "note" }, detail),
  );
}
