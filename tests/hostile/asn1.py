# SPDX-License-Identifier: MPL-2.0
"""Writes BER, right or wrong: nothing here checks that what it is told makes sense."""

INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 2, 3, 4, 5, 6
UTF8_STRING, UTC_TIME = 0x0c, 0x17
SEQUENCE, SET = 0x30, 0x31
CONSTRUCTED = 0x20
END_OF_CONTENTS = b'\0\0'


def length(number):
    """The octets of a definite length, as short as can be."""
    if number < 128:
        return bytes([number])
    octets = number.to_bytes((number.bit_length() + 7) // 8, 'big')
    return bytes([0x80 | len(octets)]) + octets


def tlv(tag, *parts):
    """One element of definite length."""
    contents = b''.join(parts)
    return bytes([tag]) + length(len(contents)) + contents


def endless(tag, *parts):
    """One element of indefinite length, with its end."""
    return bytes([tag, 0x80]) + b''.join(parts) + END_OF_CONTENTS


def claimed(tag, number, contents=b''):
    """An element that claims a length, in eight octets, and has these contents."""
    return bytes([tag, 0x88]) + number.to_bytes(8, 'big') + contents


def seq(*parts):
    return tlv(SEQUENCE, *parts)


def set_of(*parts):
    return tlv(SET, *parts)


def context(number, *parts):
    """[number], constructed."""
    return tlv(0xa0 | number, *parts)


def octets(contents):
    return tlv(OCTET_STRING, contents)


def bits(contents):
    return tlv(BIT_STRING, b'\0' + contents)


def integer(number):
    """A whole number that is not negative."""
    return tlv(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, 'big'))


def oid(dotted):
    first, second, *others = map(int, dotted.split('.'))
    contents = bytearray()
    for arc in (40 * first + second, *others):
        groups = [arc & 0x7f]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7f)
        contents += bytes(reversed(groups))
    return tlv(OID, bytes(contents))


def algorithm(dotted, parameters=b''):
    return seq(oid(dotted), parameters)


def elements(encoded):
    """(tag, contents) of each element of definite length in a row; for keys that openssl made."""
    found, at = [], 0
    while at < len(encoded):
        tag, size, at = encoded[at], encoded[at + 1], at + 2
        if size > 127:
            n_octets = size & 0x7f
            size, at = int.from_bytes(encoded[at:at + n_octets], 'big'), at + n_octets
        found.append((tag, encoded[at:at + size]))
        at += size
    return found
