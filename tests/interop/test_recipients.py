#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Recipients that "openssl cms" does not write or read: X25519, ukm, passwords with every function,
originators and keys of other kinds."""

import itertools
import os
import unittest

import interop  # first: it puts the support modules on the path
import envelope
import openssl
import tap
from program import DOES_NOT_HOLD, HOLDS, UNKNOWN

CONTENT = b'Content-Type: text/plain\r\n\r\nhand-made\r\n'
KINDS = {'p256': 'ec:P-256', 'p384': 'ec:P-384', 'p521': 'ec:P-521'}
PROGRAM = None
PEOPLE = {}


class Issued:
    """A key that can't sign, with a certificate of an authority's."""

    def __init__(self, name, issuer, *make_key):
        self.key, self.certificate = interop.path(f'{name}.key'), interop.path(f'{name}.pem')
        public = interop.path(f'{name}.pub')
        openssl.run('genpkey', *make_key, '-out', self.key)
        openssl.run('pkey', '-in', self.key, '-pubout', '-out', public)
        request = openssl.run('req', '-new', '-key', issuer.key, '-subj', f'/CN={name}')
        openssl.run('x509', '-req', '-CA', issuer.certificate, '-CAkey', issuer.key, '-set_serial',
                    int.from_bytes(os.urandom(8), 'big'), '-force_pubkey', public, '-days', '30',
                    '-out', self.certificate, stdin=request)
        self.der = openssl.to_der(self.certificate)
        self.pem = interop.write(f'{name}.both.pem',
                                 interop.read(self.certificate) + interop.read(self.key))


def setUpModule():
    global PROGRAM
    PROGRAM = interop.new_program()
    for name, kind in KINDS.items():
        PEOPLE[name] = interop.Person(name, kind)
    PEOPLE['x25519'] = Issued('x25519', PEOPLE['p256'], '-algorithm', 'X25519')


def tearDownModule():
    interop.remove_folder()


def make(recipient, *arguments, **options):
    """A bare CMS object with one recipient, of whom recipient(content_key, …) gives the info."""
    key = os.urandom(32)
    return envelope.enveloped_data(key, [recipient(key, *arguments, **options)], CONTENT)


class Agreements(unittest.TestCase):
    """KeyAgreeRecipientInfo."""

    def _decrypt(self, cms, person):
        result = PROGRAM.run('--json', '--output', interop.path('out'), 'decrypt', '--key',
                             person.pem, stdin=cms)
        self.assertEqual(result.code, HOLDS, result)
        self.assertEqual(interop.read(interop.path('out')), CONTENT)
        return result.json['encryption']['key_management']

    def _agreement(self, name):
        return envelope.Agreement(PEOPLE[name], interop.path('ephemeral'))

    def test_x25519(self):
        """RFC 8418: both derivations, with and without ukm, every length."""
        rows = [*itertools.product(['X963KDF'], envelope.X963),
                *itertools.product(['HKDF'], envelope.HKDF)]
        for (kind, digest), length, ukm in itertools.product(rows, (16, 32), (None, b'material')):
            with self.subTest(kind=kind, digest=digest, length=length, ukm=ukm):
                agreement = self._agreement('x25519')
                agreement.ukm = ukm
                cms = make(agreement.build, kind, digest, length)
                self.assertEqual(self._decrypt(cms, PEOPLE['x25519']), 'ecdh-x25519')

    def test_ukm(self):
        """RFC 5753 §7.2: entityUInfo."""
        for name, name_curve in itertools.product(KINDS, (False, True)):
            with self.subTest(name, name_curve=name_curve):
                agreement = self._agreement(name)
                agreement.ukm = b'\0' * 64
                agreement.name_curve = name_curve
                cms = make(agreement.build, 'X963KDF', 'sha256', 24)
                self.assertEqual(self._decrypt(cms, PEOPLE[name]), f'ecdh-{name}')

    def test_key_identifier(self):
        """rKeyId with date and other attribute (RFC 5652 §6.2.2)."""
        for extra in (b'', envelope.tlv(0x18, b'20260101000000Z'),
                      envelope.sequence(envelope.oid('1.2.3'))):
            agreement = self._agreement('p256')
            text = openssl.run('x509', '-in', PEOPLE['p256'].certificate, '-noout', '-ext',
                               'subjectKeyIdentifier').decode().split()[-1]
            agreement.identifier = envelope.tlv(
                0xa0, envelope.octets(bytes.fromhex(text.replace(':', ''))), extra)
            self._decrypt(make(agreement.build, 'X963KDF', 'sha256'), PEOPLE['p256'])

    def test_static_originator_is_refused(self):
        """Its certificate would be needed, and nothing says whose it is."""
        for originator in (envelope.issuer_and_serial(PEOPLE['p384'].der),
                           envelope.tlv(0x80, b'12345678')):
            agreement = self._agreement('p256')
            agreement.originator = originator
            result = PROGRAM.run('decrypt', '--key', PEOPLE['p256'].pem,
                                 stdin=make(agreement.build, 'X963KDF', 'sha256'))
            self.assertEqual((result.code, result.stdout), (UNKNOWN, b''), result)
            self.assertIn('static-static', result.stderr)

    def test_low_order_point(self):
        """RFC 8418 §5: a shared secret of zeros is as wrong as any other key."""
        agreement = self._agreement('x25519')
        cms = make(agreement.build, 'HKDF', 'sha256')
        point = envelope.public_point(openssl.run('pkey', '-in', agreement.path, '-pubout',
                                                  '-outform', 'DER'))
        result = PROGRAM.run('decrypt', '--key', PEOPLE['x25519'].pem,
                             stdin=cms.replace(point, bytes(32)))
        self.assertEqual((result.code, result.stdout), (DOES_NOT_HOLD, b''), result)
        self.assertIn('decryption failed', result.stderr)

    def test_key_store(self):
        """A key of X25519 that was imported."""
        self.assertEqual(PROGRAM.run('import', PEOPLE['x25519'].pem).code, HOLDS)
        cms = make(self._agreement('x25519').build, 'HKDF', 'sha256')
        self.assertEqual(PROGRAM.succeed('decrypt', stdin=cms).stdout, CONTENT)
        message = b'From: a@example.org\r\nSubject: s\r\n\r\nto oneself\r\n'
        sealed = PROGRAM.succeed('encrypt', '--cert', PEOPLE['x25519'].certificate,
                                 stdin=message).stdout
        self.assertIn(b'to oneself', PROGRAM.succeed('decrypt', stdin=sealed).stdout)


class Passwords(unittest.TestCase):
    """PasswordRecipientInfo."""

    def _run(self, cms, password, *options):
        file = interop.write('password', password.encode() + b'\n')
        return PROGRAM.run(*options, 'decrypt', '--message-password-file', file, stdin=cms)

    def test_every_function(self):
        for digest, cipher, length in itertools.product(envelope.HMAC,
                                                        ('aes-256-cbc', 'des-ede3-cbc'),
                                                        (False, True)):
            with self.subTest(digest=digest, cipher=cipher, length=length):
                size = {'aes-256-cbc': 32, 'des-ede3-cbc': 24}[cipher]
                cms = make(envelope.password_recipient, 'tür', digest=digest, cipher=cipher,
                           key_length=size if length else None)
                result = self._run(cms, 'tür')
                self.assertEqual((result.code, result.stdout), (HOLDS, CONTENT), result)
                result = self._run(cms, 'tur')
                self.assertEqual((result.code, result.stdout), (DOES_NOT_HOLD, b''), result)
                self.assertIn('decryption failed', result.stderr)

    def test_rounds(self):
        """At LIMIT_PASSWORD_ROUNDS and past it."""
        key = os.urandom(32)
        recipient = envelope.password_recipient
        cases = ((2000000, HOLDS), (2000001, UNKNOWN), (2147483647, UNKNOWN))
        for rounds, code in cases:
            with self.subTest(rounds=rounds):
                cms = envelope.enveloped_data(key, [recipient(key, 'right', rounds=rounds)],
                                              CONTENT)
                result = self._run(cms, 'right')
                self.assertEqual(result.code, code, result)
                if code != HOLDS:
                    self.assertIn('too many rounds', result.stderr)

    def test_rounds_together(self):
        """The limit is that of a message."""
        key = os.urandom(32)
        infos = [envelope.password_recipient(key, 'other', rounds=1900000),
                 envelope.password_recipient(key, 'right', rounds=200000)]
        result = self._run(envelope.enveloped_data(key, infos, CONTENT), 'right')
        self.assertEqual((result.code, result.stdout), (UNKNOWN, b''), result)
        self.assertIn('too many rounds', result.stderr)

    def test_lengths(self):
        """At LIMIT_PASSWORD_SALT_OCTETS and LIMIT_WRAPPED_KEY_OCTETS, and past them."""
        for length, code in ((1024, HOLDS), (1025, UNKNOWN)):
            cms = make(envelope.password_recipient, 'right', salt_length=length)
            self.assertEqual(self._run(cms, 'right').code, code)
        key = os.urandom(32)
        for length in (255, 300):
            info = envelope.password_recipient(os.urandom(length), 'right', rounds=1)
            result = self._run(envelope.enveloped_data(key, [info], CONTENT), 'right')
            self.assertEqual((result.code, result.stdout), (DOES_NOT_HOLD, b''), result)
            self.assertIn('decryption failed', result.stderr)

    def test_several(self):
        key = os.urandom(32)
        infos = [envelope.password_recipient(key, password) for password in ('one', 'two')]
        infos.append(envelope.tlv(0xa2, envelope.integer(4)))  # KEKRecipientInfo: passed over
        infos.append(envelope.tlv(0xa4, envelope.oid('1.2.3')))  # OtherRecipientInfo
        cms = envelope.enveloped_data(key, infos, CONTENT)
        for password, code in (('one', HOLDS), ('two', HOLDS), ('three', DOES_NOT_HOLD)):
            self.assertEqual(self._run(cms, password).code, code)

    def test_wrong_length_of_key(self):
        cms = make(envelope.password_recipient, 'right', key_length=16)
        result = self._run(cms, 'right')
        self.assertEqual(result.code, UNKNOWN, result)
        self.assertIn('not as long', result.stderr)

    def test_without_password(self):
        cms = make(envelope.password_recipient, 'right')
        result = PROGRAM.run('decrypt', '--key', PEOPLE['p256'].pem, stdin=cms)
        self.assertEqual(result.code, DOES_NOT_HOLD, result)
        self.assertIn('password', result.stderr)


class Transports(unittest.TestCase):
    """KeyTransRecipientInfo, by the command line."""

    MESSAGE = b'From: a@example.org\r\nSubject: s\r\n\r\nhello\r\n'

    def test_key_transport(self):
        person = interop.Person('rsa', 'rsa:2048')
        for option, expected in (('pkcs1', 'rsa-pkcs1'), ('oaep', 'rsa-oaep')):
            sealed = PROGRAM.succeed('encrypt', '--cert', person.certificate, '--key-transport',
                                     option, stdin=self.MESSAGE).stdout
            opened = openssl.run('cms', '-decrypt', '-in', interop.write('in.eml', sealed),
                                 '-recip', person.certificate, '-inkey', person.key)
            self.assertIn(b'hello', opened)
            result = PROGRAM.run('--json', '--output', interop.path('out'), 'decrypt', '--key',
                                 person.pem, stdin=sealed)
            self.assertEqual(result.json['encryption']['key_management'], expected)
        refused = PROGRAM.run('encrypt', '--cert', person.certificate, '--key-transport', 'raw',
                              stdin=self.MESSAGE)
        self.assertNotEqual(refused.code, HOLDS)

    def test_parameters_of_the_key(self):
        """RFC 4055 §4.1: what the recipient's key asks for."""
        person = interop.Person('asks', 'rsa:2048')
        spki = envelope.certificate_fields(person.der)[5]
        bits = envelope.children(envelope.read(spki)[1])[1]
        sha384 = envelope.sequence(envelope.oid('2.16.840.1.101.3.4.2.2'), b'\5\0')
        mgf = envelope.sequence(envelope.oid('1.2.840.113549.1.1.8'), sha384)
        label = envelope.sequence(envelope.oid('1.2.840.113549.1.1.9'), envelope.octets(b'for us'))
        fields = (envelope.tlv(0xa0, sha384), envelope.tlv(0xa1, mgf))
        for parameters, taken in ((fields, True), ((*fields, envelope.tlv(0xa2, label)), False)):
            algorithm = envelope.sequence(envelope.oid('1.2.840.113549.1.1.7'),
                                          envelope.sequence(*parameters))
            certificate = interop.write('asks.der', envelope.with_public_key(
                person.der, envelope.sequence(algorithm, bits)))
            done = PROGRAM.run('encrypt', '--cert', certificate, stdin=self.MESSAGE)
            self.assertEqual(done.code == HOLDS, taken, done)
            if taken:
                sealed = interop.write('in.eml', done.stdout)
                shown = openssl.run('cms', '-cmsout', '-print', '-in', sealed)
                self.assertIn(b'sha384', shown)
                opened = openssl.run('cms', '-decrypt', '-in', sealed, '-inkey', person.key)
                self.assertIn(b'hello', opened)
            else:
                self.assertIn('RSAES-OAEP', done.stderr)

    def test_weak(self):
        """Short keys and old ciphers are read, and called what they are."""
        strong, short = interop.Person('strong', 'rsa:2048'), interop.Person('short', 'rsa:1024')
        for person, cipher, weak in ((strong, '-aes256', False), (strong, '-des3', True),
                                     (short, '-aes256', True)):
            with self.subTest(person=person.pem, cipher=cipher):
                message = openssl.run('cms', '-encrypt', cipher, '-recip', person.certificate,
                                      stdin=CONTENT)
                result = PROGRAM.run('--json', '--output', interop.path('out'), 'read', '--key',
                                     person.pem, stdin=message)
                self.assertIs(result.json['encryption']['weak'], weak, result)
                told = PROGRAM.run('decrypt', '--key', person.pem, stdin=message)
                self.assertEqual('too weak' in told.stderr, weak, told)


if __name__ == '__main__':
    tap.main()
