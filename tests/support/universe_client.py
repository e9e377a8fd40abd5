# SPDX-License-Identifier: MPL-2.0
"""Raises the DNS universe of tests/dns for the tests of one file."""

import json
import os
import subprocess
import sys

DNS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'dns')
sys.path.insert(0, DNS)


class UniverseClient:
    """A running universe; `about` is its universe.json. options: more of universe.py."""

    def __init__(self, folder, *options):
        self.folder = os.path.join(folder, 'universe')
        self.process = subprocess.Popen(
            [os.path.join(DNS, 'universe.py'), '--dir', self.folder, *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if not self.process.stdout.readline().startswith('ready '):
            raise RuntimeError('the universe did not rise')
        with open(os.path.join(self.folder, 'universe.json'), encoding='utf-8') as file:
            self.about = json.load(file)

    def options(self, server='server', anchor='trust_anchor'):
        """Global options of dane-smime for a server and an anchor of universe.json."""
        return ['--dns-server', self.about[server], '--trust-anchor', self.about[anchor]]

    def command(self, line):
        """One command; raises unless it is carried out."""
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if answer != 'ok':
            raise RuntimeError(f'{line[:200]}: {answer}')

    def publish(self, line):
        self.command(f'publish {line}')

    def stop(self):
        """Takes it down and waits."""
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()
