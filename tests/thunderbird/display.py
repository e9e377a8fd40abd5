# SPDX-License-Identifier: MPL-2.0
"""An X server without a screen, and pictures of what it shows."""

import os
import select
import struct
import subprocess
import tempfile
import zlib

from processes import die_with_parent

BINARY = '/usr/bin/Xvfb'
START_SECONDS = 20


class VirtualDisplay:
    """Xvfb, which chooses a display number and keeps its screen in a file."""

    def __init__(self, width=1400, height=1000):
        if not os.access(BINARY, os.X_OK):
            raise AssertionError(f'{BINARY} is missing: install the package xvfb '
                                 '(packaging/install-dependencies test)')
        self._folder = tempfile.TemporaryDirectory(prefix='dsm-x-')
        reading, writing = os.pipe()
        self._process = subprocess.Popen(
            [BINARY, '-displayfd', str(writing), '-screen', '0', f'{width}x{height}x24',
             '-nolisten', 'tcp', '-noreset', '-fbdir', self._folder.name], pass_fds=[writing],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True, preexec_fn=die_with_parent)
        os.close(writing)
        with os.fdopen(reading, 'rb') as answers:
            ready, _, _ = select.select([answers], [], [], START_SECONDS)
            number = answers.readline().decode().strip() if ready else ''
        if not number:
            self.stop()
            raise AssertionError('Xvfb does not start')
        self.name = f':{number}'

    def stop(self):
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()

    def picture(self, area=None):
        """PNG of the screen, or of an area (x, y, width, height) of it."""
        with open(os.path.join(self._folder.name, 'Xvfb_screen0'), 'rb') as file:
            return _png_of_xwd(file.read(), area)


def _png_of_xwd(octets, area):
    """X window dump (32 bits a pixel, least significant octet first) to PNG."""
    header = struct.unpack_from('>25I', octets)
    full_width, full_height, n_octets_a_line, n_colours = (header[i] for i in (4, 5, 12, 19))
    x, y, width, height = area or (0, 0, full_width, full_height)
    x, y = max(x, 0), max(y, 0)
    width, height = min(width, full_width - x), min(height, full_height - y)
    first = header[0] + 12 * n_colours + 4 * x
    lines = bytearray()
    for number in range(y, y + height):
        start = first + number * n_octets_a_line
        line = octets[start:start + width * 4]
        pixels = bytearray(width * 3)
        pixels[0::3], pixels[1::3], pixels[2::3] = line[2::4], line[1::4], line[0::4]
        lines += b'\0' + pixels
    size = struct.pack('>2I5B', width, height, 8, 2, 0, 0, 0)
    return (b'\x89PNG\r\n\x1a\n' + _chunk(b'IHDR', size)
            + _chunk(b'IDAT', zlib.compress(bytes(lines), 6)) + _chunk(b'IEND', b''))


def _chunk(kind, octets):
    return (struct.pack('>I', len(octets)) + kind + octets
            + struct.pack('>I', zlib.crc32(kind + octets)))
