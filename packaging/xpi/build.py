#!/usr/bin/python3 -I
# SPDX-License-Identifier: MPL-2.0
"""Makes the add-on: FILE.xpi, and the same unpacked in a folder, from plugin/ and ui-hooks/.

The same sources give the same octets: names are sorted, moments fixed. Documentation and types stay
out. The manifest gets the project's version; its id must be the one that may start the host, and
every file that it names must be there."""

import argparse
import json
import os
import shutil
import sys
import zipfile

LEFT_OUT_FOLDERS = {'types', 'node_modules'}
LEFT_OUT_SUFFIXES = ('.md', '.d.ts', '.orig', '.rej')
LEFT_OUT_NAMES = {'tsconfig.json', 'package.json'}
NAMED_SUFFIXES = ('.css', '.html', '.js', '.json', '.mjs', '.png', '.svg')
MOMENT = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can tell


class XpiError(Exception):
    """The add-on can't be made of these sources."""


def files_below(folder, into=''):
    """Pairs of name in the add-on and path."""
    found = []
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders
                            if name not in LEFT_OUT_FOLDERS and not name.startswith(('.', '_b')))
        for name in names:
            if (name.startswith('.') or name.endswith(LEFT_OUT_SUFFIXES)
                    or name in LEFT_OUT_NAMES):
                continue
            full = os.path.join(path, name)
            inside = os.path.join(into, os.path.relpath(full, folder))
            found.append((inside.replace(os.sep, '/'), full))
    return found


def named_files(value):
    """The files that a part of the manifest names."""
    if isinstance(value, dict):
        return [name for member in value.values() for name in named_files(member)]
    if isinstance(value, list):
        return [name for member in value for name in named_files(member)]
    if isinstance(value, str) and value.endswith(NAMED_SUFFIXES):
        return [value.lstrip('/')]
    return []


def manifest(path, names, version, addon_id):
    """The octets of the add-on's manifest; raises if it does not fit."""
    with open(path, encoding='utf-8') as file:
        content = json.load(file)
    own_id = content['browser_specific_settings']['gecko']['id']
    if own_id != addon_id:
        raise XpiError(f'{path}: the id is {own_id}, and {addon_id} may start the host')
    missing = sorted(set(named_files(content)) - names)
    if missing:
        raise XpiError(f'{path} names files that are not there: {", ".join(missing)}')
    content['version'] = version
    return (json.dumps(content, ensure_ascii=False, indent=2) + '\n').encode()


def collect(source, version, addon_id):
    """All files of the add-on: pairs of name and octets, sorted."""
    found = files_below(os.path.join(source, 'plugin'))
    found += files_below(os.path.join(source, 'ui-hooks'), 'ui-hooks')
    names = {name for name, _ in found}
    contents = {}
    for name, path in found:
        if name == 'manifest.json':
            contents[name] = manifest(path, names, version, addon_id)
            continue
        with open(path, 'rb') as file:
            contents[name] = file.read()
    return sorted(contents.items()), [path for _, path in found]


def write_xpi(path, contents):
    with zipfile.ZipFile(path, 'w') as archive:
        for name, octets in contents:
            entry = zipfile.ZipInfo(name, MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, octets, compresslevel=9)


def write_unpacked(folder, contents):
    """Files that are in no add-on any more go."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, octets in contents:
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as file:
            file.write(octets)


def write_dependencies(path, target, sources):
    """A file that tells ninja when to make the add-on again; folders, so that new files count."""
    folders = {os.path.dirname(source) for source in sources}
    needed = ' '.join(name.replace(' ', '\\ ') for name in sorted({*sources, *folders}))
    with open(path, 'w', encoding='utf-8') as file:
        file.write(f'{target}: {needed}\n')


def main():
    """Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--source', required=True, help="the project's folder")
    parser.add_argument('--version', required=True)
    parser.add_argument('--id', required=True, help='the add-on that may start the host')
    parser.add_argument('--unpacked', required=True, help='folder to write')
    parser.add_argument('--depfile')
    parser.add_argument('xpi', nargs='+', help='file to write, once or under several names')
    arguments = parser.parse_args()
    try:
        contents, sources = collect(arguments.source, arguments.version, arguments.id)
    except (XpiError, OSError, ValueError, KeyError) as error:
        print(f'xpi: {error!r}' if isinstance(error, KeyError) else f'xpi: {error}',
              file=sys.stderr)
        return 1
    write_unpacked(arguments.unpacked, contents)
    for path in arguments.xpi:
        write_xpi(path, contents)
    if arguments.depfile:
        write_dependencies(arguments.depfile, arguments.xpi[0], sources)
    return 0


if __name__ == '__main__':
    sys.exit(main())
