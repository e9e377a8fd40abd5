# SPDX-License-Identifier: MPL-2.0
"""The structures of RFC 5652, as a hostile sender would fill them."""

import hashlib

from asn1 import (CONSTRUCTED, OCTET_STRING, SEQUENCE, SET, algorithm, bits, context, endless,
                  integer, octets, oid, seq, set_of, tlv)
from keys import EC_PUBLIC_KEY, RSA_ENCRYPTION, SHA256

DATA, SIGNED, ENVELOPED = (f'1.2.840.113549.1.7.{n}' for n in (1, 2, 3))
AUTH_ENVELOPED, COMPRESSED = '1.2.840.113549.1.9.16.1.23', '1.2.840.113549.1.9.16.1.9'
AES_256_CBC, AES_256_GCM = '2.16.840.1.101.3.4.1.42', '2.16.840.1.101.3.4.1.46'
AES_256_WRAP, ECDH_SHA256 = '2.16.840.1.101.3.4.1.45', '1.3.132.1.11.1'
OAEP, PASSWORD_KDF, PWRI_KEK = ('1.2.840.113549.1.1.7', '1.2.840.113549.1.5.12',
                                '1.2.840.113549.1.9.16.3.9')
CONTENT_TYPE, MESSAGE_DIGEST = '1.2.840.113549.1.9.3', '1.2.840.113549.1.9.4'
TEXT = b'Content-Type: text/plain\r\n\r\nhello\r\n'


def content_info(kind, contents):
    return seq(oid(kind), context(0, contents))


def attribute(kind, *values):
    return seq(oid(kind), set_of(*values))


def usual_attributes(content, *more):
    """What every signer signs, and more."""
    return (attribute(CONTENT_TYPE, oid(DATA)),
            attribute(MESSAGE_DIGEST, octets(hashlib.sha256(content).digest())), *more)


def der_set(parts):
    """As DER sorts it."""
    return sorted(parts)


def signer_info(who, signature, *, attributes=(), unsigned=b'', digest=SHA256,
                kind=RSA_ENCRYPTION, sort=True):
    """who: (issuer, serial number). attributes: elements of signedAttrs; signature: octets, or an
    RsaKey that signs them."""
    signed = der_set(attributes) if sort else attributes
    if not isinstance(signature, bytes):
        signature = signature.sign(tlv(SET, *der_set(attributes)))
    return seq(integer(1), seq(*who), algorithm(digest), context(0, *signed) if signed else b'',
               algorithm(kind), octets(signature), unsigned)


def signed_data(*, digests=None, content=TEXT, inner=None, certificates=(), crls=(), signers=(),
                kind=DATA):
    """SignedData; inner: what stands for the eContent, instead of content."""
    value = octets(content) if inner is None else inner
    return seq(integer(1), set_of(algorithm(SHA256)) if digests is None else digests,
               seq(oid(kind), context(0, value) if value else b''),
               context(0, *certificates) if certificates else b'',
               context(1, *crls) if crls else b'', set_of(*signers))


def signed(**fields):
    return content_info(SIGNED, signed_data(**fields))


def pieces(n_pieces, piece, outer=OCTET_STRING):
    """A constructed string of many pieces."""
    return tlv(outer | CONSTRUCTED, octets(piece) * n_pieces)


def key_transport(who, key, *, kind=RSA_ENCRYPTION, parameters=b'\5\0'):
    """KeyTransRecipientInfo."""
    return seq(integer(0), seq(*who), algorithm(kind, parameters), octets(key))


def agreed_key(who, key=b'\x5a' * 40):
    """RecipientEncryptedKey."""
    return seq(seq(*who), octets(key))


def key_agreement(keys, *, point, ukm=b''):
    """KeyAgreeRecipientInfo."""
    originator = context(0, context(1, algorithm(EC_PUBLIC_KEY), bits(point)))
    return context(1, integer(3), originator, context(1, octets(ukm)) if ukm else b'',
                   algorithm(ECDH_SHA256, algorithm(AES_256_WRAP)), seq(*keys))


def password_recipient(rounds, salt=b'12345678'):
    """PasswordRecipientInfo (RFC 3211)."""
    kdf = tlv(0xa0, oid(PASSWORD_KDF), seq(octets(salt), integer(rounds)))
    wrap = algorithm(PWRI_KEK, algorithm(AES_256_CBC, octets(b'\0' * 16)))
    return context(3, integer(0), kdf, wrap, octets(b'\x5a' * 48))


def encrypted_content(ciphertext, cipher=AES_256_CBC, parameters=None):
    """EncryptedContentInfo; ciphertext: octets, or a whole element."""
    if parameters is None:
        parameters = octets(b'\0' * 16)
    return seq(oid(DATA), algorithm(cipher, parameters), ciphertext)


def enveloped(recipients, content=None, *, more=b''):
    """EnvelopedData with this EncryptedContentInfo."""
    content = content or encrypted_content(tlv(0x80, b'\x5a' * 64))
    return content_info(ENVELOPED, seq(integer(0), tlv(SET, *recipients), content, more))


def gcm(nonce, tag_octets):
    return seq(octets(nonce), integer(tag_octets))


def auth_enveloped(recipients, *, nonce=b'\0' * 12, tag=b'\x5a' * 16, size=None, ciphertext=None,
                   attributes=b''):
    """AuthEnvelopedData."""
    content = encrypted_content(ciphertext or tlv(0x80, b'\x5a' * 64), AES_256_GCM,
                                gcm(nonce, len(tag) if size is None else size))
    return content_info(AUTH_ENVELOPED, seq(integer(0), tlv(SET, *recipients), content, attributes,
                                            octets(tag)))


def streamed(kind, *fields):
    """A ContentInfo all of whose lengths are left open."""
    return endless(SEQUENCE, oid(kind), endless(0xa0, endless(SEQUENCE, *fields)))


def nested_safes(bag_kind, depth):
    """A PKCS#12 SafeBag in a SafeBag."""
    inside = b''
    for _ in range(depth):
        inside = seq(oid(bag_kind), context(0, seq(inside)))
    return inside
