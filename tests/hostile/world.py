# SPDX-License-Identifier: MPL-2.0
"""Makes the keys that the messages are for, in a folder of the test."""

import openssl
import workspace
from asn1 import elements
from keys import AUTHORITY, certificate, facts, name, rsa
from shape import WORLD

NAMES = ('basicConstraints=critical,CA:FALSE', 'subjectAltName=email:a@example.org')


def _person(person, kind):
    key = openssl.new_key(workspace.path(f'{person}.key'), kind)
    certificate = openssl.self_signed(workspace.path(f'{person}.pem'), key, f'/CN={person}', NAMES)
    WORLD.files[person] = workspace.write(f'{person}.both', workspace.read(certificate)
                                        + workspace.read(key))
    WORLD.files[f'{person}_certificate'] = certificate
    der = openssl.to_der(certificate)
    issuer, serial, info = facts(der)
    setattr(WORLD, person, (issuer, serial))
    setattr(WORLD, f'{person}_der', der)
    setattr(WORLD, f'{person}_info', info)
    if kind.startswith('ec'):
        WORLD.points[person] = elements(elements(info)[0][1])[1][1][1:]


def make():
    for person, kind in (('rsa', 'rsa:2048'), ('ec', 'ec:P-256'), ('ec384', 'ec:P-384'),
                         ('ec521', 'ec:P-521')):
        _person(person, kind)
    WORLD.authority, WORLD.authority_name = rsa(2048, 65537, 'authority'), name('authority of all')
    WORLD.files['authority'] = workspace.write('authority.der', certificate(
        WORLD.authority_name, WORLD.authority.info, signer=WORLD.authority,
        extensions=[AUTHORITY]))
    WORLD.files['password'] = workspace.write('password', b'secret\n')
