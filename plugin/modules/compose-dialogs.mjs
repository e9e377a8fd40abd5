// SPDX-License-Identifier: MPL-2.0
// @ts-check

/**
 * A question before sending, all words ready. The first choice is the one that Enter takes.
 * @typedef {object} Question
 * @property {string} title
 * @property {string} text
 * @property {import("./compose-view.mjs").RecipientRow[]} rows
 * @property {{id: string, label: string, look: "main" | "plain" | "link"}[]} choices
 * @property {{choice: string, title: string, text: string, yes: string, no: string} | null} confirm
 *   what is asked once more when this choice is taken
 */

const WIDTH = 620;
const HEIGHT = 340;
const LARGEST = 800;

/** What it means if the window is closed. */
export const GO_BACK = "back";

/** Questions in small windows of their own, in front of the compose windows that they are about. */
export class Dialogs {
  #windows;
  #getURL;
  /** @type {Map<string, any>} */ #open = new Map();
  #count = 0;

  /**
   * @param {any} windows messenger.windows
   * @param {(path: string) => string} getURL runtime.getURL
   */
  constructor(windows, getURL) {
    this.#windows = windows;
    this.#getURL = getURL;
  }

  /**
   * @param {number} parentId window that it is about
   * @param {Question} question
   * @returns {Promise<string>} id of a choice, or GO_BACK
   */
  async ask(parentId, question) {
    // A page of an earlier life of the event page must not take this question for its own.
    const id = `${Date.now()}-${this.#count++}`;
    const url = this.#getURL(`compose/send-check.html?id=${id}`);
    const answer = new Promise((resolve) => {
      this.#open.set(id, { parentId, question, resolve, windowId: null });
    });
    const place = await this.#place(parentId);
    const size = { width: WIDTH, height: HEIGHT };
    const options = { url, type: "popup", allowScriptsToClose: true, ...size, ...place };
    const entry = this.#open.get(id);
    try {
      entry.windowId = (await this.#windows.create(options)).id;
      return await answer;
    } finally {
      this.#open.delete(id);
      await this.#windows.remove(entry.windowId).catch(() => {});
      await this.#windows.update(parentId, { focused: true }).catch(() => {});
    }
  }

  /** @param {string} id @returns {Question | null} */
  describe(id) {
    return this.#open.get(id)?.question ?? null;
  }

  /** @param {string} id @param {string} choice */
  choose(id, choice) {
    this.#open.get(id)?.resolve(choice);
  }

  /** The page knows how much room it needs. @param {string} id @param {number} height */
  async fit(id, height) {
    const windowId = this.#open.get(id)?.windowId;
    if (windowId) {
      await this.#windows.update(windowId, { height: Math.min(Math.ceil(height), LARGEST) });
    }
  }

  /** For windows.onRemoved. @param {number} windowId */
  removed(windowId) {
    for (const entry of this.#open.values()) {
      if (entry.windowId === windowId || entry.parentId === windowId) {
        entry.resolve(GO_BACK);
      }
    }
  }

  /** For windows.onFocusChanged: the question comes first. @param {number} windowId */
  async focused(windowId) {
    for (const entry of this.#open.values()) {
      if (entry.parentId === windowId && entry.windowId) {
        await this.#windows.update(entry.windowId, { focused: true }).catch(() => {});
      }
    }
  }

  async #place(parentId) {
    const { left, top, width } = await this.#windows.get(parentId);
    return { left: Math.round(left + Math.max(0, (width - WIDTH) / 2)), top: top + 90 };
  }
}
