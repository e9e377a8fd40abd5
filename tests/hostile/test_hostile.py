#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Hostile messages: each gets its answer, for at most 50 MB beyond its own size and one second."""

import os
import unittest

import hostile  # first: it puts the support modules on the path
import tap

# Sanitizers take memory and time of their own.
MEASURES = os.environ.get('HOSTILE_MEASURES') == '1'


class Hostile(unittest.TestCase):
    """One subtest for each shape."""

    @classmethod
    def setUpClass(cls):
        hostile.prepare()

    @classmethod
    def tearDownClass(cls):
        hostile.finish()

    def test_shapes(self):
        for shape in hostile.SHAPES:
            with self.subTest(shape.name):
                cost = hostile.run(shape)
                self.assertEqual(shape.code, cost.code, cost.answer)
                self.assertIn(shape.says, cost.answer)
                if MEASURES:
                    self.assertLessEqual(cost.megabytes, hostile.MEGABYTES_MAX, cost.answer)
                    self.assertLessEqual(cost.seconds, hostile.SECONDS_MAX, cost.answer)


if __name__ == '__main__':
    tap.main()
