#!/usr/bin/python3 -I
# SPDX-License-Identifier: MPL-2.0
"""changed_host.py [ARGUMENT…]: the native host as it is elsewhere. DANE_SMIME_HOST is the host.

With DANE_SMIME_AUTHORITY, a file, its system trusts that authority as well as those of NSS's list;
without, it is in a sandbox that shows it none of Thunderbird's files."""

import base64
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


def _trusting(request):
    """The same request: where the system's authorities count, one more does."""
    if request.get('params', {}).get('system_authorities'):
        with open(os.environ['DANE_SMIME_AUTHORITY'], 'rb') as file:
            request['params']['authorities'] = [base64.b64encode(file.read()).decode()]
    return request


def _forward(host, change):
    while len(head := sys.stdin.buffer.read(4)) == 4:
        body = sys.stdin.buffer.read(struct.unpack('=I', head)[0])
        changed = json.dumps(change(json.loads(body))).encode()
        host.stdin.write(struct.pack('=I', len(changed)) + changed)
        host.stdin.flush()
    host.stdin.close()


def main():
    """Returns the host's exit status; it writes to our standard output itself."""
    change = _trusting if 'DANE_SMIME_AUTHORITY' in os.environ else _blind
    command = [os.environ['DANE_SMIME_HOST'], *sys.argv[1:]]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as host:
        threading.Thread(target=_forward, args=(host, change), daemon=True).start()
        return host.wait()


if __name__ == '__main__':
    status = main()
    # the thread may still be waiting for standard input
    os._exit(status if status >= 0 else 1)
