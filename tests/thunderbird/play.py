#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""play.py: the world of the tests on the display that you have, to try the add-on by hand."""

import os
import sys
import types

from world import ALICE, BOB, CAROL, DAVE, World


def main():
    """Returns the exit status."""
    name = os.environ.get('DISPLAY')
    if not name:
        print('play.py: there is no display ($DISPLAY)', file=sys.stderr)
        return 1
    display = types.SimpleNamespace(name=name, stop=lambda: None)
    world = World(display=display).start()
    world.expected_errors = ['']
    print(f'Thunderbird has the accounts {ALICE} and {BOB}; {CAROL} has a certificate too, and\n'
          f'{DAVE} has none. Everything is in {world.folder}.\n'
          f'dane-smime {" ".join(world.store.options)} --profile {world.store.profile} …\n'
          'Press Enter here to end it.')
    try:
        sys.stdin.readline()
    except KeyboardInterrupt:
        pass
    world.stop()
    return 0


if __name__ == '__main__':
    sys.exit(main())
