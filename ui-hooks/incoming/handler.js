// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global Cc, ChromeUtils, Ci, CmsPart, Components, Cr, Services */

var { clearTimeout, setTimeout } = ChromeUtils.importESModule(
  "resource://gre/modules/Timer.sys.mjs",
);

const CONTRACTS = [
  "@mozilla.org/mimecth;1?type=application/pkcs7-mime",
  "@mozilla.org/mimecth;1?type=application/x-pkcs7-mime",
];
const STOCK_HANDLER = "@mozilla.org/mimecth;1?type=multipart/encrypted";
const PGP_MODULE = "resource:///modules/PgpMimeHandler.sys.mjs";
/** After which a message that was to be opened for editing is not waited for any more. */
const DRAFT_SECONDS = 10;
/** An octet-stream named *.p7m comes to us, too, so it is told by what is not ours. */
const NOT_OURS = /^\s*multipart\/(encrypted|signed)\b/i;

/**
 * libmime's handler for application/pkcs7-mime: the C++ class for multipart/encrypted, whose
 * JavaScript half (PgpMimeHandler) hands the parts that come from here to CmsPart.
 */
var ContentHandler = class {
  #desk;
  #factories = [];
  #restore = null;
  /** Messages that are about to be opened for editing. */ #drafts = 0;
  /** libmime has asked for one of them, and asks again at once. */ #probing = false;
  /** Something else got the built-in class meanwhile. */ #missed = false;
  #timer = null;

  constructor(desk) {
    this.#desk = desk;
  }

  static get works() {
    return (
      STOCK_HANDLER in Cc &&
      Boolean(Ci.nsIPgpMimeProxy) &&
      typeof ContentHandler.#prototype()?.onStartRequest === "function"
    );
  }

  static #prototype() {
    try {
      return ChromeUtils.importESModule(PGP_MODULE).PgpMimeHandler.prototype;
    } catch {
      return null;
    }
  }

  start() {
    this.#patchPrototype(ContentHandler.#prototype());
    const registrar = Components.manager.QueryInterface(Ci.nsIComponentRegistrar);
    this.#factories = CONTRACTS.map((contract) => {
      const id = Services.uuid.generateUUID();
      const factory = {
        QueryInterface: ChromeUtils.generateQI(["nsIFactory"]),
        createInstance: (iid) => this.#create(iid),
      };
      registrar.registerFactory(id, "dane-smime content handler", contract, factory);
      return { id, factory };
    });
  }

  stop() {
    clearTimeout(this.#timer);
    const registrar = Components.manager.QueryInterface(Ci.nsIComponentRegistrar);
    for (const { id, factory } of this.#factories) {
      registrar.unregisterFactory(id, factory);
    }
    this.#factories = [];
    this.#restore?.();
    this.#restore = null;
  }

  #patchPrototype(prototype) {
    const stock = prototype.onStartRequest;
    const handler = this;
    const ours = function (request) {
      const proxy = request.QueryInterface(Ci.nsIPgpMimeProxy);
      if (!handler.#restore || NOT_OURS.test(proxy.contentType)) {
        stock.call(this, request);
        return;
      }
      const part = new CmsPart(proxy, handler.#desk);
      handler.#desk.holds.hold(proxy);
      this._onDataAvailable = (_request, stream, _offset, count) =>
        part.onDataAvailable(stream, count);
      this._onStopRequest = () => part.onStopRequest();
    };
    prototype.onStartRequest = ours;
    this.#restore = () => {
      // Somebody else may have put another one round ours, which then only passes on.
      if (prototype.onStartRequest === ours) {
        prototype.onStartRequest = stock;
      }
    };
  }

  /**
   * Opening a message for editing (mimedrft.cpp) asks twice at once: first whether the message is
   * encrypted, which only the built-in class is, then for the part itself. To be called when such
   * messages with a CMS part at their root are about to be opened.
   */
  expectDrafts(number) {
    this.#drafts = number;
    this.#missed = false;
    clearTimeout(this.#timer);
    this.#timer = number > 0 ? setTimeout(() => this.#endDrafts(), DRAFT_SECONDS * 1000) : null;
  }

  #create(iid) {
    if (this.#drafts > 0 && !this.#probing) {
      this.#probing = true;
      Services.tm.dispatchToMainThread(() => this.#endProbe());
      // As an exception, but none that is reported on the console.
      Components.returnCode = Cr.NS_ERROR_FACTORY_NOT_REGISTERED;
      return null;
    }
    if (this.#probing) {
      this.#probing = false;
      this.#drafts--;
      Services.tm.dispatchToMainThread(() => this.#drafts > 0 || this.#endDrafts());
    }
    return Cc[STOCK_HANDLER].createInstance(iid);
  }

  /** Who asked only once displays a message or a picture in it, and got the built-in class. */
  #endProbe() {
    this.#missed ||= this.#probing;
    this.#probing = false;
  }

  #endDrafts() {
    clearTimeout(this.#timer);
    this.#drafts = 0;
    if (this.#missed) {
      this.#missed = false;
      this.#desk.reloadAll();
    }
  }
};
