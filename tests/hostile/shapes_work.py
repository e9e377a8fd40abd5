# SPDX-License-Identifier: MPL-2.0
"""Public-key operations, each within every limit, that are to be many: signers times certificates,
paths, lists of revoked certificates, recipients."""

import itertools

from asn1 import (UTC_TIME, UTF8_STRING, algorithm, bits, context, integer, octets, oid, seq,
                  set_of, tlv)
from cms import (OAEP, TEXT, agreed_key, attribute, enveloped, key_agreement, key_transport,
                 password_recipient, signed, signer_info, usual_attributes)
from keys import (AUTHORITY, DSA_WITH_SHA256, ECDSA_WITH_SHA256, RSA_ENCRYPTION, SHA256_WITH_RSA,
                  certificate, curve_info, extension, mail_names, name,
                  numbers, prime, rsa, rsa_info)
from shape import WORLD, Shape

ALICE = 'a@example.org'
BIG_EXPONENT = (1 << 64) - 59
P256, P384, P521 = '1.2.840.10045.3.1.7', '1.3.132.0.34', '1.3.132.0.35'
SAME = name('same')
WHO = (SAME, integer(1))


def verify(shape_name, make, code, says, *options):
    return Shape(shape_name, 'verify', make, code, says, ('--author', ALICE, *options))


def modulus(n_bits):
    """Of nobody's key."""
    return numbers.getrandbits(n_bits) | 1 << (n_bits - 1) | 1


def rsa_certificates(number, n_bits, exponent):
    """All with one name and one serial number."""
    return [certificate(SAME, rsa_info(modulus(n_bits), exponent), extensions=[mail_names([ALICE])])
            for _ in range(number)]


def many_under_many(n_signers, certificates, signature, *, sort=True, kind=RSA_ENCRYPTION,
                    n_attributes=1):
    """Each signature is tried with each certificate, and over two orders of the attributes."""
    extra = [attribute(f'1.2.3.{i}', octets(b'z' * (40 - i))) for i in range(n_attributes)]
    attributes = list(usual_attributes(TEXT, *extra))
    if not sort:
        attributes.sort(reverse=True)
    signers = [signer_info(WHO, signature, attributes=attributes, sort=sort, kind=kind)
               for _ in range(n_signers)]
    return signed(certificates=certificates, signers=signers)


def rsa_grid(n_signers, n_certificates, n_bits, exponent):
    return lambda: many_under_many(n_signers, rsa_certificates(n_certificates, n_bits, exponent),
                                   b'\x5a' * (n_bits // 8), sort=False)


def ec_certificates(number, curve, point):
    return [certificate(SAME, curve_info(curve, point), serial=1,
                        extensions=[mail_names([ALICE, f'{i}@example.org'])])
            for i in range(number)]


def ec_grid(n_signers, n_certificates, which, curve, size):
    signature = seq(integer(1 << (8 * size - 9)), integer(1 << (8 * size - 10)))
    return lambda: many_under_many(
        n_signers, ec_certificates(n_certificates, curve, WORLD.points[which]), signature,
        sort=False, kind=ECDSA_WITH_SHA256)


def dsa_grid(n_signers, n_certificates, p_bits, q_bits):
    def make():
        group, order = modulus(p_bits), (prime if q_bits < 1000 else modulus)(q_bits)
        info = seq(algorithm('1.2.840.10040.4.1',
                             seq(integer(group), integer(order), integer(group - 2))),
                   bits(integer(group - 3)))
        certificates = [certificate(SAME, info, extensions=[mail_names([f'{i}@example.org'])])
                        for i in range(n_certificates)]
        return many_under_many(n_signers, certificates, seq(integer(order - 5), integer(order - 7)),
                               sort=False, kind=DSA_WITH_SHA256)
    return make



def web(n_bits, n_names, n_keys, exponent=BIG_EXPONENT):
    """Authorities that all certify one another; not one leads to an anchor."""
    def make():
        keys = [rsa(n_bits, exponent, i) for i in range(n_keys)]
        certificates = []
        for subject, issuer in itertools.product(range(n_names), repeat=2):
            key, signer = keys[subject % n_keys], keys[issuer % n_keys]
            certificates.append(certificate(
                name(f'authority {subject}'), key.info, issuer=name(f'authority {issuer}'),
                signer=signer, serial=1 + issuer + n_names * subject, extensions=[AUTHORITY]))
        end = rsa(2048)
        own = certificate(SAME, end.info, issuer=name('authority 0'), signer=keys[0],
                          extensions=[mail_names([ALICE])])
        who = (name('authority 0'), integer(1))
        return signed(certificates=[own, *certificates], signers=[
            signer_info(who, end, attributes=usual_attributes(TEXT))])
    return make


def same_name_issuers(n_bits, number, exponent=BIG_EXPONENT):
    """Many authorities with the name of the issuer, none of whose keys signed."""
    def make():
        end = rsa(2048)
        own = certificate(SAME, end.info, issuer=name('authority'),
                          extensions=[mail_names([ALICE])])
        issuers = [certificate(name('authority'), rsa_info(modulus(n_bits), exponent), serial=i,
                               extensions=[AUTHORITY]) for i in range(number)]
        return signed(certificates=[own, *issuers], signers=[signer_info(
            (name('authority'), integer(1)), end, attributes=usual_attributes(TEXT))])
    return make


def revocation_list(issuer, entries, signature=b'\x5a' * 256, extensions=b''):
    inner = algorithm(SHA256_WITH_RSA, b'\5\0')
    body = seq(integer(1), inner, issuer, tlv(UTC_TIME, b'200101000000Z'),
               tlv(UTC_TIME, b'491231235959Z'), tlv(0x30, entries) if entries else b'',
               context(0, seq(extensions)) if extensions else b'')
    if not isinstance(signature, bytes):
        signature = signature.sign(body)
    return seq(body, inner, bits(signature))


def with_lists(make_lists, *, extra=()):
    """Signed by one of whom the authority {authority} vouches, with these lists of revoked
    certificates."""
    def make():
        root, end = WORLD.authority, rsa(2048)
        own = certificate(SAME, end.info, issuer=WORLD.authority_name, signer=root, serial=7,
                          extensions=[mail_names([ALICE])])
        return signed(certificates=[own, *extra], crls=make_lists(), signers=[signer_info(
            (WORLD.authority_name, integer(7)), end, attributes=usual_attributes(TEXT))])
    return make


def long_list(n_entries, entry=seq(integer(1), b'\5\0')):
    return lambda: [revocation_list(WORLD.authority_name, entry * n_entries, WORLD.authority)]


def indirect_entries(number, one):
    issuer = extension('2.5.29.29', seq(context(4, one)), True)
    return lambda: [revocation_list(WORLD.authority_name,
                                    seq(integer(1), b'\5\0', seq(issuer)) * number,
                                    WORLD.authority)]


def with_certificates(make_one, number=100):
    """Many of a kind that costs memory."""
    def make():
        certificates = [make_one()] * number
        return signed(certificates=certificates, signers=[signer_info(
            WORLD.rsa, b'\x5a' * 256, attributes=usual_attributes(TEXT))])
    return make


def fat(**fields):
    subject = fields.pop('subject', name('fat'))
    extensions = fields.pop('extensions', ())
    return certificate(subject, WORLD.rsa_info, extensions=extensions, **fields)


def rdns(number):
    return tlv(0x30, seq_of_rdn() * number)


def seq_of_rdn():
    return set_of(seq(oid('2.5.4.3'), tlv(UTF8_STRING, b'')))


def chained(names, subject_names, extensions):
    """A path of twelve that holds, each of which has all this in it, to the anchor."""
    def make():
        keys = [rsa(2048, 65537, i) for i in range(10)]
        certificates, issuer, signer = [], WORLD.authority_name, WORLD.authority
        for i, key in enumerate(keys):
            subject = name(f'step {i}')
            certificates.append(certificate(subject, key.info, issuer=issuer, signer=signer,
                                            serial=i, extensions=[AUTHORITY, *extensions]))
            issuer, signer = subject, key
        end = rsa(2048)
        own = certificate(SAME, end.info, issuer=issuer, signer=signer, serial=7,
                          extensions=[extension('2.5.29.17', seq(names * subject_names))])
        return signed(certificates=[own, *certificates], signers=[signer_info(
            (issuer, integer(7)), end, attributes=usual_attributes(TEXT))])
    return make


def subtrees(number, one):
    return extension('2.5.29.30', seq(tlv(0xa0, seq(one) * number)), True)


def policies(number):
    each = b''.join(seq(oid(f'1.2.3.{i}')) for i in range(number))
    return extension('2.5.29.32', tlv(0x30, each))


def recipients(number, one):
    return lambda: enveloped([one()] * number)


def decrypt(shape_name, make, code, says, *options):
    return Shape(shape_name, 'decrypt', make, code, says, options or ('--key', '{rsa}'))


def agreed(number, point, curve='ec', who=None):
    def make():
        own = who() if who else getattr(WORLD, curve)
        return enveloped([key_agreement([agreed_key(own)] * number, point=point())])
    return make


STRANGER = name('stranger')
ADDRESS = tlv(0x81, b'a@b.example.org')
PATH = ('--ca', '{authority}')
def collisions(number):
    """Addresses of one length and, for the hash that tables of strings have, of one value."""
    return (''.join('Ez' if i >> bit & 1 else 'FY' for bit in range(12)) + 'x' * 200 + '@b.example'
            for i in range(number))


def wide_name(n_values, tag=UTF8_STRING):
    """One set of attributes that are all of one type, in another spelling for another tag."""
    return seq(set_of(*(seq(oid('2.5.4.11'), tlv(tag, b'%d' % i)) for i in range(n_values))))


def same_serial(number, issuer, subject=b''):
    """Certificates with one issuer, whose keys and serial numbers are the same."""
    return [certificate(subject or name(f'subject {i}'), WORLD.rsa_info, issuer=issuer, serial=5,
                        extensions=[mail_names([ALICE])]) for i in range(number)]


# combining marks, in an order that costs most to put right
MARKS = ('\u0301\u0323' * 255).encode()


def marked_name(i):
    return seq(*(set_of(seq(oid('2.5.4.11'), tlv(UTF8_STRING, MARKS + b'%d' % i)))
                 for _ in range(3)))


SHAPES = [
    verify('one-rsa-16384', rsa_grid(1, 1, 16384, BIG_EXPONENT), 1, ''),
    verify('rsa-16384-times-320', rsa_grid(20, 16, 16384, BIG_EXPONENT), 3, 'too much work'),
    verify('rsa-4096-times-320', rsa_grid(20, 16, 4096, BIG_EXPONENT), 3, 'too much work'),
    verify('rsa-2048-times-320', rsa_grid(20, 100, 2048, 65537), 1, ''),
    verify('ec-521-times-320', ec_grid(20, 16, 'ec521', P521, 66), 3, 'too much work'),
    verify('ec-384-times-320', ec_grid(20, 16, 'ec384', P384, 48), 3, 'too much work'),
    verify('ec-256-times-320', ec_grid(20, 16, 'ec', P256, 32), 3, 'too much work'),
    verify('dsa-3072-times-320', dsa_grid(20, 16, 3072, 256), 3, 'too much work'),
    verify('dsa-16384', dsa_grid(20, 16, 16384, 16000), 1, ''),
    verify('rsa-100000-bits', rsa_grid(20, 4, 100000, BIG_EXPONENT), 1, ''),
    verify('rsa-short-modulus-long-exponent', rsa_grid(20, 4, 1000, (1 << 100000) + 1), 1, ''),
    verify('rsa-exponent-16384-bits', rsa_grid(20, 4, 16384, (1 << 16383) + 1), 3, 'too much work'),
    verify('paths-web-16384', web(16384, 9, 9), 3, 'unverified', *PATH),
    verify('paths-web-2048', web(2048, 9, 9), 3, 'unverified', *PATH),
    verify('paths-same-name-16384', same_name_issuers(16384, 90), 3, 'unverified', *PATH),
    verify('crls-of-nobody-100', with_lists(lambda: [
        revocation_list(WORLD.authority_name, b'') for _ in range(100)]), 0, '', *PATH),
    verify('crls-100-long', with_lists(lambda: [revocation_list(
        WORLD.authority_name, seq(integer(1), b'\5\0') * 90000, b'\x5a' * 256)
        for _ in range(100)]), 0, '', *PATH),
    verify('crls-many-signers-16384', with_lists(
        lambda: [revocation_list(WORLD.authority_name, b'', b'\x5a' * 2048) for _ in range(100)],
        extra=[]), 0, '', *PATH),
    verify('crl-2-million-entries', with_lists(long_list(2300000)), 0, '', *PATH),
    verify('crl-4-of-2-million', with_lists(lambda: long_list(2300000)() * 4), 0, '', *PATH),
    verify('crl-entry-issuers', with_lists(indirect_entries(19000, rdns(40))), 0, '', *PATH),
    verify('crl-no-crl-10mb', with_lists(lambda: [seq(octets(b'x' * 10000000))]), 0, '', *PATH),
    verify('certificates-100-of-250kb', with_certificates(lambda: fat(
        extensions=[extension('1.2.3', b'x' * 250000)])), 3, '', *PATH),
    verify('certificates-with-40000-extensions', with_certificates(lambda: fat(
        extensions=[extension(f'1.2.{i}', b'') for i in range(15000)])), 3, '', *PATH),
    verify('certificates-with-long-names', with_certificates(
        lambda: fat(subject=rdns(9000))), 3, '', *PATH),
    verify('certificates-with-100000-names', with_certificates(lambda: fat(
        extensions=[extension('2.5.29.17', seq(b'\x81\0' * 100000))])), 3, '', *PATH),
    verify('certificates-with-20000-addresses', with_certificates(lambda: fat(
        extensions=[mail_names(f'{i}@b' for i in range(25000))])), 3, '', *PATH),
    verify('certificates-with-60000-purposes', with_certificates(lambda: fat(
        extensions=[extension('2.5.29.37', seq(oid('1.2.3') * 60000))])), 3, '', *PATH),
    verify('certificates-with-long-serials', with_certificates(lambda: fat(
        serial=1 << 1900000)), 3, '', *PATH),
    verify('path-names-times-constraints', chained(ADDRESS, 900, [subtrees(900, ADDRESS)]), 3,
           'unverified', *PATH),
    verify('path-names-many', chained(ADDRESS, 15000, [subtrees(3, ADDRESS)]), 3, 'unverified',
           *PATH),
    verify('path-constraints-many', chained(ADDRESS, 3, [subtrees(13000, ADDRESS)]), 3,
           'unverified', *PATH),
    verify('path-policies-many', chained(ADDRESS, 3, [policies(5000)]), 3, 'unverified', *PATH),
    *(verify(f'certificates-{n}-{what}', with_certificates(make, n), 3, 'unverified', *PATH)
      for n, what, make in (
          (90, 'of-40kb', lambda: fat(extensions=[extension('1.2.3', b'x' * 40000)])),
          (60, '100-extensions', lambda: fat(extensions=[
              extension(f'1.2.{i}', b'') for i in range(100)])),
          (90, '2000-extensions', lambda: fat(extensions=[
              extension(f'1.2.{i}', b'') for i in range(2000)])),
          (90, '400-attributes', lambda: fat(subject=rdns(400))),
          (60, '3000-attributes', lambda: fat(subject=rdns(3000))),
          (90, '10000-purposes', lambda: fat(extensions=[extension('2.5.29.37', seq(
              oid('1.2.3') * 9000))])),
          (90, '10000-names', lambda: fat(extensions=[extension('2.5.29.17', seq(
              b'\x81\0' * 20000))])))),
    verify('certificates-colliding-addresses', lambda: signed(certificates=[fat(extensions=[
        mail_names(collisions(1000))], serial=i) for i in range(1, 16)]), 1, '', *PATH),
    verify('certificates-marked-names', lambda: signed(certificates=[
        fat(subject=marked_name(i), serial=i) for i in range(1, 91)], signers=[signer_info(
            WORLD.rsa, b'\x5a' * 256, attributes=usual_attributes(TEXT))]), 3, '', *PATH),
    verify('names-wide', lambda: signed(
        certificates=same_serial(100, wide_name(300)), signers=[signer_info(
            (wide_name(300, 0x13), integer(5)), b'\x5a' * 256)] * 20), 1, ''),
    verify('names-wide-and-different', lambda: signed(
        certificates=same_serial(100, wide_name(301)), signers=[signer_info(
            (wide_name(300, 0x13), integer(5)), b'\x5a' * 256)] * 20), 3, 'unverified'),
    verify('path-mailboxes-compared', chained(ADDRESS, 3, [subtrees(400, tlv(
        0x81, b'"a.b.c"@c.example.org'))]), 3, 'unverified', *PATH),
    decrypt('recipients-10000-strangers', recipients(10000, lambda: key_transport(
        (STRANGER, integer(9)), b'\x5a' * 256)), 1, 'none of the'),
    decrypt('recipients-10001', recipients(10001, lambda: key_transport(
        (STRANGER, integer(9)), b'')), 3, 'more than 10000 recipients'),
    decrypt('recipients-10000-us', recipients(10000, lambda: key_transport(
        WORLD.rsa, b'\x5a' * 256)), 1, 'decryption failed'),
    decrypt('recipients-100000-us', recipients(100000, lambda: key_transport(
        WORLD.rsa, b'\x5a' * 256)), 3, 'more than 10000 recipients'),
    decrypt('recipients-oaep-16384', recipients(5000, lambda: key_transport(
        WORLD.rsa, b'\x5a' * 2048, kind=OAEP, parameters=seq())), 1, 'decryption failed'),
    decrypt('recipients-oaep-label-1mb', recipients(20, lambda: key_transport(
        WORLD.rsa, b'\x5a' * 256, kind=OAEP, parameters=seq(context(2, seq(
            oid('1.2.840.113549.1.1.9'), octets(b'x' * 1000000)))))), 3, 'label'),
    decrypt('recipients-key-of-10mb', recipients(2, lambda: key_transport(
        WORLD.rsa, b'\x5a' * 10000000)), 1, 'decryption failed'),
    decrypt('agreed-keys-10000-us', agreed(10000, lambda: WORLD.points['ec']), 1,
            'decryption failed', '--key', '{ec}'),
    decrypt('agreed-keys-p521', agreed(10000, lambda: WORLD.points['ec521'], 'ec521'), 1,
            'decryption failed', '--key', '{ec521}'),
    decrypt('agreed-keys-other-spelling', lambda: enveloped([key_agreement(
        [agreed_key((name('ec').replace(b'\x0c', b'\x13'), WORLD.ec[1]))] * 10000,
        point=WORLD.points['ec'])]), 1, '', '--key', '{ec}'),
    decrypt('agreed-ukm-60mb', lambda: enveloped([key_agreement(
        [agreed_key(WORLD.ec)] * 10, point=WORLD.points['ec'], ukm=b'x' * 60000000)]), 3,
            'too long', '--key', '{ec}'),
    decrypt('passwords-2e31-rounds', lambda: enveloped([password_recipient((1 << 31) - 1)] * 100),
            1, ''),
    decrypt('recipient-names-60kb', lambda: enveloped([key_transport(
        (rdns(4600), WORLD.rsa[1]), b'\x5a' * 256)] * 1000), 1, ''),
    verify('signer-names-60kb', lambda: signed(certificates=[
        certificate(name('fat'), rsa_info(modulus(1024), 3), serial=5, extensions=[
            mail_names([f'{i}@example.org'])]) for i in range(100)],
        signers=[signer_info((rdns(4600), integer(5)), b'\x5a' * 128)] * 20), 3, ''),
]
