// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { hiddenSubject, messageIdOf } from "./header-view.mjs";

/**
 * Subjects that were hidden on their way, in the message list: by the user's choice alone, because
 * Thunderbird keeps what the list shows as plain text on disk.
 */
export class KeptSubjects {
  #hooks;
  #settings;
  /**
   * One thing after the other: consent that is taken back holds for what is being read as well.
   * @type {Promise<any>}
   */
  #turn = Promise.resolve();

  /**
   * @param {Pick<DaneList, "setSubject" | "takeSubjects">} hooks
   * @param {import("./settings.mjs").SettingsStore} settings
   */
  constructor(hooks, settings) {
    this.#hooks = hooks;
    this.#settings = settings;
  }

  /**
   * @param {string} uri
   * @param {any} verdict of a message that was read
   */
  async keep(uri, verdict) {
    const subject = hiddenSubject(verdict);
    if (!subject) {
      return;
    }
    await this.#inTurn(async () => {
      if ((await this.#settings.read()).keepSubjects) {
        await this.#hooks.setSubject(uri, subject, messageIdOf(verdict));
      }
    });
  }

  /**
   * @param {boolean} on for messages that are read from now on
   * @returns {Promise<number>} how many subjects were taken out of the list
   */
  choose(on) {
    return this.#inTurn(async () => {
      await this.#settings.change({ keepSubjects: on });
      return on ? 0 : this.#hooks.takeSubjects();
    });
  }

  /** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  #inTurn(work) {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}
