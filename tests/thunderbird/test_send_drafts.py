#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Drafts and templates: encrypted to oneself where that is wanted, never signed, never lost."""

import os
import signal
import time

from world import ALICE, BOB, DAVE  # first: it puts the support modules on the path
from sending import BAR, BODY, OUTER_SUBJECT, SendingCase

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
DEFAULTS = '''
const {settings} = await messenger.storage.local.get("settings");
const both = {sign: "always", encrypt};
await messenger.storage.local.set(
  {settings: {...settings, identities: {id1: both, id2: both}}});
'''
PILLS = '''
return [...one.document.querySelectorAll("mail-address-pill")].map(pill => pill.className);
'''
PREFERENCE = 'Services.prefs.setBoolPref("mail.identity.id1.autoEncryptDrafts", value);'


def setUpModule():
    SendingCase.raise_world()


def tearDownModule():
    SendingCase.lower_world()


class Drafts(SendingCase):
    def drafts(self, subject, user='alice', folder='Drafts'):
        """The messages of that subject in a folder."""
        person = {'alice': ALICE, 'bob': BOB}[user]
        return [one for one in self.world.imap.messages(user, folder)
                if self.judge.subject(one, person) == subject]

    def saved(self, subject, folder='Drafts'):
        """The newest of them."""
        found = wait_until(lambda: self.drafts(subject, folder=folder), f'"{subject}" in {folder}')
        return found[-1]

    def assert_encrypted_to_oneself(self, octets):
        self.assertEqual(self.judge.recipients(octets), [ALICE])
        self.assertEqual(field(octets, 'Subject'), OUTER_SUBJECT)
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

    def defaults(self, encrypt):
        """Of every identity."""
        self.world.addon.background(DEFAULTS, encrypt=encrypt)

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

    def test_nobody_knows_yet(self):
        """Encryption comes on by itself when everyone is ready: nobody is there yet."""
        self.defaults('ready')
        window = self.composing.open(ALICE, '', body=BODY, subject='nobody yet')
        window.save()
        octets = self.saved('nobody yet')
        self.assert_encrypted_to_oneself(octets)
        self.assertEqual(field(octets, 'X-Dane-Smime'), 'sign')
        window.close()

    def test_saved_at_once(self):
        """The host has not said yet whether there is a key: that is waited for."""
        self.open(ALICE, encrypt=True).close()
        self.defaults('always')
        host = self.world.host_pid()
        os.kill(host, signal.SIGSTOP)
        try:
            window = self.composing.open(BOB, ALICE, body=BODY, subject='at once')
            window.press(SAVE_DRAFT)
            time.sleep(1)  # a second in which nothing must happen
            self.assertEqual(self.drafts('at once', 'bob'), [])
        finally:
            os.kill(host, signal.SIGCONT)
        [octets] = wait_until(lambda: self.drafts('at once', 'bob'), 'the draft')
        self.assertEqual(self.judge.recipients(octets), [BOB])
        self.assertEqual(field(octets, 'X-Dane-Smime'), 'sign encrypt')

    def test_nobody_is_ready(self):
        self.defaults('ready')
        window = self.composing.open(ALICE, DAVE, body=BODY, subject='not ready')
        self.wait_protection(window, sign=True, encrypt=False)
        wait_until(lambda: 'missing' in str(window.js(PILLS)), 'it is looked up')
        window.save()
        octets = self.saved('not ready')
        self.assertIn(b'an alle', octets)
        self.assertEqual(field(octets, 'X-Dane-Smime'), 'sign')

    def test_template(self):
        window = self.open(encrypt=True, subject='a template')
        window.press(SAVE_TEMPLATE)
        octets = self.saved('a template', 'Templates')
        self.assertEqual(field(octets, 'X-Dane-Smime'), 'sign encrypt')
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
        self.assertEqual(field(octets, 'X-Dane-Smime'), 'sign encrypt')
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
        self.assertEqual(self.drafts('no key'), [])
        window.press_bar_button(BAR, 'Save without encryption')
        octets = self.saved('no key')
        self.assertIn(b'an alle', octets)
        self.assertEqual(field(octets, 'X-Dane-Smime'), 'sign encrypt')

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
