# SPDX-License-Identifier: MPL-2.0
"""A private Dovecot on 127.0.0.1: any user name, one password, mailboxes in a temporary folder.

It never runs as root: where the tests do, it gets a folder of nobody's."""

import glob
import imaplib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from processes import die_with_parent, wait_until

BINARY = '/usr/sbin/dovecot'
PASSWORD = 'sesame'
START_SECONDS = 20
SPECIAL = {'Drafts': r'\Drafts', 'Sent': r'\Sent', 'Trash': r'\Trash', 'Templates': None}

CONFIGURATION = '''
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
instance_name = {folder}
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{folder}/mail/%u
mail_fsync = never
rawlog_dir = {folder}/rawlog/%u
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
{mailboxes}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
'''


def _mailbox(name, use):
    special = f'    special_use = {use}\n' if use else ''
    return f'  mailbox {name} {{\n    auto = subscribe\n{special}  }}\n'


def free_port():
    """A port that was free a moment ago."""
    with socket.socket() as trial:
        trial.bind(('127.0.0.1', 0))
        return trial.getsockname()[1]


class ImapServer:
    """Runs until stop(), and no longer than this process. What clients of `users` say is kept."""

    def __init__(self, users=()):
        if not os.access(BINARY, os.X_OK):
            raise AssertionError(f'{BINARY} is missing: install the package dovecot-imapd '
                                 '(packaging/install-dependencies test)')
        self.folder = tempfile.mkdtemp(prefix='dsm-imap-')
        self._user = pwd.getpwnam('nobody') if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        folders = [self.folder, *(os.path.join(self.folder, name) for name in ('mail', 'rawlog'))]
        folders += [os.path.join(folders[-1], user) for user in users]
        for path in folders:
            os.makedirs(path, exist_ok=True)
            os.chown(path, self._user.pw_uid, self._user.pw_gid)
        self.port = free_port()
        self.process = None
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self):
        group = subprocess.run(['id', '-gn', self._user.pw_name], capture_output=True, text=True,
                               check=True).stdout.strip()
        configuration = os.path.join(self.folder, 'dovecot.conf')
        with open(configuration, 'w', encoding='ascii') as file:
            file.write(CONFIGURATION.format(
                folder=self.folder, user=self._user.pw_name, group=group, password=PASSWORD,
                uid=self._user.pw_uid, gid=self._user.pw_gid, port=self.port,
                mailboxes=''.join(_mailbox(name, use) for name, use in SPECIAL.items())))
        os.chmod(configuration, 0o644)
        as_user = {'user': self._user.pw_uid, 'group': self._user.pw_gid, 'extra_groups': []}
        self.process = subprocess.Popen(
            [BINARY, '-F', '-c', configuration], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
            cwd=self.folder, preexec_fn=die_with_parent,
            **(as_user if os.getuid() == 0 else {}))
        wait_until(self._answers, 'Dovecot answers', START_SECONDS)

    def _answers(self):
        if self.process.poll() is not None:
            raise AssertionError('Dovecot ended at once: '
                                 + self.process.stderr.read().decode(errors='replace') + self.log())
        try:
            socket.create_connection(('127.0.0.1', self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def log(self):
        """What Dovecot logged."""
        path = os.path.join(self.folder, 'dovecot.log')
        if not os.path.exists(path):
            return ''
        with open(path, encoding='utf-8', errors='replace') as file:
            return file.read()

    def stop(self):
        """Ends it and removes the mailboxes."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        if self.process:
            self.process.stderr.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # Mailboxes

    def login(self, user):
        """An imaplib connection of that user's."""
        connection = imaplib.IMAP4('127.0.0.1', self.port, timeout=60)
        connection.login(user, PASSWORD)
        return connection

    def append(self, user, message, mailbox='INBOX', flags=''):
        """Puts a message into a mailbox, which is made if it is not there."""
        with self.login(user) as connection:
            for _ in range(2):
                now = imaplib.Time2Internaldate(time.time())
                status, answer = connection.append(quoted(mailbox), flags, now,
                                                   with_crlf(message))
                if status == 'OK':
                    return
                connection.create(quoted(mailbox))
                connection.subscribe(quoted(mailbox))
            raise AssertionError(f'APPEND to {mailbox}: {answer}')

    def messages(self, user, mailbox='INBOX'):
        """The octets of all messages of a mailbox."""
        with self.login(user) as connection:
            if connection.select(quoted(mailbox), readonly=True)[0] != 'OK':
                return []
            _, found = connection.search(None, 'ALL')
            if not found[0]:
                return []
            numbers = found[0].replace(b' ', b',').decode()
            _, parts = connection.fetch(numbers, '(BODY.PEEK[])')
            return [part[1] for part in parts if isinstance(part, tuple)]

    def commands(self, user):
        """What clients of that user, one of those given at the start, have said, as text."""
        text = ''
        for path in sorted(glob.glob(os.path.join(self.folder, 'rawlog', user, '*.in'))):
            with open(path, encoding='utf-8', errors='replace') as file:
                text += file.read()
        return text


def quoted(mailbox):
    """A mailbox name as IMAP writes it; imaplib leaves that to us."""
    return '"' + mailbox.replace('\\', '\\\\').replace('"', '\\"') + '"'


def with_crlf(message):
    """The message with CRLF line ends."""
    return message.replace(b'\r\n', b'\n').replace(b'\n', b'\r\n')
