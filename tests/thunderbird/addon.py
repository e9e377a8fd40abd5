# SPDX-License-Identifier: MPL-2.0
"""The add-on in a running Thunderbird: installs it, looks at it, runs code in its pages."""

import json
import re
import zipfile

from marionette import MarionetteError
from processes import wait_until

# Errors of an extension's API calls, which nobody catches, come without a source.
OURS = re.compile(r'moz-extension://|dane-smime|^undefined$')
# What Thunderbird complains of when a page that has listeners, or waits for an answer, is unloaded.
# … or a column is added over a folder that has never been opened; and what 140 writes of a sending
# that was stopped, as of one that the user has cancelled.
STOCK_ERRORS = re.compile(
    r'mailnews\.send: \[Exception.*NS_ERROR_ABORT|'
    r'FOLDER_SUMMARY_MISSING.*about3Pane|nsIMsgFolder\.msgDatabase\].*about3Pane|'
    'on closed conduit|Promise (resolved|rejected) after context unloaded|'
    'backend after the extension was already shutdown|JSWindowActorChild cannot send|'
    "Actor '.*' destroyed before query")
IMPORTS = '''
const {AddonManager} = ChromeUtils.importESModule("resource://gre/modules/AddonManager.sys.mjs");
const {ExtensionParent} =
  ChromeUtils.importESModule("resource://gre/modules/ExtensionParent.sys.mjs");
const {FileUtils} = ChromeUtils.importESModule("resource://gre/modules/FileUtils.sys.mjs");
'''

# As "Install Add-on From File…" of the Add-ons Manager does it, its question answered with yes.
INSTALL = IMPORTS + '''
const install = await AddonManager.getInstallForFile(new FileUtils.File(path));
if (!install.addon) {
  throw new Error(`${path} is no add-on: ${AddonManager.errorToString(install.error)}`);
}
await install.install();
'''

ABOUT = IMPORTS + '''
const addon = await AddonManager.getAddonByID(id);
return addon && {
  active: addon.isActive, userDisabled: addon.userDisabled, appDisabled: addon.appDisabled,
  version: addon.version, temporary: addon.temporarilyInstalled, name: addon.name,
  scope: addon.scope,
};
'''

STATE = '''
const extension = ExtensionParent.GlobalManager.getExtension(id);
return [extension?.state ?? "", extension?.backgroundState ?? ""];
'''

# The browsers of all windows, and of the pages that they show.
PAGES = '''
const browsers = document => [...document.querySelectorAll("browser, iframe")].flatMap(
  browser => [browser, ...(browser.contentDocument ? browsers(browser.contentDocument) : [])]);
const pages = () => [...Services.wm.getEnumerator(null)]
  .flatMap(one => browsers(one.document))
  .map(browser => browser.browsingContext)
  .filter(context => context?.currentURI?.spec.startsWith(extension.baseURL));
'''

# The actor of Marionette runs a script with the rights of the page, in whatever process it is.
IN_PAGE = IMPORTS + '''
const extension = ExtensionParent.GlobalManager.getExtension(id);
if (!extension) {
  throw new Error(`${id} is not started`);
}
''' + PAGES + '''
const background = async () => {
  await extension.wakeupBackground?.();
  return [...extension.views].find(view => view.viewType == "background")?.xulBrowser
    .browsingContext;
};
const context = url ? pages().find(page => page.currentURI.spec.includes(url)) :
  await background();
if (!context?.currentWindowGlobal) {
  throw new Error(`the add-on has no page ${url || "in the background"}`);
}
return context.currentWindowGlobal.getActor("MarionetteCommands").executeScript(
  script, [values], {newSandbox: false, sandboxName: null, timeout: seconds * 1000, async: false});
'''


CLOSE_PAGES = '''
const base = ExtensionParent.GlobalManager.getExtension(id).baseURL;
const tabmail = document.getElementById("tabmail");
for (const tab of tabmail.tabInfo.slice(1)) {
  if (tab.browser?.currentURI?.spec.startsWith(base)) {
    tabmail.closeTab(tab, true);
  }
}
'''


class Addon:
    """The add-on in one Thunderbird; or another, by its id."""

    ID = 'dane-smime@dane-smime.example'

    def __init__(self, thunderbird, addon_id=ID):
        self.thunderbird = thunderbird
        self.id = addon_id

    def js(self, body, **values):
        """A script of the main window, with the modules of IMPORTS and `id`."""
        return self.thunderbird.js(IMPORTS + body, id=self.id, **values)

    # Life

    def install(self, path):
        """Installs an .xpi for good, as a person does; waits until it is started."""
        self.thunderbird.js(INSTALL, path=path)
        self.wait_started()

    def install_temporarily(self, path):
        """Loads an .xpi or a folder until the next start, as "Debug Add-ons" does."""
        self.js('await AddonManager.installTemporaryAddon(new FileUtils.File(path));', path=path)
        self.wait_started()

    def uninstall(self):
        self.js('await (await AddonManager.getAddonByID(id)).uninstall();')

    def disable(self):
        self.js('await (await AddonManager.getAddonByID(id)).disable();')

    def enable(self):
        self.js('await (await AddonManager.getAddonByID(id)).enable();')
        self.wait_started()

    def about(self):
        """What the Add-ons Manager knows of it, or None."""
        return self.thunderbird.js(ABOUT, id=self.id)

    def wait_started(self):
        """Waits until its background page has run."""
        def started():
            state, background = self.js(STATE)
            if 'Error' in state:
                raise AssertionError(f'{self.id}: {state}')
            return state.startswith('Startup: Complete') and background != 'starting'

        wait_until(started, f'{self.id} is started')

    # Its pages

    def background(self, body, seconds=60, **values):
        """Runs the body of an async function in the background page, which is woken up if need
        be: `messenger` and its namespaces are there, the page's modules are not."""
        return self._in_page('', body, seconds, values)

    def page(self, url, body, seconds=60, **values):
        """The same in the open page (tab, popup, window) whose URL contains `url`."""
        return self._in_page(url, body, seconds, values)

    def _in_page(self, url, body, seconds, values):
        names = ', '.join(values)
        script = (f'return (async ({{{names}}}) => {{{body}\n}})(arguments[0])'
                  '.then(value => JSON.stringify(value ?? null), error => { throw error; });')
        answer = self.thunderbird.js(IN_PAGE, id=self.id, url=url, script=script, values=values,
                                     seconds=seconds)
        return json.loads(answer)

    def has_page(self, url):
        """Whether a page whose URL contains `url` is open and has loaded."""
        try:
            return self.page(url, 'return document.readyState == "complete";')
        except MarionetteError:
            return False

    def close_pages(self):
        """Closes the tabs that show its pages."""
        self.js(CLOSE_PAGES)

    def close_first_run(self):
        """Waits for the page that it opens once after it was installed, and closes it."""
        wait_until(lambda: self.has_page('first-run'), 'the first-run page')
        self.close_pages()

    def stop_background(self):
        """What Thunderbird does with an event page that is idle."""
        self.js('await ExtensionParent.GlobalManager.getExtension(id).terminateBackground();')

    def errors(self):
        """The texts of the console's errors that have to do with this add-on, and of what it wrote
        with console.error(), if there was an exception in it."""
        found = [message['text'] for message in self.thunderbird.console()
                 if OURS.search(message['source']) or OURS.search(message['text'])]
        found += [line for line in self.thunderbird.log_text().splitlines()
                  if line.startswith('console.error:') and OURS.search(line)]
        return [text for text in found if not STOCK_ERRORS.search(text)]


def with_version(xpi, target, version):
    """Writes a copy of an .xpi whose manifest has another version; gives its path."""
    with zipfile.ZipFile(xpi) as source, zipfile.ZipFile(target, 'w') as copy:
        for item in source.infolist():
            octets = source.read(item)
            if item.filename == 'manifest.json':
                octets = json.dumps(json.loads(octets) | {'version': version}).encode()
            copy.writestr(item, octets)
    return target
