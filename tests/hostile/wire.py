# SPDX-License-Identifier: MPL-2.0
"""The native host, asked as Thunderbird does."""

import json
import os
import struct
import subprocess

import program
import workspace


def host():
    return os.path.join(os.path.dirname(program.binary()), 'dane-smime-host')


class Wire:
    """One host, asked by native messaging."""

    def __init__(self):
        environment = {**os.environ, 'HOME': workspace.folder, 'XDG_DATA_HOME': workspace.folder,
                       'XDG_CACHE_HOME': os.devnull}
        self._host = subprocess.Popen([host()], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      env=environment)

    def ask(self, **request):
        text = json.dumps({'id': 1, **request}).encode()
        self._host.stdin.write(struct.pack('=I', len(text)) + text)
        self._host.stdin.flush()
        while True:
            size, = struct.unpack('=I', self._host.stdout.read(4))
            answer = json.loads(self._host.stdout.read(size))
            if 'progress' not in answer:
                return answer

    def close(self):
        self._host.stdin.close()
        self._host.stdout.close()
        self._host.wait(timeout=60)
