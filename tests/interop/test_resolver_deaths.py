#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""The resolver program dies: by somebody's hand, or over an answer. Who asked it answers on."""

import base64
import contextlib
import json
import os
import pathlib
import signal
import struct
import subprocess
import threading
import unittest

import interop  # first: it puts the support modules on the path
import program
import tap
from universe_client import UniverseClient

USERS = [f'user{i}@secure.lab' for i in range(200)]
ENGINES = ('getdns', 'unbound')
N_KILLINGS = 4

UNIVERSE = None


def setUpModule():
    global UNIVERSE
    UNIVERSE = UniverseClient(interop.folder, '--faults')


def tearDownModule():
    if UNIVERSE:
        UNIVERSE.stop()
    interop.remove_folder()


def resolvers_of(parent):
    """Process ids of the resolver programs that a process has started."""
    found = []
    for stat in pathlib.Path('/proc').glob('[0-9]*/stat'):
        with contextlib.suppress(OSError):
            name, _, rest = stat.read_text(encoding='ascii').partition('(')[2].rpartition(')')
            state, ppid = rest.split()[:2]
            if int(ppid) == parent and name.startswith('dane-smime-res') and state != 'Z':
                found.append(int(stat.parent.name))
    return found


class Host:
    """dane-smime-host as Thunderbird has it, with the universe's name server."""

    def __init__(self, engine):
        path = os.path.join(os.path.dirname(program.binary()), 'dane-smime-host')
        environment = {**os.environ, 'HOME': interop.folder, 'XDG_DATA_HOME': interop.folder,
                       'XDG_CACHE_HOME': os.path.join(interop.folder, engine)}
        self.process = subprocess.Popen(
            [path, *UNIVERSE.options(), '--dns-engine', engine], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env=environment)

    def ask(self, op, **parameters):
        text = json.dumps({'id': 1, 'op': op, 'params': parameters}).encode()
        self.process.stdin.write(struct.pack('=I', len(text)) + text)
        self.process.stdin.flush()
        answer = {'progress': None}
        while 'progress' in answer:
            answer = self._read()
        if not answer['ok']:
            raise AssertionError(answer)
        return self._read_chunks() if answer.get('result_chunks') else answer['result']

    def _read(self):
        size, = struct.unpack('=I', self.process.stdout.read(4))
        return json.loads(self.process.stdout.read(size))

    def _read_chunks(self):
        """A result that is longer than a frame may be."""
        octets, is_last = b'', False
        while not is_last:
            chunk = self._read()
            octets += base64.b64decode(chunk['chunk'])
            is_last = chunk['last']
        return json.loads(octets)

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(60)


class Killer(threading.Thread):
    """Ends each resolver program of a process, until so many have been ended."""

    def __init__(self, parent):
        super().__init__(daemon=True)
        self.parent = parent
        self.n_killed = 0
        self.stopped = threading.Event()

    def run(self):
        while self.n_killed < N_KILLINGS and not self.stopped.wait(0.02):
            for pid in resolvers_of(self.parent):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    self.n_killed += 1

    def stop(self):
        self.stopped.set()
        self.join()


class Deaths(unittest.TestCase):
    def test_killed_during_200_lookups(self):
        """The host answers each of them, and whatever is asked next."""
        for engine in ENGINES:
            with self.subTest(engine):
                host = Host(engine)
                killer = Killer(host.process.pid)
                killer.start()
                results = host.ask('lookup', addresses=USERS)['results']
                killer.stop()
                self.assertGreater(killer.n_killed, 0)
                self.assertEqual([r['address'] for r in results], USERS)
                self.assertLessEqual({r['dns'] for r in results},
                                     {'secure-records', 'unreachable'})
                n_ready = sum(r['recipient'] == 'ready' for r in results)
                self.assertGreaterEqual(n_ready, len(USERS) - 24 * (N_KILLINGS // 3))
                after = host.ask('lookup', addresses=['alice@secure.lab'])['results']
                self.assertEqual(after[0]['recipient'], 'ready')
                self.assertEqual(len(resolvers_of(host.process.pid)), 1)
                host.close()

    def test_keytrap(self):
        """CVE-2023-50387: what costs minutes of computing costs its own address at most."""
        others = ['alice@secure.lab', *USERS[:20], 'alice@nsec3.lab']
        for engine in ENGINES:
            with self.subTest(engine):
                store = interop.new_program(
                    engine, options=[*UNIVERSE.options(), '--dns-engine', engine])
                result = store.run('--json', 'lookup', *others[:10], 'alice@keytrap.lab',
                                   *others[10:], timeout=60)
                outcomes = {r['address']: r['recipient'] for r in result.json['results']}
                self.assertIn(outcomes.pop('alice@keytrap.lab'), ('bogus', 'unreachable'))
                self.assertEqual(outcomes, {address: 'ready' for address in others})


if __name__ == '__main__':
    tap.main()
