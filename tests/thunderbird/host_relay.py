#!/usr/bin/python3 -I
# SPDX-License-Identifier: MPL-2.0
"""host_relay.py FOLDER HOST [ARGUMENT…]: runs the native host and notes what is asked of it.

FOLDER/requests.jsonl gets a line for each message of the add-on: its op, its id and its size, no
content. FOLDER/pid is the host's process id. Ends as the host ends."""

import json
import os
import struct
import subprocess
import sys
import threading


def _read(stream, n_octets):
    octets = stream.read(n_octets)
    return octets if len(octets) == n_octets else None


def _note(file, body):
    message = json.loads(body)
    known = {name: message[name] for name in ('op', 'id', 'cancel') if name in message}
    file.write(json.dumps(known | {'n_octets': len(body)}) + '\n')
    file.flush()


def _forward(host, requests):
    """Standard input to the host, one frame after the other."""
    with open(requests, 'a', encoding='utf-8') as file:
        while (head := _read(sys.stdin.buffer, 4)) is not None:
            body = _read(sys.stdin.buffer, struct.unpack('=I', head)[0])
            if body is None:
                break
            _note(file, body)
            try:
                host.stdin.write(head + body)
                host.stdin.flush()
            except BrokenPipeError:
                return
    host.stdin.close()


def main():
    """Returns the host's exit status; the host writes to our standard output itself."""
    folder, *command = sys.argv[1:]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as host:
        with open(os.path.join(folder, 'pid'), 'w', encoding='ascii') as file:
            file.write(str(host.pid))
        threading.Thread(target=_forward, args=(host, os.path.join(folder, 'requests.jsonl')),
                         daemon=True).start()
        return host.wait()


if __name__ == '__main__':
    status = main()
    # the thread may still be waiting for standard input
    os._exit(status if status >= 0 else 1)
