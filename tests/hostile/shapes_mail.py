# SPDX-License-Identifier: MPL-2.0
"""Messages whose MIME is the trap, round CMS objects or without any."""

import base64
import functools
import zlib

from asn1 import algorithm, context, integer, octets, oid, seq
from cms import (COMPRESSED, DATA, TEXT, content_info, enveloped, key_transport, signed,
                 signer_info, usual_attributes)
from shape import MEGABYTE, WORLD, Shape

TOP = b'From: a@example.org\r\nTo: b@example.org\r\nMIME-Version: 1.0\r\n'
OPAQUE = b'Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n'
ENCRYPTED = b'Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n'
IN_BASE64 = b'Content-Transfer-Encoding: base64\r\n'


def shape(name, verb, make, code, says, *options):
    if verb == 'verify':
        options = ('--cert', '{rsa_certificate}', *options)
    return Shape(name, verb, make, code, says, options)


def each(name, make, codes, says=''):
    """The same for every verb that reads messages. says: of all; or of classify, and the others."""
    first, others = says if isinstance(says, tuple) else (says, says)
    return [shape(f'{name}-{verb}', verb, make, code, text)
            for verb, code, text in zip(('classify', 'verify', 'read'), codes,
                                        (first, others, others))]


def boundary(number):
    return b'b' * number


def nested_multiparts(depth, leaf=TEXT, name=boundary, subtype=b'mixed'):
    """From the outside; name gives the boundary of a level."""
    heads = [b'Content-Type: multipart/' + subtype + b'; boundary="' + name(i) + b'"\r\n\r\n--'
             + name(i) + b'\r\n' for i in range(1, depth + 1)]
    tails = [b'\r\n--' + name(i) + b'--\r\n' for i in range(depth, 0, -1)]
    return TOP + b''.join(heads) + leaf + b''.join(tails)


def parts(number, part):
    return (TOP + b'Content-Type: multipart/mixed; boundary="cut"\r\n\r\n'
            + (b'--cut\r\n' + part + b'\r\n') * number + b'--cut--\r\n')


def lines(text, size=76, end=b'\r\n'):
    return b''.join(text[at:at + size] + end for at in range(0, len(text), size))


def opaque(cms, **form):
    return OPAQUE + IN_BASE64 + b'\r\n' + lines(base64.b64encode(cms), **form)


def good_signature(content=TEXT):
    return signed(content=content, signers=[signer_info(
        WORLD.rsa, b'\x5a' * 256, attributes=usual_attributes(content))])


def layers(number, head=OPAQUE):
    """Signed within signed, each the whole of the other; in binary, lest it grow."""
    content = TEXT
    for _ in range(number):
        content = head + b'Content-Transfer-Encoding: binary\r\n\r\n' + good_signature(content)
    return TOP + content


def big_layers(number):
    content = b'Content-Type: text/plain\r\n\r\n' + b'x' * 20 * MEGABYTE
    for _ in range(number):
        content = OPAQUE + b'Content-Transfer-Encoding: binary\r\n\r\n' + good_signature(content)
    return TOP + content


def clear_signed(part, middle=b'', signature=b''):
    return (TOP + b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; '
            b'boundary="sig"\r\n\r\n--sig\r\n' + part + b'\r\n' + middle
            + b'--sig\r\nContent-Type: application/pkcs7-signature\r\n' + IN_BASE64 + b'\r\n'
            + signature + b'\r\n--sig--\r\n')


def detached():
    return lines(base64.b64encode(signed(inner=b'', signers=[signer_info(
        WORLD.rsa, b'\x5a' * 256, attributes=usual_attributes(TEXT))])))


def envelope():
    return enveloped([key_transport(WORLD.rsa, b'\x5a' * 256)])


def field(size):
    return TOP + b'X-Long: ' + b'x' * size + b'\r\n\r\nhello\r\n'


def parameters(number):
    listed = b''.join(b';\r\n p%d=v' % i for i in range(number))
    return TOP + b'Content-Type: text/plain' + listed + b'\r\n\r\nhello\r\n'


def segments(number, text=b'x' * 60):
    listed = b''.join(b';\r\n boundary*%d="%s"' % (i, text) for i in range(number))
    return TOP + b'Content-Type: multipart/mixed' + listed + b'\r\n\r\n' + b'--x\r\n' * 100000


def compressed(content):
    """CompressedData (RFC 3274)."""
    return content_info(COMPRESSED, seq(integer(0), algorithm('1.2.840.113549.1.9.16.3.8'), seq(
        oid(DATA), context(0, octets(content)))))


@functools.lru_cache(maxsize=1)  # gigabytes take their time
def zlib_zeros(megabytes):
    """What so many zeros become: a thousandth."""
    compressor = zlib.compressobj(9)
    piece = b'\0' * MEGABYTE
    return compressor.compress(TEXT) + b''.join(
        compressor.compress(piece) for _ in range(megabytes)) + compressor.flush()


def nested_compressed(depth):
    content = TEXT
    for _ in range(depth):
        content = SMALLER + b'Content-Transfer-Encoding: binary\r\n\r\n' + compressed(
            zlib.compress(content))
    return TOP + content


def padded_compressed(depth, megabytes):
    """Each layer is as large as the outermost: base64 with as much space behind it."""
    content = TEXT
    for _ in range(depth):
        stream = zlib.compress(content + b' ' * (megabytes * MEGABYTE))
        content = SMALLER + IN_BASE64 + b'\r\n' + base64.encodebytes(compressed(stream))
    return TOP + content


SMALLER = b'Content-Type: application/pkcs7-mime; smime-type=compressed-data\r\n'
SHAPES = [
    *each('parts-9999', lambda: parts(9999, TEXT), (0, 1, 0)),
    *each('parts-10001', lambda: parts(10001, TEXT), (3, 3, 3), 'more than 10000 entities'),
    *each('parts-million', lambda: parts(1000000, b'\r\n'), (3, 3, 3), 'more than 10000 entities'),
    *each('parts-9999-opaque-signed', lambda: parts(9999, opaque(good_signature())), (0, 1, 3)),
    *each('parts-with-1000-fields', lambda: parts(9999, b'A: b\r\n' * 1000 + TEXT), (3, 3, 3),
          'header fields in all'),
    *each('nested-64', lambda: nested_multiparts(64, opaque(good_signature())), (0, 1, 3)),
    *each('nested-65', lambda: nested_multiparts(65), (3, 3, 3), 'deep'),
    *each('nested-2000', lambda: nested_multiparts(2000), (3, 3, 3), 'deep'),
    *each('nested-messages', lambda: TOP + b'Content-Type: message/rfc822\r\n\r\n' * 100000 + TEXT,
          (3, 3, 3), 'deep'),
    *each('boundaries-prefixes', lambda: nested_multiparts(
        64, TEXT + b''.join(b'--' + boundary(i % 70) + b'x\r\n' for i in range(500000))),
        (0, 1, 0)),
    *each('boundary-lines-million', lambda: nested_multiparts(
        60, TEXT + b'--' + boundary(60) + b' \r\n', ) + b'--bbb-\r\n' * 3000000, (0, 1, 0)),
    *each('boundary-of-900kb', lambda: TOP + b'Content-Type: multipart/mixed; boundary="'
          + b'b' * 900000 + b'"\r\n\r\n' + (b'--' + b'b' * 899999 + b'\r\n') * 20, (0, 1, 0)),
    *each('header-of-1mb', lambda: field(MEGABYTE - 200), (0, 1, 0)),
    *each('header-past-1mb', lambda: field(MEGABYTE + 1), (3, 3, 3), 'header section'),
    *each('header-of-100mb', lambda: field(100 * MEGABYTE), (3, 3, 3), 'header section'),
    *each('fields-2001', lambda: TOP + b'A: b\r\n' * 2001 + b'\r\nhello\r\n', (3, 3, 3),
          'header fields'),
    *each('folds-100000', lambda: TOP + b'A: b\r\n' + b' c\r\n' * 200000 + b'\r\nhello\r\n',
          (0, 1, 0)),
    *each('from-20000-addresses', lambda: b'From: ' + b',\r\n '.join(
        b'a%d@example.org' % i for i in range(20000)) + b'\r\n\r\nhello\r\n', (0, 1, 0)),
    *each('from-comments-nested', lambda: b'From: ' + b'(' * 500000 + b'\r\n\r\nhello\r\n',
          (0, 1, 0)),
    *each('encoded-words', lambda: b'From: ' + b'=?utf-8?q?a?= ' * 70000
          + b'<a@example.org>\r\n\r\nhello\r\n', (0, 1, 0)),
    *each('parameters-30000', lambda: parameters(30000), (0, 1, 0)),
    *each('parameter-in-999-pieces', lambda: segments(999), (0, 1, 0)),
    *each('comments-in-type', lambda: TOP + b'Content-Type: text/plain ' + b'(' * 500000
          + b'\r\n\r\nhello\r\n', (0, 1, 0)),
    *each('type-for-a-regex', lambda: clear_signed(TEXT, signature=detached()).replace(
        b'boundary="sig"', b'boundary="sig"' + b'; a= ' * 100000 + b'!'), (0, 3, 3)),
    *each('layers-16', lambda: layers(16), (0, 1, 3)),
    *each('layers-17', lambda: layers(17), (0, 3, 3), ('', 'cryptographic layers')),
    *each('layers-1500', lambda: layers(1500), (0, 3, 3), ('', 'cryptographic layers')),
    *each('layers-16-of-20mb', lambda: big_layers(16), (0, 1, 3)),
    *each('base64-one-character-lines', lambda: TOP + opaque(
        good_signature(b'x' * 2 * MEGABYTE), size=1), (0, 1, 3)),
    *each('base64-one-line', lambda: TOP + opaque(good_signature(b'x' * 20 * MEGABYTE),
                                                  size=1 << 30),
          (0, 1, 3)),
    *each('base64-odd-lines', lambda: TOP + opaque(good_signature(b'x' * 10 * MEGABYTE), size=77,
                                                   end=b' \t\r\n \r\n'), (0, 1, 3)),
    *each('base64-only-spaces', lambda: TOP + OPAQUE + IN_BASE64 + b'\r\n' + b' ' * 30 * MEGABYTE,
          (0, 3, 3)),
    *each('base64-only-pads', lambda: TOP + OPAQUE + IN_BASE64 + b'\r\n' + b'=' * 30 * MEGABYTE,
          (0, 3, 3)),
    *each('quoted-printable-25mb', lambda: TOP + OPAQUE
          + b'Content-Transfer-Encoding: quoted-printable\r\n\r\n' + b'=41' * (8 * MEGABYTE),
          (0, 3, 3)),
    *each('clear-signed-bare-lf', lambda: clear_signed(TEXT + b'\n' * 20 * MEGABYTE,
                                                       signature=detached()), (0, 1, 1)),
    *each('clear-signed-dashes', lambda: clear_signed(TEXT + b'--\r\n' * 5 * MEGABYTE,
                                                      signature=detached()), (0, 1, 1)),
    *each('clear-signed-three-parts', lambda: clear_signed(
        TEXT, (b'--sig\r\n' + TEXT + b'\r\n') * 5000, detached()), (0, 3, 3), ''),
    *(shape(f'bare-base64-{verb}', verb, lambda: lines(base64.b64encode(signed(
        content=b'x' * 15 * MEGABYTE)), size=63, end=b'\n'), 1, '') for verb in ('verify',)),
    shape('bare-pem', 'verify', lambda: b'-----BEGIN CMS-----\n' + lines(base64.b64encode(signed(
        content=b'x' * 15 * MEGABYTE)), size=64, end=b'\n') + b'-----END CMS-----\n', 1, ''),
    shape('pem-begins-million', 'verify', lambda: b'-----BEGIN CMS-----\n' * 1000000, 3, ''),
    shape('nothing-but-m', 'verify', lambda: b'M' * 40 * MEGABYTE, 3, ''),
    *each('compressed-bomb', lambda: TOP + SMALLER + b'Content-Transfer-Encoding: binary\r\n\r\n'
          + compressed(zlib_zeros(3000)), (0, 3, 3), ''),
    *each('compressed-bomb-bare', lambda: compressed(zlib_zeros(3000)), (0, 3, 3), ''),
    *each('compressed-many-times', lambda: nested_compressed(40), (0, 3, 3), ''),
    *each('compressed-padded-layers', lambda: padded_compressed(12, 14), (0, 3, 3),
          ('', 'would be more')),
    *each('compressed-cut-short', lambda: compressed(zlib_zeros(10)[:-4000]), (0, 3, 3), ''),
    *each('compressed-no-zlib', lambda: compressed(b'x' * 5 * MEGABYTE), (0, 3, 3), ''),
    shape('envelope-layers', 'decrypt', lambda: TOP + ENCRYPTED + IN_BASE64 + b'\r\n'
          + lines(base64.b64encode(envelope())), 1, 'decryption failed', '--key', '{rsa}'),
]
