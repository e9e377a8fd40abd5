# SPDX-License-Identifier: MPL-2.0
"""Modal questions of Thunderbird: what they say, and answers to them."""

from processes import wait_until

# They are windows, or pages in a window.
FIND = '''
const URL = "chrome://global/content/commonDialog.xhtml";
const frames = doc => [...doc.querySelectorAll("browser")].flatMap(one =>
  one.contentDocument ? [one.contentWindow, ...frames(one.contentDocument)] : []);
const all = [...Services.wm.getEnumerator(null)].flatMap(one => [one, ...frames(one.document)]);
const dialog = all.find(one => one.location.href == URL && one.Dialog?.args &&
  one.document.getElementById("commonDialog")?.getButton("accept"));
'''

TEXT = FIND + '''
return dialog ? dialog.Dialog.args.text : null;
'''

ANSWER = FIND + '''
if (text !== null) {
  const {args} = dialog.Dialog;
  const password = args.promptType == "promptPassword";
  dialog.document.getElementById(password ? "password1Textbox" : "loginTextbox").value = text;
}
dialog.document.getElementById("commonDialog").getButton(button).click();
'''


class Dialogs:
    """The questions of one Thunderbird."""

    def __init__(self, thunderbird):
        self._thunderbird = thunderbird

    def text(self):
        """What the question in front says; None: there is none."""
        return self._thunderbird.js(TEXT)

    def wait(self, seconds=60):
        """Waits for a question; gives its text."""
        return wait_until(self.text, 'a question', seconds)

    def press(self, button='accept', text=None):
        """Presses "accept", "cancel", "extra1" or "extra2", after entering a text (a password)."""
        self._thunderbird.js(ANSWER, button=button, text=text)
