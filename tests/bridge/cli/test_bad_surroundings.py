#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Key stores, output files and name servers that can't be used; and what must not be told."""

import os
import shutil
import stat
import subprocess

import bad_input  # first: it puts the support modules on the path
import messages
import program
import tap
from program import DOES_NOT_HOLD, HOLDS, UNKNOWN, USAGE
from universe_client import UniverseClient

import records  # of tests/dns

PASSWORD, WRONG = 'correct horse battery', 'staple of another kind'
PLAIN = messages.shapes()['plain']

PROGRAM = None
CERTIFICATE = None


def setUpModule():
    global PROGRAM, CERTIFICATE
    os.chmod(bad_input.folder, 0o755)  # other users are tried out
    PROGRAM = bad_input.new_program('store')
    CERTIFICATE = PROGRAM.keygen(messages.ALICE)


def tearDownModule():
    bad_input.remove_folder()


def copy_of_store(name):
    """The same key store in another place."""
    other = bad_input.new_program(name)
    shutil.copytree(PROGRAM.profile, other.profile)
    os.chmod(other.profile, 0o700)
    return other


def is_root():
    return os.geteuid() == 0


class KeyStore(bad_input.BadInputCase):
    # what wants a key of the store
    KEY_VERBS = (['sign'], ['keys'], ['record', messages.ALICE], ['delete', messages.ALICE],
                 ['export', messages.ALICE, 'x.p12', '--certificate-only'])
    WRITERS = (['keygen', 'new@example.org', '--algorithm', 'p-256'],)

    def _refused(self, store, verbs, code, *words):
        for verb in verbs:
            with self.subTest(verb=verb[0]):
                self.refused(store, verb, code, *words, stdin=PLAIN)

    def test_missing(self):
        empty = bad_input.new_program('empty')
        for verb in (['sign'], ['record', messages.ALICE], ['delete', messages.ALICE]):
            with self.subTest(verb=verb[0]):
                self.refused(empty, verb, DOES_NOT_HOLD, stdin=PLAIN)
        self.assertFalse(os.path.exists(empty.profile), 'looking for keys made a store')

    def test_file_in_its_place(self):
        other = bad_input.new_program('file-in-its-place')
        bad_input.write('file-in-its-place/profile', b'')
        self._refused(other, (*self.KEY_VERBS, *self.WRITERS), UNKNOWN, other.profile)

    def test_parent_is_a_file(self):
        other = bad_input.new_program('parent')
        other.profile = os.path.join(CERTIFICATE, 'below')
        self._refused(other, self.WRITERS, UNKNOWN, other.profile)

    def test_rubbish(self):
        for name in ('key4.db', 'cert9.db'):
            for octets in (b'', b'rubbish' * 1000, b'SQLite format 3\0' + bytes(4096)):
                with self.subTest(file=name, octets=octets[:7]):
                    other = copy_of_store(f'rubbish-{name}-{len(octets)}')
                    path = os.path.join(other.profile, name)
                    with open(path, 'wb') as file:
                        file.write(octets)
                    result = other.run('sign', stdin=PLAIN)
                    self.assertIn(result.code, (DOES_NOT_HOLD, UNKNOWN), result)
                    self.check_line(result, result.code)
                    self.assertEqual(result.stdout, b'')

    def test_cut(self):
        other = copy_of_store('cut')
        path = os.path.join(other.profile, 'key4.db')
        os.truncate(path, os.path.getsize(path) // 2)
        result = other.run('sign', stdin=PLAIN)
        self.assertIn(result.code, (DOES_NOT_HOLD, UNKNOWN), result)
        self.check_line(result, result.code)

    def test_symbolic_link(self):
        other = bad_input.new_program('linked')
        os.symlink(PROGRAM.profile, other.profile)
        self._refused(other, self.KEY_VERBS, UNKNOWN, 'symbolic link')

    def test_writable_for_others(self):
        other = copy_of_store('open')
        os.chmod(other.profile, 0o777)
        self._refused(other, self.KEY_VERBS, UNKNOWN, other.profile)

    def test_other_user(self):
        if not is_root():
            self.skipTest('only root can give files away')
        other = copy_of_store('of-another-user')
        for name in ('.', 'key4.db', 'cert9.db'):
            os.chown(os.path.join(other.profile, name), bad_input.NOBODY, bad_input.NOBODY)
        self._refused(other, (*self.KEY_VERBS, *self.WRITERS), UNKNOWN, 'another user')

    def test_unreadable(self):
        other = copy_of_store('unreadable')
        self._as_other_user(other, 0o000)
        for verb in self.KEY_VERBS:
            with self.subTest(verb=verb[0]):
                self.check_line(self._run_as_other_user(other, *verb), UNKNOWN, other.profile)

    def test_read_only(self):
        """Keys can be used, and none be added."""
        other = copy_of_store('read-only')
        for name in os.listdir(other.profile):
            os.chmod(os.path.join(other.profile, name), 0o400)
        self._as_other_user(other, 0o500)
        self.assertEqual(self._run_as_other_user(other, 'sign').code, HOLDS)
        for verb in (*self.WRITERS, ['delete', messages.ALICE]):
            with self.subTest(verb=verb[0]):
                self.check_line(self._run_as_other_user(other, *verb), UNKNOWN, other.profile)

    def test_unreadable_message(self):
        other = copy_of_store('unreadable-message')
        message = bad_input.write('unreadable-message/message.eml', PLAIN)
        self._as_other_user(other, 0o700)
        os.chmod(message, 0o000)
        for verb in ('verify', 'sign', 'classify'):
            with self.subTest(verb=verb):
                self.check_line(self._run_as_other_user(other, verb, message), UNKNOWN, message)

    def _as_other_user(self, store, mode):
        """Gives the store to a user for whom permissions count."""
        if is_root():
            for top, folders, files in os.walk(store.folder):
                for name in [top, *(os.path.join(top, n) for n in folders + files)]:
                    os.chown(name, bad_input.NOBODY, bad_input.NOBODY)
        os.chmod(store.profile, mode)
        self.addCleanup(os.chmod, store.profile, 0o700)

    def _run_as_other_user(self, store, *verb):
        user = {'user': bad_input.NOBODY, 'group': bad_input.NOBODY, 'extra_groups': []} \
            if is_root() else {}
        return store.run_bare(*store.command(*verb)[1:], stdin=PLAIN, **user)


class Passwords(bad_input.BadInputCase):
    """The store's password, and secrets in general: never shown, never left beside."""

    @classmethod
    def setUpClass(cls):
        cls.right = bad_input.write('right', PASSWORD.encode() + b'\n')
        cls.wrong = bad_input.write('wrong', WRONG.encode() + b'\n')
        cls.locked = bad_input.new_program('locked', ['--offline', '--password-file', cls.right])
        cls.certificate = cls.locked.keygen(messages.ALICE)
        cls.encrypted = PROGRAM.succeed('encrypt', '--cert', cls.certificate, '--no-self',
                                        stdin=PLAIN).stdout

    def _store(self, *options):
        store = program.Program(self.locked.folder, options=['--offline', *options])
        return store

    def _check_secret(self, result):
        for secret in (PASSWORD, WRONG):
            self.assertNotIn(secret, result.text + result.stderr)

    VERBS = (['sign'], ['decrypt'], ['read'], ['export', messages.ALICE, 'out.p12',
                                               '--export-password-file', 'RIGHT'])

    def test_locked(self):
        for options, word in (((), 'not given'), (('--password-file', self.wrong), 'wrong')):
            for verb in self.VERBS:
                with self.subTest(verb=verb[0], options=options[:1]):
                    arguments = [self.right if part == 'RIGHT' else part for part in verb]
                    stdin = PLAIN if verb[0] == 'sign' else self.encrypted
                    result = self.refused(self._store(*options), arguments, UNKNOWN, word,
                                          stdin=stdin)
                    self._check_secret(result)

    def test_right_password(self):
        signed = self.locked.run('sign', stdin=PLAIN)
        self.assertEqual(signed.code, HOLDS, signed)
        self._check_secret(signed)
        read = self.locked.run('--json', '--verbose', 'read', stdin=self.encrypted)
        self._check_secret(read)
        self.assertEqual(read.code, HOLDS, read)

    def test_wrong_password_changes_nothing(self):
        new = bad_input.write('new', b'something new\n')
        store = self._store('--password-file', self.wrong)
        result = self.refused(store, ['password', '--new-password-file', new], UNKNOWN, 'wrong')
        self._check_secret(result)
        self.assertEqual(self.locked.run('sign', stdin=PLAIN).code, HOLDS)
        self.refused(store, ['keygen', 'other@example.org'], UNKNOWN, 'wrong')

    def test_empty_password_protects_nothing(self):
        store = copy_of_store('unprotected')
        out = bad_input.path('out.p12')
        for name, octets in {'empty': b'', 'empty-line': b'\n', 'empty-dos-line': b'\r\n'}.items():
            file = bad_input.write(f'password.{name}', octets)
            for arguments in (['password', '--new-password-file', file],
                              ['--password-file', file, 'keygen', 'new@example.org'],
                              ['export', messages.ALICE, out, '--export-password-file', file]):
                with self.subTest(name, verb=arguments[0]):
                    self.refused(store, arguments, UNKNOWN, file, 'empty')
        store.succeed('sign', stdin=PLAIN)

    def test_password_comes_and_goes(self):
        store = copy_of_store('changing')
        with_password = program.Program(store.folder, options=['--offline', '--password-file',
                                                               self.right])
        store.succeed('password', '--new-password-file', self.right)
        self.refused(store, ['sign'], UNKNOWN, 'locked', stdin=PLAIN)
        with_password.succeed('sign', stdin=PLAIN)
        self.refused(with_password, ['password', '--remove', '--new-password-file', self.right],
                     USAGE, '--remove')
        with_password.succeed('password', '--remove')
        store.succeed('sign', stdin=PLAIN)

    def test_nothing_of_it_in_the_store(self):
        """Neither the password nor the key stands in a file as it is."""
        for top, _, names in os.walk(self.locked.profile):
            for name in names:
                with open(os.path.join(top, name), 'rb') as file:
                    self.assertNotIn(PASSWORD.encode(), file.read())
                mode = os.stat(os.path.join(top, name)).st_mode
                self.assertEqual(stat.S_IMODE(mode) & 0o077, 0, name)
        self.assertEqual(stat.S_IMODE(os.stat(self.locked.profile).st_mode), 0o700)

    def test_exported_key_is_for_the_user_alone(self):
        target = bad_input.path('exported.p12')
        self.locked.succeed('export', messages.ALICE, target, '--export-password-file', self.right)
        self.assertEqual(stat.S_IMODE(os.stat(target).st_mode) & 0o077, 0)


class Output(bad_input.BadInputCase):
    """Output that can't be written leaves nothing, and what was there stays."""

    MAKERS = {'sign': ['sign'], 'encrypt': ['encrypt', '--cert', 'CERT'], 'read': ['read'],
              'decrypt': ['decrypt']}

    def _makers(self):
        encrypted = PROGRAM.succeed('encrypt', '--cert', CERTIFICATE, stdin=PLAIN).stdout
        for name, verb in self.MAKERS.items():
            stdin = encrypted if name in ('read', 'decrypt') else PLAIN
            yield [CERTIFICATE if word == 'CERT' else word for word in verb], stdin

    def _check(self, target, *words):
        for verb, stdin in self._makers():
            with self.subTest(verb=verb[0]):
                before = bad_input.listing(bad_input.folder)
                result = PROGRAM.run('-o', target, *verb, stdin=stdin)
                self.assertEqual(result.code, UNKNOWN, result)
                complaints = [line for line in result.stderr.splitlines()
                              if line.startswith('dane-smime: ')]
                self.assertEqual(len(complaints), 1, result)
                for word in words:
                    self.assertIn(word, complaints[0])
                self.assertEqual(result.stdout, b'', result)
                self.assertEqual(bad_input.listing(bad_input.folder), before)

    def test_folder_missing(self):
        self._check(bad_input.path('nowhere/out.eml'), 'nowhere')

    def test_folder_in_its_place(self):
        os.makedirs(bad_input.path('a-folder'), exist_ok=True)
        self._check(bad_input.path('a-folder'), 'a-folder')

    def test_full_device(self):
        self._check('/dev/full', '/dev/full')

    def test_hard_link(self):
        os.link(bad_input.write('one', b'old'), bad_input.path('two'))
        self._check(bad_input.path('two'), 'two')
        with open(bad_input.path('one'), 'rb') as file:
            self.assertEqual(file.read(), b'old')

    def test_no_room(self):
        """A file-size limit cuts the writing off: of the output, or of the file in which what comes
        through a pipe is collected."""
        target = bad_input.write('kept.eml', b'what was there')
        big = messages.head().encode() + b'\n' + b'0123456789abcde\n' * 100_000
        source = bad_input.write('big.eml', big)
        for arguments, stdin, word in (([source], b'', 'kept.eml'), ([], big, 'temporary file')):
            with self.subTest(word):
                command = PROGRAM.command('-o', target, 'sign', *arguments)
                done = subprocess.run(['prlimit', '--fsize=500000', *command], input=stdin,
                                      check=False, capture_output=True, env=PROGRAM.environment())
                program.check_sound(command, done.returncode, done.stderr)
                result = program.Result(command, done.returncode, done.stdout, done.stderr)
                self.check_line(result, UNKNOWN, word)
                with open(target, 'rb') as file:
                    self.assertEqual(file.read(), b'what was there')
                left = [n for n in os.listdir(bad_input.folder) if n.startswith('kept.eml.')]
                self.assertEqual(left, [])

    def test_folder_not_writable(self):
        user = {'user': bad_input.NOBODY, 'group': bad_input.NOBODY, 'extra_groups': []} \
            if is_root() else {}
        target = bad_input.path('locked-folder')
        os.mkdir(target, 0o555)
        command = ['--profile', os.path.join(target, 'none'), '--offline', '-o',
                   os.path.join(target, 'out.eml'), 'encrypt', '--cert', CERTIFICATE]
        os.chmod(PROGRAM.folder, 0o755)
        os.chmod(CERTIFICATE, 0o644)
        result = PROGRAM.run_bare(*command, stdin=PLAIN, **user)
        self.check_line(result, UNKNOWN, 'locked-folder')
        self.assertEqual(os.listdir(target), [])

    def test_blind_copies_without_folder(self):
        message = messages.head(to=messages.BOB).encode() + b'\nx\n'
        arguments = ['-o', bad_input.path('out.eml'), 'encrypt', '--cert', CERTIFICATE,
                     '--bcc-folder', bad_input.path('nowhere')]
        result = PROGRAM.run(*arguments, stdin=message)
        # no Bcc recipients: nothing goes into that folder
        self.assertEqual(result.code, HOLDS, result)

    def test_standard_output(self):
        """Full, closed, and read by nobody."""
        reading, writing = os.pipe()
        os.close(reading)
        with open('/dev/full', 'wb') as full, os.fdopen(writing, 'wb') as broken:
            for name, target in (('full', full), ('nobody reads', broken)):
                for verb, stdin in self._makers():
                    with self.subTest(name, verb=verb[0]):
                        result = PROGRAM.run_bare(*PROGRAM.command(*verb)[1:], stdin=stdin,
                                                  stdout=target, stderr=subprocess.PIPE,
                                                  capture_output=False)
                        self.assertEqual(result.code, UNKNOWN, result)
                        # who closes a pipe early has seen enough
                        line = 'dane-smime: standard output: ' if target is full else ''
                        self.assertIn(line, result.stderr)

    def test_standard_output_closed(self):
        for verb in (['sign'], ['classify'], ['keys'], ['lookup', 'a@example.org'], ['--help'],
                     ['--version'], ['lookup', '--help'], ['lookup', '--version']):
            with self.subTest(verb=verb[0]):
                command = PROGRAM.command(*verb)
                done = subprocess.run(['sh', '-c', 'exec "$@" >&-', 'sh', *command], input=PLAIN,
                                      capture_output=True, check=False, timeout=20,
                                      env=PROGRAM.environment())
                program.check_sound(command, done.returncode, done.stderr)
                result = program.Result(command, done.returncode, done.stdout, done.stderr)
                self.check_line(result, UNKNOWN, 'standard output')

    def test_existing_output_is_replaced_at_once(self):
        target = bad_input.write('replaced.eml', b'old')
        PROGRAM.succeed('-o', target, 'sign', stdin=PLAIN)
        with open(target, 'rb') as file:
            self.assertIn(b'multipart/signed', file.read())


class Network(bad_input.BadInputCase):
    """Records that are no good, in a zone that is; and no name server at all."""

    @classmethod
    def setUpClass(cls):
        cls.universe = UniverseClient(bad_input.folder)
        cls.online = program.Program(PROGRAM.folder, options=cls.universe.options())

    @classmethod
    def tearDownClass(cls):
        cls.universe.stop()

    def test_record_data(self):
        rows = {'one-octet': '03', 'two-octets': '0300', 'three-octets': '030000', 'none': '',
                'rubbish': '0300' + 'ff' * 300, 'digest-too-short': '030001' + '00' * 31,
                'certificate-cut': '030000' + '3082ffff00'}
        for name, data in rows.items():
            with self.subTest(name):
                address = f'{name}@example.org'
                self.universe.publish(records.line(
                    records.owner_name(address), f'TYPE65444 \\# {len(data) // 2} {data}'))
                result = self.online.run('--json', 'lookup', '--type', '65444', address)
                answer = result.json['results'][0]
                self.assertEqual((result.code, answer['dns'], answer['recipient']),
                                 (DOES_NOT_HOLD, 'secure-records', 'unusable-records'), result)
                self.assertFalse(answer['records'][0]['usable'])
                text = self.online.run('lookup', '--type', '65444', address)
                self.assertEqual((text.code, text.stderr), (DOES_NOT_HOLD, ''), text)

    def test_encrypt_without_name_server(self):
        for server in ('absent_server', 'silent_server'):
            with self.subTest(server):
                store = program.Program(PROGRAM.folder, options=self.universe.options(server))
                self.refused(store, ['encrypt', '-o', bad_input.path('out.eml')], UNKNOWN,
                             'bob@example.org (unreachable)', stdin=PLAIN, seconds=30)


if __name__ == '__main__':
    tap.main()
