# SPDX-License-Identifier: MPL-2.0
"""The main window and message windows: shows messages, and tells what a person sees of them."""

import pathlib

from bars import BARS
from compose import Composing
from folders import MAIL
from processes import wait_until

REPLY, REPLY_ALL, REPLY_LIST = 'cmd_replySender', 'cmd_replyall', 'cmd_replylist'
FORWARD_INLINE, FORWARD_ATTACHED = 'cmd_forwardInline', 'cmd_forwardAttachment'
EDIT_AS_NEW, EDIT_DRAFT, REDIRECT = 'cmd_editAsNew', 'cmd_editDraftMsg', 'cmd_redirect'

SHOW_FOLDER = '''
const tabmail = document.getElementById("tabmail");
tabmail.switchToTab(0);
const about = tabmail.currentAbout3Pane;
about.displayFolder(uri);
return about.gFolder?.URI == uri && !!about.gDBView && !about.gDBView.isSearching;
'''

SELECT = MAIL + '''
const about = document.getElementById("tabmail").currentAbout3Pane;
const header = MailServices.messageServiceFromURI(message).messageURIToMsgHdr(message);
about.selectMessage(header);
return about.gDBView.numSelected == 1 && about.gDBView.hdrForFirstSelectedMessage == header;
'''

# `about` is the about:message document that is looked at: of the newest message window, or of the
# tab in front.
ABOUT = '''
const holder = where == "window" ?
  Services.wm.getMostRecentWindow("mail:messageWindow")?.messageBrowser?.contentWindow :
  document.getElementById("tabmail").currentAboutMessage;
const about = holder;
if (!about) {
  throw new Error(`no message is shown in a ${where}`);
}
'''

LOADED = ABOUT + '''
const pane = about.document.getElementById("messagepane");
return !!about.msgLoaded && pane.contentDocument?.readyState == "complete" &&
  (!message || about.gMessageURI == message);
'''

STATE = ABOUT + BARS + '''
const element = id => about.document.getElementById(id);
const icon = id => {
  const image = element(id);
  return image.hidden ? null :
    {image: image.getAttribute("src")?.split("/").pop() ?? "", text: image.alt};
};
const page = element("messagepane").contentDocument;
return {
  uri: about.gMessageURI,
  subject: about.document.querySelector("#expandedsubjectBox").textContent.trim(),
  header_shown: !element("msgHeaderView").hidden && !element("msgHeaderView").collapsed,
  text: page?.body?.innerText ?? "",
  html: page?.body?.innerHTML ?? "",
  box: element("cryptoBox").hidden ? null : element("encryptionTechBtn").textContent.trim(),
  tooltip: element("encryptionTechBtn").title,
  signed: icon("signedHdrIcon"),
  encrypted: icon("encryptedHdrIcon"),
  signature_status: about.gSignatureStatus,
  encryption_status: about.gEncryptionStatus,
  attachments: about.currentAttachments.map(one => one.name),
  bars: barsOf(about.gMessageNotificationBar.msgNotificationBar),
};
'''

PANEL = ABOUT + '''
const panel = about.document.getElementById("messageSecurityPanel");
if (panel.state == "closed") {
  about.document.getElementById("encryptionTechBtn").click();
}
const shown = node => node.checkVisibility?.({visibilityProperty: true}) ?? true;
const texts = node => [...node.children].flatMap(child => !shown(child) ? [] :
  child.childElementCount ? texts(child) :
    [(child.textContent || child.getAttribute("value") || child.getAttribute("label") || "")
      .trim()].filter(text => text));
return panel.state == "open" ? texts(panel) : null;
'''


class MessageView:
    """A message that is shown, in the tab in front or in the newest message window."""

    def __init__(self, thunderbird, where='tab'):
        self._thunderbird = thunderbird
        self._where = where

    def js(self, body, **values):
        """A script of the main window in which `about` is the about:message window."""
        return self._thunderbird.js(ABOUT + body, where=self._where, **values)

    def wait_loaded(self, message='', seconds=60):
        """Waits until the message (any, if none is named) has been loaded."""
        wait_until(lambda: self._thunderbird.js(LOADED, where=self._where, message=message),
                   f'{message or "the message"} is loaded', seconds)
        return self

    def state(self):
        """What a person sees: `subject`, `text`, `box` (the text of the security button, or None),
        `signed` and `encrypted` (icons, or None), `attachments`, `bars`; and what Thunderbird
        keeps: `uri`, `html`, `signature_status`, `encryption_status`."""
        return self._thunderbird.js(STATE, where=self._where)

    def wait_for(self, condition, what, seconds=60):
        """Waits until the state fulfils the condition; gives it."""
        seen = {}

        def fulfilled():
            seen.update(self.state())
            return condition(seen)

        try:
            wait_until(fulfilled, what, seconds)
        except AssertionError as error:
            seen['html'] = '…'
            raise AssertionError(f'{error}; what is there: {seen}') from None
        return seen

    def wait_for_text(self, text, seconds=60):
        """Waits until the message pane shows a text; gives the state."""
        return self.wait_for(lambda state: text in state['text'], f'"{text}" is shown', seconds)

    def open_panel(self):
        """Opens the security panel; gives its texts, a list."""
        return wait_until(lambda: self._thunderbird.js(PANEL, where=self._where),
                          'the security panel is open')

    def close_panel(self):
        self.js('about.document.getElementById("messageSecurityPanel").hidePopup();')

    def press_bar_button(self, bar, label):
        """Presses the button of a bar (its value), by its label."""
        self.js(BARS + 'pressInBar(about.gMessageNotificationBar.msgNotificationBar, bar, label);',
                bar=bar, label=label)

    def answer(self, command):
        """REPLY, FORWARD_INLINE and so on; gives the compose window."""
        return Composing(self._thunderbird).opened_by(
            lambda: self.js('about.commandController.doCommand(command);', command=command))


class Reading:
    """Shows folders and messages of one Thunderbird."""

    def __init__(self, thunderbird):
        self._thunderbird = thunderbird

    def show_folder(self, uri, seconds=60):
        """Selects a folder in the main window."""
        wait_until(lambda: self._thunderbird.js(SHOW_FOLDER, uri=uri), f'{uri} is shown', seconds)

    def show(self, message, seconds=60):
        """Selects a message (its URI) in its folder; gives its view once it is loaded."""
        self.select(message)
        return MessageView(self._thunderbird).wait_loaded(message, seconds)

    def select(self, message):
        """The same without waiting for what is loaded; gives the view."""
        folder = self._thunderbird.js(MAIL + '''
            return MailServices.messageServiceFromURI(message).messageURIToMsgHdr(message)
              .folder.URI;''', message=message)
        self.show_folder(folder)
        wait_until(lambda: self._thunderbird.js(SELECT, message=message), f'{message} is selected')
        return MessageView(self._thunderbird)

    def show_in_window(self, message, seconds=60):
        """Opens a message (its URI) in a window of its own."""
        self._thunderbird.js(MAIL + '''
            MailUtils.openMessageInNewWindow(
              MailServices.messageServiceFromURI(message).messageURIToMsgHdr(message));''',
                             message=message)
        return self._window(message, seconds)

    def show_in_tab(self, message, seconds=60):
        """Opens a message (its URI, or that of a file) in a tab of its own, in front."""
        self._thunderbird.js(
            'document.getElementById("tabmail").openTab("mailMessageTab", {messageURI: message});',
            message=message)
        wait_until(lambda: self._thunderbird.js(
            'return !!document.getElementById("tabmail").currentAboutMessage'), 'a message tab')
        return MessageView(self._thunderbird).wait_loaded('', seconds)

    def show_file(self, path, seconds=60):
        """Opens an .eml file as "Open Saved Message" does: in a tab of its own."""
        url = pathlib.Path(path).as_uri() + '?type=application/x-message-display'
        return self.show_in_tab(url, seconds)

    def show_file_in_window(self, path, seconds=60):
        """The same in a window."""
        self._thunderbird.js('''
            const url = Services.io.newURI(address).QueryInterface(Ci.nsIURL);
            window.openDialog("chrome://messenger/content/messageWindow.xhtml", "_blank",
              "all,chrome,dialog=no,status,toolbar", url);''',
                             address=pathlib.Path(path).as_uri()
                             + '?type=application/x-message-display')
        return self._window('', seconds)

    def _window(self, message, seconds):
        view = MessageView(self._thunderbird, 'window')
        wait_until(lambda: self._thunderbird.js('''
            return !!Services.wm.getMostRecentWindow("mail:messageWindow")
              ?.messageBrowser?.contentWindow?.document
              .getElementById("messagepane");'''), 'a message window', seconds)
        return view.wait_loaded(message, seconds)

    def close_others(self):
        """Closes all message windows, and all tabs but the first."""
        self._thunderbird.js('''
            for (const one of Services.wm.getEnumerator("mail:messageWindow")) {
              one.close();
            }
            const tabmail = document.getElementById("tabmail");
            tabmail.switchToTab(0);
            while (tabmail.tabInfo.length > 1) {
              tabmail.closeTab(tabmail.tabInfo[1], true);
            }''')
        wait_until(lambda: not self._thunderbird.js(
            'return !!Services.wm.getMostRecentWindow("mail:messageWindow")'), 'windows are closed')
