# SPDX-License-Identifier: MPL-2.0
"""Checks that ask the compiler and clang-format."""

import os
import re
import shlex
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

from checks_c import LAYERS
from project import Complaint

# pkg-config packages behind the families of LAYERS
PACKAGES = {'glib': 'glib-2.0', 'gio': 'gio-2.0', 'gmime': 'gmime-3.0', 'nss': 'nss',
            'json-glib': 'json-glib-1.0', 'idn2': 'libidn2', 'zlib': 'zlib'}
WARNINGS = ['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Wstrict-prototypes', '-Werror']
# Other versions lay out the same configuration differently.
CLANG_FORMAT_VERSION = 14
N_JOBS = 2


def _compiler():
    return shlex.split(os.environ.get('CC', 'cc'))


def _package_flags(families):
    packages = [PACKAGES[f] for f in families if f in PACKAGES]
    done = subprocess.run(['pkg-config', '--cflags'] + packages, capture_output=True, text=True)
    return shlex.split(done.stdout)


def _layer_flags(project, layer):
    """Folders that the layer may name, and the libraries that those folders' headers name."""
    folders = (layer,) + LAYERS[layer][0]
    families = {family for folder in folders for family in LAYERS[folder][1]}
    includes = ['-I' + project.absolute(f'bridge/{folder}') for folder in folders]
    return includes + _package_flags(sorted(families))


def _first_error(words):
    match = re.search(r'error: .*', words)
    return match.group() if match else words.strip().split('\n')[0]


def _compile_header(project, path, flags):
    program = f'#include "{os.path.basename(path)}"\ntypedef int not_empty;\n'
    command = _compiler() + ['-fsyntax-only', '-x', 'c', '-'] + WARNINGS + flags
    done = subprocess.run(command, input=program, capture_output=True, text=True,
                          env={**os.environ, 'LC_ALL': 'C'})
    if done.returncode == 0:
        return None
    name = re.escape(os.path.basename(path))
    match = re.search(name + r':(\d+):\d+: (?:fatal )?error: (.*)', done.stderr)
    line = int(match.group(1)) if match else 1
    detail = match.group(2) if match else _first_error(done.stderr)
    return Complaint(path, line, 'does not compile alone; include or declare what it names\n'
                     f'    {detail}')


def check_header_alone(project):
    """Each header compiles as the only one of a file, with what its layer may use."""
    headers = [p for p in project.paths if re.match(r'bridge/\w+/[\w-]+\.h$', p)]
    headers = [p for p in headers if p.split('/')[1] in LAYERS]
    flags = {layer: _layer_flags(project, layer) for layer in {p.split('/')[1] for p in headers}}
    with ThreadPoolExecutor(N_JOBS) as pool:
        found = list(pool.map(lambda p: _compile_header(project, p, flags[p.split('/')[1]]),
                              headers))
    failing = {os.path.basename(c.path) for c in found if c}
    for complaint in filter(None, found):
        # A header that includes a failing one is not to blame for it.
        included = set(re.findall(r'#include "([^"]+)"', project.text(complaint.path)))
        if not included & failing:
            yield complaint


def clang_format():
    """The clang-format whose layout the project has, or None."""
    for name in (f'clang-format-{CLANG_FORMAT_VERSION}', 'clang-format'):
        program = shutil.which(name)
        if program is None:
            continue
        done = subprocess.run([program, '--version'], capture_output=True, text=True)
        if re.search(rf'version {CLANG_FORMAT_VERSION}\.', done.stdout):
            return program
    return None


def check_clang_format(project):
    """C is laid out by clang-format 14; nothing is checked where that is not installed."""
    program = clang_format()
    paths = [p for p in project.of_language('c') if not p.endswith('.inc')]
    if program is None or not paths:
        return
    done = subprocess.run([program, '--dry-run'] + paths, cwd=project.root, capture_output=True,
                          text=True)
    seen = set()
    for match in re.finditer(r'^(\S+?):(\d+):\d+: warning: code should be clang-formatted',
                             done.stderr, re.M):
        if match.group(1) not in seen:
            seen.add(match.group(1))
            yield Complaint(match.group(1), int(match.group(2)),
                            'not as clang-format lays it out; run clang-format -i on the file')
