#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""thunderbird-mail.py [--rounds N] [--build FOLDER]: what the add-on costs, beside a stock
Thunderbird in the same run.

Two real Thunderbirds run at once and take turns: one with the add-on and the native host, one
without, which has the reader's key in its own certificate store and trusts the author's authority.
Both show the same messages and send the same drafts. Prints medians in milliseconds and ratios;
see README.md."""

import argparse
import email.utils
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
KINDS = ('signed', 'encrypted')

# Selects a message, and tells how many milliseconds later its text is there, and how many later the
# good signature is told as well. Then all that goes on behind it comes to rest.
SHOW = '''
const tabmail = document.getElementById("tabmail");
const about = tabmail.currentAbout3Pane;
const header = [...about.gFolder.messages].find(one => one.mime2DecodedSubject == subject);
const uri = about.gFolder.getUriForMsg(header);
const isThere = win => win?.gMessageURI == uri &&
  win.document.getElementById("messagepane").contentDocument?.body?.textContent.includes(mark);
const wait = async (condition, what) => {
  while (!condition()) {
    if (performance.now() - begin > 30000) {
      throw new Error(`${subject}: no ${what}: ${tabmail.currentAboutMessage?.gSignatureStatus}`);
    }
    await new Promise(resolve => setTimeout(resolve, 1));
  }
  return performance.now() - begin;
};
if (tabmail.currentAboutMessage) {
  tabmail.currentAboutMessage.gSignatureStatus = -1;
}
const begin = performance.now();
about.selectMessage(header);
const text = await wait(() => isThere(tabmail.currentAboutMessage), "text");
const verdict = await wait(() => isThere(tabmail.currentAboutMessage) &&
  tabmail.currentAboutMessage.gSignatureStatus == 0, "good signature");
await new Promise(resolve => setTimeout(resolve, 300));
await new Promise(resolve => ChromeUtils.idleDispatch(resolve, {timeout: 2000}));
return {text, verdict};
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
    from builds import environment_of  # pylint: disable=import-outside-toplevel
    for name, path in environment_of(folder).items():
        os.environ.setdefault(name, path)


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
    for kind in KINDS:
        for number in range(count):
            subject = f'{kind} {number}'
            lines = [f'From: Alice <{world.ALICE}>', f'To: Bob <{world.BOB}>',
                     # far from the signing time, stock calls the signature bad
                     f'Subject: {subject}', f'Date: {email.utils.formatdate()}',
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
        print(f'{"median of":40}{"rounds":>7}{"add-on":>10}{"stock":>10}{"ratio":>8}')
        for name, pairs in self._rows.items():
            ours, stock = (statistics.median(column) for column in zip(*pairs))
            print(f'{name:40}{len(pairs):7}{ours:8.0f}ms{stock:8.0f}ms{ours / stock:8.2f}')


def on_both(sides, number, act):
    """What `act` gives for each side; they take turns at being the first."""
    turned = number % 2 == 1
    results = [act(side) for side in (reversed(sides) if turned else sides)]
    return results[::-1] if turned else results


def show(side, subject):
    """Milliseconds until the text of a message is shown, and until its verdict is."""
    mark = 'mark-' + subject.replace(' ', '-') + '-'
    return side.thunderbird.js(SHOW, subject=subject, mark=mark)


def measure_showing(table, sides, rounds):
    """Each message for the first time, then all of them again."""
    for kind in KINDS:
        on_both(sides, 0, lambda side: show(side, f'{kind} 0'))
        for state in ('first time', 'again'):
            for number in range(1, rounds + 1):
                measure_one(table, sides, f'{kind}, {state}', f'{kind} {number}')


def measure_starting(table, sides, rounds):
    """Messages that nobody has seen yet, each while the add-on sleeps and no host runs."""
    for kind in KINDS:
        for number in range(rounds + 1, rounds + 1 + starts(rounds)):
            sides[0].addon.stop_background()
            time.sleep(0.5)  # the host ends
            measure_one(table, sides, f'{kind}, from sleep', f'{kind} {number}')


def measure_one(table, sides, name, subject):
    ours, stock = on_both(sides, int(subject.split()[1]), lambda side: show(side, subject))
    for what in ('text', 'verdict'):
        table.add(f'{name}: select to {what}', ours[what], stock[what])


def starts(rounds):
    """Those that take a start, or 25 MB, are done less often."""
    return max(3, rounds // 3)


def send(world, side, attachments):
    """Milliseconds from Send until the server has all of it. Who gets it has no mailbox here, which
    Thunderbird would begin to fetch."""
    from compose import SEND, Composing  # pylint: disable=import-outside-toplevel
    side.sink.clear()
    window = Composing(side.thunderbird).open(
        world.ALICE, world.CAROL, subject='bench', body=WORDS * 14, plain=True,
        attachments=attachments)
    time.sleep(1.5)
    begin = time.monotonic()
    window.press(SEND)
    while not side.sink.deliveries and time.monotonic() - begin < 120:
        time.sleep(0.001)
    taken = time.monotonic() - begin
    side.sink.wait(1, 0)
    while window.is_open():
        time.sleep(0.05)
    return taken * 1000


def measure_sending(table, world, sides, rounds):
    """With the add-on signed and encrypted, without it as it is."""
    large = os.path.join(sides[0].folder, 'attachment.bin')
    with open(large, 'wb') as file:
        file.write(os.urandom(25 * 1024 * 1024))
    on_both(sides, 0, lambda side: send(world, side, ()))
    for name, attachments, count in (('10 KB', (), rounds), ('25 MB', (large,), starts(rounds))):
        for number in range(count):
            times = on_both(sides, number, lambda side: send(world, side, attachments))
            table.add(f'send {name}', *times)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--rounds', type=int, default=15)
    parser.add_argument('--build', default=os.path.join(ROOT, '_b'), metavar='FOLDER')
    options = parser.parse_args()
    use_build(options.build)
    import world  # pylint: disable=import-outside-toplevel
    sides = raise_sides(world)
    try:
        count = 1 + options.rounds + starts(options.rounds)
        fill(sides, list(make_messages(world, sides[0], count)))
        table = Table()
        measure_showing(table, sides, options.rounds)
        measure_starting(table, sides, options.rounds)
        measure_sending(table, world, sides, options.rounds)
        table.print()
    finally:
        for side in sides:
            side.stop()


if __name__ == '__main__':
    main()
