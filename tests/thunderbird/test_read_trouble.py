#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""What is shown when a message can't be: no key, no host, a locked key store; and the add-on that
comes and goes; Thunderbird's own keys; IMAP without an offline copy."""

import os
import shutil
import signal
import time
import unittest

from world import World  # first: it puts the support modules on the path

# pylint: disable=wrong-import-order
import openssl
import tap
from dialogs import Dialogs
from mail_windows import MailWindows
from processes import wait_until
from protected import Kinds, plain, rich

WORLD = World()
SUCCESS, INCOMPLETE = 0, 1057
PASSWORD = 'correct horse'
KINDS = MAIL = FOLDER = None

# of the bars above the message
HAS_BUTTON = '''
return !!view().gMessageNotificationBar.msgNotificationBar.currentNotification
  ?.querySelector("button");
'''
PRESS_FIRST_BUTTON = '''
view().gMessageNotificationBar.msgNotificationBar.currentNotification
  .querySelector("button").click();
'''

IMPORT_KEY = '''
const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
file.initWithPath(path);
const database = Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB);
const status = await database.importPKCS12File(file, password);
if (status) {
  throw new Error(`import: ${status}`);
}
'''


def setUpModule():
    global KINDS, MAIL, FOLDER
    # Thunderbird's own, when an event page is put to sleep while it has listeners
    WORLD.expected_errors.append('sendRemoveListener on closed conduit')
    # … and where a prompt is shown while a page of ours is in front
    WORLD.expected_errors.append('internal dialogs not available in this context')
    WORLD.start()
    KINDS, MAIL = Kinds(WORLD), MailWindows(WORLD.thunderbird)
    FOLDER = MAIL.local_folder('trouble')
    MAIL.add(FOLDER, plain('calm'), *[KINDS.make(kind) for kind in (
        'stranger', 'damaged', 'C2', 'C3', 'C4', 'D1', 'E1')])
    MAIL.open_folder(FOLDER, 8)


def tearDownModule():
    WORLD.stop()


def away():
    """Shows a message without any protection."""
    MAIL.open_folder(FOLDER)
    MAIL.read('kind calm', 'secret calm')


def forget():
    """As after the key store was locked: no plaintext is kept."""
    WORLD.addon.background('await messenger.daneIncoming.forget(null);')


class Pages(unittest.TestCase):
    def setUp(self):
        away()

    def test_no_key(self):
        state = MAIL.read('kind stranger', 'You have no key for this message')
        self.assertEqual(state['encryption'], INCOMPLETE)
        self.assertTrue(state['header'])
        self.assertIn('import that key', state['text'])
        WORLD.pictures.window('read-no-key')
        MAIL.js('Services.prefs.setIntPref("ui.systemUsesDarkTheme", 1);')
        self.addCleanup(MAIL.js, 'Services.prefs.clearUserPref("ui.systemUsesDarkTheme");')
        time.sleep(1.5)  # the colours change; nothing tells of it
        WORLD.pictures.window('read-no-key-dark')

    def test_damaged(self):
        MAIL.read('kind damaged', "This message cannot be decrypted")

    def test_plain_text_and_simple_html(self):
        for number in (1, 3):
            with self.subTest(number):
                MAIL.js('Services.prefs.setIntPref("mailnews.display.html_as", number);',
                        number=number)
                self.addCleanup(MAIL.js,
                                'Services.prefs.clearUserPref("mailnews.display.html_as");')
                away()
                text = MAIL.read('kind stranger', 'You have no key for this message')['text']
                self.assertNotIn('{', text)
                WORLD.pictures.window(f'read-no-key-html-{number}')


class Host(unittest.TestCase):
    def setUp(self):
        self.addCleanup(self.back)

    def back(self):
        time.sleep(3.2)  # a host that could not be started is not tried again before
        away()
        MAIL.read('kind C4', 'secret C4')

    def restart_host(self):
        if WORLD.host_pid():
            WORLD.kill_host()
        WORLD.addon.stop_background()
        forget()

    def test_missing(self):
        manifest = WORLD.host_manifest()
        away()
        self.restart_host()
        shutil.move(manifest, manifest + '.away')
        try:
            state = MAIL.read('kind C3', 'A program is missing')
            self.assertIn('Install the package dane-smime', state['text'])
            self.assertTrue(state['header'])
            # what is merely signed can be read all the same
            MAIL.read('kind D1', 'secret D1')
        finally:
            shutil.move(manifest + '.away', manifest)

    def test_killed_while_it_decrypts(self):
        away()
        forget()
        MAIL.read('kind C4', 'secret C4')  # it runs
        away()
        forget()
        WORLD.addon.background('await messenger.daneIncoming.forget(null);')
        pid = WORLD.host_pid()
        os.kill(pid, signal.SIGSTOP)
        MAIL.select('kind E1')
        wait_until(lambda: 'Decrypting' in MAIL.state()['text'], 'the placeholder')
        time.sleep(1)  # in which it stays
        WORLD.pictures.window('read-decrypting')
        WORLD.kill_host()
        MAIL.wait_text('ended unexpectedly')


class KeyComes(unittest.TestCase):
    def test_message_that_is_shown(self):
        """It is shown once its key has been imported."""
        certificate, key = KINDS.foreign_key('late')
        MAIL.add(FOLDER, KINDS.encrypted_by_openssl('late', plain('late'), certificate))
        MAIL.open_folder(FOLDER, 9)
        MAIL.select('kind late')
        MAIL.wait_text('You have no key for this message')
        with open(WORLD.path('late.both'), 'wb') as both:
            for name in (certificate, key):
                with open(name, 'rb') as file:
                    both.write(file.read())
        WORLD.store.succeed('import', WORLD.path('late.both'))
        WORLD.addon.background('await messenger.runtime.openOptionsPage();')
        wait_until(lambda: WORLD.addon.has_page('options/'), 'the options page')
        WORLD.addon.page('options/', """
            messenger.tabs.getCurrent().then(({id}) => messenger.tabs.remove(id));""")
        MAIL.wait_text('secret late')


class Unlocking(unittest.TestCase):
    """The last one: from here on the key store has a password."""

    def test_prompt_declined_unlocked_and_locked_again(self):
        dialogs = Dialogs(WORLD.thunderbird)
        away()
        with open(WORLD.path('password'), 'w', encoding='ascii') as file:
            file.write(PASSWORD)
        WORLD.store.succeed('password', '--new-password-file', WORLD.path('password'))
        WORLD.kill_host()
        forget()
        MAIL.select('kind C3')
        dialogs.wait()
        dialogs.press('cancel')
        state = MAIL.wait_text('Your key store is locked')
        self.assertTrue(state['header'])
        WORLD.pictures.window('read-locked')
        wait_until(lambda: MAIL.js(HAS_BUTTON), 'a bar with a button')
        MAIL.js(PRESS_FIRST_BUTTON)
        dialogs.wait()
        dialogs.press(text=PASSWORD)
        MAIL.wait_text('secret C3')
        away()
        MAIL.read('kind C4', 'secret C4')
        self.lock()
        MAIL.wait_text('Your key store is locked')
        self.assertIsNone(dialogs.text())

    def lock(self):
        """As the button of the options page does it."""
        WORLD.addon.background('await messenger.runtime.openOptionsPage();')
        wait_until(lambda: WORLD.addon.has_page('options/'), 'the options page')
        WORLD.addon.page('options/', """
            await messenger.runtime.sendMessage({topic: "options/lock"});""")


class ComesAndGoes(unittest.TestCase):
    def test_removed_and_back(self):
        MAIL.read('kind C3', 'secret C3')
        WORLD.addon.disable()
        wait_until(lambda: 'secret' not in MAIL.state()['text'], 'the message is stock again')
        WORLD.addon.enable()
        # shown already when it starts
        MAIL.wait_text('secret C3')

    def test_event_page_sleeps(self):
        away()
        forget()
        WORLD.addon.stop_background()
        MAIL.read('kind C4', 'secret C4')

    def test_forget(self):
        MAIL.read('kind C4', 'secret C4')
        WORLD.forget_requests()
        forget()
        MAIL.wait_text('secret C4')


class OwnKey(unittest.TestCase):
    def test_thunderbird_has_the_key(self):
        certificate, key = KINDS.foreign_key('thunderbird')
        path = WORLD.path('thunderbird.p12')
        with open(path, 'wb') as file:
            file.write(openssl.run('pkcs12', '-export', '-in', certificate, '-inkey', key,
                                   '-passout', 'pass:x'))
        MAIL.js(IMPORT_KEY, path=path, password='x')
        signed = KINDS.signed(rich('own'))
        MAIL.add(FOLDER, KINDS.make('C1'),
                 KINDS.encrypted_by_openssl('own', signed, certificate))
        MAIL.open_folder(FOLDER)
        state = MAIL.read('kind C1', 'secret C1')
        self.assertEqual(state['encryption'], SUCCESS)
        wait_until(lambda: WORLD.addon.background(
            'return (await messenger.daneList.getMark(uri))?.state;', uri=state['uri']) == 'good',
                   'the mark')
        state = MAIL.read('kind own', 'secret own')
        self.assertEqual(state['attachments'], ['towns.csv', 'attached.eml'])
        self.assertEqual(state['encryption'], SUCCESS)


class Imap(unittest.TestCase):
    def test_one_download_and_unread(self):
        MAIL.js('Services.prefs.setBoolPref("mailnews.mark_message_read.auto", false);')
        WORLD.imap.append('alice', KINDS.encrypted(rich('imap')))
        WORLD.imap.append('alice', KINDS.signed(plain('imap-signed')))
        inbox = 'imap://alice@127.0.0.1/INBOX'
        MAIL.open_folder(inbox)
        MAIL.check_mail(inbox)
        MAIL.open_folder(inbox, 2)
        state = MAIL.read('kind imap', 'secret imap')
        self.assertEqual(state['encryption'], SUCCESS)
        wait_until(lambda: all(width for _, width in MAIL.state()['images']), 'the picture')
        MAIL.read('kind imap-signed', 'secret imap-signed')
        commands = WORLD.imap.commands('alice')
        downloads = [line for line in commands.splitlines() if 'FETCH' in line.upper()
                     and ('BODY[]' in line.upper() or 'BODY.PEEK[]' in line.upper())]
        self.assertLessEqual(len(downloads), 2, downloads)
        with WORLD.imap.login('alice') as connection:
            connection.select('INBOX', readonly=True)
            self.assertEqual(connection.search(None, 'UNSEEN')[1][0].split(), [b'1', b'2'])


if __name__ == '__main__':
    tap.main()
