# SPDX-License-Identifier: MPL-2.0
"""What the tests of bad input have in common."""

import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'support'))

# pylint: disable=wrong-import-position
from workspace import folder, new_program, path, remove_folder, write

NOBODY = 65534


def listing(top):
    """Every file below a folder, with its size."""
    return sorted((os.path.join(at, name), os.path.getsize(os.path.join(at, name)))
                  for at, _, names in os.walk(top) for name in names)


class BadInputCase(unittest.TestCase):
    """refused(): one line of complaint, the exit status, and nothing written."""

    maxDiff = None

    def check_line(self, result, code, *words):
        """One line on standard error that names what and where."""
        self.assertEqual(result.code, code, result)
        self.assertTrue(result.stderr.startswith('dane-smime: '), result)
        self.assertEqual((result.stderr.count('\n'), result.stderr[-1:]), (1, '\n'), result)
        self.assertGreater(len(result.stderr), len('dane-smime: \n') + 8, result)
        for word in words:
            self.assertIn(word, result.stderr)

    def refused(self, program, arguments, code, *words, stdin=b'', seconds=60):
        """Runs it, with an output file too if the verb writes a message."""
        before = listing(folder)
        result = program.run(*arguments, stdin=stdin, timeout=seconds)
        self.check_line(result, code, *words)
        self.assertEqual(result.stdout, b'', result)
        self.assertEqual(listing(folder), before, 'a file was left behind')
        return result
