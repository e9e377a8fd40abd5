#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Layers that protect nothing, several signers, and signatures that can't be read: what "read",
"verify", "decrypt", "cert" and "import" make of them."""

import base64
import unittest
import zlib

import interop  # first: it puts the support modules on the path
import messages
import openssl
import tap
from program import DOES_NOT_HOLD, HOLDS, UNKNOWN

ENTITY = b'Content-Type: text/plain\r\n\r\nSlow and steady.\r\n'
TOP = b'From: alice@example.org\nTo: bob@example.org\nMIME-Version: 1.0\n'
COMPRESSED_DATA = '2a864886f70d0109100109'
ZLIB_COMPRESS = '2a864886f70d0109100308'
DATA = '2a864886f70d010701'

PROGRAM = None
ALICE = BOB = CAROL = None


def setUpModule():
    global PROGRAM, ALICE, BOB, CAROL
    PROGRAM = interop.new_program()
    ALICE = interop.Person('alice')
    BOB = interop.Person('bob', 'rsa:2048', 'bob@example.org')
    CAROL = interop.Person('carol', 'ec:P-384', 'carol@example.org')


def tearDownModule():
    interop.remove_folder()


def tlv(tag, *contents):
    body = b''.join(contents)
    length = len(body).to_bytes(4, 'big').lstrip(b'\0') or b'\0'
    head = length if len(body) < 128 else bytes([0x80 | len(length)]) + length
    return bytes([tag]) + head + body


def oid(contents):
    return tlv(6, bytes.fromhex(contents))


def compressed(entity):
    """RFC 3274, by hand: the openssl of Debian has no zlib."""
    content = tlv(0x30, oid(DATA), tlv(0xa0, tlv(4, zlib.compress(entity, 9))))
    data = tlv(0x30, tlv(2, b'\0'), tlv(0x30, oid(ZLIB_COMPRESS)), content)
    return part('compressed-data', 'smime.p7z', tlv(0x30, oid(COMPRESSED_DATA), tlv(0xa0, data)))


def part(smime_type, name, der):
    return (f'Content-Type: application/pkcs7-mime; smime-type={smime_type}; name={name}\r\n'
            'Content-Transfer-Encoding: base64\r\n\r\n').encode() \
        + base64.encodebytes(der).replace(b'\n', b'\r\n')


def entity_of(octets):
    return octets.replace(b'MIME-Version: 1.0\n', b'', 1).replace(b'\r\n', b'\n').replace(
        b'\n', b'\r\n')


def signed(entity, *signers, options=()):
    words = [word for person in signers
             for word in ('-signer', person.certificate, '-inkey', person.key)]
    return entity_of(openssl.run('cms', '-sign', '-binary', *words, *options, stdin=entity))


def encrypted(entity):
    return entity_of(openssl.run('cms', '-encrypt', '-aes256', '-binary', '-recip',
                                 BOB.certificate, stdin=entity))


def certificates_alone(*people, form='DER'):
    words = [word for person in people for word in ('-certfile', person.certificate)]
    return openssl.run('crl2pkcs7', '-nocrl', *words, '-outform', form)


def read(octets, *options, verb='read'):
    keys = ('--key', BOB.pem) if verb != 'verify' else ()
    out = interop.path('read.out')
    extra = ('--output', out, verb) if verb == 'read' else (verb,)
    result = PROGRAM.run('--json', *extra, *keys, *options, stdin=TOP + octets)
    return result, interop.read(out) if verb == 'read' and result.code != UNKNOWN else b''


class Compressed(unittest.TestCase):

    def test_places(self):
        """Inside or outside of signature and envelope."""
        rows = ((compressed(ENTITY), 'none'),
                (compressed(signed(ENTITY, ALICE)), 'verified'),
                (signed(compressed(ENTITY), ALICE), 'verified'),
                (signed(compressed(ENTITY), ALICE, options=('-nodetach',)), 'verified'),
                (encrypted(compressed(signed(ENTITY, ALICE))), 'verified'),
                (compressed(encrypted(compressed(ENTITY))), 'none'),
                (compressed(compressed(ENTITY)), 'none'))
        for octets, status in rows:
            result, whole = read(octets, '--cert', ALICE.certificate)
            with self.subTest(result.json['layers']):
                self.assertEqual(result.json['status'], status, result)
                self.assertIn('compressed-data', result.json['layers'])
                self.assertTrue(whole.endswith(ENTITY), whole)

    def test_is_no_encryption(self):
        result = PROGRAM.run('decrypt', '--key', BOB.pem, stdin=TOP + compressed(ENTITY))
        self.assertEqual((result.code, result.stdout), (DOES_NOT_HOLD, b''), result)
        facts = PROGRAM.succeed('--json', 'classify', stdin=TOP + compressed(ENTITY)).json
        self.assertEqual((facts['layer'], facts['encrypted'], facts['signed']),
                         ('compressed-data', False, False))

    def test_bomb(self):
        """Some kilobytes that would be 128 MiB: refused, and nothing of it comes out."""
        bomb = b'Content-Type: text/plain\r\n\r\n' + bytes(1 << 27)
        octets = compressed(compressed(bomb))
        self.assertLess(len(octets), 20000)
        result = PROGRAM.run('read', stdin=TOP + octets)
        self.assertEqual((result.code, result.stdout), (UNKNOWN, b''), result)
        self.assertIn('compressed content', result.stderr)


class CertificatesAlone(unittest.TestCase):

    def test_read(self):
        """Shown as nobody's signature, whatever the header field says."""
        for smime_type, name in (('certs-only', 'smime.p7c'), ('signed-data', 'smime.p7m')):
            with self.subTest(smime_type):
                octets = part(smime_type, name, certificates_alone(ALICE, CAROL))
                for verb in ('read', 'verify'):
                    result, _ = read(octets, '--cert', ALICE.certificate, verb=verb)
                    self.assertEqual((result.json['signed'], result.json['status'],
                                      result.json['signature'], result.json['layers']),
                                     (False, 'none', 'absent', ['certs-only']), result)
                    self.assertEqual({der['der'] for der in result.json['certificates']},
                                     {base64.b64encode(person.der).decode()
                                      for person in (ALICE, CAROL)})
        text = PROGRAM.run('read', '--output', interop.path('p7c.out'), stdin=TOP + octets)
        self.assertEqual(text.code, 0, text)

    def test_are_null_elsewhere(self):
        result, _ = read(signed(ENTITY, ALICE), '--cert', ALICE.certificate)
        self.assertIsNone(result.json['certificates'])

    def test_as_files(self):
        """Wherever certificates are named: facts, pins."""
        for form in ('DER', 'PEM'):
            name = interop.write(f'both.{form}', certificates_alone(ALICE, CAROL, form=form))
            with self.subTest(form):
                listed = PROGRAM.succeed('--json', 'cert', name).json['certificates']
                self.assertEqual({facts['addresses'][0] for facts in listed},
                                 {'alice@example.org', 'carol@example.org'})
                result, _ = read(signed(ENTITY, ALICE), '--cert', name)
                self.assertEqual(result.json['status'], 'verified', result)

    def test_signature_as_file(self):
        der = messages.cms_of(signed(ENTITY, ALICE, options=('-nodetach',)))
        result = PROGRAM.run('cert', interop.write('signature.p7m', der))
        self.assertEqual(result.code, UNKNOWN, result)
        self.assertIn('signature', result.stderr)

    def test_import_for_own_key(self):
        """An authority sends the certificate, and its own, for a key that was made here."""
        authority = interop.Person('authority', address=None, extensions=(
            'basicConstraints=critical,CA:TRUE', 'keyUsage=keyCertSign'))
        middle = interop.Person('middle', 'ec:P-256', None, (
            'basicConstraints=critical,CA:TRUE', 'keyUsage=keyCertSign'), issuer=authority)
        store = interop.new_program('own-key')
        store.succeed('import', ALICE.pem)
        issued = interop.path('issued.pem')
        openssl.issued(issued, ALICE.key, '/CN=alice', (middle.certificate, middle.key),
                       [*interop.Person.EXTENSIONS, 'subjectAltName=email:alice@example.org'], 365)
        sent = interop.write('sent.p7c', openssl.run(
            'crl2pkcs7', '-nocrl', '-certfile', issued, '-certfile', middle.certificate,
            '-certfile', CAROL.certificate, '-outform', 'DER'))
        for n_new in (1, 0):
            done = store.succeed('--json', 'import', sent).json
            self.assertEqual((done['keys'], done['new_keys'], done['certificates'],
                              [facts['issuer'] for facts in done['imported']]),
                             (1, n_new, 3, ['CN=middle']))
        keys = store.succeed('--json', 'keys').json['keys']
        self.assertEqual({key['issuer'] for key in keys}, {'CN=alice', 'CN=middle'})
        self.assertEqual(len(keys), 2)

    def test_import_for_no_key(self):
        sent = interop.write('others.p7c', certificates_alone(CAROL))
        store = interop.new_program('no-key')
        self.assertEqual(store.run('import', sent).code, DOES_NOT_HOLD)
        store.succeed('import', ALICE.pem)
        result = store.run('import', sent)
        self.assertEqual(result.code, DOES_NOT_HOLD, result)
        self.assertIn('none of these certificates', result.stderr)


class Signers(unittest.TestCase):

    def test_all_must_be_good(self):
        octets = signed(ENTITY, ALICE, CAROL)
        rows = (((ALICE, CAROL), 'verified', None), ((ALICE,), 'invalid', 'not-pinned'),
                ((CAROL,), 'invalid', 'not-pinned'))
        for pins, status, reason in rows:
            with self.subTest([person.address for person in pins]):
                words = [word for person in pins for word in ('--cert', person.certificate)]
                result, _ = read(octets, *words)
                self.assertEqual((result.json['signers'], result.json['status'],
                                  result.json['reason']), (2, status, reason), result)

    def test_one_without_certificate(self):
        octets = signed(ENTITY, ALICE, CAROL, options=('-nocerts',))
        result, _ = read(octets, '--cert', ALICE.certificate)
        self.assertEqual((result.json['status'], result.json['reason'], result.json['signature']),
                         ('unverified', 'certificate-missing', 'unknown'), result)

    def test_one_tampered(self):
        """The last octet of the object is the last of a signature."""
        der = bytearray(messages.cms_of(signed(ENTITY, ALICE, CAROL, options=('-nodetach',))))
        der[-1] ^= 1
        result, _ = read(part('signed-data', 'smime.p7m', bytes(der)), '--cert',
                         ALICE.certificate, '--cert', CAROL.certificate)
        self.assertEqual((result.code, result.json['status'], result.json['signature']),
                         (DOES_NOT_HOLD, 'invalid', 'bad'), result)


class ExpiredKey(unittest.TestCase):

    def test_opens(self):
        """What was encrypted to it stays readable."""
        result = PROGRAM.run('--time', '2060-01-01T00:00:00Z', 'decrypt', '--raw', '--key', BOB.pem,
                             stdin=TOP + encrypted(ENTITY))
        self.assertEqual((result.code, result.stdout), (HOLDS, ENTITY), result)


class Unreadable(unittest.TestCase):
    """A signature that is none, inside of an envelope: "read" says so and shows nothing, "decrypt"
    gives what the envelope held."""

    def test_inside_of_envelope(self):
        clear = signed(ENTITY, ALICE)
        start = clear.index(b'smime.p7s"\r\n\r\n') + len(b'smime.p7s"\r\n\r\n')
        end = clear.index(b'\r\n\r\n--', start)
        for name, signature in (('text', base64.b64encode(b'no signature at all')),
                                ('cut-short', clear[start:start + 400]), ('nothing', b'')):
            inside = clear[:start] + signature + clear[end:]
            octets = encrypted(inside)
            with self.subTest(name):
                result, shown = read(octets, '--cert', ALICE.certificate)
                self.assertEqual((result.code, result.json['error']['code'], shown),
                                 (UNKNOWN, 'cms-malformed', b''), result)
                self.assertIn('signature', result.stderr)
                opened = PROGRAM.succeed('decrypt', '--raw', '--key', BOB.pem,
                                         stdin=TOP + octets).stdout
                self.assertEqual(opened, inside)

    def test_opaque_inside_of_envelope(self):
        octets = encrypted(part('signed-data', 'smime.p7m', b'no signature at all'))
        result, shown = read(octets)
        self.assertEqual((result.code, result.json['error']['code'], shown),
                         (UNKNOWN, 'cms-malformed', b''), result)


if __name__ == '__main__':
    tap.main()
