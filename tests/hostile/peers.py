#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""What the same CMS objects cost openssl cms and NSS's cmsutil: peers.py [NAME]…, where these
programs are. Shapes of ASN.1 and of public keys; not of MIME, which they read otherwise."""

import os
import shutil
import subprocess
import sys

import hostile
import shapes_structure
import shapes_work
import workspace


def commands(shape, path):
    """Name of the peer -> command that reads the object like our verb."""
    nothing = os.devnull
    store = workspace.path('peer-store')
    if shape.verb == 'decrypt':
        key = shape.options[1].format(**hostile.WORLD.files)
        rows = {'openssl': ['openssl', 'cms', '-decrypt', '-inform', 'DER', '-in', path, '-recip',
                            key, '-out', nothing],
                'cmsutil': ['cmsutil', '-D', '-d', store, '-i', path, '-o', nothing]}
    else:
        rows = {'openssl': ['openssl', 'cms', '-verify', '-noverify', '-inform', 'DER', '-in',
                            path, '-out', nothing],
                'cmsutil': ['cmsutil', '-D', '-n', '-d', store, '-i', path, '-o', nothing]}
    return {name: [shutil.which(words[0]), *words[1:]]
            for name, words in rows.items() if shutil.which(words[0])}


def main():
    hostile.prepare()
    if shutil.which('certutil'):
        os.makedirs(workspace.path('peer-store'))
        subprocess.run(['certutil', '-N', '-d', workspace.path('peer-store'), '--empty-password'],
                       check=True)
    print(f'{"shape":40} {"octets":>10}  peer     {"MB":>7} {"s":>7}  exit', flush=True)
    for shape in (*shapes_structure.SHAPES, *shapes_work.SHAPES):
        if sys.argv[1:] and not shape.name.startswith(tuple(sys.argv[1:])):
            continue
        octets = shape.make()
        path = workspace.write('message', octets)
        for name, command in commands(shape, path).items():
            code, _, kilobytes, seconds = hostile.measure(command)
            print(f'{shape.name:40} {len(octets):10}  {name:8} {kilobytes / 1024:7.1f} '
                  f'{seconds:7.3f}  {code:4}', flush=True)
    hostile.finish()


if __name__ == '__main__':
    main()
