# SPDX-License-Identifier: MPL-2.0
"""Runs the program on hostile messages and tells what it took."""

import dataclasses
import functools
import os
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'support'))

# pylint: disable=wrong-import-position
import program
import shapes_files
import shapes_mail
import shapes_structure
import shapes_work
import workspace
import world
from shape import MEGABYTE, WORLD, Shape

SHAPES = [*shapes_structure.SHAPES, *shapes_mail.SHAPES, *shapes_work.SHAPES,
          *shapes_files.SHAPES]
MEGABYTES_MAX, SECONDS_MAX = 50, 1
# what stops a run that goes wrong, seconds of processor time
SECONDS_STOP = int(os.environ.get('HOSTILE_STOP', '30'))


@dataclasses.dataclass
class Cost:
    """megabytes: beyond those for a small message, and beyond the message's own."""
    n_octets: int
    code: int
    answer: str
    megabytes: float
    seconds: float


_BASELINES = {}


def prepare():
    world.make()


def finish():
    workspace.remove_folder()


def _words(shape, path):
    words = [word.format(**WORLD.files) for word in shape.options]
    return [program.binary(), '--profile', workspace.path('store'), '--offline', shape.verb,
            *words, path]


def measure(command):
    """(exit status, answer, KiB, seconds)"""
    environment = {**os.environ, 'HOME': workspace.folder, 'XDG_DATA_HOME': workspace.folder,
                   'XDG_CACHE_HOME': os.devnull, 'LC_ALL': 'C.UTF-8'}
    environment.pop('MALLOC_PERTURB_', None)  # writes to memory that the program never touches
    done = subprocess.run([os.path.join(HERE, 'measure.py'), str(SECONDS_STOP), *command],
                          capture_output=True, check=True, env=environment, timeout=600)
    shown, _, last = done.stderr.rstrip().rpartition(b'\n')
    if command[0] == program.binary():
        program.check_sound(command, 0, shown)
    code, kilobytes, seconds = last.split()
    answer = done.stdout[:150] + done.stdout[-300:] + shown[-500:]
    return int(code), answer, int(kilobytes), float(seconds)


def _baseline(shape):
    """KiB of the same for a few octets that are nothing."""
    if shape.verb not in _BASELINES:
        small = workspace.write('small', b'From: a@example.org\r\n\r\nhello\r\n')
        _BASELINES[shape.verb] = measure(_words(Shape('', shape.verb, bytes, 0, ''), small))[2]
    return _BASELINES[shape.verb]


@functools.lru_cache(maxsize=1)
def _made(make):
    """(path, number of octets): once for neighbours that differ in their verbs alone."""
    octets = make()
    return workspace.write('message', octets), len(octets)


def run(shape):
    path, n_octets = _made(shape.make)
    code, answer, kilobytes, seconds = measure(_words(shape, path))
    beyond = (kilobytes - _baseline(shape)) / 1024 - n_octets / MEGABYTE
    return Cost(n_octets, code, answer.decode('utf-8', 'replace').strip(), max(beyond, 0), seconds)


def is_cheap(cost):
    return cost.megabytes <= MEGABYTES_MAX and cost.seconds <= SECONDS_MAX


def is_right(shape, cost):
    return cost.code == shape.code and shape.says in cost.answer
