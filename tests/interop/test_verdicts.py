#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Verdicts end to end: freshly made keys and chains, published in the signed universe of tests/dns,
messages that openssl or dane-smime signed, and what "verify", "read" and "encrypt" make of them."""

import os
import unittest

import interop  # first: it puts the support modules on the path
import messages
import openssl
import program
import tap
from program import DOES_NOT_HOLD, HOLDS, UNKNOWN
from universe_client import UniverseClient

import records  # of tests/dns

ENTITY = b'Content-Type: text/plain\n\nsigned\n'
MATRIX = [(usage, selector, matching) for usage in range(4) for selector in range(2)
          for matching in range(3)]
DAVE = 'dave@example.org'
ERIN = 'erin@example.org'  # vouched for by ROOT alone
ZONES = {'insecure': 'dave@insecure.lab', 'bogus': 'dave@bad-signature.lab',
         'unreachable': 'dave@servfail.lab', 'no-record': 'dave@example.com'}

UNIVERSE = None
PROGRAM = None
ROOT = MIDDLE = LEAF = DAVES = None


def matrix_address(usage, selector, matching):
    return f'u{usage}{selector}{matching}@example.org'


def setUpModule():
    global UNIVERSE, PROGRAM, ROOT, MIDDLE, LEAF, DAVES
    UNIVERSE = UniverseClient(interop.folder)
    PROGRAM = interop.new_program(options=UNIVERSE.options())
    authority = ('basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign')
    ROOT = interop.Person('root', 'rsa:2048', None, authority)
    MIDDLE = interop.Person('middle', 'ec:P-256', None, authority, issuer=ROOT)
    addresses = [matrix_address(*row) for row in MATRIX] + [DAVE, ERIN, *ZONES.values()]
    names = 'subjectAltName=' + ','.join(f'email:{address}' for address in addresses)
    LEAF = interop.Person('leaf', 'ec:P-256', None, (*interop.Person.EXTENSIONS, names),
                          issuer=MIDDLE)
    DAVES = interop.Person('dave', 'ec:P-256', DAVE)


def tearDownModule():
    if UNIVERSE:
        UNIVERSE.stop()
    interop.remove_folder()


def publish(address, *data):
    """Publishes records of SMIMEA presentation form at an address's owner name."""
    for record in data:
        UNIVERSE.publish(records.line(records.owner_name(address), record))


def sign(person, author, *options, chain=()):
    """A message from the author that openssl signed with a person's key."""
    # one file: of several -certfile openssl takes the last alone
    bundle = interop.write('bundle.pem', b''.join(interop.read(one.certificate) for one in chain))
    more = ['-certfile', bundle] if chain else []
    return openssl.run('cms', '-sign', '-signer', person.certificate, '-inkey', person.key, '-from',
                       author, '-to', 'bob@example.org', '-subject', 'verdicts', *more, *options,
                       stdin=ENTITY)


class VerdictCase(unittest.TestCase):
    def check(self, message, status, code, reason=None, *, options=(), store=None, **trust):
        """Verifies and compares; trust: members of "trust". Gives the JSON."""
        result = (store or PROGRAM).run('--json', 'verify', *options, stdin=message)
        verdict = result.json
        self.assertEqual((verdict['status'], verdict['reason'], result.code),
                         (status, reason, code), result)
        for name, value in trust.items():
            self.assertEqual(verdict['trust'][name], value, name)
        read = (store or PROGRAM).run('--json', 'read', *options, stdin=message)
        self.assertEqual((read.json['status'], read.json['reason']), (status, reason), read)
        self.assertEqual(read.code, HOLDS if status == 'none' else code, read)
        return verdict


class Matrix(VerdictCase):
    """Usage × selector × matching type (RFC 6698 §2.1, RFC 8162 §5)."""

    @classmethod
    def setUpClass(cls):
        for usage, selector, matching in MATRIX:
            source = {0: ROOT, 1: LEAF, 2: ROOT, 3: LEAF}[usage]
            publish(matrix_address(usage, selector, matching),
                    records.smimea(source.der, usage, selector, matching))

    def _verified(self, row, message, *options):
        usage, selector, matching = row
        self.check(message, 'verified', HOLDS, options=options, source='dane',
                   dns='secure-records', usage=usage, selector=selector, matching_type=matching,
                   owner_name=records.owner_name(matrix_address(*row)).rstrip('.'), ttl=records.TTL)

    def test_matching_records(self):
        for row in MATRIX:
            with self.subTest(row=row):
                message = sign(LEAF, matrix_address(*row), chain=[MIDDLE, ROOT])
                options = ('--ca', ROOT.certificate) if row[0] < 2 else ()
                self._verified(row, message, *options)

    def test_opaque(self):
        for row in MATRIX:
            with self.subTest(row=row):
                message = sign(LEAF, matrix_address(*row), '-nodetach', chain=[MIDDLE, ROOT])
                options = ('--ca', ROOT.certificate) if row[0] < 2 else ()
                self._verified(row, message, *options)

    def test_authority_usages_need_the_authority(self):
        for row in [row for row in MATRIX if row[0] < 2]:
            with self.subTest(row=row):
                message = sign(LEAF, matrix_address(*row), chain=[MIDDLE, ROOT])
                self.check(message, 'unverified', DOES_NOT_HOLD, 'certificate-untrusted')
                self.check(message, 'unverified', DOES_NOT_HOLD, 'certificate-untrusted',
                           options=['--ca', DAVES.certificate])

    def test_anchor_from_the_record_alone(self):
        """RFC 7671 §5.2.2: "2 0 0" holds the anchor, a digest of it needs it in the message."""
        self._verified((2, 0, 0), sign(LEAF, matrix_address(2, 0, 0), chain=[MIDDLE]))
        self.check(sign(LEAF, matrix_address(2, 0, 1), chain=[MIDDLE]), 'invalid', DOES_NOT_HOLD,
                   'no-match')

    def test_missing_intermediate(self):
        self.check(sign(LEAF, matrix_address(2, 0, 0)), 'invalid', DOES_NOT_HOLD, 'no-match')

    def test_other_signer(self):
        for row in MATRIX:
            with self.subTest(row=row):
                self.check(sign(DAVES, matrix_address(*row)), 'invalid', DOES_NOT_HOLD, 'no-match',
                           options=['--ca', ROOT.certificate], dns='secure-records')

    def test_certificate_from_the_record(self):
        """Without certificates in the message, "3 0 0" and "1 0 0" bring the signer's."""
        row = (3, 0, 0)
        self._verified(row, sign(LEAF, matrix_address(*row), '-nocerts'))
        for row in ((3, 0, 1), (3, 1, 0)):
            with self.subTest(row=row):
                self.check(sign(LEAF, matrix_address(*row), '-nocerts'), 'unverified',
                           DOES_NOT_HOLD, 'certificate-missing')


class Reasons(VerdictCase):
    """What is not verified, and why."""

    @classmethod
    def setUpClass(cls):
        publish(DAVE, records.smimea(DAVES.der))
        for address in (ZONES['insecure'], ZONES['bogus']):
            publish(address, records.smimea(LEAF.der))

    def test_verified(self):
        verdict = self.check(sign(DAVES, DAVE), 'verified', HOLDS, source='dane')
        self.assertEqual(verdict['signer']['addresses'], [DAVE])

    def test_altered(self):
        message = sign(DAVES, DAVE).replace(b'\nsigned', b'\nforged')
        verdict = self.check(message, 'invalid', DOES_NOT_HOLD, 'signature-bad')
        self.assertEqual(verdict['signature'], 'bad')

    def test_unsigned(self):
        self.check(messages.shapes()['plain'], 'none', DOES_NOT_HOLD)

    def test_expired(self):
        later = [*PROGRAM.options, '--time', '2040-01-01T00:00:00Z']
        store = program.Program(PROGRAM.folder, options=later)
        self.check(sign(DAVES, DAVE), 'unverified', DOES_NOT_HOLD, 'certificate-expired',
                   store=store)
        early = [*PROGRAM.options, '--time', '2001-01-01T00:00:00Z']
        store = program.Program(PROGRAM.folder, options=early)
        self.check(sign(DAVES, DAVE), 'unverified', DOES_NOT_HOLD, 'certificate-not-yet-valid',
                   store=store)

    def test_dns_without_records(self):
        """Only where the DNS proves that there is nothing may an authority vouch."""
        for reason, address in ZONES.items():
            with self.subTest(reason):
                message = sign(LEAF, address, chain=[MIDDLE])
                proven = reason in ('insecure', 'no-record')
                code = DOES_NOT_HOLD if proven else UNKNOWN
                self.check(message, 'unverified', code, reason, source=None)
                with_authority = ['--ca', ROOT.certificate]
                if proven:
                    self.check(message, 'verified', HOLDS, options=with_authority,
                               source='authority', usage=None)
                else:
                    self.check(message, 'unverified', code, reason, options=with_authority)

    def test_certificate_that_the_dns_kept(self):
        """Where the DNS can't be asked, the certificate is not known to be missing."""
        for reason in ('bogus', 'unreachable'):
            with self.subTest(reason):
                self.check(sign(DAVES, ZONES[reason], '-nocerts'), 'unverified', UNKNOWN, reason)
        for zone in ('insecure', 'no-record'):
            with self.subTest(zone):
                self.check(sign(DAVES, ZONES[zone], '-nocerts'), 'unverified', DOES_NOT_HOLD,
                           'certificate-missing')

    def test_what_the_dns_says_is_shown(self):
        for reason, words in {'bogus': 'signature of bad-signature.lab. over the SMIMEA records',
                              'insecure': 'insecure.lab. has no DS record'}.items():
            for verb in ('verify', 'read'):
                result = PROGRAM.run(verb, stdin=sign(LEAF, ZONES[reason]))
                self.assertIn(words, (result.stdout + result.stderr.encode()).decode())

    def test_indeterminate(self):
        store = program.Program(PROGRAM.folder,
                                options=UNIVERSE.options(anchor='other_trust_anchor'))
        result = store.run('--json', 'verify', '--ca', ROOT.certificate, stdin=sign(DAVES, DAVE))
        self.assertEqual((result.code, result.json['status']), (UNKNOWN, 'unverified'), result)
        self.assertIn(result.json['reason'], ('indeterminate', 'bogus'))

    def test_not_looked_up(self):
        store = program.Program(PROGRAM.folder, options=['--offline'])
        result = store.run('--json', 'verify', stdin=sign(DAVES, DAVE))
        self.assertEqual((result.code, result.json['reason']), (UNKNOWN, 'not-looked-up'), result)

    def test_address_in_the_certificate(self):
        """RFC 7671 §5.1: the names count under usages 0 to 2, not under 3."""
        publish('pkix@example.org', records.smimea(LEAF.der, 1, 0, 0))
        publish('anchor@example.org', records.smimea(ROOT.der, 2, 0, 0))
        publish('dane@example.org', records.smimea(LEAF.der, 3, 0, 0))
        chain, options = [MIDDLE, ROOT], ['--ca', ROOT.certificate]
        for address in ('pkix@example.org', 'anchor@example.org'):
            with self.subTest(address):
                self.check(sign(LEAF, address, chain=chain), 'unverified', DOES_NOT_HOLD,
                           'address-mismatch', options=options)
        self.check(sign(LEAF, 'dane@example.org'), 'verified', HOLDS, source='dane')

    def test_system_authorities(self):
        """They vouch like those of --ca, for nobody whom they did not certify, and beside it."""
        message = sign(LEAF, ZONES['no-record'], chain=[MIDDLE])
        system = '--system-authorities'
        self.check(message, 'verified', HOLDS, options=['--ca', ROOT.certificate, system],
                   source='authority')
        for options, path in (((system,), 'invalid'),
                              ((system, '--ca', ROOT.certificate, '--require-crl'), 'invalid'),
                              ((system, '--ca', ROOT.certificate), 'valid'), ((), None)):
            with self.subTest(options=options):
                verdict = PROGRAM.run('--json', 'verify', *options, stdin=message).json
                self.assertEqual((verdict['authority'] or {}).get('path'), path)
        verdict = self.check(message, 'unverified', DOES_NOT_HOLD, 'no-record', options=[system])
        self.assertEqual(verdict['authority']['reason'], 'certificate-untrusted')

    def test_authority_and_another_address(self):
        self.check(sign(LEAF, 'nobody@example.com', chain=[MIDDLE]), 'unverified', DOES_NOT_HOLD,
                   'address-mismatch', options=['--ca', ROOT.certificate])

    def test_rollover(self):
        publish('rollover@example.org', records.smimea(LEAF.der),
                records.smimea(DAVES.der, 3, 1, 1))
        for person in (LEAF, DAVES):
            with self.subTest(person=person.certificate.rsplit('/')[-1]):
                self.check(sign(person, 'rollover@example.org'), 'verified', HOLDS, source='dane')

    def test_unusable_records(self):
        for address in ('unusable@secure.lab', 'unusable-usage@secure.lab'):
            with self.subTest(address):
                self.check(sign(DAVES, address), 'unverified', DOES_NOT_HOLD, 'unusable-records')

    def test_weak_digest(self):
        message = sign(DAVES, DAVE, '-md', 'sha1')
        self.check(message, 'unverified', DOES_NOT_HOLD, 'weak-algorithm')

    def test_a_footer(self):
        inner = sign(DAVES, DAVE).split(b'MIME-Version: 1.0\n', 1)[1]
        message = (messages.head(DAVE, fields=['Content-Type: multipart/mixed; boundary="list"'])
                   .encode() + b'\n--list\n' + inner + b'\n--list\n\nfooter of a list\n--list--\n')
        verdict = PROGRAM.run('--json', 'verify', stdin=message)
        self.assertEqual((verdict.code, verdict.json['status'], verdict.json['scope']),
                         (DOES_NOT_HOLD, 'unverified', 'part'), verdict)

    def test_another_author(self):
        """The signer's domain vouches for the signer alone."""
        message = sign(DAVES, DAVE).replace(DAVE.encode(), b'nobody@example.org')
        self.check(message, 'unverified', DOES_NOT_HOLD, 'no-record')


class Revocation(VerdictCase):
    """CRLs of --crl, with and without --require-crl (RFC 8550 §4.1); ROOT → MIDDLE → LEAF."""

    @classmethod
    def setUpClass(cls):
        publish(ERIN, records.smimea(ROOT.der, 2, 0, 0))
        root, middle = (ROOT.certificate, ROOT.key), (MIDDLE.certificate, MIDDLE.key)
        cls.crls = {
            'root': openssl.revocation_list(interop.path('root.crl'), root),
            'middle': openssl.revocation_list(interop.path('middle.crl'), middle),
            'middle-revoked': openssl.revocation_list(interop.path('middle-revoked.crl'), root,
                                                      [MIDDLE.certificate]),
            'leaf-revoked': openssl.revocation_list(interop.path('leaf-revoked.crl'), middle,
                                                    [LEAF.certificate])}

    def _check(self, names, status, reason=None, more=()):
        """The same by a record of usage 2, and where the DNS has none by an authority."""
        options = [*more, *[word for name in names for word in ('--crl', self.crls[name])]]
        code = DOES_NOT_HOLD if reason else HOLDS
        self.check(sign(LEAF, ERIN, chain=[MIDDLE]), status, code, reason, options=options)
        # that the signer's own certificate is revoked is told, whoever may vouch (RFC 8162 §9)
        other = reason if 'leaf-revoked' in names else reason and 'no-record'
        verdict = self.check(sign(LEAF, ZONES['no-record'], chain=[MIDDLE]), status, code, other,
                             options=['--ca', ROOT.certificate, *options])
        self.assertEqual(verdict['authority']['reason'], reason)

    def test_lists_at_hand(self):
        for names in ((), ('root',), ('middle',), ('root', 'middle')):
            with self.subTest('holds', names=names):
                self._check(names, 'verified')
        for names in (('leaf-revoked',), ('middle-revoked', 'middle'), ('middle', 'leaf-revoked')):
            with self.subTest('revoked', names=names):
                self._check(names, 'unverified', 'certificate-revoked')

    def test_lists_that_are_required(self):
        required = ['--require-crl']
        self._check(('root', 'middle'), 'verified', more=required)
        for names in ((), ('root',), ('middle',)):
            with self.subTest('unknown', names=names):
                self._check(names, 'unverified', 'revocation-unknown', required)
        self._check(('root', 'leaf-revoked'), 'unverified', 'certificate-revoked', required)


class OwnMessages(VerdictCase):
    """Keys of keygen and of the developer's guide, published by what "record" prints."""

    @classmethod
    def setUpClass(cls):
        cls.addresses = {'rsa-2048': 'frank@example.net', 'p-256': 'grace@example.net'}
        for algorithm, address in cls.addresses.items():
            PROGRAM.keygen(address, algorithm)
            UNIVERSE.publish(PROGRAM.succeed('record', address, '--ttl', 3600).text.strip())
        cls.guide = interop.Person('guide', 'rsa:2048', None, (), subject='/CN=Sample Person/'
                                   'emailAddress=sample@example.net')
        PROGRAM.succeed('import', cls.guide.pem)
        UNIVERSE.publish(PROGRAM.succeed('record', 'sample@example.net', '--ttl', 60).text.strip())

    def test_sign_and_verify(self):
        for address in [*self.addresses.values(), 'sample@example.net']:
            for form in ((), ('--opaque',), ('--no-certificate',)):
                with self.subTest(address=address, form=form):
                    message = messages.shapes(address)['utf8-8bit']
                    signed = PROGRAM.succeed('sign', *form, stdin=message).stdout
                    self.check(signed, 'verified', HOLDS, source='dane', usage=3)

    def test_encrypt_to_the_dns(self):
        for address in [*self.addresses.values(), 'sample@example.net']:
            with self.subTest(to=address):
                message = messages.head(DAVE, to=address).encode() + b'\nsecret\n'
                encrypted = PROGRAM.succeed('encrypt', '--no-legacy-display', stdin=message).stdout
                self.assertNotIn(b'secret', encrypted)
                inner = PROGRAM.succeed('decrypt', stdin=encrypted).stdout
                self.assertEqual(messages.content(inner), messages.content(message))

    def test_each_missing_certificate_is_named(self):
        ready = self.addresses['p-256']
        rows = (('nobody@example.net', 'no-record', DOES_NOT_HOLD),
                ('alice@insecure.lab', 'insecure', DOES_NOT_HOLD),
                ('alice@bad-signature.lab', 'bogus', UNKNOWN),
                ('hash-only@secure.lab', 'hash-only', DOES_NOT_HOLD))
        for address, reason, code in rows:
            with self.subTest(reason):
                message = messages.head(to=f'{ready}, {address}').encode() + b'\nsecret\n'
                result = PROGRAM.run('encrypt', stdin=message)
                self.assertEqual((result.code, result.stdout, result.stderr.count('\n')),
                                 (code, b'', 1), result)
                self.assertIn(f'{address} ({reason})', result.stderr)
                self.assertNotIn(ready, result.stderr)

    def test_blind_copies(self):
        frank, grace = self.addresses.values()
        message = messages.head('sample@example.net', to=frank,
                                fields=[f'Bcc: {grace}']).encode() + b'\nsecret\n'
        target = interop.path('bcc-copies')
        os.mkdir(target)
        encrypted = PROGRAM.succeed('encrypt', '--no-legacy-display', '--bcc-folder', target,
                                    stdin=message).stdout
        self.assertNotIn(grace.encode(), encrypted)
        copy = interop.read(os.path.join(target, 'bcc-1.eml'))
        for octets in (encrypted, copy):
            self.assertIsNone(messages.field(octets, 'Bcc'))
            raw = PROGRAM.succeed('decrypt', '--raw', stdin=octets).stdout
            self.assertIn(b'HP-Outer: Subject: [...]', raw)
            self.assertNotIn(b'Bcc', raw)
            self.assertEqual(messages.content(raw), messages.content(message))


class Grammar(VerdictCase):
    """The members of "verify --json" and "read --json", and their types."""

    TEXT, NULL = (str,), (type(None),)
    MAYBE = TEXT + NULL
    MEMBERS = {'encrypted': (bool,), 'signed': (bool,), 'scope': TEXT, 'status': TEXT,
               'reason': MAYBE, 'signature': TEXT, 'author': MAYBE, 'signer': (dict, type(None)),
               'trust': (dict, type(None)), 'encryption': (dict, type(None)),
               'content_sha256': MAYBE}
    SIGNER = {'subject': TEXT, 'issuer': TEXT, 'serial': TEXT, 'sha256': TEXT, 'addresses': (list,),
              'not_before': TEXT, 'not_after': TEXT, 'signing_time': MAYBE}
    NUMBER = (int, type(None))
    TRUST = {'source': MAYBE, 'dns': MAYBE, 'owner_name': MAYBE, 'usage': NUMBER,
             'selector': NUMBER, 'matching_type': NUMBER, 'ttl': NUMBER}
    ENCRYPTION = {'content_type': TEXT, 'cipher': TEXT, 'key_management': TEXT}
    WORDS = {'scope': {'whole', 'part', 'none'}, 'signature': {'good', 'bad', 'absent', 'unknown'},
             'status': {'verified', 'unverified', 'invalid', 'none'}}
    # what may stand there besides: fields may be added, and then belong here
    FURTHER = {'signers', 'authority', 'layers', 'certificates', 'signature_detail', 'header'}

    @classmethod
    def setUpClass(cls):
        cls.store = interop.new_program('grammar', UNIVERSE.options())
        cls.address = 'heidi@example.net'
        cls.der = cls.store.keygen(cls.address)
        UNIVERSE.publish(cls.store.succeed('record', cls.address).text.strip())

    def _members(self, found, expected):
        for name, kinds in expected.items():
            self.assertIn(name, found)
            self.assertIs(type(found[name]) in kinds, True, f'{name}: {found[name]!r}')

    def _check_grammar(self, verb, message, *options):
        verdict = self.store.run('--json', verb, *options, stdin=message).json
        self._members(verdict, self.MEMBERS)
        self.assertLessEqual(set(verdict) - set(self.MEMBERS), self.FURTHER)
        for name, words in self.WORDS.items():
            self.assertIn(verdict[name], words)
        for name, members in (('signer', self.SIGNER), ('trust', self.TRUST),
                              ('encryption', self.ENCRYPTION)):
            if verdict[name] is not None:
                self._members(verdict[name], members)
        return verdict

    def test_members(self):
        plain = messages.shapes(self.address)['plain']
        signed = self.store.succeed('sign', stdin=plain).stdout
        rows = {'plain': plain, 'signed': signed, 'altered': signed.replace(b'hello', b'hallo'),
                'encrypted': self.store.succeed('encrypt', '--cert', self.der, stdin=signed).stdout,
                'gcm': self.store.succeed('encrypt', '--cert', self.der, '--cipher', 'aes-256-gcm',
                                          stdin=plain).stdout,
                'no-author': b'Subject: x\n\nhello\n'}
        for (name, message), verb in ((row, verb) for row in rows.items()
                                      for verb in ('verify', 'read')):
            for options in ((), ('--cert', self.der), ('--ca', self.der)):
                with self.subTest(name, verb=verb, options=options[:1]):
                    self._check_grammar(verb, message, *options)

    def test_values(self):
        signed = self.store.succeed('sign', stdin=messages.shapes(self.address)['plain']).stdout
        verdict = self._check_grammar('verify', signed)
        self.assertEqual(verdict['signer']['addresses'], [self.address])
        facts = self.store.succeed('--json', 'cert', self.der).json['certificates'][0]
        for name in ('subject', 'issuer', 'serial', 'sha256', 'not_before', 'not_after'):
            self.assertEqual(verdict['signer'][name], facts[name])
        entity, _ = messages.signed_parts(signed)
        digest = openssl.run('dgst', '-sha256', '-r', stdin=entity).decode().split()[0]
        self.assertEqual(verdict['content_sha256'], digest)

    def test_encryption(self):
        plain = messages.shapes(self.address)['plain']
        for cipher, kind in (('aes-128-cbc', 'enveloped-data'),
                             ('aes-256-gcm', 'auth-enveloped-data')):
            with self.subTest(cipher):
                message = self.store.succeed('encrypt', '--cert', self.der, '--cipher', cipher,
                                             stdin=plain).stdout
                found = self._check_grammar('read', message)['encryption']
                self.assertEqual((found['content_type'], found['cipher'], found['key_management']),
                                 (kind, cipher, 'ecdh-p256'))


if __name__ == '__main__':
    tap.main()
