#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""The groups of a corpus have the rows, and its peers the scores, that its PEERS.md gives, as TAP.

PEERS.md was written beside the rows, not by groups.py: that both agree shows that no row is counted
in a wrong line."""

import re
import sys
from collections import Counter, defaultdict

import groups
import rows

# columns of the table "S/MIME rows" after the number of rows
PEERS = ('openssl', 'openssl_native_mime', 'openssl_full_pkix', 'gpgsm', 'cmsutil')


def stated_scores(text):
    """Group -> (rows, {peer: passed}) as the table says."""
    section = text.split('## S/MIME rows', 1)[1].split('\n## ', 1)[0]
    stated = {}
    for line in section.splitlines():
        fields = [field.strip() for field in line.strip('|').split('|')]
        if len(fields) != len(PEERS) + 2 or not fields[1].isdigit() or fields[0].startswith('**'):
            continue
        scores = {peer: re.match(r'\d+', field) for peer, field in zip(PEERS, fields[2:])}
        stated[fields[0]] = (int(fields[1]), {p: int(m.group()) for p, m in scores.items() if m})
    return stated


def counted_scores(corpus):
    n_rows, passed = Counter(), defaultdict(Counter)
    for row in corpus.rows:
        group = groups.group_of(row)
        n_rows[group] += 1
        for peer, is_passed in groups.peer_passes(row).items():
            passed[group][peer] += is_passed
    return {group: (number, dict(passed[group])) for group, number in n_rows.items()}


def main():
    corpus = rows.Corpus(sys.argv[1])
    stated = stated_scores(corpus.octets('PEERS.md').decode())
    counted = counted_scores(corpus)
    print(f'1..{len(stated)}')
    n_failed = 0 if stated else 1
    for number, (group, scores) in enumerate(stated.items(), 1):
        is_same = counted.get(group) == scores
        n_failed += not is_same
        print(f'{"ok" if is_same else "not ok"} {number} {group.replace("#", "")}')
        if not is_same:
            print(f'# PEERS.md: {scores}, counted: {counted.get(group)}')
    return 1 if n_failed else 0


if __name__ == '__main__':
    sys.exit(main())
