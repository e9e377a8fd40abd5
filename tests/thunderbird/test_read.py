#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Messages of every kind are shown; what is done with a decrypted message; nothing leaks."""

import base64
import os
import re
import time
import unittest

from world import ALICE, CAROL, World  # first: it puts the support modules on the path

# pylint: disable=wrong-import-order
import tap
from compose import Composing
from dialogs import Dialogs
from mail_windows import MailWindows
from processes import wait_until
from protected import ATTACHED_TEXT, CSV, Kinds, head, plain, rich, split

WORLD = World()
SUCCESS, INCOMPLETE, NONE = 0, 1057, -1
ENCRYPTED = ('C2', 'C3', 'C4', 'C5', 'C6', 'C7', 'E1', 'E2', 'E3', 'E4', 'E5', 'to-bob')
OTHERS = ('A1', 'B1', 'D1', 'D2', 'F1', 'G1')
KINDS = MAIL = COMPOSING = FOLDER = None
PARTS_ARE_SEEN = True  # not in Thunderbird 140


def setUpModule():
    global KINDS, MAIL, COMPOSING, FOLDER, PARTS_ARE_SEEN
    WORLD.start()
    PARTS_ARE_SEEN = WORLD.addon.background(
        'return (await messenger.daneVerdict.features()).parts;')
    KINDS, MAIL = Kinds(WORLD), MailWindows(WORLD.thunderbird)
    COMPOSING = Composing(WORLD.thunderbird)
    FOLDER = MAIL.local_folder('kinds')
    MAIL.add(FOLDER, *[KINDS.make(kind) for kind in (*ENCRYPTED, *OTHERS)])
    MAIL.open_folder(FOLDER, len(ENCRYPTED) + len(OTHERS))


def tearDownModule():
    WORLD.stop()


def shown(kind):
    """Shows a message, waits until it is decrypted, gives the state."""
    MAIL.open_folder(FOLDER)
    return MAIL.read(f'kind {kind}', f'secret {kind}')


def added(name, message):
    """Puts a message into the folder; gives its URI."""
    MAIL.add(FOLDER, message)
    return wait_until(lambda: MAIL.uri_of(FOLDER, f'kind {name}'), f'message {name}')


class AllKinds(unittest.TestCase):
    """Each kind; first in the file, so that nothing has been read before."""

    def test_1_each_kind_by_one_request(self):
        for kind in (*ENCRYPTED, *OTHERS):
            with self.subTest(kind):
                WORLD.forget_requests()
                state = shown(kind)
                self.assertTrue(state['header'])
                self.assertNotIn('BEGIN', state['text'])
                if kind in ENCRYPTED:
                    self.assertEqual(state['encryption'], SUCCESS)
                if kind == 'F1' and not PARTS_ARE_SEEN:
                    continue
                wait_until(lambda: WORLD.requests('read'), 'the host is asked')
                time.sleep(0.3)  # in which nobody may ask again
                self.assertEqual(len(WORLD.requests('read')), 1)

    def test_2_again_without_the_host(self):
        WORLD.forget_requests()
        for kind in ('C2', 'E2', 'D1'):
            shown(kind)
        self.assertEqual(WORLD.requests('read'), [])

    def test_text_picture_and_attachments(self):
        uri = shown('E2')['uri']
        state = wait_until(lambda: (lambda state: state if all(
            done and width for done, width in state['images']) else None)(MAIL.state(uri)),
                           'the picture is there')
        self.assertIn('Grüße from Carol – here is the picture', state['text'])
        self.assertEqual(state['images'], [[True, 64]])
        self.assertEqual(state['attachments'], ['towns.csv', 'attached.eml'])
        WORLD.pictures.window('read-decrypted')

    def test_attachment_is_saved(self):
        shown('C2')
        self.assertEqual(MAIL.attachment('towns.csv'), CSV)
        self.assertIn(ATTACHED_TEXT.encode(), MAIL.attachment('attached.eml'))

    def test_attached_message_is_opened(self):
        shown('C2')
        self.addCleanup(MAIL.close_windows)
        MAIL.wait_text(ATTACHED_TEXT, MAIL.open_attachment('attached.eml'))

    def test_large_message(self):
        added('large', KINDS.large(3000000))
        WORLD.forget_requests()
        state = shown('large')
        self.assertEqual(state['attachments'], ['data.bin'])
        self.assertEqual(len(MAIL.attachment('data.bin')), 3000000)
        (request,) = WORLD.requests('read')
        self.assertLess(request['n_octets'], 1000)  # it named a file
        left = [name for name in os.listdir(WORLD.thunderbird.temporary) if 'dane' in name]
        self.assertEqual(left, [])


class OtherWindows(unittest.TestCase):
    def setUp(self):
        self.addCleanup(MAIL.close_windows)

    def test_window_of_its_own(self):
        uri = MAIL.uri_of(FOLDER, 'kind C4')
        shown('A1')
        MAIL.open_window(uri)
        self.assertEqual(MAIL.wait_text('secret C4', uri)['encryption'], SUCCESS)

    def test_file(self):
        path = WORLD.path('kind.eml')
        with open(path, 'wb') as file:
            file.write(KINDS.encrypted(KINDS.signed(rich('file'))))
        state = MAIL.wait_text('secret file', MAIL.open_file(path))
        self.assertEqual(state['encryption'], SUCCESS)
        self.assertEqual(MAIL.attachment('towns.csv', state['uri']), CSV)
        self.assertEqual(MAIL.state(state['uri'])['images'], [[True, 64]])

    def test_attached_encrypted_message(self):
        added('attached', KINDS.make('attached'))
        MAIL.open_folder(FOLDER)
        state = MAIL.read('kind attached', 'see the attached message')
        self.assertNotIn('secret', state['text'])
        self.assertIn(b'application/pkcs7-mime', MAIL.attachment('inner.eml'))
        uri = MAIL.open_attachment('inner.eml')
        state = MAIL.wait_text('secret attached-inner', uri)
        self.assertEqual(MAIL.attachment('towns.csv', uri), CSV)


class Answers(unittest.TestCase):
    def open(self, action):
        window = COMPOSING.opened_by(action)
        self.addCleanup(window.close)
        return window.state()

    def command(self, name, kind):
        shown(kind)
        return self.open(lambda: MAIL.command(name))

    def test_reply(self):
        for name in ('cmd_replySender', 'cmd_replyall'):
            with self.subTest(name):
                state = self.command(name, 'E2')
                self.assertIn('secret E2, Grüße', state['text'])
                self.assertEqual(state['recipients'][0]['address'], CAROL)

    def test_reply_to_what_was_never_shown(self):
        uri = added('unseen', KINDS.encrypted(rich('unseen')))
        state = self.open(lambda: MAIL.compose('ReplyToSender', uri))
        self.assertIn('secret unseen', state['text'])

    def test_forward_inline(self):
        for kind in ('C2', 'E2'):
            with self.subTest(kind):
                state = self.command('cmd_forwardInline', kind)
                self.assertIn(f'secret {kind}', state['text'])
                self.assertIn('Quarterly figures</h2>', state['html'])
                self.assertEqual(state['attachments'], ['towns.csv', 'attached.eml'])

    def test_forward_inline_what_was_never_shown(self):
        first, second = (added(name, KINDS.encrypted(plain(name))) for name in ('fwd1', 'fwd2'))
        state = self.open(lambda: MAIL.compose('ForwardInline', first))
        self.assertIn('secret fwd1', state['text'])
        state = self.open(lambda: MAIL.compose('ForwardInline', second))
        self.assertIn('secret fwd2', state['text'])

    def test_forward_as_attachment(self):
        state = self.command('cmd_forwardAttachment', 'C2')
        self.assertEqual(state['attachments'], ['kind C2.eml'])
        self.assertNotIn('secret', state['text'])

    def test_edit_as_new(self):
        state = self.command('cmd_editAsNew', 'C2')
        self.assertIn('secret C2', state['text'])
        self.assertEqual(state['recipients'][0]['address'], ALICE)
        self.assertEqual(state['attachments'], ['towns.csv', 'attached.eml'])

    def test_forward_of_the_signed_and_the_plain(self):
        added('plain', plain('plain'))
        for kind in ('A1', 'D1', 'plain'):
            with self.subTest(kind):
                self.assertIn(f'secret {kind}', self.command('cmd_forwardInline', kind)['text'])


class Drafts(unittest.TestCase):
    def open(self, kind, folder, mode):
        more = ('X-Mozilla-Draft-Info: internal/draft; vcard=0; receipt=0; DSN=0\r\n'
                'Bcc: dave@example.org\r\n')
        # Without protected fields, as other programs and older versions of this one save drafts.
        sealed = KINDS.encrypted_by_openssl(kind, rich(kind), KINDS.own_key())
        sealed = (head(kind, more, sender=ALICE, recipient=CAROL).encode()
                  + sealed.removeprefix(head(kind).encode()))
        uri = MAIL.local_folder(folder)
        MAIL.add(uri, sealed)
        uri = wait_until(lambda: MAIL.uri_of(uri, f'kind {kind}'), 'the draft')
        window = COMPOSING.opened_by(lambda: MAIL.compose(mode, uri))
        self.addCleanup(window.close)
        return window.state()

    def test_body_recipients_and_attachments(self):
        for kind, folder, mode in (('draft', 'Drafts', 'Draft'),
                                   ('template', 'Templates', 'Template')):
            with self.subTest(kind):
                state = self.open(kind, folder, mode)
                self.assertIn(f'secret {kind}', state['text'])
                self.assertIn('Quarterly figures</h2>', state['html'])
                self.assertEqual({(one['field'], one['address']) for one in state['recipients']},
                                 {('to', CAROL), ('bcc', 'dave@example.org')})
                self.assertEqual(state['attachments'], ['towns.csv', 'attached.eml'])

    def test_a_draft_that_cannot_be_read_is_not_opened(self):
        uri = MAIL.local_folder('Drafts')
        MAIL.add(uri, KINDS.make('stranger'))
        before = len(COMPOSING.windows())
        uri = wait_until(lambda: MAIL.uri_of(uri, 'kind stranger'), 'the draft')
        MAIL.compose('Draft', uri)
        dialogs = Dialogs(WORLD.thunderbird)
        self.assertIn('key', dialogs.wait())
        dialogs.press()
        self.assertEqual(len(COMPOSING.windows()), before)


class Unchanged(unittest.TestCase):
    """What is rewritten, saved or indexed holds what was in the envelope before: the envelope."""

    def der_of(self, message):
        lines = re.search(rb'pkcs7-mime.*?\n\r?\n(.*?)(\n--|\Z)', message, re.S).group(1)
        return base64.b64decode(lines)

    def test_delete_attachment(self):
        inner = KINDS.encrypted(rich('kept'))
        message = (head('rewritten') + 'Content-Type: multipart/mixed; boundary="w"\r\n\r\n--w\r\n'
                   'Content-Type: text/plain\r\n\r\nsecret rewritten\r\n--w\r\n'
                   'Content-Type: text/csv; name="gone.csv"\r\n'
                   'Content-Disposition: attachment; filename="gone.csv"\r\n\r\na;b\r\n--w\r\n'
                   'Content-Type: message/rfc822; name="kept.eml"\r\n'
                   'Content-Disposition: attachment; filename="kept.eml"\r\n\r\n').encode()
        added('rewritten', message + inner + b'\r\n--w--\r\n')
        shown('rewritten')
        MAIL.delete_attachment('gone.csv')
        uri = wait_until(lambda: MAIL.uri_of(FOLDER, 'kind rewritten'), 'the message')
        stored = wait_until(lambda: (lambda octets: octets if b'a;b' not in octets else None)(
            MAIL.stream(MAIL.uri_of(FOLDER, 'kind rewritten') or uri)), 'it is rewritten')
        self.assertEqual(self.der_of(stored), self.der_of(inner))

    def test_delete_attachment_of_a_decrypted_message(self):
        message = KINDS.encrypted(rich('whole'))
        added('whole', message)
        shown('whole')
        MAIL.delete_attachment('towns.csv')
        stored = MAIL.stream(MAIL.uri_of(FOLDER, 'kind whole'))
        self.assertEqual(self.der_of(stored), self.der_of(message))
        self.assertNotIn(b'secret', stored)

    def test_index_and_filters(self):
        for kind in ('C3', 'E2', 'E4'):
            for header in ('filter', 'enigmailFilter'):
                with self.subTest(kind, header=header):
                    shown(kind)
                    WORLD.forget_requests()
                    uri = MAIL.uri_of(FOLDER, f'kind {kind}')
                    text = MAIL.stream(uri, convert=True, header=header)
                    self.assertNotIn(b'secret', text)
                    self.assertEqual(WORLD.requests('read'), [])

    def test_envelope_in_another_message(self):
        """It is not shown under another sender's name with what the first message held."""
        envelope = split(KINDS.make('C3'))
        copy = envelope[0].replace(b'kind C3', b'kind copy') + b'\r\n' + envelope[1]
        added('copy', copy)
        MAIL.open_folder(FOLDER)
        WORLD.forget_requests()
        MAIL.read('kind copy', 'secret C3')
        self.assertEqual(len(WORLD.requests('read')), 1)


class Leaks(unittest.TestCase):
    def test_nothing_is_asked_of_the_web(self):
        MAIL.js('''
            Services.prefs.setBoolPref("mailnews.message_display.disable_remote_image", false);''')
        self.addCleanup(MAIL.js, '''
            Services.prefs.clearUserPref("mailnews.message_display.disable_remote_image");''')
        added('control', rich('control', f'{WORLD.http.url}control.png'))
        shown('control')
        wait_until(lambda: '/control.png' in WORLD.http.requests, 'the control message fetches')
        WORLD.http.requests.clear()
        for name, message in KINDS.leaks(WORLD.http.url).items():
            with self.subTest(name):
                uri = added(name, message)
                MAIL.open_folder(FOLDER)
                MAIL.select(f'kind {name}')
                wait_until(lambda: MAIL.state(uri)['loaded'], 'it is shown')
                if 'encrypted' in name:
                    MAIL.wait_text(f'secret {name}', uri)
                time.sleep(0.7)  # in which nothing may be fetched
                if 'encrypted' not in name:
                    self.assertNotIn('secret', MAIL.state(uri)['text'])
        # what stands beside an envelope is no part of it, and the user has allowed remote content
        self.assertEqual(set(WORLD.http.requests) - {'/beside.png'}, set())

    def test_plaintext_is_in_no_file(self):
        shown('C3')
        for folder, _, names in os.walk(WORLD.thunderbird.temporary):
            for name in names:
                with open(os.path.join(folder, name), 'rb') as file:
                    self.assertNotIn(b'secret C3', file.read(), name)


if __name__ == '__main__':
    tap.main()
