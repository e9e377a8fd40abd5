# SPDX-License-Identifier: MPL-2.0
"""An SMTP server on 127.0.0.1 that keeps what it is sent, octet for octet."""

import re
import socketserver
import threading
import time
from dataclasses import dataclass

from processes import wait_until


@dataclass
class Delivery:
    """One message with its envelope. `octets` are those after DATA, dots unstuffed."""

    sender: str
    recipients: list
    octets: bytes
    parameters: str  # those of MAIL FROM, such as "BODY=8BITMIME SIZE=1234"


class _Session(socketserver.StreamRequestHandler):
    def handle(self):
        self.sender, self.recipients, self.parameters = None, [], ''
        self._say('220 sink ESMTP')
        while line := self.rfile.readline():
            command = line.decode('utf-8', 'replace').strip()
            verb = command.split(' ')[0].upper()
            if verb == 'QUIT':
                self._say('221 bye')
                return
            getattr(self, f'do_{verb}', self._unknown)(command)

    def _say(self, line):
        self.wfile.write(line.encode() + b'\r\n')

    def _unknown(self, _command):
        self._say('502 not here')

    def do_EHLO(self, _command):
        lines = ['sink', 'SIZE 104857600', *self.server.sink.capabilities]
        for line in lines[:-1]:
            self._say(f'250-{line}')
        self._say(f'250 {lines[-1]}')

    def do_HELO(self, _command):
        self._say('250 sink')

    def do_RSET(self, _command):
        self.sender, self.recipients = None, []
        self._say('250 ok')

    def do_NOOP(self, _command):
        self._say('250 ok')

    def do_MAIL(self, command):
        match = re.search(r'<([^>]*)>\s*(.*)', command)
        self.sender, self.parameters = match.groups()
        self.recipients = []
        self._say(self.server.sink.answer('MAIL', self.sender))

    def do_RCPT(self, command):
        address = re.search(r'<([^>]*)>', command).group(1)
        answer = self.server.sink.answer('RCPT', address)
        if answer.startswith('250'):
            self.recipients.append(address)
        self._say(answer)

    def do_DATA(self, _command):
        self._say('354 go on')
        octets = self._until_dot()
        sink = self.server.sink
        time.sleep(sink.delay)
        answer = sink.answer('DATA', self.sender)
        if answer.startswith('250'):
            sink.accept(Delivery(self.sender, self.recipients, octets, self.parameters))
        self._say(answer)

    def _until_dot(self):
        """In pieces as they come: in lines, 25 MB would take longer here than in Thunderbird."""
        octets = bytearray(b'\n')
        while not octets.endswith(b'\n.\r\n'):
            piece = self.rfile.read1(1 << 20)
            if not piece:
                break
            octets += piece
        return bytes(octets.removesuffix(b'.\r\n')).replace(b'\n.', b'\n')[1:]


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class SmtpSink:
    """`deliveries` has what was accepted, in order. `imap`, if given, gets a copy for each
    recipient, in the INBOX of the user that `users` names for the address."""

    def __init__(self, imap=None, users=None):
        self.deliveries = []
        self.capabilities = ['8BITMIME', 'PIPELINING']
        self.delay = 0
        self._imap = imap
        self._users = users or {}
        self._refusals = []
        self._server = _Server(('127.0.0.1', 0), _Session)
        self._server.sink = self
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def refuse(self, verb, address='', times=None, answer='550 refused by the test'):
        """Answers MAIL (sender), RCPT (recipient) or DATA (sender) with a refusal where the address
        contains `address`; forever, or so many times."""
        self._refusals.append({'verb': verb, 'address': address, 'times': times, 'answer': answer})

    def accept_all(self):
        """Takes every refusal back."""
        self._refusals.clear()

    def answer(self, verb, address):
        """What to say to a command with this address."""
        for refusal in self._refusals:
            if refusal['verb'] != verb or refusal['address'] not in address:
                continue
            if refusal['times'] is not None:
                if refusal['times'] == 0:
                    continue
                refusal['times'] -= 1
            return refusal['answer']
        return '250 ok'

    def accept(self, delivery):
        """Keeps a message, and hands it to the mailboxes."""
        self.deliveries.append(delivery)
        for address in delivery.recipients:
            user = self._users.get(address)
            if self._imap and user:
                self._imap.append(user, delivery.octets)

    def wait(self, count=1, seconds=60):
        """Waits until so many messages have come since clear(); gives the list."""
        wait_until(lambda: len(self.deliveries) >= count,
                   f'{count} messages at the SMTP server ({len(self.deliveries)} came)', seconds)
        return list(self.deliveries)

    def clear(self):
        """Forgets what has come."""
        self.deliveries.clear()
