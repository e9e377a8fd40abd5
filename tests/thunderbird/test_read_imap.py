#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Messages of every kind in an IMAP folder that is not kept offline; and where a saved search or a
unified folder shows them."""

import unittest

from world import World  # first: it puts the support modules on the path

# pylint: disable=wrong-import-order
import tap
from compose import Composing
from mail_windows import MailWindows
from processes import wait_until
from protected import CSV, Kinds, plain, rich

WORLD = World()
SUCCESS = 0
ENCRYPTED = ('C2', 'C3', 'C4', 'C5', 'C6', 'C7', 'E1', 'E2', 'E3', 'E4', 'E5')
OTHERS = ('A1', 'B1', 'D1', 'D2', 'G1')
BOX = 'imap://alice@127.0.0.1/INBOX'
KINDS = MAIL = None

SEARCH = '''
const {VirtualFolderHelper} =
  ChromeUtils.importESModule("resource:///modules/VirtualFolderWrapper.sys.mjs");
const parent = MailServices.accounts.localFoldersServer.rootFolder;
VirtualFolderHelper.createNewVirtualFolder("All of them", parent, [folderOf(uri)],
  "AND (subject,contains,kind)", false);
return `${parent.URI}/All%20of%20them`;
'''

UNIFIED = '''
const pane = mailPane();
pane.folderPane.activeModes = ["all", "smart"];
try {
  const {SmartMailboxUtils} =
    ChromeUtils.importESModule("resource:///modules/SmartMailboxUtils.sys.mjs");
  return SmartMailboxUtils.getSmartMailbox().getSmartFolder("Inbox").URI;
} catch {
  return pane.SmartMailboxUtils.getSmartMailbox().getSmartFolder("Inbox").URI; // Thunderbird 140
}
'''


def setUpModule():
    global KINDS, MAIL
    WORLD.start()
    KINDS, MAIL = Kinds(WORLD), MailWindows(WORLD.thunderbird)
    for kind in (*ENCRYPTED, *OTHERS):
        WORLD.imap.append('alice', KINDS.make(kind))
    update()


def tearDownModule():
    WORLD.stop()


def update():
    """Shows the inbox with all that it has."""
    MAIL.open_folder(BOX)
    MAIL.check_mail(BOX)
    MAIL.open_folder(BOX, len(WORLD.imap.messages('alice')))


class Kind(unittest.TestCase):
    def test_each(self):
        for kind in (*ENCRYPTED, *OTHERS):
            with self.subTest(kind):
                WORLD.forget_requests()
                state = MAIL.read(f'kind {kind}', f'secret {kind}')
                if kind in ENCRYPTED:
                    self.assertEqual(state['encryption'], SUCCESS)
                wait_until(lambda: WORLD.requests('read'), 'the host is asked')
                MAIL.js('await new Promise(resolve => main.setTimeout(resolve, 300));')
                self.assertEqual(len(WORLD.requests('read')), 1)

    def test_large(self):
        """It goes to the host in a file."""
        WORLD.imap.append('alice', KINDS.large(2000000, 'large'))
        update()
        WORLD.forget_requests()
        state = MAIL.read('kind large', 'secret large')
        self.assertEqual(state['attachments'], ['data.bin'])
        self.assertEqual(len(MAIL.attachment('data.bin')), 2000000)
        (request,) = WORLD.requests('read')
        self.assertLess(request['n_octets'], 1000)

    def test_attachment_and_answer(self):
        WORLD.imap.append('alice', KINDS.encrypted(rich('answered')))
        update()
        MAIL.read('kind answered', 'secret answered')
        self.assertEqual(MAIL.attachment('towns.csv'), CSV)
        composing = Composing(WORLD.thunderbird)
        for command in ('cmd_replySender', 'cmd_forwardInline'):
            window = composing.opened_by(lambda name=command: MAIL.command(name))
            self.addCleanup(window.close)
            window.wait_for_text('secret answered')


class Virtual(unittest.TestCase):
    def setUp(self):
        self.addCleanup(MAIL.open_folder, BOX)

    def _read(self, name):
        state = MAIL.read(f'kind {name}', f'secret {name}')
        self.assertEqual(state['encryption'], SUCCESS)
        wait_until(lambda: MAIL.js('''
            return view().document.getElementById("encryptionTechBtn").textContent
              .includes("DANE");'''), 'the verdict')

    def _added(self, name):
        WORLD.imap.append('alice', KINDS.encrypted(KINDS.signed(plain(name))))
        update()

    def test_saved_search(self):
        self._added('searched')
        MAIL.open_folder(MAIL.js(SEARCH, uri=BOX), len(ENCRYPTED))
        self._read('searched')

    def test_unified_folder(self):
        self._added('unified')
        MAIL.open_folder(MAIL.js(UNIFIED), len(ENCRYPTED))
        self._read('unified')


if __name__ == '__main__':
    tap.main()
