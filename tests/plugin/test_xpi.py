#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""packaging/xpi/build.py: the same add-on from the same sources, and none from sources that do not
fit together."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.join(HERE, '..', '..')
BUILD = os.path.join(SOURCE, 'packaging', 'xpi', 'build.py')
ADDON_ID = 'dane-smime@dane-smime.example'
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, '..', 'support'))

# pylint: disable=wrong-import-position
import tap


class Xpi(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def build(self, name='a.xpi', source=SOURCE, addon_id=ADDON_ID, version='3.2.1'):
        """The path of the .xpi, or what the program complained of."""
        done = subprocess.run([BUILD, '--source', source, '--version', version, '--id', addon_id,
                               '--unpacked', self.path('unpacked'), self.path(name)],
                              capture_output=True, text=True, check=False)
        return self.path(name) if done.returncode == 0 else done.stderr

    def own_sources(self, **manifest):
        """A small add-on, with README and types."""
        plugin = self.path('own/plugin')
        os.makedirs(os.path.join(plugin, 'types'))
        os.makedirs(self.path('own/ui-hooks/hook'))
        content = {'version': '0', 'browser_specific_settings': {'gecko': {'id': ADDON_ID}},
                   **manifest}
        with open(os.path.join(plugin, 'manifest.json'), 'w', encoding='utf-8') as file:
            json.dump(content, file)
        for name in ('plugin/README.md', 'plugin/types/wire.d.ts', 'plugin/background.mjs',
                     'ui-hooks/hook/implementation.js', 'ui-hooks/hook/README.md'):
            with open(self.path(f'own/{name}'), 'w', encoding='utf-8'):
                pass
        return self.path('own')

    def test_same_octets(self):
        with open(self.build('a.xpi'), 'rb') as one, open(self.build('b.xpi'), 'rb') as other:
            self.assertEqual(one.read(), other.read())

    def test_contents(self):
        with zipfile.ZipFile(self.build(source=self.own_sources())) as archive:
            self.assertEqual(archive.namelist(), [
                'background.mjs', 'manifest.json', 'ui-hooks/hook/implementation.js'])

    def test_version(self):
        with zipfile.ZipFile(self.build()) as archive:
            self.assertEqual(json.loads(archive.read('manifest.json'))['version'], '3.2.1')

    def test_unpacked_is_the_same(self):
        with zipfile.ZipFile(self.build()) as archive:
            for name in archive.namelist():
                with open(self.path(f'unpacked/{name}'), 'rb') as file:
                    self.assertEqual(file.read(), archive.read(name), name)

    def test_other_id(self):
        self.assertIn('may start the host', self.build(addon_id='other@dane-smime.example'))

    def test_missing_file(self):
        source = self.own_sources(background={'scripts': ['gone.mjs']})
        self.assertIn('gone.mjs', self.build(source=source))


if __name__ == '__main__':
    tap.main()
