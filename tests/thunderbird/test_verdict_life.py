#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Verdicts when something is missing, asleep or switched off: bars, and what stays of stock."""

import os
import time
import unittest

from world import ALICE, Account, World  # first: it puts the support modules on the path
from folders import Folders
from protected import Kinds
from processes import wait_until
from reading import Reading

# pylint: disable=wrong-import-order
import tap

DANE, PLAIN = 'S/MIME · DANE', 'S/MIME'
PASSWORD = 'open sesame'
READING_SECONDS = 4  # after so long on a message its bar has been read
WORLD = World([Account(ALICE, 'Alice Example')])


def setUpModule():
    WORLD.start()
    # of an add-on that is disabled, of the stock script that a test robs of a function, of a prompt
    WORLD.expected_errors += ['on closed conduit', 'setMessageCryptoBox is not a function',
                              'pre-existing callContextData']


def tearDownModule():
    WORLD.stop()


class Life(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.reading = Reading(WORLD.thunderbird)
        folders = Folders(WORLD.thunderbird)
        folder = folders.local('Life')
        kinds = Kinds(WORLD)
        cls.uris = {}
        for number, name in enumerate(('A1', 'C3', 'F1', 'G1', 'B1'), 1):
            folders.add(folder, kinds.make(name))
            cls.uris[name] = folders.wait_headers(folder, number)[-1]['uri']

    def show(self, name):
        return self.reading.show(self.uris[name])

    def wait_box(self, view, label):
        return view.wait_for(lambda state: state['box'] == label, label)

    def forget(self):
        """The add-on starts anew, and with it the host."""
        WORLD.addon.disable()
        WORLD.addon.enable()

    def test_add_on_asleep(self):
        self.wait_box(self.show('A1'), DANE)
        WORLD.addon.stop_background()
        self.wait_box(self.show('G1'), PLAIN)

    def test_add_on_goes_and_comes_back(self):
        for name, label in (('A1', DANE), ('G1', PLAIN)):
            with self.subTest(name):
                view = self.show(name)
                self.wait_box(view, label)
                WORLD.addon.disable()
                view.wait_for(lambda state: state['box'] in (None, 'S/MIME'), 'what stock shows')
                view.open_panel() if view.state()['box'] else None
                self.assertIsNone(view.js(
                    'return about.document.getElementById("dane-smime-details");'))
                view.close_panel()
                WORLD.addon.enable()
                self.wait_box(view, label)

    def test_settings_change(self):
        view = self.show('A1')
        self.wait_box(view, DANE)
        for accept in (False, True):
            WORLD.forget_requests()
            WORLD.addon.background('''
                const {settings} = await messenger.storage.local.get("settings");
                await messenger.storage.local.set({
                  settings: {...settings, acceptAuthorities: accept}});''', accept=accept)
            wait_until(lambda: WORLD.requests('read'), 'the message is read anew')
            self.wait_box(view, DANE)

    def test_host_missing(self):
        manifest = WORLD.host_manifest()
        # whatever is on show when the host is missed has the bar, once
        view = self.show('B1')
        self.wait_box(view, DANE)
        os.rename(manifest, f'{manifest}.away')
        try:
            self.forget()
            state = view.wait_for(lambda state: state['bars'], 'a bar')
            self.assertEqual([(bar['value'], bar['buttons']) for bar in state['bars']],
                             [('dane-smime-host', ['Set up…'])])
            self.assertEqual((state['box'], state['signed']), ('S/MIME', None))
            self.assertIn('Not checked', view.open_panel())
            view.close_panel()
            time.sleep(READING_SECONDS)
            state = self.wait_box(self.show('G1'), 'S/MIME')
            self.assertEqual(state['bars'], [], 'told once')
        finally:
            os.rename(f'{manifest}.away', manifest)
            self.forget()
        self.wait_box(self.show('B1'), DANE)

    def test_key_store_locked(self):
        self.show('A1')
        path = WORLD.path('password')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(f'{PASSWORD}\n')
        WORLD.store.succeed('password', '--new-password-file', path)
        try:
            self.forget()
            view = self.show('C3')
            WORLD.dialogs.wait()
            WORLD.dialogs.press('cancel')
            state = view.wait_for(lambda state: state['bars'], 'a bar')
            self.assertEqual([(bar['value'], bar['buttons']) for bar in state['bars']],
                             [('dane-smime-locked', ['Unlock'])])
            self.assertEqual(state['encrypted']['image'], 'message-encrypted-notok.svg')
            view.press_bar_button('dane-smime-locked', 'Unlock')
            WORLD.dialogs.wait()
            WORLD.dialogs.press(text=PASSWORD)
            state = view.wait_for_text('secret C3')
            state = view.wait_for(
                lambda state: (state['encrypted'] or {}).get('image') == 'message-encrypted-ok.svg',
                'the lock')
            view.wait_for(lambda state: not state['bars'], 'no bar')
        finally:
            WORLD.store.succeed('--password-file', path, 'password', '--remove')
            self.forget()

    def test_without_the_internals(self):
        view = self.show('A1')
        WORLD.addon.disable()
        view.js('about.keptForTest = about.setMessageCryptoBox;'
                'about.setMessageCryptoBox = undefined;')
        try:
            WORLD.addon.enable()
            state = view.wait_for(lambda state: state['bars'], 'the verdict in a bar')
            self.assertIn('The domain example.com confirms', state['bars'][0]['text'])
            features = WORLD.addon.background('return messenger.daneVerdict.features();')
            self.assertFalse(features['header'])
        finally:
            WORLD.addon.disable()
            view.js('about.setMessageCryptoBox = about.keptForTest;')
            WORLD.addon.enable()
        self.wait_box(self.show('A1'), DANE)


if __name__ == '__main__':
    tap.main()
