# SPDX-License-Identifier: MPL-2.0
"""What of a build folder runs."""

import os

FILES = {'DANE_SMIME': 'bridge/dane-smime', 'DANE_SMIME_HOST': 'bridge/dane-smime-host',
         'DANE_SMIME_XPI': 'packaging/xpi/dane-smime.xpi'}


def environment_of(folder):
    """The variables that name the programs and the add-on of a build folder."""
    return {name: os.path.abspath(os.path.join(folder, path)) for name, path in FILES.items()}
