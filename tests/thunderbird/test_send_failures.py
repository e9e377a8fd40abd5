#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Whatever goes wrong: nothing is sent, the window stays as it was, and says why."""

import os
import re
import shutil
import signal

from world import ALICE, BOB, CAROL, DAVE, xpi  # first: it puts the support modules on the path
from sending import BAR, SendingCase

# pylint: disable=wrong-import-order
import tap
from addon import with_version
from compose import SEND_LATER
from dialogs import Dialogs
from marionette import MarionetteError
from processes import wait_until
from program import DOES_NOT_HOLD

PROGRESS = '''
const box = one.document.getElementById("dane-smime-progress");
return box && [...box.children].map(child => child.textContent).filter(text => text);
'''
LOCKED = 'a password of the key store'


def setUpModule():
    SendingCase.raise_world()


def tearDownModule():
    SendingCase.lower_world()


class Failures(SendingCase):
    def assert_goes_now(self, window):
        """The cause is gone: Send works."""
        window.send()
        [delivery] = self.world.sink.wait()
        self.judge.verify(delivery.octets)

    def test_host_missing(self):
        window = self.open(sign=True)
        self.end_host()
        manifest = self.world.host_manifest()
        os.rename(manifest, f'{manifest}.away')
        try:
            bar = self.assert_stopped(window, 'not installed')
            self.assertIn('Options of dane-smime', bar['buttons'])
            self.world.pictures.window('outgoing-bar', 'msgcompose')
        finally:
            os.rename(f'{manifest}.away', manifest)
        self.assert_goes_now(window)

    def test_host_is_killed_while_it_works(self):
        self.send(sign=True)
        self.world.sink.clear()
        self.world.forget_requests()
        window = self.open(sign=True)
        os.kill(self.world.host_pid(), signal.SIGSTOP)
        window.press('cmd_sendNow')
        wait_until(lambda: self.world.requests('sign'), 'the host is asked')
        self.world.kill_host()
        self._assert_bar(window, 'ended unexpectedly')
        self.assert_goes_now(window)

    def test_cancelled_while_the_host_works(self):
        """Neither a bar nor a question: the user knows."""
        self.send(sign=True)
        self.world.sink.clear()
        window = self.open(sign=True)
        before = self._written(window)
        pid = self.world.host_pid()
        os.kill(pid, signal.SIGSTOP)
        self.addCleanup(os.kill, pid, signal.SIGCONT)
        window.press('cmd_sendNow')
        wait_until(lambda: window.js(PROGRESS) == ['Protecting the message…', 'Cancel'],
                   'the progress is shown')
        self.world.pictures.window('outgoing-progress', 'msgcompose')
        window.js('one.document.querySelector("#dane-smime-progress button").click();')
        wait_until(lambda: not window.state()['locked'], 'the window is free')
        self.assertIsNone(window.js(PROGRESS))
        self.assertEqual((self._written(window), window.state()['bars']), (before, []))
        self.assertEqual(self.world.sink.deliveries, [])
        self.assert_no_files()
        os.kill(pid, signal.SIGCONT)
        self.assert_goes_now(window)

    def _assert_bar(self, window, pattern):
        def bar():
            state = window.state()
            found = [one for one in state['bars'] if one['value'] == BAR]
            return found[0] if found and not state['locked'] else None
        self.assertRegex(wait_until(bar, f'a bar; {window.describe()}')['text'], pattern)
        self.assertEqual(self.world.sink.deliveries, [])
        self.assert_no_files()

    def test_no_key_to_sign_with(self):
        window = self.open(sign=True)
        self.remove_key(ALICE)
        self.assert_stopped(window, 'no key')

    def test_certificate_is_gone_meanwhile(self):
        """It was there when the recipient was looked up. The others get nothing either."""
        self.world.publish(self.world.peers, DAVE)
        window = self.open(BOB, bcc=f'{CAROL}, {DAVE}', encrypt=True)
        self._wait_ready(window, 3)
        name = self.world.peers.succeed('record', DAVE).text.split()[0]
        self.world.universe.command(f'withdraw {name}')
        # nsd's process of before may still take a connection or two.
        wait_until(lambda: all(self.world.peers.run('lookup', '--fresh', DAVE).code == DOES_NOT_HOLD
                               for _ in range(5)), 'the record has gone')
        self.end_host()
        # The next host would remember the answer for as long as it holds.
        cache = os.path.join(self.world.thunderbird.home, '.cache', 'dane-smime')
        shutil.rmtree(cache, ignore_errors=True)
        self.assert_stopped(window, rf'no certificate.*{re.escape(DAVE)}')
        window.remove_recipient(DAVE)
        window.send()
        self.assertEqual([one.recipients for one in self.world.sink.wait(2)], [[CAROL], [BOB]])

    def end_host(self):
        """The next request starts it anew."""
        if self.world.host_pid():
            self.world.kill_host()

    def _wait_ready(self, window, count):
        def ready():
            return [one for one in window.state()['recipients']
                    if any('ready' in name for name in one['classes'])][count - 1:]
        wait_until(ready, 'the recipients are ready')

    def test_dns_does_not_answer(self):
        window = self.open(encrypt=True)
        self._wait_ready(window, 1)
        self._ask(self.world.universe.about['absent_server'])
        self.addCleanup(self._ask)
        self.assert_stopped(window, rf'could not be looked up.*{re.escape(BOB)}')
        self._ask()
        window.send()
        self.world.sink.wait()

    def _ask(self, name_server=None):
        """From the next start of the host on, which is the next request. Not by the settings: who
        changes them has the recipients looked up anew at once."""
        self.world.install_host(name_server=name_server)
        self.end_host()

    def test_locked_and_cancelled(self):
        store = self.world.store
        password = store.write('store-password', LOCKED.encode())
        store.succeed('password', '--new-password-file', password)
        self.addCleanup(self.end_host)  # it would not see that the password has gone
        self.addCleanup(store.succeed, '--password-file', password, 'password', '--remove')
        window = self.open(sign=True)
        self.end_host()
        window.press('cmd_sendNow')
        dialogs = Dialogs(self.world.thunderbird)
        dialogs.wait()
        dialogs.press('cancel')
        self._assert_bar(window, 'locked')

    def test_background_page_is_stopped(self):
        """Thunderbird stops event pages that are idle: it is woken up."""
        window = self.open(sign=True)
        self.world.addon.stop_background()
        self.assert_goes_now(window)


class Guarded(SendingCase):
    """The add-on goes while a window wants protection."""

    def test_disabled(self):
        window = self.open(sign=True)
        other = self.composing.open(ALICE, BOB)
        self.world.addon.disable()
        try:
            self.assert_stopped(window, 'switched off')
            self.world.pictures.window('outgoing-guard-bar', 'msgcompose')
            self.assert_stopped(window, 'switched off', SEND_LATER)
        finally:
            self.world.addon.enable()
        other.close()
        window.send()
        [delivery] = self.world.sink.wait()
        self.judge.verify(delivery.octets)

    def test_others_go(self):
        """Windows that want nothing are not held up, and the last one that does lifts the guard."""
        window = self.open(sign=True)
        self.disable_add_on()
        self.assertTrue(self._is_patched())
        window.close()
        wait_until(lambda: not self._is_patched(), 'the guard is lifted')
        self.composing.open(ALICE, BOB).send()
        self.world.sink.wait()

    def _is_patched(self):
        return self.world.thunderbird.js('''
            const {MimeMessage} = ChromeUtils.importESModule(
              "resource:///modules/MimeMessage.sys.mjs");
            return Symbol.for("dane-smime.original") in MimeMessage.prototype.createMessageFile;''')

    def test_nothing_stays(self):
        """No window wants anything: all is undone at once."""
        self.disable_add_on()
        self.assertFalse(self._is_patched())

    def test_upgraded(self):
        window = self.open(sign=True)
        newer = with_version(xpi(), self.world.path('newer.xpi'), '99.1')
        self.world.addon.install(newer)
        window.send()
        [delivery] = self.world.sink.wait()
        self.judge.verify(delivery.octets)


class Wrong(SendingCase):
    """What the add-on asks for and can't have is said in words that reach it."""

    def test_no_such_job(self):
        with self.assertRaisesRegex(MarionetteError, 'job 99 has no file 0'):
            self.world.addon.background('await messenger.daneOutgoing.readFile(99, 0, 1);')

    def test_no_compose_window(self):
        [tab] = self.world.addon.background('return messenger.tabs.query({type: "mail"});')
        with self.assertRaisesRegex(MarionetteError, 'is no compose window'):
            self.world.addon.background('await messenger.daneOutgoing.getProtection(tab);',
                                        tab=tab['id'])


class Unavailable(SendingCase):
    def test_the_internal_is_missing(self):
        """As in a Thunderbird to come that has no such method: said, and nothing is sent."""
        self.world.addon.disable()
        self.world.thunderbird.js('''
            const {MimeMessage} = ChromeUtils.importESModule(
              "resource:///modules/MimeMessage.sys.mjs");
            MimeMessage.prototype.aside = MimeMessage.prototype.createMessageFile;
            delete MimeMessage.prototype.createMessageFile;''')
        self.addCleanup(self._put_back)
        self.world.addon.enable()
        self.assertFalse(self.world.addon.background(
            'return (await messenger.daneOutgoing.features()).messageFile;'))
        window = self.composing.open(ALICE, BOB)
        self.world.addon.background(
            'await messenger.daneOutgoing.setProtection(tab, {sign: true, encrypt: false});',
            tab=window.tab_id(self.world.addon))
        window.js('''
            one.setTimeout(() => one.CompleteGenericSendMessage(Ci.nsIMsgCompDeliverMode.Now));''')
        bar = wait_until(lambda: [one for one in window.state()['bars'] if one['value'] == BAR],
                         'a bar')
        self.assertIn('lacks', bar[0]['text'])
        self.assertTrue(window.is_open())

    def _put_back(self):
        self.world.addon.disable()
        self.world.thunderbird.js('''
            const {MimeMessage} = ChromeUtils.importESModule(
              "resource:///modules/MimeMessage.sys.mjs");
            MimeMessage.prototype.createMessageFile ??= MimeMessage.prototype.aside;
            delete MimeMessage.prototype.aside;''')
        self.world.addon.enable()


if __name__ == '__main__':
    tap.main()
