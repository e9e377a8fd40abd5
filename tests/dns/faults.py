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
