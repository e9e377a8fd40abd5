# SPDX-License-Identifier: MPL-2.0
"""Messages of every structure that a list mark is told by."""

CMS = 'MIAGCSqGSIb3DQEHAqCAMIACAQExADCABgkqhkiG9w0BBwEAADEAAAAAAAAA\n'
FOOTER = ('--list\nContent-Type: multipart/signed; protocol="application/pkcs7-signature";'
          ' micalg=sha-256; boundary="in"\n\n--in\nContent-Type: text/plain\n\nx\n'
          '--in\nContent-Type: application/pkcs7-signature; name=smime.p7s\n\n' + CMS +
          '--in--\n--list\nContent-Type: text/plain\n\nfooter\n--list--\n')


def _signed(content_type, signature='application/pkcs7-signature; name="smime.p7s"'):
    body = (f'--s\nContent-Type: text/plain\n\nthe text\n--s\nContent-Type: {signature}\n'
            f'Content-Transfer-Encoding: base64\n\n{CMS}--s--\n')
    return f'Content-Type: {content_type}; boundary="s"\n\n{body}'


def _cms(content_type, more=''):
    return (f'Content-Type: {content_type}\n{more}Content-Transfer-Encoding: base64\n\n{CMS}')


# name, from Content-Type on, declared
STRUCTURES = [
    ('plain', 'Content-Type: text/plain\n\nx\n', None),
    ('no content type', '\nx\n', None),
    ('signed', _signed('multipart/signed; micalg=sha-256;\n\tprotocol="application/'
                       'pkcs7-signature"'), 'signed'),
    ('signed, x-', _signed('Multipart/Signed; protocol=APPLICATION/X-PKCS7-SIGNATURE'), 'signed'),
    ('signed with OpenPGP', _signed('multipart/signed; protocol="application/pgp-signature"',
                                    'application/pgp-signature'), None),
    ('opaque', _cms('application/pkcs7-mime; smime-type=signed-data; name=smime.p7m'), 'signed'),
    ('enveloped', _cms('application/x-pkcs7-mime; name="smime.p7m";\n smime-type=enveloped-data'),
     'encrypted'),
    ('authEnveloped', _cms('application/pkcs7-mime; smime-type=authEnveloped-data'), 'encrypted'),
    ('no smime-type', _cms('application/pkcs7-mime; name=smime.p7m'), 'encrypted'),
    ('octets', _cms('application/octet-stream; name="SMIME.P7M"'), 'encrypted'),
    ('octets, in the disposition', _cms('application/octet-stream', 'Content-Disposition: '
                                        'attachment; filename="smime.p7m"\n'), 'encrypted'),
    ('octets, RFC 2231', _cms('application/octet-stream; name*0=smi; name*1=me.p7m'), 'encrypted'),
    ('octets of another name', _cms('application/octet-stream; name="a.zip"'), None),
    ('certificates', _cms('application/pkcs7-mime; smime-type=certs-only; name=smime.p7c'), None),
    ('mailing list', f'Content-Type: multipart/mixed; boundary="list"\n\n{FOOTER}', None),
    ('quotes "and) (parentheses\\', _cms('application/pkcs7-mime; smime-type=enveloped-data;\n'
                                        ' name="a\\"b) (\\\\.p7m"'), 'encrypted'),
]


def message(number, subject, content):
    """The octets of one message."""
    return (f'From: Carol <carol@example.com>\nTo: alice@example.org\nSubject: {subject}\n'
            f'Date: Sat, 21 Nov 2026 12:{number % 60:02}:00 +0000\n'
            f'Message-ID: <list-{number}@example.com>\nMIME-Version: 1.0\n{content}').encode()


def messages():
    """All of them."""
    return [message(number, name, content)
            for number, (name, content, _declared) in enumerate(STRUCTURES)]


def declared():
    """By subject: the marks that these messages have before they were read."""
    return {name: f'{kind}-declared' for name, _content, kind in STRUCTURES if kind}
