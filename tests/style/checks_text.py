# SPDX-License-Identifier: MPL-2.0
"""Checks that read lines: length, white space, licence, paths and hosts of one machine."""

import re

from project import Complaint

MAX_COLUMNS = 100
MAX_LINES = 600
MAX_HEADER_LINES = 250
SOURCE_LANGUAGES = ('c', 'js', 'python', 'sh', 'meson')
LICENSED_LANGUAGES = SOURCE_LANGUAGES + ('css', 'html', 'template')
ALL_LANGUAGES = LICENSED_LANGUAGES + ('text', 'json')
LICENCE_LINE = 'SPDX-License-Identifier: MPL-2.0'

URL = re.compile(r'https?://\S{30,}')
# Not where the word is a folder of a longer path, as in a test's name "/policy/root/...".
MACHINE_PATH = re.compile(r'(?<![\w.$})>*-])/(?:home|root|work|tmp)/')
TEST_TEMPORARY_PATH = re.compile(r'/tmp/')
HOST_IN_URL = re.compile(r'https?://(?:[^/@\s"\']*@)?(\[[^\]]*\]|[A-Za-z0-9._-]+)')
LOCAL_HOST = re.compile(r'(^|[.-])(mirrors?|artifactory|nexus|devpi|proxy|pypiserver)\d*([.-]|$)'
                        r'|\.(internal|intranet|corp|lan|local|home)$')
NUMERIC_HOST = re.compile(r'^(?!127\.)\d+\.\d+\.\d+\.\d+$')


def check_line_length(project):
    """No line over 100 columns."""
    for path in project.of_language(*SOURCE_LANGUAGES):
        if path.endswith('.inc'):
            continue
        for number, line in project.lines(path):
            if len(line) > MAX_COLUMNS and not URL.search(line):
                yield Complaint(path, number, f'{len(line)} columns; wrap it at {MAX_COLUMNS}')


def check_file_length(project):
    """No source over 600 lines, no header over 250; tables of data (.inc) do not count."""
    for path in project.of_language('c', 'js', 'python', 'sh'):
        if path.endswith('.inc'):
            continue
        limit = MAX_HEADER_LINES if path.endswith('.h') else MAX_LINES
        n_lines = project.text(path).count('\n')
        if n_lines > limit:
            yield Complaint(path, 1, f'{n_lines} lines, at most {limit}; split it by what it does,'
                            ' tables of data go to a .inc file')


def check_spdx(project):
    """The licence stands in the first five lines of every source."""
    for path in project.of_language(*LICENSED_LANGUAGES):
        if path.endswith('.json.in'):
            continue
        head = project.text(path).split('\n')[:5]
        if not any(LICENCE_LINE in line for line in head):
            yield Complaint(path, 1, f'no licence; begin the file with "{LICENCE_LINE}"')


def check_trailing_space(project):
    """No white space at a line's end, a newline at the file's."""
    for path in project.of_language(*ALL_LANGUAGES):
        for number, line in project.lines(path):
            if line != line.rstrip():
                yield Complaint(path, number, 'white space at the end of the line; remove it')
        text = project.text(path)
        if text and not text.endswith('\n'):
            yield Complaint(path, text.count('\n') + 1, 'no newline at the end of the file; add it')


def check_machine_path(project):
    """No absolute path of one machine; tests may name the folder for temporary files."""
    for path in project.of_language(*ALL_LANGUAGES):
        for number, line in project.lines(path):
            found = MACHINE_PATH.search(line)
            if found is None:
                continue
            if path.startswith('tests/') and TEST_TEMPORARY_PATH.fullmatch(found.group()):
                continue
            yield Complaint(path, number, f'{found.group()} is a path of one machine; '
                            'take it from an option or the environment')


def check_mirror_host(project):
    """No address of a mirror, proxy or private network."""
    for path in project.of_language(*ALL_LANGUAGES):
        for number, line in project.lines(path):
            for host in HOST_IN_URL.findall(line):
                if LOCAL_HOST.search(host.lower()) or NUMERIC_HOST.match(host):
                    yield Complaint(path, number, f'{host} is a mirror or a private host; '
                                    'name the public origin')
