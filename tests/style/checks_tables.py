# SPDX-License-Identifier: MPL-2.0
"""Checks that compare lists kept in several places: fault codes, the ledger of RFC sections."""

import re

import source
from project import Complaint

FAULT_TABLE = 'bridge/host/fault.c'
PROTOCOL = 'bridge/PROTOCOL.md'
TYPES = 'plugin/types/'
LEDGER = 'bridge/RFCS'

FAULT_ROW = re.compile(r'\{\s*(\w+_quark)\s*,\s*(\w+)\s*,\s*"([^"]*)"\s*,\s*(?:TRUE|FALSE)\s*\}')
PROTOCOL_ROW = re.compile(r'^\|\s*`([^`]+)`\s*\|')
TYPE_LIST = re.compile(r'type\s+FaultCode\s*=([^;]*);')
LEDGER_STATES = ('implemented', 'by a dependency', 'wanted', 'not ours')
LEDGER_SECTION = re.compile(r'(RFC \d+|\[MS-SRPL\]|draft-[\w-]+)( (§[\w.]+|[Aa]ppendix [A-Z]))?$')


def _table_codes(project):
    """Wire code -> line in the table of the host; complaints about rows given twice."""
    text = source.without_comments(project.text(FAULT_TABLE))
    index = source.LineIndex(text)
    codes, errors, complaints = {}, set(), []
    for match in FAULT_ROW.finditer(text):
        quark, error, code = match.groups()
        line = index.line(match.start())
        if (quark, error) in errors:
            complaints.append(Complaint(FAULT_TABLE, line, f'{error} has two rows; keep one'))
        errors.add((quark, error))
        codes.setdefault(code, line)
    if not codes:
        complaints.append(Complaint(FAULT_TABLE, 1, 'no fault rows found; write them as '
                                    '{quark_function, CODE, "wire-code", TRUE|FALSE}'))
    return codes, complaints


def _protocol_codes(project):
    codes, is_inside = {}, False
    for number, line in project.lines(PROTOCOL):
        if line.startswith('## '):
            is_inside = line.strip() == '## Faults'
        match = PROTOCOL_ROW.match(line)
        if is_inside and match:
            codes.setdefault(match.group(1), number)
    return codes


def _type_codes(project):
    """Path and codes of the add-on's list, or None while there is none."""
    for path in project.paths:
        if not path.startswith(TYPES):
            continue
        text = project.text(path)
        match = TYPE_LIST.search(text)
        if match:
            start = source.LineIndex(text).line(match.start())
            codes = re.findall(r'["\']([^"\']+)["\']', match.group(1))
            return path, {code: start for code in codes}
    return None


def _compare(path, codes, other_path, other_codes):
    for code, line in sorted(codes.items()):
        if code not in other_codes:
            yield Complaint(path, line, f'"{code}" is not in {other_path}; '
                            'a code stands in all lists or in none')


def check_fault_code(project):
    """Fault table, PROTOCOL.md and the add-on's types name the same codes."""
    if not project.exists(FAULT_TABLE):
        return
    codes, complaints = _table_codes(project)
    yield from complaints
    lists = [(PROTOCOL, _protocol_codes(project))] if project.exists(PROTOCOL) else []
    if not lists:
        yield Complaint(FAULT_TABLE, 1, f'no {PROTOCOL}; list the codes there below "## Faults"')
    lists.append(_type_codes(project))
    for other in filter(None, lists):
        yield from _compare(FAULT_TABLE, codes, *other)
        yield from _compare(*other, FAULT_TABLE, codes)


def _ledger_complaints(project, line):
    fields = [field.strip() for field in line.split('|')]
    if len(fields) != 4:
        return ['not "section | state | tests | note"; give all four, "-" where there is nothing']
    section, state, tests, _ = fields
    found = []
    if not LEDGER_SECTION.match(section):
        found.append(f'"{section}" names no section; write "RFC 8162 §3"')
    if state not in LEDGER_STATES:
        found.append(f'"{state}" is no state; one of: {", ".join(LEDGER_STATES)}')
    for test in re.split(r'[,\s]+', tests):
        if test != '-' and not project.exists(test):
            found.append(f'no test {test}; name one that exists or "-"')
    return found


def check_rfc_ledger(project):
    """Every line of the ledger is whole, every section has one, and every test it names exists."""
    if not project.exists(LEDGER):
        return
    n_rows, rows_of = 0, {}
    for number, line in project.lines(LEDGER):
        if not line.strip() or line.startswith('#'):
            continue
        n_rows += 1
        section = line.split('|')[0].strip()
        if rows_of.setdefault(section, number) != number:
            yield Complaint(LEDGER, number, f'{section} stands in line {rows_of[section]} already; '
                            'make one row of both')
        for text in _ledger_complaints(project, line):
            yield Complaint(LEDGER, number, text)
    if n_rows == 0:
        yield Complaint(LEDGER, 1, 'no rows; write "section | state | tests | note"')
