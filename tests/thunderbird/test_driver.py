#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""The surroundings that the other files rely on: do they do what they say?"""

import smtplib
import unittest

from world import ALICE, BOB, CAROL, DAVE, World  # first: it puts the support modules on the path

# pylint: disable=wrong-import-order
import tap
from marionette import MarionetteError

WORLD = World(addon=False)


def setUpModule():
    WORLD.start()


def tearDownModule():
    WORLD.stop()


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
