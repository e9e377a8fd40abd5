# SPDX-License-Identifier: MPL-2.0
"""What is published in the universe, and what has to be found out about it.

A row: its name, an address, the records that stand at the address's owner name, the DNS outcome
(DnsOutcome of bridge/core/verdict.h) and the recipient outcome at compose time ("ready" or a
VerdictReason). In which zone they stand, and what is wrong with that zone, follows from the domain:
see zones.py.
"""

import collections
import hashlib

import records as r

SECURE, DENIAL, INSECURE = 'secure-records', 'secure-denial', 'insecure'
BOGUS, UNREACHABLE = 'bogus', 'unreachable'

# n_records: records of the asked type that the answer brings; counted from records unless given.
# recipient: None where more than the DNS decides (usages 0 to 2 need a path to an authority).
# ascii_address: with the domain in A-labels, where address has U-labels.
# server: which server to ask, a key of universe.json; None is "server".
Scenario = collections.namedtuple(
    'Scenario',
    'name address records outcome recipient n_records rr_type draft ascii_address server ttl',
    defaults=(None, r.SMIMEA, False, None, None, r.TTL))


def _basics(der):
    alice = [r.smimea(der['alice.p256'])]
    text = ['TXT "not a certificate"']
    rows = [
        Scenario('secure', 'alice@secure.lab', alice, SECURE, 'ready'),
        Scenario('secure-rsa2048', 'rsa@secure.lab', [r.smimea(der['alice.rsa2048'])], SECURE,
                 'ready'),
        Scenario('secure-nsec3', 'alice@nsec3.lab', alice, SECURE, 'ready'),
        Scenario('secure-ed25519', 'alice@ed25519.lab', alice, SECURE, 'ready'),
        Scenario('secure-short-ttl', 'short-ttl@secure.lab', alice, SECURE, 'ready', ttl=2),
        Scenario('secure-delegated-label', 'alice@cut.lab', alice, SECURE, 'ready'),
        Scenario('nxdomain-nsec', 'nobody@secure.lab', [], DENIAL, 'no-record'),
        Scenario('nxdomain-nsec3', 'nobody@nsec3.lab', [], DENIAL, 'no-record'),
        Scenario('nxdomain-no-domain', 'alice@nonexistent.lab', [], DENIAL, 'no-record'),
        Scenario('nxdomain-empty-zone', 'alice@example.com', [], DENIAL, 'no-record'),
        Scenario('nodata-nsec', 'nodata@secure.lab', text, DENIAL, 'no-record'),
        Scenario('nodata-nsec3', 'nodata@nsec3.lab', text, DENIAL, 'no-record'),
        Scenario('insecure-delegation', 'alice@insecure.lab', alice, INSECURE, 'insecure'),
        Scenario('insecure-nxdomain', 'nobody@insecure.lab', [], INSECURE, 'insecure'),
        Scenario('opt-out-signed', 'alice@signed.opt', alice, SECURE, 'ready'),
        Scenario('opt-out-unsigned', 'alice@unsigned.opt', alice, INSECURE, 'insecure'),
    ]
    for fault in ('bad-signature', 'expired', 'future', 'wrong-ds', 'no-signature', 'stripped'):
        rows.append(Scenario(f'bogus-{fault}', f'alice@{fault}.lab', alice, BOGUS, 'bogus'))
    rows.append(Scenario('bogus-denial', 'nobody@no-denial.lab', [], BOGUS, 'bogus'))
    return rows


def _aliases(der):
    alice = [r.smimea(der['alice.p256'])]

    def alias(name, target, outcome, recipient, n_records=1):
        return Scenario(f'cname-{name}', f'cname-{name}@secure.lab', [r.cname(target)], outcome,
                        recipient, n_records)

    chain = [alias(f'chain-{i}', f'cname-chain-{i + 1}@secure.lab' if i < 5 else 'alice@secure.lab',
                   SECURE, 'ready') for i in range(6)]
    return [
        alias('same-zone', 'alice@secure.lab', SECURE, 'ready'),
        alias('other-zone', 'alice@nsec3.lab', SECURE, 'ready'),
        alias('insecure', 'alice@insecure.lab', INSECURE, 'insecure'),
        alias('bogus', 'alice@bad-signature.lab', BOGUS, 'bogus'),
        alias('dangling', 'nobody@elsewhere.lab', DENIAL, 'no-record', 0),
        alias('dangling-nsec3', 'nobody@nsec3.lab', DENIAL, 'no-record', 0),
        # RFC 1034 §3.6.2: a loop is an error. nsd hands it out as it is, a recursive server would
        # say SERVFAIL
        alias('loop', 'cname-loop-back@secure.lab', UNREACHABLE, 'unreachable', 0),
        alias('loop-back', 'cname-loop@secure.lab', UNREACHABLE, 'unreachable', 0),
        *chain,
        Scenario('dname', 'alice@dname.lab', [], SECURE, 'ready', 1),
        Scenario('dname-nsec3', 'alice@dname3.lab', [], SECURE, 'ready', 1),
        Scenario('dname-insecure', 'alice@dname-insecure.lab', [], INSECURE, 'insecure', 1),
        Scenario('wildcard', 'anyone@wild.lab', [], SECURE, 'ready', 1),
        Scenario('wildcard-nsec3', 'anyone@wild3.lab', [], SECURE, 'ready', 1),
        Scenario('insecure-cname-secure', 'alias@insecure.lab', [r.cname('alice@secure.lab')],
                 INSECURE, 'insecure', 1),
        Scenario('secure-elsewhere', 'alice@elsewhere.lab', alice, SECURE, 'ready'),
    ]


def _record_sets(der):
    digests = [r.raw(3, 0, 1, hashlib.sha256(b'%d' % i).digest()) for i in range(60)]
    unusable = [
        r.raw(9, 0, 0, der['alice.p256']),  # RFC 6698 §4.1: unknown parameters
        r.raw(3, 9, 0, der['alice.p256']),
        r.raw(3, 0, 9, der['alice.p256']),
        r.raw(3, 0, 1, bytes(31)),  # SHA-256 has 32 octets
        r.raw(3, 0, 0, b'no certificate'),
    ]
    names = ['usage', 'selector', 'matching-type', 'digest-length', 'certificate']

    def row(name, records, recipient):
        return Scenario(name, f'{name}@secure.lab', records, SECURE, recipient)

    return [
        row('rollover', [r.smimea(der['rollover.old']), r.smimea(der['rollover.new'])], 'ready'),
        row('big', [r.smimea(der[f'big.rsa4096-{i}']) for i in (1, 2, 3)], 'ready'),
        row('many', digests, 'hash-only'),
        row('unusable', unusable, 'unusable-records'),
        *[row(f'unusable-{name}', [record], 'unusable-records')
          for name, record in zip(names, unusable)],
        row('mixed', [*unusable, r.smimea(der['alice.p256'])], 'ready'),
        row('hash-only', [r.smimea(der['alice.p256'], 3, 0, 1),
                          r.smimea(der['alice.p256'], 3, 1, 2)], 'hash-only'),
        row('hash-beside-certificate', [r.smimea(der['alice.rsa2048'], 3, 0, 1),
                                        r.smimea(der['alice.p256'])], 'ready'),
        row('expired', [r.smimea(der['expired'])], 'certificate-expired'),
        row('expired-beside-valid', [r.smimea(der['expired']), r.smimea(der['alice.p256'])],
            'ready'),
        row('not-yet-valid', [r.smimea(der['not-yet-valid'])], 'certificate-not-yet-valid'),
        # RFC 7671 §5.1: with usage 3 the record binds the certificate, whatever names it has
        row('another-address', [r.smimea(der['another-address'])], 'ready'),
        row('guide', [r.smimea(der['guide'])], 'ready'),
    ]


def _matrix(der):
    """All of RFC 6698 §2.1: usage × selector × matching type."""
    rows = []
    for usage in range(4):
        source = der['authority'] if usage in (0, 2) else der['matrix.issued']
        for selector in range(2):
            for matching in range(3):
                name = f'u{usage}-s{selector}-m{matching}'
                recipient = None
                if usage == 3:
                    recipient = 'ready' if (selector, matching) == (0, 0) else 'hash-only'
                records = [r.smimea(source, usage, selector, matching)]
                rows.append(Scenario(name, f'{name}@matrix.lab', records, SECURE, recipient))
    return rows


def _names(der):
    alice = [r.smimea(der['alice.p256'])]
    guide = der['guide']
    return [
        Scenario('local-part-utf8', 'björn@secure.lab', alice, SECURE, 'ready'),
        # RFC 8162 §3: composed before hashing, so this is the name above
        Scenario('local-part-utf8-decomposed', 'bjo\u0308rn@secure.lab', [], SECURE, 'ready', 1),
        # RFC 8162 §4: no case folding, in neither direction
        Scenario('local-part-upper-case', 'Carol@secure.lab', alice, SECURE, 'ready'),
        Scenario('local-part-lower-of-upper', 'carol@secure.lab', [], DENIAL, 'no-record'),
        Scenario('local-part-upper-of-lower', 'ALICE@secure.lab', [], DENIAL, 'no-record'),
        Scenario('local-part-quoted', '"alice"@secure.lab', [], SECURE, 'ready', 1),
        Scenario('local-part-quoted-space', '"john smith"@secure.lab', alice, SECURE, 'ready'),
        Scenario('local-part-plus', 'alice+lists@secure.lab', [], DENIAL, 'no-record'),
        Scenario('rfc8162-3-hugh', 'hugh@secure.lab', alice, SECURE, 'ready'),
        Scenario('domain-upper-case', 'alice@SECURE.lab', [], SECURE, 'ready', 1),
        Scenario('domain-idn', 'alice@bücher.lab', alice, SECURE, 'ready',
                 ascii_address='alice@xn--bcher-kva.lab'),
        Scenario('domain-idn-a-label', 'alice@xn--bcher-kva.lab', [], SECURE, 'ready', 1),
        # IDNA 2008 keeps the sharp s; IDNA 2003 made another domain of it
        Scenario('domain-idn-sharp-s', 'alice@faß.lab', alice, SECURE, 'ready',
                 ascii_address='alice@xn--fa-hia.lab'),
        Scenario('domain-sharp-s-as-ss', 'alice@fass.lab', [], DENIAL, 'no-record'),
        Scenario('draft-private-type', 'sample@secure.lab', [r.generic(guide)], SECURE, 'ready',
                 rr_type=r.PRIVATE_TYPE, draft=True),
        Scenario('draft-smimea', 'draft@secure.lab', [r.smimea(guide)], SECURE, 'ready',
                 draft=True),
        Scenario('draft-under-rfc8162-name', 'sample@secure.lab', [], DENIAL, 'no-record'),
        Scenario('private-type', 'private@secure.lab', [r.generic(guide)], SECURE, 'ready',
                 rr_type=r.PRIVATE_TYPE),
        Scenario('private-type-nodata', 'private@secure.lab', [], DENIAL, 'no-record'),
    ]


def _servers():
    return [
        Scenario('servfail-zone', 'alice@servfail.lab', [], UNREACHABLE, 'unreachable'),
        *[Scenario(f'server-{server}', 'alice@secure.lab', [], UNREACHABLE, 'unreachable', 0,
                   server=f'{server}_server')
          for server in ('silent', 'servfail', 'refusing', 'absent')],
    ]


def _users():
    certificates = r.user_certificates()
    return [Scenario(f'user{i}', f'user{i}@secure.lab',
                     [r.smimea(certificates[i // 20])], SECURE, 'ready') for i in range(200)]


def owner_of(scenario):
    """The name to be asked for, with a dot at the end."""
    return r.owner_name(scenario.ascii_address or scenario.address, scenario.draft)


def lines_of(scenario):
    """The zone-file lines that the scenario needs."""
    return [r.line(owner_of(scenario), record, scenario.ttl) for record in scenario.records]


def _n_records(scenario):
    if scenario.n_records is not None:
        return scenario.n_records
    wanted = 'SMIMEA ' if scenario.rr_type == r.SMIMEA else f'TYPE{scenario.rr_type} '
    return sum(record.startswith(wanted) for record in scenario.records)


def to_json(scenario, servers):
    """A row of universe.json."""
    return {
        'name': scenario.name,
        'address': scenario.address,
        'rr_type': scenario.rr_type,
        'draft': scenario.draft,
        'owner_name': owner_of(scenario).rstrip('.'),
        'outcome': scenario.outcome,
        'recipient': scenario.recipient,
        'records': _n_records(scenario),
        'server': servers[scenario.server or 'server'],
    }


def table():
    """Every scenario."""
    der = {path.name[:-len('.cert.der')]: path.read_bytes()
           for path in r.CERTIFICATES.glob('*.cert.der')}
    return [*_basics(der), *_aliases(der), *_record_sets(der), *_matrix(der), *_names(der),
            *_servers(), *_users()]
