# SPDX-License-Identifier: MPL-2.0
"""Messages of many shapes, and what of them has to survive."""

import email
import email.policy
import os

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'data', 'messages')
ALICE, BOB = 'alice@example.org', 'bob@example.org'


def head(author=ALICE, *, to=BOB, fields=()):
    """Header fields of a message, with LF and without the empty line."""
    return '\n'.join([f'From: Author <{author}>', f'To: {to}', 'Subject: a shape',
                      'Date: Sat, 21 Nov 2026 12:00:00 +0000', 'Message-ID: <1@example.org>',
                      'MIME-Version: 1.0', *fields]) + '\n'


def _text(body, encoding='7bit', charset='us-ascii', author=ALICE):
    fields = (f'Content-Type: text/plain; charset={charset}',
              f'Content-Transfer-Encoding: {encoding}')
    return (head(author, fields=fields) + '\n' + body).encode()


def _attachments(author):
    parts = [('text/plain; charset=utf-8', '8bit', 'Grüße, siehe Anhang\n'),
             ('application/octet-stream; name="a.bin"', 'base64', 'AAECAwQFBgcICQ==\n'),
             ('text/plain; name="b.txt"', 'quoted-printable', 'trailing=20\nequals =3D\n')]
    body = ''.join(f'--cut\nContent-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n{text}'
                   for kind, encoding, text in parts)
    return (head(author, fields=['Content-Type: multipart/mixed; boundary="cut"'])
            + f'\npreamble\n{body}--cut--\nepilogue\n').encode()


def _third_party(author):
    """A message of another program, from the author and to BOB."""
    with open(os.path.join(DATA, 'hare-and-tortoise.eml'), 'rb') as file:
        top, body = file.read().replace(b'\r\n', b'\n').split(b'\n\n', 1)
    kept, dropping = [], False
    for line in top.split(b'\n'):
        if not line[:1].isspace():
            dropping = line.lower().startswith((b'from:', b'to:', b'cc:', b'sender:'))
        if not dropping:
            kept.append(line)
    addresses = f'From: {author}\nTo: {BOB}\n'.encode()
    return addresses + b'\n'.join(kept) + b'\n\n' + body


def shapes(author=ALICE):
    """Name -> message; LF unless the name says otherwise."""
    utf8 = 'Größe: 5 €\nжизнь, 日本語, 🐢\n'
    rows = {
        'plain': _text('hello\nworld\n', author=author),
        'no-content-type': (f'From: {author}\nTo: {BOB}\n\nhello\n').encode(),
        'utf8-8bit': _text(utf8, '8bit', 'utf-8', author),
        'utf8-binary': _text(utf8, 'binary', 'utf-8', author),
        'long-lines': _text('x' * 990 + '\n' + 'y ' * 1500 + '\n', author=author),
        'trailing-blanks': _text('one  \ntwo\t\n-- \n   \nend \n', author=author),
        'from-and-dots': _text('From here\n.\n..\n>From there\n.dot\n', author=author),
        'boundary-like': _text('--\n--=_x\n----\n--x--\n', author=author),
        'no-line-end': _text('the last line has no end', author=author),
        'empty-lines': _text('\n\n\nmiddle\n\n\n', author=author),
        'empty-body': _text('', author=author),
        'attachments': _attachments(author),
        'html-alternative': _third_party(author),
    }
    for name in ('plain', 'utf8-8bit', 'attachments', 'trailing-blanks', 'empty-body'):
        rows[f'{name}-crlf'] = rows[name].replace(b'\n', b'\r\n')
    return rows


def content(octets):
    """What is to survive: each part's type and its decoded content, with LF."""
    message = email.message_from_bytes(octets, policy=email.policy.compat32)
    parts = []
    for part in message.walk():
        if part.is_multipart():
            parts.append((part.get_content_type(), None))
            continue
        body = part.get_payload(decode=True) or b''
        parts.append((part.get_content_type(), body.replace(b'\r\n', b'\n')))
    return parts


def field(octets, name):
    """One header field's body."""
    return email.message_from_bytes(octets)[name]


def cms_of(octets):
    """The CMS object of an application/pkcs7-mime message."""
    return email.message_from_bytes(octets).get_payload(decode=True)


def signed_parts(octets):
    """(what a multipart/signed signs, CMS object), cut by hand: no parser may change a thing."""
    octets = octets.replace(b'\r\n', b'\n')
    message = email.message_from_bytes(octets)
    cut = b'\n--' + message.get_boundary().encode() + b'\n'
    signed = octets.split(cut)[1].replace(b'\n', b'\r\n')
    return signed, message.get_payload()[1].get_payload(decode=True)


def multipart_signed(top, entity, cms_base64, micalg='sha-256'):
    """A multipart/signed message of an entity and a base64 CMS object."""
    return (top.encode() + b'Content-Type: multipart/signed; '
            b'protocol="application/pkcs7-signature"; micalg=' + micalg.encode()
            + b'; boundary="sig"\n\n--sig\n' + entity
            + b'\n--sig\nContent-Type: application/pkcs7-signature; name="smime.p7s"\n'
            b'Content-Transfer-Encoding: base64\n\n' + cms_base64 + b'\n--sig--\n')
