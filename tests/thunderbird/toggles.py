# SPDX-License-Identifier: MPL-2.0
"""The add-on's button in the compose window, its popup, and the question before sending."""

import unittest

from marionette import MarionetteError
from processes import wait_until
from world import ALICE, BOB, Account, World

KEYLESS = 'erin@example.org'
POPUP, QUESTION = 'compose/popup.html', 'compose/send-check.html'

BUTTON = '''
const button = one.document.querySelector("[id$=-composeAction-toolbarbutton]");
return {
  label: button.getAttribute("label"), badge: button.getAttribute("badge") ?? "",
  title: button.getAttribute("tooltiptext"), icon: button.getAttribute("style"),
};
'''

PILLS = '''
return [...one.document.querySelectorAll("mail-address-pill")].map(pill => ({
  address: pill.emailAddress, tooltip: pill.labelView.getAttribute("tooltiptext") ?? "",
  description: pill.getAttribute("aria-description") ?? "",
  state: [...pill.classList].map(name => /^dane-smime-pill-(.*)/.exec(name)?.[1]).filter(Boolean),
}));
'''

ROWS = '''
const rows = [...document.querySelectorAll("#rows tr")].map(row => ({
  field: row.cells[0].textContent, address: row.cells[1].textContent,
  text: row.cells[2].textContent, look: row.className.replace("look-", ""),
}));
'''

# Keys go to the document that has the system's focus: until then no element of it has it.
FOCUSED = '''
const focused = () => document.hasFocus() ? document.activeElement : null;
'''

POPUP_STATE = ROWS + FOCUSED + '''
if (document.getElementById("main").hidden) {
  return null;
}
const one = id => document.getElementById(id);
const toggle = id => ({on: one(id).checked, disabled: one(id).disabled});
return {
  sign: toggle("sign"), encrypt: toggle("encrypt"), rows, summary: one("summary").textContent,
  exposure: one("exposure").textContent,
  notice: one("notice").hidden ? "" : one("notice-text").textContent,
  button: one("notice-button").hidden ? "" : one("notice-button").textContent,
  focus: focused()?.id ?? "", level: one("summary").className.replace(/.*-/, ""),
};
'''

QUESTION_STATE = ROWS + '''
return document.getElementById("main").hidden ? null : {
  title: document.getElementById("title").textContent,
  text: document.getElementById("text").textContent, rows,
  buttons: [...document.querySelectorAll("#choices button")].map(one => one.textContent),
  focus: document.activeElement.textContent,
};
'''

PRESS = '''
const button = [...document.querySelectorAll("button")].find(one => one.textContent == label);
if (!button) {
  throw new Error(`no button "${label}"`);
}
setTimeout(() => button.click());
'''

SET_DEFAULTS = '''
const {settings} = await messenger.storage.local.get("settings");
const ids = (await messenger.accounts.list(false)).flatMap(one => one.identities.map(({id}) => id));
const identities = Object.fromEntries(ids.map(id => [id, {sign, encrypt}]));
await messenger.storage.local.set({settings: {...settings, identities}});
'''


class ToggleCase(unittest.TestCase):
    """Alice and Bob have keys, Erin has none. Each test begins with the stock defaults."""

    world = None

    @classmethod
    def raise_world(cls, **options):
        """For setUpModule()."""
        people = [Account(ALICE, 'Alice Example', 'alice'), Account(BOB, 'Bob Example', 'bob'),
                  Account(KEYLESS, 'Erin Example')]
        ToggleCase.world = World(people, **options).start()
        # A popup that is closed while it waits for an answer; and an add-on that is disabled.
        ToggleCase.world.expected_errors += ['Promise rejected after context unloaded',
                                             'sendRemoveListener on closed conduit']

    @classmethod
    def lower_world(cls):
        """For tearDownModule()."""
        ToggleCase.world.stop()

    def setUp(self):
        self.addon = self.world.addon
        self.composing = self.world.composing
        self.world.sink.clear()
        self.set_defaults()
        self.addCleanup(self._close)

    def _close(self):
        for window in self.composing.windows():
            window.js('''
                one.document.querySelectorAll("panel").forEach(panel => panel.hidePopup());
                one.ToggleWindowLock(false);''')
            window.close()

    def set_defaults(self, sign='always', encrypt='ready'):
        """What every identity does from now on."""
        self.addon.background(SET_DEFAULTS, sign=sign, encrypt=encrypt)

    # The compose window

    def button(self, window):
        return window.js(BUTTON)

    def wait_label(self, window, label, badge=None):
        """Waits until the button says so."""
        def shown():
            button = self.button(window)
            return button['label'] == label and badge in (None, button['badge'])
        try:
            wait_until(shown, 'the button')
        except AssertionError:
            self.fail(f'not {label}, {badge}, but {self.button(window)}')

    def pills(self, window):
        """State, tooltip and description of the pills by address."""
        return {pill.pop('address'): pill for pill in window.js(PILLS)}

    def protection(self, window):
        return self.addon.background('return messenger.daneOutgoing.getProtection(tab);',
                                     tab=window.tab_id(self.addon))

    # The popup

    def switch_to(self, window):
        """Elements and keys of Marionette are those of this window from now on."""
        number = window.js('one.focus(); return one.docShell.outerWindowID;')
        marionette = self.world.thunderbird.marionette
        for handle in marionette.handles():
            marionette.switch(handle)
            if marionette.script('return window.docShell.outerWindowID;') == number:
                return marionette
        raise AssertionError('Marionette does not see the window')

    def open_popup(self, window):
        """By a click of the mouse; gives its state."""
        marionette = self.switch_to(window)
        marionette.click(marionette.element('[id$=-composeAction-toolbarbutton]'))
        return self.wait_popup()

    def wait_popup(self, condition=lambda state: True):
        """Waits until the popup shows what it should; gives its state."""
        def shown():
            try:
                state = self.addon.page(POPUP, POPUP_STATE)
            except MarionetteError:
                return None
            return state if state and condition(state) else None
        return wait_until(shown, 'the popup shows it')

    def toggle(self, what):
        """A click on a switch of the open popup, once it can be clicked."""
        self.wait_popup(lambda state: not state[what]['disabled'])
        self.addon.page(POPUP, 'document.getElementById(what).click();', what=what)

    def close_popup(self, window):
        window.js('''one.document.querySelectorAll("panel").forEach(one => one.hidePopup());''')
        wait_until(lambda: not self.addon.has_page(POPUP), 'the popup has closed')
        # scripts in a window that closes meanwhile have no result
        self.world.thunderbird.main_handle()

    # The question

    def wait_question(self, title=''):
        """Waits for the question that has this in its title; gives its state."""
        def shown():
            try:
                state = self.addon.page(QUESTION, QUESTION_STATE)
            except MarionetteError:
                return None
            return state if state and title in state['title'] else None
        return wait_until(shown, f'a question: {title}')

    def answer(self, label):
        """Presses a button of the question."""
        self.addon.page(QUESTION, PRESS, label=label)

    def assert_not_sent(self, window):
        """The window can be written in again, and nothing has left."""
        wait_until(lambda: not self.addon.has_page(QUESTION), 'the question has closed')
        wait_until(lambda: not window.state()['locked'], 'the window is free')
        self.assertTrue(window.is_open())
        self.assertEqual(self.world.sink.deliveries, [])


__all__ = ['ALICE', 'BOB', 'KEYLESS', 'POPUP', 'QUESTION', 'ToggleCase']
