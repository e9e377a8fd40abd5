#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""openssl verifies and decrypts what dane-smime makes, and the reverse."""

import itertools
import unittest

import interop  # first: it puts the support modules on the path
import messages
import openssl
import tap
from program import DOES_NOT_HOLD, HOLDS, UNKNOWN

KEYS = {'rsa-2048': 'rsa2048@example.org', 'rsa-3072': 'rsa3072@example.org',
        'p-256': 'p256@example.org', 'p-384': 'p384@example.org'}
KINDS = {'rsa': 'rsa:2048', 'p256': 'ec:P-256', 'p384': 'ec:P-384'}
CIPHERS = [f'aes-{bits}-{mode}' for mode in ('cbc', 'gcm') for bits in (128, 192, 256)]
ENTITY = 'Content-Type: text/plain; charset=utf-8\n\nGrüße\nfrom openssl\n'.encode()
ADDRESSES = ('-from', 'alice@example.org', '-to', 'bob@example.org', '-subject', 'made by openssl')

PROGRAM = None
OURS = {}
THEIRS = {}


def setUpModule():
    global PROGRAM
    PROGRAM = interop.new_program()
    for algorithm, address in KEYS.items():
        der = PROGRAM.keygen(address, algorithm)
        OURS[algorithm] = interop.path(f'{algorithm}.pem')
        openssl.run('x509', '-inform', 'der', '-in', der, '-out', OURS[algorithm])
    for name, kind in KINDS.items():
        THEIRS[name] = interop.Person(name, kind)


def tearDownModule():
    interop.remove_folder()


def verify(message, certificate, *options):
    """The content that openssl finds signed."""
    return openssl.run('cms', '-verify', '-in', interop.write('in.eml', message), '-CAfile',
                       certificate, *options)


class OpensslVerifies(unittest.TestCase):
    """What "sign" makes."""

    def _check(self, message, algorithm, *options, with_certificate=()):
        signed = PROGRAM.succeed('sign', *options, stdin=message).stdout
        inner = verify(signed, OURS[algorithm], *with_certificate)
        self.assertEqual(messages.content(inner), messages.content(message))
        self.assertEqual(messages.field(signed, 'Subject'), messages.field(message, 'Subject'))

    def test_every_key(self):
        for (algorithm, address), form in itertools.product(KEYS.items(), ((), ('--opaque',))):
            with self.subTest(key=algorithm, form=form):
                self._check(messages.shapes(address)['utf8-8bit'], algorithm, *form)

    def test_every_digest(self):
        for algorithm, digest in itertools.product(('rsa-2048', 'p-256'),
                                                   ('sha-256', 'sha-384', 'sha-512')):
            with self.subTest(key=algorithm, digest=digest):
                message = messages.shapes(KEYS[algorithm])['plain']
                self._check(message, algorithm, '--digest', digest)

    def test_every_shape(self):
        for name, message in messages.shapes(KEYS['p-256']).items():
            for form in ((), ('--opaque',)):
                with self.subTest(shape=name, form=form):
                    self._check(message, 'p-256', *form)

    def test_without_certificate(self):
        for algorithm, form in itertools.product(KEYS, ((), ('--opaque',))):
            with self.subTest(key=algorithm, form=form):
                message = messages.shapes(KEYS[algorithm])['plain']
                self._check(message, algorithm, '--no-certificate', *form,
                            with_certificate=('-certfile', OURS[algorithm]))
                signed = PROGRAM.succeed('sign', '--no-certificate', *form, stdin=message).stdout
                with self.assertRaises(openssl.OpensslFailure):
                    verify(signed, OURS[algorithm])

    def test_altered_content_is_refused(self):
        message = messages.shapes(KEYS['p-256'])['plain']
        signed = PROGRAM.succeed('sign', stdin=message).stdout.replace(b'hello', b'hallo')
        with self.assertRaises(openssl.OpensslFailure):
            verify(signed, OURS['p-256'])


class PssKeys(unittest.TestCase):
    """Keys whose certificate lets them sign with RSASSA-PSS alone, some by its parameters."""

    BOUND = ('rsa-pss:2048 rsa_pss_keygen_md:sha384 rsa_pss_keygen_mgf1_md:sha256'
             ' rsa_pss_keygen_saltlen:60')
    KINDS = {'free': 'rsa-pss:2048', 'bound': BOUND}

    def setUp(self):
        # an address of their own in each test: of two keys of one second for one address either may
        # be the one that signs
        self.people = {name: interop.Person(f'pss-{name}', kind,
                                            f'{name}.{self._testMethodName}@example.org')
                       for name, kind in self.KINDS.items()}

    def test_key_of_the_store(self):
        password = interop.write('password', b'secret\n')
        for name, person in self.people.items():
            for file in (person.pem, person.p12('secret')):
                with self.subTest(name, file=file):
                    PROGRAM.succeed('import', '--import-password-file', password, file)
                    message = messages.shapes(person.address)['utf8-8bit']
                    signed = PROGRAM.succeed('sign', stdin=message).stdout
                    inner = verify(signed, person.certificate)
                    self.assertEqual(messages.content(inner), messages.content(message))
                    digest = b'sha-384' if name == 'bound' else b'sha-256'
                    self.assertIn(b'micalg=' + digest, signed.replace(b'"', b''))

    def test_signed_by_openssl(self):
        for name, person in self.people.items():
            with self.subTest(name):
                # else it writes the identifier of PKCS#1 v1.5, and does not verify that itself
                options = ['-keyopt', 'rsa_padding_mode:pss', '-from', person.address]
                if name == 'bound':
                    options += ['-md', 'sha384']
                signed = openssl.run('cms', '-sign', '-signer', person.certificate, '-inkey',
                                     person.key, *options, stdin=ENTITY)
                result = PROGRAM.run('--json', 'verify', '--cert', person.certificate,
                                     stdin=signed)
                self.assertEqual((result.code, result.json['status']), (HOLDS, 'verified'), result)
                self.assertTrue(result.json['signer']['algorithm'].startswith('rsa-pss-'))

    def test_digest_that_the_key_forbids(self):
        person = self.people['bound']
        PROGRAM.succeed('import', person.pem)
        result = PROGRAM.run('sign', '--digest', 'sha-256',
                             stdin=messages.shapes(person.address)['plain'])
        self.assertEqual((result.code, result.stdout), (UNKNOWN, b''), result)
        self.assertIn('cannot sign with key rsa-pss-2048 and digest sha-256', result.stderr)


def attached(part, top=b'Subject: attached\n'):
    """A message with a message in it."""
    return (messages.head(KEYS['p-256'], fields=[
        'Content-Type: multipart/mixed; boundary="out"']).encode()
            + b'\n--out\nContent-Type: text/plain\n\nhello\n--out\nContent-Type: message/rfc822\n\n'
            + top + part + b'\n--out--\n')


def behind_seven_bits(octets):
    """What a relay leaves of a message that does not keep to what SMTP promises to carry."""
    lines = octets.replace(b'\r\n', b'\n').split(b'\n')
    return b'\r\n'.join(bytes(octet & 0x7f for octet in line[:998]) for line in lines)


class SevenBits(unittest.TestCase):
    """RFC 8551 §3.1.3: the signature holds after a server without 8BITMIME."""

    TEXT = (b'Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\n'
            b'Gr\xfc\xdfe\n')
    OCTETS = (b'Content-Type: image/png\nContent-Transfer-Encoding: binary\n\n\x89PNG\n\x00\xff\n')
    MIXED = b'Content-Type: multipart/mixed; boundary="in"\n\n--in\n' + TEXT + b'\n--in--\n'
    SIGNED = (b'Content-Type: multipart/signed; protocol="application/pgp-signature";\n'
              b' micalg=pgp-sha256; boundary="in"\n\n--in\n' + TEXT + b'\n--in\n'
              b'Content-Type: application/pgp-signature\n\nnone\n--in--\n')
    REPORT = b'Content-Type: message/delivery-status\n\nReporting-MTA: dns; b\xfccher.example\n'
    IN_LEAVES = {
        'text': attached(TEXT), 'octets': attached(OCTETS), 'deeper': attached(MIXED),
        'message-in-message': attached(b'Content-Type: message/rfc822\n\nA: b\n' + TEXT),
        'long-line': attached(b'Content-Type: text/plain\n\n' + b'x' * 1200 + b'\n'),
    }
    ELSEWHERE = {
        'header-field': attached(TEXT, b'Subject: Gr\xfc\xdfe\n'), 'signed': attached(SIGNED),
        'report': attached(REPORT),
        'long-field': attached(TEXT, b'Subject: ' + b'x' * 1200 + b'\n'),
    }

    def _sign(self, message):
        out = interop.path('signed.eml')
        result = PROGRAM.succeed('--json', '--output', out, 'sign', stdin=message).json
        signed = interop.read(out)
        self.assertTrue(signed.isascii())
        carried = behind_seven_bits(signed)
        self.assertEqual(carried, signed)
        return result, signed, verify(carried, OURS['p-256'])

    def test_leaves_are_encoded(self):
        for name, message in self.IN_LEAVES.items():
            with self.subTest(name):
                result, signed, inner = self._sign(message)
                self.assertIs(result['opaque'], False)
                self.assertEqual(messages.content(inner), messages.content(message))
                self.assertIn(b'\r\nContent-Type: message/rfc822\r\n\r\n', signed)

    def test_what_may_not_be_encoded(self):
        for name, message in self.ELSEWHERE.items():
            with self.subTest(name):
                result, _, inner = self._sign(message)
                self.assertIs(result['opaque'], True)
                part = message.replace(b'\n', b'\r\n').split(b'message/rfc822\r\n\r\n')[1]
                self.assertIn(part.split(b'\r\nContent-Type: text/plain')[0], inner)
                if name == 'signed':
                    self.assertIn(self.SIGNED.replace(b'\n', b'\r\n'), inner)


class OpensslDecrypts(unittest.TestCase):
    """What "encrypt --cert" makes."""

    def _decrypt(self, message, person):
        return openssl.run('cms', '-decrypt', '-in', interop.write('in.eml', message), '-recip',
                           person.certificate, '-inkey', person.key)

    def _encrypt(self, message, names, *options):
        certificates = [word for name in names for word in ('--cert', THEIRS[name].certificate)]
        return PROGRAM.succeed('encrypt', '--no-legacy-display', *certificates, *options,
                               stdin=message).stdout

    def test_every_cipher(self):
        message = messages.shapes()['utf8-8bit']
        for cipher, names in itertools.product(CIPHERS, (('rsa',), ('p256',), ('p384',),
                                                         ('rsa', 'p256'))):
            with self.subTest(cipher=cipher, to=names):
                encrypted = self._encrypt(message, names, '--cipher', cipher)
                self.assertNotIn(b'\xc3\xb6', encrypted)
                for name in names:
                    inner = self._decrypt(encrypted, THEIRS[name])
                    self.assertEqual(messages.content(inner), messages.content(message))

    def test_every_shape(self):
        for shape, message in messages.shapes().items():
            with self.subTest(shape=shape):
                inner = self._decrypt(self._encrypt(message, ['p256']), THEIRS['p256'])
                self.assertEqual(messages.content(inner), messages.content(message))

    def test_signed_and_encrypted(self):
        for algorithm, form in itertools.product(('rsa-2048', 'p-256'), ((), ('--opaque',))):
            with self.subTest(key=algorithm, form=form):
                message = messages.shapes(KEYS[algorithm])['attachments']
                signed = PROGRAM.succeed('sign', *form, stdin=message).stdout
                inner = self._decrypt(self._encrypt(signed, ['rsa']), THEIRS['rsa'])
                self.assertEqual(messages.content(verify(inner, OURS[algorithm])),
                                 messages.content(message))


class OpensslSigned(unittest.TestCase):
    """What "openssl cms -sign" makes; the certificate is pinned."""

    ROWS = {
        'detached': (), 'opaque': ('-nodetach',), 'no-attributes': ('-noattr',),
        'opaque-no-attributes': ('-nodetach', '-noattr'), 'no-certificates': ('-nocerts',),
        'key-identifier': ('-keyid',), 'stream': ('-stream',),
        'stream-opaque': ('-stream', '-nodetach'),
        'no-capabilities': ('-nosmimecap',), 'sha384': ('-md', 'sha384'),
        'sha512': ('-md', 'sha512'),
        'text': ('-text',), 'crlf-end-of-line': ('-crlfeol',),
        'binary-opaque': ('-binary', '-nodetach'),
    }

    def _sign(self, names, *options):
        signers = [word for name in names for word in ('-signer', THEIRS[name].certificate,
                                                       '-inkey', THEIRS[name].key)]
        return openssl.run('cms', '-sign', *signers, *ADDRESSES, *options, stdin=ENTITY)

    def _verify(self, message, names, status='verified', code=HOLDS):
        pins = [word for name in names for word in ('--cert', THEIRS[name].certificate)]
        result = PROGRAM.run('--json', 'verify', *pins, stdin=message)
        self.assertEqual((result.code, result.json['status']), (code, status), result)
        return result.json

    def test_every_form(self):
        for name, (row, options) in itertools.product(('rsa', 'p256', 'p384'), self.ROWS.items()):
            with self.subTest(row, key=name):
                verdict = self._verify(self._sign([name], *options), [name])
                self.assertEqual(verdict['trust']['source'], 'pinned')
                self.assertEqual(verdict['author'], 'alice@example.org')

    def test_pss(self):
        message = self._sign(['rsa'], '-keyopt', 'rsa_padding_mode:pss')
        self._verify(message, ['rsa'])

    def test_two_signers(self):
        for pinned, status, code in ((['rsa', 'p256'], 'verified', HOLDS),
                                     (['rsa'], 'invalid', DOES_NOT_HOLD)):
            with self.subTest(pinned=pinned):
                verdict = self._verify(self._sign(['rsa', 'p256']), pinned, status, code)
                self.assertEqual(verdict['signers'], 2)

    def test_other_certificate_pinned(self):
        self._verify(self._sign(['rsa']), ['p256'], 'invalid', DOES_NOT_HOLD)

    def test_altered(self):
        for options in ((), ('-noattr',)):
            with self.subTest(options=options):
                message = self._sign(['p256'], *options).replace(b'from openssl', b'from nobody!')
                verdict = self._verify(message, ['p256'], 'invalid', DOES_NOT_HOLD)
                self.assertEqual(verdict['signature'], 'bad')

    def test_bare_objects(self):
        for encoding, options in itertools.product(('DER', 'PEM'), ((), ('-nodetach',))):
            with self.subTest(encoding=encoding, options=options):
                octets = self._sign(['rsa'], '-binary', '-outform', encoding, *options)
                content = () if options else ('--content', interop.write('content', ENTITY))
                result = PROGRAM.run('--json', 'verify', '--author', 'alice@example.org', *content,
                                     '--cert', THEIRS['rsa'].certificate, stdin=octets)
                self.assertEqual(result.json['status'], 'verified', result)

    def test_read_gives_the_content(self):
        for options in ((), ('-nodetach',)):
            with self.subTest(options=options):
                message = self._sign(['p256'], *options)
                result = PROGRAM.succeed('read', '--cert', THEIRS['p256'].certificate,
                                         stdin=message)
                self.assertEqual(messages.content(result.stdout), messages.content(ENTITY))


class OpensslEncrypted(unittest.TestCase):
    """What "openssl cms -encrypt" makes."""

    OAEP = ('-keyopt', 'rsa_padding_mode:oaep')
    ROWS = {
        'rsa': ('rsa', ()), 'rsa-oaep': ('rsa', OAEP),
        'rsa-oaep-sha256': ('rsa', (*OAEP, '-keyopt', 'rsa_oaep_md:sha256')),
        'p256': ('p256', ()), 'p384': ('p384', ()),
        **{f'p256-kdf-{md}': ('p256', ('-keyopt', f'ecdh_kdf_md:{md}'))
           for md in ('sha1', 'sha256', 'sha384', 'sha512')},
        **{f'p256-cofactor-{n}': ('p256', ('-keyopt', f'ecdh_cofactor_mode:{n}')) for n in (0, 1)},
    }

    def _encrypt(self, recipients, *options):
        """recipients: (name, options) of each."""
        words = [word for name, own in recipients
                 for word in ('-recip', THEIRS[name].certificate, *own)]
        return openssl.run('cms', '-encrypt', *ADDRESSES, *options, *words, stdin=ENTITY)

    def _decrypt(self, message, name):
        result = PROGRAM.succeed('decrypt', '--key', THEIRS[name].pem, stdin=message)
        self.assertEqual(messages.content(result.stdout), messages.content(ENTITY))
        self.assertEqual(messages.field(result.stdout, 'Subject'), 'made by openssl')

    def test_every_recipient_form(self):
        for (row, (name, own)), cipher in itertools.product(self.ROWS.items(),
                                                            ('-aes256', '-aes-256-gcm')):
            with self.subTest(row, cipher=cipher):
                self._decrypt(self._encrypt([(name, own)], cipher), name)

    def test_every_layout(self):
        for name, option in itertools.product(('rsa', 'p256'), ('-keyid', '-stream', '-indef',
                                                                '-noindef')):
            with self.subTest(to=name, option=option):
                self._decrypt(self._encrypt([(name, ())], '-aes256', option), name)

    def test_every_cipher(self):
        for cipher, name in itertools.product(('-aes128', '-aes192', '-aes256', '-aes-128-gcm',
                                               '-aes-192-gcm', '-aes-256-gcm'),
                                              ('rsa', 'p256')):
            with self.subTest(cipher=cipher, to=name):
                self._decrypt(self._encrypt([(name, ())], cipher), name)

    def test_triple_des(self):
        self._decrypt(self._encrypt([('rsa', ())], '-des3'), 'rsa')

    def test_triple_des_key_wrap_is_refused(self):
        """RFC 8551 §2.3 asks for the AES key wraps alone."""
        message = self._encrypt([('p256', ())], '-des3')
        result = PROGRAM.run('decrypt', '--key', THEIRS['p256'].pem, stdin=message)
        self.assertEqual((result.code, result.stdout), (UNKNOWN, b''), result)
        self.assertIn('key management', result.stderr)

    def test_several_recipients(self):
        other_kdf = self.ROWS['p256-kdf-sha256'][1]
        message = self._encrypt([('rsa', ()), ('p256', ()), ('p384', other_kdf)], '-aes256')
        for name in KINDS:
            with self.subTest(to=name):
                self._decrypt(message, name)

    def test_not_for_us(self):
        message = self._encrypt([('rsa', ())], '-aes256')
        result = PROGRAM.run('decrypt', '--key', THEIRS['p256'].pem, stdin=message)
        self.assertEqual((result.code, result.stdout), (DOES_NOT_HOLD, b''), result)

    def test_signed_and_encrypted(self):
        signed = openssl.run('cms', '-sign', '-signer', THEIRS['p256'].certificate, '-inkey',
                             THEIRS['p256'].key, stdin=ENTITY)
        message = openssl.run('cms', '-encrypt', *ADDRESSES, '-aes256', '-recip',
                              THEIRS['rsa'].certificate, stdin=signed)
        result = PROGRAM.run('--json', 'read', '--key', THEIRS['rsa'].pem, '--cert',
                             THEIRS['p256'].certificate, stdin=message)
        self.assertEqual((result.code, result.json['status'], result.json['encrypted']),
                         (HOLDS, 'verified', True), result)


if __name__ == '__main__':
    tap.main()
