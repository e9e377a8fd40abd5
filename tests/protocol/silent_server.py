# SPDX-License-Identifier: MPL-2.0
"""A name server that takes every question and never answers, and knows what it was asked."""

import selectors
import socket
import time

ADDRESS = '127.0.0.1'
ATTEMPTS = 50


def bind_pair():
    """A TCP and a UDP socket on one port that the kernel chose."""
    for _ in range(ATTEMPTS):
        tcp = socket.create_server((ADDRESS, 0), backlog=100)
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind(tcp.getsockname())
            return tcp, udp
        except OSError:
            tcp.close()
            udp.close()
    raise OSError('no port is free for both TCP and UDP')


def wire_form(name):
    """A domain name as it stands in a question (RFC 1035 §3.1)."""
    labels = [label.encode() for label in name.rstrip('.').split('.')]
    return b''.join(bytes([len(label)]) + label for label in labels) + b'\0'


class SilentServer:
    """What is sent to it waits in the kernel until wait_asked() looks."""

    def __init__(self):
        self._listener, self._udp = bind_pair()
        self._selector = selectors.DefaultSelector()
        for one in (self._listener, self._udp):
            self._selector.register(one, selectors.EVENT_READ)
        self._octets = b''

    @property
    def name(self):
        return f'{ADDRESS}@{self._listener.getsockname()[1]}'

    def _take(self, ready):
        if ready is self._listener:
            self._selector.register(ready.accept()[0], selectors.EVENT_READ)
            return
        try:
            octets = ready.recv(65536)
        except ConnectionError:
            octets = b''
        self._octets += octets.lower()
        if not octets and ready is not self._udp:
            self._selector.unregister(ready)
            ready.close()

    def wait_asked(self, name, seconds):
        """Whether it is asked for that name in time."""
        deadline = time.monotonic() + seconds
        while wire_form(name.lower()) not in self._octets:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            for key, _ in self._selector.select(left):
                self._take(key.fileobj)
        return True

    def stop(self):
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._selector.close()
