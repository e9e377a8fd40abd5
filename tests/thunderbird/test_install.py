#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""The add-on is installed, switched off and on, upgraded and removed as people do it."""

import os
import shutil
import unittest

from world import World, xpi  # first: it puts the support modules on the path

# pylint: disable=wrong-import-order
import tap
from addon import Addon, with_version
from processes import wait_until
from thunderbird import Thunderbird, own_copy

WORLD = World([], addon=False)


def setUpModule():
    WORLD.start()


def tearDownModule():
    WORLD.stop()


def unpacked():
    """The add-on as a folder."""
    return os.path.join(os.path.dirname(os.path.realpath(xpi())), 'unpacked')


class Install(unittest.TestCase):
    def setUp(self):
        self.addon = WORLD.addon
        self.addCleanup(self._remove)

    def _install(self):
        """It opens a page on first sight; what disturbs that page is not tested here."""
        self.addon.install(xpi())
        self.addon.close_first_run()

    def _remove(self):
        if self.addon.about():
            self.addon.uninstall()

    def assert_works(self, **wanted):
        """It is active, its pages and each of its namespaces answer, nothing complains."""
        about = self.addon.about()
        self.assertTrue(about['active'], about)
        for name, value in wanted.items():
            self.assertEqual(about[name], value, name)
        self.addon.background('''
            for (const name of Object.keys(messenger).filter(name => name.startsWith("dane"))) {
              await messenger[name].features();
            }''')
        self.assertEqual(self.addon.errors(), [])

    def test_from_file(self):
        self.addon.install(xpi())
        wait_until(lambda: self.addon.has_page('first-run'), 'the first-run page')
        self.assert_works(temporary=False)
        WORLD.pictures.window('install')
        self.addon.close_pages()
        WORLD.thunderbird.restart()
        self.addon.wait_started()
        self.assert_works(temporary=False)

    def test_off_and_on(self):
        self._install()
        self.addon.disable()
        self.assertFalse(self.addon.about()['active'])
        self.addon.enable()
        self.assert_works()

    def test_upgrade(self):
        self._install()
        newer = with_version(xpi(), WORLD.path('newer.xpi'), '99.1')
        self.addon.install(newer)
        self.assert_works(version='99.1')

    def test_folder(self):
        self.addon.install_temporarily(unpacked())
        self.addon.close_first_run()
        self.assert_works(temporary=True)

    def test_namespaces(self):
        self._install()
        names = self.addon.background('return Object.keys(messenger);')
        for name in ('Outgoing', 'Compose', 'Incoming', 'Verdict', 'List', 'Keys'):
            with self.subTest(name):
                self.assertIn(f'dane{name}', names)

    def test_host_is_found(self):
        self._install()
        hello = self.addon.background('''
            const port = messenger.runtime.connectNative("dane_smime");
            return new Promise((resolve, reject) => {
              port.onMessage.addListener(answer => { resolve(answer); port.disconnect(); });
              port.onDisconnect.addListener(() => reject(port.error ?? new Error("gone")));
              port.postMessage({id: 777, op: "hello"});
            });''')
        self.assertTrue(hello['ok'], hello)
        self.assertEqual(hello['result']['key_store']['keys'], 2)
        self.assertIn(777, [request['id'] for request in WORLD.requests('hello')])


class SystemFolder(unittest.TestCase):
    """As a Debian package installs it, and upgrades it: a file beside the program."""

    def setUp(self):
        folder = WORLD.path('system')
        program = own_copy(os.path.join(folder, 'thunderbird'))
        self.xpi = os.path.join(os.path.dirname(program), 'extensions', f'{Addon.ID}.xpi')
        self.thunderbird = Thunderbird(folder, program=program).start()
        self.addCleanup(self.thunderbird.kill)
        self.addon = Addon(self.thunderbird)

    def _restart(self):
        self.thunderbird.restart()
        self.addon.wait_started()

    def test_in_a_profile_that_is_there(self):
        self.assertIsNone(self.addon.about())
        shutil.copy(xpi(), self.xpi)
        self._restart()
        self.addon.close_first_run()
        self.assertTrue(self.addon.about()['active'])
        with_version(xpi(), self.xpi, '99.1')
        self._restart()
        about = self.addon.about()
        self.assertEqual((about['active'], about['version']), (True, '99.1'))
        self.addon.disable()
        self.assertFalse(self.addon.about()['active'])
        self.thunderbird.quit()


if __name__ == '__main__':
    tap.main()
