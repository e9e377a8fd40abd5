#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Blind recipients of encrypted mail: each gets a message of their own, and nobody can tell."""

import os

from world import ALICE, BOB, CAROL  # first: it puts the support modules on the path
from sending import BAR, SendingCase

# pylint: disable=wrong-import-order
import tap
from compose import SEND_LATER
from messages import field
from processes import wait_until

SEND_UNSENT = '''
const service = Cc["@mozilla.org/messengercompose/sendlater;1"].getService(Ci.nsIMsgSendLater);
await new Promise(resolve => {
  const listener = {
    QueryInterface: ChromeUtils.generateQI(["nsIMsgSendLaterListener"]),
    onStartSending() {}, onMessageStartSending() {}, onMessageSendProgress() {},
    onMessageSendError() {},
    onStopSending() { service.removeListener(listener); resolve(); },
  };
  service.addListener(listener);
  service.sendUnsentMessages(null);
});
'''


def setUpModule():
    SendingCase.raise_world()
    world = SendingCase.world
    world.publish(world.peers, ERIN)


def tearDownModule():
    SendingCase.lower_world()


ERIN = 'erin@example.com'


class BlindCase(SendingCase):
    def assert_copies(self, deliveries, blind, shown):
        """Each blind recipient got one that is for them alone; the others know nothing of them."""
        by_envelope = {tuple(one.recipients): one.octets for one in deliveries}
        expected = [(address,) for address in blind] + ([tuple(shown)] if shown else [])
        self.assertEqual(sorted(by_envelope), sorted(expected))
        self.assertEqual(len(deliveries), len(expected))
        for envelope, octets in by_envelope.items():
            self.assertIsNone(field(octets, 'Bcc'))
            self.assertNotIn(b'X-Dane', octets)
            others = [] if envelope == tuple(shown) else list(envelope)
            wanted = [ALICE, *shown] if envelope == tuple(shown) else others
            self.assertEqual(self.judge.recipients(octets), sorted(wanted))
            if shown:
                self.assertEqual(field(octets, 'To'), ', '.join(shown))

    def sent_copy(self, subject):
        """The only message of that subject in Sent."""
        found = [one for one in self.stored('Sent') if self.judge.subject(one) == subject]
        self.assertEqual(len(found), 1)
        self.judge.decrypt(found[0], ALICE)
        return found[0]


class Now(BlindCase):
    def test_each_their_own(self):
        deliveries = self.send(f'{BOB}', bcc=f'{CAROL}, {ERIN}', encrypt=True, sign=True,
                               subject='two blind', count=3)
        self.assert_copies(deliveries, [CAROL, ERIN], [BOB])
        self.assertIn(CAROL, field(self.sent_copy('two blind'), 'Bcc'))
        self.judge.verify(self.judge.decrypt(
            next(one.octets for one in deliveries if one.recipients == [CAROL]), CAROL))
        self.assert_no_files()

    def test_blind_alone(self):
        deliveries = self.send('', bcc=CAROL, encrypt=True, subject='blind alone')
        self.assert_copies(deliveries, [CAROL], [])
        self.assertIn(CAROL, field(self.sent_copy('blind alone'), 'Bcc'))

    def test_nobody_is_forgotten(self):
        """A host that makes too few copies is not believed."""
        check = '''
            const policy = WebExtensionPolicy.getByID("dane-smime@dane-smime.example");
            const scope = {MailServices: ChromeUtils.importESModule(
              "resource:///modules/MailServices.sys.mjs").MailServices};
            Services.scriptloader.loadSubScriptWithOptions(
              policy.extension.rootURI.resolve("ui-hooks/outgoing/jobs.js"),
              {target: scope, ignoreCache: true, allowUnsafeURL: true});
            try {
              scope.checkCopies(copies, bcc, {to: "B <b@x.example>", cc: ""});
              return true;
            } catch (error) {
              return false;
            }'''
        for copies, bcc, right in (
                (['c@x.example'], ['c@x.example'], True),
                (['c@x.example'], ['c@x.example', 'd@x.example'], False),
                ([], ['c@x.example'], False),
                ([], ['B@x.example'], True),
                (['c@x.example'], ['c@x.example', 'C@x.example'], True)):
            with self.subTest(f'{copies} for {bcc}'):
                found = self.world.thunderbird.js(check, copies=copies, bcc=bcc)
                self.assertEqual(found, right)

    def test_signed_only(self):
        """One message for all: a signature names nobody."""
        [delivery] = self.send(BOB, bcc=CAROL, sign=True)
        self.assertEqual(delivery.recipients, [BOB, CAROL])
        self.assertIsNone(field(delivery.octets, 'Bcc'))
        self.judge.verify(delivery.octets)

    def test_one_is_refused(self):
        self.world.sink.refuse('RCPT', ERIN, times=1)
        window = self.open(BOB, bcc=f'{CAROL}, {ERIN}', encrypt=True, subject='half')
        window.press('cmd_sendNow')
        bar = self._bar(window)
        self.assertIn(f'delivered to: {CAROL}', bar['text'])
        self.assertIn(f'sent to: {ERIN}', bar['text'])
        self.assertEqual([one.recipients for one in self.world.sink.deliveries], [[CAROL]])
        window.send()
        self.assert_copies(self.world.sink.wait(3), [CAROL, ERIN], [BOB])
        self.sent_copy('half')
        self.assert_no_files()

    def test_the_message_itself_is_refused(self):
        """The blind ones have it already: trying again does not send it to them twice."""
        self.world.sink.refuse('RCPT', BOB, times=1)
        window = self.open(BOB, bcc=CAROL, encrypt=True, subject='main later')
        window.press('cmd_sendNow')
        self._dismiss_alert()
        self.assertIn(f'delivered to: {CAROL}', self._bar(window)['text'])
        window.send()
        self.assert_copies(self.world.sink.wait(2), [CAROL], [BOB])
        self.sent_copy('main later')

    def _bar(self, window):
        def bar():
            state = window.state()
            found = [one for one in state['bars'] if one['value'] == BAR]
            return found[0] if found and not state['locked'] else None
        return wait_until(bar, f'a bar; {window.describe()}')

    def _dismiss_alert(self):
        """Thunderbird's own, about what the server said."""
        self.world.dialogs.wait()
        self.world.dialogs.press()


class Later(BlindCase):
    def _queue(self, *arguments, **options):
        window = self.open(*arguments, **options)
        window.send(SEND_LATER)
        self.assertEqual(self.world.sink.deliveries, [])
        self.assert_no_files()

    def _send_queued(self, count):
        self.world.thunderbird.js(SEND_UNSENT)
        return self.world.sink.wait(count)

    def _outbox(self):
        """The octets of the Outbox."""
        folder = os.path.join(self.world.thunderbird.profile, 'Mail', 'Local Folders')
        for name in ('Unsent Messages', 'Outbox'):
            path = os.path.join(folder, name)
            if os.path.exists(path):
                with open(path, 'rb') as file:
                    return file.read()
        return b''

    def test_signed(self):
        self._queue(BOB, bcc=CAROL, sign=True)
        [delivery] = self._send_queued(1)
        self.assertEqual(sorted(delivery.recipients), sorted([BOB, CAROL]))
        self.judge.verify(delivery.octets)

    def test_each_their_own(self):
        self._queue(BOB, cc=ALICE, bcc=f'{CAROL}, {ERIN}', encrypt=True, subject='queued')
        self.assertNotIn(b'fett', self._outbox())
        deliveries = self._send_queued(3)
        by_envelope = {tuple(one.recipients): one.octets for one in deliveries}
        self.assertEqual(sorted(by_envelope), sorted([(CAROL,), (ERIN,), (BOB, ALICE)]))
        for envelope, octets in by_envelope.items():
            self.assertEqual(field(octets, 'To'), BOB)
            self.assertEqual(field(octets, 'Cc'), ALICE)
            self.assertIsNone(field(octets, 'Bcc'))
            self.assertNotIn(b'X-Dane', octets)
            self.judge.decrypt(octets, envelope[0])
        self.sent_copy('queued')

    def test_blind_alone(self):
        self._queue('', bcc=CAROL, encrypt=True, subject='queued blind')
        [delivery] = self._send_queued(1)
        self.assertEqual(delivery.recipients, [CAROL])
        self.judge.decrypt(delivery.octets, CAROL)
        self.sent_copy('queued blind')

    def test_without_the_add_on(self):
        """What was queued goes out as it was queued, to each the right one."""
        self._queue(BOB, bcc=CAROL, encrypt=True, sign=True, subject='queued alone')
        self.disable_add_on()
        deliveries = self._send_queued(2)
        by_envelope = {tuple(one.recipients): one.octets for one in deliveries}
        self.assertEqual(sorted(by_envelope), sorted([(BOB,), (CAROL,)]))
        self.assertEqual(self.judge.recipients(by_envelope[(CAROL,)]), [CAROL])
        self.assertEqual(self.judge.recipients(by_envelope[(BOB,)]), [ALICE, BOB])
        for octets in by_envelope.values():
            self.assertIsNone(field(octets, 'Bcc'))
            self.judge.verify(self.judge.decrypt(octets, BOB if octets == by_envelope[(BOB,)]
                                                 else CAROL))


if __name__ == '__main__':
    tap.main()
