# SPDX-License-Identifier: MPL-2.0
"""Folders and messages as a person sees them: main window, tabs and windows that show messages."""

import base64

from dialogs import Dialogs
from processes import wait_until

COMMON = '''
const {MailServices} = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const {MailUtils} = ChromeUtils.importESModule("resource:///modules/MailUtils.sys.mjs");
const main = Services.wm.getMostRecentWindow("mail:3pane");
const local = MailServices.accounts.localFoldersServer.rootFolder
  .QueryInterface(Ci.nsIMsgLocalMailFolder);
const until = async (condition, what) => {
  for (let i = 0; i < 600; i++) {
    const answer = condition();
    if (answer) {
      return answer;
    }
    await new Promise(resolve => main.setTimeout(resolve, 25));
  }
  throw new Error(`not within 15 s: ${what}`);
};
const pages = function* (win) {
  yield win;
  for (const browser of win.document?.querySelectorAll("browser") ?? []) {
    const inner = browser.contentWindow;
    if (inner?.location?.href.startsWith("about:")) {
      yield* pages(inner);
    }
  }
};
const views = () => [...Services.wm.getEnumerator(null)].flatMap(top => [...pages(top)])
  .filter(page => page.location.href.startsWith("about:message") && page.gMessageURI);
const tabmail = main.document.getElementById("tabmail");
const mailPane = () => tabmail.tabInfo[0].chromeBrowser.contentWindow;
const view = uri => views().find(page => uri ? page.gMessageURI == uri :
  page.parent == mailPane());
const folderOf = uri => MailServices.folderLookup.getFolderForURL(uri);
'''

LOCAL_FOLDER = '''
if (!local.containsChildNamed(name)) {
  local.createLocalSubfolder(name);
}
local.QueryInterface(Ci.nsIMsgFolder);
return local.getChildNamed(name).URI;
'''

# One by one: a mailbox file may not be written twice at a time.
ADD = '''
const folder = folderOf(uri).QueryInterface(Ci.nsIMsgLocalMailFolder);
return messages.map(octets => folder.addMessage(atob(octets)).messageKey);
'''

OPEN_FOLDER = '''
const folder = folderOf(uri);
tabmail.switchToTab(0);
const pane = mailPane();
if (pane.gFolder != folder) {
  pane.displayFolder(folder.URI);
}
await until(() => pane.gFolder == folder && pane.gDBView?.rowCount >= count,
  `${count} messages in ${uri}`);
return pane.gDBView.rowCount;
'''

SELECT = '''
const pane = mailPane();
const subject_ = row => pane.gDBView.getMsgHdrAt(row).mime2DecodedSubject;
const row = await until(() => {
  for (let row = 0; row < pane.gDBView.rowCount; row++) {
    if (subject_(row) == subject) {
      return row + 1;
    }
  }
  return 0;
}, `a message "${subject}"`) - 1;
const hdr = pane.gDBView.getMsgHdrAt(row);
pane.threadTree.selectedIndex = row;
return hdr.folder.getUriForMsg(hdr);
'''

STATE = '''
const page = view(uri);
if (!page) {
  return null;
}
const browser = page.getMessagePaneBrowser();
const body = browser.contentDocument?.body;
return {
  uri: page.gMessageURI,
  loaded: page.msgLoaded,
  url: browser.currentURI.spec,
  text: body?.innerText.replace(/\\s+/g, " ").trim() ?? "",
  header: !page.document.getElementById("messageHeader").hidden,
  subject: page.currentHeaderData?.subject?.headerValue ?? null,
  encryption: page.gEncryptionStatus,
  signature: page.gSignatureStatus,
  attachments: page.currentAttachments.map(one => one.name),
  images: [...browser.contentDocument?.images ?? []].map(
    image => [image.complete, image.naturalWidth]),
};
'''


class MailWindows:
    """The windows of one Thunderbird."""

    def __init__(self, thunderbird):
        self._thunderbird = thunderbird

    def js(self, body, **values):
        """A script of the main window, with the helpers of COMMON."""
        return self._thunderbird.js(COMMON + body, **values)

    # Folders

    def local_folder(self, name):
        """The URI of a folder in Local Folders, which is made if it is not there."""
        return self.js(LOCAL_FOLDER, name=name)

    def add(self, folder, *messages):
        """Puts messages (octets) into a local folder."""
        lines = [message.replace(b'\r\n', b'\n') for message in messages]
        self.js(ADD, uri=folder, messages=[base64.b64encode(one).decode() for one in lines])

    def open_folder(self, folder, count=0):
        """Shows a folder in the main window, when it has so many messages."""
        return self.js(OPEN_FOLDER, uri=folder, count=count)

    def check_mail(self, folder):
        """Has an IMAP folder updated."""
        self.js('''
            const folder = folderOf(uri);
            await new Promise(resolve => folder.getNewMessages(null, {
              OnStartRunningUrl() {}, OnStopRunningUrl: resolve}));''', uri=folder)

    # Messages

    def select(self, subject):
        """Selects a message of the folder that is shown; gives its URI, at once."""
        return self.js(SELECT, subject=subject)

    def state(self, uri=None):
        """What a window shows: the main window, or that with this message; None: nothing."""
        return self.js(STATE, uri=uri)

    def wait_text(self, text, uri=None, seconds=20):
        """Waits until the message that is shown holds this text; gives the state."""
        def arrived():
            state = self.state(uri)
            return state if state and state['loaded'] and text in state['text'] else None

        try:
            return wait_until(arrived, f'"{text}" is shown', seconds)
        except AssertionError as error:
            raise AssertionError(f'{error}; but {self.state(uri)}') from None

    def read(self, subject, text):
        """Selects a message, waits for the text in it, gives the state."""
        return self.wait_text(text, self.select(subject))

    # Commands

    def command(self, name, uri=None):
        """A command of the message that is shown, such as "cmd_replySender"; returns at once."""
        self.js('''
            const page = view(uri);
            page.setTimeout(() => page.commandController.doCommand(name));''', name=name, uri=uri)

    def compose(self, kind, *uris):
        """As a command of the message list: `kind` is a name of nsIMsgCompType."""
        self.js('''
            const type = Ci.nsIMsgCompType[kind];
            main.setTimeout(() =>
              main.ComposeMessage(type, Ci.nsIMsgCompFormat.Default, null, uris));''',
                kind=kind, uris=list(uris))

    def uri_of(self, folder, subject):
        """The URI of a message, which need not be shown."""
        return self.js('''
            const hdr = [...folderOf(folder).messages].find(
              one => one.mime2DecodedSubject == subject);
            return hdr && folderOf(folder).getUriForMsg(hdr);''', folder=folder, subject=subject)

    def open_file(self, path):
        """Opens an .eml file in a window; gives its URI."""
        self.js('''
            const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
            file.initWithPath(path);
            MailUtils.openEMLFile(main, file, Services.io.newFileURI(file));''', path=path)
        return self._opened(lambda uri: uri.startswith('file:') and path in uri)

    def open_window(self, uri):
        """Opens a message in a window of its own."""
        self.js('''MailUtils.openMessageInNewWindow(
            MailServices.messageServiceFromURI(uri).messageURIToMsgHdr(uri));''', uri=uri)
        wait_until(lambda: self.js('''
            return !!Services.wm.getMostRecentWindow("mail:messageWindow");'''), 'a window')

    def open_attachment(self, name, uri=None):
        """Opens an attachment that is a message; gives its URI."""
        before = self.uris()
        self.js('''
            const page = view(uri);
            const one = page.currentAttachments.find(one => one.name == name);
            await one.open(page.browsingContext);''', name=name, uri=uri)
        return self._opened(lambda each: each not in before)

    def _opened(self, is_it):
        return wait_until(lambda: next(filter(is_it, self.uris()), None), 'a window with a message')

    def uris(self):
        """The URIs of all messages that windows show."""
        return self.js('return views().map(page => page.gMessageURI);')

    def close_windows(self):
        """Closes the windows and tabs of single messages."""
        self.js('''
            for (const one of Services.wm.getEnumerator("mail:messageWindow")) {
              one.close();
            }
            tabmail.closeOtherTabs(tabmail.tabInfo[0]);''')

    def attachment(self, name, uri=None):
        """The octets of an attachment, as saving it writes them."""
        return base64.b64decode(self.js('''
            const one = view(uri).currentAttachments.find(one => one.name == name);
            const octets = new Uint8Array(await one.fetchAttachment());
            return btoa([...octets].map(octet => String.fromCharCode(octet)).join(""));''',
                                        name=name, uri=uri))

    def delete_attachment(self, name):
        """Deletes an attachment of the message that is shown."""
        asks = self.js('''
            const {AttachmentInfo} =
              ChromeUtils.importESModule("resource:///modules/AttachmentInfo.sys.mjs");
            const page = view();
            const one = page.currentAttachments.find(one => one.name == name);
            if (!AttachmentInfo.deleteAttachments) { // Thunderbird 140
              page.setTimeout(() => page.HandleMultipleAttachments([one], "delete"));
              return true;
            }
            await AttachmentInfo.deleteAttachments(page.gMessage, [one], true);
            return false;''', name=name)
        if asks:
            dialogs = Dialogs(self._thunderbird)
            dialogs.wait()
            dialogs.press()

    def stream(self, uri, *, convert=False, header=''):
        """What a consumer of the message gets: as it is stored, or through libmime."""
        return base64.b64decode(self.js('''
            const pieces = [];
            const done = Promise.withResolvers();
            const service = MailServices.messageServiceFromURI(uri);
            service.streamMessage(uri, {
              QueryInterface: ChromeUtils.generateQI(["nsIStreamListener"]),
              onStartRequest() {},
              onDataAvailable(request, stream, offset, count) {
                const reader = Cc["@mozilla.org/binaryinputstream;1"]
                  .createInstance(Ci.nsIBinaryInputStream);
                reader.setInputStream(stream);
                pieces.push(reader.readBytes(count));
              },
              onStopRequest: () => done.resolve(),
            }, null, null, convert, header, false);
            await done.promise;
            return btoa(pieces.join(""));''', uri=uri, convert=convert, header=header))
