// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global ChromeUtils, Services, readMark */

const { ThreadPaneColumns } = ChromeUtils.importESModule(
  "chrome://messenger/content/ThreadPaneColumns.mjs",
);

const COLUMN = "daneSmimeCol";
const ICONS = "chrome://dane-smime-icons/content/";
const WENT_ONLINE = "network:offline-status-changed";

/** The column of the table view, and what it knows of the row that is drawn just now. */
var MarkColumn = class {
  static id = COLUMN;
  #texts;
  #resolver;
  #stock = null;
  #dates = new Services.intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  /** The mark that the view asked for last. @type {ListMark | null} */ #last = null;

  /**
   * @param {ListTexts} texts
   * @param {Resolver} resolver
   */
  constructor(texts, resolver) {
    this.#texts = texts;
    this.#resolver = resolver;
  }

  static get isOffered() {
    const needed = ["addCustomColumn", "removeCustomColumn", "getDefaultColumns"];
    return needed.every((name) => typeof ThreadPaneColumns?.[name] === "function");
  }

  static get isOfferedToCards() {
    return typeof ThreadPaneColumns?.getDefaultColumnsForCardsView === "function";
  }

  get name() {
    return this.#texts.column;
  }

  add() {
    this.#orderColumns();
    ThreadPaneColumns.addCustomColumn(COLUMN, {
      name: this.#texts.column,
      icon: true,
      hidden: false,
      resizable: false,
      // Sorting asks for the marks of all messages, see README.md.
      sortable: false,
      iconHeaderUrl: `${ICONS}mark-column.svg`,
      iconCellDefinitions: [{ id: "mark", url: `${ICONS}mark-column.svg`, alt: this.name }],
      iconCallback: (header) => this.#iconOf(header),
      textCallback: (header) => this.labelOf(readMark(header)),
    });
    Services.obs.addObserver(this, WENT_ONLINE);
  }

  remove() {
    if (!this.#stock) {
      return;
    }
    Services.obs.removeObserver(this, WENT_ONLINE);
    Object.assign(ThreadPaneColumns, this.#stock);
    ThreadPaneColumns.removeCustomColumn(COLUMN);
  }

  observe(_subject, _topic, state) {
    if (state === "online") {
      ThreadPaneColumns.refreshCustomColumn?.(COLUMN);
    }
  }

  /** The column stands beside the attachments; cards ask for it with all that they show. */
  #orderColumns() {
    const { getDefaultColumns, getDefaultColumnsForCardsView } = ThreadPaneColumns;
    this.#stock = { getDefaultColumns };
    ThreadPaneColumns.getDefaultColumns = (...values) => {
      const columns = getDefaultColumns(...values);
      const own = columns.findIndex(({ id }) => id === COLUMN);
      if (own >= 0) {
        const [column] = columns.splice(own, 1);
        const place = columns.findIndex(({ id }) => id === "attachmentCol");
        columns.splice(place + 1, 0, column);
      }
      return columns;
    };
    if (getDefaultColumnsForCardsView) {
      this.#stock.getDefaultColumnsForCardsView = getDefaultColumnsForCardsView;
      ThreadPaneColumns.getDefaultColumnsForCardsView = (...values) => [
        ...getDefaultColumnsForCardsView(...values),
        COLUMN,
      ];
    }
  }

  #iconOf(header) {
    const mark = readMark(header);
    if (!mark) {
      this.#resolver.want(header);
    }
    this.#last = this.labelOf(mark) ? mark : null;
    return this.#last ? "mark" : "";
  }

  /** The mark that was asked for since the last call: of the row that was drawn between them. */
  takeLast() {
    const mark = this.#last;
    this.#last = null;
    return mark;
  }

  /** @param {ListMark | null} mark @returns {string} empty: nothing is shown */
  labelOf(mark) {
    const label = mark && this.#texts.labels[`${mark.kind}.${mark.state}`];
    const date = mark?.date ? this.#dates.format(new Date(mark.date)) : "";
    return label?.replace("$DATE", date) ?? "";
  }

  /** @param {ListMark} mark */
  iconUrlOf({ kind, state }) {
    // RFC 9787: a signature that is wrong looks no worse than none; the text says it.
    const isWrong = state === "failed" && kind !== "encrypted";
    return `${ICONS}mark-${kind}-${isWrong ? "unverified" : state}.svg`;
  }
};
