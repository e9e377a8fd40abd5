#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Decrypted messages are printed and saved, whether they are shown or not; reading that takes long
shows how far it is, and can be cancelled."""

import os
import signal
import unittest

from world import World  # first: it puts the support modules on the path

# pylint: disable=wrong-import-order
import tap
from dialogs import Dialogs
from hidden import SUBJECT, Hidden as HiddenFields
from mail_windows import MailWindows
from processes import wait_until
from protected import Kinds, plain, rich

WORLD = World()
KINDS = MAIL = FOLDER = None

# Thunderbird asks for a file with this; the index says as what: 1 a message, 2 HTML, 3 text.
PICK_FILE = '''
const shared = Cu.getGlobalForObject(Services);
const registrar = Components.manager.QueryInterface(Ci.nsIComponentRegistrar);
const contract = "@mozilla.org/filepicker;1";
shared.stockPicker ??= registrar.contractIDToCID(contract);
shared.testPicker && registrar.unregisterFactory(shared.testPicker.id, shared.testPicker.factory);
const factory = {
  QueryInterface: ChromeUtils.generateQI(["nsIFactory"]),
  createInstance: () => ({
    QueryInterface: ChromeUtils.generateQI(["nsIFilePicker"]),
    init() {},
    appendFilter() {},
    appendFilters() {},
    filterIndex: index,
    defaultString: "",
    defaultExtension: "",
    displayDirectory: null,
    get file() {
      const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
      file.initWithPath(path);
      return file;
    },
    open(callback) {
      main.setTimeout(() => callback.done(Ci.nsIFilePicker.returnOK));
    },
  }),
};
const id = Services.uuid.generateUUID();
registrar.registerFactory(id, "a file picker", contract, factory);
shared.testPicker = {id, factory};
'''

STOCK_PICKER = '''
const shared = Cu.getGlobalForObject(Services);
if (shared.testPicker) {
  const registrar = Components.manager.QueryInterface(Ci.nsIComponentRegistrar);
  registrar.unregisterFactory(shared.testPicker.id, shared.testPicker.factory);
  registrar.registerFactory(shared.stockPicker, "", "@mozilla.org/filepicker;1", null);
  shared.testPicker = null;
}
'''

# As about3Pane.js does with each of several messages that are printed.
PRINT = '''
const {PrintUtils} = main;
const service = MailServices.messageServiceFromURI(uri);
await PrintUtils.loadPrintBrowser(service.getUrlForUri(uri).spec);
const browser = PrintUtils.printBrowser;
const settings = Cc["@mozilla.org/gfx/printsettings-service;1"]
  .getService(Ci.nsIPrintSettingsService).createNewPrintSettings();
settings.outputDestination = Ci.nsIPrintSettings.kOutputDestinationFile;
settings.outputFormat = Ci.nsIPrintSettings.kOutputFormatPDF;
settings.toFileName = path;
settings.printSilent = true;
await browser.browsingContext.print(settings);
return browser.contentDocument.body.innerText;
'''

PROGRESS = '''
const row = view().document.getElementById("dane-smime-progress");
return row && [...row.children].map(child => child.textContent);
'''


def setUpModule():
    global KINDS, MAIL, FOLDER
    WORLD.start()
    KINDS, MAIL = Kinds(WORLD), MailWindows(WORLD.thunderbird)
    FOLDER = MAIL.local_folder('exported')
    MAIL.add(FOLDER, plain('calm'))
    MAIL.open_folder(FOLDER, 1)


def tearDownModule():
    WORLD.stop()


def added(name, message):
    """Puts a message into the folder; gives its URI."""
    MAIL.add(FOLDER, message)
    return wait_until(lambda: MAIL.uri_of(FOLDER, f'kind {name}'), f'message {name}')


def show_pane(shown):
    MAIL.js('''
        const pane = mailPane();
        pane.paneLayout.messagePaneVisible = shown;''', shown=shown)


class Hidden(unittest.TestCase):
    """The message pane is off, so nothing has been decrypted."""

    def setUp(self):
        MAIL.open_folder(FOLDER)
        show_pane(False)
        self.addCleanup(show_pane, True)

    def _save(self, index, path):
        MAIL.js(PICK_FILE, index=index, path=path)
        self.addCleanup(MAIL.js, STOCK_PICKER)
        MAIL.js('mailPane().commandController.doCommand("cmd_saveAsFile");')
        return wait_until(lambda: os.path.exists(path) and os.path.getsize(path)
                          and read(path), f'{path} is saved')

    def test_save_as_text(self):
        added('save-text', KINDS.encrypted(KINDS.signed(plain('save-text'))))
        MAIL.select('kind save-text')
        self.assertIn('secret save-text, Grüße'.encode(), self._save(3, WORLD.path('one.txt')))

    def test_save_as_html(self):
        added('save-html', KINDS.encrypted(rich('save-html')))
        MAIL.select('kind save-html')
        self.assertIn(b'Quarterly figures</h2>', self._save(2, WORLD.path('one.html')))

    def test_save_from_imap(self):
        self.addCleanup(MAIL.open_folder, FOLDER)
        WORLD.imap.append('alice', KINDS.encrypted(plain('save-imap')))
        inbox = 'imap://alice@127.0.0.1/INBOX'
        MAIL.open_folder(inbox)
        MAIL.check_mail(inbox)
        MAIL.open_folder(inbox, 1)
        MAIL.select('kind save-imap')
        self.assertIn(b'secret save-imap', self._save(3, WORLD.path('imap.txt')))

    def test_save_as_message(self):
        message = KINDS.encrypted(plain('save-eml'))
        added('save-eml', message)
        MAIL.select('kind save-eml')
        saved = self._save(1, WORLD.path('one.eml'))
        self.assertIn(b'application/pkcs7-mime', saved)
        self.assertNotIn(b'secret', saved)

    def test_print(self):
        for kind, make in (('print-one', lambda: KINDS.encrypted(plain('print-one'))),
                           ('D1', lambda: KINDS.make('D1'))):
            with self.subTest(kind):
                uri = added(kind, make())
                MAIL.select(f'kind {kind}')
                path = WORLD.path(f'{kind}.pdf')
                self.assertIn(f'secret {kind}', MAIL.js(PRINT, uri=uri, path=path))
                wait_until(lambda name=path: read(name).startswith(b'%PDF'), 'it is printed')

    def test_print_protected_fields(self):
        """Paper has what was hidden, and nothing of what somebody wrote outside."""
        message = HiddenFields(WORLD).message(
            'paper', outer={'From': 'Eve <eve@example.org>', 'Cc': 'eve@example.org'})
        MAIL.add(FOLDER, message)
        uri = wait_until(lambda: MAIL.uri_of(FOLDER, '[...]'), 'the message')
        MAIL.select('[...]')
        path = WORLD.path('paper.pdf')
        text = MAIL.js(PRINT.replace('innerText', 'textContent'), uri=uri, path=path)
        wait_until(lambda: read(path).startswith(b'%PDF'), 'it is printed')
        self.assertIn(f'Subject: {SUBJECT}', text)
        self.assertIn('From: Carol Example', text)
        self.assertNotIn('eve@', text)

    def test_print_what_nobody_can_open(self):
        uri = added('stranger', KINDS.make('stranger'))
        MAIL.select('kind stranger')
        MAIL.js('main.setTimeout(async () => {' + PRINT + '});', uri=uri,
                path=WORLD.path('none.pdf'))
        dialogs = Dialogs(WORLD.thunderbird)
        self.assertIn('key', dialogs.wait())
        dialogs.press()


class Shown(unittest.TestCase):
    def test_print(self):
        uri = added('print-shown', KINDS.encrypted(rich('print-shown')))
        MAIL.open_folder(FOLDER)
        MAIL.read('kind print-shown', 'secret print-shown')
        WORLD.forget_requests()
        path = WORLD.path('shown.pdf')
        self.assertIn('secret print-shown', MAIL.js(PRINT, uri=uri, path=path))
        wait_until(lambda: read(path).startswith(b'%PDF'), 'it is printed')
        self.assertEqual(WORLD.requests('read'), [])


class Long(unittest.TestCase):
    """The host is stopped for a while, as it would be busy."""

    def test_cancel(self):
        MAIL.open_folder(FOLDER)
        MAIL.read('kind calm', 'secret calm')
        added('long', KINDS.encrypted(plain('long')))
        pid = self._running_host()
        os.kill(pid, signal.SIGSTOP)
        self.addCleanup(self._continue, pid)
        MAIL.select('kind long')
        shown = wait_until(lambda: MAIL.js(PROGRESS), 'the progress is shown')
        self.assertEqual((shown[0][-1], shown[2]), ('…', 'Cancel'))
        WORLD.pictures.window('read-progress')
        MAIL.js('view().document.querySelector("#dane-smime-progress button").click();')
        MAIL.wait_text('You have stopped')
        wait_until(lambda: not MAIL.js(PROGRESS), 'the progress is gone')
        WORLD.pictures.window('read-cancelled')
        os.kill(pid, signal.SIGCONT)
        MAIL.js('''
            view().gMessageNotificationBar.msgNotificationBar.currentNotification
              .querySelector("button").click();''')
        MAIL.wait_text('secret long')

    def _running_host(self):
        if not WORLD.host_pid():
            WORLD.addon.background('await messenger.daneIncoming.forget(null);')
            added('awake', KINDS.encrypted(plain('awake')))
            MAIL.read('kind awake', 'secret awake')
        return WORLD.host_pid()

    def _continue(self, pid):
        if WORLD.host_pid() == pid:
            os.kill(pid, signal.SIGCONT)


def read(path):
    """The octets of a file; none if it is not there yet."""
    if not os.path.exists(path):
        return b''
    with open(path, 'rb') as file:
        return file.read()


if __name__ == '__main__':
    tap.main()
