#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""How long decryption takes to fail, by the place where it fails: decrypt-timing.py [ROUNDS]

One host with the keys in its store, asked for one envelope of each kind in turn, in a new order
each round. Prints the median of each kind, and how far it is from the median of all kinds of the
same recipient and content, beside the noise: 1.25 times the standard error of such a median."""

import base64
import os
import random
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'hostile'))

# pylint: disable=wrong-import-position
import hostile
import failures
import program
import workspace
from shape import WORLD
from wire import Wire


def measure(wire, rounds):
    """Name -> milliseconds of each round."""
    times = {}
    for _ in range(rounds):
        rows = list(failures.envelopes())
        random.shuffle(rows)
        for name, _, octets in rows:
            body = base64.b64encode(failures.message(octets)).decode()
            start = time.perf_counter()
            wire.ask(op='decrypt', params={}, body={'inline': body})
            times.setdefault(name, []).append(1000 * (time.perf_counter() - start))
    return times


def group_of(name):
    """Management and content: only kinds that are alike in these may be compared."""
    return name.partition(',')[0], name.partition('; ')[2]


def noise(values):
    """Of their median."""
    kept = sorted(values)[:len(values) * 9 // 10]
    return 1.25 * statistics.pstdev(kept) / len(kept) ** 0.5


def show(times):
    groups = {}
    for name, values in times.items():
        groups.setdefault(group_of(name), []).extend(values)
    print(f'{"kind":52} {"median ms":>10} {"off by":>8} {"noise":>7}')
    for name, values in sorted(times.items(), key=lambda row: (group_of(row[0]), row[0])):
        middle = statistics.median(values)
        off = middle - statistics.median(groups[group_of(name)])
        print(f'{name:52} {middle:10.3f} {off:+8.3f} {noise(values):7.3f}')


def main():
    hostile.prepare()
    runner = program.Program(workspace.folder, options=())
    runner.profile = os.path.join(workspace.folder, 'dane-smime')  # where the host looks
    for key in ('rsa', 'ec'):
        runner.succeed('import', WORLD.files[key])
    wire = Wire()
    try:
        show(measure(wire, int(sys.argv[1]) if sys.argv[1:] else 200))
    finally:
        wire.close()
        hostile.finish()


if __name__ == '__main__':
    main()
