#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""The two DNS engines, chosen by --dns-engine: the same words for the same answers, no question too
many, and doctor's advice where one of them fails."""

import os
import subprocess
import unittest

import interop  # first: it puts the support modules on the path
import openssl
import tap
from program import DOES_NOT_HOLD, HOLDS, UNKNOWN, USAGE
from universe_client import DNS, UniverseClient

from proxy_client import Proxy

ENGINES = ('getdns', 'unbound')
DNSKEY, SMIMEA, DS = 48, 53, 43

UNIVERSE = None
PROGRAM = None


def setUpModule():
    global UNIVERSE, PROGRAM
    UNIVERSE = UniverseClient(interop.folder)
    PROGRAM = interop.new_program(options=['--trust-anchor', UNIVERSE.about['trust_anchor']])


def tearDownModule():
    if UNIVERSE:
        UNIVERSE.stop()
    interop.remove_folder()


def ask(engine, *arguments, server=None):
    return PROGRAM.run('--dns-server', server or UNIVERSE.about['server'], '--dns-engine', engine,
                       *arguments)


def check_of(result, name):
    return next(one for one in result.json['checks'] if one['check'] == name)


class Lookups(unittest.TestCase):
    CASES = (('alice@secure.lab', 'secure-records', HOLDS),
             ('nobody@nsec3.lab', 'secure-denial', DOES_NOT_HOLD),
             ('alice@insecure.lab', 'insecure', DOES_NOT_HOLD),
             ('alice@expired.lab', 'bogus', UNKNOWN))

    def test_same(self):
        for address, outcome, code in self.CASES:
            answers = []
            for engine in ENGINES:
                with self.subTest(address=address, engine=engine):
                    result = ask(engine, '--json', 'lookup', address)
                    self.assertEqual(result.code, code, result)
                    answers.append(result.json['results'][0])
                    self.assertEqual(answers[-1]['dns'], outcome)
            for answer in answers:
                # TTLs are of different moments, and libunbound hands out nothing that is bogus
                shown = ('records', 'canonical_name') if outcome == 'bogus' else ()
                for member in ('detail', 'ttl', *shown):
                    answer.pop(member, None)
            self.assertEqual(answers[0], answers[1])

    def test_reason(self):
        result = ask('unbound', '--verbose', 'lookup', 'alice@expired.lab')
        self.assertIn('signature expired', result.text, result)

    def test_unknown_engine(self):
        result = ask('bind', 'lookup', 'alice@secure.lab')
        self.assertEqual(result.code, USAGE, result)
        self.assertIn('"bind" is not "getdns" or "unbound"', result.stderr)

    def test_strict_tls(self):
        """libunbound could not authenticate the server: nothing is asked instead."""
        result = ask('unbound', '--dns-transport', 'tls', 'lookup', 'alice@secure.lab',
                     server=UNIVERSE.about['server'] + '#dns.example.org')
        self.assertEqual(result.code, USAGE, result)
        self.assertIn("can't authenticate", result.stderr)


class Questions(unittest.TestCase):
    def setUp(self):
        self.proxy = Proxy()
        self.addCleanup(self.proxy.stop)
        self.door = self.proxy.open(UNIVERSE.about['server'])

    def test_keys_are_remembered(self):
        """RFC 8162 §6: one question for each address; those for the keys of a zone come once."""
        users = [f'user{i}@secure.lab' for i in range(20)]
        result = ask('unbound', 'lookup', *users, server=self.door.addresses[0])
        self.assertEqual(result.code, HOLDS, result)
        questions = self.door.questions()
        asked = [name.lower() for _, rr_type, name in questions if rr_type == SMIMEA]
        self.assertEqual(len(set(asked)), len(users))
        keys = {(rr_type, name.lower().rstrip('.')) for _, rr_type, name in questions
                if rr_type != SMIMEA}
        self.assertEqual(keys, {(DNSKEY, ''), (DS, 'lab'), (DNSKEY, 'lab'), (DS, 'secure.lab'),
                                (DNSKEY, 'secure.lab')})


class Doctor(unittest.TestCase):
    def test_both_work(self):
        for engine in ENGINES:
            result = ask(engine, '--json', 'doctor')
            self.assertEqual(result.json['dns_engine'], engine)
            self.assertTrue(check_of(result, 'dnssec')['works'], result)

    def test_no_server(self):
        result = ask('unbound', '--json', 'doctor', server=UNIVERSE.about['absent_server'])
        check = check_of(result, 'dnssec')
        self.assertFalse(check['works'])
        self.assertIn('does not answer', check['remedy'])

    def test_other_engine(self):
        """The server has TLS alone, which libunbound can't speak."""
        key = openssl.new_key(interop.path('front.key'), 'ec:P-256')
        certificate = openssl.self_signed(interop.path('front.pem'), key, '/CN=dns.example.org')
        with subprocess.Popen(
                [os.path.join(DNS, 'tls_front.py'), '--to', UNIVERSE.about['server'], '--cert',
                 certificate, '--key', key, '--only-tls'], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, text=True) as front:
            self.addCleanup(front.stdin.close)
            server = front.stdout.readline().split()[1]
            for engine, works in (('getdns', True), ('unbound', False)):
                result = ask(engine, '--dns-transport', 'tls-opportunistic', '--json', 'doctor',
                             server=server)
                check = check_of(result, 'dnssec')
                self.assertEqual(check['works'], works, result)
            self.assertIn('the DNS engine getdns gets the right one', check['detail'])
            self.assertIn('--dns-engine getdns', check['remedy'])
            front.stdin.close()


if __name__ == '__main__':
    tap.main()
