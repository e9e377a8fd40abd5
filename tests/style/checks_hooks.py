# SPDX-License-Identifier: MPL-2.0
"""Checks of ui-hooks/: schema, types, code and README of a shim tell of the same."""

import json
import re

import source
from project import Complaint

CONTRACT = 'plugin/types/hooks.d.ts'
SCHEMA = re.compile(r'^ui-hooks/[\w-]+/schema\.json$')
INTERFACE = re.compile(r'^interface (\w+) \{\n(.*?)^\}', re.M | re.S)
TYPED_FUNCTION = re.compile(r'^  (\w+)\((.*?)\): Promise<', re.M | re.S)
TYPED_EVENT = re.compile(r'^  (on\w+): HookEvent<\s*\((.*?)\) =>', re.M | re.S)
NESTED = re.compile(r'\{[^{}]*\}')


def _parameters(text):
    """Names of the parameters that a signature in TypeScript has."""
    while NESTED.search(text):
        text = NESTED.sub('', text)
    return tuple(one.partition(':')[0].strip(' ?') for one in text.split(',') if one.strip())


def _typed_verbs(project):
    """By interface: line, and name -> parameters of functions and events."""
    text = source.without_comments(project.text(CONTRACT))
    index = source.LineIndex(text)
    return {match.group(1): (index.line(match.start()), {
        verb.group(1): _parameters(verb.group(2))
        for pattern in (TYPED_FUNCTION, TYPED_EVENT) for verb in pattern.finditer(match.group(2))})
            for match in INTERFACE.finditer(text)}


def _schema_verbs(namespace):
    return {verb['name']: tuple(one['name'] for one in verb.get('parameters', []))
            for kind in ('functions', 'events') for verb in namespace.get(kind, [])}


def _differences(schema_path, verbs, line, typed):
    for name in sorted(set(verbs) - set(typed)):
        yield Complaint(CONTRACT, line, f'"{name}" of {schema_path} is missing')
    for name in sorted(set(typed) - set(verbs)):
        yield Complaint(schema_path, 1, f'"{name}" of {CONTRACT} is missing')
    for name in sorted(set(typed) & set(verbs)):
        if typed[name] != verbs[name]:
            yield Complaint(schema_path, 1, f'"{name}" has other parameters than in {CONTRACT}:'
                            f' {", ".join(verbs[name])}')


def _unmade(project, schema_path, verbs):
    path = schema_path.replace('schema.json', 'implementation.js')
    code = project.text(path) if project.exists(path) else ''
    for name in sorted(verbs):
        if not re.search(rf'\b{name}\b', code):
            yield Complaint(path, 1, f'"{name}" of the schema is missing')


def check_hook_contract(project):
    """Each namespace has the same verbs in schema.json, in hooks.d.ts and in its code."""
    if not project.exists(CONTRACT):
        return
    typed = _typed_verbs(project)
    for path in filter(SCHEMA.match, project.paths):
        for namespace in json.loads(project.text(path)):
            name = namespace['namespace']
            verbs = _schema_verbs(namespace)
            yield from _unmade(project, path, verbs)
            interface = name[0].upper() + name[1:]
            if interface not in typed:
                yield Complaint(CONTRACT, 1, f'no interface {interface}')
                continue
            yield from _differences(path, verbs, *typed[interface])


def check_hook_readme(project):
    """The README of a folder in ui-hooks names its files."""
    for path in project.paths:
        folder, _, name = path.rpartition('/')
        readme = f'{folder}/README.md'
        if not path.startswith('ui-hooks/') or path == readme or name == 'schema.json':
            continue
        if not project.exists(readme):
            yield Complaint(readme, 1, 'there is none')
        elif f'`{name}`' not in project.text(readme):
            yield Complaint(readme, 1, f'it does not name `{name}`')
