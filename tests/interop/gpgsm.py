# SPDX-License-Identifier: MPL-2.0
"""gpgsm as a counterpart, with a home of its own."""

import os
import subprocess

import openssl

PASSWORD = 'secret'
# Nothing on the network. trustlist.txt says which self-signed certificates are trusted.
CONFIGURATION = 'disable-crl-checks\ndisable-policy-checks\nno-secmem-warning\n'


class GpgsmFailure(AssertionError):
    """gpgsm does not accept what it was given."""


class Gpgsm:
    """One home. stop() ends its agent."""

    def __init__(self, home):
        self.home = home
        self.status = ''
        os.mkdir(home, 0o700)
        self._append('gpgsm.conf', CONFIGURATION)
        # else the agent measures for seconds how long it takes to guess passwords
        self._append('gpg-agent.conf', 's2k-count 65536\n')

    def _append(self, name, text):
        with open(os.path.join(self.home, name), 'a', encoding='utf-8') as file:
            file.write(text)

    def run(self, *arguments, stdin=b''):
        """Standard output of gpgsm; the keys' password is on a descriptor of its own."""
        reading, writing = os.pipe()
        os.write(writing, PASSWORD.encode() + b'\n')
        os.close(writing)
        command = ['gpgsm', '--homedir', self.home, '--batch', '--pinentry-mode', 'loopback',
                   '--passphrase-fd', str(reading), '--status-fd', '2', *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=60,
                              pass_fds=[reading])
        os.close(reading)
        self.status = done.stderr.decode('utf-8', 'replace')
        if done.returncode != 0:
            raise GpgsmFailure(f'gpgsm {" ".join(arguments)}: {self.status}')
        return done.stdout

    def import_certificate(self, path):
        """Imports and trusts a self-signed certificate."""
        self.run('--import', path)
        digest = openssl.run('x509', '-in', path, '-noout', '-fingerprint', '-sha1').decode()
        self._append('trustlist.txt', digest.split('=')[1].strip() + ' S relax\n')

    def import_person(self, person):
        """Imports a person's key too. RSA alone: gpgsm 2.2 crashes on others' PKCS#12 files."""
        self.import_certificate(person.certificate)
        self.run('--import', person.p12(PASSWORD, '-legacy'))

    def verify(self, signed, content=None):
        """True content of an opaque signature, or nothing of a detached one; raises unless good."""
        if content is None:
            return self.run('--output', '-', '--verify', signed)
        return self.run('--verify', signed, content)

    def stop(self):
        subprocess.run(['gpgconf', '--homedir', self.home, '--kill', 'all'], check=False,
                       timeout=20)
