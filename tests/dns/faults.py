# SPDX-License-Identifier: MPL-2.0
"""What can be wrong with a zone. A fault of the data changes the lines of a signed zone file, a
fault of the delegation the DS record that the parent publishes."""

DAY = 86400


def _is_type(line, *types):
    """Whether a line of ldns-signzone's output (owner TTL class type data) is of such a type."""
    fields = line.split(None, 4)
    return len(fields) == 5 and fields[3] in types


def _covers(line, *types):
    return _is_type(line, 'RRSIG') and line.split(None, 5)[4] in types


def change_data(lines):
    """The data no longer are those that were signed."""
    return [line[:-4] + ('beef' if not line.endswith('beef') else 'cafe')
            if _is_type(line, 'SMIMEA') else line for line in lines]


def drop_signatures(lines):
    """The RRSIG of the SMIMEA records is missing, all others are there."""
    return [line for line in lines if not _covers(line, 'SMIMEA')]


def drop_dnssec(lines):
    """As a middlebox does that knows no DNSSEC."""
    return [line for line in lines
            if not _is_type(line, 'RRSIG', 'NSEC', 'NSEC3', 'NSEC3PARAM', 'DNSKEY')]


def drop_denial(lines):
    """Nothing proves that a name is not there."""
    return [line for line in lines if not _is_type(line, 'NSEC') and not _covers(line, 'NSEC')]


def drop_keys(lines):
    """The zone has no DNSKEY."""
    return [line for line in lines if not _is_type(line, 'DNSKEY') and not _covers(line, 'DNSKEY')]


def drop_key_signatures(lines):
    """The DNSKEY records are there, their RRSIG is not."""
    return [line for line in lines if not _covers(line, 'DNSKEY')]


def _change_signature(lines, field, change):
    """Changes a field of each RRSIG over SMIMEA: 4 is the type covered, 10 the key tag, 11 the
    signer's name, 12 the signature."""
    changed = []
    for line in lines:
        fields = line.split()
        if _covers(line, 'SMIMEA'):
            fields[field] = change(fields[field])
            line = ' '.join(fields)
        changed.append(line)
    return changed


def foreign_signer(lines):
    """The signature names the key of another zone."""
    return _change_signature(lines, 11, lambda _: 'secure.lab.')


def unknown_key(lines):
    """The signature names a key that is not there."""
    return _change_signature(lines, 10, lambda tag: str((int(tag) + 1) % 65536))


def short_signature(lines):
    """Nothing is left of the signature but some octets."""
    return _change_signature(lines, 12, lambda _: 'AAAA')


def unknown_ds_algorithm(line):
    """RFC 4035 §5.2: as if there were no DS record."""
    fields = line.split()
    fields[-3] = '253'
    return ' '.join(fields)


def unknown_ds_digest(line):
    """RFC 4509 §3 and RFC 6840 §5.2: the same."""
    fields = line.split()
    fields[-2] = '250'
    return ' '.join(fields)


def second_ds_algorithm(line):
    """Beside the good one, which has to be kept to (RFC 4035 §5.2)."""
    fields = line.split()
    return f'{line}\n{" ".join(fields[:-4])} 1278 253 2 {"0" * 64}'


def wrong_ds(line):
    """A digest of no key of the zone."""
    fields = line.split()
    fields[-1] = 'ab' * (len(fields[-1]) // 2)
    return ' '.join(fields)


# Seconds from now at which signatures begin and end to hold. Before 2038, since getdns compares
# in 32 bits.
VALID = (-3600, 20 * DAY)
EXPIRED = (-40 * DAY, -DAY)
# libunbound tolerates signatures of up to a day ahead
FUTURE = (5 * DAY, 20 * DAY)
# past what 32 bits with a sign can hold
LONG = (-3600, 14 * 365 * DAY)
