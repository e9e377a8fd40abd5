#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""replay-archive.py PROGRAM ARCHIVE: gives every file of a tar archive to a fuzz target."""

import subprocess
import sys
import tarfile
import tempfile


def main() -> int:
    program, archive = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder, tarfile.open(archive) as files:
        files.extractall(folder)
        return subprocess.run([program, folder], check=False).returncode


sys.exit(main())
