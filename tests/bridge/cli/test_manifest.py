#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Reads the native-messaging manifest as Thunderbird does: test_manifest.py MANIFEST PROGRAM-NAME

The file's name is the name that the add-on connects to, the path is absolute, and one add-on is
allowed, by an id of the form that Thunderbird takes."""

import json
import os
import re
import sys

# NativeManifest.json and extensionID of Firefox's manifest schemas
NAME = re.compile(r'\w+(\.\w+)*')
ADDON_ID = re.compile(r'[A-Za-z0-9._-]*@[A-Za-z0-9._-]+')


def main():
    path, program = sys.argv[1:]
    with open(path, encoding='utf-8') as file:
        manifest = json.load(file)
    name = os.path.basename(path).removesuffix('.json')
    ids = manifest['allowed_extensions']
    checks = {
        'members': set(manifest) == {'name', 'description', 'path', 'type', 'allowed_extensions'},
        'name': manifest['name'] == name and NAME.fullmatch(name),
        'path': os.path.isabs(manifest['path']) and os.path.basename(manifest['path']) == program,
        'type': manifest['type'] == 'stdio',
        'allowed-extensions': len(ids) == 1 and ADDON_ID.fullmatch(ids[0]),
    }
    print(f'1..{len(checks)}')
    for number, (what, holds) in enumerate(checks.items(), 1):
        print(f'{"ok" if holds else "not ok"} {number} {what}')
    return 0 if all(checks.values()) else 1


if __name__ == '__main__':
    sys.exit(main())
