#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""dns-memory.py --build FOLDER [--lookups N] [--way NAME]…: the resident memory of an engine over
many lookups, each of another name, half of them of names that are there; see README.md."""

import argparse
import importlib.util
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(HERE, '..', 'support'), os.path.join(HERE, '..', 'dns')]

# pylint: disable=wrong-import-position
import records
from universe_client import UniverseClient

WAYS = ('getdns-engine', 'unbound-engine')
AT_ONCE, STEPS = 100, 10


def asker_class():
    """That of dns-bench.py, whose name is no module's."""
    spec = importlib.util.spec_from_file_location('dns_bench', os.path.join(HERE, 'dns-bench.py'))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Asker


def names(first):
    """Owner names: the users of the universe, and names that are not there."""
    for i in range(first, first + AT_ONCE):
        address = f'user{i // 2 % 200}@secure.lab' if i % 2 else f'nobody{i}@nsec3.lab'
        yield records.owner_name(address).rstrip('.')


def watch(asker, n_lookups):
    """Prints a line for each tenth."""
    done, secure = 0, 0
    step = n_lookups // STEPS
    while done < n_lookups:
        _, n_secure, memory = asker.ask(list(names(done)))
        done += AT_ONCE
        secure += n_secure
        if done == AT_ONCE or done % step < AT_ONCE:
            print(f'{done:8} lookups  {memory:7.2f} MB  {done - secure} not secure', flush=True)


def main():
    """Runs each engine."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument('--build', required=True)
    parser.add_argument('--lookups', type=int, default=100000)
    parser.add_argument('--way', action='append', choices=WAYS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix='dns-memory-') as folder:
        universe = UniverseClient(os.path.join(folder, 'universe'))
        for way in arguments.way or WAYS:
            print(way)
            asker = asker_class()(os.path.abspath(arguments.build), way,
                                  universe.about['server'], universe.about['trust_anchor'], False)
            watch(asker, arguments.lookups)
            asker.stop()
        universe.stop()


if __name__ == '__main__':
    main()
