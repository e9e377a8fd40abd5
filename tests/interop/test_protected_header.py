#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Protected header fields (RFC 9788) as they are read: messages that openssl signed and encrypted,
of every form, honest and not, and what "read" says and shows of them."""

import base64
import email
import quopri
import unittest

import interop  # first: it puts the support modules on the path
import openssl
import tap
from program import DOES_NOT_HOLD, UNKNOWN

NAMES = {'From': 'Alice <alice@example.org>', 'To': 'Bob <bob@example.org>',
         'Date': 'Sat, 21 Nov 2026 12:00:00 +0000', 'Message-ID': '<1@example.org>'}
SECRET, DOTS = 'Rent for April', '[...]'
INSIDE = {**NAMES, 'Subject': SECRET}
OUTSIDE = {**NAMES, 'Subject': DOTS}
STATES = ('unprotected', 'signed-only', 'encrypted-only', 'signed-and-encrypted')
UNPROTECTED, SIGNED, ENCRYPTED, BOTH = STATES
PLAIN = 'text/plain; charset=utf-8'
LINES = f'Subject: {SECRET}\n\n'
DIV = f'<div class="header-protection-legacy-display"><pre>Subject: {SECRET}</pre></div>'

PROGRAM = None
ROOT = ALICE = BOB = MALLORY = UMLAUT = None


def setUpModule():
    global PROGRAM, ROOT, ALICE, BOB, MALLORY, UMLAUT
    PROGRAM = interop.new_program()
    ROOT = interop.Person('root', 'ec:P-256', None, ('basicConstraints=critical,CA:TRUE',
                                                     'keyUsage=critical,keyCertSign,cRLSign'))
    ALICE = interop.Person('alice', issuer=ROOT)
    BOB = interop.Person('bob', 'rsa:2048', 'bob@example.org')
    MALLORY = interop.Person('mallory', 'ec:P-256', 'mallory@example.net', issuer=ROOT)
    UMLAUT = interop.Person('umlaut', 'ec:P-256', 'BOB@xn--bcher-kva.example', issuer=ROOT)


def tearDownModule():
    interop.remove_folder()


def lines(fields):
    pairs = fields.items() if isinstance(fields, dict) else fields
    return ''.join(f'{name}: {value}\n' for name, value in pairs)


def entity(content_type=PLAIN, body='hello\n', fields=(), more=''):
    """A payload: header fields, Content-Type, body."""
    return f'{lines(fields)}Content-Type: {content_type}\n{more}\n{body}'.encode()


def crlf(octets):
    return octets.replace(b'\r\n', b'\n').replace(b'\n', b'\r\n')


def without_version(octets):
    return octets.replace(b'MIME-Version: 1.0\n', b'', 1)


def signed(payload, person=None, *options):
    person = person or ALICE
    return without_version(openssl.run(
        'cms', '-sign', '-binary', '-signer', person.certificate, '-inkey', person.key, *options,
        stdin=crlf(payload)))


def opaque(payload, person=None):
    return signed(payload, person, '-nodetach')


def encrypted(payload):
    return without_version(openssl.run('cms', '-encrypt', '-aes256', '-binary', '-recip',
                                       BOB.certificate, stdin=crlf(payload)))


def message(protected, fields=OUTSIDE):
    return lines(fields).encode() + b'MIME-Version: 1.0\n' + protected


def hp_outer(fields=OUTSIDE):
    return [('HP-Outer', f'{name}: {value}') for name, value in fields.items()]


def cipher(body='hello\n', content_type=PLAIN, inside=INSIDE, outer=OUTSIDE, more=''):
    """A payload with hp="cipher"."""
    fields = [*(inside.items() if isinstance(inside, dict) else inside), *hp_outer(outer)]
    return entity(f'{content_type}; hp="cipher"', body, fields, more)


def both(payload, fields=OUTSIDE, person=None):
    return message(encrypted(opaque(payload, person)), fields)


class Reading:
    """What "read" made of a message."""

    def __init__(self, octets, *options):
        output = interop.path('shown.eml')
        self.done = PROGRAM.run('--json', '--output', output, 'read', '--key', BOB.pem, '--ca',
                                ROOT.certificate, *options, stdin=octets)
        if self.done.json is None or 'status' not in self.done.json:
            raise AssertionError(self.done.stderr)
        self.verdict = self.done.json
        self.header = self.verdict['header']
        self.shown = interop.read(output)
        self.mail = email.message_from_bytes(self.shown)

    @property
    def states(self):
        return {field['name']: field['state'] for field in self.header['fields']}

    def outer(self, name):
        return [field['outer'] for field in self.header['fields'] if field['name'] == name]


class Forms(unittest.TestCase):
    """Rows 1 to 4: what is protected, and how."""

    def test_no_header_protection(self):
        for octets in (message(signed(entity())), message(opaque(entity())),
                       both(entity()), message(encrypted(entity()))):
            reading = Reading(octets)
            self.assertIsNone(reading.header['form'])
            self.assertEqual(reading.header['fields'], [])
            self.assertEqual(sorted(reading.header['unprotected']), sorted(OUTSIDE))
            self.assertEqual(reading.header['from']['shown'], 'outer')
            self.assertFalse(reading.header['from']['mismatch'])
            self.assertEqual(reading.mail['Subject'], DOTS)

    def test_no_protection(self):
        reading = Reading(message(entity(f'{PLAIN}; hp="clear"')))
        self.assertIsNone(reading.header)

    def test_signed(self):
        parts = '--x\nContent-Type: text/plain\n\nhello\n--x--\n'
        for payload in (entity(f'{PLAIN}; hp="clear"', fields=INSIDE),
                        entity('multipart/mixed; boundary=x; hp=clear', parts, INSIDE)):
            for make in (signed, opaque):
                reading = Reading(message(make(payload)))
                self.assertEqual(reading.header['form'], 'hp-clear')
                self.assertEqual(reading.verdict['status'], 'verified')
                self.assertEqual(reading.states, dict.fromkeys(INSIDE, SIGNED))
                self.assertEqual(reading.outer('Subject'), [SECRET])
                self.assertEqual(reading.mail.get_all('Subject'), [SECRET])

    def test_baseline(self):
        reading = Reading(both(cipher()))
        self.assertEqual(reading.header['form'], 'hp-cipher')
        self.assertEqual(reading.states, {**dict.fromkeys(NAMES, SIGNED), 'Subject': BOTH})
        self.assertEqual(reading.outer('Subject'), [DOTS])
        self.assertEqual(reading.mail.get_all('Subject'), [SECRET])
        self.assertNotIn('HP-Outer', reading.mail)
        self.assertEqual(reading.header['unprotected'], [])

    def test_shy(self):
        outer = {**OUTSIDE, 'From': 'alice@example.org', 'To': 'bob@example.org',
                 'Date': 'Sat, 21 Nov 2026 12:00:00 +0000'}
        inside = {**INSIDE, 'Date': 'Sat, 21 Nov 2026 07:00:00 -0500'}
        reading = Reading(both(cipher(inside=inside, outer=outer), outer))
        self.assertEqual(reading.states, {**dict.fromkeys(INSIDE, BOTH), 'Message-ID': SIGNED})
        self.assertEqual(reading.mail['Date'], inside['Date'])
        self.assertFalse(reading.header['from']['mismatch'])

    def test_removed(self):
        """No HP-Outer at all: it was removed, and not just changed."""
        reading = Reading(both(cipher(inside={**INSIDE, 'Keywords': 'money'})))
        self.assertEqual(reading.states['Keywords'], BOTH)
        self.assertEqual(reading.outer('Keywords'), [None])

    def test_encrypted_alone(self):
        reading = Reading(message(encrypted(cipher())))
        self.assertEqual(reading.states, {**dict.fromkeys(NAMES, UNPROTECTED),
                                          'Subject': ENCRYPTED})
        self.assertEqual(reading.mail['Subject'], SECRET)

    def test_folds_and_words(self):
        """Folding is not part of a value; encoded words are decoded beside it."""
        payload = (b'Subject: =?utf-8?q?Caf=C3=A9?=\n' + lines(NAMES).encode() +
                   b'HP-Outer:\n Message-ID: <1@example.org>\nHP-Outer: from:Alice\n'
                   b' <alice@example.org>\nContent-Type: text/plain; hp="cipher"\n\nhello\n')
        reading = Reading(both(payload))
        self.assertEqual(reading.states['Message-ID'], SIGNED)
        self.assertEqual(reading.states['From'], SIGNED)
        field = reading.header['fields'][0]
        self.assertEqual((field['value'], field['text']), ('=?utf-8?q?Caf=C3=A9?=', 'Café'))

    def test_closed(self):
        """What can't be decrypted, or is not to be, has no protected header fields (§4.7)."""
        octets = both(cipher())
        verdict = PROGRAM.run('--json', 'verify', stdin=octets).json
        self.assertIsNone(verdict['header']['form'])
        self.assertEqual(verdict['header']['fields'], [])
        self.assertIn('header fields inside the envelope', PROGRAM.run('verify', stdin=octets).text)
        done = PROGRAM.run('--json', 'read', '--key', ALICE.pem, stdin=octets)
        self.assertEqual(done.code, DOES_NOT_HOLD)
        verdict = PROGRAM.run('--json', 'verify', '--ca', ROOT.certificate, stdin=message(
            signed(entity(f'{PLAIN}; hp="clear"', fields=INSIDE)))).json
        self.assertEqual(verdict['header']['form'], 'hp-clear')
        self.assertEqual(verdict['status'], 'verified')

    def test_decrypt(self):
        """Of what is encrypted alone "decrypt" shows the fields, too; signatures stay."""
        way = {**OUTSIDE, 'Cc': 'mallory@example.net', 'Received': 'by x; Sat'}
        octets = message(encrypted(cipher(LINES + 'hello\n', LegacyDisplay.MARKED)), way)
        done = PROGRAM.run('decrypt', '--key', BOB.pem, stdin=octets)
        mail = email.message_from_bytes(done.stdout)
        self.assertEqual(mail.get_all('Subject'), [SECRET])
        self.assertEqual(mail.keys(), ['Received', *NAMES, 'Subject', 'Content-Type',
                                       'MIME-Version'])
        self.assertEqual(mail.get_payload(), 'hello\r\n')
        done = PROGRAM.run('decrypt', '--key', BOB.pem,
                           stdin=message(encrypted(signed(cipher()))))
        mail = email.message_from_bytes(done.stdout)
        self.assertEqual(mail.get_content_type(), 'multipart/signed')
        self.assertEqual(mail.get_all('Subject'), [DOTS])

    def test_entity(self):
        reading = Reading(both(cipher()), '--entity')
        self.assertEqual(reading.mail.keys(), ['Content-Type'])
        self.assertTrue(reading.shown.endswith(b'\r\n\r\nhello\r\n'))


class LegacyDisplay(unittest.TestCase):
    """Row 5: what repeats hidden fields in the body."""

    MARKED = f'{PLAIN}; hp-legacy-display="1"'
    HTML = 'text/html; charset=utf-8; hp-legacy-display=1'

    def body(self, body, content_type=MARKED, more=''):
        reading = Reading(both(cipher(body, content_type, more=more)))
        return reading.header['legacy_display'], reading.mail.get_payload(decode=True)

    def test_plain(self):
        self.assertEqual(self.body(LINES + 'hello\n'), (True, b'hello\r\n'))

    def test_plain_encodings(self):
        text = (LINES + 'h\xe9llo\n').encode('utf-8')
        for name, encoded in (('base64', base64.encodebytes(text)),
                              ('quoted-printable', quopri.encodestring(text))):
            shown, body = self.body(encoded.decode(), more=f'Content-Transfer-Encoding: {name}\n')
            self.assertTrue(shown)
            self.assertEqual(body.replace(b'\r\n', b'\n').strip(), 'h\xe9llo'.encode())

    def test_html(self):
        page = f'<html><head><title>{DIV}</title></head><body>{DIV}<p>hello</body></html>\n'
        shown, body = self.body(page, self.HTML)
        self.assertTrue(shown)
        self.assertEqual(body.count(b'Subject'), 1, 'the one in the title is no element')
        self.assertIn(b'<body><p>hello', body)

    def test_parts(self):
        """Each part that says so, and no other."""
        body = '\n'.join(('--x', 'Content-Type: multipart/alternative; boundary=y', '',
                          '--y', f'Content-Type: {self.MARKED}', '', LINES + 'plain',
                          '--y', f'Content-Type: {self.HTML}', '', f'<body>{DIV}html</body>',
                          '--y--', '--x', f'Content-Type: {self.MARKED}',
                          'Content-Disposition: attachment', '', LINES + 'attached',
                          '--x', f'Content-Type: {PLAIN}', '', LINES + 'unmarked', '--x--', ''))
        reading = Reading(both(cipher(body, 'multipart/mixed; boundary=x')))
        texts = [part.get_payload().strip() for part in reading.mail.walk()
                 if not part.is_multipart()]
        subject = LINES.replace('\n', '\r\n')
        self.assertEqual(texts, ['plain', '<body>html</body>', subject + 'attached',
                                 subject + 'unmarked'])
        self.assertEqual(reading.shown.count(b'hp-legacy-display'), 1, 'of the attachment')

    def test_what_is_none(self):
        for body in (f'Subject: {SECRET}\nhello\n', f'Subject: {SECRET}\nhello\n\nmore\n',
                     'Note: pay at once\n\nhello\n', '\nhello\n'):
            shown, text = self.body(body)
            self.assertFalse(shown)
            self.assertEqual(text.replace(b'\r\n', b'\n').decode(), body)
        pay = DIV.replace('<pre>Subject', '<pre>pay at once\nSubject')
        picture = DIV.replace('</pre>', '<img src="cid:x"></pre>')
        for body in (pay, picture, DIV.replace('</div>', ''), f'<!-- {DIV} -->'):
            self.assertFalse(self.body(f'<body>{body}hello</body>\n', self.HTML)[0], body)

    def test_signed_alone(self):
        """Nothing is hidden in what everybody could read."""
        payload = entity(f'{self.MARKED}; hp="clear"', LINES + 'hello\n', INSIDE)
        reading = Reading(message(signed(payload)))
        self.assertFalse(reading.header['legacy_display'])
        self.assertIn(SECRET.encode(), reading.shown.partition(b'\r\n\r\n')[2])

    def test_entity(self):
        reading = Reading(both(cipher(LINES + 'hello\n', self.MARKED)), '--entity')
        self.assertTrue(reading.shown.endswith(b'\r\n\r\nhello\r\n'))

    def test_large(self):
        """The text goes, the attachment behind it comes through whole."""
        attached = base64.encodebytes(bytes(range(256)) * 20000).decode()
        body = (f'--x\nContent-Type: {self.MARKED}\n\n{LINES}hello\n--x\n'
                'Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n'
                f'{attached}--x--\n')
        reading = Reading(both(cipher(body, 'multipart/mixed; boundary=x')))
        text, data = reading.mail.get_payload()
        self.assertEqual(text.get_payload(), 'hello')
        self.assertEqual(data.get_payload(decode=True), bytes(range(256)) * 20000)


class OlderForms(unittest.TestCase):
    """Rows 6, 24 and 25: what is guessed, and never makes a verdict better."""

    @staticmethod
    def wrapped(fields=INSIDE, content_type=PLAIN):
        return entity('message/rfc822', lines(fields) + f'Content-Type: {content_type}\n\nhello\n')

    def test_rfc8551(self):
        reading = Reading(message(signed(self.wrapped()), INSIDE))
        self.assertEqual(reading.header['form'], 'rfc8551')
        self.assertEqual(reading.states, dict.fromkeys(INSIDE, SIGNED))
        self.assertEqual(reading.mail.get_content_type(), 'text/plain')
        reading = Reading(both(self.wrapped()))
        self.assertEqual(reading.states, {**dict.fromkeys(NAMES, SIGNED), 'Subject': BOTH})
        self.assertEqual(reading.mail['Subject'], SECRET)
        self.assertEqual(Reading(both(self.wrapped()), '--entity').mail.get_content_type(),
                         'text/plain')

    def test_forward(self):
        for inside in ({**INSIDE, 'From': 'carol@example.org'},
                       {**INSIDE, 'Message-ID': '<2@example.org>', 'Date': 'Fri, 20 Nov 2026'}):
            reading = Reading(message(signed(self.wrapped(inside))))
            self.assertIsNone(reading.header['form'])
            self.assertEqual(reading.mail.get_content_type(), 'message/rfc822')
            self.assertEqual(reading.mail['Subject'], DOTS)
        inner = self.wrapped(content_type='multipart/signed; boundary=y; '
                                          'protocol="application/pkcs7-signature"')
        self.assertIsNone(Reading(message(signed(inner))).header['form'])
        self.assertIsNone(Reading(message(signed(
            self.wrapped(content_type=f'{PLAIN}; hp=clear')))).header['form'])

    def test_protected_headers(self):
        older = f'{PLAIN}; protected-headers="v1"'
        reading = Reading(both(entity(older, fields=INSIDE)))
        self.assertEqual(reading.header['form'], 'protected-headers')
        self.assertEqual(reading.states, {**dict.fromkeys(NAMES, SIGNED), 'Subject': BOTH})
        reading = Reading(both(cipher(content_type=older)))
        self.assertEqual(reading.header['form'], 'hp-cipher')
        body = ('--x\nContent-Type: text/rfc822-headers; protected-headers="v1"\n\n'
                f'Subject: {SECRET}\n\n--x\nContent-Type: text/plain\n\nhello\n--x--\n')
        older = 'multipart/mixed; boundary=x; protected-headers="v1"'
        reading = Reading(both(entity(older, body, INSIDE)))
        self.assertTrue(reading.header['legacy_display'])
        self.assertEqual([part.get_content_type() for part in reading.mail.get_payload()],
                         ['text/plain'])

    def test_never_better(self):
        """Mallory outside, signed by Alice, who is named inside."""
        outer = {**OUTSIDE, 'From': 'mallory@example.net'}
        reading = Reading(both(entity(f'{PLAIN}; protected-headers="v1"', fields=INSIDE), outer))
        self.assertEqual(reading.verdict['status'], 'unverified')
        self.assertEqual(reading.verdict['author'], 'mallory@example.net')
        self.assertTrue(reading.header['from']['warning'])
        self.assertEqual(reading.mail.get_all('From'), ['mallory@example.net'])


class WhatIsClaimed(unittest.TestCase):
    """Rows 14 to 16: intent, envelope, and fields in the wrong place."""

    def test_cipher_without_encryption(self):
        reading = Reading(message(signed(cipher())))
        self.assertEqual(reading.header['form'], 'hp-cipher')
        self.assertFalse(reading.verdict['encrypted'])
        self.assertEqual(reading.states, dict.fromkeys(INSIDE, SIGNED))

    def test_clear_in_an_envelope(self):
        """Anybody can put one round it (§10.2)."""
        reading = Reading(both(entity(f'{PLAIN}; hp="clear"', fields=INSIDE)))
        self.assertTrue(reading.verdict['encrypted'])
        self.assertEqual(reading.states, dict.fromkeys(INSIDE, SIGNED))
        self.assertEqual(reading.outer('Subject'), [SECRET])

    def test_seen_outside(self):
        """Hidden, says HP-Outer, but it stands there."""
        reading = Reading(both(cipher(), INSIDE))
        self.assertEqual(reading.states['Subject'], SIGNED)
        self.assertEqual(reading.outer('Subject'), [DOTS])

    def test_wrong_places(self):
        planted = {**OUTSIDE, 'HP-Outer': f'Subject: {SECRET}', 'Content-Type-X': 'hp=cipher'}
        reading = Reading(message(encrypted(opaque(entity())), planted))
        self.assertIsNone(reading.header['form'])
        body = f'--x\n{entity(f"{PLAIN}; hp=cipher", fields=INSIDE).decode()}\n--x--\n'
        self.assertIsNone(Reading(both(entity('multipart/mixed; boundary=x', body))).header['form'])
        between = opaque(entity()).replace(b'Content-Type: application/pkcs7-mime;',
                                           lines(INSIDE).encode() +
                                           b'Content-Type: application/pkcs7-mime; hp=cipher;')
        reading = Reading(message(encrypted(between)))
        self.assertIsNone(reading.header['form'])
        self.assertEqual(reading.mail['Subject'], DOTS)

    def test_said_twice(self):
        for content_type in (f'{PLAIN}; hp=clear; hp=cipher', f'{PLAIN}; hp=clear; hp*=\'\'clear',
                             f'{PLAIN}; hp=other', f'{PLAIN}; hp=cipher\nContent-Type: {PLAIN}'):
            self.assertIsNone(Reading(both(entity(content_type, fields=INSIDE))).header['form'])

    def test_changed_on_the_way(self):
        inside = {**INSIDE, 'Cc': 'carol@example.org'}
        said = {**OUTSIDE, 'Cc': 'carol@example.org'}
        way = {**OUTSIDE, 'Reply-To': 'mallory@example.net', 'Received': 'by x; Sat',
               'List-Id': '<l.example.org>', 'X-Mozilla-Status': '0001'}
        reading = Reading(both(cipher(inside=inside, outer=said), way))
        self.assertEqual(reading.states['Cc'], SIGNED)
        self.assertEqual(reading.header['unprotected'],
                         ['Reply-To', 'Received', 'List-Id', 'X-Mozilla-Status'])
        self.assertEqual(reading.mail['Cc'], 'carol@example.org')
        self.assertNotIn('Reply-To', reading.mail)
        for name in ('Received', 'List-Id', 'X-Mozilla-Status'):
            self.assertEqual(reading.mail[name], way[name])
        way = {**OUTSIDE, 'Cc': 'mallory@example.net'}
        reading = Reading(both(cipher(), way))
        self.assertNotIn('Cc', reading.mail)
        self.assertEqual(reading.header['unprotected'], ['Cc'])


class Author(unittest.TestCase):
    """Rows 17 to 20: From inside and outside."""

    def check_from(self, reading, **expected):
        got = reading.header['from']
        self.assertEqual({name: got[name] for name in expected}, expected)

    def test_bound(self):
        outer = {**OUTSIDE, 'From': 'list@example.net'}
        reading = Reading(both(cipher(outer=outer), outer))
        self.check_from(reading, inner='alice@example.org', outer='list@example.net',
                        shown='inner', mismatch=True, warning=False)
        self.assertEqual(reading.verdict['status'], 'verified')
        self.assertEqual(reading.verdict['author'], 'alice@example.org')
        self.assertEqual(reading.mail.get_all('From'), [INSIDE['From']])

    def test_not_bound(self):
        outer = {**OUTSIDE, 'From': 'mallory@example.net'}
        whole = signed(entity(f'{PLAIN}; hp="clear"', fields=INSIDE))
        for octets in (message(encrypted(cipher()), outer),
                       both(cipher(), outer, MALLORY),
                       message(whole.replace(b'hello', b'hullo'), outer)):
            reading = Reading(octets)
            self.check_from(reading, shown='outer', mismatch=True, warning=True,
                            inner='alice@example.org', outer='mallory@example.net')
            self.assertNotEqual(reading.verdict['status'], 'verified')
            self.assertEqual(reading.verdict['author'], 'mallory@example.net')
            self.assertEqual(reading.mail.get_all('From'), ['mallory@example.net'])
            self.assertIn('alice@example.org',
                          [field['value'].partition('<')[2][:-1] for field in
                           reading.header['fields'] if field['name'] == 'From'])

    def test_given_certificate(self):
        """Trusted for whatever it signs, it still binds no other address than its own."""
        outer = {**OUTSIDE, 'From': 'mallory@example.net'}
        reading = Reading(both(cipher(), outer, MALLORY), '--cert', MALLORY.certificate)
        self.check_from(reading, shown='outer', warning=True)
        self.assertEqual([reading.verdict[name] for name in ('status', 'reason', 'author')],
                         ['unverified', 'address-mismatch', 'mallory@example.net'])
        self.assertIsNone(reading.verdict['trust']['source'])
        self.assertEqual(reading.states['Subject'], ENCRYPTED)
        reading = Reading(both(cipher(), outer), '--cert', ALICE.certificate)
        self.check_from(reading, shown='inner', mismatch=True, warning=False)
        self.assertEqual(reading.verdict['status'], 'verified')
        reading = Reading(both(cipher(), person=MALLORY), '--cert', MALLORY.certificate)
        self.check_from(reading, shown='inner', mismatch=False, warning=False)
        self.assertEqual(reading.verdict['status'], 'verified')

    def test_words_of_given_certificate(self):
        """Nobody is told that Alice signed, nor that Mallory's certificate is not Mallory's."""
        outer = {**OUTSIDE, 'From': 'mallory@example.net'}
        for fields, words in ((OUTSIDE, 'verified: signed with the certificate that was given, '
                                        'which is not for alice@example.org\n'),
                              (outer, 'is not for the address that From has inside\n')):
            done = PROGRAM.run('read', '--key', BOB.pem, '--cert', MALLORY.certificate,
                               stdin=both(cipher(), fields, MALLORY))
            self.assertIn(words, done.stderr)

    def test_words(self):
        outer = {**OUTSIDE, 'From': 'mallory@example.net'}
        done = PROGRAM.run('read', '--key', BOB.pem, stdin=message(encrypted(cipher()), outer))
        self.assertIn('WARNING', done.stderr)
        self.assertIn('alice@example.org', done.stderr)

    def test_not_one(self):
        for inside in ({**INSIDE, 'From': 'alice@example.org, x@example.org'},
                       {name: value for name, value in INSIDE.items() if name != 'From'}):
            reading = Reading(both(cipher(inside=inside)))
            self.check_from(reading, inner=None, shown='outer', mismatch=True, warning=True)
            self.assertEqual(reading.verdict['status'], 'unverified')

    def test_spelling(self):
        inside = {**INSIDE, 'From': 'BOB@B\xfccher.example'}
        outer = {**OUTSIDE, 'From': 'bob@xn--bcher-kva.example'}
        reading = Reading(both(cipher(inside=inside, outer=outer), outer, UMLAUT))
        self.check_from(reading, mismatch=False, warning=False, shown='inner')
        self.assertEqual(reading.verdict['status'], 'verified')

    def test_changed(self):
        """One letter: as unsigned, and nothing besides (§4.3)."""
        octets = message(signed(entity(f'{PLAIN}; hp="clear"', fields=INSIDE)))
        reading = Reading(octets.replace(b'hello', b'hullo'))
        self.assertEqual(reading.states, dict.fromkeys(INSIDE, UNPROTECTED))
        self.check_from(reading, mismatch=False, warning=False, shown='inner')
        self.assertEqual(reading.mail['Subject'], SECRET)

    def test_old_message_again(self):
        """The Date that counts is the signed one."""
        inside = {**INSIDE, 'Date': 'Sun, 21 Nov 2032 12:00:00 +0000'}
        self.assertEqual(Reading(both(cipher(inside=inside))).verdict['reason'], 'signed-earlier')
        outer = {**OUTSIDE, 'Date': 'Sun, 21 Nov 2032 12:00:00 +0000'}
        self.assertEqual(Reading(both(cipher(), outer)).mail['Date'], INSIDE['Date'])


class Hostile(unittest.TestCase):
    """Rows 26 and 27."""

    def test_many(self):
        count = 100000
        payload = cipher(outer={}).replace(b'Content-Type', b'HP-Outer: X: y\n' * count +
                                           b'Content-Type', 1)
        done = PROGRAM.run('--json', 'read', '--key', BOB.pem, stdin=both(payload), timeout=20)
        self.assertEqual(done.code, UNKNOWN)
        some = cipher(outer={}).replace(b'Content-Type', b'HP-Outer: X: y\n' * 1900 +
                                        b'Content-Type', 1)
        self.assertEqual(Reading(both(some)).states['Subject'], BOTH)

    def test_odd_octets(self):
        odd = (b'HP-Outer: no colon\nHP-Outer: : empty\nHP-Outer: two words: x\n'
               b'HP-Outer: Subject: a\0b\n')
        payload = cipher(outer={}).replace(b'Content-Type', odd + b'Content-Type', 1)
        reading = Reading(both(payload))
        self.assertEqual(reading.states['Subject'], BOTH)
        self.assertEqual(reading.outer('Subject'), ['a\ufffdb'])

    def test_lone_cr(self):
        """Others see a field begin there: no From can be read."""
        payload = cipher(outer={}).replace(
            b'Content-Type', b'HP-Outer: Subject: a\rFrom: x@example.net\nContent-Type', 1)
        reading = Reading(both(payload))
        self.assertEqual(reading.verdict['status'], 'unverified')
        self.assertEqual(reading.states['Subject'], ENCRYPTED)
        self.assertEqual(reading.outer('Subject'), ['a From: x@example.net'])
        self.assertTrue(reading.header['from']['warning'])

    def test_field_in_a_field(self):
        """A From behind a lone CR, in a field that anybody may add on the way, is not shown beside
        the verdict on the signed one."""
        way = b'List-Id: x\rFrom: x@example.net\rSubject: y\n \n'
        for octets in (message(opaque(entity(f'{PLAIN}; hp="clear"', fields=INSIDE)), INSIDE),
                       both(cipher())):
            reading = Reading(way + octets)
            self.assertEqual(reading.verdict['status'], 'verified')
            self.assertNotIn(b'\rFrom', reading.shown)
            self.assertEqual(reading.mail.get_all('From'), [INSIDE['From']])
            self.assertEqual(reading.mail.get_all('Subject'), [SECRET])

    def test_list_footer(self):
        """A signature in a part is none of the message's, List-Id or not."""
        part = signed(entity(f'{PLAIN}; hp="clear"', fields=INSIDE))
        body = b'--x\n' + part + b'\n--x\nContent-Type: text/plain\n\nfooter\n--x--\n'
        for fields in (OUTSIDE, {**OUTSIDE, 'List-Id': '<l.example.org>'}):
            reading = Reading(message(b'Content-Type: multipart/mixed; boundary=x\n\n' + body,
                                      fields))
            self.assertIsNone(reading.header)
            self.assertEqual(reading.verdict['scope'], 'part')
            self.assertEqual(reading.mail['Subject'], DOTS)


if __name__ == '__main__':
    tap.main()
