#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Compares manual pages with the programs: test_man.py PAGE [PROGRAM]

groff must take the page without a warning. Every verb and option that PROGRAM's --help prints has
to stand in the page, that of a verb where the verb is described, and no other option does."""

import re
import subprocess
import sys

OPTION = re.compile(r'(?<![\w-])--([a-z][a-z0-9-]*)')
HELP_OPTION = re.compile(r'^  (?:-\w, )?--([a-z][a-z0-9-]*)', re.MULTILINE)
HELP_VERB = re.compile(r'^  ([a-z][a-z-]*)  ', re.MULTILINE)
# a verb's own: "  drs frame         Show …"
HELP_SUBVERB = re.compile(r'^  ([a-z]+ [a-z]+)  ', re.MULTILINE)
# of GLib, for the parts of a verb's help
HELP_OF_HELP = {'help-all', 'help-global'}


def groff_complaints(page):
    """What groff has to say, warnings included."""
    done = subprocess.run(['groff', '-man', '-Tutf8', '-ww', page], capture_output=True,
                          text=True, check=False)
    complaints = done.stderr.splitlines()
    # quotation marks of macros that got into the text
    complaints += [line.strip() for line in done.stdout.splitlines() if '["' in line]
    return complaints or ([f'exit status {done.returncode}'] if done.returncode else [])


def read_page(path):
    """The page's section headings and their text, as it is printed."""
    with open(path, encoding='utf-8') as file:
        text = file.read().replace('\\-', '-').replace('\\fR', '').replace('\\fP', '')
    parts = re.split(r'^\.SH "?([^"\n]*)"?$', text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def read_verbs(section):
    """Verb → what the page says of it."""
    parts = re.split(r'^\.TP\n\.BR? ([a-z][a-z-]*)(?= "|\n)', section, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def help_of(program, *verb):
    done = subprocess.run([program, *verb, '--help'], capture_output=True, text=True, check=True)
    return done.stdout


def options_of(program, verb):
    """All that --help of a verb prints, and of the verbs that are its own."""
    text = help_of(program, verb)
    found = set(HELP_OPTION.findall(text))
    for words in HELP_SUBVERB.findall(text):
        if words.startswith(verb + ' '):
            found |= set(HELP_OPTION.findall(help_of(program, *words.split())))
    return found


def compare(where, printed, described, allowed=frozenset()):
    """Complaints about options of --help and of the page that do not agree."""
    for name in sorted(printed - described):
        yield f'{where}: --{name} is missing in the page'
    for name in sorted(described - printed - allowed):
        yield f'{where}: --{name} stands in the page, but not in --help'


def program_complaints(program, page):
    """Complaints about the global options, the list of verbs, and each verb."""
    sections = read_page(page)
    text = help_of(program)
    options = set(HELP_OPTION.findall(text))
    heading = 'GLOBAL OPTIONS' if 'GLOBAL OPTIONS' in sections else 'OPTIONS'
    headed = set(re.findall(r'^\.TP\n\..*?--([a-z][a-z0-9-]*)', sections[heading], re.MULTILINE))
    yield from compare('global', options, headed)
    printed = HELP_VERB.findall(text.split('Verbs:')[1]) if 'Verbs:' in text else []
    described = read_verbs(sections.get('VERBS', ''))
    for verb in sorted(set(printed) ^ set(described)):
        yield f'{verb}: a verb in --help or in the page, but not in both'
    for verb in printed:
        found = options_of(program, verb) - HELP_OF_HELP - options
        told = set(OPTION.findall(described.get(verb, '')))
        yield from compare(verb, found, told, options)


def main():
    page, *programs = sys.argv[1:]
    checks = [('groff', groff_complaints(page))]
    checks += [('options', list(program_complaints(program, page))) for program in programs]
    print(f'1..{len(checks)}')
    for number, (name, complaints) in enumerate(checks, 1):
        print(f'{"not ok" if complaints else "ok"} {number} {name}')
        for complaint in complaints:
            print(f'# {complaint}')
    return 1 if any(complaints for _, complaints in checks) else 0


if __name__ == '__main__':
    sys.exit(main())
