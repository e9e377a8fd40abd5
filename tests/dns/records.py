# SPDX-License-Identifier: MPL-2.0
"""Owner names and record data, written apart from the program's own: each checks the other."""

import base64
import hashlib
import pathlib
import unicodedata

CERTIFICATES = pathlib.Path(__file__).resolve().parent.parent / 'data' / 'certificates'
SMIMEA = 53
PRIVATE_TYPE = 65444  # what the developer's guide used before SMIMEA had a number
TTL = 3600


def certificate(name):
    """DER of tests/data/certificates/NAME.cert.der."""
    return (CERTIFICATES / f'{name}.cert.der').read_bytes()


def user_certificates():
    """DER of the certificates for user0 … user199, twenty users in each."""
    text = (CERTIFICATES / 'users.certs.pem').read_text(encoding='ascii')
    bodies = text.replace('-----END CERTIFICATE-----', '').split('-----BEGIN CERTIFICATE-----')[1:]
    return [base64.b64decode(body) for body in bodies]


def owner_name(address, draft=False):
    """The name of RFC 8162 §3 with a dot at the end; with draft that of the guide (SHA-224).

    The domain has to be in A-labels. A quoted local part loses its quotes and backslashes.
    """
    local, domain = address.rsplit('@', 1)
    if local.startswith('"'):
        local = local[1:-1].replace('\\', '')
    octets = unicodedata.normalize('NFC', local).encode()
    digest = hashlib.sha224(octets) if draft else hashlib.sha256(octets)
    return f'{digest.hexdigest()[:56]}._smimecert.{domain.rstrip(".").lower()}.'


def _der_next(der, start):
    """(start of the content, end) of the DER value at start."""
    length, content = der[start + 1], start + 2
    if length & 0x80:
        n_octets = length & 0x7F
        length = int.from_bytes(der[content:content + n_octets], 'big')
        content += n_octets
    return content, content + length


def public_key_info(der):
    """The SubjectPublicKeyInfo of a certificate (RFC 5280 §4.1)."""
    at, _ = _der_next(der, 0)
    at, _ = _der_next(der, at)
    # version [0], serialNumber, signature, issuer, validity, subject
    for _ in range(6 if der[at] == 0xA0 else 5):
        _, at = _der_next(der, at)
    return der[at:_der_next(der, at)[1]]


def association(der, selector, matching):
    """Certificate association data (RFC 6698 §2.1.4)."""
    data = public_key_info(der) if selector == 1 else der
    if matching == 1:
        return hashlib.sha256(data).digest()
    if matching == 2:
        return hashlib.sha512(data).digest()
    return data


def raw(usage, selector, matching, data):
    """A SMIMEA record with any parameters and data."""
    return f'SMIMEA {usage} {selector} {matching} {data.hex()}'


def smimea(der, usage=3, selector=0, matching=0):
    """A SMIMEA record of a certificate."""
    return raw(usage, selector, matching, association(der, selector, matching))


def generic(der, rr_type=PRIVATE_TYPE):
    """The same in the form of RFC 3597, under any type."""
    rdata = bytes([3, 0, 0]) + der
    return f'TYPE{rr_type} \\# {len(rdata)} {rdata.hex()}'


def cname(address):
    """An alias for the owner name of another address."""
    return f'CNAME {owner_name(address)}'


def line(owner, record, ttl=TTL):
    """One line of a zone file."""
    return f'{owner} {ttl} IN {record}'
