// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { KEY_KINDS, DEFAULT_YEARS } from "../modules/key-setup.mjs";
import { field, newPassword, openDialog, passwordInput } from "./dialog.mjs";
import { make } from "./dom.mjs";
import { dateText, factsList, kindText } from "./facts.mjs";
import { saveFile } from "./save-file.mjs";

/**
 * Each opens a dialog and answers what is to be said afterwards, or null if it was left.
 * @typedef {import("./options.mjs").Page} Page
 * @typedef {{tone: "good" | "info" | "warning", text: string} | null} Saying
 */

const YEARS = [1, 2, 3, 5, 10];
const KEY_FILES = ".p12,.pfx,.pem,.der,.key";

/** @param {Page} page @returns {Promise<Saying>} */
export async function createKey(page, identity) {
  const { words } = page;
  const name = make("input", { type: "text", value: identity.name });
  const kind = make(
    "select",
    {},
    ...KEY_KINDS.map((value) => make("option", { value }, kindText(value, words))),
  );
  const years = make(
    "select",
    {},
    ...YEARS.map((value) => {
      const text = value === 1 ? words.text("options_year") : words.text("options_years", value);
      return make("option", { value: String(value), selected: value === DEFAULT_YEARS }, text);
    }),
  );
  const done = await openDialog(words, {
    title: words.text("options_createTitle", identity.email),
    accept: words.text("options_createAccept"),
    content: [
      words.text("options_createText"),
      field(words.text("options_name"), name, words.text("options_nameNote")),
      field(words.text("options_kind"), kind, words.text("options_kindNote")),
      field(words.text("options_validFor"), years),
    ],
    work: () =>
      page.ask("options/create", {
        wanted: {
          address: identity.email,
          name: name.value.trim(),
          kind: kind.value,
          years: Number(years.value),
        },
      }),
  });
  return done ? { tone: "good", text: words.text("options_created", identity.email) } : null;
}

/** @param {Page} page @returns {Promise<Saying>} */
export async function importKey(page, identity) {
  const { words } = page;
  const file = make("input", { type: "file", accept: KEY_FILES, required: true });
  const password = passwordInput();
  let result;
  const done = await openDialog(words, {
    title: words.text("options_importTitle"),
    accept: words.text("options_importAccept"),
    content: [
      words.text("options_importText"),
      field(words.text("options_file"), file),
      field(words.text("options_filePassword"), password, words.text("options_filePasswordNote")),
    ],
    check: () => (file.files.length > 0 ? null : words.text("options_fileNone")),
    work: async () => {
      const octets = new Uint8Array(await file.files[0].arrayBuffer());
      result = await page.ask("options/import", { octets, password: password.value });
    },
  });
  password.value = "";
  return done ? imported(words, result, identity) : null;
}

/** @returns {Saying} */
function imported(words, result, identity) {
  const addresses = result.imported.flatMap((one) => one.addresses);
  if (result.new_keys === 0) {
    return { tone: "info", text: words.text("options_importedNothing") };
  }
  if (!addresses.includes(identity.email)) {
    const whom = [...new Set(addresses)].join(", ");
    return { tone: "warning", text: words.text("options_importedOther", whom, identity.email) };
  }
  return { tone: "good", text: words.text("options_imported", identity.email) };
}

/** @param {Page} page @returns {Promise<Saying>} */
export async function takeOverKey(page, identity) {
  const { words } = page;
  const content = make("div", {}, make("p", {}, words.text("options_takeOverText")));
  const list = make("div", { role: "radiogroup" });
  const own = await page.ask("options/list-own");
  if (own.length === 0) {
    content.append(make("p", {}, words.text("options_takeOverNone")));
  }
  list.append(...own.map((one) => ownChoice(words, one, identity)));
  if (!list.querySelector(":checked")) {
    list.querySelector("input")?.setAttribute("checked", "");
  }
  let result;
  const done = await openDialog(words, {
    title: words.text("options_takeOverTitle"),
    accept: words.text("options_takeOverAccept"),
    content: [content, list],
    check: () => (list.querySelector(":checked") ? null : words.text("options_takeOverNone")),
    work: async () => {
      const id = list.querySelector(":checked").value;
      result = await page.ask("options/take-over", { id });
    },
  });
  return done ? imported(words, result, identity) : null;
}

function ownChoice(words, own, identity) {
  const who = own.addresses.join(", ") || own.subject;
  const until = words.text("options_until", dateText(own.notAfter));
  return make(
    "label",
    { class: "choice" },
    make("input", {
      type: "radio",
      name: "own",
      value: own.id,
      defaultChecked: own.addresses.includes(identity.email),
    }),
    make("span", {}, `${own.subject} (${who}), ${until}`),
  );
}

/** @param {Page} page @param {KeyFacts} key @returns {Promise<Saying>} */
export async function backUpKey(page, key) {
  const { words } = page;
  const password = newPassword(words);
  let saved = false;
  const done = await openDialog(words, {
    title: words.text("options_backUpTitle"),
    accept: words.text("options_backUpAccept"),
    content: [words.text("options_backUpText"), ...password.rows],
    check: password.check,
    work: async () => {
      const parameters = { sha256: key.sha256, password: password.value() };
      const octets = await page.ask("options/back-up", parameters);
      const address = (key.addresses[0] ?? "key").replace(/[^\w.@+-]/g, "_");
      saved = await saveFile(octets, `dane-smime-${address}.p12`, "application/x-pkcs12");
    },
  });
  return done && saved ? { tone: "good", text: words.text("options_backedUp") } : null;
}

/** @param {Page} page @param {KeyFacts} key @returns {Promise<Saying>} */
export async function deleteKey(page, key) {
  const { words } = page;
  const sure = make("input", { type: "checkbox" });
  const done = await openDialog(words, {
    title: words.text("options_deleteTitle"),
    accept: words.text("options_deleteAccept"),
    danger: true,
    content: [
      words.text("options_deleteText"),
      factsList(key, words),
      make("label", { class: "choice sure" }, sure, words.text("options_deleteSure")),
    ],
    check: () => (sure.checked ? null : words.text("options_deleteNotSure")),
    work: () => page.ask("options/delete", { sha256: key.sha256 }),
  });
  return done ? { tone: "info", text: words.text("options_deleted") } : null;
}
