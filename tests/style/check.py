#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Checks the habits of the house that a compiler does not: check.py [--only CHECK]... [ROOT]

Each check has a folder below fixtures/ which it must complain about (test_check.py)."""

import argparse
import os
import sys

import checks_c
import checks_hooks
import checks_js
import checks_locales
import checks_tables
import checks_text
import checks_tools
from project import Project

CHECKS = {
    'layer-include': checks_c.check_layer_include,
    'forbidden-call': checks_c.check_forbidden_call,
    'function-length': checks_c.check_function_length,
    'file-length': checks_text.check_file_length,
    'nesting-depth': checks_c.check_nesting_depth,
    'line-length': checks_text.check_line_length,
    'spdx': checks_text.check_spdx,
    'header-alone': checks_tools.check_header_alone,
    'trailing-space': checks_text.check_trailing_space,
    'machine-path': checks_text.check_machine_path,
    'mirror-host': checks_text.check_mirror_host,
    'return-type-line': checks_c.check_return_type_line,
    'clang-format': checks_tools.check_clang_format,
    'fault-code': checks_tables.check_fault_code,
    'rfc-ledger': checks_tables.check_rfc_ledger,
    'experiment-length': checks_js.check_experiment_length,
    'module-globals': checks_js.check_module_globals,
    'locale-texts': checks_locales.check_locale_texts,
    'unused-texts': checks_locales.check_unused_texts,
    'hook-contract': checks_hooks.check_hook_contract,
    'hook-readme': checks_hooks.check_hook_readme,
    'javascript-types': checks_js.check_javascript_types,
}


def run(project, name):
    """The complaints of one check, as printed."""
    found = sorted(set(CHECKS[name](project)))
    return [f'{c.path}:{c.line}: {c.text} [{name}]' for c in found]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--only', action='append', choices=CHECKS, help='repeatable')
    parser.add_argument('root', nargs='?', default=os.path.join(os.path.dirname(__file__), '../..'))
    options = parser.parse_args()
    project = Project(os.path.abspath(options.root))
    complaints = [line for name in options.only or CHECKS for line in run(project, name)]
    for line in complaints:
        print(line)
    if checks_tools.clang_format() is None:
        print('note: clang-format 14 is not installed, the layout was not checked')
    if checks_js.type_checker() is None:
        print('note: tsc is not installed, the types of the add-on were not checked')
    statistics = checks_c.function_statistics(project)
    if statistics:
        print(f'note: {statistics}')
    print(f'{len(complaints)} complaints about {len(project.paths)} files')
    return 1 if complaints else 0


if __name__ == '__main__':
    sys.exit(main())
