# SPDX-License-Identifier: MPL-2.0
"""Keys of any size without anybody's patience, and certificates of them with any content.

An RSA modulus is the product of many small primes here: no secret, but one that gives signatures
that hold under a key of 16384 bits within milliseconds."""

import functools
import hashlib
import random

from asn1 import (SEQUENCE, UTC_TIME, UTF8_STRING, algorithm, bits, context, elements, integer,
                  octets, oid, seq, set_of, tlv)

RSA_ENCRYPTION, SHA256_WITH_RSA = '1.2.840.113549.1.1.1', '1.2.840.113549.1.1.11'
EC_PUBLIC_KEY, SHA256 = '1.2.840.10045.2.1', '2.16.840.1.101.3.4.2.1'
ECDSA_WITH_SHA256, DSA_WITH_SHA256 = '1.2.840.10045.4.3.2', '2.16.840.1.101.3.4.3.2'
SHA256_INFO = bytes.fromhex('3031300d060960864801650304020105000420')
PRIME_BITS = 128

numbers = random.Random(1)  # the same messages in each run


def _is_prime(number, rounds=12):
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(rounds):
        power = pow(numbers.randrange(2, number - 1), odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True


def prime(n_bits, exponent=65537):
    """Such that exponent has an inverse below it."""
    while True:
        number = numbers.getrandbits(n_bits) | 3 << (n_bits - 2) | 1
        if (number - 1) % exponent and _is_prime(number):
            return number


class RsaKey:
    """n_bits: nearly so. exponent: a prime."""

    def __init__(self, n_bits, exponent=65537):
        self.exponent = exponent
        self.primes, self.modulus = [], 1
        while n_bits - self.modulus.bit_length() >= 2 * PRIME_BITS:
            self._add(prime(PRIME_BITS, exponent))
        self._add(prime(n_bits - self.modulus.bit_length(), exponent))

    def _add(self, factor):
        self.primes.append(factor)
        self.modulus *= factor

    @property
    def info(self):
        """SubjectPublicKeyInfo."""
        return rsa_info(self.modulus, self.exponent)

    def sign(self, message, name=SHA256):
        """PKCS #1 v1.5."""
        size = (self.modulus.bit_length() + 7) // 8
        info = SHA256_INFO + hashlib.sha256(message).digest()
        padded = b'\0\1' + b'\xff' * (size - len(info) - 3) + b'\0' + info
        number, result, known = int.from_bytes(padded, 'big'), 0, 1
        for factor in self.primes:
            part = pow(number, pow(self.exponent, -1, factor - 1), factor)
            result += known * ((part - result) * pow(known, -1, factor) % factor)
            known *= factor
        return result.to_bytes(size, 'big')


@functools.lru_cache(None)
def rsa(n_bits, exponent=65537, which=0):  # pylint: disable=unused-argument
    """The same key for the same words."""
    return RsaKey(n_bits, exponent)


def rsa_info(modulus, exponent):
    return seq(algorithm(RSA_ENCRYPTION, b'\5\0'), bits(seq(integer(modulus), integer(exponent))))


def curve_info(curve, point):
    return seq(algorithm(EC_PUBLIC_KEY, oid(curve)), bits(point))


def name(*common_names):
    return seq(*(set_of(seq(oid('2.5.4.3'), tlv(UTF8_STRING, one.encode())))
                 for one in common_names))


def extension(dotted, value, critical=False):
    return seq(oid(dotted), b'\1\1\xff' if critical else b'', octets(value))


def mail_names(addresses):
    """subjectAltName of mail addresses."""
    return extension('2.5.29.17', seq(*(tlv(0x81, one.encode()) for one in addresses)))


AUTHORITY = extension('2.5.29.19', seq(b'\1\1\xff'), True)
VALIDITY = seq(tlv(UTC_TIME, b'200101000000Z'), tlv(UTC_TIME, b'491231235959Z'))


def certificate(subject, info, *, issuer=None, signer=None, serial=1, extensions=(),
                signature=SHA256_WITH_RSA):
    """A certificate of the key info. signer: an RsaKey, else the signature is made up."""
    inner = algorithm(signature, b'\5\0' if signature == SHA256_WITH_RSA else b'')
    body = seq(context(0, integer(2)), integer(serial), inner, issuer or subject, VALIDITY, subject,
               info, context(3, seq(*extensions)) if extensions else b'')
    value = signer.sign(body) if signer else b'\x5a' * 256
    return seq(body, inner, bits(value))


def facts(der):
    """(issuer, serial number, SubjectPublicKeyInfo) of a certificate, as elements."""
    fields = elements(elements(elements(der)[0][1])[0][1])
    fields = fields[1:] if fields[0][0] == 0xa0 else fields
    return (tlv(SEQUENCE, fields[2][1]), tlv(2, fields[0][1]), tlv(SEQUENCE, fields[5][1]))
