# SPDX-License-Identifier: MPL-2.0
"""Runs the proxy of this folder; README.md has its rules."""

import os
import re
import subprocess


def binary():
    """The proxy: what Meson names, else that of a build folder beside."""
    return os.environ.get('DNS_PROXY') or os.path.join(
        os.path.dirname(os.path.abspath(__file__)), '..', '..', '_b', 'tests', 'dns', 'dns-proxy')


class Proxy:
    """A running proxy."""

    def __init__(self):
        self.process = subprocess.Popen([binary()], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self._expect('ready')

    def _expect(self, word):
        answer = self.process.stdout.readline().strip()
        first, _, rest = answer.partition(' ')
        if first != word:
            raise RuntimeError(f'the proxy says: {answer or "nothing"}')
        return rest

    def command(self, line):
        """One command; gives what stands behind "ok", or raises."""
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()
        return self._expect('ok')

    def open(self, *upstreams):
        """A door before these name servers (ADDR@PORT)."""
        return Door(self, *self.command(' '.join(['open', *upstreams])).split())

    def open_net(self, upstreams):
        """A door in a network namespace of its own: {address: name server behind its port 53}."""
        words = self.command(' '.join(['open-net', *(f'{address}={server}' for address, server
                                                     in upstreams.items())])).split()
        return Door(self, *words[:-1], net=words[-1])

    def stop(self):
        """Ends it and waits."""
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()


class Door:
    """Addresses of the proxy, and the rules there. net: None, or the file of its namespace."""

    def __init__(self, proxy, number, *addresses, net=None):
        self.proxy = proxy
        self.number = number
        self.addresses = addresses
        self.net = net

    def _command(self, verb, rest=''):
        return self.proxy.command(f'{verb} {self.number} {rest}'.strip())

    def rule(self, text):
        self._command('rule', text)

    def round_trip(self, milliseconds):
        self._command('round-trip', milliseconds)

    def loss(self, percent):
        self._command('loss', percent)

    def clear(self):
        """No rules, no round trip."""
        self._command('clear')

    def counts(self):
        """Numbers by what is counted: udp, tcp, connections, dropped, applied, type53 …"""
        return {name: int(number)
                for name, number in re.findall(r'(\w+)=(\d+)', self._command('count'))}

    def questions(self):
        """(transport, type, name) of each query, in their order."""
        rows = (text.split('/', 2) for text in self._command('questions').split())
        return [(transport, int(rr_type), name) for transport, rr_type, name in rows]

    def reset(self):
        """Counts from nothing again."""
        self._command('reset')

    def close(self):
        self._command('close')
