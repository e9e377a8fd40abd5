# SPDX-License-Identifier: MPL-2.0
"""EnvelopedData with recipients that "openssl cms" does not write: the structures by hand, the
arithmetic by openssl's commands one at a time."""

import hashlib
import os

import openssl

DATA = '1.2.840.113549.1.7.1'
ENVELOPED_DATA = '1.2.840.113549.1.7.3'
AES_256_CBC = '2.16.840.1.101.3.4.1.42'
DES_EDE3_CBC = '1.2.840.113549.3.7'
EC_PUBLIC_KEY = '1.2.840.10045.2.1'
X25519 = '1.3.101.110'
PBKDF2 = '1.2.840.113549.1.5.12'
PWRI_KEK = '1.2.840.113549.1.9.16.3.9'
WRAPS = {16: '2.16.840.1.101.3.4.1.5', 24: '2.16.840.1.101.3.4.1.25',
         32: '2.16.840.1.101.3.4.1.45'}
X963 = {'sha1': '1.3.133.16.840.63.0.2', 'sha224': '1.3.132.1.11.0', 'sha256': '1.3.132.1.11.1',
        'sha384': '1.3.132.1.11.2', 'sha512': '1.3.132.1.11.3'}
HKDF = {'sha256': '1.2.840.113549.1.9.16.3.19', 'sha384': '1.2.840.113549.1.9.16.3.20',
        'sha512': '1.2.840.113549.1.9.16.3.21'}
HMAC = {'sha1': '1.2.840.113549.2.7', 'sha224': '1.2.840.113549.2.8',
        'sha256': '1.2.840.113549.2.9', 'sha384': '1.2.840.113549.2.10',
        'sha512': '1.2.840.113549.2.11'}


def tlv(tag, *parts):
    """An element; in DER if the parts are."""
    contents = b''.join(parts)
    length = len(contents)
    if length < 128:
        head = bytes([length])
    else:
        octets = length.to_bytes((length.bit_length() + 7) // 8, 'big')
        head = bytes([0x80 | len(octets)]) + octets
    return bytes([tag]) + head + contents


def sequence(*parts):
    """A SEQUENCE."""
    return tlv(0x30, *parts)


def octets(contents):
    """An OCTET STRING."""
    return tlv(4, contents)


def integer(value):
    """An INTEGER that is not negative."""
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, 'big'))


def oid(dotted):
    """An OBJECT IDENTIFIER."""
    first, second, *rest = map(int, dotted.split('.'))
    contents = bytearray()
    for arc in (first * 40 + second, *rest):
        groups = [arc & 0x7f]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7f)
        contents += bytes(reversed(groups))
    return tlv(6, bytes(contents))


def read(der, start=0):
    """(tag, contents, end) of the element at start."""
    length, at = der[start + 1], start + 2
    if length >= 128:
        count = length & 0x7f
        length, at = int.from_bytes(der[at:at + count], 'big'), at + count
    return der[start], der[at:at + length], at + length


def children(contents):
    """The elements in contents, whole."""
    at, found = 0, []
    while at < len(contents):
        end = read(contents, at)[2]
        found.append(contents[at:end])
        at = end
    return found


def certificate_fields(der):
    """Elements of the TBSCertificate, without its version."""
    fields = children(read(read(der)[1])[1])
    return fields[1:] if fields[0][0] == 0xa0 else fields


def issuer_and_serial(der):
    """IssuerAndSerialNumber of a certificate."""
    serial, _, issuer = certificate_fields(der)[:3]
    return sequence(issuer, serial)


def with_public_key(der, spki):
    """The certificate with another SubjectPublicKeyInfo; its signature is none any more."""
    tbs, *signature = children(read(der)[1])
    fields = children(read(tbs)[1])
    index = 6 if fields[0][0] == 0xa0 else 5
    fields[index] = spki
    return sequence(sequence(*fields), *signature)


def public_point(spki):
    """The octets of subjectPublicKey."""
    return read(children(read(spki)[1])[1])[1][1:]


def cbc(key, initial, plaintext, *, pad=True, cipher='aes-256-cbc'):
    """Encrypted by openssl."""
    return openssl.run('enc', f'-{cipher}', '-e', '-K', key.hex(), '-iv', initial.hex(),
                       *(() if pad else ('-nopad',)), stdin=plaintext)


def wrap(key, content_key):
    """AES key wrap (RFC 3394)."""
    return openssl.run('enc', '-e', f'-id-aes{len(key) * 8}-wrap', '-K', key.hex(), '-iv',
                       'A6' * 8, stdin=content_key)


def derive(kind, digest, secret, info, length, salt=b''):
    """X963KDF or HKDF."""
    salted = ('-kdfopt', f'hexsalt:{salt.hex()}') if salt else ()
    text = openssl.run('kdf', '-keylen', length, '-kdfopt', f'digest:{digest}', '-kdfopt',
                       f'hexkey:{secret.hex()}', '-kdfopt', f'hexinfo:{info.hex()}', *salted, kind)
    return bytes.fromhex(text.decode().replace(':', '').strip())


class Agreement:
    """One KeyAgreeRecipientInfo for the certificate of person, who has key and certificate."""

    def __init__(self, person, path):
        """path: where the ephemeral key is written."""
        self.person = person
        self.path = path
        self.is_x25519 = 'X25519' in openssl.run('pkey', '-in', person.key, '-text',
                                                 '-noout').decode()
        self.ukm = None
        self.identifier = issuer_and_serial(person.der)
        self.originator = None
        self.name_curve = False

    def _make_ephemeral(self):
        if self.is_x25519:
            openssl.run('genpkey', '-algorithm', 'X25519', '-out', self.path)
        else:
            parameters = openssl.run('pkey', '-in', self.person.key, '-text', '-noout').decode()
            curve = parameters.split('NIST CURVE: ')[1].split()[0]
            openssl.new_key(self.path, f'ec:{curve}')
        return openssl.run('pkey', '-in', self.path, '-pubout', '-outform', 'DER')

    def _originator_key(self, spki):
        if self.originator:
            return tlv(0xa0, self.originator)
        algorithm = read(spki)[1]
        algorithm = children(algorithm)[0] if self.name_curve else sequence(
            oid(X25519 if self.is_x25519 else EC_PUBLIC_KEY))
        return tlv(0xa0, tlv(0xa1, algorithm, tlv(3, b'\0', public_point(spki))))

    def build(self, content_key, kind, digest, length=32):
        """kind: X963KDF or HKDF."""
        spki = self._make_ephemeral()
        peer = f'{self.path}.peer'
        public = openssl.run('x509', '-in', self.person.certificate, '-pubkey', '-noout')
        with open(peer, 'wb') as file:
            file.write(public)
        secret = openssl.run('pkeyutl', '-derive', '-inkey', self.path, '-peerkey', peer)
        algorithm = sequence(oid(WRAPS[length]))
        info = sequence(algorithm, *([tlv(0xa0, octets(self.ukm))] if self.ukm else []),
                        tlv(0xa2, octets((length * 8).to_bytes(4, 'big'))))
        salt = self.ukm if kind == 'HKDF' and self.ukm else b''
        key = derive(kind, digest, secret, info, length, salt)
        scheme = (HKDF if kind == 'HKDF' else X963)[digest]
        return tlv(0xa1, integer(3), self._originator_key(spki),
                   *([tlv(0xa1, octets(self.ukm))] if self.ukm else []),
                   sequence(oid(scheme), algorithm),
                   sequence(sequence(self.identifier, octets(wrap(key, content_key)))))


def password_recipient(content_key, password, *, digest='sha256', rounds=1000, key_length=None,
                       cipher='aes-256-cbc', salt_length=16):
    """PasswordRecipientInfo (RFC 3211)."""
    size, block, name = {'aes-256-cbc': (32, 16, AES_256_CBC),
                         'des-ede3-cbc': (24, 8, DES_EDE3_CBC)}[cipher]
    salt, initial = os.urandom(salt_length), os.urandom(block)
    key = hashlib.pbkdf2_hmac(digest, password.encode(), salt, min(rounds, 5000000), size)
    plain = bytes([min(len(content_key), 255), *(octet ^ 0xff for octet in content_key[:3])]) + content_key
    plain += os.urandom(-len(plain) % block)
    once = cbc(key, initial, plain, pad=False, cipher=cipher)
    twice = cbc(key, once[-block:], once, pad=False, cipher=cipher)
    function = [] if digest == 'sha1' else [sequence(oid(HMAC[digest]), b'\5\0')]
    length = [] if key_length is None else [integer(key_length)]
    return tlv(0xa3, integer(0),
               tlv(0xa0, oid(PBKDF2), sequence(octets(salt), integer(rounds), *length, *function)),
               sequence(oid(PWRI_KEK), sequence(oid(name), octets(initial))), octets(twice))


def enveloped_data(content_key, recipients, content):
    """ContentInfo, in AES-256-CBC."""
    initial = os.urandom(16)
    encrypted = sequence(oid(DATA), sequence(oid(AES_256_CBC), octets(initial)),
                         tlv(0x80, cbc(content_key, initial, content)))
    return sequence(oid(ENVELOPED_DATA),
                    tlv(0xa0, sequence(integer(2), tlv(0x31, *recipients), encrypted)))
