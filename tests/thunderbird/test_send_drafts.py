#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Drafts and templates: encrypted to oneself where that is wanted, never signed, never lost."""

import unittest

from world import ALICE, BOB  # first: it puts the support modules on the path
from sending import BAR, SendingCase

# pylint: disable=wrong-import-order
import openssl
import tap
from compose import SAVE_DRAFT, SAVE_TEMPLATE
from messages import field
from processes import wait_until

AUTO_SAVE = '''
one.gContentChanged = true;
one.setTimeout(() => one.AutoSave());
'''
PREFERENCE = 'Services.prefs.setBoolPref("mail.identity.id1.autoEncryptDrafts", value);'


def setUpModule():
    SendingCase.raise_world()


def tearDownModule():
    SendingCase.lower_world()


class Drafts(SendingCase):
    def saved(self, subject, folder='Drafts'):
        """The newest message of that subject in a folder."""
        def find():
            found = [one for one in self.world.imap.messages('alice', folder)
                     if field(one, 'Subject') == subject]
            return found[-1] if found else None
        return wait_until(find, f'"{subject}" in {folder}')

    def assert_encrypted_to_oneself(self, octets):
        self.assertEqual(self.judge.recipients(octets), [ALICE])
        entity = self.judge.decrypt(octets, ALICE)
        self.assertIn(b'text/html', entity)
        self.assertNotIn(b'multipart/signed', entity)

    def bar(self, window):
        def bar():
            found = [one for one in window.state()['bars'] if one['value'] == BAR]
            return found[0] if found else None
        return wait_until(bar, 'a bar')

    def encrypt_drafts(self, value):
        self.world.thunderbird.js(PREFERENCE, value=value)
        self.addCleanup(self.world.thunderbird.js, PREFERENCE, value=True)

    def test_encrypted(self):
        window = self.open(BOB, bcc='nobody@example.org', sign=True, encrypt=True,
                           subject='secret draft')
        window.save()
        octets = self.saved('secret draft')
        self.assertEqual(field(octets, 'X-Dane-Smime'), 'sign encrypt')
        self.assertEqual(field(octets, 'Bcc'), 'nobody@example.org')
        self.assert_encrypted_to_oneself(octets)
        self.assert_no_files()

    def test_half_written(self):
        """Nobody to send it to yet."""
        window = self.open('', encrypt=True, subject='half written')
        window.save()
        self.assert_encrypted_to_oneself(self.saved('half written'))

    def test_template(self):
        window = self.open(encrypt=True, subject='a template')
        window.press(SAVE_TEMPLATE)
        octets = self.saved('a template', 'Templates')
        self.assertEqual(field(octets, 'X-Dane-Smime'), 'encrypt')
        self.assert_encrypted_to_oneself(octets)

    def test_signed_drafts_are_plain(self):
        window = self.open(sign=True, subject='to be signed')
        window.save()
        octets = self.saved('to be signed')
        self.assertEqual(field(octets, 'X-Dane-Smime'), 'sign')
        self.assertIn(b'an alle', octets)
        self.assertEqual(self.world.requests('encrypt') + self.world.requests('sign'), [])

    def test_the_identity_wants_plain_drafts(self):
        self.encrypt_drafts(False)
        window = self.open(encrypt=True, subject='plain draft')
        window.save()
        octets = self.saved('plain draft')
        self.assertEqual(field(octets, 'X-Dane-Smime'), 'encrypt')
        self.assertIn(b'an alle', octets)

    def test_nothing_wanted(self):
        window = self.open(subject='stock draft')
        window.save()
        self.assertIsNone(field(self.saved('stock draft'), 'X-Dane-Smime'))

    def test_auto_save(self):
        window = self.open(encrypt=True, subject='saved by itself')
        window.js(AUTO_SAVE)
        self.assert_encrypted_to_oneself(self.saved('saved by itself'))

    def test_sent_after_it_was_saved(self):
        window = self.open(sign=True, encrypt=True, subject='saved, sent')
        window.save()
        self.saved('saved, sent')
        window.send()
        [delivery] = self.world.sink.wait()
        self.judge.verify(self.judge.decrypt(delivery.octets, BOB))
        self.assertNotIn(b'X-Dane', delivery.octets)

    def test_no_key(self):
        """It is not saved in plain unless the user says so; auto-save says so once."""
        window = self.open(encrypt=True, subject='no key')
        self.remove_key(ALICE)
        window.js(AUTO_SAVE)
        self.assertRegex(self.bar(window)['text'], '^Draft not saved.*key')
        self.assertTrue(window.state()['changed'])
        self.world.pictures.window('outgoing-draft-bar', 'msgcompose')
        window.js('one.gComposeNotification.removeAllNotifications();')
        window.js('await one.AutoSave();')
        self.assertEqual([one for one in window.state()['bars'] if one['value'] == BAR], [])
        window.press(SAVE_DRAFT)
        self.assertIn('Save without encryption', self.bar(window)['buttons'])
        self.assertEqual([one for one in self.world.imap.messages('alice', 'Drafts')
                          if field(one, 'Subject') == 'no key'], [])
        window.press_bar_button(BAR, 'Save without encryption')
        octets = self.saved('no key')
        self.assertIn(b'an alle', octets)
        self.assertEqual(field(octets, 'X-Dane-Smime'), 'encrypt')

    def test_the_add_on_is_gone(self):
        """A draft that was to be encrypted does not go to the server in plain."""
        window = self.open(encrypt=True, subject='gone')
        self.disable_add_on()
        window.press(SAVE_DRAFT)
        self.assertIn('not sent or saved', self.bar(window)['text'])
        window.press_bar_button(BAR, 'Save without encryption')
        self.saved('gone')
        with self.assertRaises(openssl.OpensslFailure):
            self.judge.decrypt(self.saved('gone'), ALICE)


if __name__ == '__main__':
    tap.main()
