#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Each check complains about its fixture exactly as fixtures/CHECK/expected says, as TAP.

A fixture is a small project; the lines of `expected` are "path:line: words the complaint begins
with". Files of the fixture that are named in no line are those that the check must leave alone."""

import os
import sys

import check
import checks_js
import checks_tools
from project import Project

FIXTURES = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'fixtures')


def _expected_lines(folder):
    with open(os.path.join(folder, 'expected'), encoding='utf-8') as file:
        return [line for line in file.read().split('\n') if line]


def _differences(name):
    folder = os.path.join(FIXTURES, name)
    if not os.path.isdir(folder):
        return [f'no fixture {folder}: nothing shows that the check finds anything']
    expected = _expected_lines(folder)
    got = check.run(Project(folder), name)
    missing = [f'missing: {line}' for line in expected if not any(g.startswith(line) for g in got)]
    unexpected = [f'unexpected: {g}' for g in got if not any(g.startswith(e) for e in expected)]
    if not expected:
        missing.append('the fixture expects nothing')
    return missing + unexpected


def _skip_reason(name):
    if name == 'clang-format' and checks_tools.clang_format() is None:
        return 'clang-format 14 is not installed'
    if name == 'javascript-types' and checks_js.type_checker() is None:
        return 'tsc is not installed'
    return None


def main():
    unknown = sorted(set(os.listdir(FIXTURES)) - set(check.CHECKS))
    names = list(check.CHECKS)
    print(f'1..{len(names) + 1}')
    n_failed = len(unknown)
    for number, name in enumerate(names, 1):
        reason = _skip_reason(name)
        differences = [] if reason else _differences(name)
        n_failed += bool(differences)
        print(f'{"not ok" if differences else "ok"} {number} {name}'
              + (f' # SKIP {reason}' if reason else ''))
        for line in differences:
            print('# ' + line.replace('\n', '\n# '))
    print(f'{"not ok" if unknown else "ok"} {len(names) + 1} fixtures belong to checks')
    for name in unknown:
        print(f'# no check {name}')
    return 1 if n_failed else 0


if __name__ == '__main__':
    sys.exit(main())
