#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""What people see of directory-replication mail: "drs frame" and "drs map" in words and in JSON."""

import os
import struct
import unittest

import interop  # first: it puts the support modules on the path
import tap
from program import DOES_NOT_HOLD, HOLDS, UNKNOWN, USAGE

# The frame of [MS-SRPL] §4.3 up to its payload, which is elided there.
SAMPLE = bytes.fromhex(
    '000000000b00000048000000540d000000000000d8010000010000200700000'
    '07ffbff1f280000001c0000007ffbff1fe86514d95cbd5c44b776dbcde1db2a'
    'ecb001000000000000')
SAMPLE_PAYLOAD = bytes.fromhex('30820d5006092a864886f70d010702a0').ljust(3412, b'\0')
SAMPLE_SHOWN = '''\
MAIL_REP_MSG_V2, request, signed
  CompressionVersionCaller none
  ProtocolVersionCaller    11
  cbDataOffset             72
  cbDataSize               3412
  cbUncompressedDataSize   0
  cbUnsignedDataSize       472
  dwMsgType                0x20000001
  dwMsgVersion             7
  dwExtFlags               0x1ffffb7f
  cbExtOffset              40
  DRS_EXTENSIONS_INT       1c0000007ffbff1fe86514d95cbd5c44b776dbcde1db2aecb001000000000000
'''
DC1 = '_IsmService@d2975006-04cb-4f9d-b797-0c1df78f16d6._msdcs.corp.example'
PROGRAM = None
ALICE = BOB = None


def setUpModule():
    global PROGRAM, ALICE, BOB
    PROGRAM = interop.new_program('one')
    ALICE = interop.Person('alice')
    BOB = interop.Person('bob', address=None)


def tearDownModule():
    interop.remove_folder()


def changed(offset, number, octets=SAMPLE + SAMPLE_PAYLOAD):
    """The sample with another number somewhere."""
    return octets[:offset] + struct.pack('<I', number) + octets[offset + 4:]


class Frame(unittest.TestCase):
    def test_sample(self):
        shown = PROGRAM.succeed('drs', 'frame', stdin=SAMPLE + SAMPLE_PAYLOAD)
        self.assertEqual(shown.stdout.decode(), SAMPLE_SHOWN)
        held = PROGRAM.succeed('drs', 'frame', '--payload', stdin=SAMPLE + SAMPLE_PAYLOAD)
        self.assertEqual(held.stdout, SAMPLE_PAYLOAD)

    def test_sample_built(self):
        extensions = SAMPLE[40:].hex()
        built = PROGRAM.succeed('drs', 'frame', '--build', '--type', 'request', '--unsigned-size',
                                '472', '--extensions', extensions, stdin=SAMPLE_PAYLOAD)
        self.assertEqual(built.stdout, SAMPLE + SAMPLE_PAYLOAD)

    def test_first_version(self):
        built = PROGRAM.succeed('drs', 'frame', '--build', '--type', 'response', '--frame-version',
                                '1', '--compression', 'mszip', '--uncompressed-size', '2000',
                                '--unsigned-size', '900', stdin=b'hello').stdout
        self.assertEqual(built, struct.pack('<8I', 2, 11, 32, 5, 2000, 900, 0xe0000002, 1)
                         + b'hello')
        # as Windows 2000 writes it: note 5, note 6
        old = struct.pack('<8I', 0, 11, 0, 5, 0, 5, 0x20000001, 0) + b'hello'
        facts = PROGRAM.succeed('--json', 'drs', 'frame', stdin=old).json
        self.assertEqual((facts['version'], facts['type'], facts['extensions']),
                         (1, 'request', None))
        self.assertEqual(PROGRAM.succeed('drs', 'frame', '--payload', stdin=old).stdout, b'hello')

    def test_checks(self):
        for check, frame in (
                ('header', SAMPLE[:31]), ('protocol-version', changed(4, 12)),
                ('message-type', changed(24, 0x01000020)), ('compression', changed(0, 4)),
                ('message-version', changed(28, 5)), ('v2-length', changed(12, 3411)),
                ('v1-data-offset', changed(28, 4)),
                ('v1-length', struct.pack('<8I', 0, 11, 32, 9, 0, 0, 1, 4) + b'hello'),
                ('v2-data-offset', changed(8, 0)), ('v2-data-alignment', changed(8, 76)),
                ('v2-extension-alignment', changed(36, 44)),
                ('v2-extension-behind', changed(36, 72)),
                ('v2-extension-offset', changed(36, 32)),
                ('v2-extension-room', changed(40, 29))):
            with self.subTest(check=check):
                told = PROGRAM.run('drs', 'frame', stdin=frame)
                self.assertEqual((told.code, told.stdout), (DOES_NOT_HOLD, b''), told)
                self.assertIn(f'frame check "{check}" failed', told.stderr)
                facts = PROGRAM.run('--json', 'drs', 'frame', stdin=frame).json
                self.assertEqual(facts['check'], check)
                self.assertEqual(facts['error']['code'], 'drs-frame-invalid')

    def test_usage(self):
        for words in (('--build',), ('--build', '--type', 'reply'), ('--type', 'request'),
                      ('--build', '--payload', '--type', 'request'), ('--compression', 'none'),
                      ('--build', '--type', 'request', '--compression', 'unused'),
                      ('--build', '--type', 'request', '--frame-version', '3'),
                      ('--build', '--type', 'request', '--frame-version', '0'),
                      ('--build', '--type', 'request', '--unsigned-size', '-1'),
                      ('--unsigned-size', '-1'),
                      ('--build', '--type', 'request', '--extensions', '040'),
                      ('--build', '--type', 'request', '--extensions', '0400000000'),
                      ('--build', '--type', 'request', '--frame-version', '1', '--extensions',
                       '0400000000000000')):
            with self.subTest(words=words):
                told = PROGRAM.run('drs', 'frame', *words, stdin=b'x')
                self.assertEqual((told.code, told.stdout), (USAGE, b''), told)
        for words in ((), ('frames',), ('--json',)):
            self.assertEqual(PROGRAM.run('drs', *words, stdin=b'').code, USAGE)


class Map(unittest.TestCase):
    def setUp(self):
        PROGRAM.run('drs', 'map', 'remove', '--all')

    def test_words(self):
        added = PROGRAM.succeed('drs', 'map', 'add', DC1, BOB.certificate).stdout.decode()
        listed = PROGRAM.succeed('drs', 'map', 'list').stdout.decode()
        self.assertEqual(added, listed)
        self.assertTrue(listed.startswith(f'{DC1}\n  origin        added by hand\n'), listed)
        self.assertIn('  subject       CN=bob\n', listed)
        self.assertIn('  lacks         key-usage, client-auth, server-auth, guid, dns-name, kind\n',
                      listed)
        self.assertEqual(PROGRAM.succeed('drs', 'map', 'remove', DC1).stdout, b'removed: 1\n')
        self.assertEqual(PROGRAM.succeed('drs', 'map', 'list').stdout, b'')

    def test_missing(self):
        for words in (('list', DC1), ('remove', DC1)):
            told = PROGRAM.run('drs', 'map', *words)
            self.assertEqual(told.code, DOES_NOT_HOLD, told)
            self.assertIn(DC1, told.stderr)
        told = PROGRAM.run('--json', 'drs', 'map', 'list', DC1).json
        self.assertEqual(told['error']['code'], 'drs-no-map-entry')

    def test_import(self):
        """What is no certificate, or nobody's, is named, and keeps nothing else out."""
        folder = interop.path('folder')
        os.makedirs(folder)
        alice, bob = interop.read(ALICE.certificate), interop.read(BOB.certificate)
        for name, octets in ((f'{DC1}.CER', bob), ('alice.pem', alice), ('nobody.crt', bob),
                             ('broken.der', b'\x30\x03'), ('notes.txt', b'hello')):
            interop.write(f'folder/{name}', octets)
        told = PROGRAM.run('drs', 'map', 'import', folder)
        self.assertEqual(told.code, UNKNOWN, told)
        self.assertIn('broken.der: not a certificate', told.stderr)
        self.assertIn('nobody.crt: neither the file', told.stderr)
        self.assertNotIn('notes.txt', told.stderr)
        listed = PROGRAM.succeed('--json', 'drs', 'map', 'list').json['entries']
        self.assertEqual([one['address'] for one in listed], [DC1, 'alice@example.org'])
        again = PROGRAM.run('--json', 'drs', 'map', 'import', folder).json
        self.assertEqual([one['name'] for one in again['problems']], ['broken.der', 'nobody.crt'])

    def test_nothing_to_import(self):
        folder = interop.path('empty')
        os.makedirs(folder)
        for path in (folder, folder + '/missing'):
            told = PROGRAM.run('drs', 'map', 'import', path)
            self.assertEqual((told.code, told.stdout), (UNKNOWN, b''), told)
            self.assertIn(path, told.stderr)

    def test_own_key(self):
        """An address that the map has an own key's certificate for is an own one."""
        own = interop.new_program('own')
        own.succeed('import', ALICE.pem)
        entry, = own.succeed('--json', 'drs', 'map', 'list').json['entries']
        self.assertEqual((entry['address'], entry['origin']), ('alice@example.org', 'own'))
        own.succeed('drs', 'map', 'add', DC1, ALICE.certificate)
        origins = {one['address']: one['origin']
                   for one in own.succeed('--json', 'drs', 'map', 'list').json['entries']}
        self.assertEqual(origins, {'alice@example.org': 'own', DC1: 'own'})
        # the map has it no more; the key store does
        own.succeed('drs', 'map', 'remove', '--all')
        self.assertEqual(own.run('drs', 'map', 'list', DC1).code, DOES_NOT_HOLD)
        self.assertEqual(own.run('drs', 'map', 'list', 'alice@example.org').code, HOLDS)

    def test_usage(self):
        for words in ((), ('show',), ('add', DC1), ('add', DC1, 'a', 'b'), ('import',),
                      ('remove',), ('remove', '--all', DC1), ('list', '--all'), ('list', 'a', 'b'),
                      ('add', 'dc1', BOB.certificate), ('list', 'dc1')):
            with self.subTest(words=words):
                self.assertEqual(PROGRAM.run('drs', 'map', *words).code, USAGE)
        told = PROGRAM.run('drs', 'map', 'add', DC1, '/nowhere')
        self.assertEqual(told.code, UNKNOWN, told)


if __name__ == '__main__':
    tap.main()
