# SPDX-License-Identifier: MPL-2.0
"""What the tests of this folder have in common: the support modules, and a folder for each file."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))

# pylint: disable=wrong-import-position
import openssl
from workspace import folder, new_program, path, read, remove_folder, write


class Person:
    """A key with its certificate, made by openssl; pem is both in one file."""

    EXTENSIONS = ('basicConstraints=critical,CA:FALSE', 'extendedKeyUsage=emailProtection')

    def __init__(self, name, kind='ec:P-256', address='alice@example.org', extensions=EXTENSIONS,
                 *, subject=None, issuer=None, days=365):
        self.address = address
        self.key = openssl.new_key(path(f'{name}.key'), kind)
        self.certificate = path(f'{name}.pem')
        subject = subject or f'/CN={name}'
        names = [f'subjectAltName=email:{address}'] if address else []
        if issuer:
            openssl.issued(self.certificate, self.key, subject, (issuer.certificate, issuer.key),
                           [*extensions, *names], days)
        else:
            openssl.self_signed(self.certificate, self.key, subject, [*extensions, *names], days)
        self.der = openssl.to_der(self.certificate)
        self.pem = write(f'{name}.both.pem', read(self.certificate) + read(self.key))

    def p12(self, password, *options):
        """A PKCS#12 file of openssl's."""
        name = self.pem.replace('.both.pem', '.p12')
        openssl.run('pkcs12', '-export', '-in', self.pem, '-out', name, '-passout',
                    f'pass:{password}', *options)
        return name
