# SPDX-License-Identifier: MPL-2.0
"""The table of faults: what goes wrong, and what may come out.

First what is wrong with a zone, while the network is as it should be; then what the network or a
name server does to good data. Each row holds whoever is asked: one name server that knows all
(stub), or the servers of the root, of a top-level domain and of the zone (recursive).
"""

import collections

import records as r
import wire
from scenarios import BOGUS, DENIAL, INSECURE, SECURE, UNREACHABLE

STUB, RECURSIVE = MODES = ('stub', 'recursive')

# expected: the outcomes that are right, the best one first.
# rules: of the proxy; the others have the name servers that are asked before the good one (stub).
# then: an address that the same resolver has to look up well afterwards.
# survives: the resolver program must not die over it.
# says: words of the detail, with getdns and a name server: what is to be mended.
# by_engine: where an engine is known to judge otherwise, and not wrongly: {engine: outcomes}.
Case = collections.namedtuple(
    'Case', 'name address expected rules udp modes before then by_engine survives says',
    defaults=((), False, MODES, (), None, {}, False, ''))

ALICE, NOBODY = 'alice@secure.lab', 'nobody@secure.lab'
DS, DNSKEY, SMIMEA = 43, 48, r.SMIMEA
DENIALS = '47,50'
TAKES_TOO_LONG = (SECURE, UNREACHABLE)
NEVER = (UNREACHABLE,)
SPOILT = (BOGUS, UNREACHABLE)
NO_DS = 'insecure.lab. has no DS record in the zone above'


def _zone(name, address, *expected, **more):
    return Case(f'zone-{name}', address, expected, **more)


def _sound_zones():
    return [
        _zone('secure', ALICE, SECURE),
        _zone('secure-nsec3', 'alice@nsec3.lab', SECURE),
        _zone('secure-ed25519', 'alice@ed25519.lab', SECURE),
        _zone('secure-cut-at-label', 'alice@cut.lab', SECURE),
        _zone('secure-large', 'big@secure.lab', SECURE),
        _zone('secure-many', 'many@secure.lab', SECURE),
        _zone('secure-below-opt-out', 'alice@signed.opt', SECURE),
        _zone('secure-nsec3-many-rounds', 'alice@nsec3-many.lab', SECURE),
        # libunbound knows 64 bits, getdns 1.6 compares in 32
        _zone('secure-past-2038', 'alice@year-2038.lab', SECURE,
              by_engine={'getdns': (SECURE, BOGUS)}, says='expires after 2038-01-19'),
        _zone('wildcard', 'anyone@wild.lab', SECURE),
        _zone('wildcard-nsec3', 'anyone@wild3.lab', SECURE),
        # RFC 9276 §3.2: such a proof proves nothing; RFC 5155 §9.2: nor does a span of opt-out
        _zone('wildcard-nsec3-many-rounds', 'anyone@wild3-many.lab', INSECURE, BOGUS),
        _zone('wildcard-nsec3-opt-out', 'anyone@wild3-opt-out.lab', INSECURE, BOGUS),
        _zone('wildcard-hidden-by-empty-name', 'alice@wild-above.lab', DENIAL),
        _zone('secure-below-nsec3', 'alice@below.above3.lab', SECURE),
        _zone('dname-at-apex-nsec3', 'alice@dname-apex3.lab', SECURE),
        _zone('cname-other-zone', 'cname-other-zone@secure.lab', SECURE),
        _zone('cname-chain', 'cname-chain-0@secure.lab', SECURE),
        _zone('cname-dangling', 'cname-dangling@secure.lab', DENIAL),
        _zone('cname-insecure', 'cname-insecure@secure.lab', INSECURE, says=NO_DS),
        _zone('cname-bogus', 'cname-bogus@secure.lab', BOGUS),
        _zone('cname-loop', 'cname-loop@secure.lab', BOGUS, UNREACHABLE),
        _zone('dname', 'alice@dname.lab', SECURE),
        _zone('dname-insecure', 'alice@dname-insecure.lab', INSECURE, says=NO_DS),
        _zone('nxdomain', NOBODY, DENIAL),
        _zone('nxdomain-nsec3', 'nobody@nsec3.lab', DENIAL),
        _zone('nodata', 'nodata@secure.lab', DENIAL),
        _zone('nodata-nsec3', 'nodata@nsec3.lab', DENIAL),
        # RFC 9276 §3.2: beyond a limit as insecure, or not at all
        _zone('nxdomain-nsec3-many-rounds', 'nobody@nsec3-many.lab', INSECURE, DENIAL, BOGUS),
        _zone('insecure', 'alice@insecure.lab', INSECURE, says=NO_DS),
        _zone('insecure-opt-out', 'alice@unsigned.opt', INSECURE,
              says='unsigned.opt. has no DS record in the zone above'),
        _zone('insecure-nxdomain', 'nobody@insecure.lab', INSECURE),
    ]


def _faulty_zones():
    return [
        _zone('data-changed', 'alice@bad-signature.lab', BOGUS,
              says=') does not fit'),
        _zone('expired', 'alice@expired.lab', BOGUS,
              says='over the DNSKEY records of expired.lab. expired on 20'),
        _zone('not-yet-valid', 'alice@future.lab', BOGUS,
              says='over the DNSKEY records of future.lab. is not valid before 20'),
        _zone('ds-of-another-key', 'alice@wrong-ds.lab', BOGUS,
              says='no DS record of wrong-ds.lab. (of key '),
        # RFC 4035 §5.2, RFC 6840 §5.2: as without DS. getdns 1.6 takes it for tampering
        _zone('ds-unknown-algorithm', 'alice@ds-algorithm.lab', INSECURE,
              by_engine={'getdns': (INSECURE, BOGUS)}),
        _zone('ds-unknown-digest', 'alice@ds-digest.lab', INSECURE,
              by_engine={'getdns': (INSECURE, BOGUS)}),
        _zone('ds-of-two-algorithms', 'alice@ds-two.lab', SECURE),
        _zone('no-signature', 'alice@no-signature.lab', BOGUS,
              says='_smimecert.no-signature.lab. are not signed'),
        _zone('no-keys', 'alice@no-keys.lab', BOGUS,
              says='no-keys.lab. has DS records (of key '),
        _zone('keys-unsigned', 'alice@keys-unsigned.lab', BOGUS,
              says='the DNSKEY records of keys-unsigned.lab. are not signed'),
        _zone('signer-of-another-zone', 'alice@foreign-signer.lab', BOGUS,
              says='are signed by secure.lab., which is not above'),
        _zone('signature-of-unknown-key', 'alice@unknown-key.lab', BOGUS,
              says='), which the zone does not have'),
        _zone('signature-too-short', 'alice@short-signature.lab', BOGUS,
              says=') does not fit'),
        _zone('unsigned-below-ds', 'alice@stripped.lab', BOGUS),
        _zone('no-denial', 'nobody@no-denial.lab', BOGUS,
              says='nothing proves that there are no SMIMEA records of '),
        _zone('wildcard-unproven', 'anyone@wild-unproven.lab', BOGUS,
              says='come from a wildcard of wild-unproven.lab., without a proof'),
        _zone('keytrap', 'alice@keytrap.lab', BOGUS, UNREACHABLE, then=ALICE),
        # who answers the first question for the keys otherwise gets no further
        _zone('keytrap-keys-late', 'alice@keytrap.lab', BOGUS, UNREACHABLE, then=ALICE,
              rules=(f'rcode=2 type={DNSKEY} name=keytrap.lab. first=1',), modes=(STUB,),
              survives=True),
        _zone('servfail', 'alice@servfail.lab', UNREACHABLE),
        _zone('half-its-servers-dead', 'alice@half-dead.lab', SECURE),
        _zone('all-its-servers-dead', 'alice@dead.lab', UNREACHABLE, modes=(RECURSIVE,)),
    ]


def _net(name, expected, *rules, address=ALICE, **more):
    return Case(name, address, expected, rules, **more)


def _lost():
    every = (SECURE,)
    return [
        _net('delay-50ms', every, 'delay=50'),
        _net('delay-one-answer', every, f'delay=1500 type={SMIMEA} first=1'),
        _net('delay-past-deadline', NEVER, 'delay=60000'),
        _net('loss-10-percent', TAKES_TOO_LONG, 'drop rate=10', 'drop rate=10 side=answer',
             udp=True),
        _net('loss-first-query', every, 'drop first=1', udp=True),
        _net('loss-first-of-each', every, *[f'drop first=1 type={rr_type}'
                                            for rr_type in (SMIMEA, DNSKEY, DS)], udp=True),
        _net('loss-answer-of-key', every, f'drop first=1 side=answer type={DNSKEY}', udp=True),
        _net('loss-of-all', NEVER, 'drop'),
        _net('loss-of-all-answers', NEVER, 'drop side=answer', udp=True),
        _net('loss-of-record', NEVER, f'drop type={SMIMEA}'),
        _net('loss-of-keys', SPOILT, f'drop type={DNSKEY}'),
        # from the root, DS records come beside the delegation, and nobody asks for them
        _net('loss-of-ds', SPOILT, f'drop type={DS}', modes=(STUB,)),
        _net('loss-of-ds-question', every, f'drop type={DS}', modes=(RECURSIVE,)),
        _net('udp-blocked', TAKES_TOO_LONG, 'drop over=udp', udp=True),
        _net('tcp-blocked', TAKES_TOO_LONG, 'drop over=tcp'),
        _net('tcp-reset-and-too-long', SPOILT, 'reset over=tcp', address='big@secure.lab',
             modes=(STUB,), says='the answer is too long for UDP, and TCP brings none'),
        _net('tcp-reset-once', every, 'reset over=tcp first=1'),
        _net('tcp-reset-always', TAKES_TOO_LONG, 'reset over=tcp'),
        _net('tcp-closed-after-each', TAKES_TOO_LONG, 'close over=tcp skip=1 first=3'),
        _net('truncated', every, 'truncate over=udp', udp=True),
        _net('truncated-and-no-tcp', NEVER, 'truncate over=udp', 'reset over=tcp', udp=True),
        _net('tcp-drip', every, 'drip=1 over=tcp'),
        _net('tcp-drip-slow', TAKES_TOO_LONG, 'drip=300 over=tcp'),
        _net('tcp-announces-too-much', TAKES_TOO_LONG, f'announce=65535 over=tcp type={SMIMEA}'),
        _net('tcp-cut', TAKES_TOO_LONG, f'cut=100 over=tcp type={SMIMEA}'),
        _net('datagram-cut', (BOGUS, UNREACHABLE, SECURE), f'cut=100 over=udp type={SMIMEA}',
             udp=True),
        _net('datagrams-doubled', every, 'again=3', udp=True),
    ]


def _codes():
    return [
        *[_net(f'rcode-{name}', NEVER, f'rcode={code}')
          for name, code in (('formerr', 1), ('servfail', 2), ('notimp', 4), ('refused', 5))],
        _net('rcode-servfail-once', TAKES_TOO_LONG, f'rcode=2 first=1 type={SMIMEA}'),
        _net('rcode-servfail-for-keys', SPOILT, f'rcode=2 type={DNSKEY}'),
        _net('rcode-servfail-for-record', NEVER, f'rcode=2 type={SMIMEA}'),
        # the code is not signed: it may hide what is there, and prove nothing
        _net('rcode-nxdomain-beside-record', (SECURE, BOGUS, UNREACHABLE),
             f'invert=2:0003 type={SMIMEA}'),
        _net('rcode-noerror-beside-denial', (DENIAL, BOGUS, UNREACHABLE),
             f'invert=2:0003 type={SMIMEA}', address=NOBODY),
        _net('flag-ad-set', (SECURE,), 'invert=2:0020'),
        _net('flag-ad-set-unsigned', SPOILT, 'invert=2:0020', 'strip=46'),
        _net('flag-aa-cleared', TAKES_TOO_LONG, 'invert=2:0400'),
        _net('flag-qr-cleared', NEVER, 'invert=2:8000'),
        _net('opcode-changed', (UNREACHABLE, SECURE), 'invert=2:2000'),
        _net('id-wrong', NEVER, 'invert=0:0001', udp=True),
        _net('question-count-wrong', SPOILT, 'invert=4:0002'),
        _net('answer-count-wrong', (SECURE, *SPOILT), f'invert=6:0008 type={SMIMEA}'),
    ]


def _stripped():
    return [
        _net('strip-signature', SPOILT, f'strip=46 type={SMIMEA}'),
        _net('strip-all-signatures', SPOILT, 'strip=46'),
        _net('strip-dnssec', SPOILT, 'strip=43,46,47,48,50',
             says="the root's keys could not be had from the name server"),
        _net('strip-edns', SPOILT, 'strip=41 side=query'),
        _net('strip-record', SPOILT, f'strip={SMIMEA}'),
        _net('strip-denial', SPOILT, f'strip={DENIALS}', address=NOBODY),
        _net('strip-ds', SPOILT, f'strip={DS}', says='neither DS records of lab. nor a proof'),
        _net('strip-keys', SPOILT, f'strip={DNSKEY}'),
        # the way to have a signed zone taken for an insecure one
        _net('forged-no-ds', SPOILT, f'rcode=0 side=answer type={DS}', modes=(STUB,)),
        _net('forged-nxdomain', SPOILT, f'rcode=3 side=answer type={SMIMEA}'),
        _net('forged-nodata', SPOILT, f'rcode=0 side=answer type={SMIMEA}'),
        _net('changed-record', SPOILT, f'flip-record={SMIMEA}'),
        _net('changed-signature', SPOILT, f'flip-record=46 type={SMIMEA}'),
        _net('changed-key', SPOILT, f'flip-record={DNSKEY}',
             says=') is the trust anchor'),
        _net('changed-ds', SPOILT, f'flip-record={DS}'),
        _net('changed-denial', SPOILT, f'flip-record={DENIALS}', address=NOBODY),
        _net('one-bit-somewhere', (SECURE, *SPOILT), f'flip type={SMIMEA}'),
        _net('one-bit-in-each-answer', (SECURE, *SPOILT), 'flip'),
        _net('garbage', SPOILT, 'garbage=300'),
        _net('garbage-for-record', SPOILT, f'garbage=300 type={SMIMEA}'),
        _net('octets-behind-the-end', (SECURE, *SPOILT), f'pad=40 type={SMIMEA}'),
        _net('octets-behind-the-end-64k', (SECURE, *SPOILT), f'pad=65000 over=tcp type={SMIMEA}'),
        _net('ttl-raised', (SECURE,), 'ttl=604800'),
        _net('ttl-zero', (SECURE,), 'ttl=0'),
        _net('records-in-reverse', (SECURE,), 'reverse'),
        # RFC 2181 §5: as if they were there once
        _net('records-twice', (SECURE, BOGUS), 'double'),
    ]


def _spoofed():
    """Somebody who sees the question, or guesses it, answers beside the name server."""
    return [
        _net('from-another-address', TAKES_TOO_LONG, 'stray', udp=True),
        _net('spoof-from-another-address', (SECURE,), 'stray copy=1', udp=True),
        _net('spoof-with-wrong-id', (SECURE,), 'invert=0:0100 copy=1', udp=True),
        _net('spoof-garbage', (SECURE, *SPOILT), f'garbage=60 copy=1 type={SMIMEA}', udp=True),
        _net('spoof-nxdomain', (SECURE, *SPOILT), f'rcode=3 copy=1 side=answer type={SMIMEA}',
             udp=True),
    ]


def _replayed(server):
    """Answers that somebody kept, or signed with a key of another zone."""
    alice, nobody = r.owner_name(ALICE), r.owner_name(NOBODY)
    good = wire.sections(wire.ask(server, alice))
    denial = wire.sections(wire.ask(server, nobody))
    other = wire.sections(wire.ask(server, r.owner_name('alice@elsewhere.lab')))
    wild = wire.sections(wire.ask(server, r.owner_name('anyone@wild.lab')))
    naptr = wire.sections(wire.ask(server, 'x.naptr.lab.', 35))[wire.ANSWER]
    record = f'type={SMIMEA}'
    loop = wire.response(alice, ([b'\xc0\x0c' + b'\xc0' * 3], [], []))
    forged = wire.record(alice, SMIMEA, bytes([3, 0, 0]) + b'forged')
    other_forged = wire.record('forged.secure.lab.', SMIMEA, bytes([3, 0, 0]) + b'forged')
    cname = wire.record(alice, 5, wire.name_octets(r.owner_name('rsa@secure.lab')))

    def replace(name, expected, question, sections, rcode=0, **more):
        return _net(name, expected,
                    wire.replace_rule(wire.response(question, sections, rcode), record), **more)

    def append(name, expected, section, records, conditions='', **more):
        rule = wire.append_rule(section, records, f'{record} {conditions}'.strip())
        return _net(name, expected, rule, **more)

    return [
        replace('replay-denial-of-another-name', SPOILT, alice, denial, 3),
        # (from the root, a shorter name may have been denied before: RFC 9156)
        replace('replay-record-of-another-name', (DENIAL, *SPOILT), nobody, good, address=NOBODY),
        replace('replay-record-of-another-zone', SPOILT, alice, other),
        replace('replay-wildcard-elsewhere', SPOILT, alice, wild),
        replace('replay-another-question', SPOILT, r.owner_name('rsa@secure.lab'), good),
        replace('forged-record', SPOILT, alice, ([forged], [], [])),
        append('append-forged-record', SPOILT, wire.ANSWER, [forged]),
        append('append-forged-record-of-another-name', (SECURE, *SPOILT), wire.ANSWER,
               [other_forged]),
        append('append-forged-alias', (SECURE, *SPOILT), wire.ANSWER, [cname]),
        append('append-signed-record-of-another-name', (SECURE, *SPOILT), wire.ANSWER,
               other[wire.ANSWER]),
        append('append-signed-record-to-denial', (DENIAL, *SPOILT), wire.ANSWER,
               good[wire.ANSWER], address=NOBODY),
        append('append-signed-naptr', (SECURE, UNREACHABLE), wire.ANSWER, naptr,
               conditions='first=1', then='alice@elsewhere.lab'),
        append('append-to-additional', (SECURE,), wire.ADDITIONAL, [forged]),
        # getdns 1.6 dies of the one, and takes any denial with the other
        replace('answer-in-authority', SPOILT, alice, ([], good[wire.ANSWER], []), survives=True),
        replace('answer-in-authority-of-denial', SPOILT, alice,
                ([], good[wire.ANSWER] + denial[wire.AUTHORITY], []), 3, survives=True),
        _net('pointer-loop', SPOILT, wire.replace_rule(loop, record)),
    ]


def _proofs_of(server, zone):
    """Signed proofs of the zone, as denials of many names bring them: of a small zone, all."""
    found = {}
    for i in range(40):
        authority = wire.sections(wire.ask(server, f'{i}.{zone}'))[wire.AUTHORITY]
        found.update((octets, None) for octets in authority
                     if wire.covered(octets) in (wire.NSEC, wire.NSEC3))
    return list(found)


def _forged_proofs(server):
    """Proofs that are signed well, and do not prove what they are used for. Each once as it is, and
    once (keys late) while the keys can't be had at first, for engines that have a second way."""
    alice = r.owner_name('alice@wild-above.lab')
    wild = [wire.renamed(octets, alice)
            for octets in wire.sections(wire.ask(server, 'q.wild-above.lab.'))[wire.ANSWER]]
    covering = wire.sections(wire.ask(server, alice))[wire.AUTHORITY]
    apex = wire.sections(wire.ask(server, 'secure.lab.', r.PRIVATE_TYPE))[wire.AUTHORITY]
    cut = wire.sections(wire.ask(server, 'secure-a.lab.'))[wire.AUTHORITY]
    forged = [
        # RFC 5155 §8.9, RFC 6840 §4.1
        ('nsec3-above-delegation', 'alice@below.above3.lab', 'above3.lab.',
         ([], wire.soa(server, 'above3.lab.') + _proofs_of(server, 'above3.lab.'), []), 3),
        ('nsec3-above-delegation-many-rounds', 'alice@below.above3-many.lab', 'above3-many.lab.',
         ([], wire.soa(server, 'above3-many.lab.') + _proofs_of(server, 'above3-many.lab.'), []),
         0),
        ('nsec-above-delegation', ALICE, 'lab.', ([], cut, []), 3),
        # RFC 6672 §5.3.4
        ('nsec3-at-dname', 'alice@dname-apex3.lab', 'dname-apex3.lab.',
         ([], wire.soa(server, 'dname-apex3.lab.') + _proofs_of(server, 'dname-apex3.lab.'), []),
         3),
        # RFC 4592 §2.2.2
        ('wildcard-over-empty-name', 'alice@wild-above.lab', 'wild-above.lab.',
         (wild, covering, []), 0),
        # the same where no proofs belong: getdns finds them there, too
        ('nsec3-above-delegation-in-answer', 'alice@below.above3.lab', 'above3.lab.',
         (_proofs_of(server, 'above3.lab.'),
          wire.soa(server, 'above3.lab.') + [wire.record('x.above3.lab.', wire.NSEC, b'\0\0\1\1')],
          []), 3),
        ('wildcard-over-empty-name-in-answer', 'alice@wild-above.lab', 'wild-above.lab.',
         (wild + covering, [], []), 0),
    ]
    rows = []
    for name, address, zone, sections, rcode in forged:
        # the zone itself, and all below it on the way to the name
        # (RFC 9276 §3.2: beyond a limit as insecure)
        allowed = (INSECURE, BOGUS) if 'many-rounds' in name else SPOILT
        n_asked = address.rpartition('@')[2].count('.') + 2 - zone.count('.')
        rule = wire.replace_rule(wire.response(r.owner_name(address), sections, rcode),
                                 f'type={SMIMEA}')
        rows.append(_net(f'forged-{name}', allowed, rule, address=address, modes=(STUB,)))
        rows.append(_net(f'forged-{name}-keys-late', allowed, rule,
                         f'rcode=2 type={DNSKEY} name={zone} first={n_asked}', address=address,
                         modes=(STUB,)))
    # RFC 6840 §4.4: only what stands above tells of a delegation, the zone itself does not
    rows.append(_net('forged-no-ds-by-zone-itself', SPOILT, f'strip=46 type={SMIMEA}',
                     wire.replace_rule(wire.response('secure.lab.', ([], apex, []), 0, DS),
                                       f'type={DS} name=secure.lab.'), modes=(STUB,)))
    return rows


def _weak_proofs(server):
    """What makes no good answer a worse one: a proof of opt-out that nobody signed, and a signature
    that nobody made, of a wildcard."""
    owner = r.owner_name(ALICE)
    signature = next(wire.split(octets)[1]
                     for octets in wire.sections(wire.ask(server, owner))[wire.ANSWER]
                     if wire.split(octets)[0] == wire.RRSIG)
    one_label = signature[:3] + b'\1' + signature[4:]
    broken = wire.append_rule(wire.ANSWER, [wire.record(owner, wire.RRSIG, one_label)],
                              f'type={SMIMEA}')

    def opt_out(zone):
        return wire.append_rule(wire.AUTHORITY, [wire.record(
            f'{"0" * 32}.{zone}.', wire.NSEC3,
            bytes([1, 1, 0, 0, 0, 20, *b'~' * 20, 0, 1, 0x40]))], f'type={SMIMEA}')

    rows = [('record', ALICE, (broken,)), ('wildcard', 'anyone@wild.lab', ()),
            ('wildcard-nsec3', 'anyone@wild3.lab', ())]
    return [_net(f'weak-proof-beside-{name}{late and "-keys-late"}', (SECURE, *SPOILT), *rules,
                 opt_out(address.partition('@')[2]), *([late] if late else []), address=address)
            for name, address, rules in rows
            for late in ('', f'rcode=2 type={DNSKEY} name={address.partition("@")[2]}. first=1')]


def _forged_insecurity(server):
    """The ways to have a signed zone taken for an insecure one where there are insecure ones: whose
    records stand beside, or which may stand in a span of opt-out (RFC 5155 §8.9)."""
    address = 'alice@below.above-opt-out.lab'
    owner = r.owner_name(address)
    proofs = _proofs_of(server, 'above-opt-out.lab.')
    soa = wire.soa(server, 'above-opt-out.lab.')
    other_proof = wire.record('x.above-opt-out.lab.', wire.NSEC, b'\0\0\1\1')
    forged = wire.record(owner, SMIMEA, bytes([3, 0, 0]) + b'forged')
    unsigned = wire.record('x.insecure.lab.', SMIMEA, bytes([3, 0, 0]) + b'unsigned')
    late = f'rcode=2 type={DNSKEY} name=secure.lab. first=1'
    unknown_key = wire.record('ds-two.lab.', DNSKEY, b'\1\1\3\xfd' + bytes(32))
    other = r.owner_name('alice@ds-two.lab')
    no_cut = [f'rcode=2 type={rr_type} name=below.above-opt-out.lab.' for rr_type in (DS, DNSKEY)]

    def replace(sections, rcode, rr_type=SMIMEA):
        return wire.replace_rule(wire.response(owner, sections, rcode, rr_type),
                                 f'type={rr_type} name={owner}')

    return [
        _net('forged-insecure-below-delegation', SPOILT, replace(([forged], [], []), 0),
             replace(([], proofs, []), 3, DS), address=address),
        _net('forged-insecure-denial', SPOILT, replace(([], soa + proofs, []), 3), *no_cut,
             address=address),
        _net('forged-insecure-denial-in-answer', SPOILT,
             replace((proofs, [*soa, other_proof], []), 3), *no_cut, address=address),
        # RFC 4035 §5.2: with one DS record of a known algorithm a zone is signed
        _net('forged-insecure-by-unknown-key', SPOILT,
             wire.replace_rule(wire.response('ds-two.lab.', ([unknown_key], [], []), 0, DNSKEY),
                               f'type={DNSKEY} name=ds-two.lab.'),
             wire.replace_rule(wire.response(other, (
                 [wire.renamed(forged, other)], [], [])), f'type={SMIMEA}'),
             address='alice@ds-two.lab'),
        *[_net(f'append-insecure-record{name}', (outcome, *SPOILT),
               wire.append_rule(wire.ANSWER, [unsigned], f'type={SMIMEA}'), late, address=address)
          for name, outcome, address in (('', SECURE, ALICE), ('-to-denial', DENIAL, NOBODY))],
    ]


def _several_servers():
    """The first name server is of no use, the second is."""
    def row(name, *rules, address=ALICE, expected=(SECURE,)):
        return Case(f'second-server-{name}', address, expected, before=rules, modes=(STUB,))

    return [
        row('after-silence', 'drop'),
        row('after-servfail', 'rcode=2'),
        row('after-reset', 'reset'),
        row('after-stripped', 'strip=43,46,47,48,50'),
        row('after-forged-denial', 'rcode=3 side=answer'),
        row('after-garbage', 'garbage=100'),
        row('after-denial-stripped', f'strip={DENIALS}', address=NOBODY, expected=(DENIAL,)),
    ]


def table(server):
    """All rows. server: the name server that has all zones."""
    return [*_sound_zones(), *_faulty_zones(), *_lost(), *_codes(), *_stripped(), *_spoofed(),
            *_replayed(server), *_forged_proofs(server), *_weak_proofs(server),
            *_forged_insecurity(server), *_several_servers()]
