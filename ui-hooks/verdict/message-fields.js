// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global FieldMarks, Patches, Services, writePrintedFields */

const LOCAL_DATE = "x-mozilla-localizeddate";
/** Functions of about:message that build the rows anew. */
const BUILDERS = ["ClearHeaderView", "EnsureSubjectValue", "EnsureFromValue"];

/** Rows of the header pane: what the message protects, in place of what stands outside. */
var MessageFields = class {
  #win;
  /** @type {ShownField[]} */ #fields = [];
  /** What Thunderbird had where we put ours, by name; undefined: nothing. */ #stock = new Map();
  #marks;

  /** @param {Patches} patches */
  constructor(win, patches) {
    this.#win = win;
    this.#marks = new FieldMarks(win);
    const listener = {
      onStartHeaders: () => this.#startHeaders(),
      onBeforeShowHeaderPane: () => this.#replace(),
      onEndHeaders: () => this.#marks.draw(this.#fields),
    };
    win.gMessageListeners?.push(listener);
    patches.listen(win, "MsgLoaded", () => this.#print());
    const top = win.browsingContext?.topChromeWindow;
    patches.listen(top, "TabClose", ({ detail }) => this.#untitle(detail?.tabInfo));
    patches.undone(() => {
      const place = win.gMessageListeners?.indexOf(listener) ?? -1;
      if (place >= 0) {
        win.gMessageListeners.splice(place, 1);
      }
    });
  }

  /** What was put into the data of before is gone with them. */
  #startHeaders() {
    this.#stock.clear();
    this.#marks.drop();
  }

  get works() {
    const { gMessageListeners, gExpandedHeaderView, UpdateExpandedMessageHeaders } = this.#win;
    const functions = [...BUILDERS.map((name) => this.#win[name]), UpdateExpandedMessageHeaders];
    const all = functions.every((one) => typeof one === "function");
    return Boolean(all && Array.isArray(gMessageListeners) && gExpandedHeaderView);
  }

  /** @param {ShownField[]} fields */
  show(fields) {
    if (JSON.stringify(fields) === JSON.stringify(this.#fields)) {
      return;
    }
    this.#restore();
    this.#fields = fields;
    // Else onBeforeShowHeaderPane() comes.
    if (this.works && this.#win.gBuiltExpandedView) {
      this.#replace();
      this.#rebuild();
      this.#print();
    }
  }

  /** Closed tabs are listed by the titles that they had. */
  #untitle(tab) {
    const outer = this.#stock.get("subject");
    if (outer && tab?.chromeBrowser?.contentWindow === this.#win) {
      tab.title = outer.headerValue;
    }
  }

  #print() {
    writePrintedFields(this.#win.getMessagePaneBrowser?.().contentDocument, this.#fields);
  }

  /** The message goes: the next one brings its own. */
  forget() {
    this.#fields = [];
    this.#stock.clear();
    this.#marks.drop();
  }

  #restore() {
    const data = this.#win.currentHeaderData;
    for (const [name, value] of this.#stock) {
      if (value === undefined) {
        delete data[name];
      } else {
        data[name] = value;
      }
      if (name === "subject" && value) {
        this.#win.document.title = value.headerValue;
      }
    }
    this.#stock.clear();
  }

  #put(name, value) {
    const data = this.#win.currentHeaderData;
    if (!this.#stock.has(name)) {
      this.#stock.set(name, data[name]);
    }
    if (value === null) {
      delete data[name];
    } else {
      data[name] = { headerName: data[name]?.headerName ?? name, headerValue: value };
    }
  }

  #replace() {
    this.#stock.clear();
    for (const { name, value, hidden } of this.#fields) {
      if (name === "date" && value !== null) {
        this.#putDate(value);
      } else if (hidden || value !== null) {
        this.#put(name, hidden ? null : value);
      }
      if (name === "subject" && value !== null) {
        this.#win.document.title = value;
      }
    }
  }

  /** The moment that is shown is Thunderbird's own as long as it is the same. */
  #putDate(value) {
    const old = new Date(this.#win.currentHeaderData.date?.headerValue ?? NaN);
    const date = new Date(value);
    if (isNaN(date)) {
      return;
    }
    this.#put("date", value);
    if (old.getTime() !== date.getTime()) {
      const style = { dateStyle: "short", timeStyle: "short" };
      const format = new Services.intl.DateTimeFormat(undefined, style);
      this.#put(LOCAL_DATE, format.format(date));
    }
  }

  #rebuild() {
    const win = this.#win;
    this.#marks.drop();
    win.gBuiltExpandedView = false;
    win.ClearHeaderView(win.gExpandedHeaderView);
    win.EnsureSubjectValue();
    win.EnsureFromValue();
    win.UpdateExpandedMessageHeaders();
    this.#marks.draw(this.#fields);
  }
};
