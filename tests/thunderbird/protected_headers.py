# SPDX-License-Identifier: MPL-2.0
"""Messages whose header fields are protected (RFC 9788), made field by field with openssl, so that
every lie can be told: inside, in HP-Outer, and outside."""

import base64
import os

import openssl
from world import ALICE, CAROL

HIDDEN = '[...]'
DATE = 'Sat, 21 Nov 2026 12:00:00 +0000'
LEGACY = 'hp-legacy-display="1"'


def fields_of(subject, *, sender=f'Carol Example <{CAROL}>', to=f'Alice Example <{ALICE}>',
              date=DATE, **more):
    """Header fields, in order; further ones with "_" for "-"."""
    fields = {'From': sender, 'To': to, 'Subject': subject, 'Date': date} | {
        name.replace('_', '-').title(): value for name, value in more.items()}
    return {name: value for name, value in fields.items() if value is not None}


def lines_of(fields):
    """The same as octets."""
    return ''.join(f'{name}: {value}\r\n' for name, value in fields.items()).encode()


def payload(fields, outer, text, *, parameters='', html=None):
    """The cryptographic payload: `fields` inside; `outer` is what HP-Outer says, with None the
    intent is "clear"."""
    intent = 'clear' if outer is None else 'cipher'
    inside = lines_of(fields) + b''.join(
        f'HP-Outer: {name}: {value}\r\n'.encode() for name, value in (outer or {}).items())
    kind = 'html' if html else 'plain'
    parameters = ''.join(f'; {one}' for one in (parameters, f'hp="{intent}"') if one)
    return (b'MIME-Version: 1.0\r\n' + inside
            + f'Content-Type: text/{kind}; charset="utf-8"{parameters}\r\n'
            'Content-Transfer-Encoding: 8bit\r\n\r\n'.encode()
            + (html or text).replace('\n', '\r\n').encode() + b'\r\n')


class Sender:
    """Carol, or somebody else with a key in `program`'s store; sends to Alice."""

    def __init__(self, world, program=None, address=CAROL):
        self._world = world
        both = world.path(f'{address}.p12')
        password = world.path('p12-password')
        with open(password, 'w', encoding='ascii') as file:
            file.write('secret\n')
        (program or world.peers).succeed('export', address, both,
                                         '--export-password-file', password)
        self._pem = world.path(f'{address}.pem')
        openssl.run('pkcs12', '-in', both, '-passin', 'pass:secret', '-nodes', '-out', self._pem)
        self._alice = world.path('alice.pem')
        if not os.path.exists(self._alice):
            der = world.path('alice.der')
            world.store.succeed('export', ALICE, der, '--certificate-only')
            openssl.run('x509', '-inform', 'der', '-in', der, '-out', self._alice)

    def signed(self, entity, outside, *, spoil=False):
        """multipart/signed around an entity."""
        signed = openssl.run('cms', '-sign', '-binary', '-signer', self._pem, '-outform', 'smime',
                             '-md', 'sha256', stdin=entity)
        canonical = signed.replace(b'\r\n', b'\n').replace(b'\n', b'\r\n')
        head, _, rest = canonical.partition(b'\r\n\r\n')
        if spoil:
            rest = rest.replace(b'secret', b'secreT')
        kept = [line for line in head.split(b'\r\n') if not line.startswith(b'MIME-Version')]
        return (lines_of(outside) + b'MIME-Version: 1.0\r\n' + b'\r\n'.join(kept) + b'\r\n\r\n'
                + rest)

    def opaque(self, entity):
        """The entity as a signed-data layer, for an envelope."""
        der = openssl.run('cms', '-sign', '-binary', '-nodetach', '-signer', self._pem, '-outform',
                          'der', '-md', 'sha256', stdin=entity)
        return _layer(der, 'signed-data')

    def encrypted(self, entity, outside):
        """An envelope to Alice around an entity."""
        der = openssl.run('cms', '-encrypt', '-binary', '-outform', 'der', '-aes-256-cbc', '-recip',
                          self._alice, stdin=entity)
        return lines_of(outside) + b'MIME-Version: 1.0\r\n' + _layer(der, 'enveloped-data')

    def both(self, entity, outside):
        """Signed, then encrypted."""
        return self.encrypted(self.opaque(entity), outside)


def _layer(der, smime_type):
    lines = base64.encodebytes(der).replace(b'\n', b'\r\n')
    return (f'Content-Type: application/pkcs7-mime; smime-type={smime_type}; name="smime.p7m"\r\n'
            'Content-Disposition: attachment; filename="smime.p7m"\r\n'
            'Content-Transfer-Encoding: base64\r\n\r\n').encode() + lines
