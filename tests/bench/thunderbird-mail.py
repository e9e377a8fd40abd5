#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""thunderbird-mail.py [--rounds N] [--build FOLDER]: what the add-on costs, beside a stock
Thunderbird in the same run.

Two real Thunderbirds run at once and take turns: one with the add-on and the native host, one
without, which has the reader's key in its own certificate store and trusts the author's authority.
Both show the same messages and send the same drafts. Prints medians in milliseconds and ratios."""

import argparse
import os
import statistics
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, '..', '..')
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(HERE, '..', 'thunderbird'), os.path.join(HERE, '..', 'support')]

WORDS = ' '.join(['Slow but steady wins the race.'] * 20) + '\r\n'
PASSWORD = 'bench'

# Selects a message and tells how many milliseconds later its text is there.
SHOW = '''
const about = document.getElementById("tabmail").currentAbout3Pane;
const message = () => document.getElementById("tabmail").currentAboutMessage;
const pane = () => message()?.document.getElementById("messagepane").contentDocument?.body;
const header = [...about.gFolder.messages].find(one => one.mime2DecodedSubject == subject);
const begin = performance.now();
about.selectMessage(header);
while (!pane()?.textContent.includes(mark)) {
  if (performance.now() - begin > 30000) {
    throw new Error(`${subject} does not show ${mark}`);
  }
  await new Promise(resolve => setTimeout(resolve, 1));
}
return performance.now() - begin;
'''

IMPORT_KEY = '''
const store = Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB);
store.addCertFromBase64(authority, "C,C,C");
const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
file.initWithPath(path);
const status = store.importPKCS12File(file, password);
if (status != 0) {
  throw new Error(`importing the key: ${status}`);
}
'''


def use_build(folder):
    """The programs and the add-on of a build folder are those that run."""
    for name, path in {'DANE_SMIME': 'bridge/dane-smime',
                       'DANE_SMIME_HOST': 'bridge/dane-smime-host',
                       'DANE_SMIME_XPI': 'packaging/xpi/dane-smime.xpi'}.items():
        os.environ.setdefault(name, os.path.abspath(os.path.join(folder, path)))


class Certificates:
    """An authority, and keys of two people that it vouches for."""

    def __init__(self, folder):
        import openssl  # pylint: disable=import-outside-toplevel
        self._openssl = openssl
        self._folder = folder
        key = openssl.new_key(self.path('ca.key'), 'rsa:2048')
        openssl.self_signed(self.path('ca.pem'), key, '/CN=Bench authority', [
            'keyUsage=critical,keyCertSign,cRLSign'])
        self._issuer = (self.path('ca.pem'), key)

    def path(self, name):
        return os.path.join(self._folder, name)

    def authority(self):
        """base64 of its certificate's DER."""
        with open(self.path('ca.pem'), encoding='ascii') as file:
            return ''.join(line.strip() for line in file if '-----' not in line)

    def person(self, address):
        """The files with certificate (PEM) and with certificate and key (PKCS#12)."""
        pem, bundle = self.path(f'{address}.pem'), self.path(f'{address}.p12')
        key = self._openssl.new_key(self.path(f'{address}.key'), 'rsa:2048')
        self._openssl.issued(pem, key, f'/CN={address}', self._issuer, [
            f'subjectAltName=email:{address}', 'extendedKeyUsage=emailProtection',
            'keyUsage=critical,digitalSignature,keyEncipherment'])
        self._openssl.run('pkcs12', '-export', '-in', pem, '-inkey', key, '-out', bundle,
                          '-passout', f'pass:{PASSWORD}')
        return pem, bundle


def raise_sides(world):
    """The world with the add-on and the one without, both with the keys of Alice and Bob."""
    ours = world.World(relayed=False).start()
    try:
        stock = world.World(relayed=False, addon=False).start()
    except BaseException:
        ours.stop()
        raise
    certificates = Certificates(ours.folder)
    password = ours.store.write('bench-password', PASSWORD.encode())
    for address in (world.ALICE, world.BOB):
        pem, bundle = certificates.person(address)
        ours.store.succeed('import', bundle, '--import-password-file', password)
        for line in ours.store.succeed('record', '--cert', pem).text.splitlines():
            ours.universe.publish(line)
        stock.thunderbird.js(IMPORT_KEY, authority=certificates.authority(), path=bundle,
                             password=PASSWORD)
    return ours, stock


def make_messages(world, ours, count):
    """Pairs of subject and octets: signed ones, and signed and encrypted ones, of 10 KB."""
    for kind in ('signed', 'encrypted'):
        for number in range(count):
            subject = f'{kind} {number}'
            lines = [f'From: Alice <{world.ALICE}>', f'To: Bob <{world.BOB}>',
                     f'Subject: {subject}', 'Date: Sat, 21 Nov 2026 12:00:00 +0000',
                     f'Message-ID: <{kind}.{number}@example.org>', 'MIME-Version: 1.0',
                     'Content-Type: text/plain; charset=utf-8', '', f'mark-{kind}-{number}-', '']
            plain = ours.store.write('plain.eml', ('\r\n'.join(lines) + WORDS * 12).encode())
            made = ours.store.succeed('sign', plain).stdout
            if kind == 'encrypted':
                made = ours.store.succeed('encrypt', ours.store.write('signed.eml', made)).stdout
            yield subject, made


def fill(sides, messages):
    """The messages in a local folder of each side, which is shown."""
    from folders import Folders  # pylint: disable=import-outside-toplevel
    from reading import Reading  # pylint: disable=import-outside-toplevel
    for side in sides:
        folders = Folders(side.thunderbird)
        uri = folders.local('Bench')
        for _subject, octets in messages:
            folders.add(uri, octets)
        Reading(side.thunderbird).show_folder(uri)


class Table:
    """Samples of both sides by what was measured."""

    def __init__(self):
        self._rows = {}

    def add(self, name, ours, stock):
        self._rows.setdefault(name, []).append((ours, stock))

    def print(self):
        print(f'{"median of":34}{"rounds":>7}{"add-on":>10}{"stock":>10}{"ratio":>8}')
        for name, pairs in self._rows.items():
            ours, stock = (statistics.median(column) for column in zip(*pairs))
            print(f'{name:34}{len(pairs):7}{ours:8.0f}ms{stock:8.0f}ms{ours / stock:8.2f}')


def show(side, subject):
    """Milliseconds until the text is shown."""
    mark = 'mark-' + subject.replace(' ', '-') + '-'
    return side.thunderbird.js(SHOW, subject=subject, mark=mark)


def measure_showing(table, sides, rounds):
    """The first message of a kind warms up; each of the others is shown cold, then warm."""
    for kind in ('signed', 'encrypted'):
        for side in sides:
            show(side, f'{kind} 0')
        for state in ('cold', 'warm'):
            for number in range(1, rounds + 1):
                table.add(f'{kind}, {state}: select to text',
                          *(show(side, f'{kind} {number}') for side in sides))


def send(world, side, attachments):
    """Milliseconds from Send until the server has all of it."""
    from compose import SEND, Composing  # pylint: disable=import-outside-toplevel
    side.sink.clear()
    window = Composing(side.thunderbird).open(
        world.ALICE, world.BOB, subject='bench', body=WORDS * 14, plain=True,
        attachments=attachments)
    time.sleep(1.5)
    begin = time.monotonic()
    window.press(SEND)
    side.sink.wait(1, 120)
    taken = time.monotonic() - begin
    while window.is_open():
        time.sleep(0.05)
    return taken * 1000


def measure_sending(table, world, sides, rounds):
    """With the add-on signed and encrypted, without it as it is."""
    large = os.path.join(sides[0].folder, 'attachment.bin')
    with open(large, 'wb') as file:
        file.write(os.urandom(25 * 1024 * 1024))
    for name, attachments, count in (('10 KB', (), rounds), ('25 MB', (large,), rounds // 3 or 1)):
        for side in sides:
            send(world, side, ())
        for _ in range(count):
            table.add(f'send {name}', *(send(world, side, attachments) for side in sides))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--rounds', type=int, default=15)
    parser.add_argument('--build', default=os.path.join(ROOT, '_b'), metavar='FOLDER')
    options = parser.parse_args()
    use_build(options.build)
    import world  # pylint: disable=import-outside-toplevel
    sides = raise_sides(world)
    try:
        fill(sides, list(make_messages(world, sides[0], options.rounds + 1)))
        table = Table()
        measure_showing(table, sides, options.rounds)
        measure_sending(table, world, sides, options.rounds)
        table.print()
    finally:
        for side in sides:
            side.stop()


if __name__ == '__main__':
    main()
