#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Signatures by certificates that an authority has issued: trusted by the system, unknown,
published by the sender's domain; with the certificate in the message and without."""

import os
import unittest

from world import ALICE, DAVE, Account, World  # first: it puts the support modules on the path

# pylint: disable=wrong-import-order
import openssl
import tap
from processes import wait_until
from protected import entity_of, head, plain
from toggles import PILLS

WORLD = World([Account(ALICE, 'Alice Example')])
AUTHORITY, DANE, NONE = 'S/MIME · CA', 'S/MIME · DANE', 'S/MIME'
VERIFIED = 'message-signed-verified.svg'
UNSIGNED, BOGUS = 'alice@insecure.lab', 'alice@bad-signature.lab'
TRUSTED = UNKNOWN = None
ACCEPT = '''
const {settings} = await messenger.storage.local.get("settings");
await messenger.storage.local.set({settings: {...settings, acceptAuthorities: accept}});
'''


def setUpModule():
    global TRUSTED, UNKNOWN
    WORLD.start()
    TRUSTED, UNKNOWN = (authority(name) for name in ('Example Trust', 'Unknown Trust'))
    WORLD.change_host(DANE_SMIME_AUTHORITY=TRUSTED[0])
    WORLD.addon.disable()
    WORLD.addon.enable()


def tearDownModule():
    WORLD.stop()


def authority(name):
    """(certificate, key) of a new one."""
    key = openssl.new_key(WORLD.path(f'{name}.key'))
    extensions = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign']
    return openssl.self_signed(WORLD.path(f'{name}.pem'), key, f'/CN={name}', extensions), key


def issued(address, issuer, usage='digitalSignature'):
    """(certificate, key) of an address, by an authority."""
    name = f'{address} of {os.path.basename(issuer[0])}'
    key = openssl.new_key(WORLD.path(f'{name}.key'))
    extensions = [f'subjectAltName=email:{address}', 'extendedKeyUsage=emailProtection',
                  f'keyUsage=critical,{usage}', 'basicConstraints=CA:FALSE']
    return openssl.issued(WORLD.path(f'{name}.pem'), key, f'/CN={address}', issuer, extensions), key


def signed(kind, address, own, *options):
    """A message that openssl has signed."""
    message = plain(kind, sender=address)
    octets = openssl.run('cms', '-sign', '-binary', '-signer', own[0], '-inkey', own[1], *options,
                         stdin=entity_of(message))
    # the fields of openssl have one line end, its parts another
    fields, _, rest = octets.partition(b'\n\n')
    fields = fields.partition(b'\n')[2].replace(b'\n', b'\r\n')
    return head(kind, sender=address).replace('MIME-Version: 1.0\r\n', '').encode() + \
        b'MIME-Version: 1.0\r\n' + fields + b'\r\n\r\n' + rest


class Authority(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = WORLD.folders.local('Authorities')

    def shown(self, kind, message):
        """(label, image of the signature or None, texts of the panel)"""
        count = len(WORLD.folders.headers(self.folder))
        WORLD.folders.add(self.folder, message)
        uri = WORLD.folders.wait_headers(self.folder, count + 1)[-1]['uri']
        view = WORLD.reading.show(uri)
        view.wait_for_text(f'secret {kind}')
        state = view.wait_for(lambda state: state['box'] in (AUTHORITY, DANE, NONE), 'a verdict')
        texts = ' | '.join(view.open_panel())
        view.close_panel()
        return state['box'], state['signed'] and state['signed']['image'], texts

    def accept(self, accept):
        WORLD.addon.background(ACCEPT, accept=accept)

    def test_trusted(self):
        own = issued(UNSIGNED, TRUSTED)
        label, image, texts = self.shown('trusted', signed('trusted', UNSIGNED, own))
        self.assertEqual((label, image), (AUTHORITY, VERIFIED))
        self.assertIn('“Example Trust” confirms', texts)
        WORLD.pictures.window('verdict-authority')

    def test_trusted_where_the_domain_has_no_record(self):
        own = issued(DAVE, TRUSTED)
        label, image, _ = self.shown('denied', signed('denied', DAVE, own))
        self.assertEqual((label, image), (AUTHORITY, VERIFIED))

    def test_not_accepted(self):
        self.addCleanup(self.accept, True)
        self.accept(False)
        own = issued(UNSIGNED, TRUSTED)
        label, image, texts = self.shown('refused', signed('refused', UNSIGNED, own))
        self.assertEqual((label, image), (NONE, None))
        self.assertIn('Signature not confirmed', texts)

    def test_unknown(self):
        """A2: what Thunderbird alone calls an invalid signature."""
        own = issued(UNSIGNED, UNKNOWN)
        label, image, texts = self.shown('A2', signed('A2', UNSIGNED, own))
        self.assertEqual((label, image), (NONE, None))
        self.assertIn('Signature not confirmed', texts)

    def test_never_where_the_dns_was_tampered_with(self):
        own = issued(BOGUS, TRUSTED)
        label, image, texts = self.shown('bogus', signed('bogus', BOGUS, own))
        self.assertEqual((label, image), (NONE, None))
        self.assertIn('failed its security check', texts)

    def test_another_address(self):
        own = issued('mallory@insecure.lab', TRUSTED)
        label, image, _ = self.shown('other', signed('other', UNSIGNED, own))
        self.assertEqual((label, image), (NONE, None))

    def test_published_by_the_domain(self):
        """DANE-TA: the authority is that of the sender's domain."""
        address = 'frank@example.org'
        own = issued(address, UNKNOWN)
        record = WORLD.peers.succeed('record', address, '--cert', UNKNOWN[0], '--usage', '2')
        WORLD.universe.publish(record.text.strip())
        label, image, texts = self.shown('ta', signed('ta', address, own, '-certfile', UNKNOWN[0]))
        self.assertEqual((label, image), (DANE, VERIFIED))
        self.assertIn('The domain example.org confirms', texts)

    def test_no_certificate_but_a_key_identifier(self):
        """B2: it is in the DNS alone."""
        address = 'grace@example.org'
        own = issued(address, UNKNOWN)
        record = WORLD.peers.succeed('record', address, '--cert', own[0])
        WORLD.universe.publish(record.text.strip())
        label, image, _ = self.shown('B2', signed('B2', address, own, '-nocerts', '-keyid'))
        self.assertEqual((label, image), (DANE, VERIFIED))


class Recipients(unittest.TestCase):
    """RFC 8162 §5: a record of usage 1 wants a path to an authority besides."""

    def state(self, window):
        [pill] = window.js(PILLS)
        return pill['state']

    def accept(self, accept):
        WORLD.addon.background(ACCEPT, accept=accept)

    def test_by_an_authority(self):
        """They are judged as senders are, and as is chosen."""
        self.addCleanup(self.accept, True)
        address = 'heidi@example.org'
        own = issued(address, TRUSTED, 'digitalSignature,keyAgreement')
        record = WORLD.peers.succeed('record', address, '--cert', own[0], '--usage', '1')
        WORLD.universe.publish(record.text.strip())
        window = WORLD.composing.open(ALICE, address, subject='by an authority', body='<p>Hi</p>')
        wait_until(lambda: self.state(window) == ['ready'], 'she can be written to')
        self.accept(False)
        wait_until(lambda: self.state(window) == ['missing'], 'without authorities she can not')
        self.accept(True)
        wait_until(lambda: self.state(window) == ['ready'], 'with them she can again')
        count = len(WORLD.sink.deliveries)
        window.send()
        [delivery] = WORLD.sink.wait(count + 1)[count:]
        self.assertEqual(delivery.recipients, [address])
        self.assertIn(b'application/pkcs7-mime', delivery.octets)
        opened = openssl.run('cms', '-decrypt', '-recip', own[0], '-inkey', own[1],
                             stdin=delivery.octets)
        self.assertIn(b'multipart/signed', opened.partition(b'\r\n\r\n')[0])


if __name__ == '__main__':
    tap.main()
