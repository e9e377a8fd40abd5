#!/usr/bin/python3 -I
# SPDX-License-Identifier: MPL-2.0
"""Counts the tests of Meson's testlog.json files, those inside TAP programs one by one; prints the
log of each that failed, and as the last line "N passed, N failed, N skipped"."""

import argparse
import collections
import json
import os
import re
import sys

TAP_LINE = re.compile(r'^(not )?ok\b(?:.*#\s*(SKIP|TODO))?', re.IGNORECASE)
PASSED, SKIPPED = ('OK', 'EXPECTEDFAIL'), ('SKIP',)


def outcome_of_line(match):
    """The outcome of one line of TAP."""
    directive = (match.group(2) or '').upper()
    if directive == 'SKIP':
        return 'skipped'
    return 'passed' if not match.group(1) or directive == 'TODO' else 'failed'


def outcomes(test):
    """How many of what one test program had."""
    result, output = test['result'], test.get('stdout') or ''
    counts = collections.Counter()
    if re.search(r'^1\.\.\d', output, re.MULTILINE):
        counts.update(outcome_of_line(match)
                      for match in map(TAP_LINE.match, output.splitlines()) if match)
    if result in SKIPPED and not counts:
        counts['skipped'] += 1
    elif result in PASSED and not counts:
        counts['passed'] += 1
    elif result not in (*PASSED, *SKIPPED) and not counts['failed']:
        counts['failed'] += 1  # it crashed, ran too long, or spoiled its protocol
    return counts


def print_log(log, test):
    """What a failed program said."""
    print(f'\n-- {os.path.basename(log)}: {test["name"]}: {test["result"]}')
    for stream in ('stdout', 'stderr'):
        if test.get(stream):
            print(test[stream].rstrip())


def main():
    """Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--failed', action='append', default=[], metavar='STEP',
                        help='count this as one that failed')
    parser.add_argument('logs', nargs='*')
    arguments = parser.parse_args()
    total = collections.Counter(failed=len(arguments.failed))
    for log in arguments.logs:
        with open(log, encoding='utf-8') as file:
            tests = [json.loads(line) for line in file if line.strip()]
        for test in tests:
            counts = outcomes(test)
            total += counts
            if counts['failed']:
                print_log(log, test)
    for step in arguments.failed:
        print(f'failed: {step}')
    print(f'{total["passed"]} passed, {total["failed"]} failed, {total["skipped"]} skipped')
    return 1 if total['failed'] or not total['passed'] else 0


if __name__ == '__main__':
    sys.exit(main())
