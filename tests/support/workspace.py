# SPDX-License-Identifier: MPL-2.0
"""A folder for the files of one test program, and programs whose homes are in it."""

import os
import shutil
import tempfile

from program import Program

# A short name: the sockets of gpg-agent stand in it.
folder = tempfile.mkdtemp(prefix='dsm-')


def remove_folder():
    shutil.rmtree(folder, ignore_errors=True)


def path(name):
    return os.path.join(folder, name)


def write(name, octets):
    """A file; gives its path."""
    with open(path(name), 'wb') as file:
        file.write(octets)
    return path(name)


def read(name):
    with open(name, 'rb') as file:
        return file.read()


def new_program(name='store', options=('--offline',)):
    os.makedirs(path(name))
    return Program(path(name), options=options)
