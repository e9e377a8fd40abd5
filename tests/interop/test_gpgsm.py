#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""gpgsm verifies and decrypts what dane-smime makes, and the reverse."""

import base64
import itertools
import unittest

import interop  # first: it puts the support modules on the path
import messages
import openssl
import tap
from gpgsm import Gpgsm, GpgsmFailure
from program import DOES_NOT_HOLD, HOLDS

KEYS = {'rsa-2048': 'rsa2048@example.org', 'rsa-3072': 'rsa3072@example.org',
        'p-256': 'p256@example.org', 'p-384': 'p384@example.org'}

PROGRAM = None
GPGSM = None
CAROL = None


def setUpModule():
    global PROGRAM, GPGSM, CAROL
    PROGRAM = interop.new_program()
    GPGSM = Gpgsm(interop.path('gnupg'))
    for algorithm, address in KEYS.items():
        der = PROGRAM.keygen(address, algorithm)
        pem = interop.path(f'{algorithm}.pem')
        openssl.run('x509', '-inform', 'der', '-in', der, '-out', pem)
        GPGSM.import_certificate(pem)
    CAROL = interop.Person('carol', 'rsa:2048', 'carol@example.org')
    GPGSM.import_person(CAROL)


def tearDownModule():
    if GPGSM:
        GPGSM.stop()
    interop.remove_folder()


def verify(signed):
    """The entity that gpgsm finds signed in a message."""
    if b'multipart/signed' in signed:
        entity, cms = messages.signed_parts(signed)
        GPGSM.verify(interop.write('sig.der', cms), interop.write('signed', entity))
        return entity
    return GPGSM.verify(interop.write('cms.der', messages.cms_of(signed)))


class GpgsmVerifies(unittest.TestCase):
    """What "sign" makes."""

    def test_every_key_and_form(self):
        for (algorithm, address), options in itertools.product(
                KEYS.items(), ((), ('--opaque',), ('--no-certificate',),
                               ('--opaque', '--no-certificate'))):
            with self.subTest(key=algorithm, options=options):
                message = messages.shapes(address)['utf8-8bit']
                signed = PROGRAM.succeed('sign', *options, stdin=message).stdout
                self.assertEqual(messages.content(verify(signed)), messages.content(message))
                self.assertIn('GOODSIG', GPGSM.status)

    def test_shapes(self):
        for shape, message in messages.shapes(KEYS['rsa-2048']).items():
            with self.subTest(shape=shape):
                signed = PROGRAM.succeed('sign', stdin=message).stdout
                self.assertEqual(messages.content(verify(signed)), messages.content(message))

    def test_altered_content_is_refused(self):
        signed = PROGRAM.succeed('sign', stdin=messages.shapes(KEYS['p-256'])['plain']).stdout
        with self.assertRaises(GpgsmFailure):
            verify(signed.replace(b'hello', b'hallo'))


class GpgsmDecrypts(unittest.TestCase):
    """What "encrypt --cert" makes; gpgsm 2.2 reads RSA with CBC."""

    def test_ciphers(self):
        for bits, shape in itertools.product((128, 192, 256), ('utf8-8bit', 'attachments')):
            with self.subTest(bits=bits, shape=shape):
                message = messages.shapes()[shape]
                encrypted = PROGRAM.succeed('encrypt', '--no-legacy-display', '--cert',
                                            CAROL.certificate, '--cipher', f'aes-{bits}-cbc',
                                            stdin=message).stdout
                cms = interop.write('enc.der', messages.cms_of(encrypted))
                inner = GPGSM.run('--decrypt', cms)
                self.assertEqual(messages.content(inner), messages.content(message))


class GpgsmMakes(unittest.TestCase):
    """What gpgsm signs, and encrypts to RSA keys: version 2.2 fails at every other."""

    ENTITY = 'Content-Type: text/plain; charset=utf-8\n\nGrüße\nfrom gpgsm\n'.encode()

    def _sign(self, *options):
        content = interop.write('entity', self.ENTITY.replace(b'\n', b'\r\n'))
        return GPGSM.run('--local-user', 'carol@example.org', *options, '--sign', content)

    def _check(self, message, pin, status='verified', code=HOLDS):
        result = PROGRAM.run('--json', 'verify', '--cert', pin, stdin=message)
        self.assertEqual((result.code, result.json['status']), (code, status), result)

    def test_detached(self):
        for options in ((), ('--digest-algo', 'SHA512'), ('--include-certs', '0')):
            with self.subTest(options=options):
                cms = base64.encodebytes(self._sign('--detach-sign', *options))
                message = messages.multipart_signed(messages.head('carol@example.org'), self.ENTITY,
                                                    cms)
                self._check(message, CAROL.certificate)
                self._check(message.replace(b'from gpgsm', b'from nobody'), CAROL.certificate,
                            'invalid', DOES_NOT_HOLD)

    def test_opaque(self):
        cms = base64.encodebytes(self._sign())
        top = messages.head('carol@example.org', fields=[
            'Content-Type: application/pkcs7-mime; smime-type=signed-data',
            'Content-Transfer-Encoding: base64'])
        self._check(top.encode() + b'\n' + cms, CAROL.certificate)

    def test_encrypted(self):
        for cipher, algorithm in itertools.product(('AES', 'AES256', '3DES'),
                                                   ('rsa-2048', 'rsa-3072')):
            with self.subTest(cipher=cipher, to=algorithm):
                cms = GPGSM.run('--cipher-algo', cipher, '--recipient', KEYS[algorithm],
                                '--encrypt', stdin=self.ENTITY)
                top = messages.head('carol@example.org', to=KEYS[algorithm], fields=[
                    'Content-Type: application/pkcs7-mime; smime-type=enveloped-data',
                    'Content-Transfer-Encoding: base64'])
                result = PROGRAM.succeed('decrypt', stdin=top.encode() + b'\n'
                                         + base64.encodebytes(cms))
                self.assertEqual(messages.content(result.stdout), messages.content(self.ENTITY))


if __name__ == '__main__':
    tap.main()
