# SPDX-License-Identifier: MPL-2.0
"""The zones of the universe: which there are, how each is signed, and what is wrong with it."""

import concurrent.futures
import os
import subprocess
import time

import faults
import records as r

# Who serves what, for those that ask from the root: the root, the top-level domains, all others.
# Whoever takes one server for all does not look at these addresses (RFC 5737).
# ROOTS: where whoever knows nothing begins, the world's root servers (named.root of InterNIC).
ROOTS = ('198.41.0.4', '199.9.14.201', '170.247.170.2', '192.33.4.12', '199.7.91.13',
         '192.203.230.10', '192.5.5.241', '192.112.36.4', '198.97.190.53', '192.36.148.17',
         '192.58.128.30', '193.0.14.129', '199.7.83.42', '202.12.27.33')
LEVELS = (('a.root.', '192.0.2.1'), ('ns.lab.', '192.0.2.2'), ('ns2.lab.', '192.0.2.3'))
NSEC3 = ('-n', '-t', '0')
OPT_OUT = (*NSEC3, '-p')


class UniverseError(Exception):
    """The universe can't do that; the text says why."""


def _run(*arguments, cwd):
    done = subprocess.run(arguments, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True,
                          check=False, text=True)
    if done.returncode != 0:
        text = ' '.join((done.stderr + done.stdout).split())
        raise UniverseError(f'{arguments[0]}: {text}')
    return done.stdout.strip()


def _timestamp(seconds):
    return time.strftime('%Y%m%d%H%M%S', time.gmtime(time.time() + seconds))


class Zone:
    """One zone: its lines as published, its keys, and the file that the name server reads."""

    def __init__(self, name, *, signed=True, algorithm='ECDSAP256SHA256', denial=(),
                 period=faults.VALID, fault=None, ds_fault=None, served=True, lines=(), servers=(),
                 glue=()):
        self.name = name
        self.signed = signed
        self.algorithm = algorithm
        self.denial = denial
        self.period = period
        self.fault = fault
        self.ds_fault = ds_fault
        self.served = served  # False: the name server is to answer SERVFAIL for it
        self.lines = list(lines)
        self.level = 0 if name == '.' else min(name.count('.'), 2)
        self.glue = glue  # addresses of its servers that the parent has to know
        self.servers = servers or (LEVELS[self.level][0],)
        self.serial = 1
        self.file = ('root' if name == '.' else name.rstrip('.')) + '.zone'
        self.folder = None
        self.key = None

    def make_keys(self, folder):
        """Makes the one key that signs all of the zone, in folder."""
        self.folder = folder
        if self.signed:
            self.key = _run('ldns-keygen', '-a', self.algorithm, '-k', self.name, cwd=folder)

    def read_key(self, suffix):
        """The DNSKEY (.key) or DS (.ds) record, without comment."""
        with open(os.path.join(self.folder, self.key + suffix), encoding='ascii') as file:
            return file.read().split(';')[0].strip()

    def delegation(self):
        """The lines that the parent zone has to publish."""
        lines = [r.line(self.name, f'NS {server}') for server in self.servers]
        lines += self.glue
        if self.signed:
            ds = self.read_key('.ds')
            lines.append(self.ds_fault(ds) if self.ds_fault else ds)
        return lines

    def write(self):
        """Signs the zone as it now stands and replaces the name server's file at once."""
        plain = os.path.join(self.folder, self.file + '.plain')
        head = [f'$ORIGIN {self.name}', f'$TTL {r.TTL}',
                f'@ IN SOA {self.servers[0]} hostmaster.lab. {self.serial} 3600 600 86400 60',
                *[f'@ IN NS {server}' for server in self.servers]]
        with open(plain, 'w', encoding='utf-8') as file:
            file.write('\n'.join([*head, *self.lines, '']))
        ready = self._sign(plain) if self.signed else plain
        if self.fault:
            self._spoil(ready)
        if self.served:
            os.replace(ready, os.path.join(self.folder, self.file))

    def _sign(self, plain):
        signed = os.path.join(self.folder, self.file + '.signed')
        begin, end = self.period
        _run('ldns-signzone', '-o', self.name, '-i', _timestamp(begin), '-e', _timestamp(end),
             '-f', signed, *self.denial, plain, self.key, cwd=self.folder)
        return signed

    def _spoil(self, path):
        with open(path, encoding='ascii') as file:
            lines = file.read().splitlines()
        with open(path, 'w', encoding='ascii') as file:
            file.write('\n'.join([*self.fault(lines), '']))


def _table():
    wildcard = r.smimea(r.certificate('alice.p256'))

    def dname(zone, target):
        return [r.line(f'_smimecert.{zone}', f'DNAME _smimecert.{target}')]

    addresses = [r.line(name, f'A {address}') for name, address in LEVELS]
    return [
        Zone('.', lines=addresses[:2]),
        # where everyday examples live; empty until something is published
        *[Zone(name) for name in ('org.', 'net.', 'com.', 'example.org.', 'example.net.',
                                  'example.com.')],
        Zone('lab.', lines=addresses[1:]),
        Zone('secure.lab.'),
        Zone('elsewhere.lab.'),
        Zone('matrix.lab.'),
        Zone('nsec3.lab.', denial=NSEC3),
        Zone('ed25519.lab.', algorithm='ED25519'),
        Zone('xn--bcher-kva.lab.'),
        Zone('xn--fa-hia.lab.'),
        Zone('cut.lab.'),
        Zone('_smimecert.cut.lab.'),
        Zone('wild.lab.', lines=[r.line('*._smimecert.wild.lab.', wildcard)]),
        Zone('wild3.lab.', lines=[r.line('*._smimecert.wild3.lab.', wildcard)], denial=NSEC3),
        Zone('dname.lab.', lines=dname('dname.lab.', 'secure.lab.')),
        Zone('dname3.lab.', lines=dname('dname3.lab.', 'secure.lab.'), denial=NSEC3),
        Zone('dname-insecure.lab.', lines=dname('dname-insecure.lab.', 'insecure.lab.')),
        Zone('insecure.lab.', signed=False),
        Zone('bad-signature.lab.', fault=faults.change_data),
        Zone('no-signature.lab.', fault=faults.drop_signatures),
        Zone('no-denial.lab.', fault=faults.drop_denial),
        Zone('stripped.lab.', fault=faults.drop_dnssec),
        Zone('expired.lab.', period=faults.EXPIRED),
        Zone('future.lab.', period=faults.FUTURE),
        Zone('wrong-ds.lab.', ds_fault=faults.wrong_ds),
        Zone('servfail.lab.', served=False),
        Zone('opt.', denial=OPT_OUT),
        Zone('signed.opt.'),
        Zone('unsigned.opt.', signed=False),
    ]


class Zones:
    """All zones, by name."""

    def __init__(self, folder, serial, more=()):
        self.folder = folder
        self.by_name = {zone.name: zone for zone in [*_table(), *more]}
        for zone in self.by_name.values():
            zone.serial = serial

    def roll(self, name):
        """Gives a zone another key. Returns it and the zone above, which has another DS."""
        zone = self.by_name.get(name)
        if zone is None or not zone.signed or name == '.':
            raise UniverseError(f'{name} has no key that could be changed')
        above = self.find(name.split('.', 1)[1] or '.')
        before = zone.delegation()
        zone.make_keys(zone.folder)
        above.lines = [line for line in above.lines if line not in before] + zone.delegation()
        return zone, above

    def find(self, owner):
        """The innermost zone that an owner name belongs to."""
        labels = owner.lower().rstrip('.').split('.')
        for start in range(len(labels)):
            zone = self.by_name.get('.'.join(labels[start:]) + '.')
            if zone:
                return zone
        return self.by_name['.']

    def add(self, line):
        """Adds a line of a zone file that begins with its full owner name. Returns (zone, line)."""
        fields = line.split(None, 1)
        if len(fields) != 2 or line[0].isspace():
            raise UniverseError('a line needs an owner name and a record')
        owner = fields[0].rstrip('.') + '.'
        zone = self.find(owner)
        line = f'{owner} {fields[1].strip()}'
        zone.lines.append(line)
        return zone, line

    def remove(self, owner):
        """Removes all lines of an owner name. Returns its zone."""
        owner = owner.lower().rstrip('.') + '.'
        zone = self.find(owner)
        kept = [line for line in zone.lines if line.split(None, 1)[0].lower() != owner]
        if len(kept) == len(zone.lines):
            raise UniverseError(f'nothing is published at {owner}')
        zone.lines = kept
        return zone

    def raise_all(self):
        """Makes keys, delegates and signs. The tools that take the time run beside each other; a
        parent needs its children's keys, not their signatures."""
        os.makedirs(self.folder, exist_ok=True)
        zones = list(self.by_name.values())
        with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            list(pool.map(lambda zone: zone.make_keys(self.folder), zones))
            for zone in zones:
                if zone.name != '.':
                    self.find(zone.name.split('.', 1)[1] or '.').lines += zone.delegation()
            list(pool.map(Zone.write, zones))
