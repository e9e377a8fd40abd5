#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Whatever makes a decryption fail, the answer is one: exit status, text, JSON, and on the wire."""

import base64
import json
import unittest

import hostile  # first: it puts the support modules on the path
import failures
import program
import tap
import workspace
from shape import WORLD
from wire import Wire


class OneError(unittest.TestCase):
    """One subtest for each place and kind of failure."""

    @classmethod
    def setUpClass(cls):
        hostile.prepare()

    @classmethod
    def tearDownClass(cls):
        hostile.finish()

    def test_program(self):
        runner = program.Program(workspace.folder)
        for name, key, octets in failures.envelopes():
            path = runner.write('envelope', failures.message(octets))
            words = ('decrypt', '--key', WORLD.files[key], path)
            with self.subTest(name):
                plain, in_json = runner.run(*words), runner.run('--json', *words)
                said = f'dane-smime: {path}: decryption failed\n'
                self.assertEqual((1, b'', said), (plain.code, plain.stdout, plain.stderr))
                self.assertEqual((1, said), (in_json.code, in_json.stderr))
                fault = {'code': 'cms-decryption-failed', 'message': f'{path}: decryption failed'}
                self.assertEqual({'error': fault}, in_json.json)

    def test_wire(self):
        wire = Wire()
        self.addCleanup(wire.close)
        answers = {}
        for name, key, octets in failures.envelopes():
            body = base64.b64encode(failures.message(octets)).decode()
            file = base64.b64encode(workspace.read(WORLD.files[key])).decode()
            answers[name] = wire.ask(op='decrypt', params={'key_files': [{'octets': file}]},
                                     body={'inline': body})
        for name, answer in answers.items():
            with self.subTest(name):
                self.assertEqual(next(iter(answers.values())), answer)
                self.assertIn('decryption failed', json.dumps(answer))


if __name__ == '__main__':
    tap.main()
