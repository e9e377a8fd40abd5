// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { busy, byId, fillTexts, make, say } from "./dom.mjs";

/**
 * @typedef {object} DialogOptions
 * @property {string} title
 * @property {string} accept label of the button that does it
 * @property {boolean} [danger]
 * @property {(Node | string)[]} content a string is a paragraph
 * @property {() => string | null} [check] what is wrong with what was filled in
 * @property {() => Promise<any>} work done while the dialog is open; what fails is said in it
 */

/**
 * A modal dialog; its fields are forgotten when it closes.
 * @param {import("../modules/words.mjs").Words} words
 * @param {DialogOptions} options
 * @returns {Promise<boolean>} it was done
 */
export function openDialog(words, { title, accept, danger, content, check, work }) {
  const dialog = byId("dialog").content.firstElementChild.cloneNode(true);
  const find = (selector) => dialog.querySelector(selector);
  fillTexts(dialog, words);
  find("h2").textContent = title;
  find(".accept").textContent = accept;
  find(".accept").classList.toggle("danger", Boolean(danger));
  find(".content").append(
    ...content.map((one) => (typeof one === "string" ? make("p", {}, one) : one)),
  );
  return new Promise((resolve) => {
    let done = false;
    find(".cancel").addEventListener("click", () => dialog.close());
    find("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      const wrong = check?.() ?? null;
      if (wrong !== null) {
        say(find(".outcome"), "bad", wrong);
        return;
      }
      done = await busy(find(".accept"), find(".outcome"), words, work);
      if (done) {
        dialog.close();
      }
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(done);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

let lastId = 0;

/**
 * A label and its field, with an optional note.
 * @param {string} label
 * @param {HTMLElement} input
 * @param {string} [note]
 */
export function field(label, input, note) {
  input.id = `field-${++lastId}`;
  const row = make("p", { class: "field" }, make("label", { htmlFor: input.id }, label), input);
  if (note) {
    const noteId = `${input.id}-note`;
    input.setAttribute("aria-describedby", noteId);
    row.append(make("span", { class: "note", id: noteId }, note));
  }
  return row;
}

/** @param {{[name: string]: any}} [more] */
export function passwordInput(more = {}) {
  return make("input", { type: "password", autocomplete: "off", ...more });
}

/**
 * Two fields for a new password.
 * @param {import("../modules/words.mjs").Words} words
 */
export function newPassword(words) {
  const first = passwordInput();
  const second = passwordInput();
  return {
    rows: [
      field(words.text("options_passwordNew"), first),
      field(words.text("options_passwordRepeat"), second),
    ],
    check: () => checkPasswords(words, first.value, second.value),
    value: () => first.value,
  };
}

/** @returns {string | null} what is wrong */
export function checkPasswords(words, first, second) {
  if (first === "") {
    return words.text("options_passwordEmpty");
  }
  return first === second ? null : words.text("options_passwordDiffers");
}
