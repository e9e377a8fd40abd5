# SPDX-License-Identifier: MPL-2.0
"""Name servers on 127.0.0.1: nsd for the universe, and four that are of no use."""

import os
import selectors
import signal
import socket
import struct
import subprocess
import threading
import time

from zones import UniverseError

ADDRESS = '127.0.0.1'
START_SECONDS = 10
RELOAD_SECONDS = 10
SERVFAIL, REFUSED = 2, 5


def bind_pair(attempts=50):
    """A TCP and a UDP socket on one port that the kernel chose."""
    for _ in range(attempts):
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        tcp.bind((ADDRESS, 0))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind(tcp.getsockname())
            return tcp, udp
        except OSError:
            tcp.close()
            udp.close()
    raise UniverseError('no port is free for both TCP and UDP')


def name_of(bound):
    """ADDR@PORT of a socket."""
    return f'{ADDRESS}@{bound.getsockname()[1]}'


def soa_serial(port, zone, timeout):
    """The serial number of a zone at the server on that port, or None without answer in time."""
    labels = [label.encode() for label in zone.rstrip('.').split('.') if label]
    name = b''.join(bytes([len(label)]) + label for label in labels) + b'\0'
    identity = os.urandom(2)
    query = identity + struct.pack('>5H', 0, 1, 0, 0, 0) + name + struct.pack('>2H', 6, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(timeout)
        asking.connect((ADDRESS, port))
        try:
            asking.send(query)
            answer = asking.recv(4096)
        except OSError:
            return None
    at = len(query)
    if answer[:2] != identity or struct.unpack_from('>H', answer, 6)[0] == 0:
        return None
    at = _skip_name(answer, at) + 10
    at = _skip_name(answer, _skip_name(answer, at))
    return struct.unpack_from('>I', answer, at)[0]


def _skip_name(answer, at):
    while answer[at] != 0:
        if answer[at] & 0xC0:
            return at + 2
        at += answer[at] + 1
    return at + 1


class NameServer:
    """nsd, a child process that ends with this one."""

    CONFIGURATION = '''server:
  ip-address: {address}@{port}
  server-count: 1
  username: ""
  chroot: ""
  zonesdir: "{folder}"
  database: ""
  pidfile: "{folder}/{label}.pid"
  xfrdfile: ""
  zonelistfile: "{folder}/{label}.list"
  logfile: "{folder}/{label}.log"
  tcp-count: 250
  tcp-timeout: 30
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
remote-control:
  control-enable: no
'''

    def __init__(self, folder, zones, label='nsd'):
        """zones: a list of those to be served; label: of its files."""
        self.folder = folder
        self.zones = zones
        self.label = label
        self.log = os.path.join(folder, f'{label}.log')
        self.port = None
        self.process = None

    @property
    def name(self):
        return f'{ADDRESS}@{self.port}'

    def start(self, attempts=5):
        """Starts nsd on a free port; tries again if another program took it in between."""
        for _ in range(attempts):
            tcp, udp = bind_pair()
            self.port = tcp.getsockname()[1]
            self._write_configuration()
            tcp.close()
            udp.close()
            self._spawn()
            if self.wait_for(self.zones[0], START_SECONDS):
                return
            self.stop()
        raise UniverseError(f'nsd does not start; see {self.log}')

    def _write_configuration(self):
        text = self.CONFIGURATION.format(address=ADDRESS, port=self.port, folder=self.folder,
                                         label=self.label)
        for zone in self.zones:
            text += f'zone:\n  name: "{zone.name}"\n  zonefile: "{zone.file}"\n'
        with open(os.path.join(self.folder, f'{self.label}.conf'), 'w', encoding='utf-8') as file:
            file.write(text)

    def _spawn(self):
        path = os.environ.get('PATH', '') + ':/usr/sbin:/sbin'
        # setpriv: nsd gets SIGTERM when this process dies, however that happens
        self.process = subprocess.Popen(
            ['setpriv', '--pdeathsig', 'TERM', 'nsd', '-d', '-c',
             f'{self.label}.conf'], cwd=self.folder,
            env={**os.environ, 'PATH': path}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)

    def wait_for(self, zone, seconds):
        """Waits until the zone is served as it now stands. False: nsd ended, or took too long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            # another universe's server may have got the port, and it has other serial numbers
            if soa_serial(self.port, zone.name, 0.05) == zone.serial:
                return True
            if self.process.poll() is not None:
                return False
            time.sleep(0.003)
        return False

    def reload(self, zone):
        """Has nsd read the zone again."""
        self.process.send_signal(signal.SIGHUP)
        if not self.wait_for(zone, RELOAD_SECONDS):
            raise UniverseError(f'nsd does not serve the new {zone.name}; see {self.log}')

    def stop(self):
        """Ends nsd and waits for it."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _response(query, code):
    """The query sent back as a response without records (RFC 1035 §4.1.1)."""
    if len(query) < 12:
        return None
    flags = struct.unpack_from('>H', query, 2)[0]
    at = 12
    while at < len(query) and query[at] != 0:
        at += query[at] + 1
    question = query[12:at + 5]
    return (query[:2] + struct.pack('>5H', 0x8080 | (flags & 0x7910) | code, 1, 0, 0, 0) + question)


class CodeServer:
    """Answers every query with one response code, over TCP and UDP, in a thread of its own."""

    def __init__(self, code):
        self.tcp, self.udp = bind_pair()
        self.code = code
        self.waiting = selectors.DefaultSelector()
        self.buffers = {}  # by connection: octets of a query that is not yet whole
        self.tcp.listen(500)
        self.waiting.register(self.tcp, selectors.EVENT_READ)
        self.waiting.register(self.udp, selectors.EVENT_READ)
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            for key, _ in self.waiting.select():
                try:
                    self._handle(key.fileobj)
                except OSError:
                    self._forget(key.fileobj)

    def _handle(self, readable):
        if readable is self.tcp:
            connection, _ = self.tcp.accept()
            self.waiting.register(connection, selectors.EVENT_READ)
            self.buffers[connection] = b''
        elif readable is self.udp:
            query, peer = self.udp.recvfrom(65535)
            response = _response(query, self.code)
            if response:
                self.udp.sendto(response, peer)
        elif not self._answer_stream(readable):
            self._forget(readable)

    def _answer_stream(self, connection):
        """Answers what has come on a connection; False when it is to be closed."""
        octets = connection.recv(65535)
        if not octets:
            return False
        rest = self.buffers[connection] + octets
        while len(rest) >= 2 and len(rest) >= 2 + int.from_bytes(rest[:2], 'big'):
            end = 2 + int.from_bytes(rest[:2], 'big')
            response = _response(rest[2:end], self.code)
            if response is None:
                return False
            connection.sendall(struct.pack('>H', len(response)) + response)
            rest = rest[end:]
        self.buffers[connection] = rest
        return True

    def _forget(self, connection):
        if connection in self.buffers:
            self.waiting.unregister(connection)
            del self.buffers[connection]
            connection.close()


class UselessServers:
    """silent: takes every query and connection, never answers. absent: nothing listens there.
    servfail, refusing: answer everything with that response code."""

    def __init__(self):
        self.silent = bind_pair()
        self.silent[0].listen(500)
        # bound and not listening: connections are refused, and nobody else gets the port
        self.absent, udp = bind_pair()
        udp.close()
        self.servfail = CodeServer(SERVFAIL)
        self.refusing = CodeServer(REFUSED)

    def names(self):
        """ADDR@PORT by the names of universe.json."""
        return {
            'silent_server': name_of(self.silent[0]),
            'absent_server': name_of(self.absent),
            'servfail_server': name_of(self.servfail.tcp),
            'refusing_server': name_of(self.refusing.tcp),
        }
