#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Runs the table of faults (fault_cases.py): each row with a name server that knows all, with each
engine, and from the root. Prints the table.

Everything that comes out has to be among what the row allows, records have to be those that are
published, and the answer has to come in time. Words on the command line choose rows, modes and
engines by name."""

import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'support')]

# pylint: disable=wrong-import-position
import fault_cases
import records as r
import wire
from fault_cases import RECURSIVE, STUB
from proxy_client import Proxy
from universe_client import UniverseClient

ENGINES = ('getdns', 'unbound')
# of a lookup: for each attempt, and for all; and where nothing is to come
TIMES_MS, SHORT_TIMES_MS = (2000, 8000), (700, 2500)
# What the client of the resolver program waits besides before it ends a hanging one, and what a
# busy machine may need.
SLACK_MS = 4000 + 3000
# Rows of rules that make wait go many at a time; of others as many as there is work for.
WAITING = ('drop', 'delay', 'drip', 'announce', 'stray', 'invert=0', 'cut', 'reset', 'close')
N_WAITING, N_WORKING = 24, 3


def program(variable, path):
    """A program of the build: what Meson names, else that of a build folder beside."""
    return os.environ.get(variable) or os.path.join(HERE, '..', '..', '_b', path)


class World:
    """The universe and the proxy before it."""

    def __init__(self, folder):
        self.universe = UniverseClient(folder, '--faults')
        self.about = self.universe.about
        self.server = self.about['server']
        self.proxy = Proxy()
        self.lock = threading.Lock()  # of the proxy: a command and its answer
        self.published = {}

    def stop(self):
        self.proxy.stop()
        self.universe.stop()

    def records(self, owner):
        """The RDATA of the SMIMEA records that nsd has there, aliases followed."""
        if owner not in self.published:
            found = set()
            for octets in wire.sections(wire.ask(self.server, owner))[wire.ANSWER]:
                rr_type, rdata = wire.split(octets)
                if rr_type == r.SMIMEA:
                    found.add(rdata.hex())
            self.published[owner] = found
        return self.published[owner]

    def open(self, mode, *rules):
        """A door with these rules."""
        with self.lock:
            door = (self.proxy.open(self.server) if mode == STUB
                    else self.proxy.open_net(self.about['levels']))
            for rule in rules:
                door.rule(rule)
        return door

    def close(self, door):
        """Gives how often its rules have been applied."""
        with self.lock:
            n_applied = door.counts()['applied']
            door.close()
        return n_applied


class Run:
    """One row, one mode, one engine."""

    def __init__(self, world, case, mode, engine):
        self.world = world
        self.case = case
        self.mode = mode
        self.engine = engine
        self.name = f'{case.name} {mode} {engine}'
        self.allowed = case.by_engine.get(engine, case.expected)
        nothing_comes = self.allowed[0] == fault_cases.UNREACHABLE
        self.attempt_ms, self.deadline_ms = SHORT_TIMES_MS if nothing_comes else TIMES_MS
        self.got, self.milliseconds, self.detail, self.complaint = 'nothing', 0, '', ''

    def _command(self, doors):
        options = ['--engine', self.engine, '--anchor', self.world.about['trust_anchor'],
                   '--resolver', program('DANE_SMIME_RESOLVER', 'bridge/dane-smime-resolver'),
                   '--attempt', str(self.attempt_ms), '--deadline', str(self.deadline_ms)]
        if self.mode == RECURSIVE:
            options += ['--recursive', '--net', doors[0].net]
        for door in doors if self.mode == STUB else ():
            options += ['--server', door.addresses[0]]
        if self.case.udp:
            options.append('--udp')
        names = [self.case.address, *([self.case.then] if self.case.then else [])]
        owners = [r.owner_name(address).rstrip('.') for address in names]
        return [program('RESOLVER_ASK', 'tests/dns/resolver-ask'), *options, *owners]

    def run(self):
        """Asks, and judges what comes out."""
        doors = [self.world.open(self.mode, *rules)
                 for rules in ([self.case.before] if self.case.before else []) + [self.case.rules]]
        try:
            done = subprocess.run(self._command(doors), capture_output=True, text=True, timeout=60,
                                  check=False)
        finally:
            applied = [self.world.close(door) for door in doors]
        if done.returncode != 0:
            self.complaint = f'exit status {done.returncode}: {done.stderr[-500:]}'
            return self
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        nothing_comes = self.allowed[0] == fault_cases.UNREACHABLE
        self.attempt_ms, self.deadline_ms = SHORT_TIMES_MS if nothing_comes else TIMES_MS
        self.got, self.milliseconds = answers[0]['outcome'], answers[0]['ms']
        self.detail = answers[0]['detail'] or ''
        if (self.case.rules or self.case.before) and not sum(applied):
            self.detail = f'(never came to it) {self.detail}'.strip()
        self.complaint = self._judge(answers, done.stderr)
        return self

    def _judge(self, answers, stderr):
        """What is wrong, or ''."""
        first = answers[0]
        if first['outcome'] not in self.allowed:
            return f'{first["outcome"]} is not allowed'
        owner = r.owner_name(self.case.address)
        if first['outcome'] == fault_cases.SECURE and \
                sorted(first['records']) != sorted(self.world.records(owner)):
            return f'{len(first["records"])} records are not those that are published'
        if first['ttl'] > r.TTL:
            return f'the answer is to hold for {first["ttl"]} s'
        if first['ms'] > self.deadline_ms + SLACK_MS:
            return f'came after {first["ms"]} ms'
        if self.case.then and answers[1]['outcome'] != fault_cases.SECURE:
            return f'the next lookup gives {answers[1]["outcome"]}: {answers[1]["detail"]}'
        if self.case.survives and answers[-1]['restarts']:
            return f'the resolver program died {answers[-1]["restarts"]} times'
        explains = self.engine == 'getdns' and self.mode == STUB
        if explains and self.case.says not in (first['detail'] or ''):
            return f'the detail does not say "{self.case.says}"'
        if 'Sanitizer' in stderr or 'runtime error' in stderr:
            return stderr[-2000:]
        return ''

    def waits(self):
        """Whether it mostly does nothing."""
        return any(rule.startswith(WAITING) for rule in (*self.case.rules, *self.case.before))

    def row(self):
        """A line of the table."""
        allowed = '|'.join(self.allowed)
        return (f'{self.case.name:42} {self.mode:9} {self.engine:8} {allowed:34} {self.got:15} '
                f'{self.milliseconds:5}  {self.detail}')


def runs_of(world, words):
    """Those of the table that the words choose."""
    runs = [Run(world, case, mode, engine)
            for case in fault_cases.table(world.server)
            # from the root it is libunbound that asks, whichever is named
            for mode in case.modes for engine in (ENGINES if mode == STUB else ENGINES[1:])]
    return [run for run in runs
            if all(any(word in part for part in run.name.split()) for word in words)]


def run_all(runs):
    """Runs them beside each other."""
    with concurrent.futures.ThreadPoolExecutor(N_WAITING) as waiting, \
            concurrent.futures.ThreadPoolExecutor(N_WORKING) as working:
        futures = [(waiting if run.waits() else working).submit(run.run) for run in runs]
        return [future.result() for future in futures]


def report(runs):
    """The table, and TAP. Gives how many have failed."""
    print(f'# {"case":42} {"mode":9} {"engine":8} {"expected":34} {"got":15} {"ms":>5}')
    for number, run in enumerate(sorted(runs, key=lambda run: run.name), 1):
        print(f'# {run.row()}')
        print(f'{"not ok" if run.complaint else "ok"} {number} {run.name}')
        if run.complaint:
            print(f'# {run.complaint}')
    print(f'1..{len(runs)}')
    return sum(bool(run.complaint) for run in runs)


def main():
    """Returns the exit status."""
    if os.geteuid() != 0:
        # rights over network namespaces of its own, and over nothing else
        os.execvp('unshare', ['unshare', '--user', '--map-root-user', '--net', sys.executable,
                              '-I', os.path.abspath(__file__), *sys.argv[1:]])
    with tempfile.TemporaryDirectory(prefix='dane-smime-faults-') as folder:
        world = World(folder)
        try:
            runs = runs_of(world, sys.argv[1:])
            done = run_all(runs)
        finally:
            world.stop()
    return 1 if report(done) or not done else 0


if __name__ == '__main__':
    sys.exit(main())
