# SPDX-License-Identifier: MPL-2.0
"""Child processes that do not outlive the test, and waiting for what other processes do."""

import ctypes
import signal
import time

PR_SET_PDEATHSIG = 1


def wait_until(condition, what, seconds=60, pause=0.05):
    """Asks until the answer is true; gives it."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f'not within {seconds} s: {what}')
        time.sleep(pause)


def die_with_parent():
    """For preexec_fn: the child is killed when this process ends, however it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
