# SPDX-License-Identifier: MPL-2.0
"""The files of the project and what one of them is."""

import os
import re
import subprocess
from collections import namedtuple

# A complaint: line 1 where the whole file is meant.
Complaint = namedtuple('Complaint', 'path line text')

FIXTURES = 'tests/style/fixtures/'
LANGUAGES = {'.c': 'c', '.h': 'c', '.inc': 'c', '.mjs': 'js', '.js': 'js', '.py': 'python',
             '.sh': 'sh', '.css': 'css', '.html': 'html', '.in': 'template', '.md': 'text',
             '.json': 'json', '.ts': 'template', '.svg': 'template'}
MESON_NAMES = ('meson.build', 'meson_options.txt')
# Folders of octets that others wrote, or that stand for what others write.
DATA_FOLDERS = re.compile(r'^tests/(data|fuzz/[^/]+|dns/[^/]+/zones)/')


def _git_files(root):
    if not os.path.exists(os.path.join(root, '.git')):
        return None
    try:
        done = subprocess.run(['git', '-C', root, 'ls-files', '-z'], capture_output=True,
                              check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.decode().split('\0')


def _walked_files(root):
    for folder, folders, names in os.walk(root):
        folders[:] = [f for f in folders if f not in ('.git', 'node_modules')
                      and not (folder == root and f.startswith('_'))]
        for name in names:
            yield os.path.relpath(os.path.join(folder, name), root)


def _shebang_language(text):
    first = text.split('\n', 1)[0]
    if not first.startswith('#!'):
        return None
    return 'python' if 'python' in first else 'sh'


class Project:
    """The tracked files below a folder; paths are relative to it and use '/'."""

    def __init__(self, root):
        self.root = root
        listed = _git_files(root)
        if listed is None:
            listed = _walked_files(root)
        self.paths = sorted(p for p in listed if p and not p.startswith(FIXTURES)
                            and os.path.isfile(os.path.join(root, p)))
        self._texts = {}

    def exists(self, path):
        return os.path.exists(os.path.join(self.root, path))

    def absolute(self, path):
        return os.path.join(self.root, path)

    def text(self, path):
        """The file as text; an empty one where it is not UTF-8."""
        if path not in self._texts:
            try:
                with open(self.absolute(path), encoding='utf-8', newline='') as file:
                    self._texts[path] = file.read()
            except UnicodeDecodeError:
                self._texts[path] = ''
        return self._texts[path]

    def lines(self, path):
        """Pairs of line number and line."""
        return enumerate(self.text(path).split('\n'), 1)

    def language(self, path):
        """c, js, python, sh, css, html, template, meson, text, json, or None for data."""
        if DATA_FOLDERS.match(path):
            return None
        name = path.rsplit('/', 1)[-1]
        if name in MESON_NAMES:
            return 'meson'
        stem, extension = os.path.splitext(name)
        if extension:
            return LANGUAGES.get(extension) if stem else None
        return _shebang_language(self.text(path))

    def of_language(self, *languages):
        return [p for p in self.paths if self.language(p) in languages]
