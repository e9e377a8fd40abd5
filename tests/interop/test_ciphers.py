#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""The cipher that "encrypt" chooses: by the extension of certificates that openssl made and the
signed universe publishes, and by what verified signatures of openssl and of dane-smime said."""

import os
import subprocess
import time
import unittest

import interop  # first: it puts the support modules on the path
import openssl
import tap
from program import DOES_NOT_HOLD, HOLDS
from universe_client import UniverseClient

import records  # of tests/dns

GCM, CBC = 'aes-256-gcm', 'aes-256-cbc'
ALICE = 'alice@example.org'
AES = '2.16.840.1.101.3.4.1.'
LISTS = {'gcm': (AES + '46', AES + '42'), 'cbc': (AES + '42', AES + '2'),
         'aes-128': (AES + '6', AES + '2'), 'rc2': ('1.2.840.113549.3.2',), 'empty': ()}

UNIVERSE = None


def setUpModule():
    global UNIVERSE
    UNIVERSE = UniverseClient(interop.folder)


def tearDownModule():
    if UNIVERSE:
        UNIVERSE.stop()
    interop.remove_folder()


def new_store(name):
    return interop.new_program(name, UNIVERSE.options())


def identifier(dotted):
    """DER of an OBJECT IDENTIFIER whose arcs stand in up to three octets each."""
    arcs = [int(arc) for arc in dotted.split('.')]
    octets = [arcs[0] * 40 + arcs[1]]
    for arc in arcs[2:]:
        some = [arc & 0x7f]
        while arc := arc >> 7:
            some.insert(0, 0x80 | arc & 0x7f)
        octets += some
    return bytes([6, len(octets), *octets])


def extension(identifiers):
    """SMIMECapabilities as openssl takes an extension (RFC 4262)."""
    entries = b''.join(bytes([0x30, len(der)]) + der for der in map(identifier, identifiers))
    return f'1.2.840.113549.1.9.15=DER:{bytes([0x30, len(entries), *entries]).hex(":")}'


def publish(address, *people):
    for person in people:
        record = records.smimea(person.der)
        UNIVERSE.publish(records.line(records.owner_name(address), record))


def new_peer(name, *extensions, kind='ec:P-256'):
    """Somebody who is published, with a key that was made elsewhere."""
    address = f'{name}@example.org'
    person = interop.Person(name, kind, address, (*interop.Person.EXTENSIONS, *extensions))
    publish(address, person)
    return person


def letter(author, *to):
    return f'From: {author}\nTo: {", ".join(to)}\nSubject: x\n\nsecret\n'.encode()


def openssl_signs(person, *options):
    """A message of today; openssl lists AES-CBC and older ciphers."""
    return openssl.run('cms', '-sign', '-signer', person.certificate, '-inkey', person.key, '-from',
                       person.address, '-to', ALICE, *options, stdin=b'Content-Type: text/plain\n'
                       b'\nsigned\n')


class CipherCase(unittest.TestCase):
    def setUp(self):
        self.alice = new_store(self.id().rsplit('.', 1)[-1])
        self.alice.keygen(ALICE)

    def encrypt(self, *to, options=(), store=None):
        """The cipher of a message to them, why, and whence each one's capabilities are known."""
        store = store or self.alice
        name = store.write('message', b'')
        result = store.run('--json', '--output', name, 'encrypt', *options,
                           stdin=letter(ALICE, *to))
        self.assertEqual(result.code, HOLDS, result)
        found = result.json
        kind = 'authEnveloped-data' if found['cipher'] == GCM else 'enveloped-data'
        self.assertIn(f'smime-type={kind}'.encode(), interop.read(name).replace(b'"', b''))
        return (found['cipher'], found['cipher_reason'],
                [one['capabilities'] for one in found['recipients'] if one['role'] != 'self'])

    def verify(self, message, status='verified', code=HOLDS, store=None, options=()):
        result = (store or self.alice).run('--json', 'verify', *options, stdin=message)
        self.assertEqual((result.json['status'], result.code), (status, code), result)

    def peers(self, store=None):
        return (store or self.alice).succeed('--json', 'peers').json['peers']


class Extension(CipherCase):
    """RFC 4262, RFC 8162 §5."""

    @classmethod
    def setUpClass(cls):
        cls.people = {name: new_peer(f'has-{name}', extension(entries))
                      for name, entries in LISTS.items()}
        cls.people['malformed'] = new_peer('has-malformed', '1.2.840.113549.1.9.15=DER:30:80:00:00')
        cls.people['nothing'] = new_peer('has-nothing')

    def test_alone(self):
        rows = {'gcm': (GCM, 'all-read-it', 'certificate'),
                'malformed': (CBC, 'capabilities-unknown', None),
                'nothing': (CBC, 'capabilities-unknown', None)}
        for name, person in self.people.items():
            cipher, reason, source = rows.get(name, (CBC, 'capabilities-without-it', 'certificate'))
            with self.subTest(name):
                self.assertEqual(self.encrypt(person.address), (cipher, reason, [source]))

    def test_together(self):
        gcm, cbc, nothing = (self.people[name].address for name in ('gcm', 'cbc', 'nothing'))
        self.assertEqual(self.encrypt(gcm, cbc),
                         (CBC, 'capabilities-without-it', ['certificate', 'certificate']))
        self.assertEqual(self.encrypt(gcm, nothing),
                         (CBC, 'capabilities-unknown', ['certificate', None]))
        text = self.alice.succeed('--verbose', 'encrypt', stdin=letter(ALICE, gcm, nothing)).stderr
        self.assertIn(f'aes-256-cbc: {nothing} is not known to read aes-256-gcm', text)

    def test_a_blind_recipient_changes_nothing(self):
        gcm, nothing = self.people['gcm'], self.people['nothing']
        copies = interop.path('copies')
        os.makedirs(copies)
        result = self.alice.run('--json', '--output', interop.path('main'), 'encrypt',
                                '--bcc-folder', copies,
                                stdin=f'Bcc: {nothing.address}\n'.encode() +
                                letter(ALICE, gcm.address))
        self.assertEqual(result.code, HOLDS, result)
        ciphers = {one['role']: one['cipher'] for one in result.json['recipients']}
        self.assertEqual((result.json['cipher'], ciphers),
                         (GCM, {'shown': GCM, 'bcc': CBC, 'self': GCM}))
        self.assertIn(b'authEnveloped-data', interop.read(interop.path('main')))
        plain = openssl.run('cms', '-decrypt', '-recip', nothing.certificate, '-inkey', nothing.key,
                            '-in', os.path.join(copies, 'bcc-1.eml'))
        self.assertIn(b'secret', plain)

    def test_named(self):
        address = self.people['gcm'].address
        for cipher in ('aes-128-cbc', CBC, 'aes-128-gcm', GCM):
            name = interop.path('named')
            result = self.alice.run('--json', '--output', name, 'encrypt', '--cipher', cipher,
                                    stdin=letter(ALICE, address)).json
            self.assertEqual((result['cipher'], result['cipher_reason']), (cipher, 'asked-for'))
        self.assertEqual(self.encrypt(address, options=('--cipher', 'auto'))[0], GCM)

    def test_a_file(self):
        for name, cipher in (('gcm', GCM), ('nothing', CBC)):
            options = ('--cert', self.people[name].certificate)
            self.assertEqual(self.encrypt(ALICE, options=options)[0], cipher, name)

    def test_own_certificate(self):
        """Oneself, beside others, reads what the program reads, unless the certificate says less;
        what was read back of one's own signatures says nothing."""
        gcm = self.people['gcm'].address
        for name, entries, cipher in (('own-bare', None, GCM), ('own-cbc', 'cbc', CBC)):
            person = new_peer(name, *([extension(LISTS[entries])] if entries else []))
            store = new_store(f'store-of-{name}')
            store.succeed('import', person.pem)
            message = letter(person.address, gcm)
            self.verify(store.succeed('sign', stdin=message).stdout, store=store)
            result = store.run('--json', '--output', interop.path('own'), 'encrypt', stdin=message)
            self.assertEqual(result.json['cipher'], cipher, name)

    def test_own_key(self):
        """What keygen makes and record publishes tells of itself."""
        bob = new_store('own-key')
        bob.keygen('bob@example.net', 'rsa-2048')
        UNIVERSE.publish(bob.succeed('record', 'bob@example.net', '--ttl', 60).text.strip())
        sealed = self.alice.succeed('encrypt', stdin=letter(ALICE, 'bob@example.net')).stdout
        found = bob.succeed('--json', 'read', stdin=sealed).json['encryption']
        self.assertEqual(found['cipher'], GCM)


class Learned(CipherCase):
    """RFC 8551 §2.7.1."""

    def _signer(self, name, *extensions, kind='ec:P-256'):
        """Somebody with a key of openssl's in a store of dane-smime's."""
        person = new_peer(name, *extensions, kind=kind)
        store = new_store(f'store-of-{name}')
        store.succeed('import', person.pem)
        return person, store

    @staticmethod
    def _sign(person, store, seconds_ago=0):
        moment = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(time.time() - seconds_ago))
        options = ('--time', moment) if seconds_ago else ()
        return store.succeed(*options, 'sign', stdin=letter(person.address, ALICE)).stdout

    def test_the_newest_counts(self):
        bob, store = self._signer('bob')
        unknown = (CBC, 'capabilities-unknown', [None])
        reads_gcm = (GCM, 'all-read-it', ['learned'])
        without = (CBC, 'capabilities-without-it', ['learned'])
        # the certificate is not valid before its day
        early, late = self._sign(bob, store, 1), self._sign(bob, store, -600)
        self.assertEqual(self.encrypt(bob.address), unknown)
        self.verify(early)
        self.assertEqual(self.encrypt(bob.address), reads_gcm)
        sealed = self.alice.succeed('encrypt', stdin=letter(ALICE, bob.address)).stdout
        self.assertIn(b'secret', store.succeed('decrypt', stdin=sealed).stdout)
        # an older program, later
        self.verify(openssl_signs(bob))
        self.assertEqual(self.encrypt(bob.address), without)
        self.verify(early)
        self.assertEqual(self.encrypt(bob.address), without)
        self.verify(openssl_signs(bob, '-nosmimecap'))
        self.assertEqual(self.encrypt(bob.address), without)
        self.verify(late)
        self.assertEqual(self.encrypt(bob.address), reads_gcm)

    def test_read_learns_too(self):
        carol, store = self._signer('carol')
        sealed = store.succeed('encrypt', '--cert', self._own_certificate(),
                               stdin=self._sign(carol, store)).stdout
        self.verify(sealed, 'none', DOES_NOT_HOLD)
        self.assertEqual(self.peers(), [])
        self.alice.succeed('read', stdin=sealed)
        self.assertEqual([peer['address'] for peer in self.peers()], [carol.address])

    def _own_certificate(self):
        return os.path.join(self.alice.folder, f'{ALICE}.der')

    def test_only_what_is_verified(self):
        dave, store = self._signer('dave')
        good = self._sign(dave, store)
        self.verify(good.replace(b'secret', b'public'), 'invalid', DOES_NOT_HOLD)
        footer = (b'From: dave@example.org\nContent-Type: multipart/mixed; boundary=f\n\n--f\n' +
                  good[good.index(b'Content-Type'):] + b'\n--f\n\nfooter\n--f--\n')
        self.verify(footer, 'unverified', DOES_NOT_HOLD)
        eve = interop.Person('eve', address=dave.address)
        self.verify(openssl_signs(eve), 'invalid', DOES_NOT_HOLD)
        self.assertEqual(self.peers(), [])
        self.assertFalse(os.path.exists(os.path.join(self.alice.profile, 'peer-capabilities')))

    def test_not_from_the_future(self):
        """Neither by the clock nor by the moment that the user judges at."""
        erin, store = self._signer('erin')
        tomorrow = time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(time.time() + 86400))
        ahead = self._sign(erin, store, -86400)
        self.verify(ahead, 'unverified', DOES_NOT_HOLD)
        self.verify(ahead, options=('--time', tomorrow))
        self.assertEqual(self.peers(), [])

    def test_the_later_of_two_statements(self):
        """RFC 4262 §3: an extension is not used where more is known."""
        frank, store = self._signer('frank', extension(LISTS['gcm']))
        self.assertEqual(self.encrypt(frank.address)[0], GCM)
        self.verify(openssl_signs(frank))
        self.assertEqual(self.encrypt(frank.address),
                         (CBC, 'capabilities-without-it', ['learned']))
        grace, store = self._signer('grace', extension(LISTS['cbc']))
        self.verify(self._sign(grace, store))
        self.assertEqual(self.encrypt(grace.address), (GCM, 'all-read-it', ['learned']))

    def test_a_key_beside(self):
        """One to sign with, one to be encrypted to, both published."""
        address = 'heidi@example.org'
        signing, encryption = (
            interop.Person(f'heidi-{usage}', 'rsa:2048', address,
                           (*interop.Person.EXTENSIONS, f'keyUsage={usage}'))
            for usage in ('digitalSignature', 'keyEncipherment'))
        publish(address, signing, encryption)
        store = new_store('store-of-heidi')
        store.succeed('import', signing.pem)
        self.verify(self._sign(signing, store))
        self.assertEqual(self.encrypt(address), (GCM, 'all-read-it', ['learned']))

    def test_another_key_later(self):
        """The list is the key's, not the address's."""
        old, store = self._signer('ivan')
        self.verify(self._sign(old, store))
        fresh = interop.Person('ivan-new', address=old.address)
        self.assertEqual(self.encrypt(ALICE, options=('--cert', old.certificate))[0], GCM)
        self.assertEqual(self.encrypt(ALICE, options=('--cert', fresh.certificate))[0], CBC)

    def test_for_people(self):
        judy, store = self._signer('judy')
        self.verify(self._sign(judy, store), options=('--no-learn',))
        self.assertEqual(self.peers(), [])
        self.verify(self._sign(judy, store))
        shown = self.alice.succeed('peers', 'Judy@example.org').text
        self.assertIn('judy@example.org\n', shown)
        self.assertIn(f'{GCM}, ', shown)
        self.assertEqual(self.alice.run('peers', 'mallory@example.org').code, DOES_NOT_HOLD)
        self.assertEqual(self.alice.succeed('peers', '--forget', judy.address).text,
                         'forgotten: 1\n')
        self.assertEqual(self.encrypt(judy.address)[0], CBC)

    def test_no_store_no_record(self):
        kate, store = self._signer('kate')
        stranger = new_store('stranger')
        self.verify(self._sign(kate, store), store=stranger)
        self.assertFalse(os.path.exists(stranger.profile))

    def test_two_processes_at_once(self):
        signed = []
        for number in range(8):
            person, store = self._signer(f'many-{number}')
            signed.append(interop.write(f'many-{number}.eml', self._sign(person, store)))
        running = [subprocess.Popen(self.alice.command('verify', name),
                                    env=self.alice.environment(), stdout=subprocess.DEVNULL)
                   for name in signed]
        self.assertEqual([process.wait(60) for process in running], [HOLDS] * len(signed))
        self.assertEqual(len(self.peers()), len(signed))

    def test_damaged_record(self):
        liam, store = self._signer('liam')
        name = os.path.join(self.alice.profile, 'peer-capabilities')
        interop.write(name, b'\0\1\2 noise')
        message = self._sign(liam, store)
        self.verify(message)
        self.assertEqual(len(self.peers()), 1)
        self.assertEqual(os.stat(name).st_mode & 0o777, 0o600)
        self.assertEqual(self.encrypt(liam.address)[0], GCM)


if __name__ == '__main__':
    tap.main()
