# SPDX-License-Identifier: MPL-2.0
"""A real Thunderbird with a home, a temporary folder and a profile of its own."""

import os
import re
import shutil
import signal
import subprocess

import preferences
from marionette import ConnectionClosed, Marionette, MarionetteError
from processes import die_with_parent, wait_until

BINARY = os.environ.get('TB_BINARY') or '/usr/lib/thunderbird/thunderbird-bin'
GTK_NOISE = re.compile('Gtk-CRITICAL|gtk_icon_theme')
START_SECONDS = 90
QUIT_SECONDS = 40

# Collects all that reaches the console of the process, in the global of its modules, which stays
# when windows close.
LISTEN = '''
const shared = Cu.getGlobalForObject(Services);
if (shared.testConsole) {
  return;
}
const plain = message => {
  const text = message.message ?? String(message);
  if (!(message instanceof Ci.nsIScriptError)) {
    return {level: "log", text, source: ""};
  }
  const level = message.flags & Ci.nsIScriptError.warningFlag ? "warning" :
    message.flags & Ci.nsIScriptError.infoFlag ? "info" : "error";
  return {level, text, source: message.sourceName ?? ""};
};
shared.testConsole = Services.console.getMessageArray().map(plain);
Services.console.registerListener({
  observe: message => shared.testConsole.push(plain(message)),
});
'''

# Marionette answers modal questions by itself, whatever it was told about them, and refuses
# scripts meanwhile. It hears of them in this way, and nobody else does.
LEAVE_DIALOGS = '''
for (const observer of Services.obs.enumerateObservers("common-dialog-loaded")) {
  Services.obs.removeObserver(observer, "common-dialog-loaded");
}
'''

MAIN_WINDOW_IS_READY = '''
const main = Services.wm.getMostRecentWindow("mail:3pane");
return !!main && main.document.readyState == "complete" &&
  !!main.document.getElementById("tabmail")?.currentTabInfo &&
  (main.gMailInit === undefined || main.gMailInit.delayedStartupFinished);
'''

# Else it asks whether to save what is being written, and waits.
FORGET_COMPOSED = '''
for (const compose of Services.wm.getEnumerator("msgcompose")) {
  compose.gContentChanged = false;
  if (compose.gMsgCompose) {
    compose.gMsgCompose.bodyModified = false;
  }
  compose.close();
}
'''


def own_copy(folder):
    """An installation of Thunderbird like the system's, in a new folder, whose folder "extensions"
    is its own and empty; gives its program."""
    installed = os.path.dirname(os.path.realpath(BINARY))
    os.makedirs(os.path.join(folder, 'extensions'))
    program = os.path.join(folder, os.path.basename(os.path.realpath(BINARY)))
    for name in os.listdir(installed):
        target = os.path.join(folder, name)
        if not os.path.exists(target) and target != program:
            os.symlink(os.path.join(installed, name), target)
    shutil.copy2(os.path.realpath(BINARY), program)  # it looks for all else beside itself
    return program


class Thunderbird:
    """The program, its profile and the Marionette session in it."""

    def __init__(self, folder, settings=None, *, display=None, environment=None, program=BINARY):
        """`display` is the name of an X server's; without it Thunderbird runs headless."""
        self.program = program
        self.home = os.path.join(folder, 'home')
        self.profile = os.path.join(folder, 'profile')
        self.log = os.path.join(folder, 'thunderbird.log')
        self.temporary = os.path.join(folder, 'tmp')
        self.settings = dict(settings or {})
        self.display = display
        self.marionette = None
        self.process = None
        self._past_messages = []
        self._added_environment = environment or {}
        for path in (self.home, self.profile, self.temporary):
            os.makedirs(path, mode=0o700, exist_ok=True)

    # Life

    def environment(self):
        """Nothing of the caller's desktop reaches it."""
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(('MOZ_', 'XDG_', 'LD_', 'WAYLAND'))}
        kept.pop('DISPLAY', None)
        kept |= {'HOME': self.home, 'TMPDIR': self.temporary, 'LANG': 'C.UTF-8',
                 'LC_ALL': 'C.UTF-8', 'TZ': 'UTC', 'NO_AT_BRIDGE': '1',
                 'LIBGL_ALWAYS_SOFTWARE': '1', 'MOZ_CRASHREPORTER_DISABLE': '1',
                 'DBUS_SESSION_BUS_ADDRESS': 'unix:path=/dev/null'}
        if self.display:
            kept |= {'DISPLAY': self.display, 'GDK_BACKEND': 'x11'}
        else:
            kept['MOZ_HEADLESS'] = '1'
        return kept | self._added_environment

    def start(self):
        """Starts it and waits for the main window."""
        if not os.access(self.program, os.X_OK):
            raise AssertionError(f'{self.program} is missing: install the package thunderbird '
                                 '(packaging/install-dependencies test)')
        preferences.write(self.profile, self.settings)
        port_file = os.path.join(self.profile, 'MarionetteActivePort')
        if os.path.exists(port_file):
            os.unlink(port_file)
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(
                [self.program, '--profile', self.profile, '--no-remote', '--marionette',
                 '--remote-allow-system-access'], env=self.environment(), cwd=self.home,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=die_with_parent)
        try:
            self._connect(port_file)
        except BaseException:
            self.kill()
            raise
        return self

    def _connect(self, port_file):
        def port():
            if self.process.poll() is not None:
                raise AssertionError(f'Thunderbird ended at once: {self.log_text()[-2000:]}')
            if not os.path.exists(port_file):
                return None
            with open(port_file, encoding='ascii') as file:
                return file.read().strip()

        number = wait_until(port, 'Marionette is not there', START_SECONDS)
        self.marionette = Marionette(int(number))
        wait_until(lambda: self.js(MAIN_WINDOW_IS_READY), 'the main window', START_SECONDS)
        self.js(LISTEN)
        self.js(LEAVE_DIALOGS)

    def quit(self):
        """Ends it as a person does; what was being written is forgotten."""
        if self.process is None:
            return
        if self.process.poll() is None:
            try:
                self._past_messages = self._messages()
                self.js(FORGET_COMPOSED)
                self.marionette.command('Marionette:Quit', flags=['eForceQuit'])
            except MarionetteError:
                pass  # it went before it answered; whether it did, is seen below
        try:
            self.process.wait(QUIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f'Thunderbird did not end within {QUIT_SECONDS} s') from None
        self._forget()

    def kill(self):
        """Ends it and what it started, at once."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self._forget()

    def _forget(self):
        if self.marionette:
            self.marionette.close()
        self.marionette = self.process = None

    def restart(self):
        """The same profile again."""
        self.quit()
        return self.start()

    # Scripts

    def js(self, body, **values):
        """Runs the body of an async function with the system principal in the main window; the
        values are its variables. Gives what it returns; an exception has the script's stack."""
        try:
            return self.marionette.script(body, **values)
        except ConnectionClosed:
            raise
        except MarionetteError as error:
            if error.kind != 'no such window':
                raise
        self.marionette.switch(self.main_handle())
        return self.marionette.script(body, **values)

    def main_handle(self):
        """The handle of the main window."""
        handles = self.marionette.handles()
        for handle in handles:
            self.marionette.switch(handle)
            kind = self.marionette.script(
                'return document.documentElement.getAttribute("windowtype")')
            if kind == 'mail:3pane':
                return handle
        raise AssertionError('there is no main window')

    # What it says

    def log_text(self):
        """What it wrote to standard output and standard error, without what GTK says when there is
        no display."""
        with open(self.log, encoding='utf-8', errors='replace') as file:
            return ''.join(line for line in file if line.strip() and not GTK_NOISE.search(line))

    def _messages(self):
        return self._past_messages + self.js(
            'return Cu.getGlobalForObject(Services).testConsole ?? [];')

    def console(self, level='error'):
        """The messages of one level that reached the console, before restarts too, as objects with
        `text` and `source`. What a page writes with console.error() is in the log alone."""
        return [message for message in self._messages() if message['level'] == level]
