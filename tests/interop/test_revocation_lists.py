#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Revocation lists that are at hand: the verb "crl", the folder of the profile, and what "verify",
"lookup" and "encrypt" make of them."""

import http.server
import os
import shutil
import threading
import unittest

import interop  # first: it puts the support modules on the path
import envelope
import openssl
import tap
from program import DOES_NOT_HOLD, HOLDS, UNKNOWN, USAGE
from universe_client import UniverseClient

import records  # of tests/dns

ERIN = 'erin@example.org'
PKIX = 'pkix@example.org'
ENTITY = b'Content-Type: text/plain\n\nsigned\n'

UNIVERSE = None
PROGRAM = None
ROOT = ERINS = None
LISTS = {}


def setUpModule():
    global UNIVERSE, PROGRAM, ROOT, ERINS
    authority = ('basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign')
    ROOT = interop.Person('root', 'ec:P-256', None, authority)
    names = f'subjectAltName=email:{ERIN},email:{PKIX}'
    ERINS = interop.Person('erin', 'ec:P-256', None, (*interop.Person.EXTENSIONS, names),
                           issuer=ROOT)
    issuer = (ROOT.certificate, ROOT.key)
    LISTS['empty'] = openssl.revocation_list(interop.path('empty.crl'), issuer)
    LISTS['revoked'] = openssl.revocation_list(interop.path('revoked.crl'), issuer,
                                               [ERINS.certificate])
    then = ('-crl_lastupdate', '20300101000000Z', '-crl_nextupdate', '20400101000000Z')
    LISTS['later'] = openssl.revocation_list(interop.path('later.crl'), issuer, options=then)
    LISTS['later-point'] = openssl.revocation_list(
        interop.path('later-point.crl'), issuer, options=then,
        extension='issuingDistributionPoint=critical,@point\n[point]\nonlyuser=TRUE')
    forger = interop.Person('forger', 'ec:P-256', None, authority, subject='/CN=root')
    LISTS['forged'] = openssl.revocation_list(interop.path('forged.crl'),
                                              (forger.certificate, forger.key),
                                              [ERINS.certificate])
    lines = [records.line(records.owner_name(ERIN), records.smimea(ERINS.der)),
             records.line(records.owner_name(ERIN), records.smimea(ROOT.der, 2, 0, 0)),
             records.line(records.owner_name(PKIX), records.smimea(ERINS.der, 1, 0, 0))]
    text = ''.join(f'{line}\n' for line in lines)
    UNIVERSE = UniverseClient(interop.folder, '--zone-lines',
                              interop.write('zone-lines', text.encode()))
    PROGRAM = interop.new_program(options=UNIVERSE.options())


def tearDownModule():
    if UNIVERSE:
        UNIVERSE.stop()
    interop.remove_folder()


def with_list(message, crl):
    """SignedData (RFC 5652 §5.1) with a revocation list behind its certificates."""
    kind, wrapped = envelope.children(envelope.read(message)[1])
    fields = envelope.children(envelope.read(envelope.read(wrapped)[1])[1])
    signed = envelope.sequence(*fields[:-1], envelope.tlv(0xa1, crl), fields[-1])
    return envelope.sequence(kind, envelope.tlv(0xa0, signed))


class CrlCase(unittest.TestCase):
    def setUp(self):
        self.folder = os.path.join(PROGRAM.profile, 'crls')
        shutil.rmtree(self.folder, ignore_errors=True)

    def lists(self, *options):
        return PROGRAM.succeed('--json', 'crl', 'list', *options).json['crls']

    def reason(self, address=ERIN, options=()):
        """What verify and lookup say, which have to agree: "verified" is "ready"."""
        message = openssl.run('cms', '-sign', '-signer', ERINS.certificate, '-inkey', ERINS.key,
                              '-certfile', ROOT.certificate, '-from', address, '-to',
                              'bob@example.org', '-subject', 'lists', stdin=ENTITY)
        verdict = PROGRAM.run('--json', 'verify', *options, stdin=message).json
        found = PROGRAM.run('--json', 'lookup', *options, address).json['results'][0]['recipient']
        told = verdict['reason'] or verdict['status']
        self.assertEqual(found, 'ready' if told == 'verified' else told)
        return told


class Verb(CrlCase):
    def test_add_list_remove(self):
        self.assertEqual(self.lists(), [])
        added = PROGRAM.succeed('--json', 'crl', 'add', LISTS['empty'], LISTS['revoked']).json
        self.assertEqual((added['crls'], added['new']), (2, 2))
        added = PROGRAM.succeed('--json', 'crl', 'add', LISTS['empty']).json
        self.assertEqual((added['crls'], added['new']), (1, 0))
        found = self.lists()
        self.assertEqual([one['issuer'] for one in found], ['CN=root', 'CN=root'])
        self.assertTrue(all(one['current'] and not one['delta'] for one in found))
        digests = {openssl.run('crl', '-in', LISTS[name], '-outform', 'DER') for name in
                   ('empty', 'revoked')}
        self.assertEqual(sorted(interop.read(one['file']) for one in found), sorted(digests))
        self.assertIn('SHA-256', PROGRAM.succeed('crl', 'list').text)
        self.assertEqual(PROGRAM.run('crl', 'remove', '0' * 64).code, DOES_NOT_HOLD)
        PROGRAM.succeed('crl', 'remove', found[0]['sha256'])
        self.assertEqual([one['sha256'] for one in self.lists()], [found[1]['sha256']])
        self.assertIn('removed: 1', PROGRAM.succeed('crl', 'remove', '--all').text)
        self.assertEqual(self.lists(), [])

    def test_refused(self):
        for words in ((), ('show',), ('add',), ('remove',), ('list', 'x'), ('remove', 'x', 'y'),
                      ('remove', '--all', 'x'), ('list', '--all'), ('fetch',),
                      ('list', '--cert', ROOT.certificate), ('list', '--fetch-private')):
            with self.subTest(words=words):
                self.assertEqual(PROGRAM.run('crl', *words).code, USAGE)
        self.assertEqual(PROGRAM.run('crl', 'add', ROOT.certificate).code, UNKNOWN)
        self.assertEqual(PROGRAM.run('crl', 'add', interop.path('none')).code, UNKNOWN)
        self.assertEqual(self.lists(), [])

    def test_ended(self):
        """A list that has ended goes when a later one of the same issuer comes, and not before."""
        later = ('--time', '2035-01-01T00:00:00Z')
        for name in ('empty', 'later-point'):
            PROGRAM.succeed('crl', 'add', LISTS[name], *later)
        self.assertEqual([one['current'] for one in self.lists(*later)].count(False), 1)
        self.assertEqual(len(self.lists()), 2)
        # not yet valid now: it replaces nothing before its time
        PROGRAM.succeed('crl', 'add', LISTS['later'])
        self.assertEqual(len(self.lists()), 3)
        PROGRAM.succeed('crl', 'add', LISTS['later'], *later)
        self.assertEqual([one['current'] for one in self.lists(*later)], [True, True])

    def test_several_in_one_file(self):
        """With one of them removed, the others stay."""
        os.makedirs(self.folder)
        interop.write('store/profile/crls/both.pem',
                      interop.read(LISTS['empty']) + interop.read(LISTS['revoked']))
        first, second = (one['sha256'] for one in self.lists())
        self.assertIn('removed: 1', PROGRAM.succeed('crl', 'remove', first).text)
        self.assertEqual([one['sha256'] for one in self.lists()], [second])
        self.assertIn('removed: 1', PROGRAM.succeed('crl', 'remove', second).text)
        self.assertEqual(self.lists(), [])

    def test_unreadable_folder(self):
        """It is said that lists are missing; a file where the folder should be."""
        interop.write('store/profile/crls', b'')
        self.addCleanup(os.remove, self.folder)
        result = PROGRAM.run('crl', 'list')
        self.assertIn('no revocation list is read', result.stderr)

    def test_files_of_the_user(self):
        os.makedirs(self.folder)
        shutil.copy(LISTS['revoked'], os.path.join(self.folder, 'authority.pem'))
        interop.write('store/profile/crls/notes.txt', b'no list')
        self.assertEqual(len(self.lists()), 1)
        self.assertEqual(self.reason(), 'certificate-revoked')
        interop.write('store/profile/crls/broken.crl', b'no list')
        result = PROGRAM.run('crl', 'list')
        self.assertEqual((result.code, result.stderr.count('broken.crl')), (HOLDS, 1), result)
        self.assertEqual(self.reason(), 'certificate-revoked')


class Judged(CrlCase):
    """RFC 8162 §9, RFC 8550 §4.1."""

    def test_every_usage(self):
        trusted = ('--ca', ROOT.certificate)
        self.assertEqual(self.reason(), 'verified')
        self.assertEqual(self.reason(PKIX, trusted), 'verified')
        PROGRAM.succeed('crl', 'add', LISTS['empty'])
        self.assertEqual(self.reason(), 'verified')
        self.assertEqual(self.reason(PKIX, (*trusted, '--require-crl')), 'verified')
        PROGRAM.succeed('crl', 'add', LISTS['revoked'])
        self.assertEqual(self.reason(), 'certificate-revoked')
        self.assertEqual(self.reason(PKIX, trusted), 'certificate-revoked')
        message = f'From: bob@example.org\nTo: {ERIN}\n\nsecret\n'.encode()
        result = PROGRAM.run('encrypt', stdin=message)
        self.assertEqual((result.code, result.stdout), (DOES_NOT_HOLD, b''), result)
        self.assertIn(f'{ERIN} (certificate-revoked)', result.stderr)

    def test_of_an_odd_certificate(self):
        """What else is wrong with a path does not hide that a list revokes."""
        rows = {'critical': '1.2.3.4=critical,ASN1:NULL',
                'mapping': 'policyMappings=2.5.29.32.0:1.2.3'}
        for name, line in rows.items():
            with self.subTest(name):
                odd = interop.Person(name, 'ec:P-256', None, (*interop.Person.EXTENSIONS, line),
                                     issuer=ROOT)
                address = f'{name}@example.org'
                UNIVERSE.publish(records.line(records.owner_name(address),
                                              records.smimea(odd.der)))
                revoked = openssl.revocation_list(interop.path(f'{name}.crl'),
                                                  (ROOT.certificate, ROOT.key), [odd.certificate])
                message = openssl.run('cms', '-sign', '-signer', odd.certificate, '-inkey',
                                      odd.key, '-certfile', ROOT.certificate, '-from', address,
                                      stdin=ENTITY)
                good = PROGRAM.run('--json', 'verify', stdin=message).json
                bad = PROGRAM.run('--json', 'verify', '--crl', revoked, stdin=message).json
                self.assertEqual((good['reason'], bad['reason']), (None, 'certificate-revoked'))

    def test_required_and_missing(self):
        trusted = ('--ca', ROOT.certificate, '--require-crl')
        self.assertEqual(self.reason(PKIX, trusted), 'revocation-unknown')

    def test_forged(self):
        """A list that another key of the same name signed says nothing, also in numbers."""
        PROGRAM.succeed('crl', 'add', LISTS['forged'])
        self.assertEqual(self.reason(), 'verified')
        PROGRAM.succeed('crl', 'add', LISTS['revoked'])
        self.assertEqual(self.reason(), 'certificate-revoked')


class Hidden(CrlCase):
    """Who has the key of a revoked certificate chooses what comes with the message."""

    @classmethod
    def setUpClass(cls):
        cls.public = interop.path('root.public')
        openssl.run('pkey', '-in', ROOT.key, '-pubout', '-out', cls.public)
        cls.request = openssl.run('req', '-new', '-key', ERINS.key, '-subj', '/CN=root')

    def stand_in(self, name, *extensions):
        """A certificate with name and key of the authority, which it has not signed."""
        path = interop.path(name)
        lines = interop.write(f'{name}.ext', '\n'.join(extensions).encode())
        openssl.run('x509', '-req', '-force_pubkey', self.public, '-signkey', ERINS.key, '-days',
                    365, '-extfile', lines, '-out', path, stdin=self.request)
        return path

    def test_stand_ins_for_the_issuer(self):
        """One may not sign lists: the list is the issuer's all the same."""
        authority = 'basicConstraints=critical,CA:TRUE'
        rows = {'no-crl-sign': (authority, 'keyUsage=critical,keyCertSign'),
                'other-key-id': (authority, 'subjectKeyIdentifier=0102'),
                'plain': (authority,)}
        PROGRAM.succeed('crl', 'add', LISTS['revoked'])
        for name, extensions in rows.items():
            for options in ((), ('--ca', ROOT.certificate)):
                with self.subTest(name, options=len(options)):
                    message = openssl.run(
                        'cms', '-sign', '-signer', ERINS.certificate, '-inkey', ERINS.key,
                        '-certfile', self.stand_in(name, *extensions), '-from', ERIN,
                        stdin=ENTITY)
                    found = PROGRAM.run('--json', 'verify', *options, stdin=message).json
                    self.assertEqual((found['status'], found['reason']),
                                     ('unverified', 'certificate-revoked'))


class Web(http.server.BaseHTTPRequestHandler):
    """Serves lists, and answers that are none."""

    asked = []

    def do_GET(self):
        type(self).asked.append(self.path)
        name = self.path[1:] if self.path in ('/ginas', '/mids') else 'revoked'
        octets = openssl.run('crl', '-in', LISTS[name], '-outform', 'DER')
        if self.path == '/missing':
            self.send_error(404)
            return
        self.send_response(302 if self.path in ('/moved', '/round') else 200)
        if self.path in ('/moved', '/round'):
            self.send_header('Location', '/list' if self.path == '/moved' else '/round')
        if self.path == '/coded':
            self.send_header('Transfer-Encoding', 'chunked')
        if self.path != '/no-length':
            self.send_header('Content-Length', len(octets) + (self.path == '/cut'))
        self.end_headers()
        self.wfile.write(b'no list at all' if self.path == '/other' else octets)

    def log_message(self, *_):
        """Says nothing."""


class FetchCase(CrlCase):
    @classmethod
    def setUpClass(cls):
        cls.server = http.server.HTTPServer(('127.0.0.1', 0), Web)
        cls.url = f'http://127.0.0.1:{cls.server.server_port}'
        cls.thread = threading.Thread(target=cls.server.serve_forever, args=(0.05,))
        cls.thread.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.thread.join()
        cls.server.server_close()

    @staticmethod
    def person(name, points, issuer=None):
        """Whom ROOT vouches for, with these distribution points."""
        return interop.Person(name, 'ec:P-256', f'{name}@example.org',
                              (*interop.Person.EXTENSIONS, f'crlDistributionPoints={points}'),
                              issuer=issuer or ROOT)

    def setUp(self):
        super().setUp()
        Web.asked.clear()


class Fetch(FetchCase):
    """By choice alone, over http."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frank = cls.person('frank', f'URI:{cls.url}/list,URI:ldap://127.0.0.1/x')

    def test_fetched(self):
        for path in ('list', 'moved', 'no-length'):
            with self.subTest(path):
                PROGRAM.succeed('crl', 'remove', '--all')
                done = PROGRAM.succeed('--json', 'crl', 'fetch', f'{self.url}/{path}').json
                self.assertEqual(done['fetched'], [{'url': f'{self.url}/{path}', 'new': 1,
                                                    'problem': None}])
        self.assertEqual(self.reason(), 'certificate-revoked')

    def test_named_by_a_certificate(self):
        refused = PROGRAM.run('crl', 'fetch', '--cert', self.frank.certificate)
        self.assertEqual((refused.code, Web.asked), (UNKNOWN, []), refused)
        self.assertIn('127.0.0.1 is not a public address', refused.stderr)
        PROGRAM.succeed('crl', 'fetch', '--fetch-private', '--cert', self.frank.certificate)
        self.assertEqual((Web.asked, len(self.lists())), (['/list'], 1))
        result = PROGRAM.run('crl', 'fetch', '--cert', ERINS.certificate)
        self.assertEqual(result.code, DOES_NOT_HOLD, result)

    def test_nothing_else_fetches(self):
        message = openssl.run('cms', '-sign', '-signer', self.frank.certificate, '-inkey',
                              self.frank.key, '-from', 'frank@example.org', stdin=ENTITY)
        for options in ((), ('--ca', ROOT.certificate, '--require-crl')):
            PROGRAM.run('verify', *options, stdin=message)
            PROGRAM.run('read', *options, stdin=message)
        self.assertEqual(Web.asked, [])

    def test_failures(self):
        rows = {f'{self.url}/missing': 'status 404', f'{self.url}/cut': 'cut off',
                f'{self.url}/coded': 'codes its answer', f'{self.url}/other': '',
                f'{self.url}/round': 'too many redirections', 'https://127.0.0.1/': 'only http',
                'file:///etc/passwd': 'only http', 'http://': 'not an address',
                'http://a b/': 'not an address', 'http://127.0.0.1:1/': '', '--help': 'usage'}
        for url, text in rows.items():
            with self.subTest(url.removeprefix(self.url)):
                words = ['--', url] if url.startswith('-') else [url]
                result = PROGRAM.run('crl', 'fetch', *words)
                self.assertEqual((result.code, result.stdout), (UNKNOWN, b''), result)
                self.assertIn(text, result.stderr)
        self.assertEqual(self.lists(), [])


class FetchForMessage(FetchCase):
    """verify and read with --fetch-crls: what the signer's certificates name, for this time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frank = cls.person('frank', f'URI:{cls.url}/list,URI:ldap://127.0.0.1/x')
        cls.gina = cls.person('gina', f'URI:{cls.url}/ginas')
        cls.lost = cls.person('lost', f'URI:{cls.url}/missing')
        cls.many = cls.person('many', ','.join(f'URI:{cls.url}/{n}' for n in range(12)))
        LISTS['ginas'] = openssl.revocation_list(
            interop.path('ginas.crl'), (ROOT.certificate, ROOT.key), [cls.gina.certificate])
        UNIVERSE.publish(records.line(records.owner_name('dane@example.org'),
                                      records.smimea(cls.gina.der)))

    OPTIONS = ('--fetch-crls', '--fetch-private')

    @staticmethod
    def authority(name, subject, url, issuer=None):
        return interop.Person(name, 'ec:P-256', None,
                              ('basicConstraints=critical,CA:TRUE',
                               'keyUsage=critical,keyCertSign,cRLSign',
                               f'crlDistributionPoints=URI:{url}'),
                              issuer=issuer, subject=f'/CN={subject}')

    @staticmethod
    def signed(person, address=None, beside=None):
        return openssl.run('cms', '-sign', '-signer', person.certificate, '-inkey', person.key,
                           '-certfile', (beside or ROOT).certificate, '-from',
                           address or person.address, stdin=ENTITY)

    def verdict(self, person, *options, address=None, code=HOLDS, tamper=False, beside=None):
        """Of a signed mail; and what was asked of the web for it."""
        Web.asked.clear()
        message = self.signed(person, address, beside)
        if tamper:
            message = message.replace(b'text/plain', b'text/plane')
        result = PROGRAM.run('--json', 'verify', *options, stdin=message)
        self.assertEqual(result.code, code, result)
        found = result.json
        other = PROGRAM.run('--json', '--output', os.devnull, 'read', *options, stdin=message).json
        self.assertEqual((other['reason'], other.get('fetched_crls')),
                         (found['reason'], found.get('fetched_crls')))
        return found, Web.asked[:len(Web.asked) // 2]

    def test_off_by_default(self):
        found, asked = self.verdict(self.gina, '--ca', ROOT.certificate)
        self.assertEqual((found['status'], asked), ('verified', []))
        self.assertNotIn('fetched_crls', found)

    def test_not_revoked(self):
        options = ('--ca', ROOT.certificate, '--require-crl')
        found, _ = self.verdict(self.frank, *options, code=DOES_NOT_HOLD)
        self.assertEqual(found['authority']['reason'], 'revocation-unknown')
        found, asked = self.verdict(self.frank, *options, *self.OPTIONS)
        self.assertEqual((found['status'], asked), ('verified', ['/list']))
        self.assertEqual(found['fetched_crls'],
                         [{'url': f'{self.url}/list', 'crls': 1, 'problem': None}])
        self.assertEqual(self.lists(), [])

    def test_revoked(self):
        """By an authority's certificate; and by a record of usage 3."""
        for address, options in ((None, ('--ca', ROOT.certificate)), ('dane@example.org', ())):
            with self.subTest(address):
                found, asked = self.verdict(self.gina, *self.OPTIONS, *options, address=address,
                                            code=DOES_NOT_HOLD)
                self.assertEqual((found['status'], found['reason'], asked),
                                 ('unverified', 'certificate-revoked', ['/ginas']))

    def test_not_to_be_had(self):
        found, asked = self.verdict(self.lost, '--ca', ROOT.certificate, *self.OPTIONS)
        [fetched] = found['fetched_crls']
        self.assertEqual((found['status'], asked, fetched['crls']), ('verified', ['/missing'], 0))
        self.assertIn('404', fetched['problem'])
        told = PROGRAM.succeed('verify', '--ca', ROOT.certificate, *self.OPTIONS,
                               stdin=self.signed(self.lost))
        self.assertRegex(told.text, 'fetched +http://.*/missing: the server answers with status')
        self.verdict(self.lost, '--ca', ROOT.certificate, *self.OPTIONS, '--require-crl',
                     code=DOES_NOT_HOLD)

    def test_private(self):
        """A certificate makes nobody ask services of their own network."""
        found, asked = self.verdict(self.gina, '--ca', ROOT.certificate, '--fetch-crls')
        [fetched] = found['fetched_crls']
        self.assertEqual((found['status'], asked, fetched['crls']), ('verified', [], 0))
        self.assertIn('127.0.0.1 is not a public address', fetched['problem'])
        result = PROGRAM.run('verify', '--fetch-private', stdin=self.signed(self.gina))
        self.assertEqual((result.code, result.stdout), (USAGE, b''), result)

    def test_lists_at_hand(self):
        PROGRAM.succeed('crl', 'add', LISTS['empty'])
        found, asked = self.verdict(self.frank, '--ca', ROOT.certificate, *self.OPTIONS)
        self.assertEqual((found['status'], asked, found['fetched_crls']), ('verified', [], []))

    def test_whom_it_is_not_asked_for(self):
        """A signature that nobody vouches for, or a bad one, makes nobody ask anybody."""
        found, asked = self.verdict(self.frank, *self.OPTIONS, code=DOES_NOT_HOLD)
        self.assertEqual((found['reason'], asked), ('no-record', []))
        found, asked = self.verdict(self.frank, '--ca', ROOT.certificate, *self.OPTIONS,
                                    tamper=True, code=DOES_NOT_HOLD)
        self.assertEqual((found['status'], asked), ('invalid', []))

    def test_not_offline(self):
        found, asked = self.verdict(self.gina, '--cert', self.gina.certificate, *self.OPTIONS,
                                    '--offline')
        self.assertEqual((found['status'], asked, found['fetched_crls']), ('verified', [], []))

    def test_revoked_authority(self):
        """Who has its key names as many addresses as are asked: those above come first."""
        mid = self.authority('mid', 'mid', f'{self.url}/mids', ROOT)
        LISTS['mids'] = openssl.revocation_list(
            interop.path('mids.crl'), (ROOT.certificate, ROOT.key), [mid.certificate])
        below = self.person('below', ','.join(f'URI:{self.url}/{n}' for n in range(12)), mid)
        found, asked = self.verdict(below, '--ca', ROOT.certificate, *self.OPTIONS,
                                    beside=mid, code=DOES_NOT_HOLD)
        self.assertEqual((found['authority']['reason'], len(asked)), ('certificate-revoked', 8))
        self.assertIn('/mids', asked)

    def test_list_in_the_message(self):
        """An older list that the sender puts into it does not keep the newer from being fetched."""
        bare = openssl.run('cms', '-sign', '-signer', self.gina.certificate, '-inkey',
                           self.gina.key, '-certfile', ROOT.certificate, '-nodetach', '-outform',
                           'DER', stdin=ENTITY)
        older = openssl.run('crl', '-in', LISTS['empty'], '-outform', 'DER')
        verify = ('--json', 'verify', '--author', self.gina.address, '--ca', ROOT.certificate)
        message = with_list(bare, older)
        found = PROGRAM.run(*verify, '--require-crl', stdin=message).json
        self.assertEqual((found['reason'], Web.asked), (None, []))
        found = PROGRAM.run(*verify, *self.OPTIONS, stdin=message).json
        self.assertEqual((found['reason'], Web.asked), ('certificate-revoked', ['/ginas']))

    def test_stand_in_for_the_issuer(self):
        """A certificate with the issuer's name that has issued nothing makes nobody ask."""
        other = self.authority('other', 'root', f'{self.url}/stranger')
        found, asked = self.verdict(self.frank, '--ca', ROOT.certificate, *self.OPTIONS,
                                    beside=other)
        self.assertEqual((found['status'], asked), ('verified', ['/list']))

    def test_many(self):
        found, asked = self.verdict(self.many, '--ca', ROOT.certificate, *self.OPTIONS)
        self.assertEqual((len(found['fetched_crls']), len(asked)), (8, 8))


if __name__ == '__main__':
    tap.main()
