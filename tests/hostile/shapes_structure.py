# SPDX-License-Identifier: MPL-2.0
"""Lengths, counts and depths of ASN.1 that are there for the reader's memory and time."""

from asn1 import (CONSTRUCTED, END_OF_CONTENTS, INTEGER, OCTET_STRING, OID, SEQUENCE, SET,
                  algorithm, claimed, context, endless, integer, length, octets, oid, seq, set_of,
                  tlv)
from cms import (DATA, ENVELOPED, SIGNED, TEXT, attribute, auth_enveloped, content_info,
                 encrypted_content, enveloped, key_transport, pieces, signed, signed_data,
                 signer_info, streamed, usual_attributes)
from keys import SHA256
from shape import MEGABYTE, WORLD, Shape

HUGE = (1 << 31) - 16


def verify(name, make, code, says, options=()):
    return Shape(name, 'verify', make, code, says, ('--author', 'a@example.org', *options))


def decrypt(name, make, code, says, options=('--key', '{rsa}')):
    return Shape(name, 'decrypt', make, code, says, options)


def claimed_recipients(number):
    return (endless(SEQUENCE, oid(ENVELOPED), endless(0xa0, endless(
        SEQUENCE, integer(2), endless(SET, endless(SEQUENCE, integer(2),
                                                   claimed(0x80, number, b'A' * 4000)))))))


def claimed_certificates(number):
    fields = (integer(1), set_of(algorithm(SHA256)), seq(oid(DATA)))
    return endless(SEQUENCE, oid(SIGNED), endless(0xa0, endless(
        SEQUENCE, *fields, endless(0xa0, claimed(SEQUENCE, number, b'A' * 4000)))))


def nested_signed_data(depth):
    """Each in the eContent of the next, in BER: CMS objects that are no MIME."""
    inside = signed_data()
    for _ in range(depth):
        inside = signed_data(inner=octets(inside), kind=SIGNED)
    return content_info(SIGNED, inside)


def nested(tag, depth, leaf=octets(b'x')):
    """depth elements, one in another; from the outside, since the inside is known to be short."""
    heads = []
    size = len(leaf)
    for _ in range(depth):
        head = bytes([tag]) + length(size)
        heads.append(head)
        size += len(head)
    return b''.join(reversed(heads)) + leaf


def in_content(element):
    return lambda: signed(inner=element())


def nested_endless(tag, depth):
    return bytes([tag, 0x80]) * depth + octets(b'x') + END_OF_CONTENTS * depth


def long_oid(n_octets):
    return tlv(OID, b'\x88' * (n_octets - 1) + b'\1')


def with_attributes(*more, sort=True):
    return signed(signers=[signer_info(WORLD.rsa, b'\x5a' * 256, sort=sort,
                                       attributes=usual_attributes(TEXT, *more))])


def with_unsigned(*attributes):
    return signed(signers=[signer_info(WORLD.rsa, b'\x5a' * 256, unsigned=context(1, *attributes))])


CODE = '1.2.3.4'
SHAPES = [
    decrypt('claimed-2gb-recipient', lambda: claimed_recipients(HUGE), 3, 'octets stated'),
    decrypt('claimed-2e63-recipient', lambda: claimed_recipients((1 << 63) - 1), 3,
            'octets stated'),
    verify('claimed-2gb-certificate', lambda: claimed_certificates(HUGE), 3, 'octets stated'),
    verify('claimed-2e64-certificate', lambda: claimed_certificates((1 << 64) - 1), 3,
           'octets stated'),
    verify('claimed-in-content', in_content(lambda: claimed(OCTET_STRING, HUGE, b'A')), 3,
           'octets stated'),
    verify('length-of-126-octets', lambda: b'\x30\xfe' + b'\xff' * 126, 3, ''),
    verify('digests-5000', lambda: signed(digests=tlv(SET, algorithm(SHA256) * 5000),
                                          content=b'A' * MEGABYTE), 3, 'digest algorithms'),
    verify('digests-million', lambda: signed(digests=tlv(SET, algorithm(SHA256) * 1000000)), 3,
           'digest algorithms'),
    verify('set-of-a-million', lambda: signed(digests=tlv(SET, b'\5\0' * 1000000)), 3, ''),
    *(verify(f'signed-in-signed-{depth}', lambda depth=depth: nested_signed_data(depth), 1, '')
      for depth in (50, 500, 3000, 20000)),
    *(verify(f'string-nested-{depth}',
             in_content(lambda depth=depth: nested(OCTET_STRING | CONSTRUCTED, depth)), 3, 'deep')
      for depth in (50, 5000, 1000000)),
    verify('string-nested-open-million',
           in_content(lambda: nested_endless(OCTET_STRING | CONSTRUCTED, 1000000)), 3, 'deep'),
    verify('attributes-nested-open', lambda: with_attributes(
        attribute(CODE, nested_endless(SEQUENCE, 60000))), 1, 'malformed'),
    verify('attributes-nested', lambda: with_attributes(attribute(CODE, nested(SEQUENCE, 50000))),
           1, ''),
    verify('string-of-one-octet-pieces-25mb', in_content(
        lambda: pieces(25 * MEGABYTE // 3, b'x')), 1, ''),
    verify('string-of-empty-pieces-25mb', in_content(lambda: pieces(25 * MEGABYTE // 2, b'')), 1,
           ''),
    decrypt('ciphertext-of-one-octet-pieces-25mb', lambda: enveloped(
        [key_transport(WORLD.rsa, b'\x5a' * 256)], encrypted_content(
            pieces(25 * MEGABYTE // 3, b'x', 0x80))), 1, ''),
    verify('content-type-long-oid', lambda: content_info(SIGNED, seq(
        integer(1), set_of(), seq(long_oid(20 * MEGABYTE)), set_of())), 1, ''),
    verify('attribute-long-oid', lambda: with_attributes(seq(long_oid(200000), set_of(integer(1)))),
           3, 'unverified'),
    verify('digest-long-oid', lambda: content_info(SIGNED, seq(
        integer(1), set_of(seq(long_oid(10 * MEGABYTE))), seq(oid(DATA)), set_of())), 1, ''),
    verify('version-of-10mb', lambda: content_info(SIGNED, seq(
        tlv(INTEGER, b'\1' * (10 * MEGABYTE)), set_of(), seq(oid(DATA)), set_of())), 3,
           'too large'),
    verify('serial-of-10mb', lambda: signed(signers=[signer_info(
        (seq(), tlv(INTEGER, b'\1' * (10 * MEGABYTE))), b'\x5a' * 256)]), 3, 'unverified'),
    verify('signature-of-10mb', lambda: signed(signers=[signer_info(
        WORLD.rsa, b'\x5a' * (10 * MEGABYTE))]), 1, '', ('--cert', '{rsa_certificate}')),
    verify('attributes-5mb', lambda: with_attributes(attribute(CODE, octets(b'x' * 5 * MEGABYTE))),
           3, 'signed attributes'),
    verify('attributes-100000', lambda: with_attributes(
        *(attribute(CODE, integer(1)) for _ in range(100000))), 3, 'signed attributes'),
    verify('attributes-10000-small', lambda: with_attributes(
        *(attribute(CODE, integer(1)) for _ in range(10000))), 1, ''),
    verify('attribute-of-a-million-values', lambda: with_attributes(
        attribute(CODE, b'\5\0' * 1000000)), 3, 'signed attributes'),
    verify('attribute-of-100000-values', lambda: with_attributes(
        attribute(CODE, b'\5\0' * 100000)), 3, 'unverified'),
    verify('attributes-in-worst-order', lambda: with_attributes(
        *(attribute(CODE, octets(bytes([200 - i]) * 2000)) for i in range(90)), sort=False), 3,
           'unverified'),
    verify('unsigned-attributes-million', lambda: with_unsigned(
        attribute(CODE, integer(1)) * 1000000), 1, 'malformed'),
    verify('unsigned-attribute-of-20mb', lambda: with_unsigned(
        attribute(CODE, octets(b'x' * 20 * MEGABYTE))), 3, 'unverified'),
    verify('signers-3000', lambda: signed(signers=[signer_info(WORLD.rsa, b'\x5a' * 256)] * 3000),
           3, 'more than'),
    verify('certificates-5000', lambda: signed(certificates=[WORLD.rsa_der] * 5000), 3,
           'more than'),
    verify('certificates-of-one-octet-million', lambda: signed(
        certificates=[b'\x30\0' * 1000000]), 3, 'more than'),
    verify('crls-100000', lambda: signed(crls=[seq(seq())] * 100000), 3, 'more than'),
    verify('other-certificates-100000', lambda: signed(
        certificates=[context(3, integer(1))] * 100000), 3, 'more than'),
    verify('trailing-20mb', lambda: signed() + b'\0' * (20 * MEGABYTE), 3, 'left over'),
    decrypt('gcm-nonce-of-1mb', lambda: auth_enveloped(
        [key_transport(WORLD.rsa, b'\x5a' * 256)], nonce=b'x' * MEGABYTE), 3, 'nonce'),
    decrypt('gcm-tag-of-1mb', lambda: auth_enveloped(
        [key_transport(WORLD.rsa, b'\x5a' * 256)], tag=b'x' * MEGABYTE, size=16), 3, 'mac'),
    *(decrypt(f'gcm-tag-of-{n}', lambda n=n: auth_enveloped(
        [key_transport(WORLD.rsa, b'\x5a' * 256)], tag=b'x' * n), code, says)
      for n, code, says in ((0, 3, 'ICVlen'), (1, 3, 'ICVlen'), (4, 3, 'ICVlen'), (11, 3, 'ICVlen'),
                            (13, 1, 'decryption failed'), (17, 3, 'ICVlen'))),
    decrypt('gcm-nonce-empty', lambda: auth_enveloped(
        [key_transport(WORLD.rsa, b'\x5a' * 256)], nonce=b''), 3, 'nonce'),
    decrypt('gcm-nonce-of-1', lambda: auth_enveloped(
        [key_transport(WORLD.rsa, b'\x5a' * 256)], nonce=b'x'), 1, 'decryption failed'),
    decrypt('authenticated-attributes-million', lambda: auth_enveloped(
        [key_transport(WORLD.rsa, b'\x5a' * 256)],
        attributes=tlv(0xa1, attribute(CODE, integer(1)) * 1000000)), 3, 'attributes'),
    decrypt('unprotected-attributes-million', lambda: enveloped(
        [key_transport(WORLD.rsa, b'\x5a' * 256)],
        more=tlv(0xa1, attribute(CODE, integer(1)) * 1000000)), 1, 'decryption failed'),
    decrypt('originator-info-10mb', lambda: content_info(ENVELOPED, seq(
        integer(0), context(0, context(0, seq(octets(b'x' * 100)) * 100000)),
        set_of(key_transport(WORLD.rsa, b'\x5a' * 256)),
        encrypted_content(tlv(0x80, b'\x5a' * 64)))), 1, 'decryption failed'),
    verify('streamed-unfinished', lambda: streamed(SIGNED, integer(1), set_of(), seq(
        oid(DATA)))[:-6] + b'\x24\x80' * 20 + octets(b'x') * 1000000, 3, ''),
]
