// SPDX-License-Identifier: MPL-2.0
"use strict";
/* global Ci, IOUtils, MailServices, Services */

/** What is known of a message before it is read. */
var MessageFacts = {
  isInFolder(uri) {
    return /^[a-z]+-message:/.test(uri);
  },

  fileOf(uri) {
    return Services.io.newURI(uri.split("?")[0]).QueryInterface(Ci.nsIFileURL).file;
  },

  /**
   * Octets of a message in a folder; null for others: nobody knows before they are read. And what
   * tells it from another one that comes to have its URI: files are written anew, folders repaired.
   */
  async describe(uri) {
    if (uri.startsWith("file:")) {
      const { size, lastModified } = await IOUtils.stat(MessageFacts.fileOf(uri).path);
      return { octets: null, stamp: `${size} ${lastModified}` };
    }
    if (!MessageFacts.isInFolder(uri)) {
      return { octets: null, stamp: null };
    }
    const header = MailServices.messageServiceFromURI(uri).messageURIToMsgHdr(uri);
    const { messageId, date, messageSize, author } = header;
    return { octets: messageSize || null, stamp: [messageId, date, messageSize, author].join(" ") };
  },
};
