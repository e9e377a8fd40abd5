# SPDX-License-Identifier: MPL-2.0
"""Key files and certificates that somebody was talked into reading."""

import base64

from asn1 import (NULL, SEQUENCE, algorithm, claimed, context, integer, octets, oid, seq, set_of,
                  tlv)
from cms import DATA, nested_safes
from keys import SHA256, certificate, extension, mail_names, name, rsa_info
from shape import MEGABYTE, WORLD, Shape

KEY_BAG, CERT_BAG, SAFE_BAG = (f'1.2.840.113549.1.12.10.1.{n}' for n in (1, 3, 6))
ENCRYPTED_DATA = '1.2.840.113549.1.7.6'
PBES2, PBKDF2 = '1.2.840.113549.1.5.13', '1.2.840.113549.1.5.12'
AES_256_CBC = '2.16.840.1.101.3.4.1.42'


def pkcs12(*safes, rounds=None):
    """A file with these ContentInfos, and with rounds a MAC of so many."""
    mac = seq(seq(algorithm(SHA256, tlv(NULL)), octets(b'\x5a' * 32)), octets(b'salt' * 2),
              integer(rounds)) if rounds else b''
    return seq(integer(3), seq(oid(DATA), context(0, octets(seq(*safes)))), mac)


def safe(*bags):
    return seq(oid(DATA), context(0, octets(tlv(SEQUENCE, *bags))))


def bag(kind, value):
    return seq(oid(kind), context(0, value))


def encrypted_safe(rounds):
    kdf = algorithm(PBKDF2, seq(octets(b'salt' * 2), integer(rounds)))
    scheme = algorithm(PBES2, seq(kdf, algorithm(AES_256_CBC, octets(b'\0' * 16))))
    return seq(oid(ENCRYPTED_DATA), context(0, seq(integer(0), seq(
        oid(DATA), scheme, tlv(0x80, b'\x5a' * 64)))))


def key_file(shape_name, make, code, says):
    return Shape(shape_name, 'import', make, code, says, ('--import-password-file', '{password}'))


def certificate_file(shape_name, make, code, says):
    return Shape(shape_name, 'cert', make, code, says)


def pem(label, octets_):
    return (b'-----BEGIN ' + label + b'-----\n' + base64.encodebytes(octets_) + b'-----END ' + label
            + b'-----\n')


SHAPES = [
    key_file('pkcs12-mac-2e31-rounds', lambda: pkcs12(safe(), rounds=(1 << 31) - 1), 3, 'rounds'),
    key_file('pkcs12-mac-2e39-rounds', lambda: pkcs12(safe(), rounds=(1 << 39) - 1), 3, 'rounds'),
    key_file('pkcs12-mac-8-million-rounds', lambda: pkcs12(safe(), rounds=8000000), 3,
             'wrong password'),
    key_file('pkcs12-safe-1333333-rounds', lambda: pkcs12(encrypted_safe(1333333)), 3,
             'wrong password'),
    key_file('pkcs12-safe-1333334-rounds', lambda: pkcs12(encrypted_safe(1333334)), 3, 'rounds'),
    key_file('pkcs12-safe-2e31-rounds', lambda: pkcs12(encrypted_safe((1 << 31) - 1)), 3, 'rounds'),
    key_file('pkcs12-1000-safes', lambda: pkcs12(*[encrypted_safe(100000)] * 1000), 3,
             'more than 50 safes'),
    key_file('pkcs12-bags-million', lambda: pkcs12(safe(bag('1.2.3', tlv(NULL)) * 800000)), 3,
             'more than 1000 bags'),
    key_file('pkcs12-safes-million', lambda: pkcs12(safe() * 500000), 3,
             'more than 50 safes'),
    key_file('pkcs12-keys-1000', lambda: pkcs12(safe(bag(KEY_BAG, seq(integer(0))) * 1000)), 3,
             'more than 50 private keys'),
    key_file('pkcs12-nested-safes', lambda: pkcs12(safe(nested_safes(SAFE_BAG, 50))), 3, ''),
    key_file('pkcs12-claimed-2gb', lambda: seq(integer(3), seq(oid(DATA), context(
        0, claimed(4, 1 << 31)))), 3, ''),
    key_file('pem-blocks-5000', lambda: pem(b'CERTIFICATE', b'0\0') * 5000, 3, 'PEM blocks'),
    key_file('pem-16mb-line', lambda: b'-----BEGIN PRIVATE KEY-----\n' + b'M' * 15 * MEGABYTE, 3,
             'no end'),
    key_file('key-file-past-16mb', lambda: b'0' * 17 * MEGABYTE, 3, ''),
    certificate_file('certificate-past-256kb', lambda: certificate(name('a'), WORLD.rsa_info,
                     extensions=[extension('1.2.3', b'x' * 300000)]), 3, 'octets'),
    certificate_file('certificate-2000-extensions', lambda: certificate(
        name('a'), WORLD.rsa_info, extensions=[extension(f'1.2.{i}', b'') for i in range(2000)]),
                     3, 'extensions'),
    certificate_file('certificate-10000-addresses', lambda: certificate(
        name('a'), WORLD.rsa_info, extensions=[mail_names(f'{i}@b' for i in range(10000))]), 0, ''),
    certificate_file('certificate-rsa-million-bits', lambda: certificate(
        name('a'), rsa_info((1 << 1000000) + 1, 3)), 0, ''),
    certificate_file('certificate-long-oid', lambda: certificate(name('a'), seq(seq(
        tlv(6, b'\x88' * 200000 + b'\1')), tlv(3, b'\0'))), 0, ''),
    certificate_file('certificate-of-sets', lambda: tlv(SEQUENCE, set_of() * 100000), 3, ''),
]
