#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Messages many times larger than the memory that they may take, from files and through pipes; and
what is left of them when they turn out wrong."""

import base64
import hashlib
import json
import os
import struct
import subprocess
import unittest

import bad_input  # first: it puts the support modules on the path
import messages
import program
import tap
from program import DOES_NOT_HOLD, HOLDS, UNKNOWN

N_OCTETS = 64 << 20
# What a large message may take more than a small one. Pieces, a few pages of mapped files, the
# table of pages itself; in a build with sanitizers the shadow of these, too.
MORE_OCTETS = 10 << 20
PIECE_OCTETS = 1 << 16

PROGRAM = None
CERTIFICATE = None
LARGE = None
SMALL = None


def setUpModule():
    global PROGRAM, CERTIFICATE, LARGE, SMALL
    PROGRAM = bad_input.new_program('store')
    CERTIFICATE = PROGRAM.keygen(messages.ALICE, 'rsa-2048')
    LARGE = make_message('large.eml', N_OCTETS)
    SMALL = make_message('small.eml', 1000)


def tearDownModule():
    bad_input.remove_folder()


def make_message(name, n_octets):
    """A text that needs no re-encoding, with CRLF."""
    top = messages.head(fields=['Content-Type: text/plain; charset=us-ascii'])
    block = b''.join(base64.b64encode(hashlib.sha384(b'%d' % i).digest()) + b'\r\n'
                     for i in range(1000))
    path = bad_input.path(name)
    with open(path, 'wb') as file:
        file.write(top.replace('\n', '\r\n').encode() + b'\r\n')
        while file.tell() < n_octets:
            file.write(block[:n_octets - file.tell()])
    return path


def environment():
    """What is freed is not to be kept for the sanitizer's sake: it would count."""
    options = os.environ.get('ASAN_OPTIONS', '') + ':quarantine_size_mb=1'
    return {**PROGRAM.environment(), 'ASAN_OPTIONS': options}


class Run:
    """Runs a verb over a file, with what it writes in another, and takes its peak of memory."""

    def __init__(self, verb, source, target, *, through_pipe=False, to_pipe=False):
        command = PROGRAM.command(*([] if to_pipe else ['-o', target]), *verb,
                                  *([] if through_pipe else [source]))
        feeder = subprocess.Popen(['cat', source], stdout=subprocess.PIPE) if through_pipe else None
        errors = bad_input.path('errors')
        with open(errors, 'wb') as stderr, open(target if to_pipe else os.devnull, 'wb') as out:
            process = subprocess.Popen(command, stdin=feeder.stdout if feeder else
                                       subprocess.DEVNULL, stdout=subprocess.PIPE if to_pipe
                                       else out, stderr=stderr, env=environment())
            if to_pipe:
                while piece := process.stdout.read(PIECE_OCTETS):
                    out.write(piece)
                process.stdout.close()
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if feeder:
            feeder.stdout.close()
            feeder.wait()
        self.stderr = read_file(errors)
        program.check_sound(command, process.returncode, self.stderr)
        self.code = process.returncode
        self.peak = usage.ru_maxrss * 1024


def read_file(path):
    with open(path, 'rb') as file:
        return file.read()


def digest(path):
    with open(path, 'rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()


# GCM, which a key of our own would get, holds the message in memory.
ENCRYPT = ['encrypt', '--cipher', 'aes-256-cbc', '--cert', None]
# … with nothing before the text.
ENCRYPT_AS_IT_IS = ENCRYPT + ['--no-legacy-display']
# verb, and what has to be done to the message before
VERBS = {
    'sign': (['sign'], []),
    'sign opaque': (['sign', '--opaque'], []),
    'verify': (['verify', '--cert', None], [['sign']]),
    'verify opaque': (['verify', '--cert', None], [['sign', '--opaque']]),
    'encrypt': (ENCRYPT, []),
    'decrypt': (['decrypt'], [ENCRYPT]),
    'read encrypted': (['read'], [ENCRYPT]),
}


def with_certificate(verb):
    return [CERTIFICATE if word is None else word for word in verb]


def prepare(source, steps):
    for i, step in enumerate(steps):
        target = f'{source}.{i}'
        done = Run(with_certificate(step), source, target)
        assert done.code == HOLDS, done.stderr
        source = target
    return source


class Memory(unittest.TestCase):
    """A large message takes no more memory than a small one."""

    def _check(self, **ways):
        for name, (verb, steps) in VERBS.items():
            with self.subTest(name):
                peaks = []
                for source in (SMALL, LARGE):
                    done = Run(with_certificate(verb), prepare(source, steps),
                               bad_input.path('out'), **ways)
                    self.assertEqual(done.code, HOLDS, done.stderr)
                    peaks.append(done.peak)
                self.assertLess(peaks[1] - peaks[0], MORE_OCTETS, peaks)

    def test_files(self):
        self._check()

    def test_pipes(self):
        self._check(through_pipe=True, to_pipe=True)


class RoundTrip(unittest.TestCase):
    """What went in comes out, octet for octet."""

    CIPHERS = ('aes-256-cbc', 'aes-256-gcm')

    def test_encrypt_and_decrypt(self):
        for cipher in self.CIPHERS:
            for ways in ({}, {'through_pipe': True, 'to_pipe': True}):
                with self.subTest(cipher, ways=' '.join(ways)):
                    there, back = bad_input.path('there'), bad_input.path('back')
                    verb = with_certificate(['encrypt', '--no-legacy-display', '--cipher', cipher,
                                             '--cert', None])
                    self.assertEqual(Run(verb, LARGE, there, **ways).code, HOLDS)
                    self.assertEqual(Run(['decrypt'], there, back, **ways).code, HOLDS)
                    self.assertEqual(_body(back), _body(LARGE))


def _body(path):
    """What comes after the header section; header fields change their places."""
    with open(path, 'rb') as file:
        while file.readline() not in (b'\r\n', b''):
            pass
        return hashlib.file_digest(file, 'sha256').hexdigest()


class Tampered(unittest.TestCase):
    """Nothing comes of a message that is wrong anywhere, and be it at its end."""

    def _encrypted(self, cipher):
        target = bad_input.path(cipher)
        done = Run(with_certificate(['encrypt', '--cipher', cipher, '--cert', None]), LARGE, target)
        self.assertEqual(done.code, HOLDS, done.stderr)
        return target

    def _change(self, path, at):
        """Another bit in one octet of the CMS object."""
        head, body = read_file(path).split(b'\r\n\r\n', 1)
        der = bytearray(base64.b64decode(body))
        der[at] ^= 0x40
        with open(path, 'wb') as file:
            file.write(head + b'\r\n\r\n' + base64.encodebytes(der))

    def _refused(self, path):
        for to_pipe in (False, True):
            target = bad_input.path('nothing')
            done = Run(['decrypt'], path, target, to_pipe=to_pipe)
            self.assertEqual(done.code, DOES_NOT_HOLD, done.stderr)
            self.assertIn(b'decryption failed', done.stderr)
            if to_pipe:
                self.assertEqual(os.path.getsize(target), 0)
                os.unlink(target)
            self.assertFalse(os.path.exists(target))
            left = [name for name in os.listdir(bad_input.folder) if name.startswith('nothing')]
            self.assertEqual(left, [])

    def test_tag(self):
        path = self._encrypted('aes-256-gcm')
        self._change(path, N_OCTETS // 2)
        self._refused(path)

    def test_padding(self):
        """A bit of the last block but one changes the same bit in the last octet of all: no padding
        is so long."""
        path = self._encrypted('aes-256-cbc')
        self._change(path, -17)
        self._refused(path)


class Surroundings(unittest.TestCase):
    """Input that vanishes, and output that has no room."""

    def test_becomes_shorter(self):
        """The program is in the midst of its output, which nobody has read yet."""
        for name, (verb, steps) in VERBS.items():
            if not verb[0] in ('encrypt', 'sign') or '--opaque' in verb:
                continue
            with self.subTest(name):
                source = make_message('shorter.eml', N_OCTETS)
                command = PROGRAM.command(*with_certificate(verb), source)
                with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                      env=environment()) as process:
                    self.assertEqual(len(process.stdout.read(PIECE_OCTETS)), PIECE_OCTETS)
                    os.truncate(source, 0)
                    _, errors = process.communicate()
                self.assertEqual(process.returncode, UNKNOWN, errors)
                self.assertEqual(errors.decode(), f'dane-smime: {source} became shorter while it '
                                                  'was being read\n')

    def test_is_changed(self):
        """The same, with other words in what is still to come: they are not what was signed."""
        for verb, steps in ((['read', '--cert', None], [['sign']]), (['sign'], [])):
            with self.subTest(verb[0]):
                source = prepare(make_message('changed.eml', N_OCTETS), steps)
                self._change_while_read(verb, source)

    def _change_while_read(self, verb, source):
        command = PROGRAM.command(*with_certificate(verb), source)
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=environment()) as process:
            self.assertEqual(len(process.stdout.read(PIECE_OCTETS)), PIECE_OCTETS)
            with open(source, 'r+b') as file:
                file.seek(N_OCTETS // 2)
                file.write(b'PAY MALLORY')
            shown, errors = process.communicate()
        self.assertEqual(process.returncode, UNKNOWN, errors)
        self.assertIn(b'PAY MALLORY', shown)
        self.assertEqual(errors.decode(), f'dane-smime: {source} was changed while it was being '
                                          'read\n')

    def test_no_room(self):
        for name, (verb, steps) in VERBS.items():
            if verb[0] == 'verify':
                continue
            with self.subTest(name):
                before = digest(LARGE)
                done = Run(with_certificate(verb), prepare(LARGE, steps), '/dev/full')
                self.assertEqual(done.code, UNKNOWN, done.stderr)
                self.assertIn(b'/dev/full: No space left on device', done.stderr)
                self.assertEqual(digest(LARGE), before)

    def test_output_is_the_input(self):
        """The file that is read is replaced when all of it has been read."""
        source = make_message('same.eml', 8 << 20)
        body = _body(source)
        self.assertEqual(Run(with_certificate(ENCRYPT_AS_IT_IS), source, source).code, HOLDS)
        self.assertEqual(Run(['decrypt'], source, source).code, HOLDS)
        self.assertEqual(_body(source), body)


class Host:
    """dane-smime-host over the same key store, and one request at a time."""

    CHUNK_OCTETS = 512 << 10

    def __init__(self):
        command = [f'{program.binary()}-host', '--profile', PROGRAM.profile, '--offline']
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env=environment())

    def _send(self, **message):
        text = json.dumps(message).encode()
        self.process.stdin.write(struct.pack('=I', len(text)) + text)
        self.process.stdin.flush()

    def _receive(self):
        n_octets, = struct.unpack('=I', self.process.stdout.read(4))
        return json.loads(self.process.stdout.read(n_octets))

    def request(self, op, source, target):
        """The body goes and comes in chunks."""
        self._send(id=1, op=op, params={}, body={'chunks': True})
        left = os.path.getsize(source)
        with open(source, 'rb') as file:
            while left > 0:
                chunk = file.read(self.CHUNK_OCTETS)
                left -= len(chunk)
                self._send(id=1, chunk=base64.b64encode(chunk).decode(), last=left == 0)
        answer = self._receive()
        while 'progress' in answer:
            answer = self._receive()
        if answer['ok']:
            self._receive_body(answer['bodies'][0], target)
        return answer

    def _receive_body(self, description, target):
        with open(target, 'wb') as file:
            last = 'inline' in description
            file.write(base64.b64decode(description.get('inline', '')))
            while not last:
                message = self._receive()
                file.write(base64.b64decode(message['chunk']))
                last = message['last']
        assert os.path.getsize(target) == description['octets']

    def peak(self):
        """In octets, up to now."""
        with open(f'/proc/{self.process.pid}/status', encoding='ascii') as file:
            lines = dict(line.split(':', 1) for line in file)
        return int(lines['VmHWM'].split()[0]) * 1024

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait()


class Wire(unittest.TestCase):
    """The same over native messaging: chunks are made when they are sent."""

    # One frame as text, as parsed JSON and as octets; and what the allocator keeps of them.
    FRAMES_OCTETS = 24 << 20

    def test_memory(self):
        host = Host()
        paths = [bad_input.path(f'wire-{i}') for i in range(3)]
        try:
            answer = host.request('sign', SMALL, paths[0])
            self.assertTrue(answer['ok'], answer)
            before = host.peak()
            self.assertTrue(host.request('sign', LARGE, paths[0])['ok'])
            self.assertLess(host.peak() - before, self.FRAMES_OCTETS)
        finally:
            self.assertEqual(host.end(), 0)
        done = Run(with_certificate(['verify', '--cert', None]), paths[0], bad_input.path('out'))
        self.assertEqual(done.code, HOLDS, done.stderr)

    def test_round_trip(self):
        encrypted, back = bad_input.path('wire-there'), bad_input.path('wire-back')
        self.assertEqual(Run(with_certificate(ENCRYPT_AS_IT_IS), LARGE, encrypted).code, HOLDS)
        host = Host()
        try:
            answer = host.request('decrypt', encrypted, back)
            self.assertTrue(answer['ok'], answer)
        finally:
            self.assertEqual(host.end(), 0)
        self.assertEqual(_body(back), _body(LARGE))


if __name__ == '__main__':
    tap.main()
