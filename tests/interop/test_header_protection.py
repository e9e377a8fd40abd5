#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""What becomes of header fields in what dane-smime makes (RFC 9788): openssl takes the messages
apart, "read" puts them together."""

import email
import email.policy
import itertools
import unittest

import interop  # first: it puts the support modules on the path
import messages
import openssl
import tap
from program import HOLDS, USAGE

ALICE, BOB = messages.ALICE, messages.BOB
FIELDS = (f'From: =?utf-8?q?=C3=84lice?= <{ALICE}>\n'
          f'To: Bob <{BOB}>,\n Carol <carol@example.org>\n'
          'Cc: Dave <dave@example.org>\n'
          'Reply-To: Alice at home <alice@home.example>\n'
          'Subject: =?utf-8?q?Rent_f=C3=BCr_April?=\n'
          'Keywords: money\n'
          'Comments: between us\n'
          'Date: Sat, 20 Feb 2021 10:12:02 -0500\n'
          'Message-ID: <1@example.org>\n'
          'References: <0@example.org>\n'
          'User-Agent: Test/1\n')
# A mail program's own, and what no recipient may see.
LOCAL = ('Bcc: secret@example.org\nFCC: imap://x/Sent\nX-Identity-Key: id1\n'
         'X-Mozilla-Status: 0001\nX-Dane-Smime: sign encrypt\n')
BASELINE = {'Subject', 'Keywords', 'Comments'}
POLICIES = {None: BASELINE, 'none': set(),
            'shy': BASELINE | {'From', 'To', 'Cc', 'Reply-To', 'Date'}}
SHAPES = ('plain', 'attachments', 'html-alternative')
MORE_SHAPES = ('utf8-8bit', 'empty-body', 'plain-crlf')
WAYS = ('sign', 'sign --opaque', 'encrypt', 'encrypt --sign')

STORE = None
ALICE_DER = BOB_PEM = None


def setUpModule():
    global STORE, ALICE_DER, BOB_PEM
    STORE = interop.new_program()
    ALICE_DER = STORE.keygen(ALICE, 'p-256')
    BOB_PEM = interop.Person('bob', 'rsa:2048', BOB)
    openssl.run('pkcs12', '-export', '-in', BOB_PEM.certificate, '-inkey', BOB_PEM.key, '-out',
                interop.path('bob.p12'), '-passout', 'pass:x')
    interop.write('password', b'x\n')
    STORE.succeed('import', interop.path('bob.p12'), '--import-password-file',
                  interop.path('password'))


def tearDownModule():
    interop.remove_folder()


def shape(name, fields=FIELDS):
    """A message of that shape with these fields."""
    message = email.message_from_bytes(messages.shapes()[name], policy=email.policy.compat32)
    structural = ''.join(f'{key}: {value}\n' for key, value in message.items()
                         if key.lower().startswith(('content-', 'mime-')))
    body = messages.shapes()[name].replace(b'\r\n', b'\n').split(b'\n\n', 1)[1]
    return (fields + structural).encode() + b'\n' + body


def text(body, fields=FIELDS, kind='text/plain; charset=us-ascii'):
    return f'{fields}MIME-Version: 1.0\nContent-Type: {kind}\n\n{body}'.encode()


def section(octets):
    """Fields of a header section: (name, unfolded value), in order."""
    head = octets.replace(b'\r\n', b'\n').split(b'\n\n', 1)[0].decode('utf-8', 'surrogateescape')
    lines = head.replace('\n ', ' ').replace('\n\t', '\t').split('\n')
    return [(name, value.strip()) for name, _, value in (line.partition(':') for line in lines)]


def structural(name):
    return name.lower().startswith('content-') or name.lower() == 'mime-version'


def outside(octets):
    return [field for field in section(octets) if not structural(field[0])]


def protected(payload):
    """The fields on the payload's root, and what HP-Outer tells of the outside."""
    fields = outside(payload)
    inner = [field for field in fields if field[0] != 'HP-Outer']
    told = [tuple(value.split(': ', 1)) for name, value in fields if name == 'HP-Outer']
    return inner, told


def protect(way, message, *options):
    verb, *flags = way.split()
    if verb == 'encrypt':
        flags += ['--cert', BOB_PEM.certificate, '--no-self', '--cipher', 'aes-256-cbc']
    return STORE.succeed(verb, *flags, *options, stdin=message).stdout


def open_signed(octets):
    return openssl.run('cms', '-verify', '-noverify', stdin=octets)


def open_payload(way, octets):
    """The cryptographic payload, by openssl."""
    if way.startswith('encrypt'):
        octets = openssl.run('cms', '-decrypt', '-recip', BOB_PEM.certificate, '-inkey',
                             BOB_PEM.key, stdin=octets)
    return open_signed(octets) if 'sign' in way else octets


def read(octets, *options):
    """What "read --json" tells, and the message."""
    target = interop.path('read.eml')
    result = STORE.run('--json', '-o', target, 'read', '--cert', ALICE_DER, *options, stdin=octets)
    return result.json, interop.read(target)


def root_type(payload):
    return email.message_from_bytes(payload, policy=email.policy.compat32)


class RoundTrip(unittest.TestCase):
    """All policies, all ways, all shapes."""

    def _check_outside(self, way, policy, made, inner, told):
        hidden = POLICIES[policy] if way.startswith('encrypt') else set()
        if not hidden:
            self.assertEqual(outside(made), inner)
        found = {name for name, value in inner if (name, value) not in outside(made)}
        self.assertEqual(found, hidden)
        # RFC 9788 §2.2: HP-Outer is the outer section, field for field
        self.assertEqual(told, outside(made) if way.startswith('encrypt') else [])

    def _check_read(self, way, policy, made, message):
        verdict, opened = read(made)
        encrypts, signs = way.startswith('encrypt'), 'sign' in way
        self.assertEqual(verdict['header']['form'], 'hp-cipher' if encrypts else 'hp-clear')
        hidden = POLICIES[policy] if encrypts else set()
        states = {(True, True): 'signed-and-encrypted', (True, False): 'encrypted-only',
                  (False, True): 'signed-only', (False, False): 'unprotected'}
        for field in verdict['header']['fields']:
            self.assertEqual(field['state'], states[field['name'] in hidden, signs], field)
        self.assertEqual(outside(opened), outside(message))
        self.assertEqual(messages.content(opened), messages.content(message))

    def test_every_policy(self):
        for policy, way, name in [*itertools.product(POLICIES, WAYS, SHAPES),
                                  *itertools.product([None], WAYS, MORE_SHAPES)]:
            with self.subTest(policy=policy, way=way, shape=name):
                message = shape(name)
                options = ['--header-protection', policy] if policy else []
                made = protect(way, message, *options)
                payload = open_payload(way, made)
                inner, told = protected(payload)
                self.assertEqual(inner, outside(message))
                self.assertEqual(root_type(payload).get_param('hp'),
                                 'cipher' if way.startswith('encrypt') else 'clear')
                # RFC 9788 §5: nowhere but at the root
                self.assertEqual(payload.count(b'hp="'), 1)
                self._check_outside(way, policy, made, inner, told)
                self._check_read(way, policy, made, message)

    def test_on_the_way(self):
        """The subject is nowhere outside of the envelope."""
        for way in ('encrypt', 'encrypt --sign'):
            made = protect(way, shape('plain', FIELDS.replace('=?utf-8?q?Rent_f=C3=BCr_April?=',
                                                              'Confidential matter')))
            self.assertNotIn(b'Confidential', made)
            self.assertEqual(dict(section(made))['Subject'], '[...]')


class LegacyDisplay(unittest.TestCase):
    """What programs see that know nothing of protected fields."""

    LINES = 'Subject: Rent für April\nKeywords: money\nComments: between us\n\n'

    def _parts(self, payload):
        return [part for part in root_type(payload).walk() if not part.is_multipart()]

    def _text(self, part):
        charset = part.get_content_charset() or 'us-ascii'
        return part.get_payload(decode=True).decode(charset).replace('\r\n', '\n')

    def test_plain(self):
        for way in ('encrypt', 'encrypt --sign'):
            payload = open_payload(way, protect(way, text('hello\n')))
            part, = self._parts(payload)
            self.assertEqual(self._text(part), self.LINES + 'hello\n')
            # us-ascii can't hold it
            self.assertEqual((part.get_content_charset(), part.get_param('hp-legacy-display')),
                             ('utf-8', '1'))

    def test_no_legacy_display(self):
        payload = open_payload('encrypt', protect('encrypt', text('hello\n'),
                                                  '--no-legacy-display'))
        self.assertNotIn(b'hp-legacy-display', payload)
        self.assertEqual(self._text(self._parts(payload)[0]), 'hello\n')

    def test_nothing_hidden(self):
        payload = open_payload('encrypt', protect('encrypt', text('hello\n'),
                                                  '--header-protection', 'none'))
        self.assertNotIn(b'hp-legacy-display', payload)

    def test_signed_alone(self):
        for way in ('sign', 'sign --opaque'):
            payload = open_payload(way, protect(way, text('hello\n')))
            self.assertNotIn(b'hp-legacy-display', payload)

    def test_attachments_stay(self):
        """Text attachments and attached messages are as they were."""
        body = ('--cut\nContent-Type: multipart/alternative; boundary=alt\n\n'
                '--alt\nContent-Type: text/plain\n\nhello\n'
                '--alt\nContent-Type: text/html\n\n<html><body>hello</body></html>\n--alt--\n'
                '--cut\nContent-Type: text/plain\nContent-Disposition: attachment\n\nnotes\n'
                '--cut\nContent-Type: message/rfc822\n\nSubject: x\n\nattached\n--cut--\n')
        message = text(body, kind='multipart/mixed; boundary=cut')
        payload = open_payload('encrypt', protect('encrypt', message))
        plain, html, notes, attached = self._parts(payload)
        self.assertEqual(self._text(plain), self.LINES + 'hello')
        div = ('<div class="header-protection-legacy-display"><pre>' + self.LINES.rstrip()
               + '</pre></div>').replace('ü', '&#252;')
        self.assertEqual(self._text(html), f'<html><body>{div}hello</body></html>')
        for part, expected in ((notes, 'notes'), (attached, 'attached')):
            self.assertEqual(self._text(part), expected)
            self.assertIsNone(part.get_param('hp-legacy-display'))
        verdict, opened = read(protect('encrypt', message))
        self.assertTrue(verdict['header']['legacy_display'])
        self.assertEqual(messages.content(opened), messages.content(message))

    def test_hostile_subjects(self):
        """An empty line, and the end of the element in HTML, inside of the subject."""
        body = ('--alt\nContent-Type: text/plain\n\nhello\n'
                '--alt\nContent-Type: text/html\n\n<body>hello</body>\n--alt--\n')
        subjects = {'=?utf-8?q?a=0D=0A=0D=0Ab?=': 'Subject: a    b',
                    '</pre></div><b>': 'Subject: </pre></div><b>'}
        for subject, line in subjects.items():
            with self.subTest(subject):
                message = text(body, f'From: {ALICE}\nTo: {BOB}\nSubject: {subject}\n',
                               'multipart/alternative; boundary=alt')
                made = protect('encrypt', message)
                plain, html = self._parts(open_payload('encrypt', made))
                self.assertEqual(self._text(plain), f'{line}\n\nhello')
                self.assertEqual(self._text(html).count('</div>'), 1)
                _, opened = read(made)
                self.assertEqual(messages.content(opened), messages.content(message))


class LocalFields(unittest.TestCase):
    """Bcc, and what a mail program notes for itself."""

    def _check(self, payload):
        for name in (b'bcc', b'fcc', b'x-identity-key', b'x-mozilla', b'x-dane', b'secret'):
            self.assertNotIn(name, payload.lower())

    def test_not_in_the_payload(self):
        for way in WAYS:
            with self.subTest(way):
                made = protect(way, shape('plain', FIELDS + LOCAL))
                self._check(open_payload(way, made))
                # … but in the file, which a mail program queues
                for line in LOCAL.splitlines():
                    self.assertIn(tuple(line.split(': ')), outside(made))

    def test_traces_stay_outside(self):
        made = protect('sign', b'Received: from x\nDKIM-Signature: v=1\nList-Id: <l.x>\n'
                       + shape('plain'))
        inner, _ = protected(open_payload('sign', made))
        names = [name for name, _ in inner]
        self.assertNotIn('Received', names)
        self.assertNotIn('DKIM-Signature', names)
        self.assertIn('List-Id', names)
        self.assertEqual(outside(made)[:3], [('Received', 'from x'), ('DKIM-Signature', 'v=1'),
                                             ('List-Id', '<l.x>')])

    def test_planted_fields(self):
        """HP-Outer and hp of the message that comes in are not believed."""
        message = text('hello\n', 'HP-Outer: Subject: open\n' + FIELDS,
                       'text/plain; hp="clear"; hp-legacy-display=1')
        made = protect('encrypt', message, '--no-legacy-display')
        payload = open_payload('encrypt', made)
        self.assertEqual(protected(payload)[1], outside(made))
        self.assertNotIn(b'open', payload)
        self.assertNotIn(b'hp-legacy-display', payload)
        self.assertEqual(root_type(payload).get_param('hp'), 'cipher')

    def test_header_injection(self):
        for section_octets in (b'Subject: a\rFrom: mallory@m.example\n', b'Subject: a\0b\n'):
            for verb in (['sign', '--author', ALICE], ['encrypt', '--cert', BOB_PEM.certificate]):
                with self.subTest(section_octets, verb=verb[0]):
                    result = STORE.run(*verb, stdin=f'To: {BOB}\n'.encode() + section_octets
                                       + b'\nhello\n')
                    self.assertNotEqual(result.code, HOLDS)
                    self.assertEqual(result.stdout, b'')


class Answers(unittest.TestCase):
    """What was hidden stays hidden (RFC 9788 §6.1)."""

    def _answer(self, original, fields, policy='none', way='encrypt'):
        reference = interop.write('reference.eml', original)
        message = text('hello\n', f'From: Bob <{BOB}>\n{fields}')
        return dict(outside(protect(way, message, '--header-protection', policy,
                                    '--responds-to', reference)))

    def test_subject(self):
        original = protect('encrypt --sign', shape('plain'))
        for subject in ('Re: Rent for April', 'Something quite different', 'Re: =?utf-8?q?R?='):
            fields = self._answer(original, f'To: {ALICE}\nSubject: {subject}\n')
            self.assertEqual(fields['Subject'], 'Re: [...]')
        fields = self._answer(original, f'To: {ALICE}\nSubject: Fwd: Rent for April\n')
        self.assertEqual(fields['Subject'], 'Fwd: [...]')

    def test_display_names(self):
        """The answer to a shy message is shy about the same people, whatever the policy."""
        original = protect('encrypt --sign', shape('plain'), '--header-protection', 'shy')
        to = f'=?utf-8?q?=C3=84lice?= <{ALICE}>'
        for policy in ('none', 'baseline'):
            fields = self._answer(original, f'To: {to}\nCc: Dave <dave@example.org>, '
                                            'Erin <erin@example.org>\nSubject: x\n', policy)
            self.assertEqual((fields['To'], fields['Cc']),
                             (ALICE, 'dave@example.org, erin@example.org'))

    def test_guessed_on_the_way(self):
        """Put outside by somebody who guesses: no answer tells whether it is right (§11.3)."""
        original = protect('encrypt --sign', shape('plain')).replace(
            b'Subject: [...]', b'Subject: Rent for May\r\nSubject: Rent for April')
        for way in ('sign', 'encrypt'):
            fields = self._answer(original, f'To: {ALICE}\nSubject: Re: Rent for April\n', way=way)
            self.assertEqual(fields['Subject'], 'Re: [...]')

    def test_hidden_in_word_alone(self):
        """Some say hp="cipher" and no HP-Outer, and hide nothing but the Subject."""
        names = f'From: Alice <{ALICE}>\nTo: {BOB}\nMessage-ID: <1@example.org>\n'
        payload = text('hello\n', f'{names}Subject: Rent\n', 'text/plain; hp="cipher"')
        original = f'{names}Subject: [...]\n'.encode() + openssl.run(
            'cms', '-encrypt', '-aes256', '-recip', BOB_PEM.certificate, stdin=payload)
        fields = self._answer(original, f'To: Alice <{ALICE}>\nSubject: Re: Rent\n'
                                        'In-Reply-To: <1@example.org>\n')
        self.assertEqual((fields['To'], fields['In-Reply-To']),
                         (f'Alice <{ALICE}>', '<1@example.org>'))
        self.assertNotIn('Subject', fields)

    def test_signed_alone(self):
        """In the clear there is nothing of it at all."""
        reference = interop.write('reference.eml', protect('encrypt --sign', shape('plain')))
        message = text('hello\n', f'From: Bob <{BOB}>\nTo: {ALICE}\nSubject: Re: Rent for April\n'
                                  'Thread-Topic: Rent for April\n')
        sent = protect('sign', message, '--responds-to', reference)
        self.assertEqual(dict(outside(sent))['Subject'], 'Re: [...]')
        self.assertNotIn(b'April', sent)
        verdict, _ = read(sent)
        self.assertEqual({field['name']: field['value'] for field in verdict['header']['fields']},
                         {'From': f'Bob <{BOB}>', 'To': ALICE, 'Subject': 'Re: [...]'})

    def test_nothing_was_hidden(self):
        for way in ('sign', 'encrypt'):
            original = protect(way, shape('plain'), '--header-protection', 'none')
            fields = self._answer(original, f'To: {ALICE}\nSubject: Re: Rent\n')
            self.assertEqual(fields['Subject'], 'Re: Rent')
        fields = self._answer(shape('plain'), f'To: {ALICE}\nSubject: Re: Rent\n')
        self.assertEqual(fields['Subject'], 'Re: Rent')

    def test_cannot_be_read(self):
        other = interop.new_program('other')
        der = other.keygen('erin@example.org')
        sealed = other.succeed('encrypt', '--cert', der, '--no-self', stdin=text('x\n')).stdout
        reference = interop.write('sealed.eml', sealed)
        result = STORE.run('encrypt', '--cert', BOB_PEM.certificate, '--responds-to', reference,
                           stdin=text('x\n'))
        self.assertNotEqual(result.code, HOLDS)
        self.assertEqual(result.stdout, b'')


class Finished(unittest.TestCase):
    """What is protected already is not touched."""

    def test_signed_then_encrypted(self):
        signed = protect('sign', shape('plain'))
        result = STORE.run('encrypt', '--cert', BOB_PEM.certificate, '--no-self', '--cipher',
                           'aes-256-cbc', stdin=signed)
        self.assertEqual(result.code, HOLDS)
        self.assertIn('encrypt --sign', result.stderr)
        self.assertEqual(outside(result.stdout), outside(signed))
        inner = open_payload('encrypt', result.stdout)
        self.assertEqual(inner.split(b'\r\n\r\n', 1)[1], signed.split(b'\r\n\r\n', 1)[1])
        verdict, _ = read(result.stdout)
        self.assertEqual((verdict['encrypted'], verdict['header']['form']), (True, 'hp-clear'))
        self.assertEqual({field['state'] for field in verdict['header']['fields']},
                         {'signed-only'})


class Usage(unittest.TestCase):
    def test_policy(self):
        result = STORE.run('sign', '--header-protection', 'all', stdin=text('x\n'))
        self.assertEqual((result.code, result.stdout), (USAGE, b''))
        self.assertIn('baseline, shy, none', result.stderr)
        self.assertEqual(STORE.run('sign', '--header-protection', 'baseline',
                                   stdin=shape('plain')).code, HOLDS)


if __name__ == '__main__':
    tap.main()
