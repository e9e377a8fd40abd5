#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""What a person sees after the installation."""

import unittest

from world import World, default_accounts  # first: it puts the support modules on the path

# pylint: disable=wrong-import-order
import tap
from options_page import OptionsPage
from processes import wait_until

WORLD = World(default_accounts(), first_run=True)
PAGE = OptionsPage(WORLD)


def setUpModule():
    WORLD.start()


def tearDownModule():
    WORLD.stop()


class FirstRun(unittest.TestCase):
    def test_opens_once(self):
        """After the installation, and not again after a restart; steps go forth and back."""
        PAGE.wait_for('program')
        PAGE.wait_text('is installed and works', '#program')
        WORLD.pictures.window('options-first-run')
        PAGE.click('Continue')
        PAGE.wait_for('keys')
        self.assertIn('alice@example.org', PAGE.text('#keys'))
        PAGE.click('Continue')
        PAGE.wait_for('publish')
        PAGE.click('Back')
        PAGE.wait_text('alice@example.org', '#keys')
        PAGE.click('Continue')
        PAGE.wait_text('Line for the zone', '#publish')
        PAGE.click('Continue')
        PAGE.wait_text('What you will see', '#done')
        PAGE.click('Finish')
        PAGE.wait_text('Sign new messages', '#keys')
        wait_until(lambda: WORLD.addon.background(
            'return (await messenger.storage.local.get()).settings.firstRunDone;'), 'it is kept')
        PAGE.close()
        WORLD.thunderbird.restart()
        WORLD.addon.wait_started()
        self.assertTrue(WORLD.addon.background(
            'return (await messenger.storage.local.get()).settings.firstRunShown;'))
        self.assertFalse(WORLD.addon.has_page('options.html'))


if __name__ == '__main__':
    tap.main()
