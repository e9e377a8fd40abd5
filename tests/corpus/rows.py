# SPDX-License-Identifier: MPL-2.0
"""The rows of a corpus, and what is said about those that fall short."""

import fnmatch
import json
import os


class Corpus:
    """A folder with manifest.jsonl; paths in rows are relative to it."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        with open(os.path.join(folder, 'manifest.jsonl'), encoding='utf-8') as file:
            self.rows = [json.loads(line) for line in file if line.strip()]

    def path(self, name):
        return os.path.join(self.folder, name)

    def octets(self, name):
        with open(self.path(name), 'rb') as file:
            return file.read()


def tagged_source(row):
    """Where the vector is from: the tag src-X, without its prefix."""
    return next((tag[4:] for tag in row.get('tags', []) if tag.startswith('src-')), 'other')


def read_table(path):
    """The lines of a tab-separated file without comments; none where there is no file."""
    if not os.path.exists(path):
        return []
    with open(path, encoding='utf-8') as file:
        lines = [line.rstrip('\n') for line in file]
    return [line.split('\t') for line in lines if line and not line.startswith('#')]


class Argued:
    """Why a row falls short, from lines of "row id pattern <TAB> reason"."""

    def __init__(self, path):
        self.entries = [entry for entry in read_table(path) if len(entry) == 2]

    def reason(self, row):
        for pattern, reason in self.entries:
            if fnmatch.fnmatchcase(row['id'], pattern):
                return reason
        return None
