// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { byId, icon, make, say, sayError } from "./dom.mjs";
import { factsList, kindText, usageBadge } from "./facts.mjs";
import { backUpKey, createKey, deleteKey, importKey, takeOverKey } from "./key-dialogs.mjs";

/** @typedef {import("./options.mjs").Page} Page */

const SIGN = ["always", "never"];
const ENCRYPT = ["ready", "ask", "always", "never"];

/** A card for each identity, and one for keys that belong to none. @param {Page} page */
export function startKeys(page) {
  async function show() {
    const outcome = byId("keys-outcome");
    try {
      const [identities, keys] = await Promise.all([
        page.ask("options/identities"),
        page.host?.ready ? page.ask("options/keys") : [],
      ]);
      page.identities = identities;
      page.keys = keys;
      byId("keys-list").replaceChildren(...cards(page, show));
      sayState(page, outcome);
    } catch (error) {
      sayError(outcome, page.words, error);
    }
  }
  return show;
}

function sayState({ words, host, identities }, outcome) {
  if (host && !host.ready) {
    say(outcome, "warning", words.text("options_needsProgram"));
  } else if (identities.length === 0) {
    say(outcome, "info", words.text("options_noIdentity"));
  } else {
    say(outcome, "info");
  }
}

function cards(page, show) {
  const addresses = page.identities.map(({ email }) => email);
  const others = page.keys.filter((key) => !key.addresses.some((one) => addresses.includes(one)));
  const list = page.identities.map((identity) => identityCard(page, identity, show));
  if (others.length > 0) {
    list.push(
      make(
        "article",
        { class: "card identity" },
        make("header", {}, make("h2", {}, page.words.text("options_otherKeys"))),
        make("p", { class: "note" }, page.words.text("options_otherKeysNote")),
        ...others.map((key) => keyPart(page, key, null, show, "")),
      ),
    );
  }
  return list;
}

/** Keys of an address, newest first. */
function keysOf(page, email) {
  return page.keys.filter((key) => key.addresses.includes(email));
}

/** The one that signs. */
function usedKey(keys) {
  return keys.find((key) => key.time === "valid" && key.may_sign) ?? null;
}

function identityCard(page, identity, show) {
  const { words } = page;
  const keys = keysOf(page, identity.email);
  const title = identity.label || identity.name || identity.email;
  const card = make(
    "article",
    { class: "card identity", "data-identity": identity.id },
    make(
      "header",
      {},
      make("h2", {}, title),
      title === identity.email ? null : make("span", { class: "address" }, identity.email),
    ),
  );
  if (!page.host?.ready) {
    card.append(defaultsPart(page, identity));
    return card;
  }
  const used = usedKey(keys);
  card.append(...keys.map((key) => keyPart(page, key, used, show, identity.email)));
  card.append(waysPart(page, identity, keys, show), defaultsPart(page, identity));
  card.querySelector(".ways").setAttribute("aria-label", words.text("options_ways", title));
  return card;
}

function waysPart(page, identity, keys, show) {
  const { words } = page;
  const used = usedKey(keys);
  const button = (text, dialog, kind) => {
    const one = make("button", { type: "button", class: kind }, text);
    one.addEventListener("click", async () => {
      try {
        const said = await dialog(page, identity);
        if (said) {
          await show();
          say(byId("keys-outcome"), said.tone, said.text);
          page.keysChanged();
        }
      } catch (error) {
        sayError(byId("keys-outcome"), words, error);
      }
    });
    return one;
  };
  const create = words.text(used ? "options_createAnother" : "options_create");
  return make(
    "div",
    { class: "key ways", role: "group" },
    used ? null : make("p", {}, words.text(keys.length > 0 ? "options_noUsable" : "options_noKey")),
    make(
      "div",
      { class: "row" },
      button(create, createKey, used ? "" : "primary"),
      button(words.text("options_import"), importKey, ""),
      button(words.text("options_takeOver"), takeOverKey, ""),
    ),
  );
}

/** @param {Page} page @param {KeyFacts} key @param {KeyFacts | null} used */
function keyPart(page, key, used, show, known) {
  const { words } = page;
  const kind = kindText(key.key, words);
  const button = (text, action) => {
    const one = make("button", { type: "button" }, text);
    one.addEventListener("click", action);
    return one;
  };
  const part = make(
    "div",
    { class: "key", "data-key": key.sha256, role: "group", "aria-label": kind },
    make("h3", {}, icon("key"), kind, usageBadge(key, key === used, words)),
    factsList(key, words, known),
    make(
      "div",
      { class: "row" },
      button(words.text("options_publishThis"), () => page.publishKey(key)),
      button(words.text("options_backUp"), () => tell(page, backUpKey(page, key))),
      button(words.text("options_delete"), async () => {
        const said = await deleteKey(page, key);
        if (said) {
          await show();
          tell(page, said);
          byId("keys-title").focus();
          page.keysChanged();
        }
      }),
    ),
  );
  return part;
}

async function tell(page, saying) {
  const said = await saying;
  if (said) {
    say(byId("keys-outcome"), said.tone, said.text);
    byId("keys-outcome").scrollIntoView({ block: "nearest" });
  }
}

function defaultsPart(page, identity) {
  const { words } = page;
  const row = (name, kind, label, values) => {
    const options = values.map((value) => {
      const text = words.ofCode(kind, value) ?? value;
      return make("option", { value, selected: identity[name] === value }, text);
    });
    const id = `${identity.id}-${name}`;
    const select = make("select", { id, name }, ...options);
    select.addEventListener("change", () => {
      const changes = { [name]: select.value };
      page
        .ask("options/change-identity", { id: identity.id, changes })
        .catch((error) => sayError(byId("keys-outcome"), words, error));
    });
    return make("p", { class: "field" }, make("label", { htmlFor: id }, label), select);
  };
  return make(
    "div",
    { class: "defaults" },
    row("sign", "options_sign", words.text("options_signDefault"), SIGN),
    row("encrypt", "options_encrypt", words.text("options_encryptDefault"), ENCRYPT),
  );
}
