#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""What dane-smime protects, it opens again; and keys travel to openssl and back."""

import itertools
import os
import unittest

import interop  # first: it puts the support modules on the path
import messages
import openssl
import tap
from program import DOES_NOT_HOLD, HOLDS, UNKNOWN

ALICE, BOB = messages.ALICE, messages.BOB
SAMPLE = 'sample@example.org'

STORE = None
ALICE_DER = BOB_DER = None


def setUpModule():
    global STORE, ALICE_DER, BOB_DER
    STORE = interop.new_program()
    ALICE_DER = STORE.keygen(ALICE, 'p-256')
    BOB_DER = STORE.keygen(BOB, 'rsa-2048')


def tearDownModule():
    interop.remove_folder()


class RoundTrip(unittest.TestCase):
    def _protect(self, message, *verbs):
        for verb in verbs:
            if verb:
                message = STORE.succeed(*verb, stdin=message).stdout
        return message

    def test_every_shape(self):
        ways = (['sign'], None), (['sign', '--opaque'], None), \
            (None, ['encrypt', '--cert', BOB_DER]), (['sign'], ['encrypt', '--cert', BOB_DER]), \
            (['sign', '--opaque'], ['encrypt', '--cert', BOB_DER, '--cipher', 'aes-128-gcm'])
        names = 'signed', 'opaque', 'encrypted', 'signed and encrypted', 'opaque and encrypted'
        for (shape, message), (way, name) in itertools.product(messages.shapes().items(),
                                                               zip(ways, names)):
            with self.subTest(shape=shape, way=name):
                protected = self._protect(message, *way)
                result = STORE.succeed('read', '--cert', ALICE_DER, stdin=protected)
                self.assertEqual(messages.content(result.stdout), messages.content(message))
                for field in ('From', 'To', 'Subject', 'Message-ID', 'Date'):
                    self.assertEqual(messages.field(result.stdout, field),
                                     messages.field(message, field))

    def test_triple_wrap(self):
        message = messages.shapes()['utf8-8bit']
        wrapped = message
        for verb in (['sign'], ['encrypt', '--cert', BOB_DER], ['sign', '--opaque']):
            wrapped = STORE.succeed(*verb, stdin=wrapped).stdout
        result = STORE.run('--json', 'read', '--cert', ALICE_DER, stdin=wrapped)
        self.assertEqual((result.code, result.json['encrypted']), (HOLDS, True), result)

    def test_words_for_no_signature(self):
        """A signature that does not count is told from none at all."""
        plain = messages.shapes()['plain']
        encrypt = ['encrypt', '--cert', BOB_DER]
        for verbs, verb, words in (([], 'verify', 'the message is not signed'),
                                   ([encrypt], 'verify', 'the message is encrypted'),
                                   ([encrypt], 'read', 'the message is not signed'),
                                   ([encrypt, ['sign']], 'verify', 'the message is encrypted'),
                                   ([encrypt, ['sign']], 'read', 'the envelope is signed, but')):
            with self.subTest(verb=verb, layers=len(verbs), words=words):
                result = STORE.run(verb, stdin=self._protect(plain, *verbs))
                self.assertIn(f'none: {words}', result.text + result.stderr)

    def test_self_can_read(self):
        """Without --no-self the author's own certificate is among the recipients."""
        message = messages.shapes()['plain']
        key = os.path.join(interop.folder, 'alice.p12')
        password = interop.write('password', b'secret\n')
        STORE.succeed('export', ALICE, key, '--export-password-file', password)
        for options, code in (((), HOLDS), (('--no-self',), DOES_NOT_HOLD)):
            with self.subTest(options=options):
                encrypted = STORE.succeed('encrypt', '--cert', BOB_DER, *options,
                                          stdin=message).stdout
                result = STORE.run('decrypt', '--key', key, '--key-password-file', password,
                                   stdin=encrypted)
                self.assertEqual(result.code, code, result)

    def test_classify(self):
        message = messages.shapes()['plain']
        signed = STORE.succeed('sign', stdin=message).stdout
        encrypted = STORE.succeed('encrypt', '--cert', BOB_DER, stdin=message).stdout
        for name, octets, expected in (('plain', message, (False, False)),
                                       ('signed', signed, (True, False)),
                                       ('encrypted', encrypted, (False, True))):
            with self.subTest(name):
                found = STORE.succeed('--json', 'classify', stdin=octets).json
                self.assertEqual((found['signed'], found['encrypted']), expected)

    def test_a_large_message(self):
        body = os.urandom(3 << 20).hex()
        text = '\n'.join(body[at:at + 76] for at in range(0, len(body), 76))
        message = (messages.head() + '\n' + text + '\n').encode()
        protected = self._protect(message, ['sign'], ['encrypt', '--cert', BOB_DER])
        result = STORE.succeed('read', '--cert', ALICE_DER, stdin=protected)
        self.assertEqual(messages.content(result.stdout), messages.content(message))


class Keys(unittest.TestCase):
    def _export(self, address, name):
        password = interop.write('password', b'secret\n')
        target = interop.path(name)
        STORE.succeed('export', address, target, '--export-password-file', password)
        return target, password

    def test_pkcs12_to_openssl_and_back(self):
        for address in (ALICE, BOB):
            exported, password = self._export(address, 'out.p12')
            pem = openssl.run('pkcs12', '-in', exported, '-passin', f'file:{password}', '-nodes')
            before = STORE.succeed('--json', 'keys', address).json['keys'][0]['sha256']
            for options in ((), ('-legacy',), ('-keypbe', 'AES-128-CBC', '-certpbe', 'NONE'),
                            ('-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-RC2-40', '-legacy'),
                            ('-macalg', 'sha512'), ('-nomac',), ('-name', 'Grüße')):
                with self.subTest(address=address, options=options):
                    source = interop.write('pair.pem', pem)
                    back = interop.path('back.p12')
                    openssl.run('pkcs12', '-export', '-in', source, '-out', back, '-passout',
                                f'file:{password}', *options)
                    other = interop.new_program(f'import-{abs(hash((address, options)))}')
                    other.succeed('import', back, '--import-password-file', password)
                    after = other.succeed('--json', 'keys', address).json['keys'][0]['sha256']
                    self.assertEqual(after, before)
                    signed = other.succeed('sign', stdin=messages.shapes(address)['plain']).stdout
                    STORE.succeed('verify', '--cert', interop.write('x.pem', pem), stdin=signed)

    def test_chain(self):
        """What was imported between key and authority goes along with a signature (RFC 8550
        §2.3): openssl, which has the authority alone, verifies it."""
        authority = ('basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign')
        root = interop.Person('root', 'rsa:2048', None, authority)
        middle = interop.Person('middle', 'ec:P-256', None, authority, issuer=root)
        leaf = interop.Person('leaf', 'ec:P-256', ALICE, issuer=middle)
        other = interop.new_program('chain')
        other.succeed('import', interop.write('chain.pem', b''.join(
            interop.read(name) for name in (leaf.pem, root.certificate, middle.certificate))))
        for options, n_certificates in (((), 2), (('--opaque',), 2), (('--no-certificate',), 0)):
            with self.subTest(options=options):
                signed = other.succeed('sign', *options, stdin=messages.shapes()['plain']).stdout
                cms = openssl.run('cms', '-cmsout', '-outform', 'DER', stdin=signed)
                listed = openssl.run('pkcs7', '-inform', 'DER', '-print_certs', '-noout', stdin=cms)
                self.assertEqual(listed.count(b'subject='), n_certificates, listed)
                if n_certificates:
                    openssl.run('cms', '-verify', '-CAfile', root.certificate, '-purpose',
                                'smimesign', stdin=signed)
                    other.succeed('verify', '--ca', root.certificate, stdin=signed)

    def test_pem_pairs(self):
        """PKCS#8 beside its certificate, as openssl writes them."""
        for kind in ('rsa:2048', 'ec:P-256', 'ec:P-384'):
            with self.subTest(kind=kind):
                person = interop.Person(kind.replace(':', ''), kind, ALICE)
                other = interop.new_program(f'pem-{kind}')
                other.succeed('import', person.pem)
                signed = other.succeed('sign', stdin=messages.shapes()['plain']).stdout
                openssl.run('cms', '-verify', '-CAfile', person.certificate, stdin=signed)

    def test_wrong_password_of_pkcs12(self):
        exported, _ = self._export(ALICE, 'locked.p12')
        wrong = interop.write('wrong', b'no secret\n')
        other = interop.new_program('wrong-password')
        result = other.run('import', exported, '--import-password-file', wrong)
        self.assertEqual(result.code, UNKNOWN, result)
        with self.assertRaises(openssl.OpensslFailure):
            openssl.run('pkcs12', '-in', exported, '-passin', f'file:{wrong}', '-nodes')


class GuideCertificates(unittest.TestCase):
    """Certificates by the commands of the developer's guide: self-signed, an authority, no key
    usage, the address in the subject alone."""

    @classmethod
    def setUpClass(cls):
        cls.key = openssl.run('genrsa', '2048')
        interop.write('certkey.pem', cls.key)
        cls.der = interop.path('cert.der')
        openssl.run('req', '-subj', f'/CN=Sample Person/emailAddress={SAMPLE}', '-new', '-key',
                    interop.path('certkey.pem'), '-x509', '-days', '3660', '-outform', 'der',
                    '-out', cls.der)
        pem = openssl.run('x509', '-inform', 'der', '-in', cls.der)
        cls.pem = interop.write('guide.pem', pem)
        cls.store = interop.new_program('guide')
        cls.store.succeed('import', interop.write('guide.both.pem', pem + cls.key))

    def test_facts(self):
        facts = self.store.succeed('--json', 'cert', self.der).json['certificates'][0]
        self.assertEqual((facts['addresses'], facts['authority'], facts['may_sign'],
                          facts['may_encrypt']), ([SAMPLE], True, True, True))

    def test_signs(self):
        for form in ((), ('--opaque',)):
            with self.subTest(form=form):
                message = messages.shapes(SAMPLE)['utf8-8bit']
                signed = self.store.succeed('sign', *form, stdin=message).stdout
                openssl.run('cms', '-verify', '-CAfile', self.pem, stdin=signed)
                self.store.succeed('verify', '--cert', self.der, stdin=signed)

    def test_encrypts(self):
        message = messages.shapes(ALICE)['plain']
        encrypted = self.store.succeed('encrypt', '--no-legacy-display', '--cert', self.der,
                                       stdin=message).stdout
        inner = openssl.run('cms', '-decrypt', '-recip', self.pem, '-inkey',
                            interop.path('certkey.pem'), stdin=encrypted)
        self.assertEqual(messages.content(inner), messages.content(message))
        self.assertEqual(messages.content(self.store.succeed('decrypt', stdin=encrypted).stdout),
                         messages.content(message))

    def test_record(self):
        line = self.store.succeed('record', '--cert', self.der).text
        self.assertIn(interop.read(self.der).hex(), line.replace(' ', '').lower())


if __name__ == '__main__':
    tap.main()
