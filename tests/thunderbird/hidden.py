# SPDX-License-Identifier: MPL-2.0
"""Messages whose header fields are inside (RFC 9788), made by openssl."""

import base64

import openssl
from sending import OUTER_SUBJECT, Judge
from world import ALICE, CAROL

SUBJECT = 'Rent for April'


def fields_of(values):
    """Header lines."""
    return ''.join(f'{name}: {value}\r\n' for name, value in values.items()).encode()


def _cms(der, smime_type):
    lines = base64.encodebytes(der).replace(b'\n', b'\r\n')
    return (f'Content-Type: application/pkcs7-mime; smime-type={smime_type}; name="smime.p7m"\r\n'
            'Content-Transfer-Encoding: base64\r\n\r\n').encode() + lines


class Hidden:
    """Makes messages from Carol to Alice, signed and encrypted."""

    def __init__(self, world):
        self._judge = Judge(world)

    def message(self, kind, *, inner=None, seen=None, outer=None, text='the secret text',
                to=ALICE):
        """Fields that differ from those of a message under the policy hcp_baseline: `inner` those
        inside, `seen` those that its sender has put outside, `outer` what became of these on the
        way. None leaves one out."""
        common = {'From': f'Carol Example <{CAROL}>', 'To': to,
                  'Date': 'Sat, 21 Nov 2026 12:00:00 +0000', 'Message-ID': f'<{kind}@example.com>'}
        protected = common | {'Subject': SUBJECT} | (inner or {})
        seen = {**protected, 'Subject': OUTER_SUBJECT, **(seen or {})}
        entity = (fields_of(protected)
                  + b''.join(f'HP-Outer: {name}: {value}\r\n'.encode()
                             for name, value in seen.items())
                  + b'Content-Type: text/plain; charset=utf-8; hp-legacy-display="1"; hp="cipher"'
                  + f'\r\n\r\nSubject: {protected["Subject"]}\r\n\r\n{text}\r\n'.encode())
        around = {name: value for name, value in (seen | (outer or {})).items() if value}
        return fields_of(around | {'MIME-Version': '1.0'}) + self._sealed(entity, to)

    def _sealed(self, entity, to):
        signed = openssl.run('cms', '-sign', '-nodetach', '-binary', '-outform', 'der', '-md',
                             'sha256', '-signer', self._judge.pem(CAROL), stdin=entity)
        sealed = openssl.run('cms', '-encrypt', '-binary', '-outform', 'der', '-aes-256-cbc',
                             '-recip', self._judge.pem(to), stdin=_cms(signed, 'signed-data'))
        return _cms(sealed, 'enveloped-data')
