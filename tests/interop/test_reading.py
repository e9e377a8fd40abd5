#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""What "read" gives of each kind of message that openssl makes, in the forms in which mail programs
store them: the content as it was, without any layer."""

import base64
import unittest

import interop  # first: it puts the support modules on the path
import messages
import openssl
import tap
from program import DOES_NOT_HOLD

ENTITY = '''Content-Type: multipart/mixed; boundary="inner"
Content-Language: de

--inner
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<p>Gr=C3=BC=C3=9Fe <img src=3D"cid:1@example.org"></p>
--inner
Content-Type: image/png; name="a.png"
Content-ID: <1@example.org>
Content-Transfer-Encoding: base64

AAECAwQFBgcICQ==
--inner
Content-Type: message/rfc822

From: carol@example.org
Subject: attached
Content-Type: text/plain

--
not a delimiter
--inner--
'''.replace('\n', '\r\n').encode()
TOP = ('Received: from relay.example.org\n by mx.example.org\n'
       'From: Alice <alice@example.org>\nTo: bob@example.org\nSubject: a kind\n')

PROGRAM = None
PEOPLE = {}


def setUpModule():
    global PROGRAM
    PROGRAM = interop.new_program()
    PEOPLE['alice'] = interop.Person('alice')
    PEOPLE['authority'] = interop.Person('authority', address=None, extensions=(
        'basicConstraints=critical,CA:TRUE', 'keyUsage=keyCertSign'))
    PEOPLE['issued'] = interop.Person('issued', issuer=PEOPLE['authority'])
    PEOPLE['rsa'] = interop.Person('rsa', 'rsa:2048', 'bob@example.org')
    PEOPLE['ec'] = interop.Person('ec', 'ec:P-256', 'bob@example.org')


def tearDownModule():
    interop.remove_folder()


def signed(entity, *options, signer='alice'):
    person = PEOPLE[signer]
    return openssl.run('cms', '-sign', '-signer', person.certificate, '-inkey', person.key,
                       *options, stdin=entity)


def encrypted(entity, *options, to='rsa', own=()):
    return openssl.run('cms', '-encrypt', *(options or ('-aes256',)), '-recip',
                       PEOPLE[to].certificate, *own, stdin=entity)


def without_mime_version(octets):
    return octets.replace(b'MIME-Version: 1.0\n', b'', 1)


def message(entity):
    """The entity as a message, with LF."""
    return TOP.encode() + b'MIME-Version: 1.0\n' + \
        without_mime_version(entity.replace(b'\r\n', b'\n'))


def named_p7m(octets):
    """How Exchange sends it on."""
    head, body = without_mime_version(octets).replace(b'\r\n', b'\n').split(b'\n\n', 1)
    assert b'application/x-pkcs7-mime' in head or b'application/pkcs7-mime' in head
    return (b'Content-Type: application/octet-stream; name="smime.p7m"\n'
            b'Content-Transfer-Encoding: base64\n'
            b'Content-Disposition: attachment; filename="smime.p7m"\n\n') + body


def retyped(octets, old, new):
    assert old in octets, octets[:500]
    return octets.replace(old, new)


def listed(entity):
    """How a mailing list adds its footer."""
    return (b'Content-Type: multipart/mixed; boundary="list"\n\n--list\n'
            + without_mime_version(entity) + b'\n--list\nContent-Type: text/plain\n\n'
            b'____\nunsubscribe\n--list--\n')


def between_html(octets):
    """The shape that makes careless programs send the plaintext away."""
    part = b'Content-Type: text/html\n\n<img src="http://127.0.0.1/'
    return (b'Content-Type: multipart/mixed; boundary="efail"\n\n--efail\n' + part
            + b'\n--efail\n' + without_mime_version(octets) + b'\n--efail\n'
            b'Content-Type: text/html\n\n">\n--efail--\n')


def kinds():
    """Name -> (message, layers); its innermost content is ENTITY."""
    gcm = encrypted(ENTITY, '-aes-256-gcm')
    rows = {
        'A1': (signed(ENTITY), ['multipart-signed']),
        'A2': (signed(ENTITY, signer='issued'), ['multipart-signed']),
        'B1': (signed(ENTITY, '-nocerts'), ['multipart-signed']),
        'B2': (signed(ENTITY, '-nocerts', '-keyid'), ['multipart-signed']),
        'C1': (encrypted(ENTITY), ['enveloped-data']),
        'C3': (encrypted(ENTITY, to='ec'), ['enveloped-data']),
        'C4': (retyped(gcm, b'smime-type=enveloped-data', b'smime-type=authEnveloped-data')
               if b'authEnveloped' not in gcm else gcm, ['auth-enveloped-data']),
        'C5': (gcm.replace(b'authEnveloped-data', b'enveloped-data'), ['auth-enveloped-data']),
        'C6': (encrypted(ENTITY, '-aes256', own=('-keyopt', 'rsa_padding_mode:oaep')),
               ['enveloped-data']),
        'C7': (named_p7m(encrypted(ENTITY)), ['enveloped-data']),
        'D1': (signed(ENTITY, '-nodetach'), ['signed-data']),
        'D2': (named_p7m(signed(ENTITY, '-nodetach', '-nocerts')), ['signed-data']),
        'E1': (encrypted(signed(ENTITY)), ['enveloped-data', 'multipart-signed']),
        'E2': (encrypted(signed(ENTITY, '-nocerts')), ['enveloped-data', 'multipart-signed']),
        'E3': (encrypted(signed(ENTITY, '-nodetach')), ['enveloped-data', 'signed-data']),
        'E4': (signed(encrypted(signed(ENTITY))),
               ['multipart-signed', 'enveloped-data', 'multipart-signed']),
    }
    return {name: (message(entity), layers) for name, (entity, layers) in rows.items()}


def stored(octets):
    """Form -> the message as a mail program hands it over."""
    mbox = (b'From - Sat Nov 21 12:00:00 2026\nX-Mozilla-Status: 0001\n'
            b'X-Mozilla-Status2: 00000000\nX-Mozilla-Keys:                                     \n')
    return {'lf': octets, 'crlf': octets.replace(b'\n', b'\r\n'), 'mbox': mbox + octets,
            'mbox-crlf': (mbox + octets).replace(b'\n', b'\r\n')}


class Reading(unittest.TestCase):
    """The program's "read"."""

    def _read(self, octets, *options):
        keys = [word for name in ('rsa', 'ec') for word in ('--key', PEOPLE[name].pem)]
        pins = [word for name in ('alice', 'issued') for word in ('--cert',
                                                                  PEOPLE[name].certificate)]
        out = interop.path('read.out')
        result = PROGRAM.run('--json', '--output', out, 'read', *keys, *pins, *options,
                             stdin=octets)
        return result, interop.read(out)

    def test_every_kind(self):
        for name, (octets, layers) in kinds().items():
            status = 'verified' if any('sign' in layer for layer in layers) else 'none'
            for form, given in stored(octets).items():
                with self.subTest(name, form=form):
                    result, entity = self._read(given, '--entity')
                    self.assertEqual(entity, ENTITY, result)
                    self.assertEqual((result.json['layers'], result.json['status']),
                                     (layers, status), result)

    def test_the_whole_message(self):
        fields = ('Received', 'From', 'To', 'Subject')
        for name, (octets, _) in kinds().items():
            for form, given in stored(octets).items():
                with self.subTest(name, form=form):
                    result, whole = self._read(given)
                    self.assertTrue(whole.endswith(b'MIME-Version: 1.0\r\n' + ENTITY), result)
                    self.assertEqual(whole.count(b'MIME-Version'), 1)
                    for field in fields:
                        self.assertEqual(messages.field(whole, field).split(),
                                         messages.field(octets, field).split())
                    self.assertEqual(b'X-Mozilla-Status2: 00000000\r\n' in whole, 'mbox' in form)

    def test_tampered(self):
        octets = kinds()['A1'][0].replace(b'not a delimiter', b'not a delimiteR')
        result, entity = self._read(octets, '--entity')
        self.assertEqual((result.code, result.json['signature']), (DOES_NOT_HOLD, 'bad'), result)
        self.assertEqual(entity, ENTITY.replace(b'not a delimiter', b'not a delimiteR'))

    def test_without_layer_at_the_root(self):
        """Deeper parts are attachments; nothing of them is opened or taken away."""
        rows = {'F1': (listed(signed(ENTITY)), 'part'), 'H1': (between_html(encrypted(ENTITY)),
                                                               'none'),
                'plain': (ENTITY.replace(b'\r\n', b'\n'), 'none')}
        for name, (entity, scope) in rows.items():
            for form, given in stored(message(entity)).items():
                with self.subTest(name, form=form):
                    result, read = self._read(given, '--entity')
                    self.assertEqual(read, entity.replace(b'\r\n', b'\n').replace(b'\n', b'\r\n'))
                    self.assertEqual((result.json['layers'], result.json['scope']), ([], scope))
                    self.assertNotEqual(result.json['status'], 'verified')
                    self.assertIsNone(result.json['encryption'])

    def test_bare_objects(self):
        for name in ('C1', 'D1', 'E1', 'E3'):
            with self.subTest(name):
                der = messages.cms_of(kinds()[name][0])
                for given in (der, base64.encodebytes(der)):
                    result, entity = self._read(given, '--entity', '--author',
                                                'alice@example.org')
                    self.assertEqual(entity, ENTITY, result)

    def test_text_without_header_section(self):
        """What some devices encrypt is no MIME entity at all."""
        text = encrypted(b'just words\r\nno fields', '-binary', '-aes256')
        result, entity = self._read(message(text), '--entity')
        self.assertEqual(entity, b'Content-Type: text/plain; charset=us-ascii\r\n\r\n'
                         b'just words\r\nno fields', result)


if __name__ == '__main__':
    tap.main()
