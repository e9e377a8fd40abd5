#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Pictures of composing, in each language, light and dark; and whether all texts fit."""

import os
import zipfile

from world import CAROL, DAVE, xpi  # first: it puts the support modules on the path
from toggles import ALICE, BOB, POPUP, QUESTION, ToggleCase

# pylint: disable=wrong-import-order
import tap
from compose import SEND

TEXTS = '_locales/{}/messages.json'
# Elements whose text is cut off, but for addresses, which end in "…".
CUT_OFF = '''
return [...document.querySelectorAll("button, p, h1, span, .state, .field")]
  .filter(one => one.offsetWidth && one.scrollWidth > one.clientWidth + 1 &&
                 getComputedStyle(one).display != "inline")
  .map(one => one.textContent);
'''
WIDE = '''
one.document.querySelectorAll("panel").forEach(panel => panel.hidePopup());
one.resizeTo(1200, 760);
'''


def setUpModule():
    ToggleCase.raise_world(addon=False, settings={'ui.prefersReducedMotion': 1})
    # Thunderbird's own, when a compose window closes
    ToggleCase.world.expected_errors.append('top is null')


def tearDownModule():
    ToggleCase.lower_world()


def speaking(language, target):
    """A copy of the add-on whose every text is in that language, without a language pack."""
    with zipfile.ZipFile(xpi()) as source, zipfile.ZipFile(target, 'w') as copy:
        for name in source.namelist():
            is_text = name == TEXTS.format('en')
            copy.writestr(name, source.read(TEXTS.format(language) if is_text else name))
    return target


class Looks(ToggleCase):
    def setUp(self):
        self.addCleanup(self._be_dark, False)

    def _be_dark(self, dark):
        self.world.thunderbird.js(
            'Services.prefs.setIntPref("ui.systemUsesDarkTheme", dark ? 1 : 0);', dark=dark)

    def test_pictures(self):
        for language in ('de', 'en'):
            path = speaking(language, self.world.path(f'{language}.xpi'))
            self.world.addon.install(path)
            super().setUp()
            for dark in (False, True):
                with self.subTest(language, dark=dark):
                    self._be_dark(dark)
                    self._take(f'{language}-{"dark" if dark else "light"}')
                    self.doCleanups()

    def _take(self, look):
        names = ('bogus-bad-signature', 'expired')
        others = [self.world.scenario_address(name) for name in names]
        window = self.composing.open(ALICE, ', '.join([BOB, *others]), cc=f'{CAROL}, {DAVE}',
                                     subject='Tuesday', body='<p>Hello everyone,</p>')
        window.js(WIDE)
        self.open_popup(window)
        self.wait_popup(lambda state: all(row['look'] != 'looking' for row in state['rows']))
        self.toggle('encrypt')
        self.wait_popup(lambda state: state['level'] == 'warning')
        self._picture(f'compose-popup-{look}', POPUP)
        self.close_popup(window)
        self.world.pictures.window(f'compose-window-{look}', 'msgcompose')
        window.press(SEND)
        self.wait_question()
        self._picture(f'compose-question-{look}', QUESTION)
        self.addon.page(QUESTION, '''
            setTimeout(() => document.querySelector("#choices .link").click());''')
        self.wait_question('?')
        self._picture(f'compose-confirm-{look}', QUESTION)

    def _picture(self, name, page):
        self.assertEqual(self.addon.page(page, CUT_OFF), [])
        if page == POPUP:
            self.world.pictures.window(name, 'msgcompose')
        path = self.world.pictures.page(f'{name}-alone', page, zoom=2)
        self.assertGreater(os.path.getsize(path), 1000)


if __name__ == '__main__':
    tap.main()
