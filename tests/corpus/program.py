# SPDX-License-Identifier: MPL-2.0
"""One run of dane-smime for one row, in a folder of its own."""

import base64
import json
import os
import signal
import subprocess
import tempfile

TIMEOUT_SECONDS = 30
EXIT_HOLDS, EXIT_DOES_NOT_HOLD, EXIT_USAGE, EXIT_NOT_FOUND_OUT = range(4)


class ProgramFailure(Exception):
    """The program crashed, hung or could not be started: a failure whatever the row expects."""


class Result:
    """What a run left behind. json is None where standard output is no JSON object."""

    def __init__(self, done):
        self.code = done.returncode
        self.stdout = done.stdout
        self.stderr = done.stderr.decode('utf-8', 'replace').strip()
        self.json = None
        try:
            value = json.loads(done.stdout)
            self.json = value if isinstance(value, dict) else None
        except ValueError:
            pass

    def get(self, *keys):
        """A member of the JSON, by names and indices; None where there is none."""
        value = self.json
        for key in keys:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def describe(self):
        last = self.stderr.splitlines()[-1] if self.stderr else ''
        return f'exit {self.code}' + (f', "{last}"' if last else '')


class Program:
    """dane-smime as one row uses it: an empty profile, no network, the row's files."""

    def __init__(self, binary, corpus, row, scratch):
        self.binary = binary
        self.corpus = corpus
        self.row = row
        self.scratch = scratch
        self.profile = os.path.join(scratch, 'profile')
        os.mkdir(self.profile)

    def _environment(self):
        own = {'HOME': self.scratch, 'XDG_DATA_HOME': self.scratch, 'TZ': 'UTC',
               'LC_ALL': 'C.UTF-8'}
        return {**os.environ, **own}

    def run(self, *arguments, json_output=True, **global_options):
        """Runs GLOBAL arguments...; global_options are given as --name value."""
        command = [self.binary, '--profile', self.profile, '--offline']
        if json_output:
            command.append('--json')
        if 'time' in self.row:
            command += ['--time', self.row['time']]
        for name, value in global_options.items():
            command += ['--' + name.replace('_', '-'), value]
        command += arguments
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=TIMEOUT_SECONDS, env=self._environment(),
                                  cwd=self.scratch)
        except subprocess.TimeoutExpired:
            raise ProgramFailure(f'timeout after {TIMEOUT_SECONDS} s') from None
        except OSError as error:
            raise ProgramFailure(f'cannot be run: {error.strerror}') from None
        if done.returncode < 0:
            raise ProgramFailure(f'crash: {signal.Signals(-done.returncode).name}')
        if b'Sanitizer' in done.stderr or b'runtime error:' in done.stderr:
            raise ProgramFailure('crash: ' + done.stderr.decode('utf-8', 'replace')[:300])
        return Result(done)

    def file(self, octets, suffix=''):
        """A new file with the octets."""
        with tempfile.NamedTemporaryFile(dir=self.scratch, suffix=suffix, delete=False) as file:
            file.write(octets)
        return file.name

    def input_file(self):
        return self.corpus.path(self.row['file'])

    def trust_options(self):
        """Anchors, further certificates, CRLs and detached content of the row."""
        options = []
        for field, option in (('trust', '--ca'), ('certs', '--cert'), ('crls', '--crl')):
            for name in self.row.get(field, []):
                options += [option, self.corpus.path(name)]
        if 'pkits' in self.row.get('tags', []):
            # PKITS: a path whose revocation cannot be found out is not valid
            options.append('--require-crl')
        if 'detached' in self.row:
            options += ['--content', self.corpus.path(self.row['detached'])]
        return options

    def key_options(self):
        """The row's keys: PKCS#12 files with their passwords, key and certificate pairs as PEM."""
        keys = self.row.get('keys', {})
        options = []
        for name, password in keys.get('p12', []):
            options += ['--key', self.corpus.path(name),
                        '--key-password-file', self.file(password.encode())]
        for key, certificate in keys.get('pem', []):
            pair = pem_key(self.corpus.octets(key)) + \
                pem(self.corpus.octets(certificate), 'CERTIFICATE')
            options += ['--key', self.file(pair, '.pem')]
        return options


def pem(octets, label):
    """PEM as it is, DER as PEM."""
    if b'-----BEGIN' in octets:
        return octets if octets.endswith(b'\n') else octets + b'\n'
    return b'-----BEGIN %s-----\n%s-----END %s-----\n' % (
        label.encode(), base64.encodebytes(octets), label.encode())


def _content_at(octets, at):
    """Offset of the content of the DER element at an offset."""
    length = octets[at + 1]
    return at + 2 + (length & 0x7f if length & 0x80 else 0)


def pem_key(octets):
    """A private key as PEM; PKCS#8 has a SEQUENCE after its version, PKCS#1 a number."""
    if b'-----BEGIN' in octets:
        return pem(octets, '')
    version = _content_at(octets, 0)
    after_version = _content_at(octets, version) + octets[version + 1]
    is_pkcs8 = octets[after_version] == 0x30
    return pem(octets, 'PRIVATE KEY' if is_pkcs8 else 'RSA PRIVATE KEY')
