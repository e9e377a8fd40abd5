// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global MarkColumn, Patches, drawMark */

const STYLE = "chrome://dane-smime-list/content/list.css";
/** The method that fills a row, in 153 and before. */
const FILL = ["fillRow", "_fillRow"];

/** One about:3pane window: draws the marks in its rows and cards. */
var Pane = class {
  #window;
  #column;
  #patches = new Patches();
  #drawsRows = false;

  /**
   * @param {Window} window about:3pane, loaded
   * @param {MarkColumn} column
   */
  constructor(window, column) {
    this.#window = window;
    this.#column = column;
  }

  /** Whether this Thunderbird's cards can show a mark. */
  static hasCards(window) {
    const icons = Pane.#iconsOfCard(window);
    return !!icons && MarkColumn.isOfferedToCards && "fillRow" in Pane.#prototypeOf(window, "card");
  }

  static #prototypeOf(window, kind) {
    return window.customElements.get(`thread-${kind}`)?.prototype ?? {};
  }

  static #iconsOfCard(window) {
    const template = window.document.getElementById("threadPaneCardTemplate");
    return template?.content.querySelector(".thread-card-icon-info");
  }

  start() {
    this.#addStyle();
    this.#drawsRows = this.#fillRows("row", (row) => row.querySelector(".danesmimecol-column img"));
    if (Pane.hasCards(this.#window)) {
      this.#addToCards();
      this.#fillRows("card", (row) => row.querySelector(".dane-smime-mark"));
    }
    const pane = this.#window.threadPane;
    this.#patches.replace(pane, "applyPersistedColumnsState", (stock) => (states) =>
      stock.call(pane, withColumn(states)),
    );
    this.#patches.replace(pane, "updateColumns", (stock) => (...values) => {
      stock.apply(pane, values);
      this.#nameHeader();
      this.#emptyTemplate();
    });
  }

  /** After the column came or went. */
  redraw() {
    const { threadPane, threadTree } = this.#window;
    if (threadPane?.rowTemplate && threadTree) {
      threadPane.restoreColumns?.();
      threadTree.reset?.();
    }
  }

  stop() {
    this.#patches.undo();
  }

  #addStyle() {
    const link = this.#window.document.createElement("link");
    link.rel = "stylesheet";
    link.href = STYLE;
    this.#window.document.head.append(link);
    this.#patches.undone(() => link.remove());
  }

  #addToCards() {
    const image = this.#window.document.createElement("img");
    image.className = "dane-smime-mark";
    image.alt = "";
    image.hidden = true;
    Pane.#iconsOfCard(this.#window).prepend(image);
    this.#patches.undone(() => image.remove());
  }

  #fillRows(kind, findImage) {
    const column = this.#column;
    const prototype = Pane.#prototypeOf(this.#window, kind);
    const name = FILL.find((one) => Object.hasOwn(prototype, one));
    this.#patches.replace(prototype, name, (stock) => {
      return function (...values) {
        column.takeLast();
        stock.apply(this, values);
        this.daneSmimeImage ??= findImage(this);
        drawMark(this, this.daneSmimeImage, column.takeLast(), column);
      };
    });
    return name !== undefined;
  }

  /** Stock names icon columns for the picker alone. */
  #nameHeader() {
    const button = this.#window.document.getElementById(`${MarkColumn.id}Button`);
    if (button) {
      button.title = this.#column.name;
      button.setAttribute("aria-label", this.#column.name);
    }
  }

  /** Rows without a mark load no image; our fillRow gives the others theirs. */
  #emptyTemplate() {
    const { rowTemplate } = this.#window.threadPane;
    if (this.#drawsRows) {
      rowTemplate?.content.querySelector(".danesmimecol-column img")?.removeAttribute("src");
    }
  }
};

/** A folder whose columns were saved before ours was known gets it once; hidden it stays hidden. */
function withColumn(states) {
  if (!states || MarkColumn.id in states) {
    return states;
  }
  const after = states.attachmentCol?.ordinal ?? 0;
  return { ...states, [MarkColumn.id]: { visible: true, ordinal: after + 0.5 } };
}
