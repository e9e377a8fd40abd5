# SPDX-License-Identifier: MPL-2.0
"""Envelopes that can't be decrypted, by the place where they fail. Nobody may learn which one it
was: who can tell wrong padding from a wrong key can have messages decrypted."""

import base64

from asn1 import elements, seq, tlv
from cms import (OAEP, agreed_key, auth_enveloped, encrypted_content, enveloped, key_agreement,
                 key_transport)
from keys import numbers
from shape import WORLD

RANDOM = numbers.randbytes
CONTENT = 4096


def _public_key():
    """(modulus, exponent) of the RSA key at hand."""
    fields = elements(elements(elements(WORLD.rsa_info)[0][1])[1][1][1:])
    parts = elements(fields[0][1])
    return int.from_bytes(parts[0][1], 'big'), int.from_bytes(parts[1][1], 'big')


def encrypted(padded):
    """What RSA makes of octets, without any padding of its own."""
    modulus, exponent = _public_key()
    return pow(int.from_bytes(padded, 'big'), exponent, modulus).to_bytes(256, 'big')


def padded(key, block_type=2, size=256):
    """PKCS #1 v1.5."""
    filler = bytes(1 + octet % 255 for octet in RANDOM(size - 3 - len(key)))
    return bytes([0, block_type]) + filler + b'\0' + key


def _without_zero():
    return b'\0\2' + bytes(1 + octet % 255 for octet in RANDOM(254))


def _early_zero():
    return b'\0\2' + b'\1\0' + RANDOM(252)


TRANSPORTED = {
    'right key, wrong content': lambda: encrypted(padded(RANDOM(32))),
    'wrong block type': lambda: encrypted(padded(RANDOM(32), 1)),
    'no zero': lambda: encrypted(_without_zero()),
    'zero in the padding': lambda: encrypted(_early_zero()),
    'key too short': lambda: encrypted(padded(RANDOM(5))),
    'key empty': lambda: encrypted(padded(b'')),
    'key too long': lambda: encrypted(padded(RANDOM(33))),
    'any octets': lambda: b'\0' + RANDOM(255),
    'larger than the modulus': lambda: b'\xff' * 256,
    'octets missing': lambda: RANDOM(100),
}
CONTENTS = {
    'cbc': lambda recipient: enveloped([recipient], encrypted_content(tlv(0x80, RANDOM(CONTENT)))),
    'cbc, half a block': lambda recipient: enveloped([recipient], encrypted_content(
        tlv(0x80, RANDOM(CONTENT + 8)))),
    'gcm': lambda recipient: auth_enveloped([recipient], nonce=RANDOM(12), tag=RANDOM(16),
                                            ciphertext=tlv(0x80, RANDOM(CONTENT))),
}


def _transported(make_key, **form):
    return lambda: key_transport(WORLD.rsa, make_key(), **form)


def _agreed(key, point):
    return lambda: key_agreement([agreed_key(WORLD.ec, key())], point=point())


def recipients():
    """Name -> (the key file that it is for, what makes it)."""
    rows = {f'pkcs1, {name}': ('rsa', _transported(make)) for name, make in TRANSPORTED.items()}
    rows |= {f'oaep, {name}': ('rsa', _transported(make, kind=OAEP, parameters=seq()))
             for name, make in TRANSPORTED.items() if name not in ('key empty', 'no zero')}
    rows['ecdh, any octets'] = ('ec', _agreed(lambda: RANDOM(40), lambda: WORLD.points['ec']))
    rows['ecdh, octets missing'] = ('ec', _agreed(lambda: RANDOM(16), lambda: WORLD.points['ec']))
    rows['ecdh, too many octets'] = ('ec', _agreed(lambda: RANDOM(48), lambda: WORLD.points['ec']))
    return rows


def envelopes():
    """(name, key file, octets) of each, with new random octets."""
    for name, (key, recipient) in recipients().items():
        for content, make in CONTENTS.items():
            yield f'{name}; {content}', key, make(recipient())


def message(octets):
    return (b'From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: application/pkcs7-mime; '
            b'smime-type=enveloped-data\r\nContent-Transfer-Encoding: base64\r\n\r\n'
            + base64.encodebytes(octets).replace(b'\n', b'\r\n'))
