# SPDX-License-Identifier: MPL-2.0
"""Zones that only the table of faults needs (universe.py --faults)."""

import faults
import keytrap
import records as r
from scenarios import BOGUS, DENIAL, INSECURE, SECURE, Scenario
from zones import LEVELS, NSEC3, OPT_OUT, Zone

SERVICE = '_smimecert'
NSEC3_MANY = ('-n', '-t', '500')  # iterations beyond every limit (RFC 9276 §3.2)
LEAF = LEVELS[2][0]
GONE = 'A 192.0.2.9'  # no server is there
NAPTR = 'NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:info@example.com!" .'


def table():
    """The zones."""
    wildcard = r.smimea(r.certificate('alice.p256'))
    return [
        Zone('keytrap.lab.', lines=keytrap.key_lines('keytrap.lab.'),
             fault=keytrap.replace_signatures),
        Zone('nsec3-many.lab.', denial=NSEC3_MANY),
        Zone('ds-algorithm.lab.', ds_fault=faults.unknown_ds_algorithm),
        Zone('ds-two.lab.', ds_fault=faults.second_ds_algorithm),
        Zone('ds-digest.lab.', ds_fault=faults.unknown_ds_digest),
        Zone('year-2038.lab.', period=faults.LONG),
        Zone('no-keys.lab.', fault=faults.drop_keys),
        Zone('keys-unsigned.lab.', fault=faults.drop_key_signatures),
        Zone('foreign-signer.lab.', fault=faults.foreign_signer),
        Zone('unknown-key.lab.', fault=faults.unknown_key),
        Zone('short-signature.lab.', fault=faults.short_signature),
        Zone('wild-unproven.lab.', fault=faults.drop_denial,
             lines=[r.line('*._smimecert.wild-unproven.lab.', wildcard)]),
        # for forged proofs
        Zone('above3.lab.', denial=NSEC3),
        Zone('below.above3.lab.'),
        # for long keys getdns computes up to 500 iterations
        Zone('above3-many.lab.', denial=('-n', '-t', '200'), algorithm='RSASHA256'),
        Zone('below.above3-many.lab.'),
        Zone('above-opt-out.lab.', denial=OPT_OUT),
        Zone('below.above-opt-out.lab.'),
        Zone('wild-above.lab.', lines=[r.line('*.wild-above.lab.', wildcard),
                                       r.line(f'zz.{SERVICE}.wild-above.lab.', 'TXT "there"')]),
        Zone('wild3-many.lab.', denial=NSEC3_MANY,
             lines=[r.line(f'*.{SERVICE}.wild3-many.lab.', wildcard)]),
        Zone('wild3-opt-out.lab.', denial=OPT_OUT,
             lines=[r.line(f'*.{SERVICE}.wild3-opt-out.lab.', wildcard)]),
        Zone('dname-apex3.lab.', denial=NSEC3, lines=[r.line('dname-apex3.lab.',
                                                             'DNAME secure.lab.')]),
        Zone('naptr.lab.', lines=[r.line('x.naptr.lab.', NAPTR)]),
        # one of its name servers, or the only one, is not there
        Zone('half-dead.lab.', servers=('gone.half-dead.lab.', LEAF),
             lines=[r.line('gone.half-dead.lab.', GONE)],
             glue=[r.line('gone.half-dead.lab.', GONE)]),
        Zone('dead.lab.', servers=('gone.dead.lab.',), lines=[r.line('gone.dead.lab.', GONE)],
             glue=[r.line('gone.dead.lab.', GONE)]),
    ]


def scenarios():
    """What is published there, and what comes out at a name server that has all zones."""
    alice = [r.smimea(r.certificate('alice.p256'))]

    def row(zone, outcome, recipient, address='alice', records=alice, n_records=None):
        return Scenario(f'fault-{zone}', f'{address}@{zone}.lab', records, outcome, recipient,
                        n_records)

    return [
        row('keytrap', BOGUS, 'bogus'),
        row('nsec3-many', SECURE, 'ready'),
        row('ds-algorithm', INSECURE, 'insecure'),
        row('ds-two', SECURE, 'ready'),
        row('ds-digest', INSECURE, 'insecure'),
        row('year-2038', SECURE, 'ready'),
        row('no-keys', BOGUS, 'bogus'),
        row('keys-unsigned', BOGUS, 'bogus'),
        row('foreign-signer', BOGUS, 'bogus'),
        row('unknown-key', BOGUS, 'bogus'),
        row('short-signature', BOGUS, 'bogus'),
        row('wild-unproven', BOGUS, 'bogus', 'anyone', [], 1),
        row('below.above3', SECURE, 'ready'),
        row('below.above3-many', SECURE, 'ready'),
        row('below.above-opt-out', SECURE, 'ready'),
        row('wild-above', DENIAL, 'no-record', records=[]),
        row('wild3-many', INSECURE, 'insecure', 'anyone', [], 1),
        row('wild3-opt-out', INSECURE, 'insecure', 'anyone', [], 1),
        row('dname-apex3', SECURE, 'ready', records=[], n_records=1),
        row('naptr', SECURE, 'ready'),
        row('half-dead', SECURE, 'ready'),
        row('dead', SECURE, 'ready'),
    ]
