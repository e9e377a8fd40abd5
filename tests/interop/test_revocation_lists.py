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
                      ('list', '--cert', ROOT.certificate)):
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

    def test_required_and_missing(self):
        trusted = ('--ca', ROOT.certificate, '--require-crl')
        self.assertEqual(self.reason(PKIX, trusted), 'revocation-unknown')

    def test_forged(self):
        """A list that another key of the same name signed says nothing, also in numbers."""
        PROGRAM.succeed('crl', 'add', LISTS['forged'])
        self.assertEqual(self.reason(), 'verified')
        PROGRAM.succeed('crl', 'add', LISTS['revoked'])
        self.assertEqual(self.reason(), 'certificate-revoked')


class Web(http.server.BaseHTTPRequestHandler):
    """Serves lists, and answers that are none."""

    asked = []

    def do_GET(self):
        type(self).asked.append(self.path)
        octets = openssl.run('crl', '-in', LISTS['revoked'], '-outform', 'DER')
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


class Fetch(CrlCase):
    """By choice alone, over http."""

    @classmethod
    def setUpClass(cls):
        cls.server = http.server.HTTPServer(('127.0.0.1', 0), Web)
        cls.url = f'http://127.0.0.1:{cls.server.server_port}'
        cls.thread = threading.Thread(target=cls.server.serve_forever, args=(0.05,))
        cls.thread.start()
        named = f'crlDistributionPoints=URI:{cls.url}/list,URI:ldap://127.0.0.1/x'
        cls.frank = interop.Person('frank', 'ec:P-256', 'frank@example.org',
                                   (*interop.Person.EXTENSIONS, named), issuer=ROOT)

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.thread.join()
        cls.server.server_close()

    def setUp(self):
        super().setUp()
        Web.asked.clear()

    def test_fetched(self):
        for path in ('list', 'moved', 'no-length'):
            with self.subTest(path):
                PROGRAM.succeed('crl', 'remove', '--all')
                done = PROGRAM.succeed('--json', 'crl', 'fetch', f'{self.url}/{path}').json
                self.assertEqual(done['fetched'], [{'url': f'{self.url}/{path}', 'new': 1,
                                                    'problem': None}])
        self.assertEqual(self.reason(), 'certificate-revoked')

    def test_named_by_a_certificate(self):
        PROGRAM.succeed('crl', 'fetch', '--cert', self.frank.certificate)
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


if __name__ == '__main__':
    tap.main()
