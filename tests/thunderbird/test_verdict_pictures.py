#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Pictures of the security panel, which headless Thunderbird does not draw: on a virtual display,
in light and dark, with the details open and without."""

import os
import unittest

from world import ALICE, Account, World  # first: it puts the support modules on the path

# pylint: disable=wrong-import-order
import tap
from display import VirtualDisplay
from protected import Kinds, plain

WORLD = World([Account(ALICE, 'Alice Example')], display=VirtualDisplay())
CHECKING = 'S/MIME · checking…'
SCHEME = '''
const {AddonManager} = ChromeUtils.importESModule("resource://gre/modules/AddonManager.sys.mjs");
Services.prefs.setIntPref("ui.systemUsesDarkTheme", Number(scheme == "dark"));
const theme = await AddonManager.getAddonByID(`thunderbird-compact-${scheme}@mozilla.org`);
await theme.enable();
'''
OPEN_DETAILS = '''
const details = about.document.getElementById("dane-smime-details");
details.open = open;
await new Promise(resolve => about.setTimeout(resolve, 500)); // until it is drawn
const {width, height} = about.document.getElementById("messageSecurityPanel")
  .getBoundingClientRect();
return [width, height, about.innerWidth, about.innerHeight];
'''


def setUpModule():
    WORLD.start()


def tearDownModule():
    WORLD.stop()


class Panel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = WORLD.folders.local('Panels')
        cls.kinds = Kinds(WORLD)

    def _bogus(self):
        address = 'alice@bad-signature.lab'
        WORLD.peers.succeed('keygen', address, '--algorithm', 'p-256')
        return WORLD.peers.succeed('sign', stdin=plain('bogus', sender=address)).stdout

    def _show(self, make):
        count = len(WORLD.folders.headers(self.folder))
        WORLD.folders.add(self.folder, make())
        view = WORLD.reading.show(WORLD.folders.wait_headers(self.folder, count + 1)[-1]['uri'])
        view.wait_for(lambda state: state['box'] not in (None, CHECKING), 'a verdict')
        return view

    def test_pictures(self):
        for name, make in {'verified': lambda: self.kinds.make('E2'),
                           'unverified': self._bogus,
                           'invalid': lambda: self.kinds.make('G1'),
                           'closed': lambda: self.kinds.make('stranger')}.items():
            view = self._show(make)
            for scheme in ('light', 'dark'):
                with self.subTest(name, scheme=scheme):
                    WORLD.thunderbird.js(SCHEME, scheme=scheme)
                    self._take(view, f'verdict-{name}-{scheme}')
        WORLD.thunderbird.js(SCHEME, scheme='light')

    def _take(self, view, name):
        view.open_panel()
        for opened, suffix in ((False, ''), (True, '-details')):
            width, height, *inside = view.js(OPEN_DETAILS, open=opened)
            self.assertGreater(min(width, height), 100)
            self.assertLess(width, inside[0])
            path = WORLD.pictures.screen(name + suffix)
            self.assertGreater(os.path.getsize(path), 10000)
        view.close_panel()


if __name__ == '__main__':
    tap.main()
