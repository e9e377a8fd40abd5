#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""cms-process.py --build FOLDER [--size SIZE]… [--row NAME]… [--peer NAME]… [--rounds N]:
dane-smime against other programs that do the same, as whole processes.

All programs of a row take turns on the same message. Prints medians of wall time, processor time
and peak resident memory, and the ratios of dane-smime to each other, turn by turn; see
README.md."""

import argparse
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'interop'), os.path.join(HERE, '..', 'support')]

# pylint: disable=wrong-import-position
import process_peers
from workspace import path, remove_folder

SIZES = {'10 KB': 10 << 10, '1 MB': 1 << 20, '25 MB': 25 << 20, '200 MB': 200 << 20}
ROUNDS = {'10 KB': 25, '1 MB': 15, '25 MB': 9, '200 MB': 3}


class Run:
    """What one run of a program cost."""

    def __init__(self, line):
        self.status, wall, processor, memory = map(int, line.split())
        self.wall = wall / 1000
        self.processor = processor / 1000
        self.memory = memory / 1024


def run(launcher, command):
    """Runs a Command once."""
    output = path('output')
    done = subprocess.run([launcher, command.input or '/dev/null', output, *command.words],
                          capture_output=True, check=False, env=command.environment)
    cost = Run(done.stdout or '-1 0 0 0')
    if cost.status != 0:
        sys.exit(f'{" ".join(command.words)[:500]}: status {cost.status}: '
                 f'{done.stderr.decode("utf-8", "replace")[-500:]}')
    for name in [output, *command.leftovers]:
        if os.path.exists(name):
            os.unlink(name)
    return cost


def quartiles(values):
    """Median, first and third quartile."""
    if len(values) < 3:
        return statistics.median(values), min(values), max(values)
    first, middle, third = statistics.quantiles(values, n=4, method='inclusive')
    return middle, first, third


def ratio(own, others, what):
    """The ratios of pairs of runs, as text."""
    middle, first, third = quartiles([getattr(mine, what) / max(getattr(its, what), 0.001)
                                      for mine, its in zip(own, others)])
    return f'{middle:.2f} ({first:.2f}-{third:.2f})'


def show(size, row, runs):
    """A line for each program of a row. @runs: name -> list of Run."""
    own = runs['dane-smime']
    for name, costs in runs.items():
        compared = '| |' if costs is own else \
            f'| {ratio(own, costs, "wall")} | {ratio(own, costs, "processor")}'
        print(f'| {size} | {row} | {name} '
              f'| {statistics.median(one.wall for one in costs):.1f} '
              f'| {statistics.median(one.processor for one in costs):.1f} '
              f'| {statistics.median(one.memory for one in costs):.1f} {compared} |', flush=True)


def measure(launcher, commands, rounds):
    """name -> list of Run. Each program begins a round as often as the others."""
    names = list(commands)
    runs = {name: [] for name in names}
    for number in range(-1, rounds):
        for index in range(len(names)):
            name = names[(number + index) % len(names)]
            cost = run(launcher, commands[name])
            if number >= 0:
                runs[name].append(cost)
    return runs


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument('--build', default=os.path.join(HERE, '..', '..', '_b'))
    parser.add_argument('--size', action='append', choices=SIZES)
    parser.add_argument('--row', action='append', choices=process_peers.ROWS)
    parser.add_argument('--peer', action='append', choices=process_peers.PEERS)
    parser.add_argument('--rounds', type=int)
    return parser.parse_args()


def main():
    """Measures all that is asked for."""
    options = parse_arguments()
    build = os.path.abspath(options.build)
    os.environ.setdefault('DANE_SMIME', os.path.join(build, 'bridge', 'dane-smime'))
    launcher = os.path.join(build, 'tests', 'bench', 'process-cost')
    peers = process_peers.start(options.peer or process_peers.PEERS)
    print('| size | operation | program | wall ms | processor ms | peak MB '
          '| dane-smime / it, wall | dane-smime / it, processor |')
    print('|---|---|---|---|---|---|---|---|')
    try:
        for size in options.size or SIZES:
            messages = process_peers.Messages(SIZES[size])
            for row in options.row or process_peers.ROWS:
                commands = {peer.name: command for peer in peers
                            if (command := peer.command(row, messages)) is not None}
                show(size, row, measure(launcher, commands, options.rounds or ROUNDS[size]))
            messages.remove()
    finally:
        for peer in peers:
            peer.stop()
        remove_folder()


if __name__ == '__main__':
    main()
