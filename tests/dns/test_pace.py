#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""What getdns's engine asks again, when, and over what, where messages are late or lost: counted by
the proxy, since on a busy machine times say little."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'support')]

# pylint: disable=wrong-import-position
import records as r
import tap
from proxy_client import Proxy
from universe_client import UniverseClient

SECURE = 'secure-records'
SMIMEA = r.SMIMEA
# Of one name: its own, keys of the root, keys and DS of two zones.
N_QUESTIONS = 6
# For one question: bridge/dns/getdns-question.h.
MAX_SENDS = 7
# How long what is late takes, how long what is not waits for it at most on a busy machine, and when
# an attempt would be given up.
LATE_MS, SOON_MS, ATTEMPT_MS = 8000, 7000, 10000
# Names at once, and how much more than one message each may need where nothing is lost.
N_MANY, MAX_MORE = 120, 1.5

FOLDER, UNIVERSE, PROXY = None, None, None


def setUpModule():
    global FOLDER, UNIVERSE, PROXY
    FOLDER = tempfile.TemporaryDirectory(prefix='dane-smime-pace-')
    UNIVERSE = UniverseClient(FOLDER.name)
    PROXY = Proxy()


def tearDownModule():
    if PROXY:
        PROXY.stop()
    if UNIVERSE:
        UNIVERSE.stop()
    FOLDER.cleanup()


def program(variable, path):
    """A program of the build: what Meson names, else that of a build folder beside."""
    return os.environ.get(variable) or os.path.join(HERE, '..', '..', '_b', path)


class Pace(unittest.TestCase):
    """One resolver program behind a door of the proxy."""

    def setUp(self):
        self.door = PROXY.open(UNIVERSE.about['server'])
        self.addCleanup(self.door.close)

    def ask(self, *options, n_names=1):
        """Asks for that many names; gives the answers and what was counted."""
        owners = [r.owner_name(f'user{i}@secure.lab').rstrip('.') for i in range(n_names)]
        done = subprocess.run(
            [program('RESOLVER_ASK', 'tests/dns/resolver-ask'), '--at-once',
             '--resolver', program('DANE_SMIME_RESOLVER', 'bridge/dane-smime-resolver'),
             '--anchor', UNIVERSE.about['trust_anchor'], '--server', self.door.addresses[0],
             '--attempt', str(ATTEMPT_MS), *options, *owners],
            capture_output=True, text=True, timeout=60, check=True)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([answer['outcome'] for answer in answers], [SECURE] * n_names, answers)
        return answers, self.door.counts()

    def test_datagrams_at_first(self):
        """Nothing is known of the server: each datagram has a copy before the first answer."""
        self.door.round_trip(300)
        answers, counts = self.ask('--udp')
        self.assertGreaterEqual(counts['udp'], 2 * N_QUESTIONS)
        self.assertLessEqual(counts['udp'], MAX_SENDS * N_QUESTIONS)
        self.assertEqual(counts['tcp'], 0)
        self.assertEqual(len(answers[0]['records']), 1)

    def test_first_datagram_of_each_lost(self):
        for rr_type in (SMIMEA, 43, 48):
            self.door.rule(f'drop first=1 type={rr_type}')
        _, counts = self.ask('--udp')
        self.assertLessEqual(counts['udp'], MAX_SENDS * N_QUESTIONS)

    def test_many_at_once(self):
        """Few more datagrams than questions where nothing is lost."""
        self.door.round_trip(20)
        _, counts = self.ask('--udp', n_names=N_MANY)
        self.assertLessEqual(counts['udp'], MAX_MORE * (N_MANY + N_QUESTIONS - 1))

    def test_stream_in_time(self):
        """No datagram beside TCP as long as its answers come."""
        _, counts = self.ask()
        self.assertEqual(counts['tcp'], N_QUESTIONS)
        # a busy machine is a slow server
        self.assertLessEqual(counts['udp'], N_QUESTIONS)

    def test_stream_late(self):
        self.door.rule(f'delay={LATE_MS} over=tcp')
        answers, counts = self.ask()
        self.assertLess(answers[0]['ms'], SOON_MS)
        self.assertGreaterEqual(counts['udp'], N_QUESTIONS)
        self.assertLessEqual(counts['udp'], (MAX_SENDS - 1) * N_QUESTIONS)

    def test_stream_late_many(self):
        self.door.rule(f'delay={LATE_MS} over=tcp')
        _, counts = self.ask(n_names=N_MANY)
        self.assertLessEqual(counts['udp'] + counts['tcp'],
                             3 * MAX_MORE * (N_MANY + N_QUESTIONS - 1))

    def test_stream_blocked(self):
        """Nobody waits for TCP, before it is found out that there is none."""
        self.door.rule('drop over=tcp')
        answers, counts = self.ask(n_names=N_MANY)
        self.assertLess(min(answer['ms'] for answer in answers), SOON_MS)
        self.assertLessEqual(counts['udp'], 2 * MAX_MORE * (N_MANY + N_QUESTIONS - 1))

    def test_stream_late_and_no_good_copy(self):
        """A copy that is no answer does not count, nor does one that was changed."""
        for rule in ('truncate over=udp', 'rcode=5 over=udp', 'rcode=2 over=udp', 'drop over=udp',
                     f'flip-record={SMIMEA} over=udp', 'flip-record=48 over=udp',
                     'garbage=100 over=udp', f'rcode=3 over=udp side=answer type={SMIMEA}'):
            with self.subTest(rule=rule):
                self.door.clear()
                self.door.rule('delay=200 over=tcp')
                self.door.rule(rule)
                self.ask()
                self.assertGreater(self.door.counts()['applied'], N_QUESTIONS)

    def test_one_attempt(self):
        """Then each transport stands for itself."""
        self.door.rule('delay=400 over=tcp')
        _, counts = self.ask('--attempts', '1')
        self.assertEqual((counts['udp'], counts['tcp']), (0, N_QUESTIONS))


if __name__ == '__main__':
    tap.main()
