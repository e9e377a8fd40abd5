# SPDX-License-Identifier: MPL-2.0
"""Pictures of windows, pages and popups, for people to look at."""

import base64
import os

from marionette import MarionetteError
from processes import wait_until

SCREENSHOTS = os.environ.get('DANE_SMIME_SCREENSHOTS') or os.path.join(
    os.path.dirname(os.path.abspath(__file__)), '..', '..', '_b', 'screenshots')

# Draws a window, and over it the open panels that hold a page (popups of the add-on): they are
# windows of their own, and no part of the picture of the document.
DRAW = '''
const scale = one.devicePixelRatio * zoom;
const canvas = one.document.createElementNS("http://www.w3.org/1999/xhtml", "canvas");
const draw = async (global, width, height, x, y) => {
  const image = await global.drawSnapshot(new DOMRect(0, 0, width, height), scale, "white");
  context.drawImage(image, x * scale, y * scale);
  image.close();
};
canvas.width = one.innerWidth * scale;
canvas.height = one.innerHeight * scale;
const context = canvas.getContext("2d");
await draw(one.browsingContext.currentWindowGlobal, one.innerWidth, one.innerHeight, 0, 0);
for (const browser of one.document.querySelectorAll("panel browser")) {
  const panel = browser.closest("panel");
  const rect = browser.getBoundingClientRect();
  const global = browser.browsingContext?.currentWindowGlobal;
  if (panel.state != "open" || !global || !rect.width) {
    continue;
  }
  const x = browser.screenX - one.mozInnerScreenX;
  const y = browser.screenY - one.mozInnerScreenY;
  context.fillStyle = "gray";
  context.fillRect((x - 1) * scale, (y - 1) * scale, (rect.width + 2) * scale,
    (rect.height + 2) * scale);
  await draw(global, rect.width, rect.height, x, y);
}
return canvas.toDataURL("image/png").split(",")[1];
'''

FRONT_WINDOW = '''
const one = Services.wm.getMostRecentWindow(kind);
if (!one) {
  throw new Error(`there is no window ${kind}`);
}
'''

PAGE = '''
const all = document => [...document.querySelectorAll("browser")].flatMap(
  browser => [browser, ...(browser.contentDocument ? all(browser.contentDocument) : [])]);
const browser = [...Services.wm.getEnumerator(null)].flatMap(one => all(one.document))
  .find(browser => browser.currentURI?.spec.includes(url));
if (!browser) {
  throw new Error(`no page ${url}`);
}
const image = await browser.browsingContext.currentWindowGlobal.drawSnapshot(
  null, zoom, "white");
const canvas = document.createElementNS("http://www.w3.org/1999/xhtml", "canvas");
canvas.width = image.width;
canvas.height = image.height;
canvas.getContext("2d").drawImage(image, 0, 0);
return canvas.toDataURL("image/png").split(",")[1];
'''


class Pictures:
    """Takes pictures of one Thunderbird."""

    def __init__(self, thunderbird, display=None):
        self._thunderbird = thunderbird
        self._display = display

    def _write(self, name, octets):
        os.makedirs(SCREENSHOTS, exist_ok=True)
        path = os.path.join(SCREENSHOTS, f'{name}.png')
        with open(path, 'wb') as file:
            file.write(octets)
        return path

    def _draw(self, script, **values):
        """The script's PNG. A page that is just coming or going can't be drawn: then again."""
        def drawn():
            try:
                return self._thunderbird.js(script, **values)
            except MarionetteError as error:
                if 'NS_ERROR_LOSS_OF_SIGNIFICANT_DATA' in error.message:
                    return None
                raise

        return base64.b64decode(wait_until(drawn, 'the picture is drawn'))

    def window(self, name, kind='mail:3pane', zoom=1):
        """The newest window of a kind ("msgcompose", "mail:messageWindow"), with the popups of the
        add-on that are open over it; gives the path of SCREENSHOTS/NAME.png."""
        return self._write(name, self._draw(FRONT_WINDOW + DRAW, kind=kind, zoom=zoom))

    def page(self, name, url, zoom=1):
        """The page alone whose URL contains `url`: a tab, a popup, a message."""
        return self._write(name, self._draw(PAGE, url=url, zoom=zoom))

    def screen(self, name, kind=None):
        """What a VirtualDisplay shows, with Thunderbird's own panels and menus: the whole screen,
        or where the newest window of a kind is."""
        area = kind and self._thunderbird.js(
            FRONT_WINDOW + 'return [one.screenX, one.screenY, one.outerWidth, one.outerHeight];',
            kind=kind)
        return self._write(name, self._display.picture(area))
