#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""AuthEnvelopedData as openssl can't make it: with authenticated attributes (RFC 5083 §2.1), with
ChaCha20-Poly1305 (RFC 8103) and AES-CCM (RFC 5084 §3.1); the cryptography is Node's."""

import base64
import json
import os
import subprocess
import unittest

import interop  # first: it puts the support modules on the path
import openssl
import tap
from program import DOES_NOT_HOLD, HOLDS, UNKNOWN

ENTITY = b'Content-Type: text/plain\r\n\r\nGreetings from Node\r\n' * 5000
DATA = bytes.fromhex('06092a864886f70d010701')
AUTH_ENVELOPED_DATA = bytes.fromhex('060b2a864886f70d0109100117')
RSA_ENCRYPTION = bytes.fromhex('06092a864886f70d010101')
CONTENT_TYPE = bytes.fromhex('06092a864886f70d010903')
SIGNING_TIME = bytes.fromhex('06092a864886f70d010905')
AES = bytes.fromhex('06096086480165030401')
CHACHA20_POLY1305 = bytes.fromhex('060b2a864886f70d0109100312')
CIPHERS = {'aes-128-gcm': (AES + b'\x06', 16), 'aes-192-gcm': (AES + b'\x1a', 24),
           'aes-256-gcm': (AES + b'\x2e', 32), 'aes-128-ccm': (AES + b'\x07', 16),
           'aes-256-ccm': (AES + b'\x2f', 32), 'chacha20-poly1305': (CHACHA20_POLY1305, 32)}

PROGRAM = None
PERSON = None


def setUpModule():
    global PROGRAM, PERSON
    PROGRAM = interop.new_program()
    PERSON = interop.Person('bob', 'rsa:2048')


def tearDownModule():
    interop.remove_folder()


def der(tag, *parts):
    contents = b''.join(parts)
    size = len(contents)
    if size < 128:
        return bytes([tag, size]) + contents
    octets = size.to_bytes((size.bit_length() + 7) // 8, 'big')
    return bytes([tag, 0x80 | len(octets)]) + octets + contents


def attribute(identifier, *values):
    return der(0x30, identifier, der(0x31, *values))


def time(seconds):
    return attribute(SIGNING_TIME, der(0x17, f'2601020304{seconds:02}Z'.encode()))


# The first and the last of these in the order of DER differ from that in which they are sent.
ATTRIBUTES = {'none': (), 'content-type': (attribute(CONTENT_TYPE, DATA),),
              'several': (time(9), attribute(CONTENT_TYPE, DATA), time(1))}


def key_identifier():
    text = openssl.run('x509', '-in', PERSON.certificate, '-noout', '-ext', 'subjectKeyIdentifier')
    return bytes.fromhex(text.split()[-1].decode().replace(':', ''))


def with_node(cipher, attributes, n_tag, n_nonce):
    """What Node makes of ENTITY, and the key's algorithm."""
    identifier, n_key = CIPHERS[cipher]
    key, nonce = os.urandom(n_key), os.urandom(n_nonce)
    additional = der(0x31, *sorted(attributes)) if attributes else b''
    recipient = interop.read(PERSON.certificate).decode()
    request = {'cipher': cipher, 'key': key.hex(), 'nonce': nonce.hex(), 'tagLength': n_tag,
               'additional': additional.hex(), 'plaintext': ENTITY.hex(), 'recipient': recipient}
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'authenticated.mjs')
    done = subprocess.run(['node', script], input=json.dumps(request).encode(), check=True,
                          capture_output=True, timeout=60)
    made = {name: bytes.fromhex(value) for name, value in json.loads(done.stdout).items()}
    parameters = der(0x04, nonce)
    if cipher.startswith('aes'):
        parameters = der(0x30, parameters, der(0x02, bytes([n_tag])))
    return made, der(0x30, identifier, parameters)


def envelope(cipher, attributes=(), *, n_tag=16, n_nonce=12, sent=None):
    """DER of the message; sent: other attributes than those that were authenticated."""
    made, algorithm = with_node(cipher, attributes, n_tag, n_nonce)
    recipient = der(0x30, der(0x02, b'\x02'), der(0x80, key_identifier()),
                    der(0x30, RSA_ENCRYPTION, der(0x05)), der(0x04, made['encryptedKey']))
    content = der(0x30, DATA, algorithm, der(0x80, made['ciphertext']))
    shown = attributes if sent is None else sent
    fields = [der(0x02, b'\x00'), der(0x31, recipient), content]
    if shown:
        fields.append(der(0xa1, *shown))
    fields.append(der(0x04, made['tag']))
    return der(0x30, AUTH_ENVELOPED_DATA, der(0xa0, der(0x30, *fields)))


def message(octets):
    head = (b'From: alice@example.org\r\nTo: bob@example.org\r\nMIME-Version: 1.0\r\n'
            b'Content-Type: application/pkcs7-mime; smime-type=authEnveloped-data\r\n'
            b'Content-Transfer-Encoding: base64\r\n\r\n')
    return head + base64.encodebytes(octets).replace(b'\n', b'\r\n')


def decrypt(octets):
    return PROGRAM.run('decrypt', '--key', PERSON.pem, stdin=message(octets))


class Reads(unittest.TestCase):
    def _opens(self, octets):
        result = decrypt(octets)
        self.assertEqual(result.code, HOLDS, result)
        self.assertEqual(result.stdout.replace(b'\r\n', b'\n').partition(b'\n\n')[2],
                         ENTITY.replace(b'\r\n', b'\n').partition(b'\n\n')[2])

    def test_attributes(self):
        for cipher in ('aes-128-gcm', 'aes-192-gcm', 'aes-256-gcm', 'chacha20-poly1305'):
            for name, attributes in ATTRIBUTES.items():
                with self.subTest(cipher=cipher, attributes=name):
                    self._opens(envelope(cipher, attributes))

    def test_short_tag(self):
        self._opens(envelope('aes-256-gcm', ATTRIBUTES['several'], n_tag=12))


class Refuses(unittest.TestCase):
    def _refused(self, octets, *words, code=UNKNOWN):
        result = decrypt(octets)
        self.assertEqual(result.code, code, result)
        self.assertEqual(result.stdout, b'')
        for word in words:
            self.assertIn(word, result.stderr)

    def test_other_attributes(self):
        several = ATTRIBUTES['several']
        for name, sent in {'changed': (time(8), *several[1:]), 'without-one': several[1:],
                           'none': (), 'one-more': (*several, time(5))}.items():
            with self.subTest(sent=name):
                self._refused(envelope('aes-256-gcm', several, sent=sent), 'decryption failed',
                              code=DOES_NOT_HOLD)

    def test_other_content_type(self):
        contradicts = (attribute(CONTENT_TYPE, AUTH_ENVELOPED_DATA),)
        self._refused(envelope('aes-256-gcm', contradicts), 'contentType')

    def test_ccm_is_named(self):
        for cipher in ('aes-128-ccm', 'aes-256-ccm'):
            with self.subTest(cipher=cipher):
                self._refused(envelope(cipher), 'AES-CCM', 'NSS')


if __name__ == '__main__':
    tap.main()
