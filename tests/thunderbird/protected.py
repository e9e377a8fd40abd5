# SPDX-License-Identifier: MPL-2.0
"""Messages of every kind that people get, made by dane-smime and openssl. Letter and number are the
kind; each says in its subject what it is, and in its text "secret KIND"."""

import base64
import os
import struct
import zlib

import openssl
from world import ALICE, BOB, CAROL

def _chunk(kind, octets):
    body = kind + octets
    return struct.pack('>I', len(octets)) + body + struct.pack('>I', zlib.crc32(body))


def picture(size=64):
    """A PNG: a blue square that fades to the right."""
    rows = b''.join(b'\0' + b''.join(bytes((40, 90 + 2 * x, 200)) for x in range(size))
                    for _ in range(size))
    about = struct.pack('>IIBBBBB', size, size, 8, 2, 0, 0, 0)
    return (b'\x89PNG\r\n\x1a\n' + _chunk(b'IHDR', about)
            + _chunk(b'IDAT', zlib.compress(rows)) + _chunk(b'IEND', b''))


CSV = b'name;town\r\nJ\xc3\xbcrgen;K\xc3\xb6ln\r\n'
ATTACHED_TEXT = 'text of the attached message'


def head(kind, more='', *, sender=CAROL, recipient=ALICE):
    """Header fields up to those of the content."""
    return (f'From: Carol Example <{sender}>\r\nTo: {recipient}\r\nSubject: kind {kind}\r\n'
            f'Date: Sat, 21 Nov 2026 12:00:00 +0000\r\nMessage-ID: <{kind}@example.com>\r\n'
            f'MIME-Version: 1.0\r\n{more}')


def plain(kind, **more):
    """A message of one line of text."""
    return (head(kind, **more) + 'Content-Type: text/plain; charset=utf-8\r\n'
            f'Content-Transfer-Encoding: 8bit\r\n\r\nsecret {kind}, Grüße\r\n').encode()


def rich(kind, image_url='cid:pixel@example.com', **more):
    """HTML with an image in it, a table and a message attached."""
    image = base64.encodebytes(picture()).decode().replace('\n', '\r\n')
    table = base64.encodebytes(CSV).decode().replace('\n', '\r\n')
    attached = plain('attached').decode().replace('secret attached', ATTACHED_TEXT)
    return (head(kind, **more) + f'''Content-Type: multipart/mixed; boundary="outer-{kind}"

--outer-{kind}
Content-Type: multipart/related; boundary="inner-{kind}"

--inner-{kind}
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<html><body><h2>Quarterly figures</h2><p>secret {kind}, <b>Gr=C3=BC=C3=9Fe</b> from Carol =E2=80=93
here is the picture:</p><p><img src=3D"{image_url}" width=3D"96" height=3D"96"></p></body></html>
--inner-{kind}
Content-Type: image/png; name="pixel.png"
Content-ID: <pixel@example.com>
Content-Disposition: inline; filename="pixel.png"
Content-Transfer-Encoding: base64

{image}
--inner-{kind}--

--outer-{kind}
Content-Type: text/csv; charset=utf-8; name="towns.csv"
Content-Disposition: attachment; filename="towns.csv"
Content-Transfer-Encoding: base64

{table}
--outer-{kind}
Content-Type: message/rfc822; name="attached.eml"
Content-Disposition: attachment; filename="attached.eml"

{attached}
--outer-{kind}--
'''.replace('\r\n', '\n').replace('\n', '\r\n')).encode()


def _cms(kind, der, smime_type, name='smime.p7m', content_type='application/pkcs7-mime'):
    lines = base64.encodebytes(der).decode().replace('\n', '\r\n')
    return (head(kind) + f'Content-Type: {content_type}; smime-type={smime_type}; name="{name}"\r\n'
            f'Content-Disposition: attachment; filename="{name}"\r\n'
            f'Content-Transfer-Encoding: base64\r\n\r\n{lines}').encode()


def split(message):
    """(header fields, content)."""
    fields, _, content = message.partition(b'\r\n\r\n')
    return fields + b'\r\n', content


def entity_of(message):
    """The content with its Content-* fields alone."""
    fields, content = split(message)
    unfolded = fields.decode().replace('\r\n ', ' ').replace('\r\n\t', ' ').splitlines()
    kept = [line for line in unfolded if line.lower().startswith('content-')]
    return ('\r\n'.join(kept) + '\r\n\r\n').encode() + content


class Kinds:
    """Makes messages from Carol to Alice; `world` has the keys."""

    def __init__(self, world):
        self._world = world
        self._carol = world.peers
        self._folder = world.folder

    def _path(self, name):
        return os.path.join(self._folder, name)

    def _key(self, name, kind):
        """A key of openssl's, with which the host can decrypt: (certificate, key)."""
        certificate, key = self._path(f'{name}.pem'), self._path(f'{name}.key')
        if not os.path.exists(certificate):
            openssl.self_signed(certificate, openssl.new_key(key, kind), f'/CN={name}',
                                [f'subjectAltName=email:{name}@example.org'])
        return certificate, key

    def own_key(self, name='rsa', kind='rsa:2048'):
        """One that is imported into the host's key store."""
        certificate, key = self._key(name, kind)
        marker = self._path(f'{name}.imported')
        if not os.path.exists(marker):
            with open(self._path(f'{name}.both'), 'wb') as both, open(certificate, 'rb') as one, \
                    open(key, 'rb') as other:
                both.write(one.read() + other.read())
            self._world.store.succeed('import', self._path(f'{name}.both'))
            open(marker, 'w', encoding='ascii').close()
        return certificate

    def foreign_key(self, name='stranger'):
        """One that nobody has but openssl: (certificate, key)."""
        return self._key(name, 'rsa:2048')

    # Layers

    def signed(self, message, *options):
        return self._carol.succeed('sign', *options, stdin=message).stdout

    def encrypted(self, message, *options, to=ALICE, cipher='aes-256-cbc'):
        """The subject stays outside, so that the message is found in a list by it."""
        return self._carol.succeed('encrypt', '--recipient', to, '--no-self', '--cipher', cipher,
                                   '--header-protection', 'none',
                                   *options, stdin=message).stdout

    def encrypted_by_openssl(self, kind, message, certificate, *options, **cms):
        der = openssl.run('cms', '-encrypt', '-binary', '-outform', 'der', '-aes-256-cbc',
                          '-recip', certificate, *options, stdin=entity_of(message))
        return _cms(kind, der, **{'smime_type': 'enveloped-data', **cms})

    def signed_by_openssl(self, kind, message, signer):
        """By a file with key and certificate; its header fields are not in it."""
        der = openssl.run('cms', '-sign', '-nodetach', '-binary', '-outform', 'der', '-md',
                          'sha256', '-signer', signer, stdin=entity_of(message))
        return _cms(kind, der, 'signed-data')

    # Kinds

    def make(self, kind):
        """One of A1 … H1, or one of the others below."""
        return getattr(self, f'_{kind.lower().replace("-", "_")}')()

    def _a1(self):
        return self.signed(plain('A1'))

    def _b1(self):
        return self.signed(plain('B1'), '--no-certificate')

    def _d1(self):
        return self.signed(plain('D1'), '--opaque')

    def _d2(self):
        return self.signed(plain('D2'), '--opaque', '--no-certificate')

    def _c1(self):
        return self.encrypted_by_openssl('C1', plain('C1'), self.foreign_key('thunderbird')[0])

    def _c2(self):
        return self.encrypted_by_openssl('C2', rich('C2'), self.own_key())

    def _c3(self):
        return self.encrypted(plain('C3'))

    def _c4(self):
        return self.encrypted(plain('C4'), cipher='aes-256-gcm')

    def _c5(self):
        return self.encrypted(plain('C5'), cipher='aes-256-gcm').replace(
            b'authEnveloped-data', b'enveloped-data')

    def _c6(self):
        return self.encrypted_by_openssl('C6', plain('C6'), self.own_key(), '-keyopt',
                                         'rsa_padding_mode:oaep')

    def _c7(self):
        return self.encrypted_by_openssl('C7', plain('C7'), self.own_key(),
                                         content_type='application/octet-stream')

    def _e1(self):
        return self.encrypted(self.signed(plain('E1')))

    def _e2(self):
        return self.encrypted(self.signed(rich('E2'), '--no-certificate'))

    def _e3(self):
        return self.encrypted(self.signed(plain('E3'), '--opaque'))

    def _e4(self):
        return self.signed(self.encrypted(self.signed(plain('E4'))))

    def _e5(self):
        return self.signed(self.encrypted(plain('E5')), '--opaque')

    def _f1(self):
        """What a mailing list makes of it."""
        return self.footed('F1', 'List-Id: <list.example.org>\r\n')

    def _f2(self):
        """The same without a word of a list."""
        return self.footed('F2')

    def footed(self, kind, more=''):
        """A signed part, and text of somebody else's."""
        fields, content = split(self.signed(plain(kind)))
        start = fields.index(b'Content-Type')
        signed = fields[start:] + b'\r\n' + content
        return (head(kind, more).encode()
                + b'Content-Type: multipart/mixed; boundary="list"\r\n\r\n--list\r\n' + signed
                + b'\r\n--list\r\nContent-Type: text/plain\r\n\r\n'
                b'unsubscribe at example.org\r\n--list--\r\n')

    def _g1(self):
        return self.signed(plain('G1')).replace(b'secret G1,', b'secret G1!')

    def _h1(self, url='http://127.0.0.1:1/'):
        """Text around an envelope that wants to carry its content away."""
        envelope = entity_of(self.encrypted(plain('H1')))
        return (head('H1').encode() + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
                b'Content-Type: text/html\r\n\r\n<img src="' + url.encode() + b'leak?\r\n--b\r\n'
                + envelope + b'\r\n--b\r\nContent-Type: text/html\r\n\r\n">\r\n--b--\r\n')

    def leaks(self, url):
        """Shapes that would send plaintext, or that it was read, to `url`: by name."""
        image = f'{url}image-%s.png'
        return {
            'H1': self._h1(url),
            'remote-encrypted': self.encrypted(rich('remote-encrypted', image % 'encrypted')),
            'remote-signed-encrypted': self.encrypted(self.signed(
                rich('remote-signed-encrypted', image % 'signed'))),
            'html-first': (
                head('html-first').encode() + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
                b'--b\r\n' + entity_of(self.encrypted(plain('html-first')))
                + b'\r\n--b\r\nContent-Type: text/html\r\n\r\n<img src="' + url.encode()
                + b'beside.png">\r\n--b--\r\n'),
        }

    def _stranger(self):
        return self.encrypted_by_openssl('stranger', plain('stranger'), self.foreign_key()[0])

    def _damaged(self):
        fields, content = split(self.encrypted(plain('damaged'), cipher='aes-256-gcm'))
        der = bytearray(base64.b64decode(content))
        der[-3] ^= 1
        return fields + b'\r\n' + base64.encodebytes(der).replace(b'\n', b'\r\n')

    def _to_bob(self):
        return self.encrypted(plain('to-bob', recipient=BOB), to=BOB)

    def _attached(self):
        """An encrypted message, attached to one that is not."""
        inner = self.encrypted(rich('attached-inner')).decode()
        return (head('attached') + 'Content-Type: multipart/mixed; boundary="a"\r\n\r\n--a\r\n'
                'Content-Type: text/plain\r\n\r\nsee the attached message\r\n--a\r\n'
                'Content-Type: message/rfc822; name="inner.eml"\r\n'
                'Content-Disposition: attachment; filename="inner.eml"\r\n\r\n'
                f'{inner}\r\n--a--\r\n').encode()

    def large(self, n_octets, kind='large'):
        """A signed and encrypted message with an attachment of so many octets."""
        data = base64.encodebytes(os.urandom(n_octets)).decode().replace('\n', '\r\n')
        return self.encrypted(self.signed((
            head(kind) + 'Content-Type: multipart/mixed; boundary="L"\r\n\r\n--L\r\n'
            f'Content-Type: text/plain\r\n\r\nsecret {kind}\r\n--L\r\n'
            'Content-Type: application/octet-stream; name="data.bin"\r\n'
            'Content-Disposition: attachment; filename="data.bin"\r\n'
            f'Content-Transfer-Encoding: base64\r\n\r\n{data}\r\n--L--\r\n').encode()))
