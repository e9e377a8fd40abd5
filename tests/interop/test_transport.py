#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Ways to name servers: TLS, strict and not, one that restarts, one that strips DNSSEC."""

import contextlib
import itertools
import json
import os
import subprocess
import sys
import time
import unittest

import interop  # first: it puts the support modules on the path
import openssl
import tap
from program import HOLDS, UNKNOWN, USAGE
from universe_client import DNS, UniverseClient
import zones

NAME = 'dns.example.net'
ADDRESS = 'alice@secure.lab'
# For getting going on a machine that is busy.
PATIENCE_SECONDS = 20
# Set in the process that has a network of its own, where port 53 is free.
OWN_NETWORK = 'DANE_SMIME_TEST_OWN_NETWORK'
UNSHARE = ['unshare', '--net', '--user', '--map-root-user']

UNIVERSE = None
FILES = {}
HOMES = itertools.count()


def make_certificates(folder):
    """An authority, a server's certificate by it, and another authority."""
    for name in ('ca', 'other-ca'):
        FILES[name] = os.path.join(folder, name + '.pem')
        openssl.run('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
                    '-nodes', '-keyout', FILES[name] + '.key', '-out', FILES[name], '-subj',
                    '/CN=' + name, '-days', '30')
    request, extensions = os.path.join(folder, 'csr'), os.path.join(folder, 'ext')
    FILES['key'], FILES['cert'] = os.path.join(folder, 'key'), os.path.join(folder, 'cert')
    with open(extensions, 'w', encoding='ascii') as file:
        file.write(f'subjectAltName=DNS:{NAME}\n')
    openssl.run('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout',
            FILES['key'], '-out', request, '-subj', '/CN=server')
    openssl.run('x509', '-req', '-in', request, '-CA', FILES['ca'], '-CAkey', FILES['ca'] + '.key',
            '-CAcreateserial', '-extfile', extensions, '-out', FILES['cert'], '-days', '30')


def setUpModule():
    global UNIVERSE
    UNIVERSE = UniverseClient(interop.folder)
    make_certificates(interop.folder)


def tearDownModule():
    if UNIVERSE:
        UNIVERSE.stop()
    interop.remove_folder()


def new_program(options):
    """Each with a home of its own: an answer that is remembered would prove nothing."""
    return interop.new_program(f'home-{next(HOMES)}', options=options)


class Front:
    """tls_front.py before the universe's server; `lines` is what came."""

    def __init__(self, *options):
        self.process = subprocess.Popen(
            [os.path.join(DNS, 'tls_front.py'), '--to', UNIVERSE.about['server'], '--cert',
             FILES['cert'], '--key', FILES['key'], *options], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        ready = self.process.stdout.readline()
        if not ready.startswith('ready '):
            raise RuntimeError('the front did not come up')
        self.server = ready.split()[1]

    def stop(self):
        """Returns what came, without repetitions."""
        if self.process.stdin.closed:
            return []
        self.process.stdin.close()
        self.process.wait(PATIENCE_SECONDS)
        with self.process.stdout as lines:
            return sorted({line.strip().split(' (')[0] for line in lines})


@contextlib.contextmanager
def front(*options):
    one = Front(*options)
    try:
        yield one
    finally:
        one.stop()


def root_servers():
    """The universe's own, and those of the zones below."""
    return front('--listen', '0.0.0.0', '--port', '53')


class TransportCase(unittest.TestCase):
    def lookup(self, *options, address=ADDRESS):
        """Exit status and the one answer."""
        program = new_program(
            options=['--trust-anchor', UNIVERSE.about['trust_anchor'], *options])
        done = program.run('--json', 'lookup', address)
        results = json.loads(done.stdout or '{}').get('results')
        return done.code, results[0] if results else done.stderr


class Tls(TransportCase):
    """RFC 7858, RFC 8310 §5."""

    def test_strict(self):
        with front('--only-tls') as server:
            status, answer = self.lookup(
                '--dns-server', f'{server.server}#{NAME}', '--dns-transport', 'tls',
                '--dns-tls-ca', FILES['ca'])
            self.assertEqual((status, answer['dns']), (HOLDS, 'secure-records'), answer)
            self.assertEqual(server.stop(), [f'tls {NAME}'])

    def _assert_refused(self, name, authorities):
        with front() as server:
            status, answer = self.lookup(
                '--dns-server', f'{server.server}#{name}', '--dns-transport', 'tls',
                '--dns-tls-ca', FILES[authorities])
            self.assertEqual((status, answer['dns']), (UNKNOWN, 'unreachable'), answer)
            self.assertIn('certificate is not accepted', answer['detail'])
            came = server.stop()
            self.assertNotIn('udp', came)
            self.assertNotIn('tcp', came)

    def test_strict_wrong_name(self):
        self._assert_refused('other.example.net', 'ca')

    def test_strict_wrong_authority(self):
        self._assert_refused(NAME, 'other-ca')

    def test_strict_without_name(self):
        status, text = self.lookup('--dns-server', '127.0.0.1', '--dns-transport', 'tls')
        self.assertEqual(status, USAGE)
        self.assertIn('#NAME', text)

    def test_strict_never_in_the_clear(self):
        with front('--no-tls') as server:
            status, answer = self.lookup(
                '--dns-server', f'{server.server}#{NAME}', '--dns-transport', 'tls',
                '--dns-tls-ca', FILES['ca'])
            self.assertEqual((status, answer['dns']), (UNKNOWN, 'unreachable'), answer)
            self.assertEqual(server.stop(), [])

    def test_opportunistic(self):
        with front() as server:
            status, answer = self.lookup('--dns-server', server.server, '--dns-transport',
                                         'tls-opportunistic')
            self.assertEqual((status, answer['dns']), (HOLDS, 'secure-records'), answer)
            self.assertEqual(server.stop(), ['tls -'])

    def test_opportunistic_without_tls(self):
        with front('--no-tls') as server:
            status, answer = self.lookup('--dns-server', server.server, '--dns-transport',
                                         'tls-opportunistic')
            self.assertEqual((status, answer['dns']), (HOLDS, 'secure-records'), answer)
            came = server.stop()
            self.assertIn('tcp', came)
            # what is late over TCP is asked over UDP beside it
            self.assertLessEqual(set(came), {'tcp', 'udp'})

    def test_unbound_refuses_strict(self):
        status, text = self.lookup('--dns-server', f'127.0.0.1#{NAME}', '--dns-transport', 'tls',
                                   '--dns-engine', 'unbound')
        self.assertEqual(status, USAGE)
        self.assertIn('getdns', text)


class Deadlines(TransportCase):
    def test_whole_call(self):
        program = new_program(options=UNIVERSE.options(server='silent_server'))
        began = time.monotonic()
        done = program.run('--json', '--dns-deadline', '1', 'lookup',
                           *[f'user{n}@secure.lab' for n in range(60)])
        self.assertLess(time.monotonic() - began, 6)
        answers = json.loads(done.stdout)['results']
        self.assertEqual({answer['dns'] for answer in answers}, {'unreachable'})
        self.assertIn('1 s', answers[-1]['detail'])

    def test_malformed(self):
        for option, value in (('--dns-deadline', '0'), ('--dns-transport', 'quic'),
                              ('--dns-roadblock-avoidance', 'perhaps'),
                              ('--dns-root-hints', '/dev/null'), ('--dns-tls-ca', '/dev/null')):
            with self.subTest(option):
                self.assertEqual(self.lookup(option, value)[0], USAGE)


class Doctor(TransportCase):
    def test_search_order(self):
        program = new_program(options=[
            '--trust-anchor', UNIVERSE.about['trust_anchor'], '--dns-server',
            UNIVERSE.about['absent_server'], '--dns-server', UNIVERSE.about['server']])
        result = json.loads(program.run('--json', 'doctor').stdout)
        rows = [(row['server'], row['transport'], row['works']) for row in result['dns_search']]
        absent, server = UNIVERSE.about['absent_server'], UNIVERSE.about['server']
        self.assertEqual(rows, [(absent, 'tcp', False), (server, 'tcp', True),
                                (absent, 'udp', False), (server, 'udp', True)])


class Restart(TransportCase):
    def test_server_restarts(self):
        first = Front()
        port = first.server.split('@')[1]
        first.stop()
        program = new_program(options=[
            '--trust-anchor', UNIVERSE.about['trust_anchor'], '--dns-server', first.server])
        asking = subprocess.Popen(program.command('--json', 'lookup', ADDRESS),
                                  stdout=subprocess.PIPE, env=program.environment())
        time.sleep(0.3)
        with front('--port', port):
            answer = json.loads(asking.communicate(timeout=PATIENCE_SECONDS)[0])['results'][0]
        self.assertEqual(answer['dns'], 'secure-records', answer)


class Roadblock(TransportCase):
    """RFC 8027: a name server that strips DNSSEC, and the root's servers beyond it."""

    def _options(self, server, engine, avoidance):
        hints = os.path.join(interop.folder, 'hints')
        with open(hints, 'w', encoding='ascii') as file:
            file.write(f'. 60 NS ns.\nns. 60 A {zones.LEVELS[0][1]}\n')
        return ['--dns-root-hints', hints, '--dns-engine', engine, '--dns-server', server.server,
                '--dns-transport', 'udp', '--dns-roadblock-avoidance', avoidance]

    def test_avoided(self):
        for engine in ('getdns', 'unbound'):
            with self.subTest(engine), front('--strip') as stripping, root_servers():
                options = self._options(stripping, engine, 'on')
                status, answer = self.lookup(*options)
                self.assertEqual((status, answer['dns']), (HOLDS, 'secure-records'), answer)
                self.assertIn('asked from the root', answer['detail'])
                # What is bogus there, too, stays bogus.
                answer = self.lookup(*options, address='alice@bogus-expired.lab')[1]
                self.assertNotEqual(answer['dns'], 'secure-records')

    def test_not_avoided(self):
        for engine in ('getdns', 'unbound'):
            with self.subTest(engine), front('--strip') as stripping, root_servers():
                status, answer = self.lookup(*self._options(stripping, engine, 'off'))
                self.assertEqual((status, answer['dns']), (UNKNOWN, 'bogus'), answer)
                self.assertIn('strips DNSSEC', answer['detail'])

    def test_no_way_round(self):
        with front('--strip') as stripping:
            status, answer = self.lookup(*self._options(stripping, 'getdns', 'on'))
            self.assertEqual((status, answer['dns']), (UNKNOWN, 'bogus'), answer)
            self.assertIn('strips DNSSEC', answer['detail'])

    def test_recursive_with_root_hints(self):
        with root_servers() as server:
            options = self._options(server, 'getdns', 'off')
            status, answer = self.lookup(*options[:4], '--dns-recursive')
            self.assertEqual((status, answer['dns']), (HOLDS, 'secure-records'), answer)


def load_tests(_loader, tests, _pattern):
    """Recursion asks port 53, which only a network of the test's own has to give."""
    if os.environ.get(OWN_NETWORK):
        return tests
    kept = [case for suite in tests for case in suite if not isinstance(case, Roadblock)]
    return unittest.TestSuite(kept)


def has_own_networks():
    return subprocess.run([*UNSHARE, 'true'], check=False, capture_output=True).returncode == 0


if __name__ == '__main__':
    if not os.environ.get(OWN_NETWORK) and has_own_networks():
        os.environ[OWN_NETWORK] = '1'
        addresses = [f'ip addr add {address}/32 dev lo' for _, address in zones.LEVELS]
        script = ' && '.join(['ip link set lo up', *addresses, 'exec "$@"'])
        os.execvp(UNSHARE[0], [*UNSHARE, 'sh', '-c', script, 'sh', sys.executable, *sys.argv])
    tap.main()
