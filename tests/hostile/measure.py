#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""measure.py SECONDS COMMAND…: runs it and prints, as the last line of standard error, what it
took: exit status, largest resident memory in KiB, processor time in seconds.

A program of its own, since the kernel counts the memory of whoever starts a process as that
process's, and the one that makes hostile messages has a lot."""

import os
import resource
import signal
import sys


def main():
    seconds, command = int(sys.argv[1]), sys.argv[2:]
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        os.execv(command[0], command)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _, status, usage = os.wait4(child, 0)
    print(f'\n{os.waitstatus_to_exitcode(status)} {usage.ru_maxrss} '
          f'{usage.ru_utime + usage.ru_stime:.3f}', file=sys.stderr)


main()
