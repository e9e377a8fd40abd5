// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global Ci, MessageWindows, Octets, Pages, PartDesk */

const NSS_SUCCESS = 0;
const NOT_FOR_DISPLAY = /[?&]header=(filter|enigmailFilter)\b/;
const REWRITING = /[?&]header=attach\b/;
const MESSAGE_PART = /[?&]part=([.0-9]+)/;
const SHOWN_PART = /[?&]type=application\/x-message-display\b/;

/** One CMS part on its way through libmime: DER comes in, the MIME entity to be shown goes out. */
var CmsPart = class {
  #proxy;
  #desk;
  #pieces = [];

  /**
   * @param {nsIPgpMimeProxy} proxy
   * @param {PartDesk} desk who has contents, or gets them
   */
  constructor(proxy, desk) {
    this.#proxy = proxy;
    this.#desk = desk;
  }

  onDataAvailable(stream, count) {
    this.#pieces.push(Octets.fromStream(stream, count));
  }

  onStopRequest() {
    const der = this.#pieces.join("");
    this.#pieces = [];
    if (!der) {
      return; // mimedrft.cpp has written the part to a file itself
    }
    if (this.#isTakenAsItIs()) {
      this.#output(Octets.toBase64Lines(der));
    } else if (!this.#isOutermost()) {
      this.#outputAsAttachment(der);
    } else if (NOT_FOR_DISPLAY.test(this.#spec)) {
      this.#outputForIndex(der);
    } else {
      this.#show(der);
    }
  }

  get #spec() {
    return this.#proxy.messageURI?.spec ?? "";
  }

  /** Number of the attached message that the URL is about. */
  get #messagePart() {
    return MESSAGE_PART.exec(this.#spec)?.[1] ?? "";
  }

  /** It is the content of that message, and not of the one to which that is attached. */
  get #isOfMessagePart() {
    return this.#messagePart !== "" && this.#proxy.mimePart === `${this.#messagePart}.1`;
  }

  /** The attached message is saved, or the message rewritten: not an octet may change. */
  #isTakenAsItIs() {
    if (REWRITING.test(this.#spec)) {
      return true;
    }
    const part = this.#messagePart;
    return part && !SHOWN_PART.test(this.#spec) && this.#proxy.mimePart.startsWith(`${part}.`);
  }

  /** Nothing stands beside it: what does, could read the plaintext along (efail). */
  #isOutermost() {
    const { mimePart, allowNestedDecrypt } = this.#proxy;
    // allowNestedDecrypt: the only content of a multipart/signed
    if (mimePart === "" || mimePart === "1" || allowNestedDecrypt) {
      return true;
    }
    return this.#isOfMessagePart;
  }

  #output(entity) {
    this.#proxy.outputDecryptedData(entity, entity.length);
  }

  /** Under a type of our own: a p7m would come back to us. */
  #outputAsAttachment(der) {
    this.#output(
      'Content-Type: application/x-cms-not-decrypted; name="smime.p7m"\r\n' +
        'Content-Disposition: attachment; filename="smime.p7m"\r\n' +
        "Content-Transfer-Encoding: base64\r\n\r\n" +
        Octets.toBase64Lines(der),
    );
  }

  /** Filters and search get what is merely signed; plaintext never. */
  #outputForIndex(der) {
    const signed = Octets.unwrapSigned(der);
    if (signed) {
      this.#output(signed);
    }
  }

  #show(der) {
    const part = this.#isOfMessagePart ? this.#messagePart : "";
    const uri = MessageWindows.uriOf(this.#proxy.messageURI, part, this.#desk.uris);
    const key = PartDesk.keyOf(uri, der);
    const forWindow = Boolean(this.#sink);
    const isEnvelope = Octets.isEnvelope(der);
    const wanted = { uri, isRoot: !this.#proxy.allowNestedDecrypt, isEnvelope };
    const content = this.#desk.take(key, wanted, forWindow);
    if (content?.entity) {
      this.#tell(content.encrypted ? NSS_SUCCESS : null);
      this.#output(content.entity);
      return;
    }
    const signed = Octets.unwrapSigned(der);
    if (!content) {
      // What is merely signed needs no key: shown at once, and again if the host sees it otherwise.
      this.#desk.want(key, { ...wanted, shown: signed });
    }
    if (signed) {
      this.#output(signed);
    } else if (!content) {
      this.#output(forWindow ? Pages.waiting(this.#desk.texts.decrypting) : "");
    } else {
      this.#tell(Ci.nsICMSMessageErrors.ENCRYPT_INCOMPLETE);
      this.#output(forWindow ? Pages.failure(content.failure) : "");
    }
  }

  get #sink() {
    return this.#proxy.mailChannel?.smimeSink ?? null;
  }

  /** Before the content: from here on remote content is blocked, whatever the user allows. */
  #tell(status) {
    const sink = this.#sink;
    if (!sink || status === null) {
      return;
    }
    if (this.#proxy.allowNestedDecrypt) {
      sink.ignoreStatusFrom("1");
      sink.resetSignedStatus?.(this.#spec); // not in 140
    }
    // Later Thunderbirds want eight arguments, and this one ignores those that it does not know.
    sink.encryptionStatus(0, status, null, this.#spec, this.#proxy.mimePart, "", 0, "");
  }
};
