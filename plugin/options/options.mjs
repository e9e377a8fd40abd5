// SPDX-License-Identifier: MPL-2.0
// @ts-check
import { makeAsk } from "../modules/router.mjs";
import { Words } from "../modules/words.mjs";
import { startCheck } from "./check.mjs";
import { byId, fillTexts } from "./dom.mjs";
import { startHeaders } from "./headers.mjs";
import { startKeys } from "./keys.mjs";
import { startLookup } from "./lookup.mjs";
import { startPassword } from "./password.mjs";
import { startPath } from "./path.mjs";
import { startProgram } from "./program.mjs";
import { startPublish } from "./publish.mjs";

/** Shows a section when it is come to. */
const STARTS = {
  program: startProgram,
  keys: startKeys,
  publish: startPublish,
  password: startPassword,
  lookup: startLookup,
  headers: startHeaders,
  check: startCheck,
  done: () => async () => {},
};

/** What the sections share. */
export class Page {
  words = new Words((name, values) => messenger.i18n.getMessage(name, values));
  ask = makeAsk((message) => messenger.runtime.sendMessage(message));
  /** @type {import("../modules/host-state.mjs").HostState | null} */ host = null;
  /** @type {any[]} */ identities = [];
  /** @type {KeyFacts[]} */ keys = [];
  /** @type {import("../modules/doctor.mjs").Finding[]} */ findings = [];
  /**
   * SHA-256 of the certificate that the publishing section is to show.
   * @type {string | null}
   */
  keyToPublish = null;
  /** A certificate was seen in the DNS. */
  published = false;
  section = "program";
  isPath = new URL(location.href).searchParams.has("first-run");
  /** @type {{[section: string]: () => Promise<any>}} */ #shows = {};
  #arrangePath = () => {};

  async start() {
    document.documentElement.lang = messenger.i18n.getUILanguage();
    fillTexts(document, this.words);
    for (const [name, start] of Object.entries(STARTS)) {
      this.#shows[name] = start(this);
    }
    this.#arrangePath = startPath(this);
    window.addEventListener("hashchange", () => this.#come());
    await this.#come();
  }

  /** @param {string} section */
  go(section) {
    if (location.hash === `#${section}`) {
      this.#come();
      return;
    }
    location.hash = section;
  }

  /** @param {import("../modules/host-state.mjs").HostState} host */
  setHost(host) {
    this.host = host;
    this.#arrangePath();
  }

  /** @param {KeyFacts} key */
  publishKey(key) {
    this.keyToPublish = key.sha256;
    this.go("publish");
  }

  keysChanged() {
    this.#arrangePath();
  }

  /** Shows the section that the address names. */
  async #come() {
    const wanted = location.hash.slice(1);
    const isKnown = wanted in STARTS && (this.isPath || wanted !== "done");
    this.section = isKnown ? wanted : this.isPath ? "program" : "keys";
    const isFirst = !document.querySelector("main > section:not([hidden])");
    for (const section of document.querySelectorAll("main > section")) {
      /** @type {HTMLElement} */ (section).hidden = section.id !== this.section;
    }
    for (const link of document.querySelectorAll("#sections a")) {
      if (link.getAttribute("href") === `#${this.section}`) {
        link.setAttribute("aria-current", "page");
      } else {
        link.removeAttribute("aria-current");
      }
    }
    this.#arrangePath();
    const title = byId(`${this.section}-title`);
    document.title = `${title.textContent} – dane-smime`;
    if (!isFirst) {
      title.focus();
      scrollTo(0, 0);
    }
    await this.#show();
  }

  async #show() {
    if (this.section === "program" || !this.host) {
      await this.#shows.program();
    }
    if (["publish", "done"].includes(this.section)) {
      await this.#shows.keys();
    }
    if (this.section !== "program") {
      await this.#shows[this.section]();
    }
    this.#arrangePath();
    document.body.dataset.ready = this.section;
  }
}

new Page().start();
