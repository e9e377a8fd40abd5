# SPDX-License-Identifier: MPL-2.0
"""Runs dane-smime as a person would, and notices when it crashes, hangs or grumbles."""

import json
import os
import signal
import subprocess

TIMEOUT_SECONDS = 60
HOLDS, DOES_NOT_HOLD, USAGE, UNKNOWN = range(4)
NOISE = (b'Sanitizer', b'runtime error:', b'-CRITICAL', b'-WARNING', b'Assertion', b'core dumped')


class ProgramFailure(AssertionError):
    """It crashed, hung or complained of itself: wrong whatever was asked of it."""


def binary():
    """The program under test: what Meson names, else that of a build folder beside."""
    return os.environ.get('DANE_SMIME') or os.path.join(
        os.path.dirname(os.path.abspath(__file__)), '..', '..', '_b', 'bridge', 'dane-smime')


class Result:
    """What a run left behind."""

    def __init__(self, command, code, stdout, stderr):
        self.command = command
        self.code = code
        self.stdout = stdout
        self.stderr = stderr.decode('utf-8', 'replace')

    @property
    def json(self):
        """The object that --json wrote."""
        try:
            return json.loads(self.stdout)
        except ValueError:
            raise ProgramFailure(f'no JSON on standard output; {self}') from None

    @property
    def text(self):
        return self.stdout.decode('utf-8', 'replace')

    def __str__(self):
        shown = ' '.join(argument[:80] for argument in self.command[1:])
        return (f'dane-smime {shown}: exit {self.code}, {len(self.stdout)} octets of output '
                f'{self.stdout[:300]!r}, error output {self.stderr[:800]!r}')


def check_sound(command, code, stderr):
    """Raises if a finished process crashed, or says that something in it is wrong."""
    shown = ' '.join(argument[:80] for argument in command[1:])
    if code < 0:
        raise ProgramFailure(f'{shown}: {signal.Signals(-code).name}: {stderr[-2000:]!r}')
    if any(noise in stderr for noise in NOISE):
        raise ProgramFailure(f'{shown}: {stderr.decode("utf-8", "replace")[-6000:]}')


class Program:
    """dane-smime with one key store and one home of its own. Without a folder for its cache each
    run asks the DNS."""

    def __init__(self, folder, *, options=('--offline',), cache=os.devnull):
        self.folder = folder
        self.cache = cache
        self.profile = os.path.join(folder, 'profile')
        self.options = list(options)

    def environment(self):
        """No settings but the test's own reach the program."""
        return {**os.environ, 'HOME': self.folder, 'XDG_DATA_HOME': self.folder,
                'XDG_CACHE_HOME': self.cache, 'TZ': 'UTC', 'LC_ALL': 'C.UTF-8'}

    def command(self, *arguments):
        return [binary(), '--profile', self.profile, *self.options, *map(str, arguments)]

    def run(self, *arguments, stdin=b'', timeout=TIMEOUT_SECONDS):
        """Runs it with the global options of this object."""
        return self.run_bare(*self.command(*arguments)[1:], stdin=stdin, timeout=timeout)

    def run_bare(self, *arguments, stdin=b'', timeout=TIMEOUT_SECONDS, **popen):
        """Runs it with these arguments and no others. No terminal: it is to ask for nothing."""
        command = [binary(), *map(str, arguments)]
        try:
            done = subprocess.run(command, input=stdin, timeout=timeout, check=False,
                                  env=self.environment(), cwd=self.folder, start_new_session=True,
                                  **({'capture_output': True} | popen))
        except subprocess.TimeoutExpired:
            raise ProgramFailure(f'{" ".join(command)[:300]}: no end after {timeout} s') from None
        check_sound(command, done.returncode, done.stderr or b'')
        return Result(command, done.returncode, done.stdout or b'', done.stderr or b'')

    def succeed(self, *arguments, stdin=b''):
        """Runs it; anything but exit status 0 fails the test."""
        result = self.run(*arguments, stdin=stdin)
        if result.code != HOLDS:
            raise AssertionError(str(result))
        return result

    def keygen(self, address, algorithm='p-256', *options):
        """Makes a key; gives the file of its certificate (DER)."""
        self.succeed('keygen', address, '--algorithm', algorithm, *options)
        path = os.path.join(self.folder, f'{address}.der')
        self.succeed('export', address, path, '--certificate-only')
        return path

    def write(self, name, octets):
        """A file in the folder; gives its path."""
        path = os.path.join(self.folder, name)
        with open(path, 'wb') as file:
            file.write(octets)
        return path
