// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { busy, byId, copy, make, say, sayError, unsay } from "./dom.mjs";
import { dateText, kindText } from "./facts.mjs";

/** @typedef {import("./options.mjs").Page} Page */

const TONES = {
  live: "good",
  "live-digest": "good",
  absent: "info",
  unreachable: "warning",
  indeterminate: "warning",
};

/** The line for the zone, and whether the DNS has it. @param {Page} page */
export function startPublish(page) {
  const form = byId("publish-form");
  const outcome = byId("publish-outcome");
  const check = byId("publish-check");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => {
    unsay(outcome);
    showLine(page);
  });
  byId("publish-copy").addEventListener("click", () =>
    copy(byId("publish-copied"), byId("publish-line").textContent, page.words),
  );
  check.addEventListener("click", () =>
    busy(check, outcome, page.words, async () => {
      const publication = await page.ask("options/published", { key: chosen(page) });
      sayPublication(page, outcome, publication);
      page.published ||= publication.outcome.startsWith("live");
    }),
  );
  return () => show(page);
}

async function show(page) {
  const select = byId("publish-key");
  const wanted = page.keyToPublish ?? select.value;
  const options = publishable(page).map(([key, address]) => option(page, key, address));
  select.replaceChildren(...options);
  const match = options.find((one) => one.value === wanted || one.value.startsWith(`${wanted} `));
  if (wanted && match) {
    select.value = match.value;
  }
  page.keyToPublish = null;
  unsay(byId("publish-outcome"));
  byId("publish-form").hidden = options.length === 0;
  const none = byId("publish-none");
  if (options.length > 0) {
    unsay(none);
    await showLine(page);
    return;
  }
  const why = page.host?.ready ? "options_publishNone" : "options_needsProgram";
  say(none, "info", page.words.text(why));
}

/** Pairs of key and address, in the order of the identities; then those of no identity. */
function publishable({ identities, keys }) {
  const rank = (address) => {
    const at = identities.findIndex(({ email }) => email === address);
    return at < 0 ? identities.length : at;
  };
  return keys
    .filter((key) => key.time !== "expired")
    .flatMap((key) => key.addresses.map((address) => [key, address]))
    .sort(([, one], [, other]) => rank(one) - rank(other));
}

function option({ words }, key, address) {
  const until = words.text("options_until", dateText(key.not_after));
  const text = `${address} – ${kindText(key.key, words)}, ${until}`;
  return make("option", { value: `${key.sha256} ${address}` }, text);
}

function chosen(page) {
  const [sha256, ...address] = byId("publish-key").value.split(" ");
  return { sha256, address: address.join(" ") };
}

async function showLine(page) {
  const content = byId("publish-form").elements.content.value;
  const generic = byId("publish-form-kind").value === "generic";
  const key = chosen(page);
  byId("publish-note").hidden = content !== "digest";
  const domain = key.address.replace(/^.*@/, "");
  byId("publish-whom").textContent = page.words.text("options_lineNote", domain);
  try {
    const { line } = await page.ask("options/record", { choice: { ...key, content, generic } });
    byId("publish-line").textContent = line;
  } catch (error) {
    byId("publish-line").textContent = "";
    sayError(byId("publish-outcome"), page.words, error);
  }
}

function sayPublication(page, outcome, { outcome: code, ttl, others }) {
  const { words } = page;
  const { address } = chosen(page);
  const domain = address.replace(/^.*@/, "");
  const text = words.ofCode("options_live", code, domain, address);
  const advice = code === "live" ? null : words.ofCode("options_advice", code, domain);
  say(
    outcome,
    TONES[code] ?? "bad",
    make("strong", {}, text ?? code),
    advice,
    code === "absent" && ttl > 0 ? words.text("options_liveTtl", minutes(ttl)) : null,
    others > 0 && code.startsWith("live") ? words.text("options_liveOthers", others) : null,
  );
}

function minutes(seconds) {
  return Math.max(1, Math.round(seconds / 60));
}
