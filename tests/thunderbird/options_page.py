# SPDX-License-Identifier: MPL-2.0
"""The options page of the add-on, used as a person uses it."""

import base64

from processes import wait_until

URL = 'options.html'

CLOSE = '''
const tabmail = document.getElementById("tabmail");
for (const tab of tabmail.tabInfo.filter(
  one => one.browser?.currentURI?.spec.includes("options/options.html"))) {
  tabmail.closeTab(tab);
}
'''

# What stands in the way of a question where to save a file: the answer is `path`, or no.
ANSWER_FILE_PICKER = '''
const registrar = Components.manager.QueryInterface(Ci.nsIComponentRegistrar);
const shared = Cu.getGlobalForObject(Services);
shared.pickerAnswer = path;
if (!shared.pickerFactory) {
  const picker = {
    QueryInterface: ChromeUtils.generateQI(["nsIFilePicker"]),
    init() {}, appendFilter() {}, appendFilters() {},
    get file() {
      const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
      file.initWithPath(shared.pickerAnswer);
      return file;
    },
    open(done) {
      const {returnOK, returnCancel} = Ci.nsIFilePicker;
      Services.tm.dispatchToMainThread(
        () => done.done(shared.pickerAnswer ? returnOK : returnCancel));
    },
  };
  shared.pickerFactory = {
    createInstance: iid => picker.QueryInterface(iid),
    QueryInterface: ChromeUtils.generateQI(["nsIFactory"]),
  };
  registrar.registerFactory(Services.uuid.generateUUID(), "test picker",
    "@mozilla.org/filepicker;1", shared.pickerFactory);
}
'''

HELPERS = '''
const visible = element => element.getClientRects().length > 0;
const all = selector => [...document.querySelectorAll(selector)].filter(visible);
const root = () => document.querySelector("dialog") ?? document;
const labelled = label => [...root().querySelectorAll("label")]
  .find(one => one.textContent.trim().startsWith(label));
const input = label => {
  const found = labelled(label);
  const element = found?.control;
  if (!element) {
    throw new Error(`no field "${label}"`);
  }
  return element;
};
const changed = element => {
  element.dispatchEvent(new Event("input", {bubbles: true}));
  element.dispatchEvent(new Event("change", {bubbles: true}));
};
'''


class OptionsPage:
    """One open options page."""

    def __init__(self, world):
        self._world = world

    def js(self, body, **values):
        return self._world.addon.page(URL, HELPERS + body, **values)

    def open(self, section='keys', query=''):
        """Opens it anew at a section."""
        self.close()
        self._world.addon.background(
            'await messenger.tabs.create({url: `options/options.html${query}#${section}`});',
            section=section, query=query)
        self.wait_for(section)
        return self

    def close(self):
        """Closes its tab, where there is one; what it asks for has been answered."""
        if self._world.addon.has_page(URL):
            wait_until(lambda: not self.js('return document.querySelector("[aria-busy]");'),
                       'nothing is under way')
        self._world.thunderbird.js(CLOSE)
        wait_until(lambda: not self._world.addon.has_page(URL), 'the old page is closed')

    def go(self, section):
        """Chooses a section on the left."""
        self.js('delete document.body.dataset.ready;'
                'document.querySelector(`#sections a[href="#${section}"]`).click();',
                section=section)
        self.wait_for(section)

    def wait_for(self, section):
        """Waits until a section is shown and filled."""
        wait_until(lambda: self._world.addon.has_page(URL)
                   and self.js('return document.body.dataset.ready;') == section,
                   f'section {section}', 60)

    def text(self, selector='main'):
        """The text that is shown in the first element of a selector."""
        return self.js('return document.querySelector(selector)?.innerText ?? "";',
                       selector=selector)

    def wait_text(self, part, selector='main', seconds=60):
        """Waits until the text has a part; gives the text."""
        return wait_until(lambda: part in self.text(selector) and self.text(selector),
                          f'"{part}" in {selector}: {self.text(selector)}', seconds)

    def click(self, label, within='body'):
        """Clicks the visible button with that label."""
        self.js('''
          const place = document.querySelector("dialog") ?? document.querySelector(within);
          const button = [...place.querySelectorAll("button, a")].filter(visible)
            .find(one => one.textContent.trim() == label);
          if (!button) {
            throw new Error(`no button "${label}"`);
          }
          button.focus();
          button.click();
          ''', label=label, within=within)

    def fill(self, **fields):
        """Fills fields in by the beginning of their labels; "_" in a name is a space."""
        for name, value in fields.items():
            self.js('const one = input(label); one.value = value; changed(one);',
                    label=name.replace('_', ' '), value=value)

    def tick(self, label, on=True):
        """Ticks a box, or chooses one of several."""
        self.js('''
          const one = labelled(label).querySelector("input");
          if (one.checked != on) {
            one.click();
          }''', label=label, on=on)

    def enabled(self, label):
        """Whether a field can be used."""
        return self.js('return !input(label).disabled;', label=label)

    def choose_file(self, label, name, octets):
        """Puts a file into a field for files."""
        self.js('''
          const data = new DataTransfer();
          const octets = Uint8Array.from(atob(content), one => one.charCodeAt(0));
          data.items.add(new File([octets], name));
          input(label).files = data.files;
          ''', label=label, name=name, content=base64.b64encode(octets).decode())

    def wait_closed(self):
        """Waits until the dialog has closed."""
        wait_until(lambda: self.js('return !document.querySelector("dialog");'),
                   'the dialog closes: ' + self.text('dialog'), 60)

    def save_to(self, path):
        """Answers the next question where to save a file; None: cancelled."""
        self._world.thunderbird.js(ANSWER_FILE_PICKER, path=path)

    def unlabelled(self):
        """What a screen reader could not name among the visible controls."""
        return self.js('''
          return all("button, input, select, textarea, a").filter(one =>
            !(one.labels?.length || one.textContent.trim() || one.ariaLabel))
            .map(one => one.outerHTML);''')
