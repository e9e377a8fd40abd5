#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Certificates that were seen in verified mail: domains that publish a digest, a bare key or an
authority, messages that openssl signed, and to whom can be encrypted after they were read."""

import os
import shutil
import time
import unittest

import interop  # first: it puts the support modules on the path
import openssl
import tap
from program import DOES_NOT_HOLD, HOLDS, UNKNOWN, USAGE
from universe_client import UniverseClient

import records  # of tests/dns

ALICE = 'alice@example.org'
# all of RFC 6698 §2.1 but what gives the recipient's own certificate
MATRIX = [(usage, selector, matching) for usage in range(4) for selector in range(2)
          for matching in range(3) if usage in (0, 2) or (selector, matching) != (0, 0)]
AUTHORITY = ('basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign')

UNIVERSE = None
ROOT = MIDDLE = LEAF = None


def matrix_address(row):
    return 'u{}{}{}@example.org'.format(*row)


def setUpModule():
    global UNIVERSE, ROOT, MIDDLE, LEAF
    UNIVERSE = UniverseClient(interop.folder)
    ROOT = interop.Person('root', 'rsa:2048', None, AUTHORITY)
    MIDDLE = interop.Person('middle', 'ec:P-256', None, AUTHORITY, issuer=ROOT)
    names = ','.join(f'email:{matrix_address(row)}' for row in MATRIX)
    LEAF = interop.Person('leaf', 'ec:P-256', None,
                          (*interop.Person.EXTENSIONS, f'subjectAltName={names}'), issuer=MIDDLE)


def tearDownModule():
    if UNIVERSE:
        UNIVERSE.stop()
    interop.remove_folder()


def publish(address, *data):
    for record in data:
        UNIVERSE.publish(records.line(records.owner_name(address), record))


def withdraw(address):
    UNIVERSE.command(f'withdraw {records.owner_name(address)}')


def sign(person, author, *options, chain=()):
    """A message of openssl's."""
    bundle = interop.write('bundle.pem', b''.join(interop.read(one.certificate) for one in chain))
    more = ['-certfile', bundle] if chain else []
    return openssl.run('cms', '-sign', '-signer', person.certificate, '-inkey', person.key, '-from',
                       author, '-to', ALICE, *more, *options,
                       stdin=b'Content-Type: text/plain\n\nsigned\n')


def letter(*to):
    return f'From: {ALICE}\nTo: {", ".join(to)}\nSubject: x\n\nsecret\n'.encode()


class SeenCase(unittest.TestCase):
    def setUp(self):
        self.alice = interop.new_program(self.id().rsplit('.', 1)[-1], UNIVERSE.options())
        self.alice.keygen(ALICE)

    def verify(self, message, *options, status='verified', store=None):
        result = (store or self.alice).run('--json', 'verify', *options, stdin=message)
        self.assertEqual(result.json['status'], status, result)

    def look_up(self, address, recipient, source=None, *options, code=None):
        """What "lookup" says of an address."""
        result = self.alice.run('--json', *options, 'lookup', address)
        found = result.json['results'][0]
        self.assertEqual((found['recipient'], found['certificate_source']), (recipient, source),
                         result)
        self.assertEqual(result.code, HOLDS if recipient == 'ready' else code or DOES_NOT_HOLD)
        self.assertEqual(found['seen'] is not None, source == 'seen')
        return found

    def encrypt(self, person, address, *options):
        """Encrypts to the address alone; openssl must be able to decrypt with the person's key."""
        sealed = self.alice.succeed('encrypt', '--no-self', *options, stdin=letter(address)).stdout
        plain = openssl.run('cms', '-decrypt', '-recip', person.certificate, '-inkey', person.key,
                            stdin=sealed)
        self.assertIn(b'secret', plain)

    def seen(self, *words):
        return self.alice.succeed('--json', 'seen', 'list', *words).json['seen']

    def forget_answers(self):
        """Of the DNS, which may be kept between runs."""
        shutil.rmtree(os.path.join(self.alice.folder, '.cache'), ignore_errors=True)


class Issuers(SeenCase):
    """Those above a certificate that the DNS gives; they come with signed mail alone."""

    def found(self, address, *options):
        """What lookup says."""
        result = self.alice.run('--json', 'lookup', *options, address).json['results'][0]
        return result['recipient'], result['certificate_source']

    def test_path_to_an_authority(self):
        """RFC 8162 §5, usage 1: who can be verified can be encrypted to."""
        address, trusted = 'issued@example.org', ('--ca', ROOT.certificate)
        person = interop.Person('issued', 'ec:P-256', address, issuer=MIDDLE)
        publish(address, records.smimea(person.der, 1, 0, 0))
        self.assertEqual(self.found(address, *trusted), ('certificate-untrusted', None))
        self.verify(sign(person, address, chain=(MIDDLE,)), *trusted)
        self.assertEqual(self.found(address, *trusted), ('ready', 'dns'))
        self.encrypt(person, address, *trusted)
        self.assertEqual(self.found(address), ('certificate-untrusted', None))

    def test_stand_ins(self):
        """What has the issuer's name and has not signed takes nobody's place."""
        address, trusted = 'beside@example.org', ('--ca', ROOT.certificate)
        person = interop.Person('beside', 'ec:P-256', address, issuer=MIDDLE)
        publish(address, records.smimea(person.der, 1, 0, 0))
        # shorter than the real one: in a SET they stand before it
        others = [interop.Person(f'other{n}', 'ec:P-256', None, AUTHORITY[:1], subject='/CN=middle')
                  for n in range(7)]
        self.verify(sign(person, address, chain=(*others, MIDDLE)), *trusted)
        self.assertEqual(self.found(address, *trusted), ('ready', 'dns'))

    def test_whose_lists_count(self):
        """RFC 8162 §9: what a list revokes is not used under any usage, for nothing."""
        address = 'listed@example.org'
        person = interop.Person('listed', 'ec:P-256', address, issuer=MIDDLE)
        publish(address, records.smimea(person.der, 3, 0, 0))
        message = sign(person, address, chain=(MIDDLE,))
        self.verify(message)
        revoked = openssl.revocation_list(interop.path('middle.crl'),
                                          (MIDDLE.certificate, MIDDLE.key), [person.certificate])
        self.assertEqual(self.found(address), ('ready', 'dns'))
        self.alice.succeed('crl', 'add', revoked)
        self.verify(message, status='unverified')
        self.assertEqual(self.found(address), ('certificate-revoked', None))
        # who has the key leaves the issuer's certificate away
        self.verify(sign(person, address), status='unverified')

    def test_kept_when_missing(self):
        """A later message without them takes no issuer's certificate away."""
        address = 'later@example.org'
        person = interop.Person('later', 'ec:P-256', address, issuer=MIDDLE)
        publish(address, records.smimea(person.der, 3, 0, 0))
        self.verify(sign(person, address, chain=(MIDDLE,)))
        folder = os.path.join(self.alice.profile, 'seen-certificates')
        [file] = [os.path.join(folder, name) for name in os.listdir(folder) if name[0] != '.']
        with open(file, encoding='ascii') as entry:
            lines = entry.read().splitlines()
        kept = [line for line in lines if line.startswith('issuers=')]
        with open(file, 'w', encoding='ascii') as entry:  # as if it were long ago
            entry.writelines('recorded=5\n' if line.startswith('recorded=') else f'{line}\n'
                             for line in lines)
        self.verify(sign(person, address))
        with open(file, encoding='ascii') as entry:
            lines = entry.read().splitlines()
        self.assertNotIn('recorded=5', lines)
        self.assertEqual([line for line in lines if line.startswith('issuers=')], kept)


class Matrix(SeenCase):
    """Usage × selector × matching type of what names a certificate and does not give it."""

    @classmethod
    def setUpClass(cls):
        for row in MATRIX:
            source = ROOT if row[0] in (0, 2) else LEAF
            publish(matrix_address(row), records.smimea(source.der, *row))

    def _look_all_up(self, *options):
        """What is said of each address of the matrix."""
        result = self.alice.run('--json', 'lookup', *options, *map(matrix_address, MATRIX))
        return {row: (found['recipient'], found['certificate_source'])
                for row, found in zip(MATRIX, result.json['results'])}

    def test_ready_once_seen(self):
        options = ('--ca', ROOT.certificate)
        everybody = letter(*map(matrix_address, MATRIX))
        result = self.alice.run('encrypt', *options, stdin=everybody)
        self.assertEqual((result.code, result.stdout), (DOES_NOT_HOLD, b''), result)
        for row in MATRIX:
            self.assertIn(f'{matrix_address(row)} (hash-only)', result.stderr)
            self.verify(sign(LEAF, matrix_address(row), chain=[MIDDLE, ROOT]), *options)
        for row, found in self._look_all_up(*options).items():
            with self.subTest(row=row):
                self.assertEqual(found, ('ready', 'seen'))
        # RFC 7671 §5.3, §5.4: what was seen is no better than what is published
        for row, found in self._look_all_up().items():
            with self.subTest('without the authority', row=row):
                self.assertEqual(found, ('ready', 'seen') if row[0] > 1 else
                                 ('certificate-untrusted', None))
        sealed = self.alice.succeed('encrypt', '--no-self', *options, stdin=everybody).stdout
        plain = openssl.run('cms', '-decrypt', '-recip', LEAF.certificate, '-inkey', LEAF.key,
                            stdin=sealed)
        self.assertIn(b'secret', plain)

    def test_without_the_chain(self):
        """RFC 7671 §5.2.2: "2 0 0" has the anchor, not what is between."""
        address = matrix_address((2, 0, 0))
        self.alice.succeed('seen', 'add', '--address', address, LEAF.certificate)
        self.look_up(address, 'hash-only')
        bundle = interop.write('leaf-and-middle.pem', interop.read(LEAF.certificate) +
                               interop.read(MIDDLE.certificate))
        self.alice.succeed('seen', 'add', '--address', address, bundle)
        self.assertEqual([one['issuers'] for one in self.seen(address)], [1])
        self.encrypt(LEAF, address)

    def test_another_name(self):
        """RFC 7671 §5.2: the name counts under usage 2, and not under usage 3."""
        for usage, recipient in ((2, 'address-mismatch'), (3, 'ready')):
            address = f'other-{usage}@example.org'
            publish(address, records.smimea((ROOT if usage == 2 else LEAF).der, usage, 0, 1))
            bundle = interop.write('chain.pem', b''.join(
                interop.read(one.certificate) for one in (LEAF, MIDDLE, ROOT)))
            self.alice.succeed('seen', 'add', '--address', address, bundle)
            self.look_up(address, recipient, 'seen' if recipient == 'ready' else None)


class Decisions(SeenCase):
    def _bob(self, name, *data, kind='ec:P-256'):
        """Somebody whose domain publishes a digest of the certificate, and what else is given."""
        address = f'{name}@example.org'
        bob = interop.Person(name, kind, address)
        publish(address, records.smimea(bob.der, 3, 0, 1), *data)
        return bob

    def test_what_is_told(self):
        bob = self._bob('told')
        self.look_up(bob.address, 'hash-only')
        self.verify(sign(bob, bob.address))
        found = self.look_up(bob.address, 'ready', 'seen')
        seen = found['seen']
        self.assertEqual((seen['address'], seen['origin'], seen['trust']),
                         (bob.address, 'message', 'dane'))
        self.assertEqual(seen['certificate']['sha256'], found['certificate_sha256'])
        for name in ('message_date', 'recorded'):
            self.assertLess(abs(time.time() - _seconds(seen[name])), 600, name)
        text = self.alice.succeed('lookup', bob.address).text
        self.assertIn('seen in mail of 20', text)
        folder = os.path.join(self.alice.profile, 'seen-certificates')
        self.assertEqual(os.stat(folder).st_mode & 0o777, 0o700)
        self.assertEqual([os.stat(os.path.join(folder, name)).st_mode & 0o777
                          for name in os.listdir(folder)], [0o600])

    def test_the_dns_goes_before(self):
        """Whatever was seen: what the DNS gives is taken, and what it takes back is gone."""
        published = interop.Person('weak', 'rsa:2048', 'carol@example.org')
        carol = self._bob('carol', records.smimea(published.der), kind='ec:P-384')
        self.verify(sign(carol, carol.address))
        self.look_up(carol.address, 'ready', 'dns')
        self.encrypt(published, carol.address)

    def test_another_record(self):
        dave = self._bob('dave')
        self.verify(sign(dave, dave.address))
        self.look_up(dave.address, 'ready', 'seen')
        withdraw(dave.address)
        self.forget_answers()
        self.look_up(dave.address, 'no-record')
        publish(dave.address, records.smimea(LEAF.der, 3, 0, 1))
        self.forget_answers()
        self.look_up(dave.address, 'hash-only')

    def test_other_outcomes(self):
        """RFC 8162 §6: only secure answers name anybody."""
        erin = interop.Person('erin', address='erin@example.org')
        for domain, reason, code in (('insecure.lab', 'insecure', None),
                                     ('bad-signature.lab', 'bogus', UNKNOWN),
                                     ('servfail.lab', 'unreachable', UNKNOWN)):
            address = f'alice@{domain}'
            self.alice.succeed('seen', 'add', '--address', address, erin.certificate)
            self.look_up(address, reason, code=code)

    def test_the_strongest_of_several(self):
        address = 'frank@example.org'
        people = [interop.Person(f'frank-{kind[-4:]}', kind, address)
                  for kind in ('rsa:2048', 'ec:P-384', 'ec:P-256')]
        publish(address, *[records.smimea(one.der, 3, 0, 2) for one in people])
        for count, best in ((1, 0), (2, 1), (3, 1)):
            self.verify(sign(people[count - 1], address))
            self.look_up(address, 'ready', 'seen')
            self.encrypt(people[best], address)
        self.assertEqual(len(self.seen(address)), 3)

    def test_digest_agility(self):
        """RFC 7671 §9: beside SHA-512, SHA-256 names nobody."""
        old, new = (interop.Person(f'grace-{age}', address='grace@example.org')
                    for age in ('old', 'new'))
        publish(old.address, records.smimea(old.der, 3, 0, 1), records.smimea(new.der, 3, 0, 2))
        self.alice.succeed('seen', 'add', old.certificate)
        self.look_up(old.address, 'hash-only')
        self.alice.succeed('seen', 'add', new.certificate)
        self.encrypt(new, new.address)

    def test_expired(self):
        """RFC 8162 §9."""
        heidi = self._bob('heidi')
        self.verify(sign(heidi, heidi.address))
        later = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(time.time() + 400 * 86400))
        self.look_up(heidi.address, 'certificate-expired', None, '--time', later)

    def test_a_key_for_encryption_beside(self):
        """Both are named by the domain; what else the message carries is left."""
        address = 'ivan@example.org'
        signing, encryption, stranger = (
            interop.Person(f'ivan-{number}', 'rsa:2048', address,
                           (*interop.Person.EXTENSIONS, f'keyUsage={usage}'))
            for number, usage in enumerate(('digitalSignature', *['keyEncipherment'] * 2)))
        publish(address, *[records.smimea(one.der, 3, 1, 1) for one in (signing, encryption)])
        message = sign(signing, address, chain=[stranger, encryption])
        self.verify(message)
        self.assertEqual(len(self.seen()), 2)
        self.encrypt(encryption, address)

    @staticmethod
    def forge(person, name):
        """A certificate of the person's key by somebody else."""
        other = interop.Person(name, 'ec:P-256', person.address)
        public, path = interop.path(f'{name}.public'), interop.path(f'{name}.pem')
        openssl.run('pkey', '-in', person.key, '-pubout', '-out', public)
        request = openssl.run('req', '-new', '-key', other.key, '-subj', f'/CN={name}')
        openssl.run('x509', '-req', '-force_pubkey', public, '-signkey', other.key, '-out', path,
                    stdin=request)
        other.certificate = path
        return other

    def test_another_certificate_of_the_key(self):
        """A record of a key does not tell which of its certificates the author has; those that
        come along are not signed, and what has another serial number, the author can't open."""
        for name, issuer in (('lena', None), ('leon', MIDDLE)):
            with self.subTest(issuer=issuer):
                address = f'{name}@example.org'
                signing, encryption = (
                    interop.Person(f'{name}-{number}', 'rsa:2048', address,
                                   (*interop.Person.EXTENSIONS, f'keyUsage={usage}'),
                                   issuer=issuer)
                    for number, usage in enumerate(('digitalSignature', 'keyEncipherment')))
                publish(address, *[records.smimea(one.der, 3, 1, 1)
                                   for one in (signing, encryption)])
                forged = self.forge(encryption, f'{name}-forged')
                self.verify(sign(signing, address, chain=[MIDDLE, forged, encryption]))
                self.assertEqual(sorted(one['certificate']['subject']
                                        for one in self.seen(address)),
                                 [f'CN={name}-0', f'CN={name}-1'])
                self.encrypt(encryption, address)

    def test_own(self):
        """One's own certificate is at hand without being seen."""
        publish(ALICE, records.smimea(interop.read(
            os.path.join(self.alice.folder, f'{ALICE}.der')), 3, 1, 1))
        self.look_up(ALICE, 'ready', 'key-store')

    def test_the_case_of_letters(self):
        """What was seen serves all spellings; RFC 8162 §4 has each be published by itself."""
        judy = self._bob('judy')
        publish('Judy@example.org', records.smimea(judy.der, 3, 1, 2))
        self.verify(sign(judy, judy.address))
        self.look_up('Judy@example.org', 'ready', 'seen')
        self.look_up('JUDY@example.org', 'no-record')


class Recording(SeenCase):
    def test_only_what_is_verified(self):
        kate = interop.Person('kate', address='kate@example.org')
        publish(kate.address, records.smimea(kate.der, 3, 1, 1))
        good = sign(kate, kate.address)
        self.verify(good, '--no-learn')
        self.verify(good.replace(b'signed\r\n', b'altered\r\n'), status='invalid')
        mallory = interop.Person('mallory', address=kate.address)
        self.verify(sign(mallory, kate.address), status='invalid')
        self.verify(sign(mallory, 'mallory@example.com'), status='unverified')
        footer = (b'From: kate@example.org\nContent-Type: multipart/mixed; boundary=f\n\n--f\n' +
                  good[good.index(b'Content-Type'):] + b'\n--f\n\nfooter\n--f--\n')
        self.verify(footer, status='unverified')
        self.assertEqual(self.seen(), [])
        self.verify(good)
        self.assertEqual(len(self.seen()), 1)

    def test_read_and_authorities(self):
        """What an authority vouched for serves when the domain publishes a digest later."""
        liam = interop.Person('liam', address='liam@example.org', issuer=ROOT)
        sealed = openssl.run('cms', '-encrypt', '-aes256', '-from', liam.address, '-to', ALICE,
                             self._own(), stdin=sign(liam, liam.address))
        self.alice.succeed('read', '--ca', ROOT.certificate, stdin=sealed)
        self.assertEqual([one['trust'] for one in self.seen()], ['authority'])
        publish(liam.address, records.smimea(liam.der, 3, 0, 2))
        self.forget_answers()
        self.encrypt(liam, liam.address)

    def _own(self):
        der = interop.read(os.path.join(self.alice.folder, f'{ALICE}.der'))
        return interop.write('own.pem', openssl.run('x509', '-inform', 'DER', stdin=der))

    def test_no_store_no_record(self):
        mike = interop.Person('mike', address='mike@example.org')
        publish(mike.address, records.smimea(mike.der, 3, 1, 1))
        stranger = interop.new_program('stranger', UNIVERSE.options())
        self.verify(sign(mike, mike.address), store=stranger)
        self.assertFalse(os.path.exists(stranger.profile))
        # by hand, it is wanted
        stranger.succeed('seen', 'add', mike.certificate)
        self.assertEqual(len(stranger.succeed('--json', 'seen', 'list').json['seen']), 1)
        self.assertEqual(stranger.succeed('--json', 'lookup', mike.address).json['results'][0]
                         ['certificate_source'], 'seen')

    def test_for_people(self):
        nina = interop.Person('nina', address='nina@example.org')
        publish(nina.address, records.smimea(nina.der, 3, 1, 1))
        self.verify(sign(nina, nina.address))
        shown = self.alice.succeed('seen', 'list', 'Nina@example.org').text
        self.assertIn('nina@example.org\n', shown)
        self.assertIn('verified by dane', shown)
        self.assertEqual(self.alice.run('seen', 'list', 'olga@example.org').code, DOES_NOT_HOLD)
        self.assertEqual(self.alice.run('seen', 'forget', 'olga@example.org').code, DOES_NOT_HOLD)
        self.assertEqual(self.alice.succeed('seen', 'forget', nina.address).text, 'forgotten: 1\n')
        self.assertEqual(self.alice.succeed('seen', 'forget').text, 'forgotten: 0\n')
        self.look_up(nina.address, 'hash-only')

    def test_by_hand(self):
        nameless = interop.Person('nameless', address=None)
        for words in (('list', 'a@b.example', 'c@d.example'), ('add',), ('show',),
                      ('list', '--address', ALICE), ('add', nameless.certificate),
                      ('add', '--address', 'nobody', nameless.certificate)):
            self.assertEqual(self.alice.run('seen', *words).code, USAGE, words)
        address = 'peter@example.org'
        publish(address, records.smimea(nameless.der, 3, 0, 1))
        text = self.alice.succeed('seen', 'add', '--address', address, nameless.certificate).text
        self.assertIn('by hand', text)
        self.assertEqual(self.seen()[0]['trust'], None)
        self.encrypt(nameless, address)


def _seconds(moment):
    return time.mktime(time.strptime(moment, '%Y-%m-%dT%H:%M:%SZ')) - time.timezone


if __name__ == '__main__':
    tap.main()
