#!/usr/bin/python3 -I
# SPDX-License-Identifier: MPL-2.0
"""Raises a signed DNS universe on loopback and serves it until standard input closes. README.md
tells what is in it, and the commands that standard input takes."""

import argparse
import json
import os
import shutil
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position
import fault_zones
import records
import scenarios
import serve
from zones import LEVELS, ROOTS, UniverseError, Zone, Zones


class Stop(Exception):
    """A signal asks for the end."""


def _on_signal(_number, _frame):
    raise Stop


def logical_lines(text):
    """Lines of a zone file, those in parentheses joined (RFC 1035 §5.1), without comments."""
    pending, depth = '', 0
    for line in text.splitlines():
        line = line.split(';')[0].rstrip()
        depth += line.count('(') - line.count(')')
        pending = f'{pending} {line.strip()}' if pending else line
        if depth <= 0 and pending.strip():
            yield pending
        if depth <= 0:
            pending = ''
    if pending.strip():
        raise UniverseError('a parenthesis is left open')


class Universe:
    """Zones, name servers, and what is to be found there."""

    def __init__(self, folder, extra_lines, with_faults=False):
        # distinct for every universe, so that none takes another's server for its own
        serial = 1 + (os.getpid() * 7919 + time.time_ns() // 1000000) % 1000000000
        self.folder = os.path.abspath(folder)
        self.scenarios = scenarios.table()
        more_zones = []
        if with_faults:
            more_zones = fault_zones.table()
            self.scenarios += fault_zones.scenarios()
        self.zones = Zones(os.path.join(self.folder, 'zones'), serial, more_zones)
        for scenario in self.scenarios:
            for line in scenarios.lines_of(scenario):
                self.zones.add(line)
        for line in extra_lines:
            self.zones.add(line)
        zones = list(self.zones.by_name.values())
        self.name_server = serve.NameServer(self.zones.folder, zones)
        self.level_servers = [
            serve.NameServer(self.zones.folder, [zone for zone in zones if zone.level == level],
                             f'nsd-{level}')
            for level in range(len(LEVELS)) if with_faults]
        self.useless_servers = serve.UselessServers()

    def start(self):
        """Signs everything, starts the servers and describes them in universe.json."""
        os.makedirs(self.folder, exist_ok=True)
        self.zones.raise_all()
        for server in self._name_servers():
            server.start()
        root = self.zones.by_name['.']
        servers = {'server': self.name_server.name, **self.useless_servers.names()}
        levels = {address: server.name
                  for (_, address), server in zip(LEVELS, self.level_servers)}
        if levels:
            levels |= dict.fromkeys(ROOTS, self.level_servers[0].name)
        description = {
            **servers,
            **({'levels': levels} if levels else {}),
            'trust_anchor': self._write_anchor('root.key', root.read_key('.key')),
            'trust_anchor_ds': self._write_anchor('root.ds', root.read_key('.ds')),
            'other_trust_anchor': self._write_other_anchor(),
            'pid': os.getpid(),
            'scenarios': [scenarios.to_json(row, servers) for row in self.scenarios],
        }
        path = os.path.join(self.folder, 'universe.json')
        with open(path + '.new', 'w', encoding='utf-8') as file:
            json.dump(description, file, ensure_ascii=False, indent=1)
        os.replace(path + '.new', path)

    def _name_servers(self):
        return [self.name_server, *self.level_servers]

    def stop(self):
        """Ends the name servers."""
        for server in self._name_servers():
            server.stop()

    def _write_anchor(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, 'w', encoding='ascii') as file:
            file.write(text + '\n')
        return path

    def _write_other_anchor(self):
        """The key of a root that has nothing to do with this universe."""
        folder = os.path.join(self.folder, 'other')
        os.makedirs(folder, exist_ok=True)
        other = Zone('.')
        other.make_keys(folder)
        return self._write_anchor('other-root.key', other.read_key('.key'))

    def _serve_again(self, zone):
        zone.serial += 1
        zone.write()
        for server in self._name_servers():
            if zone.served and zone in server.zones:
                server.reload(zone)

    def publish(self, line):
        """Adds one line of a zone file. What does not go into a zone leaves it as it was."""
        zone, added = self.zones.add(line)
        try:
            self._serve_again(zone)
        except UniverseError:
            zone.lines.remove(added)
            raise

    def withdraw(self, owner):
        """Removes whatever is published at an owner name."""
        self._serve_again(self.zones.remove(owner))

    def roll(self, name):
        """Changes the key of a zone."""
        for zone in self.zones.roll(name):
            self._serve_again(zone)

    def command(self, line):
        """Carries out one line of standard input; gives the line to answer with."""
        verb, _, rest = line.strip().partition(' ')
        try:
            if verb == 'publish':
                self.publish(rest.strip())
            elif verb == 'withdraw':
                self.withdraw(rest.strip())
            elif verb == 'roll':
                self.roll(rest.strip())
            else:
                raise UniverseError(f'no command "{verb}"')
        except UniverseError as error:
            return f'error {error}'
        return 'ok'


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument('--dir', required=True, help='folder for everything that is made')
    parser.add_argument('--remove', action='store_true', help='remove DIR at the end')
    parser.add_argument('--faults', action='store_true',
                        help='with the zones of fault_zones.py, and servers for each level')
    parser.add_argument('--cert', action='append', default=[], metavar='ADDRESS=FILE',
                        help='publish "3 0 0" with this certificate (DER); the domain in A-labels')
    parser.add_argument('--zone-lines', action='append', default=[], metavar='FILE',
                        help='publish these lines of zone files; each with its full owner name')
    return parser.parse_args()


def _extra_lines(arguments):
    for item in arguments.cert:
        address, separator, path = item.partition('=')
        if not separator or '@' not in address:
            raise UniverseError(f'--cert wants ADDRESS=FILE, not "{item}"')
        with open(path, 'rb') as file:
            yield records.line(records.owner_name(address), records.smimea(file.read()))
    for path in arguments.zone_lines:
        with open(path, encoding='utf-8') as file:
            yield from logical_lines(file.read())


def main():
    """Returns the exit status."""
    begin = time.monotonic()
    arguments = _arguments()
    signal.signal(signal.SIGTERM, _on_signal)
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _on_signal)
    universe = None
    try:
        universe = Universe(arguments.dir, _extra_lines(arguments), arguments.faults)
        universe.start()
        print(f'ready {universe.name_server.name} {time.monotonic() - begin:.3f} s', flush=True)
        for line in sys.stdin:
            print(universe.command(line), flush=True)
    except Stop:
        pass
    except BrokenPipeError:
        sys.stdout = None  # whoever read the answers has gone: the end, not a failure
    except (UniverseError, OSError) as error:
        print(f'universe: {error}', file=sys.stderr)
        return 1
    finally:
        if universe:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            universe.stop()
            if arguments.remove:
                shutil.rmtree(universe.folder, ignore_errors=True)
    return 0


if __name__ == '__main__':
    sys.exit(main())
