# SPDX-License-Identifier: MPL-2.0
"""The openssl command, as a counterpart and to make certificates with."""

import subprocess


class OpensslFailure(AssertionError):
    """openssl does not accept what it was given."""


def run(*arguments, stdin=b'', check=True):
    """openssl's standard output; raises if it fails, unless check is off: then (status, output)."""
    done = subprocess.run(['openssl', *map(str, arguments)], input=stdin, capture_output=True,
                          check=False, timeout=60)
    if not check:
        return done.returncode, done.stdout + done.stderr
    if done.returncode != 0:
        raise OpensslFailure(f'openssl {" ".join(map(str, arguments))}: '
                             f'{done.stderr.decode("utf-8", "replace")}')
    return done.stdout


def new_key(path, kind='ec:P-256'):
    """Writes a private key: "rsa:BITS", "rsa-pss:BITS" with further options, "ec:CURVE"."""
    name, *values = kind.split(':', 1)
    option = 'ec_paramgen_curve' if name == 'ec' else 'rsa_keygen_bits'
    first, *others = values[0].split(' ')
    options = [word for one in (f'{option}:{first}', *others) for word in ('-pkeyopt', one)]
    run('genpkey', '-algorithm', name.upper(), *options, '-out', path)
    return path


def self_signed(path, key, subject, extensions=(), days=365, options=()):
    """Writes a self-signed certificate (PEM)."""
    added = [word for line in extensions for word in ('-addext', line)]
    run('req', '-x509', '-new', '-key', key, '-subj', subject, '-days', days, '-out', path, *added,
        *options)
    return path


def issued(path, key, subject, issuer, extensions, days=365):
    """Writes a certificate (PEM) that issuer, a pair (certificate, key), signs."""
    request = run('req', '-new', '-key', key, '-subj', subject)
    with open(f'{path}.ext', 'w', encoding='utf-8') as file:
        file.write('\n'.join(extensions) + '\n')
    run('x509', '-req', '-CA', issuer[0], '-CAkey', issuer[1], '-days', days, '-extfile',
        f'{path}.ext', '-out', path, stdin=request)
    return path


def revocation_list(path, issuer, revoked=(), options=('-crldays', '30'), extension=''):
    """Writes a CRL (PEM) of issuer, a pair (certificate, key), with the certificates revoked;
    extension: lines of openssl's configuration."""
    serials = [run('x509', '-in', one, '-noout', '-serial').decode().strip().partition('=')[2]
               for one in revoked]
    with open(f'{path}.index', 'w', encoding='ascii') as file:
        file.writelines(f'R\t400101000000Z\t260101000000Z\t{serial}\tunknown\t/CN=revoked\n'
                        for serial in serials)
    with open(f'{path}.cnf', 'w', encoding='utf-8') as file:
        file.write('[ca]\ndefault_ca=own\n[own]\ndefault_md=sha256\n'
                   f'database={path}.index\n[ext]\nauthorityKeyIdentifier=keyid\n'
                   f'{extension}\n')
    run('ca', '-gencrl', '-config', f'{path}.cnf', '-crlexts', 'ext', '-cert', issuer[0],
        '-keyfile', issuer[1], *options, '-out', path)
    return path


def to_der(path):
    """The certificate's DER."""
    return run('x509', '-in', path, '-outform', 'der')
