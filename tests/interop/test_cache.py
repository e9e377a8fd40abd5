#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""What is asked of the DNS, and what is remembered from one start of the program to the next: seen
by a proxy that tells every question."""

import os
import signal
import subprocess
import time
import unittest

import interop  # first: it puts the support modules on the path
import program
import tap
from program import DOES_NOT_HOLD, HOLDS, UNKNOWN, USAGE
from universe_client import UniverseClient

from proxy_client import Proxy  # tests/dns, on the path of universe_client

SMIMEA = 53
DNSKEY, DS = 48, 43
# alice has records, nobody has none, both proven; insecure proves nothing
SECURE, DENIED, INSECURE = 'alice@secure.lab', 'nobody@secure.lab', 'alice@insecure.lab'
BOGUS = 'alice@bad-signature.lab'

UNIVERSE = None
PROXY = None


def setUpModule():
    global UNIVERSE, PROXY
    UNIVERSE = UniverseClient(interop.folder)
    PROXY = Proxy()


def tearDownModule():
    if PROXY:
        PROXY.stop()
    if UNIVERSE:
        UNIVERSE.stop()
    interop.remove_folder()


class Cache(unittest.TestCase):
    def setUp(self):
        self.door = PROXY.open(UNIVERSE.about['server'])
        self.folder = interop.path(self.id())
        os.mkdir(self.folder)
        self.cache = os.path.join(self.folder, 'cache')
        self.file = os.path.join(self.cache, 'dane-smime', 'answers.sqlite')
        self.program = self.new_program()

    def tearDown(self):
        self.door.close()

    def new_program(self, *options):
        return program.Program(self.folder, cache=self.cache, options=[
            '--dns-server', self.door.addresses[0], '--trust-anchor',
            UNIVERSE.about['trust_anchor'], *options])

    def asked(self):
        """The names that were asked for since the last call; nothing but keys beside them."""
        questions = self.door.questions()
        self.door.reset()
        others = {rr_type for _, rr_type, _ in questions} - {SMIMEA, DNSKEY, DS}
        self.assertLessEqual(others, set())
        return sorted(name.lower().rstrip('.') for _, rr_type, name in questions
                      if rr_type == SMIMEA)

    def names(self, *addresses):
        words = self.program.succeed('owner-name', *addresses).text.split()
        return sorted(word.lower() for word in words)

    def outcomes(self, *arguments, using=None):
        result = (using or self.program).run('--json', 'lookup', *arguments)
        return [answer['dns'] for answer in result.json['results']]

    def recipients(self, *addresses):
        """What "encrypt" finds, which takes what is remembered, denials too."""
        words = [word for address in addresses for word in ('--recipient', address)]
        result = self.program.run('--json', '--output', os.devnull, 'encrypt', '--no-self', *words,
                                  stdin=b'From: bob@secure.lab\n\n')
        return [{name: answer[name] for name in ('owner_name', 'dns', 'ttl', 'records')}
                for answer in result.json['recipients']]

    def test_one_question_for_each_address(self):
        addresses = [SECURE, DENIED, INSECURE]
        self.assertEqual(self.outcomes(*addresses), ['secure-records', 'secure-denial', 'insecure'])
        self.assertEqual(self.asked(), self.names(*addresses))

    def test_the_next_start_asks_nothing(self):
        addresses = [SECURE, DENIED, INSECURE]
        first = self.recipients(*addresses)
        self.door.reset()
        again = self.recipients(*addresses)
        self.assertEqual(self.door.questions(), [])
        for before, after in zip(first, again):
            self.assertLessEqual(after.pop('ttl'), before.pop('ttl'))
            self.assertEqual(before, after)

    def test_lookup_asks_anew_without_records(self):
        """By hand, perhaps just after publishing: what is remembered may be older than that."""
        newcomer = 'newcomer@secure.lab'
        addresses = [SECURE, INSECURE, newcomer]
        self.assertEqual(self.outcomes(*addresses), ['secure-records', 'insecure', 'secure-denial'])
        [name] = self.program.succeed('owner-name', newcomer).text.split()
        UNIVERSE.publish(f'{name}. 60 IN SMIMEA 3 0 1 {"00" * 32}')
        self.addCleanup(UNIVERSE.command, f'withdraw {name}.')
        # a name server that is loading its zones anew may still answer by the old ones
        other = self.new_program('--no-cache')
        while self.outcomes(newcomer, using=other) != ['secure-records']:
            time.sleep(0.1)
        self.asked()
        self.assertEqual(self.recipients(newcomer)[0]['dns'], 'secure-denial')
        self.assertEqual(self.asked(), [])
        self.assertEqual(self.outcomes(*addresses),
                         ['secure-records', 'insecure', 'secure-records'])
        self.assertEqual(self.asked(), self.names(INSECURE, newcomer))
        self.assertEqual(self.recipients(newcomer)[0]['dns'], 'secure-records')
        self.assertEqual(self.outcomes(newcomer), ['secure-records'])
        self.assertEqual(self.asked(), [])

    def test_other_spelling_of_the_domain(self):
        self.outcomes(SECURE)
        self.asked()
        self.assertEqual(self.outcomes('alice@SECURE.lab'), ['secure-records'])
        self.assertEqual(self.asked(), [])

    def test_no_spelling_but_the_one_that_was_typed(self):
        self.outcomes('Alice@secure.lab')
        self.assertEqual(self.asked(), self.names('Alice@secure.lab'))
        self.outcomes('--try-case', 'Alice@secure.lab')
        self.assertEqual(self.asked(), self.names('Alice@secure.lab', 'alice@secure.lab',
                                                  'ALICE@secure.lab'))

    def test_failures_are_not_kept(self):
        self.assertEqual(self.outcomes(BOGUS), ['bogus'])
        self.assertGreater(len(self.asked()), 0)
        self.assertEqual(self.outcomes(BOGUS), ['bogus'])
        self.assertGreater(len(self.asked()), 0)
        self.assertEqual(self.program.succeed('--json', 'cache', 'list').json['answers'], [])

    def test_other_server(self):
        self.outcomes(SECURE)
        silent = program.Program(self.folder, cache=self.cache, options=[
            '--dns-server', UNIVERSE.about['servfail_server'], '--trust-anchor',
            UNIVERSE.about['trust_anchor']])
        self.assertEqual(self.outcomes(SECURE, using=silent), ['unreachable'])

    def test_other_trust_anchor(self):
        self.outcomes(SECURE)
        other = program.Program(self.folder, cache=self.cache, options=[
            '--dns-server', self.door.addresses[0], '--trust-anchor',
            UNIVERSE.about['other_trust_anchor']])
        self.assertNotEqual(self.outcomes(SECURE, using=other), ['secure-records'])

    def test_fresh(self):
        # doctor looks at each way to the name server as well
        for arguments, n_most in ((['lookup', '--fresh', SECURE], 1), (['doctor'], 5)):
            with self.subTest(arguments[0]):
                self.program.run(*arguments)
                self.asked()
                self.program.run(*arguments)
                self.assertIn(len(self.asked()), range(1, n_most + 1))

    def test_record_check(self):
        certificate = interop.Person('check', address='check@example.org').certificate
        check = ['--json', 'record', 'check@example.org', '--cert', certificate, '--check']
        self.assertEqual(self.program.run(*check).code, DOES_NOT_HOLD)
        UNIVERSE.publish(self.program.run(*check).json['lines'][0]['line'])
        self.assertEqual(self.program.run(*check).code, HOLDS)

    def test_no_cache(self):
        without = self.new_program('--no-cache')
        for _ in range(2):
            self.outcomes(SECURE, using=without)
            self.assertEqual(self.asked(), self.names(SECURE))
        self.assertFalse(os.path.exists(self.cache))
        self.outcomes(SECURE)
        self.asked()
        self.outcomes(SECURE, using=without)
        self.assertEqual(self.asked(), self.names(SECURE))

    def test_verb(self):
        self.assertEqual(self.program.succeed('cache', 'list').text, '')
        self.assertFalse(os.path.exists(self.cache))
        self.outcomes(SECURE, DENIED)
        listed = self.program.succeed('--json', 'cache', 'list').json
        self.assertEqual(sorted(a['owner_name'].lower() for a in listed['answers']),
                         self.names(SECURE, DENIED))
        self.assertEqual({a['dns'] for a in listed['answers']}, {'secure-records', 'secure-denial'})
        self.assertEqual((listed['file'], listed['count']), (self.file, 2))
        self.assertEqual(listed['octets'], os.path.getsize(self.file))
        self.assertIn('2 answers', self.program.succeed('cache', 'size').text)
        self.assertEqual(self.program.succeed('cache', 'clear').text, 'forgotten: 2\n')
        self.assertEqual(os.listdir(os.path.dirname(self.file)), [])
        self.asked()
        self.outcomes(SECURE)
        self.assertEqual(self.asked(), self.names(SECURE))
        self.assertEqual(self.program.run('cache', 'burn').code, USAGE)

    def test_many_at_once(self):
        """Processes that begin together, of which some are killed."""
        addresses = [f'many{number}@secure.lab' for number in range(10)]
        command = self.program.command('--json', 'lookup', *addresses)
        for _ in range(3):
            running = [subprocess.Popen(command, env=self.program.environment(),
                                        stdout=subprocess.DEVNULL) for _ in range(6)]
            for process in running[:3]:
                process.send_signal(signal.SIGKILL)
            self.assertEqual({process.wait(60) for process in running[3:]}, {DOES_NOT_HOLD})
            for process in running[:3]:
                process.wait(60)
        self.asked()
        self.assertEqual([answer['dns'] for answer in self.recipients(*addresses)],
                         ['secure-denial'] * 10)
        self.assertEqual(self.asked(), [])

    def test_read_only(self):
        """A file where the folder should be, as root may write anywhere."""
        interop.write(os.path.relpath(self.cache, interop.path('')), b'')
        for _ in range(2):
            self.assertEqual(self.outcomes(SECURE), ['secure-records'])
            self.assertEqual(self.asked(), self.names(SECURE))
        checks = self.program.run('--json', 'doctor').json['checks']
        check = next(one for one in checks if one['check'] == 'answer-cache')
        self.assertFalse(check['works'])
        self.assertFalse(check['needed'])

    def test_unreachable_is_not_remembered(self):
        self.door.rule('rcode=2')
        result = self.program.run('lookup', SECURE)
        self.assertEqual(result.code, UNKNOWN)
        self.door.clear()
        self.assertEqual(self.outcomes(SECURE), ['secure-records'])


if __name__ == '__main__':
    tap.main()
