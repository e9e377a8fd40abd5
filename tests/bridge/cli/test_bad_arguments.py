#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Arguments and files that are no good: one clear line, the right exit status, nothing written."""

import base64
import os

import bad_input  # first: it puts the support modules on the path
import messages
import openssl
import tap
from program import DOES_NOT_HOLD, HOLDS, UNKNOWN, USAGE, Program

PROGRAM = None
CERTIFICATE = None
MESSAGE = None
ENCRYPTED = None


def setUpModule():
    global PROGRAM, CERTIFICATE, MESSAGE, ENCRYPTED
    PROGRAM = bad_input.new_program('store')
    CERTIFICATE = PROGRAM.keygen(messages.ALICE)
    plain = messages.shapes()['plain']
    MESSAGE = bad_input.write('message.eml', PROGRAM.succeed('sign', stdin=plain).stdout)
    ENCRYPTED = bad_input.write('encrypted.eml', PROGRAM.succeed('encrypt', '--cert', CERTIFICATE,
                                                                 stdin=plain).stdout)


def tearDownModule():
    bad_input.remove_folder()


class WrongUsage(bad_input.BadInputCase):
    ROWS = {
        'no-verb': ([], 'verb'),
        'unknown-verb': (['frobnicate'], 'frobnicate'),
        'unknown-global-option': (['--frobnicate', 'keys'], '--frobnicate'),
        'unknown-option': (['verify', '--frobnicate'], '--frobnicate'),
        'option-of-another-verb': (['verify', '--opaque'], '--opaque'),
        'option-without-value': (['verify', '--cert'], '--cert'),
        'argument-missing': (['keygen'], 'keygen'),
        'argument-missing-lookup': (['lookup'], 'lookup'),
        'argument-missing-cert': (['cert'], 'cert'),
        'argument-missing-export': (['export', 'alice@example.org'], 'export'),
        'argument-missing-record': (['record'], 'address'),
        'argument-too-many': (['verify', 'a.eml', 'b.eml'], 'verify'),
        'argument-too-many-doctor': (['doctor', 'now'], 'doctor'),
        'export-without-password': (['export', 'alice@example.org', 'x.p12'], 'password-file'),
        'delete-nothing': (['delete'], 'address'),
        'profile-empty': (['--profile', '', 'keys'], '--profile'),
        'time-words': (['--time', 'yesterday', 'keys'], '--time', 'yesterday'),
        'time-empty': (['--time', '', 'keys'], '--time'),
        'time-date-alone': (['--time', '2026-13-45T00:00:00Z', 'keys'], '--time'),
        'cipher': (['encrypt', '--cipher', 'rot13', '--cert', 'CERT', 'MESSAGE'], 'rot13'),
        'cipher-rc2': (['encrypt', '--cipher', 'rc2-40-cbc', '--cert', 'CERT', 'MESSAGE'], 'rc2'),
        'digest': (['sign', '--digest', 'md5', 'MESSAGE'], 'md5'),
        'algorithm': (['keygen', 'x@example.org', '--algorithm', 'rsa-512'], 'rsa-512'),
        'days-negative': (['keygen', 'x@example.org', '--days', '-1'], 'days'),
        'days-zero': (['keygen', 'x@example.org', '--days', '0'], 'days'),
        'days-words': (['keygen', 'x@example.org', '--days', 'many'], 'many'),
        'usage-4': (['record', '--cert', 'CERT', '--usage', '4'], 'usage'),
        'usage-negative': (['record', '--cert', 'CERT', '--usage', '-1'], 'usage'),
        'usage-256': (['record', '--cert', 'CERT', '--usage', '256'], 'usage'),
        'selector-2': (['record', '--cert', 'CERT', '--selector', '2'], 'selector'),
        'matching-type-3': (['record', '--cert', 'CERT', '--matching-type', '3'], 'matching'),
        'type-0': (['lookup', '--type', '0', 'a@example.org'], 'type'),
        'type-65536': (['lookup', '--type', '65536', 'a@example.org'], 'type'),
        'check-of-data-alone': (['record', '--rdata', '3 0 0 00', '--check'], 'address'),
        'option-not-utf8': (['encrypt', '--recipient', os.fsdecode(b'\xff@b.org'), 'MESSAGE'],
                            'option'),
        'ttl-negative': (['record', '--cert', 'CERT', '--ttl', '-1'], 'ttl'),
        'password-both': (['password', '--remove', '--new-password-file', 'CERT'], '--remove'),
        'password-files-uneven': (['decrypt', '--key', 'CERT', '--key', 'CERT', '--key', 'CERT',
                                   '--key-password-file', 'CERT', '--key-password-file', 'CERT',
                                   'MESSAGE'], 'password'),
    }

    def test_rows(self):
        for name, (arguments, *words) in self.ROWS.items():
            with self.subTest(name):
                files = {'CERT': CERTIFICATE, 'MESSAGE': MESSAGE}
                self.refused(PROGRAM, [files.get(a, a) for a in arguments], USAGE, *words)

    def test_addresses(self):
        bad = {'without-at': 'nobody', 'two-at': 'a@b@example.org', 'empty': '', 'at-alone': '@',
               'no-local-part': '@example.org', 'no-domain': 'nobody@', 'space': 'a b@example.org',
               'label-of-64': 'a@' + 'x' * 64 + '.org', 'dots': 'a@example..org',
               'newline': 'a\n@b.org',
               'long': 'a' * 5000 + '@example.org', 'long-domain': 'a@' + 'x.' * 200 + 'org',
               'not-utf8': os.fsdecode(b'\xff@example.org')}
        words = {'not-utf8': ['UTF-8']}
        for name, address in bad.items():
            for verb in (['owner-name'], ['lookup'], ['record', '--cert', CERTIFICATE], ['keygen']):
                with self.subTest(name, verb=verb[0]):
                    self.refused(PROGRAM, [*verb, address], USAGE, *words.get(name, []))

    def test_one_bad_address_of_many(self):
        self.refused(PROGRAM, ['lookup', 'a@example.org', 'nobody', 'b@example.org'], USAGE,
                     'nobody')
        self.refused(PROGRAM, ['encrypt', '--recipient', 'nobody', MESSAGE], USAGE, 'nobody')

    def test_too_many_addresses(self):
        addresses = [f'{i}@e.org' for i in range(10_001)]
        self.refused(PROGRAM, ['lookup', *addresses], USAGE, '10000')


class Json(bad_input.BadInputCase):
    """With --json there is an object on standard output whatever fails, and the line besides."""

    ROWS = {
        'unknown-verb': (['frobnicate'], USAGE, 'request-malformed'),
        'unknown-option': (['verify', '--frobnicate'], USAGE, 'request-malformed'),
        'argument-missing': (['keygen'], USAGE, 'request-malformed'),
        'time': (['--time', 'yesterday', 'keys'], USAGE, 'request-malformed'),
        'address': (['lookup', 'nobody'], USAGE, 'address-malformed'),
        'no-output': (['sign', 'MESSAGE'], USAGE, 'request-malformed'),
        'output-to-stdout': (['sign', '--output', '-', 'MESSAGE'], USAGE, 'request-malformed'),
        'export-to-stdout': (['export', messages.ALICE, '-', '--certificate-only'], USAGE,
                             'request-malformed'),
        'file': (['verify', '/nonexistent'], UNKNOWN, 'file-refused'),
        'certificate-file': (['verify', '--cert', '/nonexistent', 'MESSAGE'], UNKNOWN,
                             'file-refused'),
        'trust-anchor': (['--trust-anchor', 'MESSAGE', 'lookup', 'a@example.org'], UNKNOWN,
                         'trust-anchor-unusable'),
        'password-file': (['--password-file', '/nonexistent', 'keys'], UNKNOWN, 'file-refused'),
        'no-key': (['delete', 'nobody@example.org'], DOES_NOT_HOLD, 'key-not-found'),
    }

    def test_rows(self):
        online = Program(PROGRAM.folder, options=[])
        for name, (arguments, code, fault) in self.ROWS.items():
            for options in (['--json', *arguments], [*arguments, '--json']):
                with self.subTest(name, first=options[0]):
                    result = online.run(*[MESSAGE if a == 'MESSAGE' else a for a in options])
                    self.check_line(result, code)
                    self.assertEqual(list(result.json), ['error'], result)
                    error = result.json['error']
                    self.assertEqual((error['code'], f'dane-smime: {error["message"]}\n'),
                                     (fault, result.stderr))


class Records(bad_input.BadInputCase):
    """Record data in every form that people hand in."""

    BAD = ['', '3', '3 0', '3 0 0 zz', '3 0 0 abc', '256 0 0 00', '-1 0 0 00', 'a b c d',
           '3 0 1x 00',
           '\\#', '\\# 1', '\\# 1 03', '\\# 0', '\\# 2 0300', '\\# 9 0300', '\\# 65536 00',
           '\\# x 00',
           '\\# 4 03 00 00', '3 0 0 ( 00', '3 0 0 00 )', 'example.org. IN A 127.0.0.1',
           'example.org. IN SMIMEA 3', '3 0 0 0\x1b0']

    def test_rdata(self):
        for text in self.BAD:
            with self.subTest(rdata=text[:30].replace('\x1b', 'ESC')):
                self.refused(PROGRAM, ['record', '--rdata', text, 'a@example.org'], USAGE)

    def test_useless_data(self):
        """They are converted, and said to be of no use."""
        for text, words in {'3 0 0': 'data are wanted', '3 0 1 abcd': 'a SHA-256 has 32',
                            '9 0 0 00': 'usage is 0 to 3', '3 0 0 abcd': 'no certificate'}.items():
            with self.subTest(text):
                result = PROGRAM.run('record', '--rdata', text, 'a@example.org')
                self.assertEqual(result.code, HOLDS, result)
                self.assertIn(text, result.text)
                self.assertIn(words, result.stderr)


class Files(bad_input.BadInputCase):
    """Files that are not there, not files, or not what they should be."""

    READERS = {'message': ['verify', 'FILE'], 'sign': ['sign', 'FILE'], 'cert': ['cert', 'FILE'],
               'import': ['import', 'FILE'], 'pin': ['verify', '--cert', 'FILE', 'MESSAGE'],
               'authority': ['verify', '--ca', 'FILE', 'MESSAGE'],
               'crl': ['verify', '--crl', 'FILE', 'MESSAGE'],
               'content': ['verify', '--content', 'FILE', 'MESSAGE'],
               'recipient': ['encrypt', '--cert', 'FILE', 'MESSAGE'],
               'key': ['decrypt', '--key', 'FILE', 'ENCRYPTED'],
               'record': ['record', '--cert', 'FILE'],
               'key-password': ['decrypt', '--key', 'CERT', '--key-password-file', 'FILE',
                                'ENCRYPTED'],
               'import-password': ['import', 'CERT', '--import-password-file', 'FILE'],
               'export-password': ['export', 'alice@example.org', 'x.p12', '--export-password-file',
                                   'FILE'],
               'new-password': ['password', '--new-password-file', 'FILE'],
               'store-password': ['--password-file', 'FILE', 'keys']}
    # what reads certificates, and what reads keys
    CERTIFICATES = ['cert', 'pin', 'authority', 'recipient', 'record']
    KEYS = ['import', 'key']

    def _arguments(self, row, name):
        files = {'FILE': name, 'MESSAGE': MESSAGE, 'ENCRYPTED': ENCRYPTED, 'CERT': CERTIFICATE}
        return [files.get(a, a) for a in self.READERS[row]]

    def test_missing(self):
        for row in self.READERS:
            with self.subTest(row):
                self.refused(PROGRAM, self._arguments(row, bad_input.path('nowhere')), UNKNOWN,
                             'nowhere')

    def test_folder(self):
        for row in self.READERS:
            with self.subTest(row):
                self.refused(PROGRAM, self._arguments(row, PROGRAM.folder), UNKNOWN, PROGRAM.folder)

    def test_empty(self):
        empty = bad_input.write('empty', b'')
        for row in [*self.CERTIFICATES, *self.KEYS, 'crl']:
            with self.subTest(row):
                self.refused(PROGRAM, self._arguments(row, empty), UNKNOWN, empty)

    def _rubbish(self):
        with open(CERTIFICATE, 'rb') as file:
            der = file.read()
        long = b'\x30\x83\x0f\x42\x40' + b'\x04' * 1_000_000
        return {'text': b'this is no certificate\n', 'zeros': bytes(1000), 'cut': der[:-20],
                'cut-short': der[:30], 'one-octet': b'0', 'indefinite': b'\x30\x80' * 10_000,
                'a-megabyte': long, 'a-megabyte-of-pem': b'-----BEGIN CERTIFICATE-----\n'
                + base64.encodebytes(long) + b'-----END CERTIFICATE-----\n',
                'pem-without-end': b'-----BEGIN CERTIFICATE-----\n' + base64.encodebytes(der),
                'pem-of-rubbish': b'-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
                'length-lie': der[:2] + b'\xff\xff' + der[4:]}

    def test_rubbish(self):
        for name, octets in self._rubbish().items():
            file = bad_input.write(f'rubbish.{name}', octets)
            for row in [*self.CERTIFICATES, *self.KEYS, 'crl']:
                with self.subTest(name, reader=row):
                    self.refused(PROGRAM, self._arguments(row, file), UNKNOWN, file, seconds=10)

    def test_oversized(self):
        file = bad_input.write('oversized', bytes(17 << 20))
        for row in [*self.CERTIFICATES, *self.KEYS]:
            with self.subTest(row):
                self.refused(PROGRAM, self._arguments(row, file), UNKNOWN, file)

    def test_endless(self):
        """A device that never ends is left at the limit."""
        for row in ('cert', 'import', 'store-password'):
            with self.subTest(row):
                self.refused(PROGRAM, self._arguments(row, '/dev/zero'), UNKNOWN, '/dev/zero',
                             seconds=20)


class KeyFiles(bad_input.BadInputCase):
    @classmethod
    def setUpClass(cls):
        cls.key = openssl.new_key(bad_input.path('some.key'))
        cls.certificate = openssl.self_signed(bad_input.path('some.pem'), cls.key, '/CN=x',
                                              ['subjectAltName=email:x@example.org'])
        cls.p12 = bad_input.path('some.p12')
        openssl.run('pkcs12', '-export', '-in', cls.certificate, '-inkey', cls.key, '-out', cls.p12,
                    '-passout', 'pass:correct horse')
        cls.wrong = bad_input.write('wrong-password', b'battery staple\n')

    def _both(self, file, *words, password=None, code=UNKNOWN):
        imports, keys = ['import', file], ['decrypt', '--key', file, ENCRYPTED]
        if password:
            imports += ['--import-password-file', password]
            keys += ['--key-password-file', password]
        for arguments in (imports, keys):
            with self.subTest(verb=arguments[0]):
                result = self.refused(PROGRAM, arguments, code, *words)
                for secret in ('battery staple', 'correct horse'):
                    self.assertNotIn(secret, result.stderr)

    def test_wrong_password(self):
        self._both(self.p12, 'password', self.p12, password=self.wrong)

    def test_no_password(self):
        self._both(self.p12, 'password', self.p12)

    def test_password_not_utf8(self):
        self._both(self.p12, 'UTF-8', password=bad_input.write('latin1', b'caf\xe9\n'))

    def test_pkcs12_cut(self):
        with open(self.p12, 'rb') as file:
            whole = file.read()
        password = bad_input.write('right-password', b'correct horse\n')
        for n_octets in (10, 100, len(whole) // 2, len(whole) - 1):
            with self.subTest(octets=n_octets):
                self._both(bad_input.write('cut.p12', whole[:n_octets]), 'cut.p12',
                           password=password)

    def test_pkcs12_changed(self):
        """The MAC of the file finds it (RFC 7292 §5.1)."""
        with open(self.p12, 'rb') as file:
            whole = bytearray(file.read())
        whole[len(whole) // 2] ^= 1
        password = bad_input.write('right-password', b'correct horse\n')
        self._both(bad_input.write('changed.p12', bytes(whole)), 'changed.p12', password=password)

    def test_iterations_without_end(self):
        """A file may not make the program count for hours."""
        with open(self.p12, 'rb') as file:
            whole = file.read()
        count = b'\x02\x02\x08\x00'  # openssl's 2048
        self.assertIn(count, whole)
        # a number of the same length in the file: the lengths around it stay right
        changed = whole.replace(count, b'\x02\x02\x7f\xff')
        password = bad_input.write('right-password', b'correct horse\n')
        self._both(bad_input.write('slow.p12', changed), password=password)

    def test_certificate_without_key(self):
        """A certificate for a key of the store would be kept; here is none."""
        self.refused(PROGRAM, ['import', self.certificate], DOES_NOT_HOLD, 'none of')
        self.refused(PROGRAM, ['decrypt', '--key', self.certificate, ENCRYPTED], UNKNOWN,
                     self.certificate)

    def test_key_without_certificate(self):
        self._both(self.key, self.key)

    def test_key_of_another_certificate(self):
        other = openssl.new_key(bad_input.path('other.key'))
        with open(self.certificate, 'rb') as one, open(other, 'rb') as two:
            file = bad_input.write('mixed.pem', one.read() + two.read())
        self._both(file, file)

    def test_small_rsa_key(self):
        key = openssl.new_key(bad_input.path('small.key'), 'rsa:512')
        certificate = openssl.self_signed(bad_input.path('small.pem'), key, '/CN=x',
                                          ['subjectAltName=email:x@example.org'])
        message = messages.shapes()['plain']
        self.refused(PROGRAM, ['encrypt', '--cert', certificate], UNKNOWN, 'rsa-512', stdin=message)


class Dns(bad_input.BadInputCase):
    def _lookup(self, *options):
        return [*options, 'lookup', 'alice@example.org']

    def setUp(self):
        self.online = Program(PROGRAM.folder, options=[])

    def test_trust_anchor(self):
        files = {'empty': b'', 'garbage': b'this is no key\n', 'binary': bytes(range(256)),
                 'other-owner': b'example.org. IN DS 1 8 2 ' + b'00' * 32 + b'\n',
                 'comment': b'; none\n',
                 'short-ds': b'. IN DS 20326 8 2 E06D\n', 'nul': b'. IN DS\0 20326 8 2 00\n',
                 'long': b'; comment\n' * 100_000, 'broken-base64': b'. IN DNSKEY 257 3 8 !!!!\n'}
        for name, octets in files.items():
            with self.subTest(name):
                file = bad_input.write(f'anchor.{name}', octets)
                self.refused(self.online, self._lookup('--trust-anchor', file), UNKNOWN, file)

    def test_trust_anchor_not_there(self):
        for file in (bad_input.path('nowhere'), bad_input.folder):
            with self.subTest(file=os.path.basename(file)):
                self.refused(self.online, self._lookup('--trust-anchor', file), UNKNOWN, file)

    def test_name_server_is_no_address(self):
        anchor = bad_input.write('root.ds', b'. IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D084'
                                 b'58E880409BBC683457104237C7F8EC8D\n')
        for server in ('nowhere.example', '', '127.0.0.1@', '127.0.0.1@99999', '127.0.0.1@x', '@53',
                       '300.1.1.1', '::1::2', '127.0.0.1:53', '127.0.0.1 '):
            with self.subTest(server=server):
                lookup = self._lookup('--trust-anchor', anchor, '--dns-server', server)
                result = self.online.run(*lookup)
                self.check_line(result, USAGE, server.partition('@')[0])


if __name__ == '__main__':
    tap.main()
