#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""A name server's front that speaks TLS (RFC 7858), before one that does not.

    tls_front.py --to ADDR@PORT --cert FILE --key FILE [--port PORT] [--listen ADDR]
                 [--only-tls | --no-tls | --strip]

One port for all: a TCP connection that begins with a TLS record is opened and its contents handed on,
others are handed on as they are, and so are datagrams. With --only-tls both are dropped; with
--no-tls it is TLS that is dropped. With --strip there are datagrams alone, and no signatures in the
answers: the DO bit of questions is cleared (RFC 3225). Prints "ready ADDR@PORT", then a line for each that comes:
"tls NAME" (the server name asked for, or "-"), "tcp", "udp", or "failed REASON". Runs until standard
input closes."""

import argparse
import os
import select
import socket
import ssl
import sys
import threading

TLS_HANDSHAKE = 0x16
# Bytes that are moved at once, and the longest datagram.
CHUNK = 65535


def parse_address(text):
    address, _, port = text.partition('@')
    return address, int(port)


def clear_do(question):
    """The question without its wish for DNSSEC records: RFC 6891 §6.1.3, an OPT record at the end."""
    at = question.rfind(b'\x00\x00\x29')
    if at < 0 or at + 8 > len(question):
        return question
    return question[:at + 7] + bytes([question[at + 7] & 0x7f]) + question[at + 8:]


class Front:
    def __init__(self, options):
        self.upstream = parse_address(options.to)
        self.options = options
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(options.cert, options.key)
        self.context.sni_callback = self.note_name
        self.names = {}
        self.lock = threading.Lock()

    def say(self, line):
        with self.lock:
            print(line, flush=True)

    def note_name(self, connection, name, _context):
        self.names[id(connection)] = name or '-'

    def open_tls(self, client):
        client = self.context.wrap_socket(client, server_side=True, do_handshake_on_connect=False)
        try:
            client.do_handshake()
            # A client that refuses the certificate says so in its first record (TLS 1.3).
            first = client.recv(CHUNK)
        except (OSError, ssl.SSLError) as error:
            self.say(f'failed {getattr(error, "reason", None) or error}')
            return None, b''
        self.say(f'tls {self.names.pop(id(client), "-")}')
        return client, first

    def serve_stream(self, client):
        with client:
            peek = client.recv(1, socket.MSG_PEEK)
            is_tls = peek[:1] == bytes([TLS_HANDSHAKE])
            unwanted = self.options.no_tls if is_tls else self.options.only_tls
            if self.options.strip or not peek or unwanted:
                return
            first = b''
            if is_tls:
                client, first = self.open_tls(client)
                if client is None:
                    return
            else:
                self.say('tcp')
            with client, socket.create_connection(self.upstream) as server:
                server.sendall(first)
                self.move(client, server)

    @staticmethod
    def move(client, server):
        others = {client: server, server: client}
        while True:
            ready = [s for s in others if isinstance(s, ssl.SSLSocket) and s.pending()]
            ready = ready or select.select(list(others), [], [])[0]
            for source in ready:
                try:
                    octets = source.recv(CHUNK)
                    if not octets:
                        return
                    others[source].sendall(octets)
                except OSError:
                    return

    def serve_datagrams(self, door):
        while True:
            octets, client = door.recvfrom(CHUNK)
            if self.options.only_tls:
                continue
            self.say('udp')
            threading.Thread(target=self.ask, args=(door, client, octets), daemon=True).start()

    def ask(self, door, client, octets):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.settimeout(5)
            server.connect(self.upstream)
            server.send(clear_do(octets) if self.options.strip else octets)
            try:
                door.sendto(server.recv(CHUNK), client)
            except OSError:
                pass

    def serve_connections(self, listener):
        while True:
            client, _ = listener.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve_stream, args=(client,), daemon=True).start()


def listen(options):
    """A listening socket and a datagram socket at the same port."""
    while True:
        listener = socket.create_server((options.listen, options.port))
        door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            door.bind(listener.getsockname())
            return listener, door
        except OSError:
            if options.port:
                raise
            listener.close()
            door.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--to', required=True)
    parser.add_argument('--cert', required=True)
    parser.add_argument('--key', required=True)
    parser.add_argument('--listen', default='127.0.0.1')
    parser.add_argument('--port', type=int, default=0)
    parser.add_argument('--only-tls', action='store_true')
    parser.add_argument('--no-tls', action='store_true')
    parser.add_argument('--strip', action='store_true')
    options = parser.parse_args()
    front = Front(options)
    listener, door = listen(options)
    threading.Thread(target=front.serve_connections, args=(listener,), daemon=True).start()
    threading.Thread(target=front.serve_datagrams, args=(door,), daemon=True).start()
    front.say(f'ready {options.listen}@{listener.getsockname()[1]}')
    sys.stdin.read()
    os._exit(0)


if __name__ == '__main__':
    main()
