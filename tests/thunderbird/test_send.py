#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""What leaves Thunderbird, and what it keeps, is what the host made: openssl verifies and decrypts
it."""

import email
import os
import re

from world import ALICE, BOB, CAROL  # first: it puts the support modules on the path
from sending import SendingCase

# pylint: disable=wrong-import-order
import openssl
import tap

PIXEL = ('data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+P+/Hg'
         'AFhAJ/wlseKgAAAABJRU5ErkJggg==')
# As another program stored it: its octets above 127 are not to be touched by Thunderbird.
ATTACHED = ('From: carol@example.com\r\nSubject: attached\r\nMIME-Version: 1.0\r\n'
            'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
            'Größe, жизнь\r\n').encode()
TEXT = 'From here\n.\ntrailing  \nGröße\n'
MEBI = 1024 * 1024

OPENPGP_KEY = '''
const {OpenPGPMasterpass} =
  ChromeUtils.importESModule("chrome://openpgp/content/modules/masterpass.sys.mjs");
const {PgpSqliteDb2} =
  ChromeUtils.importESModule("chrome://openpgp/content/modules/sqliteDb.sys.mjs");
const {EnigmailCore} =
  ChromeUtils.importESModule("chrome://openpgp/content/modules/core.sys.mjs");
await EnigmailCore.init();
const {RNP} = ChromeUtils.importESModule("chrome://openpgp/content/modules/RNP.sys.mjs");
const {EnigmailKeyRing} =
  ChromeUtils.importESModule("chrome://openpgp/content/modules/keyRing.sys.mjs");
const password = await OpenPGPMasterpass.retrieveOpenPGPPassword();
const id = await RNP.genKey(`Alice <${address}>`, "ECC", 0, 30, password);
await RNP.saveKeyRings();
EnigmailKeyRing.clearCache();
await PgpSqliteDb2.acceptAsPersonalKey(EnigmailKeyRing.getKeyById(`0x${id}`).fpr);
const {MailServices} = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const identity = MailServices.accounts.allIdentities.find(({email}) => email == address);
identity.setUnicharAttribute("openpgp_key_id", id);
'''
NO_OPENPGP_KEY = '''
const {MailServices} = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
for (const identity of MailServices.accounts.allIdentities) {
  identity.setUnicharAttribute("openpgp_key_id", "");
}
'''


def setUpModule():
    SendingCase.raise_world()


def tearDownModule():
    SendingCase.lower_world()


def parts(entity):
    """Content by type, of an entity or a message."""
    message = email.message_from_bytes(entity)
    return {part.get_content_type(): part for part in message.walk()}


class Send(SendingCase):
    def see_no_files(self):
        """Until the end of the test, the host is one that does not."""
        self.world.change_host()
        self.end_host()
        self.addCleanup(self.end_host)
        self.addCleanup(self.world.install_host)

    def assert_kept(self, delivery):
        """The copy in Sent is what was delivered, octet for octet."""
        self.assertIn(delivery.octets, self.stored('Sent'))

    def test_sign(self):
        [delivery] = self.send(sign=True)
        self.assertIn('Grüße', parts(self.judge.verify(delivery.octets))['text/html']
                      .get_payload(decode=True).decode())
        self.assertEqual(delivery.recipients, [BOB])
        self.assert_kept(delivery)
        self.assert_no_files()

    def test_encrypt(self):
        [delivery] = self.send(f'{BOB}, {CAROL}', encrypt=True)
        self.assertEqual(self.judge.recipients(delivery.octets), sorted([ALICE, BOB, CAROL]))
        for person in (ALICE, BOB, CAROL):
            html = parts(self.judge.decrypt(delivery.octets, person))['text/html']
            self.assertIn('Grüße', html.get_payload(decode=True).decode(), person)
        self.assertNotIn(b'Gr=C3', delivery.octets)
        self.assert_kept(delivery)

    def test_both(self):
        [delivery] = self.send(sign=True, encrypt=True)
        self.assertIn('text/html', parts(self.judge.verify(
            self.judge.decrypt(delivery.octets, BOB))))
        self.assert_kept(delivery)

    def test_key_of_the_sender(self):
        [delivery] = self.send(ALICE, author=BOB, sign=True)
        self.judge.verify(delivery.octets, BOB)
        with self.assertRaises(openssl.OpensslFailure):
            self.judge.verify(delivery.octets, ALICE)

    def test_plain_text(self):
        [delivery] = self.send(sign=True, plain=True, body=TEXT)
        text = parts(self.judge.verify(delivery.octets))['text/plain']
        self.assertIn('Größe', text.get_payload(decode=True).decode())

    def test_empty_body(self):
        [delivery] = self.send(sign=True, encrypt=True, plain=True, body='')
        self.judge.verify(self.judge.decrypt(delivery.octets, BOB))

    def _attachments(self):
        paths = []
        for name, octets in (('Übersicht.txt', TEXT.encode()), ('attached.eml', ATTACHED),
                             ('octets.bin', bytes(range(256)))):
            paths.append(self.world.path(name))
            with open(paths[-1], 'wb') as file:
                file.write(octets)
        return paths

    def test_rich(self):
        """Inline image, attachments, an attached message with octets above 127, and a server that
        takes seven bits only."""
        self.world.sink.capabilities.remove('8BITMIME')
        self.addCleanup(self.world.sink.capabilities.append, '8BITMIME')
        for encrypt in (False, True):
            with self.subTest(encrypt=encrypt):
                self.world.sink.clear()
                [delivery] = self.send(sign=True, encrypt=encrypt, subject='Grüße, 日本語',
                                       body=f'<p>Größe</p><img src="{PIXEL}">',
                                       attachments=self._attachments())
                self.assertLess(max(delivery.octets), 128)
                octets = delivery.octets
                signed = self.judge.decrypt(octets, BOB) if encrypt else octets
                found = parts(self.judge.verify(signed))
                self.assertIn('image/png', found)
                self.assertEqual(found['application/octet-stream'].get_payload(decode=True),
                                 bytes(range(256)))
                self.assertIn('Größe, жизнь', found['message/rfc822'].get_payload(0)
                              .get_payload(decode=True).decode())

    def test_25_mebi(self):
        path = self.world.path('large.bin')
        with open(path, 'wb') as file:
            file.write(os.urandom(25 * MEBI))
        self.addCleanup(os.unlink, path)
        window = self.open(sign=True, encrypt=True, attachments=[path])
        window.send(seconds=180)
        [delivery] = self.world.sink.wait(seconds=60)
        found = parts(self.judge.verify(self.judge.decrypt(delivery.octets, BOB)))
        with open(path, 'rb') as file:
            self.assertEqual(found['application/octet-stream'].get_payload(decode=True),
                             file.read())
        # the host was named a file
        self.assertLess(max(request['n_octets'] for request in self.world.requests()), 4096)
        self.assert_no_files()

    def test_host_sees_no_files(self):
        """In a sandbox: the message goes through the port, in pieces, and back."""
        self.see_no_files()
        path = self.world.path('some.bin')
        with open(path, 'wb') as file:
            file.write(os.urandom(3 * MEBI))
        deliveries = self.send(BOB, bcc=CAROL, sign=True, encrypt=True, attachments=[path],
                               count=2)
        for delivery in deliveries:
            entity = self.judge.verify(self.judge.decrypt(delivery.octets, *delivery.recipients))
            with open(path, 'rb') as file:
                self.assertEqual(parts(entity)['application/octet-stream']
                                 .get_payload(decode=True), file.read())
        self.assertGreater(sum(request['n_octets'] for request in self.world.requests()), 3 * MEBI)
        self.assert_no_files()

    def test_nothing_wanted(self):
        [delivery] = self.send()
        self.assertIn(b'Content-Type: multipart/alternative', delivery.octets)
        self.assertEqual(self.world.requests(), [])

    def test_no_trace_of_drafts(self):
        [delivery] = self.send(sign=True)
        self.assertNotRegex(delivery.octets, re.compile(rb'^X-Dane', re.M | re.I))

    def test_built_in_is_on(self):
        """The user has switched on Thunderbird's own, too: one signature, ours."""
        window = self.open(sign=True)
        window.js('''
            one.gSelectedTechnologyIsPGP = false;
            one.gSendSigned = true;
            one.gMsgCompose.compFields.composeSecure.signMessage = true;''')
        window.send()
        [delivery] = self.world.sink.wait()
        self.assertEqual(delivery.octets.count(b'multipart/signed'), 1)
        self.assertEqual(delivery.octets.count(b'hp="clear"'), 1)
        self.judge.verify(delivery.octets)


    def test_openpgp_is_on(self):
        """… with a key of the sender's; it would refuse to encrypt, as it knows nobody's."""
        self.world.thunderbird.js(OPENPGP_KEY, address=ALICE)
        self.addCleanup(self.world.thunderbird.js, NO_OPENPGP_KEY)
        for encrypt in (False, True):
            with self.subTest(encrypt=encrypt):
                self.world.sink.clear()
                window = self.open(sign=True, encrypt=encrypt)
                window.js('''
                    one.gSelectedTechnologyIsPGP = true;
                    one.gSendSigned = one.gUserTouchedSendSigned = true;
                    one.gSendEncrypted = one.gUserTouchedSendEncrypted = encrypt;
                    await one.updateEncryptionDependencies();
                    if (!one.isPgpConfigured()) {
                      throw new Error("OpenPGP is not set up");
                    }''', encrypt=encrypt)
                window.send()
                octets = self.world.sink.wait()[0].octets
                self.judge.verify(self.judge.decrypt(octets, BOB) if encrypt else octets)
                self.assertNotIn(b'application/pgp-', octets)


class Refused(SendingCase):
    def test_newsgroup(self):
        window = self.open(encrypt=True)
        window.js('''
            one.addEventListener("compose-send-message", () => {
              one.gMsgCompose.compFields.newsgroups = "local.test";
            });''')
        self.assert_stopped(window, 'newsgroup')


if __name__ == '__main__':
    tap.main()
