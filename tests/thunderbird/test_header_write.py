#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Answers to messages with hidden header fields: what they take over, and what never leaves."""

import itertools
import re

from world import CAROL, DAVE  # first: it puts the support modules on the path
from toggles import ALICE, BOB, ToggleCase

# pylint: disable=wrong-import-order
import tap
from compose import SAVE_DRAFT, SAVE_TEMPLATE, SEND
from hidden import SUBJECT, Hidden
from messages import field
from processes import wait_until
from reading import (EDIT_AS_NEW, FORWARD_ATTACHED, FORWARD_INLINE, REDIRECT, REPLY, REPLY_ALL,
                     REPLY_LIST)
from sending import OUTER_SUBJECT, Judge, payload_of

TEXT = 'the secret text'
BOTH = 'Encrypted, signed'
EVE = 'eve@example.org'
NUMBERS = itertools.count()
EDIT_DRAFT = '''
const {MailServices} = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const header = MailServices.messageServiceFromURI(uri).messageURIToMsgHdr(uri);
window.ComposeMessage(Ci.nsIMsgCompType[type], Ci.nsIMsgCompFormat.Default, header.folder, [uri]);
'''
SETTINGS = '''
const {settings} = await messenger.storage.local.get("settings");
await messenger.storage.local.set({settings: {...settings, ...changes}});
'''


def setUpModule():
    ToggleCase.raise_world()


def tearDownModule():
    ToggleCase.lower_world()


class HeaderCase(ToggleCase):
    def setUp(self):
        super().setUp()
        self.hidden, self.judge = Hidden(self.world), Judge(self.world)
        self.set_defaults('never', 'never')

    def settings(self, **changes):
        """Of the add-on; the defaults again at the end of the test."""
        self.addon.background(SETTINGS, changes=changes)
        self.addCleanup(self.addon.background, SETTINGS, changes={
            'headerProtection': 'baseline', 'legacyDisplay': True})

    def show(self, **message):
        """A message in a folder of its own, shown with its content."""
        return self.show_octets(self.hidden.message(f'hidden{next(NUMBERS)}', **message))

    def show_octets(self, octets):
        folder = self.world.folders.local(f'shown{next(NUMBERS)}')
        self.world.folders.add(folder, octets)
        [header] = self.world.folders.wait_headers(folder, 1)
        view = self.world.reading.show(header['uri'])
        view.wait_for_text(TEXT)
        return view

    def wait_subject(self, window, subject):
        wait_until(lambda: window.state()['subject'] == subject,
                   f'"{subject}", not "{window.state()["subject"]}"')

    def wait_people(self, window, **wanted):
        """Waits until these are in To and Cc, and nobody else."""
        def people():
            found = {}
            for one in window.state()['recipients']:
                found.setdefault(one['field'], []).append(one['address'])
            return found
        wait_until(lambda: people() == wanted, f'{wanted}, not {people()}')

    def delivered(self, window, count=1):
        wait_until(lambda: not window.is_open(), f'it is sent: {window.describe()}')
        return self.world.sink.wait(count)

    def assert_secret(self, delivery, subject, person=CAROL):
        """Nothing of the subject outside; all of it inside, signed."""
        self.assertNotIn(SUBJECT.encode(), delivery.octets)
        self.assertEqual(field(delivery.octets, 'Subject'), OUTER_SUBJECT)
        payload = payload_of(self.judge.decrypt(delivery.octets, person))
        self.assertEqual(payload['Subject'], subject)
        self.assertEqual(payload.get_param('hp'), 'cipher')
        return payload


class Replies(HeaderCase):
    def test_subject(self):
        window = self.show().answer(REPLY)
        self.wait_subject(window, f'Re: {SUBJECT}')
        self.wait_people(window, to=[CAROL])
        self.wait_label(window, BOTH, '')
        window.wait_for_text(TEXT)
        self.assertNotIn('Subject:', window.state()['text'])
        self.assertFalse(window.state()['changed'])
        window.press(SEND)
        [delivery] = self.delivered(window)
        self.assert_secret(delivery, f'Re: {SUBJECT}')

    def test_added_outside(self):
        """Who was put into the header on the way gets nothing."""
        view = self.show(inner={'Cc': BOB}, outer={'Cc': f'{BOB}, {EVE}', 'Reply-To': EVE})
        window = view.answer(REPLY_ALL)
        self.wait_subject(window, f'Re: {SUBJECT}')
        self.wait_people(window, to=[CAROL], cc=[BOB])
        window.close()
        window = view.answer(REPLY)
        self.wait_people(window, to=[CAROL])

    def test_added_reply_address(self):
        """Thunderbird knows more fields than Reply-To."""
        window = self.show(outer={'Mail-Reply-To': EVE}).answer(REPLY)
        self.wait_subject(window, f'Re: {SUBJECT}')
        self.wait_people(window, to=[CAROL])

    def test_added_subject(self):
        """One more outside, before the one that was there, or behind it."""
        for place in ('before', 'behind'):
            with self.subTest(place):
                message = self.hidden.message(f'subject-{place}')
                added = b'Subject: Evil\r\n'
                message = (added + message if place == 'before'
                           else message.replace(b'MIME-Version', added + b'MIME-Version', 1))
                window = self.show_octets(message).answer(REPLY)
                self.wait_subject(window, f'Re: {SUBJECT}')
                window.close()

    def test_added_list(self):
        """Anybody on the way can say that it came from a list."""
        window = self.show(outer={'List-Post': f'<mailto:{EVE}>'}).answer(REPLY_LIST)
        self.wait_subject(window, f'Re: {SUBJECT}')
        self.wait_people(window, to=[CAROL])

    def test_list(self):
        """One that the message was sent to, named by its software."""
        window = self.show(inner={'Cc': 'friends@example.org'},
                           outer={'List-Post': '<mailto:friends@example.org>'}).answer(REPLY_LIST)
        self.wait_subject(window, f'Re: {SUBJECT}')
        self.wait_people(window, to=['friends@example.org'])

    def test_redirected(self):
        """Answers to it go to its author."""
        window = self.show(outer={'From': f'Eve <{EVE}>'}).answer(REDIRECT)
        self.wait_subject(window, SUBJECT)
        self.wait_people(window, reply=[CAROL])
        self.wait_label(window, BOTH)

    def test_another_sender_outside(self):
        view = self.show(outer={'From': f'Eve <{EVE}>'})
        self.wait_people(view.answer(REPLY), to=[CAROL])

    def test_inline(self):
        window = self.show().answer(FORWARD_INLINE)
        self.wait_subject(window, f'Fwd: {SUBJECT}')
        self.wait_label(window, BOTH)
        self.assertNotIn(OUTER_SUBJECT, window.state()['text'])
        self.assertIn(f'Subject:\t{SUBJECT}', window.state()['text'])
        window.add_recipient(BOB)
        wait_until(lambda: self.pills(window)[BOB]['state'] == ['ready'], 'Bob is looked up')
        window.press(SEND)
        [delivery] = self.delivered(window)
        self.assert_secret(delivery, f'Fwd: {SUBJECT}', BOB)

    def test_attached(self):
        """The name of the attachment is made of the outer subject, and inside."""
        window = self.show().answer(FORWARD_ATTACHED)
        self.wait_subject(window, f'Fwd: {SUBJECT}')
        self.wait_label(window, BOTH)
        self.assertEqual(window.state()['attachments'], ['[___].eml'])
        window.add_recipient(BOB)
        wait_until(lambda: self.pills(window)[BOB]['state'] == ['ready'], 'Bob is looked up')
        window.press(SEND)
        [delivery] = self.delivered(window)
        self.assert_secret(delivery, f'Fwd: {SUBJECT}', BOB)
        self.assertNotIn(b'.eml', delivery.octets)

    def test_edited_as_new(self):
        window = self.show(outer={'To': EVE}).answer(EDIT_AS_NEW)
        self.wait_subject(window, SUBJECT)
        self.wait_people(window, to=[ALICE])

    def test_the_subject_was_edited(self):
        window = self.show().answer(REPLY)
        self.wait_subject(window, f'Re: {SUBJECT}')
        window.js('one.document.getElementById("msgSubject").value = "Rent for May";')
        self.wait_label(window, BOTH, '')
        window.press(SEND)
        [delivery] = self.delivered(window)
        self.assert_secret(delivery, 'Rent for May')
        self.assertNotIn(b'Rent for', delivery.octets)

    def test_nothing_is_hidden_by_choice(self):
        """The policy hides nothing, but what was hidden stays hidden."""
        self.settings(headerProtection='none')
        window = self.show().answer(REPLY)
        self.wait_subject(window, f'Re: {SUBJECT}')
        self.wait_label(window, BOTH, '')
        self.assertIn('nothing that was hidden', self.open_popup(window)['exposure'])
        self.close_popup(window)
        window.press(SEND)
        [delivery] = self.delivered(window)
        self.assertEqual(field(delivery.octets, 'Subject'), f'Re: {OUTER_SUBJECT}')
        self.assertNotIn(SUBJECT.encode(), delivery.octets)


    def test_the_event_page_was_stopped(self):
        """What is answered is found out again; what was written stays."""
        self.settings(headerProtection='none')
        window = self.show().answer(REPLY)
        self.wait_label(window, BOTH, '')
        self.wait_subject(window, f'Re: {SUBJECT}')
        window.remove_recipient(CAROL)
        window.add_recipient(BOB)
        self.addon.stop_background()
        window.press(SEND)
        [delivery] = self.delivered(window)
        self.assertEqual(delivery.recipients, [BOB])
        self.assertEqual(field(delivery.octets, 'Subject'), f'Re: {OUTER_SUBJECT}')
        self.assertNotIn(SUBJECT.encode(), delivery.octets)


class Quoted(HeaderCase):
    """What Thunderbird writes above what it quotes, from the fields outside."""

    AUTHOR = f'"Example, Carol" <{CAROL}>'
    BOTH = f'Alice Example <{ALICE}>, =?utf-8?q?Bj=C3=B6rn?= <{BOB}>'
    DATE, UTC = 'Sat, 21 Nov 2026 07:00:00 -0500', 'Sat, 21 Nov 2026 12:00:00 +0000'
    SHY = {'inner': {'From': AUTHOR, 'To': BOTH, 'Date': DATE},
           'seen': {'From': CAROL, 'To': f'{ALICE}, {BOB}', 'Date': UTC}}

    def each_format(self):
        """HTML, and plain text."""
        set_format = 'Services.prefs.setBoolPref("mail.identity.id1.compose_html", html);'
        self.addCleanup(self.world.thunderbird.js, set_format, html=True)
        for html in (True, False):
            with self.subTest(html=html):
                self.world.thunderbird.js(set_format, html=html)
                yield html

    def answer(self, command, **message):
        """Gives the window once it has the real subject, and what stands in its text."""
        window = self.show(**message).answer(command)
        window.wait_for_text(TEXT)
        prefix = 'Fwd' if command == FORWARD_INLINE else 'Re'
        self.wait_subject(window, f'{prefix}: {SUBJECT}')
        self.assertFalse(window.state()['changed'])
        return window, window.state()['text'].replace('\t', ' ')

    def test_names_that_were_hidden(self):
        for html in self.each_format():
            window, text = self.answer(REPLY, **self.SHY)
            self.assertRegex(text, r'On 11/21/26.*, Example, Carol wrote:')
            window.close()
            window, text = self.answer(FORWARD_INLINE, **self.SHY)
            for row in (f'Subject: {SUBJECT}', f'Date: {self.DATE}',
                        f'From: Example, Carol <{CAROL}>',
                        f'To: Alice Example <{ALICE}>, Björn <{BOB}>'):
                self.assertIn(row, text)
            self.world.pictures.window(f'header-forward-{"html" if html else "plain"}',
                                       'msgcompose')
            window.close()

    def test_somebody_else_outside(self):
        """Who came in on the way is nobody's author, and has got no copy."""
        forged = {'outer': {'From': f'Eve <{EVE}>', 'Cc': EVE, 'Reply-To': f'Eve <{EVE}>',
                            'Date': 'Fri, 20 Nov 2026 12:00:00 +0000'}}
        for _html in self.each_format():
            window, text = self.answer(REPLY, **forged)
            self.assertRegex(text, r'On 11/21/26.*, Carol Example wrote:')
            self.assertNotIn('Eve', text)
            window.close()
            window, text = self.answer(FORWARD_INLINE, **forged)
            self.assertRegex(text, rf'From: Carol Example <{CAROL}>\s*To: {ALICE}\s*{TEXT}')
            self.assertNotIn(EVE, text)
            window.close()

    def test_what_somebody_wrote_stays(self):
        """The text below looks like a header."""
        text = f'From: {CAROL}\r\nTo: {ALICE}, {BOB}\r\n{TEXT}'
        for _html in self.each_format():
            window, found = self.answer(FORWARD_INLINE, text=text, **self.SHY)
            self.assertIn(f'From: {CAROL}\nTo: {ALICE}, {BOB}\n{TEXT}', found)
            window.close()


class Warned(HeaderCase):
    def test_encryption_was_switched_off(self):
        window = self.show().answer(REPLY)
        self.wait_label(window, BOTH, '')
        window.js('one.resizeTo(1200, 760);')
        self.open_popup(window)
        self.world.pictures.window('header-popup', 'msgcompose')
        self.toggle('encrypt')
        self.wait_popup(lambda state: 'what it quotes' in state['exposure'])
        self.world.pictures.window('header-popup-answer', 'msgcompose')
        self.close_popup(window)
        window.press(SEND)
        state = self.wait_question('what came encrypted')
        self.assertEqual(state['buttons'], ['Encrypt and send', 'Go back', 'Send unencrypted'])
        self.assertEqual(state['focus'], 'Encrypt and send')
        self.world.pictures.page('header-question', 'compose/send-check.html', zoom=2)
        self.answer('Go back')
        self.assert_not_sent(window)
        window.press(SEND)
        self.wait_question('what came encrypted')
        self.answer('Encrypt and send')
        [delivery] = self.delivered(window)
        self.assert_secret(delivery, f'Re: {SUBJECT}')

    def test_sent_in_the_clear_by_choice(self):
        window = self.show().answer(REPLY)
        self.wait_label(window, BOTH, '')
        self.open_popup(window)
        self.toggle('encrypt')
        self.close_popup(window)
        window.press(SEND)
        self.wait_question('what came encrypted')
        self.answer('Send unencrypted')
        [delivery] = self.delivered(window)
        self.assertEqual(field(delivery.octets, 'Subject'), f'Re: {SUBJECT}')

    def test_somebody_cannot_read_it(self):
        """Who can't be encrypted to is added: the question has its second one."""
        window = self.show().answer(REPLY)
        self.wait_label(window, BOTH, '')
        window.add_recipient(DAVE)
        window.press(SEND)
        self.wait_question('One recipient cannot')
        self.answer('Send unencrypted…')
        self.assertIn('quotes', self.wait_question('Send without')['text'])
        self.answer('Cancel')
        self.wait_question('One recipient cannot')
        self.answer('Go back')
        self.assert_not_sent(window)


class Drafts(HeaderCase):
    def stored(self, folder):
        """The newest draft, encrypted to oneself and not signed: what is on the server, inside."""
        octets = self.world.imap.messages('alice', folder)[-1]  # that of the greatest number
        self.assertEqual(self.judge.recipients(octets), [ALICE])
        self.assertEqual(field(octets, 'Subject'), OUTER_SUBJECT)
        self.assertNotIn(SUBJECT.encode(), octets)
        payload = payload_of(self.judge.decrypt(octets, ALICE))
        self.assertEqual(payload.get_param('hp'), 'cipher')
        self.assertNotIn('hp-legacy-display', payload.as_string())
        return octets, payload

    def save(self, window, command=SAVE_DRAFT, folder='Drafts'):
        """Gives stored(); the window is closed."""
        before = len(self.world.imap.messages('alice', folder))
        window.save(command)
        wait_until(lambda: len(self.world.imap.messages('alice', folder)) > before, 'it is there')
        window.close()
        return self.stored(folder)

    def edit(self, octets, kind='Draft', name='Drafts'):
        """Opens a draft again."""
        folder = self.world.folders.imap('alice', name)
        number = field(octets, 'Message-ID').strip('<>')

        def uris():
            return [one['uri'] for one in self.world.folders.headers(folder)
                    if one['id'] == number]

        [uri] = wait_until(uris, 'Thunderbird has the draft')
        return self.composing.opened_by(
            lambda: self.world.thunderbird.js(EDIT_DRAFT, uri=uri, type=kind))

    def test_an_answer(self):
        window = self.show().answer(REPLY)
        self.wait_label(window, BOTH, '')
        self.wait_subject(window, f'Re: {SUBJECT}')
        octets, payload = self.save(window)
        self.assertEqual(field(octets, 'X-Dane-Smime'), 'sign encrypt')
        self.assertEqual(payload['Subject'], f'Re: {SUBJECT}')
        again = self.edit(octets)
        self.wait_subject(again, f'Re: {SUBJECT}')
        self.wait_people(again, to=[CAROL])
        again.wait_for_text(TEXT)
        self.wait_label(again, BOTH, '')
        again.press(SEND)
        [delivery] = self.delivered(again)
        sent = self.assert_secret(delivery, f'Re: {SUBJECT}')
        self.assertEqual(len(sent.get_all('Subject')), 1)
        self.assertNotIn('X-Dane', str(sent.items()))

    def test_of_an_answer_under_another_policy(self):
        """What it answers is known still, when it is opened again."""
        self.settings(headerProtection='none')
        window = self.show().answer(REPLY)
        self.wait_label(window, BOTH, '')
        self.wait_subject(window, f'Re: {SUBJECT}')
        octets, _payload = self.save(window)
        again = self.edit(octets)
        self.wait_subject(again, f'Re: {SUBJECT}')
        self.wait_label(again, BOTH, '')
        again.press(SEND)
        [delivery] = self.delivered(again)
        self.assertNotIn(SUBJECT.encode(), delivery.octets)

    def people(self, window):
        """Whole mailboxes."""
        return window.js('return [...one.document.querySelectorAll("mail-address-pill")]'
                         '.map(pill => pill.fullAddress);')

    def test_of_an_answer_to_names_that_were_hidden(self):
        """They are no more on the server than in what the draft answers."""
        carol = f'Carol Example <{CAROL}>'
        window = self.show(seen={'From': CAROL}).answer(REPLY)
        self.wait_label(window, BOTH, '')
        wait_until(lambda: self.people(window) == [carol], 'the name is in the answer')
        octets, payload = self.save(window)
        self.assertEqual((field(octets, 'To'), payload['To']), (CAROL, carol))
        self.assertNotIn(b'Carol Example', octets)
        again = self.edit(octets)
        wait_until(lambda: self.people(again) == [carol], 'the name is there again')

    def test_names_are_hidden_by_choice(self):
        self.settings(headerProtection='shy')
        self.set_defaults('never', 'always')
        bob = f'Bob Example <{BOB}>'
        for command, folder in ((SAVE_DRAFT, 'Drafts'), (SAVE_TEMPLATE, 'Templates')):
            with self.subTest(folder):
                window = self.composing.open(ALICE, bob, subject=SUBJECT, body=f'<p>{TEXT}</p>')
                self.wait_label(window, BOTH, '')
                octets, payload = self.save(window, command, folder)
                self.assertEqual((field(octets, 'To'), payload['To']), (BOB, bob))
                self.assertEqual(field(octets, 'From'), ALICE)
                self.assertNotIn(b'Bob Example', octets)

    def test_encryption_was_switched_off(self):
        """What it quotes is on no server for all to read, before somebody has said so."""
        window = self.show().answer(REPLY)
        self.wait_label(window, BOTH, '')
        self.open_popup(window)
        self.toggle('encrypt')
        self.wait_label(window, 'Not protected')
        self.close_popup(window)
        octets, _payload = self.save(window)
        self.assertIn('no-encrypt', field(octets, 'X-Dane-Smime'))
        again = self.edit(octets)
        self.wait_subject(again, f'Re: {SUBJECT}')
        self.wait_label(again, 'Not protected')
        again.press(SEND)
        self.wait_question('what came encrypted')
        self.answer('Go back')
        self.assert_not_sent(again)

    def test_the_server_says_otherwise(self):
        """What a draft was saved with stands outside: without a word of encryption there."""
        window = self.composing.open(ALICE, BOB, subject=SUBJECT, body=f'<p>{TEXT}</p>')
        self.open_popup(window)
        self.toggle('encrypt')
        self.wait_label(window, BOTH)
        self.close_popup(window)
        octets, _payload = self.save(window)
        changed = octets.replace(b'X-Dane-Smime: sign encrypt', b'X-Dane-Smime: sign')
        changed = re.sub(rb'(?m)^(Message-ID: <)', rb'\1changed-', changed)
        self.world.imap.append('alice', changed, 'Drafts')
        again = self.edit(changed)
        self.wait_subject(again, SUBJECT)
        self.wait_label(again, BOTH, '')

    def test_template(self):
        self.set_defaults('never', 'always')
        window = self.composing.open(ALICE, BOB, subject=SUBJECT, body=f'<p>{TEXT}</p>')
        self.wait_label(window, BOTH, '')
        octets, _payload = self.save(window, SAVE_TEMPLATE, 'Templates')
        for kind in ('Template', 'EditTemplate'):
            with self.subTest(kind):
                again = self.edit(octets, kind, 'Templates')
                self.wait_subject(again, SUBJECT)
                self.wait_people(again, to=[BOB])
                again.wait_for_text(TEXT)
                self.wait_label(again, BOTH, '')
                again.close()

    def test_blind_recipients(self):
        self.set_defaults('never', 'always')
        window = self.composing.open(ALICE, BOB, bcc=CAROL, subject=SUBJECT, body='<p>Hello</p>')
        self.wait_label(window, BOTH, '')
        octets, payload = self.save(window)
        self.assertEqual((payload['Bcc'], payload['Subject']), (CAROL, SUBJECT))
        again = self.edit(octets)
        self.wait_subject(again, SUBJECT)
        self.wait_people(again, to=[BOB], bcc=[CAROL])
        self.wait_label(again, BOTH, '')
        again.press(SEND)
        for delivery in self.delivered(again, 2):
            [person] = delivery.recipients
            sent = self.assert_secret(delivery, SUBJECT, person)
            self.assertIsNone(sent['Bcc'])
            self.assertNotIn(CAROL, str(sent.get_all('HP-Outer')))


if __name__ == '__main__':
    tap.main()
