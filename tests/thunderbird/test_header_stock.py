#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""What a Thunderbird without the add-on shows of messages with protected header fields: it knows
nothing of RFC 9788, and its reader has to get along."""

import unittest

from world import ALICE, CAROL, Account, World  # first: it puts the support modules on the path

# pylint: disable=wrong-import-order
import tap
from processes import wait_until
from protected import head

WORLD = World([Account(ALICE, 'Alice Example')], addon=False)
SUCCESS = 0

IMPORT = '''
const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
file.initWithPath(path);
const database = Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB);
return database.importPKCS12File(file, "secret");
'''

STATUS = 'return [about.gSignatureStatus, about.gEncryptionStatus];'


def setUpModule():
    WORLD.start()
    both, password = WORLD.path('alice.p12'), WORLD.path('p12-password')
    with open(password, 'w', encoding='ascii') as file:
        file.write('secret\n')
    WORLD.store.succeed('export', ALICE, both, '--export-password-file', password)
    assert WORLD.thunderbird.js(IMPORT, path=both) == 0


def tearDownModule():
    WORLD.stop()


class Stock(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = WORLD.folders.local('Stock')

    def message(self, subject, kind='plain'):
        """Before it is protected."""
        text = {'plain': 'secret text', 'html': '<html><body><p>secret text</p></body></html>'}
        fields = head('x').replace('kind x', subject)
        return (f'{fields}Content-Type: text/{kind}; charset=utf-8\r\n'
                f'\r\n{text[kind]}\r\n').encode()

    def show(self, message):
        count = len(WORLD.folders.headers(self.folder))
        WORLD.folders.add(self.folder, message)
        view = WORLD.reading.show(WORLD.folders.wait_headers(self.folder, count + 1)[-1]['uri'])
        view.wait_for_text('secret text')
        return view

    def encrypted(self, message, *options):
        return WORLD.peers.succeed('encrypt', '--sign', '--recipient', ALICE, '--no-self',
                                   '--cipher', 'aes-256-cbc', *options, stdin=message).stdout

    def test_hidden_subject(self):
        """The list has none; the text begins with it."""
        for kind in ('plain', 'html'):
            with self.subTest(kind):
                message = self.encrypted(self.message('Rent for April', kind))
                self.assertNotIn(b'Rent for April', message)
                view = self.show(message)
                state = view.state()
                self.assertIn('[...]', state['subject'])
                self.assertIn('Subject: Rent for April', state['text'])
                wait_until(lambda one=view: one.js(STATUS)[1] == SUCCESS, 'it is decrypted')
                self.assertEqual(state['attachments'], [])
                WORLD.pictures.window(f'header-stock-{kind}')

    def test_without_legacy_display(self):
        """Its reader does not learn the subject."""
        view = self.show(self.encrypted(self.message('Rent for May'), '--no-legacy-display'))
        state = view.state()
        self.assertIn('[...]', state['subject'])
        self.assertNotIn('Rent', state['text'])

    def test_nothing_hidden(self):
        view = self.show(self.encrypted(self.message('Rent for June'), '--header-protection',
                                        'none'))
        state = view.state()
        self.assertIn('Rent for June', state['subject'])
        self.assertNotIn('Rent', state['text'])

    def test_signed(self):
        """As ever: the fields are outside as well, and nothing of them in the text."""
        view = self.show(WORLD.peers.succeed('sign', stdin=self.message('Rent for July')).stdout)
        state = view.state()
        self.assertIn('Rent for July', state['subject'])
        self.assertEqual(state['text'].strip(), 'secret text')
        self.assertEqual(state['attachments'], [])
        fields = view.js('return about.currentHeaderData.from.headerValue;')
        self.assertIn(CAROL, fields)


if __name__ == '__main__':
    tap.main()
