#!/usr/bin/env python3
# SPDX-License-Identifier: MPL-2.0
"""Drives dane-smime-host with the cases of this folder: OP-CASE.in.json, an array of messages, and
OP-CASE.out.json, an array of the answers that must come. README.md tells what they may hold."""

import argparse
import base64
import json
import os
import pathlib
import re
import select
import struct
import subprocess
import sys
import tempfile
import time

from silent_server import SilentServer
from web_server import WebServer

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent / 'data'
UNIVERSE = HERE.parent / 'dns' / 'universe.py'
# A host that says nothing for so long hangs.
PATIENCE = 60
LIMIT_FRAME = 1024 * 1024


class Mismatch(Exception):
    """What came is not what the case wants."""


class Universe:
    """The DNS universe of tests/dns, raised when the first case needs it."""

    def __init__(self, folder):
        self._folder = folder
        self._process = None
        self._facts = None

    def facts(self):
        if self._facts is None:
            self._process = subprocess.Popen(
                [sys.executable, str(UNIVERSE), '--dir', str(self._folder)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            line = self._process.stdout.readline()
            if not line.startswith('ready '):
                raise RuntimeError(f'the universe did not start: {line.strip()}')
            self._facts = json.loads((self._folder / 'universe.json').read_text())
        return self._facts

    def publish(self, line):
        self.facts()
        self._process.stdin.write(f'publish {line}\n')
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        if answer != 'ok':
            raise RuntimeError(f'publish: {answer}')

    def stop(self):
        if self._process is not None:
            self._process.stdin.close()
            self._process.wait(timeout=20)


class Host:
    """One dane-smime-host and the frames on its streams."""

    def __init__(self, command, environment, errors):
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=errors, env={**os.environ, **environment})
        self._buffer = b''

    def send(self, octets):
        self._process.stdin.write(octets)
        self._process.stdin.flush()

    def end_input(self):
        self._process.stdin.close()

    def _fill(self, n_octets, deadline):
        """Reads until the buffer holds that much; whether it does."""
        stream = self._process.stdout
        while len(self._buffer) < n_octets:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([stream], [], [], left)[0]:
                raise Mismatch(f'nothing for {PATIENCE} s')
            octets = stream.read1(65536)
            if not octets:
                return False
            self._buffer += octets
        return True

    def receive(self):
        """The next message; None at the end of the output."""
        deadline = time.monotonic() + PATIENCE
        if not self._fill(4, deadline):
            if self._buffer:
                raise Mismatch(f'standard output ends inside a frame: {self._buffer!r}')
            return None
        length = struct.unpack('=I', self._buffer[:4])[0]
        if not 0 < length <= LIMIT_FRAME:
            raise Mismatch(f'no frame: {self._buffer[:80]!r}')
        if not self._fill(4 + length, deadline):
            raise Mismatch(f'standard output ends inside a frame: {self._buffer[:80]!r}')
        text, self._buffer = self._buffer[4:4 + length], self._buffer[4 + length:]
        return json.loads(text.decode('utf-8', 'strict'))

    def finish(self):
        return self._process.wait(timeout=PATIENCE)

    def stop(self):
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()


def key_pair(name):
    """Key and certificate of tests/data in one PEM file."""
    certificate = base64.encodebytes((DATA / 'certificates' / f'{name}.cert.der').read_bytes())
    return (DATA / 'certificates' / f'{name}.key.pem').read_bytes() + \
        b'-----BEGIN CERTIFICATE-----\n' + certificate + b'-----END CERTIFICATE-----\n'


def tamper(message):
    """Another digit in the last full line of a message (in base64) that ends with base64."""
    text = base64.b64decode(message).decode()
    at = text.rstrip().rindex('\n') - 5
    other = 'B' if text[at] == 'A' else 'A'
    return base64.b64encode((text[:at] + other + text[at + 1:]).encode()).decode()


class Case:
    """One pair of files."""

    def __init__(self, path, profile, folder, universe):
        self.name = path.name[:-len('.in.json')]
        self._path = path
        self._folder = folder
        self._universe = universe
        self._values = {'PROFILE': str(profile), 'TMP': str(folder)}
        self._kept = {}
        self._silent_server = None
        self._web_server = None
        self.options = []
        self.environment = {}

    def _look_up(self, name, argument):
        if name == 'FILE':
            return base64.b64encode((DATA / argument).read_bytes()).decode()
        if name == 'PAIR':
            return base64.b64encode(key_pair(argument)).decode()
        if name == 'TEXT':
            return base64.b64encode(argument.encode()).decode()
        if name == 'LONG':
            octets, count = argument.rsplit('*', 1)
            return octets * int(count)
        if name == 'KEPT':
            return self._kept[argument]
        if name == 'TAMPERED':
            return tamper(self._kept[argument])
        if name == 'OWN_SILENT':
            return self._own_silent_server().name
        if name == 'OWN_WEB':
            return self._own_web_server().url
        members = {'SERVER': 'server', 'SILENT': 'silent_server', 'ANCHOR': 'trust_anchor',
                   'OTHER_ANCHOR': 'other_trust_anchor'}
        if name in members:
            return self._universe.facts()[members[name]]
        return self._values[name]

    def _own_silent_server(self):
        if self._silent_server is None:
            self._silent_server = SilentServer()
        return self._silent_server

    def _own_web_server(self):
        if self._web_server is None:
            self._web_server = WebServer()
        return self._web_server

    def stop(self):
        for server in (self._silent_server, self._web_server):
            if server is not None:
                server.stop()

    def wait_asked(self, name):
        if not self._own_silent_server().wait_asked(name, PATIENCE):
            raise Mismatch(f'the silent name server is not asked for {name} within {PATIENCE} s')

    def _substitute(self, value):
        if isinstance(value, str):
            return re.sub(r'\$\{(\w+)(?::([^}]*))?\}',
                          lambda found: self._look_up(found[1], found[2]), value)
        if isinstance(value, list):
            return [self._substitute(item) for item in value]
        if isinstance(value, dict):
            return {name: self._substitute(item) for name, item in value.items()}
        return value

    def steps(self):
        return json.loads(self._path.read_text())

    def substitute(self, value):
        return self._substitute(value)

    def expected(self):
        path = self._path.with_name(self.name + '.out.json')
        return json.loads(path.read_text())

    def prepare(self, step):
        """What a step that is no message asks of the runner; whether it was one."""
        if 'options' in step:
            self.options = self._substitute(step['options'])
        elif 'environment' in step:
            self.environment = self._substitute(step['environment'])
        elif 'write' in step:
            content = base64.b64decode(self._substitute(step.get('base64', '')))
            pathlib.Path(self._substitute(step['write'])).write_bytes(content)
        elif 'serve' in step:
            self._own_web_server().serve(step['serve'],
                                         base64.b64decode(self._substitute(step['base64'])))
        elif 'publish' in step:
            self._universe.publish(self._substitute(step['publish']))
        else:
            return False
        return True

    def match(self, expected, actual, where):
        """Raises Mismatch unless @actual is what @expected describes."""
        if isinstance(expected, dict) and isinstance(actual, dict):
            open_ended = expected.get('...') == '*'
            names = set(expected) - {'...'}
            if not open_ended and names != set(actual):
                raise Mismatch(f'{where}: has {sorted(actual)}, wanted {sorted(names)}')
            for name in sorted(names):
                if name not in actual:
                    raise Mismatch(f'{where}.{name}: missing')
                self.match(expected[name], actual[name], f'{where}.{name}')
        elif isinstance(expected, list) and isinstance(actual, list):
            if len(expected) != len(actual):
                raise Mismatch(f'{where}: {len(actual)} items, wanted {len(expected)}: {actual}')
            for index, (one, other) in enumerate(zip(expected, actual)):
                self.match(one, other, f'{where}[{index}]')
        elif not self._match_value(expected, actual):
            raise Mismatch(f'{where}: {json.dumps(actual)[:500]}, wanted {json.dumps(expected)}')

    def _match_value(self, expected, actual):
        if expected == '*':
            return True
        if not isinstance(expected, str):
            return type(expected) is type(actual) and expected == actual
        if expected.startswith('=> '):
            self._kept[expected[3:]] = actual
            return True
        if not isinstance(actual, str):
            return False
        if expected.startswith('~ '):
            return re.search(self._substitute(expected[2:]), actual, re.DOTALL) is not None
        if expected.startswith('base64 ~ '):
            text = base64.b64decode(actual).decode('utf-8', 'replace')
            return re.search(self._substitute(expected[9:]), text, re.DOTALL) is not None
        return self._substitute(expected) == actual


def frame(message):
    text = json.dumps(message).encode() if not isinstance(message, bytes) else message
    return struct.pack('=I', len(text)) + text


def raw_octets(step):
    """A step that says itself what goes onto the wire."""
    if 'octets' in step:
        return bytes.fromhex(step['octets'])
    return frame(step['text'].encode())


def is_whole(answers, wanted):
    """Whether the answer to request @wanted has come with all its parts."""
    own = [answer for answer in answers if answer.get('id') == wanted]
    heads = [answer for answer in own if 'ok' in answer]
    n_parts = sum(len(re.findall(r'"(?:\w+_)?chunks": true', json.dumps(head))) for head in heads)
    return heads and n_parts == sum(1 for answer in own if answer.get('last'))


def wait_for(host, answers, wanted):
    while not is_whole(answers, wanted):
        message = host.receive()
        if message is None:
            raise Mismatch(f'the output ended before the answer to {wanted}')
        answers.append(message)


def converse(case, host, steps, answers, expected):
    """Sends the messages, collects the answers in the order in which they came."""
    for step in steps:
        if 'wait' in step:
            wait_for(host, answers, step['wait'])
            for one in expected:
                if one.get('id') == step['wait']:
                    match_one(case, one, answers)
        elif 'asked' in step:
            case.wait_asked(step['asked'])
        elif case.prepare(step):
            continue
        elif 'octets' in step or 'text' in step:
            host.send(raw_octets(step))
        else:
            host.send(frame(case.substitute(step)))
    host.end_input()
    while (message := host.receive()) is not None:
        answers.append(message)


def match_one(case, expected, answers):
    """The first answer of the same id, and of the same part."""
    for actual in answers:
        same_part = expected.get('part') == actual.get('part') and \
            ('part' not in expected or expected.get('index') == actual.get('index'))
        if actual.get('id') == expected.get('id') and same_part and 'progress' not in actual:
            case.match(expected, actual, f'id {expected.get("id")}')
            return actual
    raise Mismatch(f'no answer for {json.dumps(expected)}; there came {json.dumps(answers)[:1500]}')


def match_answers(case, expected, answers):
    left = [answer for answer in answers if 'progress' not in answer]
    for one in expected:
        left.remove(match_one(case, one, left))
    if left:
        raise Mismatch(f'answers that nobody waits for: {json.dumps(left)[:1000]}')


def run_case(path, binary, universe):
    with tempfile.TemporaryDirectory(prefix='protocol-') as name:
        folder = pathlib.Path(name)
        case = Case(path, folder / 'profile', folder, universe)
        steps = case.steps()
        while steps and case.prepare(steps[0]):
            steps.pop(0)
        if not case.options:
            case.options = ['--offline']
        command = [binary, '--profile', str(folder / 'profile'), *case.options]
        with open(folder / 'stderr', 'w+b') as errors:
            own = {'XDG_CACHE_HOME': str(folder / 'cache')}
            host = Host(command, own | case.environment, errors)
            try:
                answers, expected = [], case.expected()
                converse(case, host, steps, answers, expected)
                match_answers(case, expected, answers)
                status = host.finish()
                if status != 0:
                    raise Mismatch(f'the host ended with {status}')
            except (Mismatch, OSError, KeyError, ValueError) as problem:
                errors.seek(0)
                said = errors.read().decode('utf-8', 'replace')
                return f'{type(problem).__name__}: {problem}\n{said[-3000:]}'.rstrip()
            finally:
                host.stop()
                case.stop()
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--binary', required=True, help='path of dane-smime-host')
    parser.add_argument('cases', nargs='*', help='names of cases; all without any')
    options = parser.parse_args()
    paths = sorted(HERE.glob('*.in.json'))
    if options.cases:
        paths = [path for path in paths if path.name[:-len('.in.json')] in options.cases]
    n_failed = 0
    print(f'1..{len(paths)}')
    with tempfile.TemporaryDirectory(prefix='universe-') as folder:
        universe = Universe(pathlib.Path(folder))
        try:
            for number, path in enumerate(paths, 1):
                problem = run_case(path, options.binary, universe)
                name = path.name[:-len('.in.json')]
                print(f'{"ok" if problem is None else "not ok"} {number} {name}', flush=True)
                if problem is not None:
                    n_failed += 1
                    print('\n'.join('# ' + line for line in problem.splitlines()), flush=True)
        finally:
            universe.stop()
    return 1 if n_failed else 0


if __name__ == '__main__':
    sys.exit(main())
