#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""dns-bench.py --build FOLDER [--names N…] [--round-trip MS…] [--loss PERCENT…] [--way NAME…]
[--turns N] [--udp]: lookups of SMIMEA records in a signed universe behind the proxy of tests/dns.

All ways of a row take turns, and so do its losses. Prints medians and means in milliseconds, and
ratios turn by turn, with quartiles: to libunbound's own, and to the same way without loss; see
README.md."""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(HERE, '..', 'support'), os.path.join(HERE, '..', 'dns')]

# pylint: disable=wrong-import-position
import proxy_client
from universe_client import UniverseClient

ASKERS = ('getdns', 'unbound', 'getdns-engine', 'unbound-engine', 'libunbound')
PEER = 'libunbound'
TURNS = {1: 15, 10: 11, 200: 7}
# Names that a program of one process for each name is asked for at most.
NAMES_OF_PROGRAMS = 10


class Asker:
    """A running dns-ask."""

    def __init__(self, build, way, server, anchor, udp):
        environment = {**os.environ,
                       'DANE_SMIME_RESOLVER': os.path.join(build, 'bridge', 'dane-smime-resolver')}
        if udp:
            environment['DNS_ASK_UDP'] = '1'
        self.process = subprocess.Popen(
            [os.path.join(build, 'tests', 'bench', 'dns-ask'), way, server, anchor],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)

    def _say(self, line):
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()

    def forget(self):
        self._say('forget')

    def ask(self, names):
        """(milliseconds, how many were secure, resident MB)."""
        self._say(' '.join(['ask', *names]))
        microseconds, secure, _, memory = map(int, self.process.stdout.readline().split())
        return microseconds / 1000, secure, memory / (1 << 20)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


class Program:
    """A program that looks one name up."""

    def __init__(self, command):
        self.command = command

    def ask(self, names):
        """The same, with one process after the other."""
        start = time.monotonic()
        for name in names:
            subprocess.run([word.replace('NAME', name) for word in self.command], check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        return 1000 * (time.monotonic() - start), len(names), 0.0

    def forget(self):
        """Each begins anew by itself."""

    def stop(self):
        """None runs on."""


def programs(server, anchor, folder):
    """Other programs that validate, by name; those that are installed."""
    address, _, port = server.partition('@')
    keys = os.path.join(folder, 'delv.keys')
    with open(anchor, encoding='ascii') as file:
        fields = file.read().split()
    with open(keys, 'w', encoding='ascii') as file:
        at = fields.index('DNSKEY')
        file.write('trust-anchors { . static-key %s %s %s "%s"; };\n'
                   % (*fields[at + 1:at + 4], ''.join(fields[at + 4:at + 5])))
    rows = {
        'delv': ['delv', f'@{address}', '-p', port, '-a', keys, '+root=.', 'NAME', 'TYPE53'],
        'drill -S': ['drill', '-S', '-k', anchor, '-p', port, f'@{address}', 'NAME', 'TYPE53'],
        'getdns_query': ['getdns_query', '-s', f'@{address}@{port}', '-f', anchor,
                         '+dnssec_return_only_secure', 'NAME', 'SMIMEA'],
    }
    return {name: Program(command) for name, command in rows.items() if shutil.which(command[0])}


def ratio(times, others):
    """Median of the ratios turn by turn, with quartiles; an empty text if there is none."""
    if not times or not others or times is others:
        return ''
    ratios = [a / b for a, b in zip(times, others)]
    if len(ratios) < 2:
        return f'{ratios[0]:.2f}'
    low, _, high = statistics.quantiles(ratios, n=4)
    return f'{statistics.median(ratios):.2f} ({low:.2f}-{high:.2f})'


class Row:
    """What each way took for one number of names behind one kind of line."""

    def __init__(self, ways):
        self.ways = ways
        self.times = {}  # (way, what) -> milliseconds, turn by turn
        self.missed = {}  # way -> names that were not found secure

    def add(self, way, what, answer, n_names):
        milliseconds, secure, _ = answer
        self.times.setdefault((way, what), []).append(milliseconds)
        self.missed[way] = self.missed.get(way, 0) + n_names - secure


def measure_once(row, way, names, others):
    """Cold: nothing is known. Again: the same names. Zone: other names of the same zone."""
    asker = row.ways[way]
    asker.forget()
    row.add(way, 'cold', asker.ask(names), len(names))
    if isinstance(asker, Asker):
        row.add(way, 'again', asker.ask(names), len(names))
        row.add(way, 'zone', asker.ask(others), len(others))


def measure(door, rows, round_trip, names, others, turns):
    """rows: by loss. All take turns."""
    order = [(loss, way) for loss, row in rows.items() for way in row.ways]
    for turn in range(turns):
        for loss, way in order[turn % len(order):] + order[:turn % len(order)]:
            door.clear()
            door.round_trip(round_trip)
            door.loss(loss)
            measure_once(rows[loss], way, names, others)


def show(rows, title):
    """rows: by loss."""
    for loss, row in rows.items():
        for (way, what), times in row.times.items():
            peers = row.times.get((PEER, what))
            none = rows[0].times.get((way, what)) if 0 in rows else None
            print(f'| {title}, {loss} % | {what} | {way} | {statistics.median(times):.2f} | '
                  f'{statistics.mean(times):.2f} | {min(times):.2f}-{max(times):.2f} | '
                  f'{ratio(times, peers)} | {ratio(times, none)} | {row.missed[way]} | '
                  f'{len(times)} |', flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', default='_b')
    parser.add_argument('--names', type=int, action='extend', nargs='+')
    parser.add_argument('--round-trip', type=int, action='extend', nargs='+')
    parser.add_argument('--loss', type=int, action='extend', nargs='+')
    parser.add_argument('--way', action='extend', nargs='+')
    parser.add_argument('--turns', type=int)
    parser.add_argument('--udp', action='store_true', help='the bridge asks by UDP first')
    return parser.parse_args()


def main():
    options = arguments()
    build = os.path.abspath(options.build)
    os.environ['DNS_PROXY'] = os.path.join(build, 'tests', 'dns', 'dns-proxy')
    folder = tempfile.mkdtemp()
    universe = UniverseClient(folder)
    proxy = proxy_client.Proxy()
    try:
        door = proxy.open(universe.about['server'])
        (server,), anchor = door.addresses, universe.about['trust_anchor']
        owners = [row['owner_name'] for row in universe.about['scenarios']
                  if row['name'].startswith('user')]
        everything = {way: Asker(build, way, server, anchor, options.udp) for way in ASKERS}
        everything.update(programs(server, anchor, folder))
        print('| names, round trip, loss | what | way | ms | mean | from-to | of libunbound |'
              ' of no loss | not secure | turns |\n|---|---|---|---|---|---|---|---|---|---|')
        for n_names in options.names or (1, 10, 200):
            for round_trip in options.round_trip or (0, 20):
                rows = {loss: Row({way: asker for way, asker in everything.items()
                                   if way in (options.way or everything)
                                   and (isinstance(asker, Asker)
                                        or (n_names <= NAMES_OF_PROGRAMS and loss == 0))})
                        for loss in options.loss or (0, 2, 10)}
                names = owners[:n_names]
                others = owners[n_names:2 * n_names] or names
                measure(door, rows, round_trip, names, others,
                        options.turns or TURNS.get(n_names, 7))
                show(rows, f'{n_names}, {round_trip} ms')
        for asker in everything.values():
            asker.stop()
    finally:
        proxy.stop()
        universe.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == '__main__':
    main()
