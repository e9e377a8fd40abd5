#!/usr/bin/python3 -I
# SPDX-License-Identifier: MPL-2.0
"""Runs test-*.mjs beside this file with `node --test` (18 or newer), or those that are named, and
reports each test as a line of TAP."""

import glob
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    """Becomes node, or returns the exit status."""
    node = shutil.which('node') or shutil.which('nodejs')
    if node is None:
        print('1..1\nnot ok 1 node is missing: install the package nodejs '
              '(packaging/install-dependencies test)')
        return 1
    files = sys.argv[1:] or sorted(glob.glob(os.path.join(HERE, 'test-*.mjs')))
    reporter = os.path.join(HERE, 'flat-tap.mjs')
    sys.stdout.flush()
    os.execv(node, [node, '--test', f'--test-reporter={reporter}', *files])


if __name__ == '__main__':
    sys.exit(main())
