# SPDX-License-Identifier: MPL-2.0
"""A client of Marionette, Firefox's and Thunderbird's remote protocol, in chrome context."""

import json
import socket

ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'
SCRIPT_SECONDS = 120
REPLY_SECONDS = SCRIPT_SECONDS + 30
KEYS = {'Control': '\ue009', 'Shift': '\ue008', 'Alt': '\ue00a', 'Enter': '\ue007',
        'Tab': '\ue004', 'Escape': '\ue00c', 'Backspace': '\ue003', 'Delete': '\ue017',
        'Left': '\ue012', 'Up': '\ue013', 'Right': '\ue014', 'Down': '\ue015', 'Space': ' '}


class MarionetteError(AssertionError):
    """What Thunderbird answered instead of a result; `kind` is WebDriver's word for it."""

    def __init__(self, kind, message, stack):
        super().__init__(f'{kind}: {message}\n{stack}'.rstrip())
        self.kind = kind
        self.message = message


class ConnectionClosed(MarionetteError):
    """Thunderbird has closed the connection: it has ended, or crashed."""

    def __init__(self):
        super().__init__('connection closed', 'Thunderbird has gone', '')


class Marionette:
    """One session. Scripts run with the system principal in the window that was switched to."""

    def __init__(self, port):
        self._socket = socket.create_connection(('127.0.0.1', port), timeout=REPLY_SECONDS)
        self._buffer = b''
        self._last_id = 0
        self._receive()
        self.command('WebDriver:NewSession', capabilities={
            'alwaysMatch': {'unhandledPromptBehavior': 'ignore'}})
        self.command('Marionette:SetContext', value='chrome')
        self.command('WebDriver:SetTimeouts', script=SCRIPT_SECONDS * 1000)

    def close(self):
        self._socket.close()

    def _more(self):
        octets = self._socket.recv(1 << 20)
        if not octets:
            raise ConnectionClosed
        self._buffer += octets

    def _receive(self):
        while b':' not in self._buffer:
            self._more()
        digits, _, self._buffer = self._buffer.partition(b':')
        while len(self._buffer) < int(digits):
            self._more()
        message, self._buffer = self._buffer[:int(digits)], self._buffer[int(digits):]
        return json.loads(message)

    def command(self, name, **parameters):
        """One command; gives its result, raises MarionetteError."""
        self._last_id += 1
        message = json.dumps([0, self._last_id, name, parameters]).encode()
        try:
            self._socket.sendall(b'%d:%s' % (len(message), message))
            _, _, error, result = self._receive()
        except ConnectionError:
            raise ConnectionClosed from None
        if error:
            raise MarionetteError(error['error'], error['message'], error.get('stacktrace', ''))
        return result['value'] if isinstance(result, dict) and set(result) == {'value'} else result

    def script(self, body, **values):
        """Runs the body of an async function, in which the values are variables; gives what it
        returns (an element as {ELEMENT: id}, undefined as None)."""
        names = ', '.join(values)
        return self.command(
            'WebDriver:ExecuteScript', args=[values], sandbox='system', newSandbox=False,
            script=f'return (async ({{{names}}}) => {{{body}\n}})(arguments[0]);')

    # Windows

    def handles(self):
        """The handles of all windows."""
        return self.command('WebDriver:GetWindowHandles')

    def switch(self, handle):
        self.command('WebDriver:SwitchToWindow', handle=handle, focus=False)

    # Elements and keys, as a person uses them

    def element(self, selector):
        """The first element of the window that a CSS selector names."""
        return self.command('WebDriver:FindElement', using='css selector', value=selector)

    def click(self, element):
        self.command('WebDriver:ElementClick', id=element[ELEMENT])

    def type(self, element, text):
        self.command('WebDriver:ElementSendKeys', id=element[ELEMENT], text=text)

    def press(self, *keys):
        """Presses keys together ("Control", "Enter") where the focus is."""
        values = [KEYS.get(key, key) for key in keys]
        actions = [{'type': 'keyDown', 'value': value} for value in values]
        actions += [{'type': 'keyUp', 'value': value} for value in reversed(values)]
        self.command('WebDriver:PerformActions', actions=[
            {'type': 'key', 'id': 'keyboard', 'actions': actions}])
        self.command('WebDriver:ReleaseActions')
