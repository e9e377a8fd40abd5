#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""What the DNS holds, "lookup" and "record --check" tell: over the signed universe of tests/dns."""

import collections
import os
import subprocess
import threading
import time
import unittest

import interop  # first: it puts the support modules on the path
import openssl
import program
import tap
from program import DOES_NOT_HOLD, HOLDS, UNKNOWN
from universe_client import UniverseClient

from proxy_client import Proxy  # tests/dns, on the path of universe_client

UNKNOWN_RECIPIENTS = {'bogus', 'indeterminate', 'unreachable'}
DEADLINE_SECONDS = 30
SLOW_MS = 1000

UNIVERSE = None
PROGRAM = None


def setUpModule():
    global UNIVERSE, PROGRAM
    UNIVERSE = UniverseClient(interop.folder)
    PROGRAM = interop.new_program(options=UNIVERSE.options())


def tearDownModule():
    if UNIVERSE:
        UNIVERSE.stop()
    interop.remove_folder()


def exit_status(recipients):
    """The rule for the exit status of "lookup"."""
    recipients = set(recipients)
    if recipients & UNKNOWN_RECIPIENTS:
        return UNKNOWN
    return HOLDS if recipients == {'ready'} else DOES_NOT_HOLD


class Scenarios(unittest.TestCase):
    def _groups(self):
        """Scenarios by what one call can ask for."""
        groups = collections.defaultdict(list)
        for row in UNIVERSE.about['scenarios']:
            groups[row['server'], row['rr_type'], row['draft']].append(row)
        return groups.items()

    def _compare(self, row, answer):
        self.assertEqual(answer['address'], row['address'])
        self.assertEqual(answer['owner_name'].lower(), row['owner_name'])
        self.assertEqual(answer['dns'], row['outcome'], answer)
        if row['recipient']:
            self.assertEqual(answer['recipient'], row['recipient'], answer)
        if row['outcome'] == 'secure-records':
            self.assertEqual(len(answer['records']), row['records'])
        else:
            self.assertNotEqual(answer['recipient'], 'ready')

    def test_every_scenario(self):
        for (server, rr_type, draft), rows in self._groups():
            options = ['--type', rr_type, *(['--draft'] if draft else [])]
            store = program.Program(interop.path('store'), options=[
                '--dns-server', server, '--trust-anchor', UNIVERSE.about['trust_anchor']])
            result = store.run('--json', 'lookup', *options, *(row['address'] for row in rows),
                               timeout=DEADLINE_SECONDS)
            answers = result.json['results']
            self.assertEqual(len(answers), len(rows))
            for row, answer in zip(rows, answers):
                with self.subTest(row['name']):
                    self._compare(row, answer)
            with self.subTest('exit status', server=server, type=rr_type, draft=draft):
                self.assertEqual(result.code, exit_status(a['recipient'] for a in answers))

    def test_exit_status(self):
        ready, denied, bogus = 'alice@secure.lab', 'nobody@secure.lab', 'alice@bad-signature.lab'
        for addresses, code in (([ready], HOLDS), ([ready, 'user1@secure.lab'], HOLDS),
                                ([denied], DOES_NOT_HOLD), ([ready, denied], DOES_NOT_HOLD),
                                ([bogus], UNKNOWN), ([bogus, denied, ready], UNKNOWN)):
            with self.subTest(addresses=addresses):
                result = PROGRAM.run('lookup', *addresses)
                self.assertEqual(result.code, code, result)
                self.assertIn(addresses[0], result.text)

    def test_two_hundred_addresses(self):
        addresses = [f'user{i}@secure.lab' for i in range(200)]
        result = PROGRAM.succeed('--json', 'lookup', *addresses)
        self.assertEqual([a['address'] for a in result.json['results']], addresses)

    def test_the_same_address_twice(self):
        result = PROGRAM.succeed('--json', 'lookup', 'alice@secure.lab', 'alice@secure.lab')
        self.assertEqual(len(result.json['results']), 2)

    def test_over_udp(self):
        result = PROGRAM.run('--json', '--dns-udp', 'lookup', 'big@secure.lab', 'nobody@secure.lab')
        self.assertEqual([a['dns'] for a in result.json['results']],
                         ['secure-records', 'secure-denial'], result)

    def test_fields(self):
        result = PROGRAM.succeed('--json', 'lookup', 'alice@secure.lab').json['results'][0]
        types = {'address': str, 'owner_name': str, 'dns': str, 'ttl': int, 'recipient': str,
                 'records': list}
        for name, kind in types.items():
            self.assertIsInstance(result[name], kind, name)
        record = result['records'][0]
        types = {'usage': int, 'selector': int, 'matching_type': int, 'usable': bool,
                 'association_data_sha256': str, 'certificate': dict}
        for name, kind in types.items():
            self.assertIsInstance(record[name], kind, name)
        self.assertIsNone(record['reason'])
        for name, kind in (('subject', str), ('sha256', str), ('addresses', list),
                           ('not_after', str)):
            self.assertIsInstance(record['certificate'][name], kind, name)


class Advice(unittest.TestCase):
    """What is wrong with a record, or unusual, is said in words."""

    @classmethod
    def setUpClass(cls):
        cls.person = interop.Person('vera', address='vera@example.org')

    def _records(self, address):
        return PROGRAM.run('--json', 'lookup', address).json['results'][0]['records']

    def _publish(self, name, *forms):
        line = PROGRAM.succeed('owner-name', f'{name}@example.org').text.strip()
        for form in forms:
            UNIVERSE.publish(f'{line}. 60 IN SMIMEA {form}')
        return [record['advice'] or '' for record in self._records(f'{name}@example.org')]

    def test_unusable_records(self):
        advice = ' '.join(record['advice'] for record in self._records('unusable@secure.lab'))
        for words in ('usage is 0 to 3', 'selector is 0', 'matching type is 0',
                      '31 octets of data, and a SHA-256 has 32', '14 octets of data are no cert'):
            self.assertIn(words, advice)

    def test_data_of_another_kind(self):
        der = self.person.der
        with open(self.person.certificate, 'rb') as file:
            pem = file.read()
        digest = openssl.run('dgst', '-sha256', '-r', self.person.certificate).decode()[:64]
        rows = {
            f'3 0 0 {der[:200].hex()}': f'cut off, {len(der) - 200} octets are missing',
            f'3 0 0 {digest}': 'as long as a digest: matching type 1',
            f'3 0 0 {pem.hex()}': 'they are PEM text',
            f'3 1 0 {der.hex()}': 'they are a certificate: selector 0',
            f'3 0 1 {der.hex()}': 'but whole: matching type 0',
            f'3 0 2 {digest}': 'a SHA-256 is matching type 1',
            f'2 0 0 {der.hex()}': 'for a person\'s own it is usage 3',
            f'1 0 0 {der.hex()}': 'for that it is usage 3',
            f'3 0 0 {der.hex()}': 'names another address, vera@example.org, which usage 3 allows',
        }
        advice = ' | '.join(self._publish('walt', *rows))
        for form, words in rows.items():
            with self.subTest(form[:20]):
                self.assertIn(words, advice)

    def test_nothing_to_say(self):
        for address in ('alice@secure.lab', 'hash-only@secure.lab', 'u2-s0-m0@matrix.lab'):
            for record in self._records(address):
                self.assertIsNone(record['advice'], address)

    def test_digest_as_published(self):
        digests = [record['digest'] for record in self._records('hash-only@secure.lab')]
        self.assertEqual([len(digest) for digest in digests], [64, 128])

    def test_alias_to_nowhere(self):
        for options in ((), ('--dns-engine', 'unbound')):
            text = PROGRAM.run(*options, 'lookup', 'cname-dangling@secure.lab').text
            self.assertIn('NXDOMAIN: an alias leads to 6382b3cc', text)
            self.assertIn('_smimecert.elsewhere.lab', text)


class GuideProcedure(unittest.TestCase):
    def test_draft_name_and_private_type(self):
        result = PROGRAM.succeed('--json', 'lookup', '--draft', '--type', '65444',
                                 'sample@secure.lab')
        certificate = result.json['results'][0]['records'][0]['certificate']
        self.assertEqual(certificate['addresses'], ['sample@secure.lab'])

    def test_trials_of_case(self):
        result = PROGRAM.run('--json', 'lookup', '--try-case', 'carol@secure.lab',
                             'ALICE@secure.lab', 'Carol@secure.lab')
        found = {(a['address'], a['variant']): a['dns'] for a in result.json['results']}
        self.assertEqual(found, {
            ('carol@secure.lab', 'as-typed'): 'secure-denial',
            ('CAROL@secure.lab', 'upper-case'): 'secure-denial',
            ('ALICE@secure.lab', 'as-typed'): 'secure-denial',
            ('alice@secure.lab', 'lower-case'): 'secure-records',
            ('Carol@secure.lab', 'as-typed'): 'secure-records',
            ('carol@secure.lab', 'lower-case'): 'secure-denial',
            ('CAROL@secure.lab', 'upper-case'): 'secure-denial',
        })

    def test_trials_of_case_do_not_count(self):
        """The exit status is about the addresses that were asked for."""
        for address, code in {'Carol@secure.lab': 0, 'ALICE@secure.lab': 1}.items():
            with self.subTest(address):
                result = PROGRAM.run('lookup', '--try-case', address)
                self.assertEqual(result.code, code, result)

    def test_no_trials_unless_asked_for(self):
        result = PROGRAM.run('--json', 'lookup', 'ALICE@secure.lab')
        self.assertEqual([a['dns'] for a in result.json['results']], ['secure-denial'])


class Servers(unittest.TestCase):
    def _lookup(self, options, *addresses, expected):
        begin = time.monotonic()
        store = program.Program(interop.path('store'), options=options)
        result = store.run('--json', 'lookup', *addresses, timeout=DEADLINE_SECONDS)
        for answer in result.json['results']:
            self.assertIn(answer['dns'], expected, result)
            self.assertEqual(answer['recipient'], answer['dns'])
        self.assertEqual(result.code, UNKNOWN, result)
        return time.monotonic() - begin

    def test_absent_server_is_noticed_at_once(self):
        took = self._lookup(UNIVERSE.options('absent_server'), 'alice@secure.lab',
                            expected=['unreachable'])
        self.assertLess(took, 10)

    def test_one_of_two_servers_is_there(self):
        options = ['--dns-server', UNIVERSE.about['absent_server'], *UNIVERSE.options()]
        store = program.Program(interop.path('store'), options=options)
        result = store.succeed('--json', 'lookup', 'alice@secure.lab')
        self.assertEqual(result.json['results'][0]['recipient'], 'ready')

    def test_anchor_of_another_root(self):
        self._lookup(UNIVERSE.options(anchor='other_trust_anchor'), 'alice@secure.lab',
                     'nobody@secure.lab', expected=['indeterminate', 'bogus'])

    def test_anchor_as_ds(self):
        store = program.Program(interop.path('store'),
                                options=UNIVERSE.options(anchor='trust_anchor_ds'))
        store.succeed('lookup', 'alice@secure.lab')

    def test_missing_anchor(self):
        options = ['--dns-server', UNIVERSE.about['server'], '--trust-anchor', interop.path('none')]
        store = program.Program(interop.path('store'), options=options)
        result = store.run('lookup', 'alice@secure.lab')
        self.assertEqual((result.code, result.stderr.count('\n')), (UNKNOWN, 1), result)
        self.assertIn(interop.path('none'), result.stderr)

    def test_offline(self):
        store = program.Program(interop.path('store'), options=['--offline'])
        result = store.run('--json', 'lookup', 'alice@secure.lab')
        self.assertEqual(result.code, UNKNOWN, result)


def _children(pid):
    """Processes that a process started, by /proc."""
    found = []
    for name in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{name}/stat', encoding='utf-8') as file:
                # the command's name, in parentheses, may hold anything
                parent = file.read().rpartition(')')[2].split()[1]
        except OSError:
            continue
        if int(parent) == pid:
            found.append(int(name))
    return found


def _is_resolver(pid):
    try:
        with open(f'/proc/{pid}/cmdline', 'rb') as file:
            return file.read().split(b'\0')[0].endswith(b'dane-smime-resolver')
    except OSError:
        return False


class ResolverDeath(unittest.TestCase):
    """The helper process may die at any time: it costs lookups, never the program."""

    def _kill_resolvers(self, running, most, delay, killed):
        """Kills each resolver that the process starts, up to so many, each after a while."""
        while running.poll() is None and len(killed) < most:
            for child in _children(running.pid):
                if child not in killed and _is_resolver(child):
                    time.sleep(delay)
                    os.kill(child, 9)
                    killed.append(child)
            time.sleep(0.002)

    def _run(self, options, most, delay=0):
        store = program.Program(interop.path('store'), options=options)
        command = store.command('--json', 'lookup', *(f'user{i}@secure.lab' for i in range(200)))
        killed = []
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=store.environment()) as running:
            killer = threading.Thread(target=self._kill_resolvers,
                                      args=(running, most, delay, killed))
            killer.start()
            try:
                stdout, stderr = running.communicate(timeout=DEADLINE_SECONDS * 2)
            except subprocess.TimeoutExpired:
                running.kill()
                raise AssertionError('no end after the resolver died') from None
            finally:
                killer.join()
        program.check_sound(command, running.returncode, stderr)
        self.assertTrue(killed)
        return program.Result(command, running.returncode, stdout, stderr)

    def test_one_death(self):
        for delay in (0, 0.03, 0.06):
            with self.subTest(delay=delay):
                result = self._run(UNIVERSE.options(), 1, delay)
                answers = result.json['results']
                self.assertEqual(len(answers), 200)
                self.assertEqual(result.code, exit_status(a['recipient'] for a in answers), result)
                self.assertLessEqual({a['dns'] for a in answers},
                                     {'secure-records', 'unreachable'})

    def test_every_resolver_dies(self):
        """None of them lives long enough for an answer."""
        proxy = Proxy()
        self.addCleanup(proxy.stop)
        door = proxy.open(UNIVERSE.about['server'])
        door.round_trip(SLOW_MS)
        result = self._run(['--trust-anchor', UNIVERSE.about['trust_anchor'],
                            '--dns-server', door.addresses[0]], 1000)
        self.assertEqual(result.code, UNKNOWN, result)
        self.assertEqual({a['dns'] for a in result.json['results']}, {'unreachable'})

    def test_death_while_nothing_answers(self):
        result = self._run(['--dns-deadline', '5', *UNIVERSE.options('silent_server')], 1)
        self.assertEqual(result.code, UNKNOWN, result)


class RecordCheck(unittest.TestCase):
    """Publishing what "record" prints, and looking whether it is there."""

    @classmethod
    def setUpClass(cls):
        cls.erin = interop.Person('erin', address='erin@example.org')

    def _record(self, *options, address='erin@example.org'):
        return PROGRAM.run('record', address, '--cert', self.erin.certificate, *options)

    def test_every_form(self):
        forms = [(u, s, m) for u in range(4) for s in range(2) for m in range(3)]
        for usage, selector, matching in forms:
            numbers = ('--usage', usage, '--selector', selector, '--matching-type', matching)
            for generic in ((), ('--generic',)):
                name = f'u{usage}{selector}{matching}{len(generic)}@example.net'
                with self.subTest(form=(usage, selector, matching), generic=generic):
                    line = self._record(*numbers, *generic, '--ttl', 60, address=name).text
                    before = self._record(*numbers, '--check', address=name)
                    self.assertEqual(before.code, DOES_NOT_HOLD, before)
                    UNIVERSE.publish(line.strip())
                    after = self._record(*numbers, '--check', address=name)
                    self.assertEqual(after.code, HOLDS, after)

    def test_another_record_is_published(self):
        UNIVERSE.publish(self._record('--ttl', 60).text.strip())
        result = self._record('--matching-type', 1, '--check')
        self.assertEqual(result.code, DOES_NOT_HOLD, result)
        self.assertEqual(self._record('--check').code, HOLDS)

    def test_what_stands_there_instead(self):
        UNIVERSE.publish(self._record('--ttl', 60, address='instead@example.net').text.strip())
        for address, words in {'instead@example.net': 'record        3 0 0, CN=erin',
                               'expired@secure.lab': 'record        3 0 0, CN=expired',
                               'alice@bad-signature.lab': 'the signature of bad-signature.lab. ',
                               'alice@insecure.lab': 'insecure.lab. has no DS record',
                               'nobody@secure.lab': 'NXDOMAIN: the name does not exist'}.items():
            with self.subTest(address):
                result = self._record('--matching-type', 1, '--check', address=address)
                self.assertIn(words, result.text)
                self.assertNotIn('validated by DNSSEC', result.text)

    def test_draft_and_private_type(self):
        options = ('--draft', '--type', 65444, '--generic', '--ttl', 60)
        UNIVERSE.publish(self._record(*options, address='draft@example.net').text.strip())
        self.assertEqual(self._record('--draft', '--type', 65444, '--check',
                                      address='draft@example.net').code, HOLDS)
        self.assertEqual(self._record('--check', address='draft@example.net').code, DOES_NOT_HOLD)

    def test_insecure_zone(self):
        line = self._record('--ttl', 60, address='erin@insecure.lab').text
        UNIVERSE.publish(line.strip())
        result = self._record('--check', address='erin@insecure.lab')
        self.assertEqual(result.code, DOES_NOT_HOLD, result)
        self.assertIn('insecure', result.text)

    def test_bogus_and_unreachable(self):
        for address in ('alice@bad-signature.lab', 'alice@servfail.lab'):
            with self.subTest(address):
                self.assertEqual(self._record('--check', address=address).code, UNKNOWN)

    def test_line_is_what_openssl_computes(self):
        der = self.erin.der
        digest = openssl.run('dgst', '-sha256', '-r', stdin=der).decode().split()[0]
        self.assertIn(digest, self._record('--matching-type', 1).text.lower())
        spki = openssl.run('pkey', '-pubin', '-outform', 'der', stdin=openssl.run(
            'x509', '-in', self.erin.certificate, '-pubkey', '-noout'))
        self.assertIn(spki.hex(), self._record('--selector', 1).text.lower())


if __name__ == '__main__':
    tap.main()
