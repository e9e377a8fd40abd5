#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""What is asked when Send is pressed, and what each answer does."""

from world import CAROL, DAVE  # first: it puts the support modules on the path
from toggles import ALICE, BOB, KEYLESS, QUESTION, ToggleCase

# pylint: disable=wrong-import-order
import tap
from compose import SEND, SEND_LATER
from processes import wait_until
from reading import REPLY

BACK, PLAIN, RETRY = 'Go back', 'Send unencrypted…', 'Try again'
BODY = '<p>Grüße <b>an alle</b></p>'

# scenario of the DNS universe, what is said, whether it is worth to try again
BLOCKING = (
    ('nxdomain-nsec', 'No certificate is published', False),
    ('bogus-bad-signature', 'failed validation', True),
    ('expired', 'has expired', False),
    ('insecure-delegation', 'not protected by DNSSEC', False),
    ('hash-only', 'Only a digest', False),
)


def setUpModule():
    ToggleCase.raise_world()


def tearDownModule():
    ToggleCase.lower_world()


class SendCase(ToggleCase):
    def press_send(self, window, title='', command=SEND):
        window.press(command)
        return self.wait_question(title)

    def delivered(self, window, count=1):
        wait_until(lambda: not window.is_open(), f'it is sent: {window.describe()}')
        return self.world.sink.wait(count)

    def assert_encrypted(self, delivery, *recipients):
        self.assertEqual(sorted(delivery.recipients), sorted(recipients))
        self.assertIn(b'Content-Type: application/pkcs7-mime', delivery.octets)

    def assert_plain(self, delivery):
        self.assertNotIn(b'application/pkcs7-mime', delivery.octets)


class Blocked(SendCase):
    def setUp(self):
        super().setUp()
        self.set_defaults('never', 'always')

    def test_each_reason(self):
        for name, text, again in BLOCKING:
            with self.subTest(name):
                address = self.world.scenario_address(name)
                window = self.composing.open(ALICE, BOB, cc=address, body=BODY)
                before = window.state()
                state = self.press_send(window, 'One recipient cannot')
                [row] = state['rows']
                self.assertEqual((row['address'], row['field']), (address, 'Cc'))
                self.assertIn(text, row['text'])
                self.assertEqual(RETRY in state['buttons'], again)
                self.assertEqual(state['focus'], BACK)
                self.answer(BACK)
                self.assert_not_sent(window)
                after = window.state()
                self.assertEqual((after['text'], len(after['recipients'])), (before['text'], 2))
                window.close()

    def test_closing_it_goes_back(self):
        window = self.composing.open(ALICE, f'{BOB}, {DAVE}', body=BODY)
        self.press_send(window)
        self.addon.page(QUESTION, '''
            messenger.windows.getCurrent().then(({id}) => messenger.windows.remove(id));''')
        self.assert_not_sent(window)
        self.press_send(window)
        self.addon.page(QUESTION, '''
            setTimeout(() => document.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape"})));
            ''')
        self.assert_not_sent(window)

    def test_remove_the_recipient(self):
        window = self.composing.open(ALICE, f'{BOB}, {DAVE}', cc=CAROL, body=BODY)
        self.press_send(window)
        self.answer('Remove recipient')
        [delivery] = self.delivered(window)
        self.assert_encrypted(delivery, BOB, CAROL)

    def test_remove_several(self):
        address = self.world.scenario_address('expired')
        window = self.composing.open(ALICE, f'{BOB}, {address}', bcc=DAVE, body=BODY)
        self.press_send(window, '2 recipients')
        self.answer('Remove all 2')
        [delivery] = self.delivered(window)
        self.assert_encrypted(delivery, BOB)

    def test_nobody_would_be_left(self):
        window = self.composing.open(ALICE, DAVE, body=BODY)
        self.assertEqual(self.press_send(window)['buttons'], [BACK, PLAIN])

    def test_send_unencrypted(self):
        window = self.composing.open(ALICE, f'{BOB}, {DAVE}', body=BODY)
        self.press_send(window)
        self.answer(PLAIN)
        state = self.wait_question('Send without encryption?')
        self.assertEqual(state['focus'], 'Cancel')
        self.assertEqual(self.world.sink.deliveries, [])
        self.answer('Cancel')
        self.wait_question('One recipient cannot')
        self.answer(PLAIN)
        self.wait_question('Send without encryption?')
        self.answer('Send unencrypted')
        [delivery] = self.delivered(window)
        self.assert_plain(delivery)
        self.assertEqual(sorted(delivery.recipients), [BOB, DAVE])

    def test_try_again(self):
        window = self.composing.open(
            ALICE, self.world.scenario_address('bogus-bad-signature'), body=BODY)
        self.press_send(window)
        self.world.forget_requests()
        self.answer(RETRY)
        wait_until(lambda: self.world.requests('lookup'), 'it is looked up again')
        self.assertEqual(len(self.world.requests('flush')), 1)
        self.wait_question('One recipient cannot')
        self.answer(BACK)
        self.assert_not_sent(window)

    def test_send_later(self):
        window = self.composing.open(ALICE, DAVE, body=BODY)
        self.press_send(window, command=SEND_LATER)
        self.answer(BACK)
        self.assert_not_sent(window)

    def test_no_key(self):
        window = self.composing.open(KEYLESS, BOB, body=BODY)
        state = self.press_send(window, 'No key of your own')
        self.assertEqual(state['buttons'], [BACK, 'Set up…', PLAIN])
        self.answer(BACK)
        self.assert_not_sent(window)

    def test_the_add_on_is_disabled_meanwhile(self):
        window = self.composing.open(ALICE, DAVE, body=BODY)
        self.press_send(window)
        self.addon.disable()
        try:
            wait_until(lambda: not window.state()['locked'], 'the window is free')
            self.assertEqual(self.world.sink.deliveries, [])
        finally:
            self.addon.enable()


class Asked(SendCase):
    def setUp(self):
        super().setUp()
        self.set_defaults('never', 'ask')

    def _ask(self):
        window = self.composing.open(ALICE, BOB, body=BODY)
        state = self.press_send(window, 'Encrypt this message?')
        self.assertEqual(state['focus'], 'Encrypt and send')
        return window

    def test_yes(self):
        window = self._ask()
        self.answer('Encrypt and send')
        self.assert_encrypted(*self.delivered(window), BOB)

    def test_no(self):
        window = self._ask()
        self.answer('Send unencrypted')
        self.assert_plain(*self.delivered(window))

    def test_go_back(self):
        window = self._ask()
        self.answer(BACK)
        self.assert_not_sent(window)

    def test_not_where_somebody_is_not_ready(self):
        window = self.composing.open(ALICE, f'{BOB}, {DAVE}', body=BODY)
        window.press(SEND)
        self.assert_plain(*self.delivered(window))


class NotAsked(SendCase):
    def test_everyone_is_ready(self):
        window = self.composing.open(ALICE, BOB, body=BODY)
        window.press(SEND)  # before the look-ups have come: it waits for them
        self.assert_encrypted(*self.delivered(window), BOB)

    def test_by_default_plain_where_somebody_is_not(self):
        window = self.composing.open(ALICE, f'{BOB}, {DAVE}', body=BODY)
        window.press(SEND)
        self.assert_plain(*self.delivered(window))


class Answers(SendCase):
    def test_reply_to_an_encrypted_message(self):
        self.set_defaults('never', 'never')
        text = (f'From: {CAROL}\r\nTo: {ALICE}\r\nSubject: secret\r\nMessage-ID: <secret@x>\r\n'
                'Date: Sat, 21 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n'
                'Content-Type: text/plain\r\n\r\nthe secret text\r\n')
        sealed = self.world.peers.succeed('encrypt', stdin=text.encode()).stdout
        folder = self.world.folders.local('answered')
        self.world.folders.add(folder, sealed)
        [message] = self.world.folders.wait_headers(folder, 1)
        view = self.world.reading.show(message['uri'])
        view.wait_for_text('the secret text')
        window = view.answer(REPLY)
        self.wait_label(window, 'Encrypted, signed', '')
        window.press(SEND)
        self.assert_encrypted(*self.delivered(window), CAROL)


if __name__ == '__main__':
    tap.main()
