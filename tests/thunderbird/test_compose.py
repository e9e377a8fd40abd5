#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""The compose window: button, popup, pills, defaults."""

import os

from world import CAROL, DAVE  # first: it puts the support modules on the path
from toggles import ALICE, BOB, KEYLESS, POPUP, ToggleCase

# pylint: disable=wrong-import-order
import tap
from processes import wait_until

OFF, SIGNED, BOTH = 'Not protected', 'Signed', 'Encrypted, signed'
ON = {'on': True, 'disabled': False}
NOT_ON = {'on': False, 'disabled': False}
HELD_ON = {'on': True, 'disabled': True}
BLOCKED = {'on': False, 'disabled': True}

# scenario of the DNS universe, state of the pill, what the table says
STATES = (
    ('secure', 'ready', 'Ready – certificate published by secure.lab'),
    ('nxdomain-nsec', 'missing', 'No certificate is published for this address.'),
    ('bogus-bad-signature', 'unknown', 'The DNS answer failed validation. Someone may be '
                                       'tampering with it.'),
    ('expired', 'missing', 'The published certificate has expired.'),
    ('insecure-delegation', 'missing', 'The domain is not protected by DNSSEC, so its answer '
                                       'cannot be trusted.'),
    ('hash-only', 'missing', 'Only a digest of the certificate is published. Ask for a signed '
                             'mail: once you have read it, you can encrypt.'),
)


def setUpModule():
    ToggleCase.raise_world()


def tearDownModule():
    ToggleCase.lower_world()


class Recipients(ToggleCase):
    def test_states_in_words(self):
        by_address = {self.world.scenario_address(name): (look, text)
                      for name, look, text in STATES}
        window = self.composing.open(ALICE, ', '.join(by_address))
        self.wait_label(window, SIGNED, '5')
        state = self.open_popup(window)
        self.assertEqual({row['address']: (row['look'], row['text']) for row in state['rows']},
                         by_address)
        self.assertEqual({row['field'] for row in state['rows']}, {'To'})
        pills = self.pills(window)
        for address, (look, text) in by_address.items():
            with self.subTest(address):
                self.assertEqual(pills[address],
                                 {'state': [look], 'tooltip': text, 'description': text})

    def test_seen_in_signed_mail(self):
        """Of whom a digest is published: once a signed mail was read, they can be written to."""
        henry, peers = 'henry@example.com', self.world.peers
        peers.keygen(henry)
        self.world.universe.publish(peers.succeed(
            'record', henry, '--selector', 1, '--matching-type', 1, '--ttl', 60).text.strip())
        window = self.composing.open(ALICE, henry)
        wait_until(lambda: self.pills(window)[henry]['state'] == ['missing'], 'no certificate')
        signed = peers.succeed('sign', stdin=f'From: {henry}\nTo: {ALICE}\nSubject: Here it is\n\n'
                               'Signed.\n'.encode()).stdout
        folder = self.world.folders.local('Seen')
        self.world.folders.add(folder, signed)
        view = self.world.reading.show(self.world.folders.wait_headers(folder, 1)[-1]['uri'])
        view.wait_for(lambda state: state['box'] == 'S/MIME · DANE', 'a verdict')
        wait_until(lambda: self._is_ready(self.composing.open(ALICE, henry), henry),
                   'what was seen is used')

    def _is_ready(self, window, address):
        """In a window that was opened now: answers are shared for some seconds."""
        wait_until(lambda: self.pills(window)[address]['state'] in (['ready'], ['missing']),
                   'a state')
        return self.pills(window)[address]['state'] == ['ready']

    def test_those_that_come_and_go(self):
        window = self.composing.open(ALICE, BOB)
        self.wait_label(window, BOTH, '')
        window.add_recipient(DAVE, 'bcc')
        self.wait_label(window, SIGNED, '1')
        wait_until(lambda: [bar for bar in window.state()['bars']
                            if 'switched off' in bar['text'] and DAVE in bar['text']],
                   'a bar names him')
        window.remove_recipient(DAVE)
        self.wait_label(window, BOTH, '')
        wait_until(lambda: not window.state()['bars'], 'the bar has gone')

    def test_nobody(self):
        window = self.composing.open(ALICE)
        self.wait_label(window, SIGNED, '')
        self.assertEqual(self.open_popup(window)['summary'], 'No recipients yet.')

    def test_answers_are_shared(self):
        window = self.composing.open(ALICE, CAROL)
        self.wait_label(window, BOTH)
        self.world.forget_requests()
        self.wait_label(self.composing.open(ALICE, CAROL), BOTH)
        self.assertEqual(self.world.requests('lookup'), [])


class Popup(ToggleCase):
    def test_click(self):
        window = self.composing.open(ALICE, BOB)
        self.wait_label(window, BOTH)
        state = self.open_popup(window)
        # what is encrypted is always signed
        self.assertEqual((state['sign'], state['encrypt']), (HELD_ON, ON))
        self.assertIn('but not the subject', state['exposure'])
        self.assertEqual(state['summary'], 'Everyone can receive encrypted mail.')
        self.toggle('encrypt')
        self.wait_label(window, SIGNED)
        self.wait_popup(lambda state: state['sign'] == ON and 'can read' in state['exposure'])
        self.toggle('sign')
        self.wait_label(window, OFF)
        self.assertEqual(self.protection(window), {'sign': False, 'encrypt': False})

    def test_keyboard(self):
        window = self.composing.open(ALICE, BOB)
        self.wait_label(window, BOTH)
        marionette = self.switch_to(window)
        marionette.script('document.getElementById("msgSubject").focus();')
        wait_until(lambda: marionette.script('''
            return document.hasFocus() && document.activeElement.id == "msgSubject";'''),
                   'the subject has the focus')
        marionette.press('Alt', 'Shift', 'Y')
        self.wait_popup(lambda state: state['focus'] == 'encrypt')
        marionette.press('Space')
        self.wait_label(window, SIGNED)
        self.wait_popup(lambda state: state['sign'] == ON)
        marionette.press('Shift', 'Tab')
        self.wait_popup(lambda state: state['focus'] == 'sign')
        marionette.press('Space')
        self.wait_label(window, OFF)
        marionette.press('Escape')
        wait_until(lambda: not self.addon.has_page(POPUP), 'the popup has closed')

    def test_names_for_screen_readers(self):
        window = self.composing.open(ALICE, BOB)
        self.open_popup(window)
        self.wait_popup(lambda state: state['rows'])
        named = self.addon.page(POPUP, '''
            return [...document.querySelectorAll("input, button, table, [role]")].map(one => [
              one.id, one.getAttribute("role") ?? one.localName,
              one.getAttribute("aria-labelledby") ?
                document.getElementById(one.getAttribute("aria-labelledby")).textContent :
                (one.caption ?? one).textContent.trim()]);''')
        self.assertIn(['sign', 'switch', 'Sign'], named)
        self.assertIn(['encrypt', 'switch', 'Encrypt'], named)
        self.assertIn(['recipients', 'table', 'Recipients'], named)
        self.assertIn(['options', 'button', 'Options…'], named)
        self.assertEqual(self.addon.page(POPUP, '''
            return document.getElementById("summary").getAttribute("aria-live");'''), 'polite')

    def test_a_window_of_its_own_state(self):
        first = self.composing.open(ALICE, BOB)
        second = self.composing.open(ALICE, DAVE)
        self.wait_label(first, BOTH, '')
        self.wait_label(second, SIGNED, '1')


class Defaults(ToggleCase):
    def test_never(self):
        self.set_defaults('never', 'never')
        window = self.composing.open(ALICE, BOB)
        wait_until(lambda: self.pills(window)[BOB]['state'] == ['ready'], 'the pill is marked')
        self.wait_label(window, OFF, '')

    def test_always(self):
        self.set_defaults('never', 'always')
        window = self.composing.open(ALICE, DAVE)
        self.wait_label(window, BOTH, '1')
        self.assertIn('Cannot be sent encrypted', self.open_popup(window)['summary'])

    def test_a_click_wins(self):
        window = self.composing.open(ALICE, BOB)
        self.wait_label(window, BOTH)
        self.open_popup(window)
        self.toggle('encrypt')
        self.wait_label(window, SIGNED)
        self.close_popup(window)
        window.add_recipient(CAROL)
        wait_until(lambda: self.pills(window)[CAROL]['state'] == ['ready'], 'Carol is ready')
        self.assertEqual(self.button(window)['label'], SIGNED)

    def test_another_sender(self):
        window = self.composing.open(ALICE, CAROL)
        self.wait_label(window, BOTH)
        self._send_as(window, KEYLESS)
        self.wait_label(window, OFF, '')
        state = self.open_popup(window)
        self.assertEqual((state['sign'], state['encrypt']), (BLOCKED, BLOCKED))
        self.assertIn(KEYLESS, state['notice'])
        self.assertEqual(state['button'], 'Set up…')
        self.close_popup(window)
        self._send_as(window, BOB)
        self.wait_label(window, BOTH)

    def _send_as(self, window, address):
        window.js('''
            const list = one.document.getElementById("msgIdentity");
            list.selectedItem = [...list.querySelectorAll("menuitem")]
              .find(item => item.value.includes(address));
            one.LoadIdentity(false);''', address=address)

    def test_set_up_opens_the_options(self):
        window = self.composing.open(KEYLESS, CAROL)
        self.open_popup(window)
        self.wait_popup(lambda state: state['notice'])
        self.addon.page(POPUP, 'document.getElementById("notice-button").click();')
        wait_until(lambda: self.addon.has_page('options/options.html'), 'the options page')

    def test_built_in_encryption_goes_off(self):
        self.set_defaults('never', 'never')
        window = self.composing.open(ALICE, BOB)
        window.js('one.gSendEncrypted = one.gSendSigned = true;')
        self.open_popup(window)
        self.toggle('sign')
        self.wait_label(window, SIGNED)
        self.assertEqual(window.js('return [one.gSendEncrypted, one.gSendSigned];'),
                         [False, False])


class Life(ToggleCase):
    def test_the_event_page_was_stopped(self):
        window = self.composing.open(ALICE, BOB)
        self.wait_label(window, BOTH)
        self.open_popup(window)
        self.toggle('encrypt')
        self.wait_label(window, SIGNED)
        self.close_popup(window)
        self.addon.stop_background()
        window.add_recipient(DAVE)
        self.wait_label(window, SIGNED, '1')
        self.assertEqual(self.protection(window), {'sign': True, 'encrypt': False})
        self.assertEqual(self.open_popup(window)['encrypt'], NOT_ON)

    def test_without_the_host(self):
        os.rename(self.world.host_manifest(), self.world.path('away'))
        self.addon.disable()
        try:
            self.addon.enable()
            window = self.composing.open(ALICE, BOB)
            self.wait_label(window, OFF, '!')
            state = self.open_popup(window)
            self.assertIn('is not installed', state['notice'])
            self.assertEqual(state['button'], 'Options…')
        finally:
            os.rename(self.world.path('away'), self.world.host_manifest())
            self.addon.disable()
            self.addon.enable()

    def test_progress(self):
        window = self.composing.open(ALICE, BOB)
        tab = window.tab_id(self.addon)
        show = 'await messenger.daneCompose.setProgress(tab, progress);'
        progress = {'text': 'Working…', 'fraction': 0.5, 'cancelLabel': 'Cancel'}
        self.addon.background(show, tab=tab, progress=progress)
        shown = window.js('''
            const box = one.document.getElementById("dane-smime-progress");
            return [...box.children].map(child => child.value || child.textContent);''')
        self.assertEqual(shown, ['Working…', 0.5, 'Cancel'])
        self.addon.background('''
            messenger.daneCompose.onCancelled.addListener(id => document.title = `cancelled ${id}`);
            ''')
        window.js('one.document.querySelector("#dane-smime-progress button").click();')
        wait_until(lambda: self.addon.background('return document.title;') == f'cancelled {tab}',
                   'the button is told')
        self.addon.background(show, tab=tab, progress=None)
        self.assertIsNone(window.js(
            'return one.document.getElementById("dane-smime-progress")?.id;'))

    def test_draft(self):
        window = self.composing.open(ALICE, BOB, subject='kept for later')
        self.wait_label(window, BOTH)
        self.open_popup(window)
        self.toggle('encrypt')
        self.wait_label(window, SIGNED)
        self.close_popup(window)
        window.save()
        window.close()
        self.set_defaults('never', 'always')
        drafts = self.world.folders.imap('alice', 'Drafts')
        [message] = self.world.folders.wait_headers(drafts, 1)
        again = self.composing.opened_by(lambda: self.world.thunderbird.js('''
            const {MailUtils} = ChromeUtils.importESModule("resource:///modules/MailUtils.sys.mjs");
            const {MailServices} =
              ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
            const header = MailServices.messageServiceFromURI(uri).messageURIToMsgHdr(uri);
            window.ComposeMessage(Ci.nsIMsgCompType.Draft, Ci.nsIMsgCompFormat.Default,
                                  header.folder, [uri]);''', uri=message['uri']))
        self.wait_label(again, SIGNED)

    def test_nothing_stays_behind(self):
        window = self.composing.open(ALICE, BOB)
        self.wait_label(window, BOTH)
        self.open_popup(window)
        self.toggle('encrypt')
        self.toggle('sign')
        self.wait_label(window, OFF)
        self.close_popup(window)
        self.addon.disable()
        try:
            self.assertEqual(self.pills(window)[BOB],
                             {'state': [], 'tooltip': '', 'description': ''})
            self.assertEqual(window.state()['bars'], [])
        finally:
            self.addon.enable()


if __name__ == '__main__':
    tap.main()
