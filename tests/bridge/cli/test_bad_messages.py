#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Messages that are broken, hostile or too large: one clear line, no output, no crash, no hang."""

import base64

import bad_input  # first: it puts the support modules on the path
import messages
import openssl
import tap
from program import DOES_NOT_HOLD, HOLDS, UNKNOWN

PROGRAM = None
CERTIFICATE = None
# each verb that reads a message, with what it needs
VERBS = {'classify': (), 'addresses': (), 'verify': (), 'read': (), 'decrypt': (), 'sign': (),
         'encrypt': ('--cert', 'alice')}
TOP = messages.head().encode()


def setUpModule():
    global PROGRAM, CERTIFICATE
    PROGRAM = bad_input.new_program('store')
    CERTIFICATE = PROGRAM.keygen(messages.ALICE)


def tearDownModule():
    bad_input.remove_folder()


def arguments(verb):
    return [verb, *(CERTIFICATE if word == 'alice' else word for word in VERBS[verb])]


def nested(depth):
    """Multiparts one inside another."""
    lines = []
    for level in range(depth):
        lines.append(f'Content-Type: multipart/mixed; boundary="b{level}"\n\n--b{level}\n')
    lines.append('Content-Type: text/plain\n\ninnermost\n')
    lines += [f'--b{level}--\n' for level in reversed(range(depth))]
    return TOP + ''.join(lines).encode()


def pkcs7_mime(body, kind='enveloped-data'):
    """An application/pkcs7-mime message with such a body."""
    return TOP + (f'Content-Type: application/pkcs7-mime; smime-type={kind}; name="smime.p7m"\n'
                  'Content-Transfer-Encoding: base64\n\n').encode() + body


class Broken(bad_input.BadInputCase):
    def _all_verbs(self, message, *words, code=UNKNOWN, verbs=VERBS, seconds=60):
        name = bad_input.write('message.eml', message)
        for verb in verbs:
            with self.subTest(verb=verb):
                output = bad_input.path('out.eml')
                self.refused(PROGRAM, ['-o', output, *arguments(verb), name], code, 'message.eml',
                             *words, seconds=seconds)

    def test_empty_file(self):
        self._all_verbs(b'', 'empty')

    def test_no_header_end(self):
        self._all_verbs(b'From: alice@example.org\nSubject: no empty line', 'header')

    def test_binary_rubbish(self):
        self._all_verbs(bytes(range(256)) * 64, verbs=[v for v in VERBS if v != 'classify'])

    def test_standard_input(self):
        for verb in VERBS:
            with self.subTest(verb=verb):
                self.refused(PROGRAM, arguments(verb), UNKNOWN, 'standard input', 'empty')

    def test_huge_header(self):
        """100 MB in one field, and in many."""
        for name, filler in (('one field', b'X' * 1000), ('many fields', b'\nX: ' + b'y' * 996)):
            header = b'From: alice@example.org\nX-Long: ' + filler * 100_000 + b'\n\nbody\n'
            with self.subTest(name):
                self._all_verbs(header, 'header', verbs=['classify', 'read'], seconds=20)

    def test_deep_nesting(self):
        for depth in (100, 10_000):
            with self.subTest(depth=depth):
                self._all_verbs(nested(depth), seconds=20)

    def test_many_parts(self):
        parts = b'--cut\n\nx\n' * 10_001
        message = TOP + b'Content-Type: multipart/mixed; boundary=cut\n\n' + parts + b'--cut--\n'
        self._all_verbs(message, seconds=20)

    def test_multipart_without_boundary(self):
        for kind in ('mixed', 'signed; protocol="application/pkcs7-signature"'):
            with self.subTest(kind=kind):
                message = TOP + f'Content-Type: multipart/{kind}\n\nbody\n'.encode()
                result = PROGRAM.run('verify', stdin=message)
                self.assertIn(result.code, (DOES_NOT_HOLD, UNKNOWN), result)
                self.assertLessEqual(result.stderr.count('\n'), 1, result)


class BrokenCms(bad_input.BadInputCase):
    """The envelope is whole; what is in it is not."""

    @classmethod
    def setUpClass(cls):
        message = messages.shapes()['plain']
        cls.encrypted = PROGRAM.succeed('encrypt', '--cert', CERTIFICATE, stdin=message).stdout
        cls.signed = PROGRAM.succeed('sign', '--opaque', stdin=message).stdout
        cls.detached = PROGRAM.succeed('sign', stdin=message).stdout

    def test_base64_that_breaks_off(self):
        whole = base64.encodebytes(messages.cms_of(self.encrypted))
        for n_octets in (3, 77, len(whole) // 2, len(whole) - 30, len(whole) - 3):
            with self.subTest(octets=n_octets):
                text = whole[:n_octets]
                name = bad_input.write('cut.eml', pkcs7_mime(text))
                for verb in ('decrypt', 'read'):
                    self.refused(PROGRAM, ['-o', bad_input.path('out'), verb, name], UNKNOWN,
                                 'cut.eml')

    def test_foreign_characters(self):
        text = b'!!!! this is no base64 ????\n'
        self.refused(PROGRAM, ['decrypt'], UNKNOWN, stdin=pkcs7_mime(text))

    def test_cms_cut_anywhere(self):
        whole = messages.cms_of(self.encrypted)
        for n_octets in range(0, len(whole), max(1, len(whole) // 40)):
            with self.subTest(octets=n_octets):
                message = pkcs7_mime(base64.encodebytes(whole[:n_octets]))
                self.refused(PROGRAM, ['decrypt'], UNKNOWN, stdin=message)

    def test_signature_cut_anywhere(self):
        whole = messages.cms_of(self.signed)
        for n_octets in range(0, len(whole), max(1, len(whole) // 40)):
            with self.subTest(octets=n_octets):
                message = pkcs7_mime(base64.encodebytes(whole[:n_octets]), 'signed-data')
                result = PROGRAM.run('verify', '--cert', CERTIFICATE, stdin=message)
                self.assertIn(result.code, (DOES_NOT_HOLD, UNKNOWN), result)
                self.assertLessEqual(result.stderr.count('\n'), 1, result)
                self.assertNotIn('verified: ', result.text)

    def test_octets_changed(self):
        """No change of one octet is released as if it were the message."""
        whole = messages.cms_of(PROGRAM.succeed('encrypt', '--cert', CERTIFICATE, '--cipher',
                                                'aes-256-gcm', stdin=self.detached).stdout)
        for at in range(0, len(whole), max(1, len(whole) // 60)):
            with self.subTest(at=at):
                changed = whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1:]
                message = pkcs7_mime(base64.encodebytes(changed), 'authEnveloped-data')
                result = PROGRAM.run('decrypt', stdin=message)
                if result.code == HOLDS:  # a name or an attribute that nobody asks for
                    self.assertIn(b'hello', result.stdout)
                else:
                    self.assertIn(result.code, (DOES_NOT_HOLD, UNKNOWN))
                    self.check_line(result, result.code)
                    self.assertEqual(result.stdout, b'')

    def test_bare_rubbish(self):
        for name, octets in (('der', b'\x30\x82\xff\xff' + b'\0' * 100),
                             ('pem', b'-----BEGIN CMS-----\nAAAA\n-----END CMS-----\n'),
                             ('indefinite', b'\x30\x80' * 5000), ('base64', b'MIIFNgYJKoZI\n')):
            with self.subTest(name):
                for verb in ('decrypt', 'verify'):
                    self.refused(PROGRAM, [verb], UNKNOWN, stdin=octets)

    def test_a_million_of_nothing(self):
        """A long run of zeros that claims to be compressed away, inside of a good frame."""
        message = pkcs7_mime(b'A' * 76 * 20_000, 'compressed-data')
        result = PROGRAM.run('read', stdin=message, timeout=20)
        self.assertIn(result.code, (HOLDS, DOES_NOT_HOLD, UNKNOWN), result)

    def test_not_protected(self):
        self.refused(PROGRAM, ['decrypt'], DOES_NOT_HOLD, stdin=messages.shapes()['plain'])

    def test_for_somebody_else(self):
        other = bad_input.new_program('other')
        other.keygen('other@example.org')
        self.refused(other, ['-o', bad_input.path('out'), 'decrypt'], DOES_NOT_HOLD,
                     stdin=self.encrypted)


class Addresses(bad_input.BadInputCase):
    BAD = {'without-at': b'nobody', 'two-at': b'a@b@example.org', 'nul': b'al\0ice@example.org',
           'nul-in-name': b'"A\0B" <alice@example.org>', 'empty': b'',
           'controls': b'a\x1b[31m@example.org',
           'open-quote': b'"alice@example.org', 'long': b'a' * 2000 + b'@example.org',
           'bad-domain': b'alice@-..example', 'not-utf8': b'\xff\xfe@example.org'}

    def test_in_from(self):
        for name, address in self.BAD.items():
            message = b'From: ' + address + b'\nTo: alice@example.org\n\nhello\n'
            for verb in ('sign', 'addresses', 'verify'):
                with self.subTest(name, verb=verb):
                    result = PROGRAM.run(verb, stdin=message)
                    self.assertLessEqual(result.stderr.count('\n'), 1, result)
                    # what "sign" writes is a message, not a text for the terminal
                    shown = result.stderr + ('' if verb == 'sign' else result.text)
                    self.assertNotIn('\x1b', shown)
                    self.assertNotIn('\0', shown)
                    if verb == 'sign' and name != 'nul-in-name':
                        self.assertIn(result.code, (DOES_NOT_HOLD, UNKNOWN), result)
                        self.assertEqual(result.stdout, b'')
                        self.check_line(result, result.code)

    def test_in_to(self):
        """Nobody is left out of the recipients in silence."""
        for name, address in self.BAD.items():
            if name in ('empty', 'nul-in-name'):
                continue
            with self.subTest(name):
                message = (b'From: alice@example.org\nTo: alice@example.org, ' + address
                           + b'\n\nhello\n')
                result = PROGRAM.run('encrypt', stdin=message)
                self.assertIn(result.code, (DOES_NOT_HOLD, UNKNOWN), result)
                self.check_line(result, result.code)
                self.assertEqual(result.stdout, b'')

    def test_no_author_no_recipient(self):
        self.refused(PROGRAM, ['sign'], DOES_NOT_HOLD, 'From', stdin=b'To: a@example.org\n\nx\n')
        self.refused(PROGRAM, ['encrypt'], DOES_NOT_HOLD, 'recipients',
                     stdin=b'From: alice@example.org\n\nx\n')

    def test_huge_number_of_recipients(self):
        for n_recipients in (5_000, 20_000):
            with self.subTest(recipients=n_recipients):
                to = ',\n '.join(f'user{i}@example.org' for i in range(n_recipients))
                message = f'From: alice@example.org\nTo: {to}\n\nhello\n'.encode()
                result = PROGRAM.run('encrypt', stdin=message, timeout=30)
                self.check_line(result, UNKNOWN)
                self.assertEqual(result.stdout, b'')

    def test_encrypt_to_very_many_certificates(self):
        options = ['--no-legacy-display'] + ['--cert', CERTIFICATE] * 1000
        message = PROGRAM.succeed('encrypt', *options, stdin=messages.shapes()['plain']).stdout
        inner = PROGRAM.succeed('decrypt', stdin=message).stdout
        self.assertEqual(messages.content(inner), messages.content(messages.shapes()['plain']))


class OthersMessages(bad_input.BadInputCase):
    def test_texts_from_outside_move_no_cursor(self):
        key = openssl.new_key(bad_input.path('esc.key'))
        certificate = openssl.self_signed(bad_input.path('esc.pem'), key,
                                          '/CN=\x1b[2Jverified: \u202enobody',
                                          ['subjectAltName=email:a@b.cd'], options=['-utf8'])
        signed = openssl.run('cms', '-sign', '-signer', certificate, '-inkey', key, '-from',
                             '\x1b[31mred\x07 <a@b.cd>', stdin=b'Content-Type: text/plain\n\nx\n')
        for arguments_ in (['verify', '--cert', certificate], ['cert', certificate], ['addresses']):
            with self.subTest(verb=arguments_[0]):
                result = PROGRAM.run(*arguments_, stdin=signed)
                for character in '\x1b\x07\u202e':
                    self.assertNotIn(character, result.text + result.stderr)


if __name__ == '__main__':
    tap.main()
