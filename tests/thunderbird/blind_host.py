#!/usr/bin/python3 -I
# SPDX-License-Identifier: MPL-2.0
"""blind_host.py [ARGUMENT…]: the native host as it is in a sandbox that shows it none of
Thunderbird's files. DANE_SMIME_HOST is the host."""

import json
import os
import struct
import subprocess
import sys
import threading


def _blind(request):
    """The same request, its files where there are none."""
    if 'file' in request.get('body', {}):
        request['body']['file'] = '/nowhere/message.eml'
    if 'output' in request:
        request['output']['files'] = ['/nowhere/made.eml' for _ in request['output']['files']]
    return request


def _forward(host):
    while len(head := sys.stdin.buffer.read(4)) == 4:
        body = sys.stdin.buffer.read(struct.unpack('=I', head)[0])
        changed = json.dumps(_blind(json.loads(body))).encode()
        host.stdin.write(struct.pack('=I', len(changed)) + changed)
        host.stdin.flush()
    host.stdin.close()


def main():
    """Returns the host's exit status; it writes to our standard output itself."""
    command = [os.environ['DANE_SMIME_HOST'], *sys.argv[1:]]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as host:
        threading.Thread(target=_forward, args=(host,), daemon=True).start()
        return host.wait()


if __name__ == '__main__':
    status = main()
    # the thread may still be waiting for standard input
    os._exit(status if status >= 0 else 1)
