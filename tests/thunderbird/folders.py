# SPDX-License-Identifier: MPL-2.0
"""Mail folders: makes them, fills them, tells what is in them. A folder is named by its URI."""

import os
import tempfile

from accounts import LOCAL
from processes import wait_until

MAIL = '''
const {MailServices} = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const {MailUtils} = ChromeUtils.importESModule("resource:///modules/MailUtils.sys.mjs");
'''

# `folder` is the folder in what follows. getExistingFolder knows only what was discovered.
FOLDER = MAIL + '''
const folder = MailUtils.getExistingFolder(uri);
if (!folder) {
  throw new Error(`no folder ${uri}`);
}
'''

MAKE_LOCAL = MAIL + '''
const root = MailServices.accounts.localFoldersServer.rootFolder
  .QueryInterface(Ci.nsIMsgLocalMailFolder);
const name = uri.slice(root.URI.length + 1);
if (!root.containsChildNamed(name)) {
  root.createLocalSubfolder(name);
}
'''

# An element an addition, so that an error belongs to it.
ADD = FOLDER + '''
const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
file.initWithPath(path);
await new Promise((resolve, reject) => MailServices.copy.copyFileMessage(
  file, folder, null, false, read ? Ci.nsMsgMessageFlags.Read : 0, "", {
    onStartCopy() {},
    onProgress() {},
    setMessageKey() {},
    getMessageId() { return null; },
    onStopCopy(status) {
      Components.isSuccessCode(status) ? resolve() : reject(new Error(`copying: ${status}`));
    },
  }, null));
'''

UPDATE = FOLDER + '''
await new Promise((resolve, reject) => {
  const listener = {
    OnStartRunningUrl() {},
    OnStopRunningUrl(url, status) {
      Components.isSuccessCode(status) ? resolve() : reject(new Error(`updating: ${status}`));
    },
  };
  folder.QueryInterface(Ci.nsIMsgImapMailFolder).updateFolderWithListener(null, listener);
});
'''

DISCOVER = MAIL + '''
const server = MailServices.accounts.findServer(user, "127.0.0.1", "imap");
await new Promise((resolve, reject) => MailServices.imap.discoverAllFolders(server.rootFolder, {
  OnStartRunningUrl() {},
  OnStopRunningUrl(url, status) {
    Components.isSuccessCode(status) ? resolve() : reject(new Error(`discovering: ${status}`));
  },
}, window.msgWindow));
'''

HEADERS = FOLDER + '''
return [...folder.messages].map(header => ({
  uri: folder.getUriForMsg(header), key: header.messageKey, id: header.messageId,
  subject: header.mime2DecodedSubject, flags: header.flags, size: header.messageSize,
}));
'''


class Folders:
    """Folders of one Thunderbird."""

    def __init__(self, thunderbird):
        self._thunderbird = thunderbird

    def local(self, name):
        """The URI of a folder in Local Folders, which is made if need be."""
        uri = f'{LOCAL}/{name}'
        self._thunderbird.js(MAKE_LOCAL, uri=uri)
        return uri

    def imap(self, user, name='INBOX'):
        """The URI of a mailbox of an IMAP account, once Thunderbird knows of it; up to date."""
        uri = f'imap://{user}@127.0.0.1/{name}'
        if not self.exists(uri):
            self.discover(user)
        self.update(uri)
        return uri

    def discover(self, user):
        """Has Thunderbird look which mailboxes a user has."""
        self._thunderbird.js(DISCOVER, user=user)

    def exists(self, uri):
        return self._thunderbird.js(
            MAIL + 'return !!MailUtils.getExistingFolder(uri);', uri=uri)

    def update(self, uri):
        """Looks for new messages in an IMAP folder."""
        self._thunderbird.js(UPDATE, uri=uri)

    def add(self, uri, octets, read=True):
        """Stores a message in a folder, as dragging a file into it does."""
        handle, path = tempfile.mkstemp(suffix='.eml', dir=self._thunderbird.temporary)
        with os.fdopen(handle, 'wb') as file:
            file.write(octets)
        try:
            self._thunderbird.js(ADD, uri=uri, path=path, read=read)
        finally:
            os.unlink(path)

    def headers(self, uri):
        """What the message database tells of each message: `uri`, `key`, `id`, `subject`, `flags`,
        `size`."""
        return self._thunderbird.js(HEADERS, uri=uri)

    def wait_headers(self, uri, count, seconds=60):
        """Waits until a folder has so many messages; gives headers()."""
        def enough():
            found = self.headers(uri)
            return found if len(found) >= count else None

        return wait_until(enough, f'{count} messages in {uri}', seconds)

    def source(self, message_uri):
        """A message as it is stored: its octets."""
        text = self._thunderbird.js(MAIL + '''
            const service = MailServices.messageServiceFromURI(message);
            const {NetUtil} = ChromeUtils.importESModule("resource://gre/modules/NetUtil.sys.mjs");
            return new Promise((resolve, reject) => {
              const parts = [];
              service.streamMessage(message, {
                onStartRequest() {},
                onDataAvailable(request, stream, offset, count) {
                  const input = Cc["@mozilla.org/binaryinputstream;1"]
                    .createInstance(Ci.nsIBinaryInputStream);
                  input.setInputStream(stream);
                  parts.push(input.readBytes(count));
                },
                onStopRequest(request, status) {
                  Components.isSuccessCode(status) ? resolve(parts.join("")) :
                    reject(new Error(`streaming: ${status}`));
                },
              }, null, null, false, "", false);
            });''', message=message_uri)
        return text.encode('latin-1')
