#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""The add-on is installed, switched off and on, upgraded and removed as people do it."""

import os
import unittest

from world import World, xpi  # first: it puts the support modules on the path

# pylint: disable=wrong-import-order
import tap
from addon import with_version

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
        self.assert_works(temporary=False)
        WORLD.pictures.window('install')
        WORLD.thunderbird.restart()
        self.addon.wait_started()
        self.assert_works(temporary=False)

    def test_off_and_on(self):
        self.addon.install(xpi())
        self.addon.disable()
        self.assertFalse(self.addon.about()['active'])
        self.addon.enable()
        self.assert_works()

    def test_upgrade(self):
        self.addon.install(xpi())
        newer = with_version(xpi(), WORLD.path('newer.xpi'), '99.1')
        self.addon.install(newer)
        self.assert_works(version='99.1')

    def test_folder(self):
        self.addon.install_temporarily(unpacked())
        self.assert_works(temporary=True)

    def test_namespaces(self):
        self.addon.install(xpi())
        names = self.addon.background('return Object.keys(messenger);')
        for name in ('Outgoing', 'Compose', 'Incoming', 'Verdict', 'List', 'Keys'):
            with self.subTest(name):
                self.assertIn(f'dane{name}', names)

    def test_host_is_found(self):
        self.addon.install(xpi())
        hello = self.addon.background('''
            const port = messenger.runtime.connectNative("dane_smime");
            return new Promise((resolve, reject) => {
              port.onMessage.addListener(answer => { resolve(answer); port.disconnect(); });
              port.onDisconnect.addListener(() => reject(port.error ?? new Error("gone")));
              port.postMessage({id: 1, op: "hello"});
            });''')
        self.assertTrue(hello['ok'], hello)
        self.assertEqual(hello['result']['key_store']['keys'], 2)
        self.assertEqual(len(WORLD.requests('hello')), 1)


if __name__ == '__main__':
    tap.main()
