// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { ComposeSession } from "./compose-session.mjs";
import { barText, showButton } from "./compose-show.mjs";
import { buttonOf, pillsOf, popupView } from "./compose-view.mjs";

/**
 * What the compose windows work with.
 * @typedef {object} ComposeParts
 * @property {DaneCompose} compose
 * @property {DaneOutgoing} outgoing
 * @property {any} action messenger.composeAction
 * @property {{get: Function, set: Function, remove: Function}} storage storage.session
 * @property {import("./settings.mjs").SettingsStore} settings
 * @property {import("./own-keys.mjs").OwnKeys} ownKeys
 * @property {import("./recipient-lookup.mjs").RecipientLookup} lookup
 * @property {import("./words.mjs").Words} words
 * @property {import("./compose-originals.mjs").Originals} originals of answers
 * @property {(tabId: number) => void} tellPopup that there is something new to show
 */

/** All compose windows: keeps their toggles, and shows their state. */
export class ComposeWindows {
  #parts;
  /** @type {Map<number, ComposeSession>} */ #sessions = new Map();
  /** What is being shown, by tab: in order. @type {Map<number, Promise<void>>} */
  #shows = new Map();
  /** What is being taken in, by tab: in order. @type {Map<number, Promise<any>>} */
  #turns = new Map();
  /** Text of the bar that a window shows. @type {Map<number, string>} */ #bars = new Map();
  /** The windows that were open when the event page started are known. @type {Promise<void>} */
  ready;

  /** @param {ComposeParts} parts */
  constructor(parts) {
    this.#parts = parts;
    parts.lookup.onChange = (addresses) => this.#answered(addresses);
    this.ready = this.#rebuild();
  }

  /**
   * A window is new, or its recipients or its sender have changed.
   * @param {ComposeWindow} now
   */
  async changed(now) {
    await this.ready;
    await this.#inTurn(now.tabId, () => this.#take(now));
  }

  /** @param {number} tabId */
  async closed(tabId) {
    await this.ready;
    this.#sessions.delete(tabId);
    this.#shows.delete(tabId);
    this.#turns.delete(tabId);
    this.#bars.delete(tabId);
    this.#parts.lookup.want(tabId, []);
    await this.#parts.storage.remove(storageKey(tabId));
  }

  /** Settings or keys have changed. */
  async refresh() {
    await this.ready;
    const sessions = [...this.#sessions];
    await Promise.all(
      sessions.map(([tabId, session]) => this.#inTurn(tabId, () => this.#learn(session))),
    );
  }

  /**
   * A window that is open, as it is now. A key that could not be found out is asked for again.
   * @param {number} tabId
   * @returns {Promise<ComposeSession>}
   */
  async current(tabId) {
    await this.ready;
    return this.#inTurn(tabId, async () => {
      const now = await this.#parts.compose.describe(tabId);
      const session = this.#sessions.get(tabId);
      if (session) {
        session.held = false;
      }
      return this.#take(now, session?.key === "failed");
    });
  }

  /** Fulfilled when the window knows what it wants: for a draft. @param {number} tabId */
  async decided(tabId) {
    await this.current(tabId);
  }

  /** What the host needs to know of the header fields. @param {number} tabId */
  async headerParams(tabId) {
    await this.ready;
    return (this.#sessions.get(tabId) ?? (await this.current(tabId))).headerParams;
  }

  /** For the popup, which the user has opened. @param {number} tabId */
  async view(tabId) {
    await this.ready;
    const session = this.#sessions.get(tabId) ?? (await this.current(tabId));
    session.watched = true;
    this.#want(session);
    return popupView(session, this.#parts.words);
  }

  /** A click. @param {number} tabId @param {"sign" | "encrypt"} what @param {boolean} on */
  async choose(tabId, what, on) {
    await this.ready;
    const session = this.#sessions.get(tabId) ?? (await this.current(tabId));
    session.choose(what, on);
    await this.#keep(session);
    this.#want(session);
    await this.show(session);
  }

  /** Takes the toggles anew from what is known, and shows them. @param {ComposeSession} session */
  async show(session) {
    const { tabId } = session.window;
    session.evaluate();
    const before = this.#shows.get(tabId) ?? Promise.resolve();
    const shown = before
      .then(() => this.#sessions.has(tabId) && this.#show(session))
      .catch((error) => this.#unlessClosed(tabId, error));
    this.#shows.set(
      tabId,
      shown.catch(() => {}),
    );
    await shown;
  }

  async #rebuild() {
    for (const now of await this.#parts.compose.list()) {
      await this.#inTurn(now.tabId, () => this.#take(now)).catch(console.error);
    }
  }

  /** One thing after the other: a sender that was changed twice is asked about twice. */
  #inTurn(tabId, work) {
    const before = this.#turns.get(tabId) ?? Promise.resolve();
    const turn = before.then(work).catch((error) => this.#unlessClosed(tabId, error));
    this.#turns.set(
      tabId,
      turn.catch(() => {}),
    );
    return turn;
  }

  /** What fails because the window was closed meanwhile is no failure. */
  async #unlessClosed(tabId, error) {
    const open = await this.#parts.compose.list();
    if (open.some((one) => one.tabId === tabId)) {
      throw error;
    }
  }

  async #tellUnlessClosed(tabId, error) {
    await this.#unlessClosed(tabId, error).catch(console.error);
  }

  /** @param {ComposeWindow} now @param {boolean} [again] the key is asked for in any case */
  async #take(now, again = false) {
    let session = this.#sessions.get(now.tabId);
    const before = session?.window;
    if (!session) {
      session = new ComposeSession(now, this.#parts.lookup);
      await this.#restore(session);
      this.#sessions.set(now.tabId, session);
    }
    session.window = before ? now : session.window;
    session.held &&= isSame(before, now);
    if (again || before?.from !== now.from || before?.identityId !== now.identityId) {
      await this.#learn(session);
    } else {
      this.#want(session);
      await this.show(session);
    }
    return session;
  }

  /** What a window already knows whose event page was stopped meanwhile. */
  async #restore(session) {
    const { outgoing, storage, originals } = this.#parts;
    const { tabId } = session.window;
    session.hookMissing = !(await canSend(outgoing));
    session.encryptedOriginal = await originals.wasEncrypted(session.window);
    session.sealed = await originals.isSealed(session.window);
    session.answered = await originals.protectedBy(session.window);
    const kept = (await storage.get(storageKey(tabId)))[storageKey(tabId)];
    session.chosen = kept?.chosen ?? {};
    session.unproven = kept?.unproven ?? false;
    if (!kept) {
      const taken = originals.takeOver(session.window);
      session.unproven = !(await taken.catch((error) => this.#tellUnlessClosed(tabId, error)));
      session.window = await this.#parts.compose.describe(tabId);
    }
    if (!session.hookMissing) {
      session.protection = await outgoing.getProtection(tabId);
    }
    if (!kept) {
      // Switched on by an earlier life of the add-on: it was the user's, for all that is known.
      session.chosen = switchedOn(session.protection);
      await this.#keep(session);
    }
  }

  /** What outlives the event page. @param {ComposeSession} session */
  async #keep({ window, chosen, unproven }) {
    await this.#parts.storage.set({ [storageKey(window.tabId)]: { chosen, unproven } });
  }

  /** Finds out what depends on the sender. */
  async #learn(session) {
    const { settings, ownKeys } = this.#parts;
    const { from, identityId } = session.window;
    session.settings = await settings.identity(identityId);
    session.header = await settings.header();
    try {
      const key = (await ownKeys.find(from)) ? "ready" : "missing";
      Object.assign(session, { key, keyError: null, keyOf: from });
    } catch (error) {
      // A key that was there a moment ago is still there.
      const key = session.keyOf === from && session.key === "ready" ? "ready" : "failed";
      Object.assign(session, { key, keyError: error, keyOf: from });
    }
    this.#want(session);
    await this.show(session);
  }

  /** Nobody is looked up for a sender who can't encrypt, unless somebody looks at the table. */
  #want(session) {
    const wanted = session.key === "ready" || session.protection.encrypt || session.watched;
    this.#parts.lookup.want(session.window.tabId, wanted ? session.addresses : []);
  }

  #answered(addresses) {
    for (const session of this.#sessions.values()) {
      if (session.addresses.some((address) => addresses.includes(address))) {
        this.show(session).catch(console.error);
      }
    }
  }

  async #show(session) {
    const { action, compose, outgoing, tellPopup, words } = this.#parts;
    const { tabId } = session.window;
    const { protection } = session;
    if (!session.hookMissing) {
      await outgoing.setProtection(tabId, session.wish);
    }
    if (protection.sign || protection.encrypt) {
      await compose.disableBuiltIn(tabId);
    }
    await compose.setPills(tabId, session.key === "missing" ? {} : pillsOf(session, words));
    await showButton(action, tabId, buttonOf(session, words));
    await this.#showBar(session);
    tellPopup(tabId);
  }

  async #showBar(session) {
    const { compose, words } = this.#parts;
    const { tabId } = session.window;
    const text = barText(session, words);
    if (text === (this.#bars.get(tabId) ?? "")) {
      return;
    }
    this.#bars.set(tabId, text);
    if (text) {
      await compose.showBar(tabId, { id: "recipients", text, level: "info", buttons: [] });
    } else {
      await compose.hideBar(tabId, "recipients");
    }
  }
}

/** Whether the message can be rewritten on its way out. @param {DaneOutgoing} outgoing */
async function canSend(outgoing) {
  return (await outgoing.features()).messageFile === true;
}

/** @param {ComposeWindow | undefined} before @param {ComposeWindow} now */
function isSame(before, now) {
  return JSON.stringify(before) === JSON.stringify(now);
}

function switchedOn(protection) {
  return Object.fromEntries(Object.entries(protection).filter(([, on]) => on));
}

/** @param {number} tabId */
function storageKey(tabId) {
  return `compose-${tabId}`;
}
