# SPDX-License-Identifier: MPL-2.0
"""Sending with the add-on in a real Thunderbird, and openssl as the judge of what was sent."""

import email
import email.policy
import os
import re
import unittest

from compose import SEND, Composing
from world import ALICE, BOB, World

# pylint: disable=wrong-import-order
import openssl
from messages import field
from processes import wait_until

PASSWORD = 'export'
BODY = '<p>Grüße <b>an alle</b></p>'  # not what could go as plain text
BAR = 'dane-smime-outgoing'
OUTER_SUBJECT = '[...]'  # of what is encrypted
# Thunderbird logs what stops a sending.
STOPPED = r'mailnews\.send: \[Exception.*NS_ERROR_ABORT.*message-file\.js'
# What every identity does from now on, in windows that are open, too.
SET_DEFAULTS = '''
const {settings} = await messenger.storage.local.get("settings");
const both = {sign: sign ? "always" : "never", encrypt: encrypt ? "always" : "never"};
await messenger.storage.local.set(
  {settings: {...settings, identities: {id1: both, id2: both}}});
'''
FIRST_RUN = 'return (await messenger.storage.local.get("settings")).settings?.firstRunShown;'


def payload_of(octets):
    """The innermost entity of a decrypted message: without its signature."""
    message = email.message_from_bytes(octets, policy=email.policy.default)
    if message.get_content_type() == 'multipart/signed':
        return message.get_payload(0)
    if message.get_content_type() == 'application/pkcs7-mime':
        der = message.get_payload(decode=True)
        content = openssl.run('cms', '-verify', '-noverify', '-inform', 'der', stdin=der)
        return email.message_from_bytes(content, policy=email.policy.default)
    return message


class Judge:
    """openssl with the keys of people: verifies and decrypts whole messages."""

    def __init__(self, world):
        self._world = world
        self._files = {}

    def password_file(self):
        """That of the files of exported keys."""
        return self._world.store.write('export-password', PASSWORD.encode())

    def pkcs12(self, address):
        """The file with an exported key."""
        target = self._world.path(f'{address}.p12')
        if not os.path.exists(target):
            ours = self._world.store
            store = ours if address in (ALICE, BOB) else self._world.peers
            store.succeed('export', address, target, '--export-password-file',
                          self.password_file())
        return target

    def pem(self, address):
        """The file with a person's key and certificate."""
        if address not in self._files:
            target = self.pkcs12(address)
            pem = self._world.path(f'{address}.pem')
            openssl.run('pkcs12', '-in', target, '-passin', f'pass:{PASSWORD}', '-nodes', '-out',
                        pem)
            self._files[address] = pem
        return self._files[address]

    def _write(self, octets):
        path = self._world.path('judged.eml')
        with open(path, 'wb') as file:
            file.write(octets)
        return path

    def verify(self, octets, address=ALICE):
        """What was signed, if that person signed it."""
        return openssl.run('cms', '-verify', '-inform', 'SMIME', '-in', self._write(octets),
                           '-CAfile', self.pem(address), '-purpose', 'any')

    def decrypt(self, octets, address):
        """The entity in the envelope, if that person can open it."""
        return openssl.run('cms', '-decrypt', '-inform', 'SMIME', '-in', self._write(octets),
                           '-recip', self.pem(address))

    def subject(self, octets, person=ALICE):
        """The subject that a person reads, if it is for them: the one inside, if there is one."""
        outer = field(octets, 'Subject')
        if outer != OUTER_SUBJECT:
            return outer
        return payload_of(self.decrypt(octets, person))['Subject']

    def recipients(self, octets):
        """The addresses in the names of the certificates that the envelope is for."""
        text = openssl.run('cms', '-cmsout', '-print', '-inform', 'SMIME', '-in',
                           self._write(octets)).decode('utf-8', 'replace')
        names = text.partition('recipientInfos')[2].partition('encryptedContentInfo')[0]
        return sorted(re.findall(r'issuer: .*CN=(\S+@[\w.]+)', names))


class SendingCase(unittest.TestCase):
    """`world` is set by the module; each test begins with an empty sink and no open windows."""

    world = None

    @classmethod
    def raise_world(cls, *arguments, **options):
        """For setUpModule()."""
        SendingCase.world = World(*arguments, **options).start()
        SendingCase.world.expected_errors.append(STOPPED)
        # it writes its settings once by itself
        wait_until(lambda: SendingCase.world.addon.background(FIRST_RUN), 'the first run')
        # Thunderbird's own, where an add-on is switched off
        SendingCase.world.expected_errors += ['sendRemoveListener on closed conduit',
                                              r'mailnews\.send: .*NS_ERROR_ABORT']
        SendingCase.judge = Judge(SendingCase.world)
        SendingCase.composing = Composing(SendingCase.world.thunderbird)

    @classmethod
    def lower_world(cls):
        """For tearDownModule()."""
        SendingCase.world.stop()

    def setUp(self):
        self.world.sink.clear()
        self.world.forget_requests()
        self.addCleanup(self._close_windows)

    def _close_windows(self):
        self.world.sink.accept_all()
        for window in self.composing.windows():
            window.close()

    def open(self, to=BOB, *, sign=False, encrypt=False, author=ALICE, body=BODY,
             **draft):
        """A compose window that wants protection, because its sender always does. What is
        encrypted is signed as well."""
        self.world.addon.background(SET_DEFAULTS, sign=sign, encrypt=encrypt)
        window = self.composing.open(author, to, body=body, **draft)
        self.wait_protection(window, sign=sign or encrypt, encrypt=encrypt)
        return window

    def wait_protection(self, window, **wanted):
        tab = window.tab_id(self.world.addon)
        wait_until(lambda: self.world.addon.background(
            'return messenger.daneOutgoing.getProtection(tab);', tab=tab) == wanted,
            f'the window wants {wanted}', 10)

    def send(self, *arguments, command=SEND, count=1, **options):
        """Writes and sends a message; gives the deliveries."""
        window = self.open(*arguments, **options)
        window.send(command)
        return self.world.sink.wait(count)

    def end_host(self):
        """The next request starts it anew."""
        if self.world.host_pid():
            self.world.kill_host()

    def disable_add_on(self):
        """Until the end of the test."""
        self.world.addon.disable()
        self.addCleanup(self.world.addon.enable)
        self.addCleanup(self._close_windows)

    def remove_key(self, address):
        """Until the end of the test."""
        store = self.world.store
        kept = self.judge.pkcs12(address)
        store.succeed('delete', address)
        self.addCleanup(store.succeed, 'import', kept, '--import-password-file',
                        self.judge.password_file())

    def assert_stopped(self, window, pattern, command=SEND):
        """Pressing Send ends with a bar that says why; the window is as it was. Gives the bar."""
        before = self._written(window)
        window.press(command)

        def bar():
            state = window.state()
            bars = [one for one in state['bars'] if one['value'] == BAR]
            return bars[0] if bars and not state['locked'] else None

        found = wait_until(bar, f'a bar; {window.describe()}')
        self.assertRegex(found['text'], pattern)
        self.assertEqual(self._written(window), before)
        self.assertEqual(self.world.sink.deliveries, [])
        self.assert_no_files()
        return found

    def _written(self, window):
        """What a person has written in a window."""
        state = window.state()
        people = [(one['address'], one['field']) for one in state['recipients']]
        return people, [state[name] for name in ('subject', 'text', 'attachments', 'author')]

    def assert_no_files(self):
        """No message lies about in the temporary folder."""
        def left():
            return [name for name in os.listdir(self.world.thunderbird.temporary)
                    if name.startswith(('nsemail', 'nscopy', 'nsqmail'))]
        wait_until(lambda: not left(), f'temporary files are removed: {left()}', 5)

    def stored(self, folder, count=1, user='alice'):
        """The messages of an IMAP folder, once there are so many."""
        return wait_until(
            lambda: (found := self.world.imap.messages(user, folder))[count - 1:] and found,
            f'{count} messages in {folder}')


__all__ = ['BAR', 'BODY', 'OUTER_SUBJECT', 'SendingCase', 'Judge', 'payload_of']
