// SPDX-License-Identifier: MPL-2.0
"use strict";

const FIELD_ICONS = "chrome://dane-smime-header/content/";

/** An icon beside each field of the header pane: what protects it. */
var FieldMarks = class {
  #win;
  /** @type {Element[]} */ #images = [];

  constructor(win) {
    this.#win = win;
  }

  /** @param {ShownField[]} fields those without a row get none */
  draw(fields) {
    this.drop();
    for (const { name, state, title, hidden } of fields) {
      const place = state && !hidden ? this.#placeOf(name) : null;
      if (place) {
        this.#drawAt(place, name, state, title);
      }
    }
  }

  #placeOf(name) {
    if (name === "date") {
      const ids = ["dateLabel", "dateLabelSubject"];
      const labels = ids.map((id) => this.#win.document.getElementById(id));
      return labels.find((label) => label?.offsetParent) ?? null;
    }
    const entry = this.#win.gExpandedHeaderView[name];
    return entry?.valid ? entry.enclosingBox : null;
  }

  #drawAt(place, name, state, title) {
    const image = this.#win.document.createElementNS("http://www.w3.org/1999/xhtml", "img");
    image.className = "dane-smime-field";
    image.dataset.field = name;
    image.dataset.state = state;
    image.src = `${FIELD_ICONS}field-${state}.svg`;
    image.alt = image.title = title;
    place.before(image);
    this.#images.push(image);
  }

  drop() {
    this.#images.splice(0).forEach((image) => image.remove());
  }
};
