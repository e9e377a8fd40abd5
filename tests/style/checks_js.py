# SPDX-License-Identifier: MPL-2.0
"""Checks of the add-on: experiments, modules, types."""

import re
import shutil
import subprocess

from project import Complaint
from source import masked

MAX_EXPERIMENT_LINES = 150
# What modules are handed instead: they run under node as well.
BROWSER_GLOBAL = re.compile(r'(?<![\w.$"\'/*-])(messenger|browser|document)\s*\.')
TSC_OPTIONS = ['--noEmit', '--allowJs', '--checkJs', '--target', 'es2022', '--module', 'es2022',
               '--moduleResolution', 'node', '--lib', 'es2022,dom,dom.iterable',
               '--skipLibCheck', '--noImplicitAny', 'false', '--strictNullChecks']
TSC_ERROR = re.compile(r'^(\S+?)\((\d+),\d+\): error (TS\d+: .*)$', re.M)


def check_experiment_length(project):
    """No file of a shim is over 150 lines."""
    for path in project.of_language('js'):
        n_lines = project.text(path).count('\n')
        if path.startswith('ui-hooks/') and n_lines > MAX_EXPERIMENT_LINES:
            yield Complaint(path, 1, f'{n_lines} lines, at most {MAX_EXPERIMENT_LINES} in a shim;'
                            ' split it, or move policy to plugin/modules')


def check_module_globals(project):
    """Modules of the add-on take what they need, so that tests can give it to them."""
    for path in project.of_language('js'):
        if not path.startswith('plugin/modules/'):
            continue
        for number, line in enumerate(masked(project.text(path), 'js').split('\n'), 1):
            match = BROWSER_GLOBAL.search(line)
            if match:
                yield Complaint(path, number, f'uses the global "{match.group(1)}"; take it as a'
                                ' parameter')


def type_checker():
    """The TypeScript compiler, or None."""
    return shutil.which('tsc')


def check_javascript_types(project):
    """Modules and pages agree with their JSDoc types; nothing is checked without tsc."""
    program = type_checker()
    paths = [p for p in project.paths if re.match(r'plugin/.*\.(mjs|d\.ts)$', p)]
    if program is None or not paths:
        return
    done = subprocess.run([program] + TSC_OPTIONS + paths, cwd=project.root, capture_output=True,
                          text=True)
    for match in TSC_ERROR.finditer(done.stdout):
        yield Complaint(match.group(1), int(match.group(2)), match.group(3))
