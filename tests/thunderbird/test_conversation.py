#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Conversations of four messages between two Thunderbirds: no server on the way ever sees their
subject or their text."""

import time
import unittest

from world import ALICE, BOB, Account, Beside, World  # first: it sets the path

# pylint: disable=wrong-import-order
import tap
from folders import MAIL
from messages import field
from processes import wait_until
from reading import REPLY
from sending import OUTER_SUBJECT
from stock import IssuedWorld, StockBeside

SUBJECT = 'Rent for April'
# Has the server asked for new messages; while it is asked already, nobody hears of the end.
ASK = MAIL + 'MailUtils.getExistingFolder(uri).updateFolder(null);'
ASK_SECONDS = 2
ALICES, BOBS = Account(ALICE, 'Alice Example', 'alice'), Account(BOB, 'Bob Example', 'bob')


class Person:
    """Somebody at their Thunderbird."""

    def __init__(self, world):
        self._world = world
        self._user = world.accounts[0].user
        self.address = world.accounts[0].address
        self._n_read = 0

    def write(self, to, subject, text):
        """The first message."""
        return self._world.composing.open(self.address, to, subject=subject,
                                          body=f'<p>{text}</p>')

    def read(self, text):
        """The next message of the mailbox, which has this text; gives its view."""
        inbox = f'imap://{self._user}@127.0.0.1/INBOX'
        asked = -ASK_SECONDS

        def arrived():
            nonlocal asked
            if time.monotonic() - asked >= ASK_SECONDS:
                asked = time.monotonic()
                self._world.thunderbird.js(ASK, uri=inbox)
            found = sorted(self._world.folders.headers(inbox), key=lambda one: one['key'])
            return found[self._n_read:]

        message = wait_until(arrived, f'a message for {self.address}')[0]
        self._n_read += 1
        view = self._world.reading.show(message['uri'])
        view.wait_for_text(text)
        return view

    def answer(self, view, text):
        """Opens a reply and writes something above the quotation."""
        window = view.answer(REPLY)
        window.js('''
            const paragraph = one.getBrowser().contentDocument.createElement("p");
            paragraph.textContent = text;
            one.getBrowser().contentDocument.body.prepend(paragraph);''', text=text)
        return window

    def picture(self, name, kind='mail:3pane'):
        self._world.pictures.window(name, kind)


class Conversation:
    """What both have in common: `world` with Alice, `other` with Bob."""

    @classmethod
    def raise_both(cls, world, other):
        """For setUpClass()."""
        cls.world, cls.other = world.start(), None
        try:
            cls.other = other.start()
        except BaseException:
            world.stop()
            raise
        cls.alice, cls.bob = Person(world), Person(other)

    @classmethod
    def tearDownClass(cls):
        try:
            cls.other.stop()
        finally:
            cls.world.stop()

    def send(self, window, number, *texts):
        """Sends it as it is; gives what left, where nothing of these texts may be."""
        window.send()
        octets = self.world.sink.wait(number)[-1].octets
        self.assertIn(b'Content-Type: application/pkcs7-mime', octets)
        for text in (SUBJECT, *texts):
            self.assertNotIn(text.encode(), octets)
        return octets

    def wait_subject(self, window, subject):
        """Waits until it stands in the compose window."""
        wait_until(lambda: window.state()['subject'] == subject,
                   f'"{subject}", not "{window.state()["subject"]}"')


class OursAndOurs(Conversation, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        world = World([ALICES], others=[BOBS])
        cls.raise_both(world, Beside(world, [BOBS]))

    def test_four_messages(self):
        texts = ['It rises.', 'By how much?', 'Nobody knows.', 'Then I move out.']
        window = self.alice.write(BOB, SUBJECT, texts[0])
        people = [self.bob, self.alice]
        for number, text in enumerate(texts, 1):
            octets = self.send(window, number, *texts)
            self.assertEqual(field(octets, 'Subject'), OUTER_SUBJECT)
            reader = people[(number - 1) % 2]
            view = reader.read(text)
            shown = SUBJECT if number == 1 else f'Re: {SUBJECT}'
            view.wait_for(lambda state, shown=shown: state['subject'] == f'Subject:{shown}', shown)
            self.assertNotIn('Subject:', view.state()['text'])
            reader.picture(f'conversation-ours-{number}')
            if number < len(texts):
                window = reader.answer(view, texts[number])
                self.wait_subject(window, f'Re: {SUBJECT}')
                reader.picture(f'conversation-ours-{number}-answer', 'msgcompose')


class OursAndStock(Conversation, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        world = IssuedWorld([ALICES], others=[BOBS])
        cls.raise_both(world, StockBeside(world, BOBS))
        cls.other.take_keys()

    def wait_good_signature(self, view):
        """As Thunderbird sees it itself."""
        view.wait_for(lambda state: state['signature_status'] == 0, 'a good signature')

    def test_four_messages(self):
        """Bob, who has no add-on, sees the subject in the text, and "[...]" where it belongs."""
        texts = ['It rises.', 'By how much?', 'Nobody knows.', 'Then I move out.']
        octets = self.send(self.alice.write(BOB, SUBJECT, texts[0]), 1, *texts)
        self.assertEqual(field(octets, 'Subject'), OUTER_SUBJECT)

        view = self.bob.read(texts[0])
        self.assertIn(f'Subject: {SUBJECT}', view.state()['text'])
        self.assertEqual(view.state()['subject'], f'Subject:{OUTER_SUBJECT}')
        self.wait_good_signature(view)
        self.bob.picture('conversation-stock-1')
        window = self.bob.answer(view, texts[1])
        self.bob.picture('conversation-stock-1-answer', 'msgcompose')
        octets = self.send(window, 2, *texts)
        self.assertEqual(field(octets, 'Subject'), f'Re: {OUTER_SUBJECT}')

        view = self.alice.read(texts[1])
        self.alice.picture('conversation-stock-2')
        window = self.alice.answer(view, texts[2])
        octets = self.send(window, 3, *texts)
        self.assertIn(OUTER_SUBJECT, field(octets, 'Subject'))

        view = self.bob.read(texts[2])
        self.wait_good_signature(view)
        self.bob.picture('conversation-stock-3')
        octets = self.send(self.bob.answer(view, texts[3]), 4, *texts)
        self.assertIn(OUTER_SUBJECT, field(octets, 'Subject'))
        self.alice.read(texts[3])
        self.alice.picture('conversation-stock-4')


if __name__ == '__main__':
    tap.main()
