// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global MailServices */
/* exported sendOne */

/** Sends a file to one envelope recipient; nothing of it is kept in Sent. */
var sendOne = (send, address, path) => {
  const fields = send._compFields;
  const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
  file.initWithPath(path);
  const recipient = MailServices.headerParser.makeMailboxObject("", address);
  const server = MailServices.outgoingServer.getServerByIdentity(send._userIdentity);
  return new Promise((resolve, reject) => {
    const listener = new CopyListener(resolve, reject);
    send._outgoingListener = listener;
    server.sendMailMessage(
      file,
      [],
      [recipient],
      send._userIdentity,
      fields.from,
      send._smtpPassword,
      null,
      fields.DSN,
      fields.messageId,
      listener,
    );
  }).finally(() => {
    send._outgoingListener = null;
  });
};

/** An nsIMsgOutgoingListener that can be cancelled as the one of MessageSend can. */
var CopyListener = class {
  QueryInterface = ChromeUtils.generateQI(["nsIMsgOutgoingListener"]);

  constructor(resolve, reject) {
    this.resolve = resolve;
    this.reject = reject;
  }

  onSendStart(request) {
    this.request = request;
  }

  onSendStop(_server, status, _security, text) {
    if (Components.isSuccessCode(status)) {
      this.resolve();
    } else {
      this.reject(Components.Exception(text || `error 0x${status.toString(16)}`, status));
    }
  }

  cancel(status) {
    this.request?.cancel(status);
  }
};
