# SPDX-License-Identifier: MPL-2.0
"""What cms-process.py measures: the messages, and each program's command line for a row."""

import base64
import os
import shutil
import subprocess
from dataclasses import dataclass, field

import openssl
from gpgsm import PASSWORD, Gpgsm
from interop import Person
from workspace import new_program, path, write

ROWS = ('sign', 'verify', 'encrypt to 1', 'encrypt to 50', 'decrypt mail', 'decrypt DER',
        'decrypt DER, GCM')
PEERS = ('openssl', 'gpgsm', 'cmsutil')
ADDRESS = 'alice@example.org'
N_RECIPIENTS = 50
HEADER = (f'From: {ADDRESS}\r\nTo: bob@example.org\r\nSubject: bench\r\nMIME-Version: 1.0\r\n'
          'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n')


@dataclass
class Command:
    """A program's words, the file that it reads on standard input, and files that it leaves."""

    words: list
    input: str = None
    leftovers: list = field(default_factory=list)
    environment: dict = None


@dataclass
class World:
    """Who signs and reads, and the others that it is encrypted to."""

    alice: Person
    recipients: list  # files of certificates; the first is Alice's
    addresses: list


def make_world():
    """Alice's key, and certificates of others, who all have another one: of the same length."""
    alice = Person('alice', 'rsa:2048', ADDRESS)
    key = openssl.new_key(path('others.key'), 'rsa:2048')
    recipients, addresses = [alice.certificate], [ADDRESS]
    for number in range(1, N_RECIPIENTS):
        address = f'reader{number}@example.org'
        recipients.append(openssl.self_signed(path(f'{address}.pem'), key, f'/CN=reader {number}', [
            *Person.EXTENSIONS, f'subjectAltName=email:{address}']))
        addresses.append(address)
    return World(alice, recipients, addresses)


class Messages:
    """A mail of about a size, and what was made of it."""

    world = None
    program = None

    def __init__(self, n_octets):
        body = base64.encodebytes(os.urandom(n_octets * 3 // 4 * 76 // 78))
        self.plain = write('plain.eml', HEADER.encode() + body.replace(b'\n', b'\r\n'))
        self.mail = write('mail.eml', self._encrypted('-aes256', 'SMIME', '-crlfeol'))
        self.cbc = write('cbc.der', self._encrypted('-aes256', 'DER'))
        self.gcm = write('gcm.der', self._encrypted('-aes-256-gcm', 'DER'))
        alice = self.world.alice
        self.signature = write('signature.der', openssl.run(
            'cms', '-sign', '-binary', '-in', self.plain, '-signer', alice.certificate, '-inkey',
            alice.key, '-outform', 'DER'))
        self.signed = path('signed.eml')
        self.program.succeed('--output', self.signed, 'sign', self.plain)

    def _encrypted(self, cipher, form, *options):
        return openssl.run('cms', '-encrypt', cipher, '-binary', '-in', self.plain, '-outform',
                           form, *options, self.world.alice.certificate)

    def remove(self):
        """Gives the room back."""
        for name in (self.plain, self.mail, self.cbc, self.gcm, self.signature, self.signed):
            os.unlink(name)


class Bridge:
    """dane-smime itself."""

    name = 'dane-smime'

    def __init__(self, world):
        self.world = world
        self.program = new_program('bridge')
        self.program.succeed('import', world.alice.pem)

    def command(self, row, messages):
        """The Command of a row."""
        certificates = self.world.recipients[:N_RECIPIENTS if row == 'encrypt to 50' else 1]
        key = ('--key', self.world.alice.pem)
        words = {
            'sign': ('sign', messages.plain),
            'verify': ('verify', '--cert', self.world.alice.certificate, messages.signed),
            'encrypt': ('encrypt', '--cipher', 'aes-256-cbc', '--no-self',
                        *[word for one in certificates for word in ('--cert', one)],
                        messages.plain),
            'decrypt mail': ('decrypt', *key, messages.mail),
            'decrypt DER': ('decrypt', *key, messages.cbc),
            'decrypt DER, GCM': ('decrypt', *key, messages.gcm),
        }[row.partition(' to ')[0]]
        return Command(self.program.command(*words), environment=self.program.environment())

    def stop(self):
        """Nothing of it runs on."""


class Openssl:
    """openssl cms."""

    name = 'openssl'

    def __init__(self, world):
        self.world = world

    def command(self, row, messages):
        """The Command of a row."""
        alice = self.world.alice
        own = ('-inkey', alice.key, '-recip', alice.certificate)
        certificates = self.world.recipients[:N_RECIPIENTS if row == 'encrypt to 50' else 1]
        return Command(['openssl', 'cms', *{
            'sign': ('-sign', '-in', messages.plain, '-signer', alice.certificate, '-inkey',
                     alice.key),
            'verify': ('-verify', '-CAfile', alice.certificate, '-in', messages.signed),
            'encrypt': ('-encrypt', '-aes256', '-in', messages.plain, *certificates),
            'decrypt mail': ('-decrypt', '-in', messages.mail, *own),
            'decrypt DER': ('-decrypt', '-binary', '-inform', 'DER', '-in', messages.cbc, *own),
            'decrypt DER, GCM': ('-decrypt', '-binary', '-inform', 'DER', '-in', messages.gcm,
                                 *own),
        }[row.partition(' to ')[0]]])

    def stop(self):
        """Nothing of it runs on."""


class GpgsmPeer:
    """gpgsm. What its agent does with the private key is not in its processor time."""

    name = 'gpgsm'

    def __init__(self, world):
        self.home = Gpgsm(path('gpgsm'))
        self.home.import_person(world.alice)
        for certificate in world.recipients[1:]:
            self.home.import_certificate(certificate)
        self.password = write('gpgsm.password', PASSWORD.encode() + b'\n')
        self.fingerprints = [
            openssl.run('x509', '-in', one, '-noout', '-fingerprint', '-sha1').decode()
            .split('=')[1].strip().replace(':', '') for one in world.recipients]

    def command(self, row, messages):
        """The Command of a row; it reads no mail."""
        names = self.fingerprints[:N_RECIPIENTS if row == 'encrypt to 50' else 1]
        words = {
            'sign': ('--detach-sign', '-u', names[0], messages.plain),
            'verify': ('--verify', messages.signature, messages.plain),
            'encrypt': ('--cipher-algo', 'AES256', *[word for one in names for word in ('-r', one)],
                        '--encrypt', messages.plain),
            'decrypt DER': ('--decrypt', messages.cbc),
        }.get(row.partition(' to ')[0])
        return words and Command(
            ['gpgsm', '--homedir', self.home.home, '--batch', '--pinentry-mode', 'loopback',
             '--passphrase-fd', '0', '--output', '-', *words], self.password)

    def stop(self):
        """Ends the agent."""
        self.home.stop()


class Cmsutil:
    """cmsutil, the tool of NSS's own CMS layer."""

    name = 'cmsutil'

    def __init__(self, world):
        self.world = world
        self.store = f'sql:{path("cmsutil")}'
        os.mkdir(path('cmsutil'))
        self._run('certutil', '-N', '--empty-password')
        self._run('pk12util', '-i', world.alice.p12(PASSWORD), '-W', PASSWORD, '-K', '')
        nickname = self._run('certutil', '-L').decode().split('\n\n')[1].split('  ')[0].strip()
        self.nickname = nickname
        self._run('certutil', '-M', '-n', nickname, '-t', 'P,P,P')
        for address, certificate in list(zip(world.addresses, world.recipients))[1:]:
            self._run('certutil', '-A', '-n', address, '-t', 'P,P,P', '-a', '-i', certificate)

    def _run(self, *words):
        return subprocess.run([words[0], '-d', self.store, *words[1:]], check=True,
                              capture_output=True).stdout

    def command(self, row, messages):
        """The Command of a row; it reads no mail, and knows no GCM."""
        addresses = self.world.addresses[:N_RECIPIENTS if row == 'encrypt to 50' else 1]
        words = {
            'sign': ('-S', '-T', '-H', 'SHA256', '-N', self.nickname, '-i', messages.plain),
            'verify': ('-D', '-n', '-c', messages.plain, '-i', messages.signature),
            'encrypt': ('-E', '-r', ','.join(addresses), '-i', messages.plain),
            'decrypt DER': ('-D', '-i', messages.cbc),
        }.get(row.partition(' to ')[0])
        return words and Command(['cmsutil', words[0], '-d', self.store, *words[1:]])

    def stop(self):
        """Nothing of it runs on."""


def start(names):
    """dane-smime and the named peers that are installed, each with keys and certificates."""
    world = make_world()
    bridge = Bridge(world)
    Messages.world = world
    Messages.program = bridge.program
    kinds = {'openssl': Openssl, 'gpgsm': GpgsmPeer, 'cmsutil': Cmsutil}
    return [bridge] + [kinds[name](world) for name in names if shutil.which(name)]
