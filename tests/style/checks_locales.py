# SPDX-License-Identifier: MPL-2.0
"""Checks of the texts that users read: plugin/_locales."""

import json
import re

from project import Complaint

LOCALES = re.compile(r'^plugin/_locales/(\w+)/messages\.json$')
DEFAULT_LOCALE = 'en'
MANIFEST_TEXT = re.compile(r'__MSG_(\w+)__')
PAGE_TEXT = re.compile(r'data-i18n(?:-\w+)?="(\w+)"')
MODULE_TEXT = re.compile(r'\b(?:words\.text|getMessage|words\.ofError)\(\s*"(\w+)"')
LOCALE_FOLDER = 'plugin/_locales/'
WORD = re.compile(r'\w+(?:-\w+)*')
FRONT = re.compile(r'"([a-z]\w+)"|`([a-z]\w+)\$\{')
# Texts for one and for many have a name for each.
NUMBERED = re.compile(r'(\w+?)(?:One|Many)$')


def _texts_by_locale(project):
    found = {}
    for path in project.paths:
        match = LOCALES.match(path)
        if match:
            found[match.group(1)] = (path, json.loads(project.text(path)))
    return found


def _used_texts(project):
    """Pairs of (path, line, name) of texts that are named as they are."""
    for path in project.paths:
        if not path.startswith('plugin/') or LOCALES.match(path):
            continue
        for number, line in project.lines(path):
            for pattern in (MANIFEST_TEXT, PAGE_TEXT, MODULE_TEXT):
                for match in pattern.finditer(line):
                    yield path, number, match.group(1)


def check_locale_texts(project):
    """Every locale has the same texts with the same placeholders, and those that are used."""
    locales = _texts_by_locale(project)
    if DEFAULT_LOCALE not in locales:
        return
    default_path, default = locales[DEFAULT_LOCALE]
    for path, texts in locales.values():
        for name in sorted(set(default) ^ set(texts)):
            where = path if name not in texts else default_path
            yield Complaint(where, 1, f'the text "{name}" is missing')
        for name in sorted(set(default) & set(texts)):
            if _placeholders(default[name]) != _placeholders(texts[name]):
                yield Complaint(path, 1, f'"{name}" has other placeholders than'
                                f' in {default_path}')
    for path, number, name in _used_texts(project):
        if name not in default:
            yield Complaint(path, number, f'there is no text "{name}"')


def _placeholders(text):
    return sorted(set(re.findall(r'\$(\d|[A-Z_]+)', text.get('message', ''))))


def _camel(words):
    return re.sub(r'-([a-z0-9])', lambda match: match.group(1).upper(), words)


def _words_of(project, folders):
    """The words, also of several parts ("no-record", "list_column"), in the files of folders."""
    found = set()
    for path in project.paths:
        if path.startswith(folders) and not path.startswith(LOCALE_FOLDER):
            found.update(WORD.findall(MANIFEST_TEXT.sub(r'\1', project.text(path))))
    return found


def _fronts(project):
    """Beginnings of names that modules put together: "kind" as a value, `kind_${code}`."""
    found = set()
    for path in project.of_language('js'):
        if path.startswith('plugin/'):
            for match in FRONT.finditer(project.text(path)):
                found.add(match.group(1) or match.group(2).rstrip('_'))
    return found


def _is_put_together(name, fronts, codes):
    """Whether modules can make the name of a beginning and of codes that somebody writes."""
    number = NUMBERED.match(name)
    if number:
        return number.group(1) in fronts
    front, _, code = name.rpartition('_')
    return bool(front) and code in codes and (
        front in fronts or _is_put_together(front, fronts, codes))


def check_unused_texts(project):
    """Every text is named by the add-on, or can be put together by it."""
    locales = _texts_by_locale(project)
    if DEFAULT_LOCALE not in locales:
        return
    path, texts = locales[DEFAULT_LOCALE]
    named, fronts = _words_of(project, ('plugin/',)), _fronts(project)
    codes = {_camel(word) for word in _words_of(project, ('plugin/', 'ui-hooks/', 'bridge/'))}
    for name in texts:
        if name not in named and not _is_put_together(name, fronts, codes):
            yield Complaint(path, 1, f'nobody uses the text "{name}"')
