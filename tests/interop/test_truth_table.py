#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""The matching rules of DANE as a table, each rule with its section, end to end: records published
in the signed universe of tests/dns, messages that openssl signed, and what "verify" and "lookup"
(the recipient's side) make of them. The table is printed with the results."""

import concurrent.futures
import dataclasses
import unittest

import interop  # first: it puts the support modules on the path
import openssl
import tap
from program import DOES_NOT_HOLD, HOLDS, UNKNOWN
from universe_client import UniverseClient

import records  # of tests/dns

ENTITY = b'Content-Type: text/plain\n\nsigned\n'
TEMPORARY = ('bogus', 'indeterminate', 'unreachable')
N_ADDRESSES = 200
ZONES = {'insecure.lab': 'insecure', 'bad-signature.lab': 'bogus', 'servfail.lab': 'unreachable'}
LATER = ('--time', '2031-01-01T00:00:00Z')  # after the end of LEAF, before that of authorities
EARLIER = ('--time', '2001-01-01T00:00:00Z')

UNIVERSE = None
PROGRAM = None
PEOPLE = {}
CRL = None


@dataclasses.dataclass
class Row:
    """A rule: what is published, who signs, and what has to come out."""
    section: str
    rule: str
    published: list
    verify: str  # "verified" or the reason why not; "invalid: …" for the status
    lookup: str = None  # "ready" or the reason; None: not asked
    signer: str = 'leaf'
    chain: tuple = ('middle', 'root')
    options: tuple = ()
    zone: str = 'example.org'
    stranger: bool = False  # the signer's certificate does not name the address
    vouches: tuple = None  # usage, selector, matching type of the record that does
    address: str = None


def record(name, usage, selector, matching):
    """A record of somebody's certificate."""
    return lambda: records.smimea(PEOPLE[name].der, usage, selector, matching)


def raw(usage, selector, matching, octets):
    return lambda: records.raw(usage, selector, matching, octets)


def trusted(*names):
    """--ca for each."""
    return lambda: [word for name in names for word in ('--ca', PEOPLE[name].certificate)]


def matrix():
    """Usage × selector × matching type: whole, without an authority, and by another signer."""
    rows = []
    for usage, selector, matching in ((u, s, m) for u in range(4) for s in range(2)
                                      for m in range(3)):
        name = 'root' if usage in (0, 2) else 'leaf'
        numbers = (usage, selector, matching)
        published = [record(name, *numbers)]
        options = (trusted('root', 'middle'),) if usage < 2 else ()
        whole = selector == 0 and matching == 0 and usage in (1, 3)
        lookup = 'ready' if whole else 'hash-only'
        text = f'{usage} {selector} {matching}'
        section = ('7671 §5.4', '7671 §5.3', '7671 §5.2', '7671 §5.1')[usage]
        rows.append(Row(f'6698 §2.1, {section}', f'{text} matches', published, 'verified', lookup,
                        options=options, vouches=numbers))
        rows.append(Row(f'6698 §2.1, {section}', f'{text} is of another', published,
                        'invalid: no-match', signer='other', options=options))
        if usage < 2:
            rows.append(Row(section, f'{text} without the authority', published,
                            'certificate-untrusted',
                            'certificate-untrusted' if whole else 'hash-only'))
    return rows


def dane_ee():
    whole = [record('leaf', 3, 0, 0)]
    return [
        Row('7671 §5.1', 'usage 3 waives the name', whole, 'verified', 'ready', stranger=True),
        Row('7671 §5.1', 'usage 3 waives the path', [record('leaf', 3, 1, 1)], 'verified',
            'hash-only', chain=()),
        Row('8162 §9', 'usage 3 keeps the expiry', whole, 'certificate-expired',
            'certificate-expired', options=LATER),
        Row('8162 §9', 'usage 3 keeps the beginning', whole, 'certificate-not-yet-valid',
            'certificate-not-yet-valid', options=EARLIER),
        Row('8162 §9', 'revoked under usage 3', whole, 'certificate-revoked', None,
            options=(lambda: ('--crl', CRL),)),
        Row('8162 §9', 'revoked, by the lists at hand when encrypting',
            [record('leaf', 3, 0, 0), record('middle', 2, 0, 0)], 'certificate-revoked',
            'certificate-revoked', options=(lambda: ('--crl', CRL),)),
        Row('8162 §9', 'revoked under usage 1', [record('leaf', 1, 0, 0)], 'certificate-revoked',
            'certificate-revoked',
            options=(trusted('root', 'middle'), lambda: ('--crl', CRL))),
        Row('8550 §4.4.4', 'usage 3, and the certificate is not for mail',
            [record('web', 3, 0, 0)], 'certificate-unfit', 'certificate-unfit', signer='web'),
        Row('8162 §5', 'the record brings the certificate', whole, 'verified', 'ready', chain=None),
        Row('8162 §5', 'a digest does not bring it', [record('leaf', 3, 0, 1)],
            'certificate-missing', 'hash-only', chain=None),
    ]


def dane_ta():
    expired = record('short', 2, 0, 1)
    return [
        Row('7671 §5.2', 'usage 2 needs the name', [record('root', 2, 0, 0)], 'address-mismatch',
            stranger=True),
        Row('7671 §5.2', 'usage 2 needs the dates', [record('root', 2, 0, 0)],
            'certificate-expired', options=LATER),
        Row('7671 §5.2', 'an intermediate is the anchor', [record('middle', 2, 0, 1)], 'verified',
            chain=('middle',)),
        Row('7671 §5.2', 'an authority of the path has ended', [expired], 'certificate-expired',
            signer='below-short', chain=('short', 'root'),
            options=('--time', '2028-01-01T00:00:00Z')),
        Row('7671 §5.2', 'no path to the anchor', [record('other', 2, 0, 0)], 'invalid: no-match'),
        Row('7671 §5.2.2', 'a digest needs the anchor in the message', [record('root', 2, 0, 1)],
            'invalid: no-match', chain=('middle',)),
        Row('7671 §5.2.2', '… that of a key too', [record('root', 2, 1, 2)], 'invalid: no-match',
            chain=('middle',)),
        Row('7671 §5.2.2', '2 0 0 brings the anchor', [record('root', 2, 0, 0)], 'verified',
            chain=('middle',), vouches=(2, 0, 0)),
        Row('7671 §5.2.2', '… and not what is below it', [record('root', 2, 0, 0)],
            'invalid: no-match', chain=()),
        Row('7671 §5.2.2', '… unless records bring that too',
            [record('root', 2, 0, 0), record('middle', 2, 0, 0)], 'verified', chain=()),
        Row('7671 §5.2.3', '2 1 0 signed the topmost certificate', [record('root', 2, 1, 0)],
            'verified', chain=('middle',), vouches=(2, 1, 0)),
        Row('7671 §5.2.3', '2 1 0 signed the only certificate', [record('middle', 2, 1, 0)],
            'verified', chain=(), vouches=(2, 1, 0)),
        Row('7671 §5.2.3', '2 1 0 signed none of them', [record('other', 2, 1, 0)],
            'invalid: no-match', chain=('middle',)),
        Row('7671 §5.2.3', '2 1 0 of an intermediate that is not there', [record('root', 2, 1, 0)],
            'invalid: no-match', chain=()),
        Row('7671 §5.2.3', '2 1 0 keeps the name', [record('root', 2, 1, 0)], 'address-mismatch',
            chain=('middle',), stranger=True),
        Row('7671 §5.2.3', '2 1 0 keeps the dates', [record('root', 2, 1, 0)],
            'certificate-expired', chain=('middle',), options=LATER),
        Row('7671 §5.2', 'beside a record of usage 0 further down',
            [record('middle', 0, 0, 0), record('root', 2, 0, 1)], 'verified', vouches=(2, 0, 1)),
    ]


def pkix():
    return [
        Row('7671 §5.3', 'usage 1 needs the name', [record('leaf', 1, 0, 0)], 'address-mismatch',
            'address-mismatch', options=(trusted('root', 'middle'),), stranger=True),
        Row('7671 §5.3', 'usage 1, the intermediate is nowhere', [record('leaf', 1, 0, 0)],
            'certificate-untrusted', 'certificate-untrusted', chain=(),
            options=(trusted('root'),)),
        Row('7671 §5.3', 'usage 1, another record brings the intermediate',
            [record('leaf', 1, 0, 0), record('middle', 0, 0, 0)], 'verified', 'ready', chain=(),
            options=(trusted('root'),), vouches=None),
        Row('7671 §5.3', 'usage 1, another authority is trusted', [record('leaf', 1, 0, 0)],
            'certificate-untrusted', 'certificate-untrusted', options=(trusted('other'),)),
        Row('7671 §5.4', 'usage 0 needs the name', [record('root', 0, 0, 0)], 'address-mismatch',
            options=(trusted('root'),), stranger=True),
        Row('7671 §5.4', 'usage 0 needs the dates', [record('root', 0, 0, 0)],
            'certificate-expired', options=(trusted('root'), *LATER)),
        Row('7671 §5.4', 'what is named stands above what is trusted', [record('root', 0, 0, 1)],
            'verified', options=(trusted('middle'),)),
        Row('7671 §5.4', 'what is named stands below what is trusted', [record('middle', 0, 1, 1)],
            'verified', chain=('middle',), options=(trusted('root'),)),
        Row('7671 §5.4', 'what is named stands here, not in the message',
            [record('root', 0, 0, 2)], 'verified', chain=('middle',), options=(trusted('root'),)),
        Row('7671 §5.4', 'what is named stands on a second path', [record('other', 0, 0, 0)],
            'verified', chain=('middle', 'cross', 'root'), options=(trusted('root', 'other'),)),
        Row('7671 §5.4', '… and nobody trusts that', [record('other', 0, 0, 0)],
            'certificate-untrusted', chain=('middle', 'cross'), options=(trusted('root'),)),
        Row('7671 §5.4', 'the path leads past what is named', [record('other', 0, 0, 0)],
            'invalid: no-match', options=(trusted('root'),)),
        Row('7671 §4.1', 'usage 3 does without what usage 1 lacks',
            [record('leaf', 1, 0, 0), record('leaf', 3, 0, 0)], 'verified', 'ready',
            vouches=(3, 0, 0)),
        Row('7671 §4.1', 'usage 2 vouches for the certificate of usage 1',
            [record('leaf', 1, 0, 0), record('middle', 2, 0, 0)], 'verified', 'ready'),
    ]


def sets():
    leaf, root = (lambda *n: record('leaf', *n)), (lambda *n: record('root', *n))
    other = lambda *n: record('other', *n)
    return [
        Row('7671 §8.1', 'rollover: the old one', [other(3, 0, 0), leaf(3, 0, 0)], 'verified',
            'ready'),
        Row('7671 §8.1', 'rollover: the new one', [other(3, 0, 0), leaf(3, 1, 1)], 'verified',
            'ready', signer='other'),
        Row('7671 §8.1', 'rollover of the anchor', [other(2, 0, 0), root(2, 0, 1)], 'verified'),
        Row('7671 §8.1', 'rollover from usage 2 to 3', [root(2, 0, 1), other(3, 0, 1)], 'verified',
            'hash-only', signer='other'),
        Row('7671 §9', 'the strongest digest counts', [other(3, 0, 1), leaf(3, 0, 2)], 'verified',
            vouches=(3, 0, 2)),
        Row('7671 §9', '… alone', [leaf(3, 0, 1), other(3, 0, 2)], 'invalid: no-match'),
        Row('7671 §9', '… for usage 2', [root(2, 0, 1), other(2, 0, 2)], 'invalid: no-match'),
        Row('7671 §9', '… for usage 0', [root(0, 1, 1), other(0, 1, 2)], 'invalid: no-match',
            options=(trusted('root'),)),
        Row('7671 §9', 'full data count beside any digest', [leaf(3, 0, 0), other(3, 0, 2)],
            'verified', 'ready', vouches=(3, 0, 0)),
        Row('7671 §9', 'for each selector by itself', [leaf(3, 0, 1), other(3, 1, 2)], 'verified',
            vouches=(3, 0, 1)),
        Row('7671 §9', 'for each usage by itself', [leaf(3, 0, 1), other(2, 0, 2)], 'verified',
            vouches=(3, 0, 1)),
        Row('7671 §9', 'a stronger one that is unusable does not count',
            [leaf(3, 0, 1), raw(3, 0, 2, bytes(63))], 'verified', vouches=(3, 0, 1)),
    ]


def unusable():
    forms = [('usage', raw(4, 0, 0, b'\x30\x00')), ('selector', raw(3, 2, 0, b'\x30\x00')),
             ('matching type', raw(3, 0, 3, bytes(32))), ('private usage', raw(255, 0, 0, b'1')),
             ('digest too short', raw(3, 0, 1, bytes(31))),
             ('digest too long', raw(3, 1, 2, bytes(65))),
             ('no certificate', raw(3, 0, 0, b'no certificate')),
             ('no key', raw(3, 1, 0, b'no key')), ('no anchor', raw(2, 1, 0, b'\x30\x00')),
             ('a certificate where a key should be',
              lambda: records.raw(3, 1, 0, PEOPLE['leaf'].der))]
    rows = [Row('6698 §4.1', f'unusable: {name}', [form], 'unusable-records', 'unusable-records')
            for name, form in forms]
    rows += [
        Row('6698 §4.1', 'several, all unusable', [form for _, form in forms], 'unusable-records',
            'unusable-records'),
        Row('6698 §4.1', 'unusable ones beside one that matches',
            [*[form for _, form in forms], record('leaf', 3, 0, 0)], 'verified', 'ready'),
        Row('6698 §4.1', 'unusable ones beside one that does not',
            [*[form for _, form in forms], record('other', 3, 0, 1)], 'invalid: no-match',
            'hash-only'),
        Row('6698 §4.1', 'unusable is not "no record": no authority instead', [forms[0][1]],
            'unusable-records', 'unusable-records', options=(trusted('root'),)),
    ]
    return rows


def outcomes():
    rows = [Row('8162 §6', f'the record matches, and the answer is {outcome}',
                [record('leaf', 3, 0, 0)], outcome, outcome, zone=zone)
            for zone, outcome in ZONES.items() if outcome != 'unreachable']
    rows += [
        Row('8162 §6', 'no answer', [], 'unreachable', 'unreachable', zone='servfail.lab',
            options=(trusted('root'),)),
        Row('8162 §6', 'bogus, and an authority would vouch', [record('leaf', 3, 0, 0)], 'bogus',
            'bogus', zone='bad-signature.lab', options=(trusted('root'),)),
        Row('8162 §6', 'no record, no authority', [], 'no-record', 'no-record'),
        Row('8162 §6', 'no record: an authority vouches', [], 'verified', 'no-record',
            options=(trusted('root'),)),
        Row('8162 §6', 'insecure: an authority vouches', [record('other', 3, 0, 0)], 'verified',
            'insecure', zone='insecure.lab', options=(trusted('root'),)),
        Row('8162 §6', 'records of others: no authority instead', [record('other', 3, 0, 0)],
            'invalid: no-match', 'ready', options=(trusted('root'),)),
    ]
    return rows


def isolation():
    """Certificates with the same issuer and serial number (5280 §4.1.2.2) in one message."""
    return [
        Row('5652 §5.1', 'the signer, beside a forged twin', [record('leaf', 3, 0, 0)], 'verified',
            chain=('twin', 'middle', 'root')),
        Row('5652 §5.1', 'the forged twin, beside the one that is meant',
            [record('leaf', 3, 0, 0)], 'invalid: no-match', signer='twin',
            chain=('leaf', 'middle', 'root')),
        Row('5652 §5.1', 'the forged twin below a trusted name', [record('root', 0, 0, 0)],
            'invalid: no-match', signer='twin', chain=('leaf', 'middle', 'root'),
            options=(trusted('root'),)),
        Row('5652 §5.1', 'a forged authority beside the one that is meant',
            [record('root', 2, 0, 1)], 'verified', chain=('false-middle', 'middle', 'root')),
    ]


ROWS = [*matrix(), *dane_ee(), *dane_ta(), *pkix(), *sets(), *unusable(), *outcomes(),
        *isolation()]


class Issued:
    """A certificate for a key that there is already, or with the serial number of another one."""

    def __init__(self, name, key, subject, issuer, extensions, *options):
        self.key, self.certificate = key, interop.path(f'{name}.pem')
        request = openssl.run('req', '-new', '-key', key, '-subj', subject)
        extension_file = interop.write(f'{name}.ext', '\n'.join(extensions).encode())
        openssl.run('x509', '-req', '-CA', issuer.certificate, '-CAkey', issuer.key, '-days', '900',
                    '-extfile', extension_file, '-out', self.certificate, *options, stdin=request)
        self.der = openssl.to_der(self.certificate)


def make_people():
    authority = ('basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign')
    mail = interop.Person.EXTENSIONS
    names = 'subjectAltName=' + ','.join(
        f'email:r{i}@{zone}' for i in range(N_ADDRESSES)
        for zone in ('example.org',)) + ''.join(f',email:r@{zone}' for zone in ZONES)

    def person(name, extensions, issuer=None, days=3650):
        PEOPLE[name] = interop.Person(name, 'ec:P-256', None, extensions,
                                      issuer=issuer and PEOPLE[issuer], days=days)
        return PEOPLE[name]

    person('root', authority)
    person('other', (*authority[:1], names))  # an authority that signs mail as well
    person('middle', authority, 'root')
    leaf = person('leaf', (*mail, names), 'middle', 900)
    person('short', authority, 'root', 300)
    person('below-short', (*mail, names), 'short', 900)
    person('web', ('extendedKeyUsage=serverAuth', names), 'middle', 900)
    PEOPLE['cross'] = Issued('cross', PEOPLE['middle'].key, '/CN=middle', PEOPLE['other'],
                             authority)
    false_root = interop.Person('false-root', 'ec:P-256', None, authority, subject='/CN=root')
    key = openssl.new_key(interop.path('false-middle.key'))
    PEOPLE['false-middle'] = Issued('false-middle', key, '/CN=middle', false_root, authority,
                                    '-set_serial', serial_of(PEOPLE['middle']))
    key = openssl.new_key(interop.path('twin.key'))
    PEOPLE['twin'] = Issued('twin', key, '/CN=leaf', PEOPLE['false-middle'], (*mail, names),
                            '-set_serial', serial_of(leaf))


def serial_of(person):
    text = openssl.run('x509', '-in', person.certificate, '-noout', '-serial').decode()
    return '0x' + text.strip().partition('=')[2]


def setUpModule():
    global UNIVERSE, PROGRAM, CRL
    make_people()
    CRL = openssl.revocation_list(interop.path('middle.crl'), (
        PEOPLE['middle'].certificate, PEOPLE['middle'].key), [PEOPLE['leaf'].certificate])
    lines = [line for i, row in enumerate(ROWS) for line in lines_of(i, row)]
    zone_lines = interop.write('zone-lines', ''.join(f'{line}\n' for line in lines).encode())
    UNIVERSE = UniverseClient(interop.folder, '--zone-lines', zone_lines)
    PROGRAM = interop.new_program(options=[*UNIVERSE.options(), '--no-learn'])


def tearDownModule():
    if UNIVERSE:
        UNIVERSE.stop()
    interop.remove_folder()


def lines_of(number, row):
    """Gives the row an address of its own, but for those in zones with a fault. Its records."""
    if row.stranger:
        row.address = f'stranger{number}@{row.zone}'
    else:
        row.address = f'r{number}@{row.zone}' if row.zone == 'example.org' else f'r@{row.zone}'
    if row.zone == 'example.org' and not row.stranger and number >= N_ADDRESSES:
        raise RuntimeError('more rows than N_ADDRESSES')
    return [records.line(records.owner_name(row.address), make()) for make in row.published]


def options_of(row):
    """The row's options as words."""
    words = []
    for option in row.options:
        words += option() if callable(option) else [option]
    return words


def sign(row):
    signer = PEOPLE[row.signer]
    more = ['-nocerts'] if row.chain is None else []
    if row.chain:
        # one file: of several -certfile openssl takes the last alone
        bundle = b''.join(interop.read(PEOPLE[name].certificate) for name in row.chain)
        more = ['-certfile', interop.write(f'{row.address}.bundle', bundle)]
    return openssl.run('cms', '-sign', '-signer', signer.certificate, '-inkey', signer.key, '-from',
                       row.address, '-to', 'bob@example.org', '-subject', 'table', *more,
                       stdin=ENTITY)


class TruthTable(unittest.TestCase):
    """A subtest a row."""

    def _check_verdict(self, row, result):
        verdict = result.json
        status, reason = verdict['status'], verdict['reason']
        found = {'verified': status, 'invalid': f'invalid: {reason}'}.get(status, reason)
        self.assertEqual(found, row.verify, result)
        temporary = reason in TEMPORARY
        self.assertEqual(result.code, HOLDS if status == 'verified' else
                         UNKNOWN if temporary else DOES_NOT_HOLD, result)
        source = verdict['trust'] and verdict['trust']['source']
        authority = 'authority vouches' in row.rule
        expected = ('authority' if authority else 'dane') if status == 'verified' else None
        self.assertEqual(source, expected, result)
        if row.vouches:
            trust = verdict['trust']
            self.assertEqual((trust['usage'], trust['selector'], trust['matching_type']),
                             row.vouches, result)

    def test_verify(self):
        def verify(row):
            return PROGRAM.run('--json', 'verify', *options_of(row), stdin=sign(row))

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for row, result in [(row, pool.submit(verify, row)) for row in ROWS]:
                with self.subTest(section=row.section, rule=row.rule):
                    self._check_verdict(row, result.result())

    def test_lookup(self):
        """Rows with the same options in one call."""
        groups = {}
        for row in ROWS:
            if row.lookup:
                groups.setdefault(tuple(options_of(row)), []).append(row)
        for options, rows in groups.items():
            result = PROGRAM.run('--json', 'lookup', *options, *[row.address for row in rows])
            for row, found in zip(rows, result.json['results']):
                with self.subTest(section=row.section, rule=row.rule):
                    self.assertEqual((found['address'], found['recipient']),
                                     (row.address, row.lookup), found)

    def test_encrypt(self):
        """What "lookup" promises: usage × selector × matching type once more."""
        for row in matrix_rows():
            with self.subTest(rule=row.rule):
                message = f'From: {row.address}\nTo: {row.address}\n\nsecret\n'.encode()
                result = PROGRAM.run('encrypt', *options_of(row), stdin=message)
                if row.lookup != 'ready':
                    self.assertEqual((result.code, result.stdout), (DOES_NOT_HOLD, b''), result)
                    self.assertIn(f'{row.address} ({row.lookup})', result.stderr)
                    continue
                self.assertEqual(result.code, HOLDS, result)
                plain = openssl.run('cms', '-decrypt', '-inkey', PEOPLE['leaf'].key, '-recip',
                                    PEOPLE['leaf'].certificate, stdin=result.stdout)
                self.assertIn(b'secret', plain)

    def test_print(self):
        """The table itself."""
        widths = [max(len(row.section) for row in ROWS), max(len(row.rule) for row in ROWS)]
        print(f'# {"section":{widths[0]}} | {"rule":{widths[1]}} | verify | encrypt')
        for row in ROWS:
            print(f'# {row.section:{widths[0]}} | {row.rule:{widths[1]}} | {row.verify} | '
                  f'{row.lookup or "-"}')


def matrix_rows():
    return [row for row in ROWS if row.rule.endswith(' matches') and row.lookup
            and row.section.startswith('6698 §2.1,')]


if __name__ == '__main__':
    tap.main()
