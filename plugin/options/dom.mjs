// SPDX-License-Identifier: MPL-2.0
// @ts-check

/**
 * An element with properties ("class" and names with a "-" are attributes) and children.
 * @param {string} tag
 * @param {{[name: string]: any}} [properties]
 * @param {...(Node | string | null)} children
 * @returns {any}
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class" || name.includes("-")) {
      element.setAttribute(name, value);
    } else {
      element[name] = value;
    }
  }
  for (const child of children) {
    if (child !== null) {
      element.append(child);
    }
  }
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} name of a symbol in icons.svg
 * @returns {SVGElement} nothing to a screen reader
 */
export function icon(name) {
  const picture = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `icons.svg#${name}`);
  picture.setAttribute("class", "icon");
  picture.setAttribute("aria-hidden", "true");
  picture.append(use);
  return picture;
}

/** @param {string} id @returns {any} */
export function byId(id) {
  return document.getElementById(id);
}

/**
 * Fills data-icon, data-i18n, and data-i18n-label for screen readers.
 * @param {ParentNode} root
 * @param {import("../modules/words.mjs").Words} words
 */
export function fillTexts(root, words) {
  for (const element of root.querySelectorAll("[data-icon]")) {
    element.prepend(icon(element.getAttribute("data-icon") ?? ""));
  }
  for (const element of root.querySelectorAll("[data-i18n]")) {
    element.append(words.text(element.getAttribute("data-i18n") ?? ""));
  }
  for (const element of root.querySelectorAll("[data-i18n-label]")) {
    element.setAttribute("aria-label", words.text(element.getAttribute("data-i18n-label") ?? ""));
  }
}

/**
 * What came of something, in an element of class "outcome": paragraphs or nodes.
 * @param {HTMLElement} element
 * @param {"good" | "info" | "warning" | "bad"} tone
 * @param {...(Node | string | null)} parts none: it is emptied
 */
export function say(element, tone, ...parts) {
  element.dataset.tone = tone;
  element.replaceChildren();
  for (const part of parts) {
    if (part) {
      if (!element.hasChildNodes()) {
        element.append(icon(`state-${tone}`));
      }
      element.append(typeof part === "string" ? make("span", {}, part) : part);
    }
  }
}

/** @param {HTMLElement} element of class "outcome" */
export function unsay(element) {
  element.replaceChildren();
}

/**
 * Runs work that a button has begun: the button shows it and takes no second click; what goes
 * wrong is said in `outcome`. The button keeps the focus.
 * @param {HTMLButtonElement} button
 * @param {HTMLElement} outcome
 * @param {import("../modules/words.mjs").Words} words
 * @param {() => Promise<any>} work
 * @returns {Promise<boolean>} it went well
 */
export async function busy(button, outcome, words, work) {
  if (button.getAttribute("aria-disabled") === "true") {
    return false;
  }
  button.setAttribute("aria-disabled", "true");
  button.setAttribute("aria-busy", "true");
  unsay(outcome);
  try {
    await work();
    return true;
  } catch (error) {
    sayError(outcome, words, error);
    return false;
  } finally {
    button.removeAttribute("aria-disabled");
    button.removeAttribute("aria-busy");
  }
}

/** Says nothing for what the user has cancelled. */
export function sayError(outcome, words, error) {
  const text = words.ofError(error);
  if (text === null) {
    unsay(outcome);
    return;
  }
  if (error?.name !== "BridgeError") {
    console.error(error);
  }
  say(outcome, "bad", text);
}

/**
 * @param {HTMLElement} said where to tell it
 * @param {string} text
 * @param {import("../modules/words.mjs").Words} words
 */
export async function copy(said, text, words) {
  await navigator.clipboard.writeText(text);
  said.textContent = words.text("options_copied");
  setTimeout(() => {
    said.textContent = "";
  }, 4000);
}
