#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""The surroundings that the other files rely on: do they do what they say?"""

import glob
import os
import smtplib
import unittest

from world import ALICE, BOB, CAROL, DAVE, World  # first: it puts the support modules on the path

# pylint: disable=wrong-import-order
import tap
from marionette import MarionetteError
from processes import wait_until
from reading import REPLY

WORLD = World(addon=False)
MESSAGE = b'''From: Carol <carol@example.com>
To: alice@example.org
Subject: two parts
Date: Sat, 21 Nov 2026 12:00:00 +0000
Message-ID: <two-parts@example.com>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="cut"

--cut
Content-Type: text/plain

the text
--cut
Content-Type: text/plain; name="a.txt"
Content-Disposition: attachment; filename="a.txt"

the attachment
--cut--
'''


def setUpModule():
    WORLD.start()


def tearDownModule():
    WORLD.stop()


class Files(unittest.TestCase):
    def test_each_is_run(self):
        here = os.path.dirname(os.path.abspath(__file__))
        with open(os.path.join(here, 'meson.build'), encoding='utf-8') as file:
            text = file.read()
        for path in sorted(glob.glob(os.path.join(here, 'test_*.py'))):
            name = os.path.basename(path)[len('test_'):-len('.py')]
            with self.subTest(name):
                self.assertIn(f"'{name}':", text, 'it has no line in meson.build')


class Scripts(unittest.TestCase):
    def test_values_and_answers(self):
        self.assertEqual(WORLD.thunderbird.js('return [a, b.c];', a='ä', b={'c': 1}), ['ä', 1])

    def test_an_exception_has_its_stack(self):
        with self.assertRaisesRegex(MarionetteError, 'TypeError(.|\n)*@'):
            WORLD.thunderbird.js('null.member;')

    def test_errors_of_the_console(self):
        WORLD.thunderbird.js('Components.utils.reportError("a text of this test");')
        self.assertIn('a text of this test',
                      ''.join(message['text'] for message in WORLD.thunderbird.console()))


class Windows(unittest.TestCase):
    def _compose(self, **fields):
        window = WORLD.composing.open(ALICE, BOB, **fields)
        self.addCleanup(lambda: window.is_open() and window.close())
        return window

    def test_write_save_send(self):
        path = WORLD.path('octets.bin')
        with open(path, 'wb') as file:
            file.write(bytes(range(256)))
        window = self._compose(subject='Grüße', body='<p>Hällo</p>', attachments=[path])
        window.add_recipient(CAROL, 'bcc')
        self.assertEqual([one['field'] for one in window.state()['recipients']], ['to', 'bcc'])
        WORLD.pictures.window('driver-compose', 'msgcompose')
        window.save()
        wait_until(lambda: any(b'octets.bin' in one
                               for one in WORLD.imap.messages('alice', 'Drafts')), 'the draft')
        n_before = len(WORLD.sink.deliveries)
        window.send()
        delivery = WORLD.sink.wait(n_before + 1)[-1]
        self.assertEqual(delivery.recipients, [BOB, CAROL])
        self.assertIn('Hällo'.encode(), delivery.octets)
        wait_until(lambda: any(b'octets.bin' in one
                               for one in WORLD.imap.messages('alice', 'Sent')), 'the sent copy')
        self.assertIn(delivery.octets, WORLD.imap.messages('bob'))

    def test_a_question(self):
        WORLD.sink.refuse('RCPT', BOB, times=1)
        window = self._compose()
        window.press('cmd_sendNow')
        self.assertIn('refused by the test', WORLD.dialogs.wait())
        WORLD.dialogs.press()
        window.send()

    def test_a_password(self):
        WORLD.thunderbird.js('''
            const shared = Cu.getGlobalForObject(Services);
            shared.testAnswer = null;
            window.setTimeout(async () => {
              const bag = await Services.prompt.asyncPromptPassword(window.browsingContext,
                Services.prompt.MODAL_TYPE_INTERNAL_WINDOW, "title", "a password?", {value: ""});
              shared.testAnswer = [bag.getProperty("ok"), bag.getProperty("pass")];
            });''')
        self.assertEqual(WORLD.dialogs.wait(), 'a password?')
        WORLD.dialogs.press('accept', 'sesame')
        wait_until(lambda: WORLD.thunderbird.js(
            'return Cu.getGlobalForObject(Services).testAnswer;') == [True, 'sesame'], 'the answer')

    def test_bars(self):
        window = self._compose()
        window.js('''
            await one.gComposeNotification.appendNotification("value", {label: "words",
              priority: one.gComposeNotification.PRIORITY_WARNING_MEDIUM},
              [{label: "Press", callback() { one.wasPressed = true; }}]);''')
        bar = window.state()['bars'][0]
        self.assertEqual((bar['value'], bar['text'], bar['buttons']), ('value', 'words', ['Press']))
        window.press_bar_button('value', 'Press')
        self.assertTrue(window.js('return one.wasPressed;'))

    def test_read_and_answer(self):
        folder = WORLD.folders.local('Driver')
        WORLD.folders.add(folder, MESSAGE)
        message = WORLD.folders.wait_headers(folder, 1)[0]['uri']
        view = WORLD.reading.show(message)
        self.assertEqual(view.wait_for_text('the text')['attachments'], ['a.txt'])
        WORLD.pictures.window('driver-read')
        reply = view.answer(REPLY)
        reply.wait_for_text('the text')
        reply.close()
        self.assertEqual(WORLD.folders.source(message).replace(b'\r', b'')[-20:], MESSAGE[-20:])

    def test_other_places(self):
        path = WORLD.path('message.eml')
        with open(path, 'wb') as file:
            file.write(MESSAGE)
        WORLD.imap.append('alice', MESSAGE, 'Other place')
        folder = WORLD.folders.imap('alice', 'Other place')
        message = WORLD.folders.wait_headers(folder, 1)[0]['uri']
        views = {'IMAP': lambda: WORLD.reading.show(message),
                 'window': lambda: WORLD.reading.show_in_window(message),
                 'file in a tab': lambda: WORLD.reading.show_file(path),
                 'file in a window': lambda: WORLD.reading.show_file_in_window(path)}
        for name, show in views.items():
            with self.subTest(name):
                show().wait_for_text('the text')
                WORLD.reading.close_others()


class Servers(unittest.TestCase):
    def _send(self, *recipients):
        with smtplib.SMTP('127.0.0.1', WORLD.sink.port, timeout=20) as client:
            return client.sendmail(CAROL, recipients, b'Subject: x\r\n\r\n.dot\r\n\r\n')

    def test_mail_reaches_the_mailbox(self):
        self._send(ALICE, DAVE)
        self.assertEqual(WORLD.sink.wait()[-1].recipients, [ALICE, DAVE])
        self.assertIn(b'Subject: x\r\n\r\n.dot\r\n\r\n', WORLD.imap.messages('alice'))

    def test_a_refusal_once(self):
        WORLD.sink.refuse('RCPT', DAVE, times=1)
        self.assertEqual(list(self._send(BOB, DAVE)), [DAVE])
        self.assertEqual(self._send(BOB, DAVE), {})

    def test_records_are_published(self):
        for address, outcome in ((ALICE, 'ready'), (BOB, 'ready'), (CAROL, 'ready'),
                                 (DAVE, 'no-record')):
            with self.subTest(address):
                result = WORLD.store.run('--json', 'lookup', address).json['results'][0]
                self.assertEqual(result['recipient'], outcome)


if __name__ == '__main__':
    tap.main()
