# SPDX-License-Identifier: MPL-2.0
"""Everything around a Thunderbird with the add-on: the signed DNS, key stores, the native host,
mail servers, and people who use them."""

import atexit
import json
import os
import re
import shutil
import signal
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, '..', 'support'))

# pylint: disable=wrong-import-position
import accounts
from accounts import Account
from addon import Addon
from compose import Composing
from dialogs import Dialogs
from folders import Folders
from httpsink import HttpSink
from imap import ImapServer
from pictures import Pictures
from processes import wait_until
from program import Program
from reading import Reading
from smtp import SmtpSink
from thunderbird import Thunderbird
from universe_client import UniverseClient

ALICE, BOB = 'alice@example.org', 'bob@example.net'
CAROL = 'carol@example.com'  # at another place: her key is in the store of `peers`
DAVE = 'dave@example.org'  # DNS proves that there is no record
HOST_NAME = 'dane_smime'


def built(variable, *path):
    """A file that Meson names in the environment, else that of a build folder beside."""
    return os.environ.get(variable) or os.path.join(HERE, '..', '..', '_b', *path)


def default_accounts():
    """Alice, then Bob, by IMAP."""
    return [Account(ALICE, 'Alice Example', 'alice'), Account(BOB, 'Bob Example', 'bob')]


class World:
    """Raise it with start(), take it down with stop().

    `store` is the key store of the host, with the keys of Alice and Bob; `peers` that of people
    elsewhere, with Carol's. All three are published. `relayed`: what the add-on asks of the host is
    noted, see requests(). `display`: a VirtualDisplay, which goes down with the world.
    `first_run`: the page that the add-on opens once stays open. `others`: accounts of people who
    have mailboxes here, and their Thunderbird and their keys elsewhere (see Beside)."""

    def __init__(self, accounts_=None, *, settings=None, display=None, relayed=True, addon=True,
                 first_run=False, others=()):
        self.accounts = default_accounts() if accounts_ is None else accounts_
        self._others = list(others)
        self.folder = tempfile.mkdtemp(prefix='dsm-')
        self.expected_errors = []
        self._settings = settings or {}
        self._display = display
        self._relayed = relayed
        self._with_addon = addon
        self._first_run = first_run
        self._started = [display] if display else []

    def path(self, name):
        """A file in the world's folder."""
        return os.path.join(self.folder, name)

    def start(self):
        """Raises all of it; what is up already goes down again if something fails."""
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        atexit.register(self._take_down)
        try:
            self._raise_servers()
            self._make_keys()
            self._raise_thunderbird()
        except BaseException:
            self._take_down()
            raise
        return self

    def _up(self, thing):
        self._started.append(thing)
        return thing

    def _raise_servers(self):
        people = self.accounts + self._others
        users = {account.address: account.user for account in people if account.user}
        self.universe = self._up(UniverseClient(self.folder))
        self.imap = self._up(ImapServer(users.values())) if users else None
        self.sink = self._up(SmtpSink(self.imap, users))
        self.http = self._up(HttpSink())

    def _make_keys(self):
        self.store = self._program('store')
        self.peers = self._program('peers')
        elsewhere = [account.address for account in self._others]
        self.publish(self.store, *(one for one in (ALICE, BOB) if one not in elsewhere))
        self.publish(self.peers, CAROL)

    def _program(self, name):
        os.mkdir(self.path(name))
        return Program(self.path(name), options=self.universe.options())

    def _raise_thunderbird(self):
        settings = accounts.preferences_of(self.accounts, self.sink.port,
                                           self.imap.port if self.imap else None)
        self.thunderbird = Thunderbird(self.folder, settings | self._settings,
                                       display=self._display and self._display.name)
        self.install_host()
        self.thunderbird.start()
        accounts.save_passwords(self.thunderbird, self.accounts)
        self.addon = Addon(self.thunderbird)
        self.composing = Composing(self.thunderbird)
        self.dialogs = Dialogs(self.thunderbird)
        self.folders = Folders(self.thunderbird)
        self.pictures = Pictures(self.thunderbird, self._display)
        self.reading = Reading(self.thunderbird)
        for account in self.accounts:
            if account.user:
                self.folders.discover(account.user)
        if self._with_addon:
            self.addon.install(xpi())
            if not self._first_run:
                self.addon.close_first_run()

    def stop(self):
        """Takes it down. Errors of the add-on on the console are a failure, but for those that
        match one of the regular expressions in `expected_errors`."""
        try:
            errors = [text for text in self.addon.errors()
                      if not any(re.search(one, text) for one in self.expected_errors)]
            self.thunderbird.quit()
        finally:
            self._take_down()
        if errors:
            raise AssertionError('errors on the console: ' + '\n'.join(errors))

    def _take_down(self):
        thunderbird = getattr(self, 'thunderbird', None)
        if thunderbird:
            thunderbird.kill()
        while self._started:
            self._started.pop().stop()
        if os.environ.get('DANE_SMIME_KEEP'):
            print(f'# kept: {self.folder}')
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    # Keys

    def publish(self, store, *addresses, algorithm='p-256'):
        """Makes a key for each address in a store, and publishes its certificate."""
        for address in addresses:
            store.succeed('keygen', address, '--algorithm', algorithm)
            self.universe.publish(store.succeed('record', address).text.strip())

    def scenario_address(self, name):
        """The address of one of the DNS universe's scenarios, such as "bad-signature"."""
        for row in self.universe.about['scenarios']:
            if row['name'] == name:
                return row['address']
        raise KeyError(name)

    # The native host

    def install_host(self, *, program=None, arguments=(), name_server=None):
        """Puts the native manifest and the wrapper that it names below the private home.
        `name_server` is asked instead of the universe's."""
        folder = os.path.join(self.thunderbird.home, '.mozilla', 'native-messaging-hosts')
        os.makedirs(folder, exist_ok=True)
        host = program or built('DANE_SMIME_HOST', 'bridge', 'dane-smime-host')
        options = self.universe.options()
        if name_server is not None:
            options[options.index('--dns-server') + 1] = name_server
        command = [os.path.realpath(host), '--profile', self.store.profile, *options, *arguments]
        if self._relayed:
            command = [os.path.join(HERE, 'host_relay.py'), self.folder, *command]
        words = ' '.join("'" + word.replace("'", "'\\''") + "'" for word in command)
        wrapper = self.path('host')
        with open(wrapper, 'w', encoding='utf-8') as file:
            file.write(f'#!/bin/sh\nexec {words} "$@"\n')
        os.chmod(wrapper, 0o755)
        with open(self.host_manifest(), 'w', encoding='utf-8') as file:
            json.dump({'name': HOST_NAME, 'description': 'dane-smime', 'path': wrapper,
                       'type': 'stdio', 'allowed_extensions': [Addon.ID]}, file)

    def change_host(self, **environment):
        """Puts changed_host.py, which tells of the variables, before the host."""
        host = os.path.realpath(built('DANE_SMIME_HOST', 'bridge', 'dane-smime-host'))
        variables = {'DANE_SMIME_HOST': host} | environment
        words = ' '.join(f'{name}="{value}"' for name, value in variables.items())
        wrapper = self.path('changed-host')
        with open(wrapper, 'w', encoding='utf-8') as file:
            program = os.path.join(HERE, 'changed_host.py')
            file.write(f'#!/bin/sh\n{words} exec "{program}" "$@"\n')
        os.chmod(wrapper, 0o755)
        self.install_host(program=wrapper)

    def host_manifest(self):
        """The native manifest; without it the host can't be found."""
        return os.path.join(self.thunderbird.home, '.mozilla', 'native-messaging-hosts',
                            f'{HOST_NAME}.json')

    def requests(self, op=None):
        """What the add-on has asked of the host: objects with `op`, `id` and `n_octets`; further
        chunks of a request have no `op`."""
        path = self.path('requests.jsonl')
        if not os.path.exists(path):
            return []
        with open(path, encoding='utf-8') as file:
            found = [json.loads(line) for line in file]
        return [request for request in found if op in (None, request.get('op'))]

    def forget_requests(self):
        """Begins the count of requests() anew."""
        if os.path.exists(self.path('requests.jsonl')):
            os.truncate(self.path('requests.jsonl'), 0)

    def host_pid(self):
        """The process id of the host that was started last, while it runs, or None."""
        try:
            with open(self.path('pid'), encoding='ascii') as file:
                pid = int(file.read())
            os.kill(pid, 0)
        except (OSError, ValueError):
            return None
        return pid

    def kill_host(self):
        """Ends the host as a crash would, and waits until it is gone."""
        os.kill(self.host_pid(), signal.SIGKILL)
        wait_until(lambda: self.host_pid() is None, 'the host is gone')


class Beside(World):
    """A further Thunderbird with a key store of its own, in the surroundings of a world that is up;
    lower it first. `accounts_` are among the `others` of that world."""

    def __init__(self, world, accounts_, **options):
        super().__init__(accounts_, **options)
        self._world = world

    def _raise_servers(self):
        self.universe, self.imap = self._world.universe, self._world.imap
        self.sink, self.http = self._world.sink, self._world.http

    def _make_keys(self):
        self.store, self.peers = self._program('store'), self._world.peers
        self.publish(self.store, *(account.address for account in self.accounts))


def xpi():
    """The add-on that was built."""
    path = built('DANE_SMIME_XPI', 'packaging', 'xpi', 'dane-smime.xpi')
    if not os.path.exists(path):
        raise AssertionError(f'{path} is missing: meson compile xpi')
    return path


__all__ = ['ALICE', 'BOB', 'CAROL', 'DAVE', 'Account', 'Beside', 'World', 'xpi']
