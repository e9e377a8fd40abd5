# SPDX-License-Identifier: MPL-2.0
"""Compose windows: opens them, fills them in, and presses their buttons."""

import json

from bars import BARS
from processes import wait_until

SEND, SEND_LATER = 'cmd_sendNow', 'cmd_sendLater'
SAVE_DRAFT, SAVE_TEMPLATE = 'cmd_saveAsDraft', 'cmd_saveAsTemplate'

MAIL = '''
const {MailServices} = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
'''

OPEN = MAIL + '''
const fields = Cc["@mozilla.org/messengercompose/composefields;1"]
  .createInstance(Ci.nsIMsgCompFields);
for (const name of ["to", "cc", "bcc", "subject", "body"]) {
  fields[name] = draft[name];
}
for (const path of draft.attachments) {
  const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
  file.initWithPath(path);
  const attachment = Cc["@mozilla.org/messengercompose/attachment;1"]
    .createInstance(Ci.nsIMsgAttachment);
  attachment.url = Services.io.newFileURI(file).spec;
  attachment.name = file.leafName;
  attachment.size = file.fileSize;
  fields.addAttachment(attachment);
}
const params = Cc["@mozilla.org/messengercompose/composeparams;1"]
  .createInstance(Ci.nsIMsgComposeParams);
params.type = Ci.nsIMsgCompType.New;
params.format = draft.plain ? Ci.nsIMsgCompFormat.PlainText : Ci.nsIMsgCompFormat.HTML;
params.identity = MailServices.accounts.allIdentities.find(one => one.email == draft.author);
params.composeFields = fields;
MailServices.compose.OpenComposeWindowWithParams(null, params);
'''

WINDOWS = '''
return [...Services.wm.getEnumerator("msgcompose")].map(one => one.docShell.outerWindowID);
'''

# `one` is the compose window in what follows.
WINDOW = '''
const one = Services.wm.getOuterWindowWithId(number);
if (!one || one.closed) {
  throw new Error("the compose window is closed");
}
'''

READY = '''
const one = Services.wm.getOuterWindowWithId(number);
return !!one?.composeEditorReady && !one.gWindowLocked;
'''

STATE = WINDOW + BARS + '''
const pills = [...one.document.querySelectorAll("mail-address-pill")];
return {
  locked: !!one.gWindowLocked, changed: !!one.gContentChanged,
  subject: one.document.getElementById("msgSubject").value,
  html: one.getBrowser().contentDocument.body.innerHTML,
  text: one.getBrowser().contentDocument.body.innerText,
  author: one.gCurrentIdentity.email,
  recipients: pills.map(pill => ({
    address: pill.emailAddress, classes: [...pill.classList], tooltip: pill.tooltipText ?? "",
    field: pill.closest(".address-container")?.id.replace("AddrContainer", ""),
  })),
  attachments: [...one.gAttachmentBucket.itemChildren].map(item => item.attachment.name),
  status: one.document.getElementById("statusText")?.value ?? "",
  bars: barsOf(one.gComposeNotification),
};
'''


class ComposeWindow:
    """One compose window."""

    def __init__(self, thunderbird, number):
        self._thunderbird = thunderbird
        self._number = number

    def js(self, body, **values):
        """A script of the main window in which `one` is this compose window."""
        return self._thunderbird.js(WINDOW + body, number=self._number, **values)

    def is_open(self):
        return self._number in self._thunderbird.js(WINDOWS)

    def state(self):
        """What a person sees in it: see STATE."""
        return self._thunderbird.js(STATE, number=self._number)

    def wait_for_text(self, text):
        """Waits for it in the body: what is quoted comes after the editor is ready."""
        wait_until(lambda: text in self.state()['text'], f'"{text}" in the compose window')

    def tab_id(self, addon):
        """The WebExtension tab id of the window."""
        return addon.js('''
            const one = Services.wm.getOuterWindowWithId(number);
            const {tabManager} = ExtensionParent.GlobalManager.getExtension(id);
            return tabManager.getWrapper(one).id;''', number=self._number)

    # Writing

    def add_recipient(self, address, field='to'):
        """Adds a pill, as pressing Enter after typing does."""
        self.js('''
            const input = one.document.getElementById(`${field}AddrInput`);
            if (input.closest(".address-row").classList.contains("hidden")) {
              one.showAndFocusAddressRow(`addressRow${field[0].toUpperCase()}${field.slice(1)}`);
            }
            input.value = address;
            one.recipientAddPills(input, true);
            one.onRecipientsChanged(true);''', address=address, field=field)

    def remove_recipient(self, address):
        self.js('''
            const pill = [...one.document.querySelectorAll("mail-address-pill")]
              .find(each => each.emailAddress == address);
            const area = pill.closest("mail-recipients-area");
            area.removeAllPillsInRow ? (pill.toggleAttribute("selected", true),
              area.removeSelectedPills()) : pill.remove();''', address=address)

    # Buttons

    def press(self, command):
        """SEND, SEND_LATER, SAVE_DRAFT, SAVE_TEMPLATE, or another command of the window."""
        self.js('one.setTimeout(() => one.goDoCommand(command));', command=command)

    def send(self, command=SEND, seconds=60):
        """Sends it and waits until the window has closed."""
        self.press(command)
        try:
            wait_until(lambda: not self.is_open(), 'the message is sent', seconds)
        except AssertionError as error:
            raise AssertionError(f'{error}; {self.describe()}') from None

    def save(self, command=SAVE_DRAFT, seconds=60):
        """Saves it and waits until that is done."""
        self.js('one.gContentChanged = true;')
        self.press(command)
        wait_until(lambda: not self.state()['changed'] and not self.state()['locked'],
                   'the message is saved', seconds)

    def press_bar_button(self, bar, label):
        """Presses the button of a bar (its value), by its label."""
        self.js(BARS + 'pressInBar(one.gComposeNotification, bar, label);', bar=bar, label=label)

    def close(self):
        """Closes it; what was written is lost."""
        self.js('''
            one.gContentChanged = false;
            one.gMsgCompose.bodyModified = false;
            one.close();''')
        wait_until(lambda: not self.is_open(), 'the compose window has closed')

    def describe(self):
        """The state in short, for messages of failures."""
        if not self.is_open():
            return 'closed'
        state = self.state()
        return json.dumps({name: state[name] for name in ('locked', 'status', 'bars')})


class Composing:
    """Opens compose windows in one Thunderbird."""

    def __init__(self, thunderbird):
        self._thunderbird = thunderbird

    def open(self, author, to='', *, cc='', bcc='', subject='a message', body='', plain=False,
             attachments=()):
        """A new message; `body` is HTML unless `plain`, `attachments` are paths."""
        draft = {'author': author, 'to': to, 'cc': cc, 'bcc': bcc, 'subject': subject,
                 'body': body, 'plain': plain, 'attachments': list(attachments)}
        return self.opened_by(lambda: self._thunderbird.js(OPEN, draft=draft))

    def opened_by(self, action):
        """Carries the action out and gives the compose window that it opens, once it is ready."""
        before = set(self._thunderbird.js(WINDOWS))
        action()
        number = wait_until(lambda: next(iter(set(self._thunderbird.js(WINDOWS)) - before), None),
                            'a compose window')
        wait_until(lambda: self._thunderbird.js(READY, number=number), 'the editor is ready')
        return ComposeWindow(self._thunderbird, number)

    def windows(self):
        """All compose windows that are open."""
        return [ComposeWindow(self._thunderbird, number)
                for number in self._thunderbird.js(WINDOWS)]
