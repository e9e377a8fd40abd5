# SPDX-License-Identifier: MPL-2.0
"""DNS messages as octets (RFC 1035 §4.1), to be handed to the proxy."""

import socket
import struct

import records as r

ANSWER, AUTHORITY, ADDITIONAL = range(3)
SOA, RRSIG, NSEC, NSEC3 = 6, 46, 47, 50
DO_AND_SIZE = struct.pack('>BHHIH', 0, 41, 4096, 0x8000, 0)  # an OPT record
CHECKING_DISABLED, QUESTION_ONLY = 0x0010, 0x8400


def name_octets(name):
    """A name in wire form."""
    labels = [label.encode() for label in name.rstrip('.').split('.') if label]
    return b''.join(bytes([len(label)]) + label for label in labels) + b'\0'


def question(name, rr_type=r.SMIMEA):
    return name_octets(name) + struct.pack('>2H', rr_type, 1)


def record(owner, rr_type, rdata, ttl=r.TTL):
    """A record without compression."""
    return name_octets(owner) + struct.pack('>2HIH', rr_type, 1, ttl, len(rdata)) + rdata


def response(name, sections, rcode=0, rr_type=r.SMIMEA):
    """An authoritative answer: lists of records for each section."""
    counts = [len(section) for section in sections]
    return (struct.pack('>2H4H', 0, QUESTION_ONLY | rcode, 1, *counts) + question(name, rr_type) +
            b''.join(octets for section in sections for octets in section))


def _receive(connection, n_octets):
    octets = b''
    while len(octets) < n_octets:
        more = connection.recv(n_octets - len(octets))
        if not more:
            raise OSError('the name server has closed')
        octets += more
    return octets


def ask(server, name, rr_type=r.SMIMEA):
    """The answer of a name server (ADDR@PORT), with DNSSEC, over TCP."""
    address, port = server.split('@')
    query = (struct.pack('>6H', 1, CHECKING_DISABLED, 1, 0, 0, 1) + question(name, rr_type) +
             DO_AND_SIZE)
    with socket.create_connection((address, int(port)), timeout=10) as connection:
        connection.sendall(struct.pack('>H', len(query)) + query)
        return _receive(connection, struct.unpack('>H', _receive(connection, 2))[0])


def _read_name(message, at):
    """(octets without pointers, where it ends)."""
    octets, end = b'', None
    while message[at] != 0:
        if message[at] & 0xC0:
            end = end or at + 2
            at = struct.unpack_from('>H', message, at)[0] & 0x3FFF
            continue
        octets += message[at:at + message[at] + 1]
        at += message[at] + 1
    return octets + b'\0', end or at + 1


def sections(message):
    """The records of the three sections, each record as octets; without OPT. Only for types whose
    data nsd does not compress."""
    counts = struct.unpack_from('>3H', message, 6)
    at = _read_name(message, 12)[1] + 4
    found = ([], [], [])
    for section, count in zip(found, counts):
        for _ in range(count):
            owner, at = _read_name(message, at)
            end = at + 10 + struct.unpack_from('>H', message, at + 8)[0]
            if struct.unpack_from('>H', message, at)[0] != 41:
                section.append(owner + message[at:end])
            at = end
    return found


def soa(server, zone):
    """The zone's SOA record and the signature over it, without compression."""
    message = ask(server, zone, SOA)
    owner, at = _read_name(message, _read_name(message, 12)[1] + 4)
    ttl = struct.unpack_from('>I', message, at + 4)[0]
    server_name, at = _read_name(message, at + 10)
    mailbox, at = _read_name(message, at)
    rdata = server_name + mailbox + message[at:at + 20]
    return [owner + struct.pack('>2HIH', SOA, 1, ttl, len(rdata)) + rdata,
            *[octets for octets in sections(message)[ANSWER] if split(octets)[0] == RRSIG]]


def split(octets):
    """(type, RDATA) of a record without compression."""
    at = _read_name(octets, 0)[1]
    return struct.unpack_from('>H', octets, at)[0], octets[at + 10:]


def covered(octets):
    """The type of a record without compression, for a signature that of what is signed."""
    rr_type, rdata = split(octets)
    return struct.unpack_from('>H', rdata)[0] if rr_type == RRSIG else rr_type


def renamed(octets, owner):
    """A record without compression, with another owner."""
    return name_octets(owner) + octets[_read_name(octets, 0)[1]:]


def append_rule(section, records, conditions=''):
    """The proxy's rule that appends these records."""
    return f'append={section}:{len(records)}:{b"".join(records).hex()} {conditions}'.strip()


def replace_rule(message, conditions=''):
    """The proxy's rule that puts another message in place of an answer."""
    return f'replace={message.hex()} {conditions}'.strip()
