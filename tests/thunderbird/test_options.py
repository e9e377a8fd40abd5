#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""The options page: the native program, keys, publishing, password, name servers."""

import glob
import os
import time
import unittest

from world import Account, World, default_accounts  # first: it puts the support modules on the path

# pylint: disable=wrong-import-order
import openssl
import tap
from marionette import MarionetteError
from options_page import OptionsPage
from processes import wait_until
from protected import plain

ERIN = 'erin@example.org'
WORLD = World([*default_accounts(), Account(ERIN, 'Erin Example')])
PAGE = OptionsPage(WORLD)
ASK = '''
const answer = await messenger.runtime.sendMessage(message);
if (answer.failure) {
  throw new Error(answer.failure.code);
}
return answer.value;
'''

IMPORT_OWN = '''
const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
file.initWithPath(path);
const database = Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB);
return database.importPKCS12File(file, "sesame");
'''


def setUpModule():
    WORLD.start()


def tearDownModule():
    WORLD.stop()


def ask(topic, **message):
    """Asks the background as the page does, and from there."""
    return PAGE.js(ASK, message={'topic': topic, **message})


def finding(check):
    """One line of the host's doctor."""
    return next(one for one in ask('options/examine-program') if one['check'] == check)


def pkcs12(name, address, password='sesame'):
    """The path of a file that openssl made: a key and a certificate for an address."""
    path = WORLD.path(f'{name}.p12')
    key = openssl.new_key(WORLD.path(f'{name}.key'), 'rsa:2048')
    certificate = openssl.self_signed(
        WORLD.path(f'{name}.pem'), key, f'/CN={name}',
        [f'subjectAltName=email:{address}', 'keyUsage=digitalSignature,keyEncipherment'])
    openssl.run('pkcs12', '-export', '-inkey', key, '-in', certificate, '-out', path,
                '-name', name, '-passout', f'pass:{password}')
    return path


def octets_of(path):
    with open(path, 'rb') as file:
        return file.read()


def card(address):
    """Selector of the card of an identity."""
    return PAGE.js('''return "#keys [data-identity=" + [...document.querySelectorAll(
        "#keys [data-identity]")].find(one => one.innerText.includes(address))
        .dataset.identity + "]";''', address=address)


def key_of(path):
    """SHA-256 of the certificate of a PEM file, hexadecimal."""
    text = openssl.run('x509', '-in', path, '-noout', '-fingerprint', '-sha256').decode()
    return text.strip().partition('=')[2].replace(':', '').lower()


class Program(unittest.TestCase):
    """What is said where the native program can't be used, and that it is found afterwards."""

    def setUp(self):
        PAGE.open('program')
        self.addCleanup(WORLD.install_host)

    def look(self, words):
        if WORLD.host_pid():
            WORLD.kill_host()
        PAGE.click('Look again')
        PAGE.wait_text(words, '#program-state')

    def test_not_installed(self):
        os.unlink(WORLD.host_manifest())
        self.look('In none of these folders')
        text = PAGE.text('#program-state')
        self.assertIn('is not installed', text)
        self.assertIn('meson install', text)
        self.assertIn(os.path.join(WORLD.thunderbird.home, '.mozilla'), text)
        PAGE.go('keys')
        self.assertIn('cannot be reached', PAGE.text('#keys'))
        PAGE.go('check')
        self.assertIn('is not installed', PAGE.text('#check'))
        PAGE.go('program')
        WORLD.pictures.window('options-not-installed')
        WORLD.install_host()
        PAGE.click('Look again')
        PAGE.wait_text('is installed and works', '#program-state')

    def test_program_missing(self):
        WORLD.install_host()
        os.rename(WORLD.path('host'), WORLD.path('host-away'))
        self.look('there is no such program')
        self.assertIn(WORLD.path('host'), PAGE.text('#program-state'))

    def test_program_fails(self):
        with open(WORLD.path('host'), 'w', encoding='ascii') as file:
            file.write('#!/bin/sh\nexit 1\n')
        self.look('ended at once')
        self.assertIn('--version', PAGE.text('#program-state'))

    def test_manifest_broken(self):
        with open(WORLD.host_manifest(), 'w', encoding='ascii') as file:
            file.write('{')
        WORLD.expected_errors.append('JSON.parse')
        self.look('is damaged')

    def test_manifest_foreign(self):
        with open(WORLD.host_manifest(), encoding='utf-8') as file:
            text = file.read()
        with open(WORLD.host_manifest(), 'w', encoding='utf-8') as file:
            file.write(text.replace('dane-smime@dane-smime.example', 'other@example.org'))
        WORLD.expected_errors.append('does not have permission to use native manifest')
        self.look('does not allow this add-on')


class Keys(unittest.TestCase):
    def setUp(self):
        PAGE.open('keys')

    def test_create_publish_live(self):
        """From no key to one that everybody finds."""
        PAGE.click('Create a key…' if 'no key yet' in PAGE.text(card(ERIN))
                   else 'Create a new key…', card(ERIN))
        self.assertIn(ERIN, PAGE.text('dialog h2'))
        PAGE.fill(Kind='p-256', Valid='1')
        WORLD.pictures.window('options-create')
        PAGE.click('Create key')
        PAGE.wait_closed()
        PAGE.wait_text(f'The key for {ERIN} is ready', '#keys-outcome')
        self.assertIn('Elliptic curve P-256', PAGE.text(card(ERIN)))
        PAGE.click('Publish…', card(ERIN))
        PAGE.wait_text('_smimecert.example.org', '#publish-line')
        self.assertIn(ERIN, PAGE.js(
            'return document.querySelector("#publish-key").selectedOptions[0].text;'))
        PAGE.click('Check now')
        PAGE.wait_text('Not yet', '#publish-outcome')
        WORLD.pictures.window('options-publish')
        line = PAGE.text('#publish-line')
        WORLD.universe.publish(line)
        self.addCleanup(WORLD.universe.command, f'withdraw {line.split(" ")[0]}')
        PAGE.click('Check now')
        PAGE.wait_text('Yes: your certificate is published', '#publish-outcome')

    def test_forms_of_the_line(self):
        PAGE.click('Publish…', card('alice@example.org'))
        PAGE.wait_text('SMIMEA 3 0 0', '#publish-line')
        PAGE.tick('Only its digest')
        PAGE.wait_text('SMIMEA 3 0 1', '#publish-line')
        self.assertIn('only after they have seen', PAGE.text('#publish-note'))
        PAGE.fill(Notation='generic')
        PAGE.wait_text('TYPE53 \\#', '#publish-line')

    def test_import(self):
        """A wrong password is told in the dialog; nothing stays in its fields."""
        path = pkcs12('erin-file', ERIN)
        PAGE.click('Import a file…', card(ERIN))
        PAGE.click('Import')
        PAGE.wait_text('Choose a file first', 'dialog')
        PAGE.choose_file('File', 'erin.p12', octets_of(path))
        PAGE.fill(Password='wrong')
        PAGE.click('Import')
        PAGE.wait_text('not the password of this file', 'dialog')
        PAGE.fill(Password='sesame')
        PAGE.click('Import')
        PAGE.wait_closed()
        PAGE.wait_text('was imported', '#keys-outcome')
        sha256 = key_of(WORLD.path('erin-file.pem'))
        self.assertIn('RSA, 2048 bits', PAGE.text(f'[data-key="{sha256}"]'))

    def test_import_of_another_address(self):
        PAGE.click('Import a file…', card(ERIN))
        PAGE.choose_file('File', 'x.p12', octets_of(pkcs12('nobody', 'nobody@example.com')))
        PAGE.fill(Password='sesame')
        PAGE.click('Import')
        PAGE.wait_closed()
        PAGE.wait_text('belongs to nobody@example.com', '#keys-outcome')
        self.assertIn('Other keys', PAGE.text('#keys-list'))

    def test_take_over(self):
        """A key of Thunderbird's own, and no file left behind."""
        path = pkcs12('erin-own', ERIN)
        self.assertEqual(WORLD.thunderbird.js(IMPORT_OWN, path=path), 0)
        PAGE.click('Take over from Thunderbird…', card(ERIN))
        PAGE.wait_text('erin-own', 'dialog')
        WORLD.pictures.window('options-take-over')
        PAGE.click('Copy this key')
        PAGE.wait_closed()
        PAGE.wait_text('was imported', '#keys-outcome')
        sha256 = key_of(WORLD.path('erin-own.pem'))
        self.assertIn('RSA, 2048 bits', PAGE.text(f'[data-key="{sha256}"]'))
        self.assertEqual(glob.glob(os.path.join(WORLD.thunderbird.temporary, 'dane-smime-*')), [])

    def test_take_over_fails(self):
        """What goes wrong is told, and leaves no file either."""
        with self.assertRaisesRegex(Exception, 'internal'):
            ask('options/take-over', id='no such certificate')
        self.assertEqual(glob.glob(os.path.join(WORLD.thunderbird.temporary, 'dane-smime-*')), [])
        WORLD.expected_errors.append('no such certificate')

    def test_back_up(self):
        """What is saved, openssl opens with the password."""
        path = WORLD.path('saved.p12')
        PAGE.save_to(path)
        PAGE.click('Back up…', card('alice@example.org'))
        PAGE.fill(New_password_again='open sesame')
        PAGE.click('Save file…')
        PAGE.wait_text('Enter a password', 'dialog')
        PAGE.js('''for (const one of document.querySelectorAll("dialog input")) {
                     one.value = "open sesame"; }''')
        PAGE.click('Save file…')
        PAGE.wait_closed()
        PAGE.wait_text('The backup was saved', '#keys-outcome')
        openssl.run('pkcs12', '-in', path, '-passin', 'pass:open sesame', '-nodes')

    def test_delete(self):
        """Only after the box was ticked."""
        ask('options/create', wanted={'address': 'gone@example.org', 'name': '', 'kind': 'p-256',
                                      'years': 1})
        PAGE.open('keys')
        sha256 = next(key['sha256'] for key in ask('options/keys')
                      if 'gone@example.org' in key['addresses'])
        PAGE.click('Delete…', f'[data-key="{sha256}"]')
        PAGE.click('Delete for good')
        PAGE.wait_text('Please confirm', 'dialog')
        WORLD.pictures.window('options-delete')
        PAGE.tick('I understand')
        PAGE.click('Delete for good')
        PAGE.wait_closed()
        PAGE.wait_text('The key was deleted', '#keys-outcome')
        self.assertNotIn(sha256, [key['sha256'] for key in ask('options/keys')])


class Publication(unittest.TestCase):
    """The outcome in words for what the DNS can say."""

    def check(self, scenario, words):
        address = WORLD.scenario_address(scenario)
        ask('options/create', wanted={'address': address, 'name': '', 'kind': 'p-256', 'years': 1})
        PAGE.open('publish')
        PAGE.js('''const select = document.querySelector("#publish-key");
          select.value = [...select.options].find(one => one.text.startsWith(address)).value;
          changed(select);''', address=address)
        PAGE.wait_text('_smimecert', '#publish-line')
        PAGE.click('Check now')
        PAGE.wait_text(words, '#publish-outcome')

    def test_unsigned(self):
        self.check('insecure-delegation', 'is not signed with DNSSEC')

    def test_bogus(self):
        self.check('bogus-bad-signature', 'signatures of bad-signature.lab are wrong')

    def test_other(self):
        self.check('secure', 'another certificate is published')

    def test_unusable(self):
        self.check('unusable', 'damaged or of an unknown kind')

    def test_unreachable(self):
        self.check('servfail-zone', 'The DNS does not answer')


class Password(unittest.TestCase):
    def tearDown(self):
        """No password again."""
        if ask('options/store')['has_password']:
            ask('options/password', passwords={'current': 'open sesame', 'wanted': None})

    def set_password(self):
        PAGE.open('password')
        self.assertIn('has no password', PAGE.text('#password'))
        PAGE.fill(**{'New_password': 'open sesame', 'New_password_again': 'open'})
        PAGE.click('Set a password', '#password-form')
        PAGE.wait_text('differ', '#password-outcome')
        PAGE.fill(New_password_again='open sesame')
        PAGE.click('Set a password', '#password-form')
        PAGE.wait_text('The new password holds', '#password-outcome')
        self.assertEqual(PAGE.js('return document.querySelector("#password-new").value;'), '')

    @staticmethod
    def is_locked():
        """Whether a host that was started anew answers."""
        try:
            return ask('options/store')['locked']
        except MarionetteError:
            return False  # Thunderbird has yet to notice that the old one is gone

    def sha256(self):
        return next(key['sha256'] for key in ask('options/keys')
                    if 'alice@example.org' in key['addresses'])

    def begin(self, name):
        """Uses a key without waiting for what comes of it."""
        PAGE.js('''window[name] = null;
          messenger.runtime.sendMessage({topic: "options/back-up", sha256, password: "x"})
            .then(answer => { window[name] = answer.failure?.code ?? "done"; });''',
                name=name, sha256=self.sha256())

    def outcome(self, name):
        return wait_until(lambda: PAGE.js('return window[name];', name=name), 'the outcome')

    def test_prompt_once(self):
        """A new host asks at the first use; a wrong answer again, a right one never again."""
        self.set_password()
        WORLD.kill_host()
        wait_until(self.is_locked, 'a new host')
        self.begin('first')
        self.begin('second')
        self.assertIn('key store', WORLD.dialogs.wait())
        WORLD.pictures.window('options-prompt')
        WORLD.dialogs.press('accept', 'wrong')
        wait_until(lambda: 'not the password' in (WORLD.dialogs.text() or ''), 'asked again')
        WORLD.dialogs.press('accept', 'open sesame')
        self.assertEqual(self.outcome('first'), 'done')
        self.assertEqual(self.outcome('second'), 'done')
        self.begin('third')
        self.assertEqual(self.outcome('third'), 'done')
        self.assertIsNone(WORLD.dialogs.text())

    def test_prompt_cancelled(self):
        self.set_password()
        PAGE.click('Lock now')
        PAGE.wait_text('is locked', '#password-state')
        self.begin('cancelled')
        WORLD.dialogs.wait()
        WORLD.dialogs.press('cancel')
        self.assertEqual(self.outcome('cancelled'), 'cancelled')

    def test_lock_and_unlock(self):
        self.set_password()
        PAGE.click('Lock now')
        PAGE.wait_text('is locked', '#password-state')
        PAGE.click('Unlock…')
        WORLD.dialogs.wait()
        WORLD.dialogs.press('accept', 'open sesame')
        PAGE.wait_text('It is unlocked', '#password-state')

    def test_change_and_remove(self):
        """Only who knows the old one."""
        self.set_password()
        PAGE.fill(Current_password='wrong')
        PAGE.click('Remove the password')
        PAGE.wait_text('password is wrong', '#password-outcome')
        self.assertIsNone(WORLD.dialogs.text())
        PAGE.fill(Current_password='open sesame')
        PAGE.click('Remove the password')
        PAGE.wait_text('has no password any more', '#password-outcome')


class Choices(unittest.TestCase):
    def test_settings_last(self):
        """Defaults of an identity, authorities and name servers survive a restart."""
        PAGE.open('keys')
        PAGE.js('''for (const [name, value] of [["sign", "never"], ["encrypt", "ask"]]) {
            const select = document.querySelector(`${card} select[name=${name}]`);
            select.value = value;
            changed(select); }''', card=card(ERIN))
        PAGE.go('lookup')
        PAGE.tick('Accept signatures', False)
        PAGE.tick('Remember people', False)
        PAGE.tick('These')
        PAGE.fill(IP_addresses=WORLD.universe.about['server'])
        PAGE.click('Save')
        PAGE.wait_text('Saved', '#resolver-outcome')
        WORLD.thunderbird.restart()
        WORLD.addon.wait_started()
        PAGE.open('lookup')
        settings = ask('options/settings')
        self.assertFalse(settings['acceptAuthorities'])
        self.assertFalse(settings['learnCiphers'])
        PAGE.tick('Remember people', True)
        self.assertEqual(settings['resolver'], {'mode': 'servers',
                                                'servers': [WORLD.universe.about['server']]})
        identity = next(one for one in ask('options/identities') if one['email'] == ERIN)
        self.assertEqual((identity['sign'], identity['encrypt']), ('never', 'ask'))
        PAGE.tick('Those of this computer')
        PAGE.click('Save')
        PAGE.wait_text('Saved', '#resolver-outcome')

    def test_resolver(self):
        """The host is asked before anything is kept; the test tells the outcome in words."""
        PAGE.open('lookup')
        self.addCleanup(ask, 'options/resolver', choice={'mode': 'system', 'servers': []})
        PAGE.tick('These')
        PAGE.click('Save')
        PAGE.wait_text('at least one name server', '#resolver-outcome')
        PAGE.fill(IP_addresses='dns.example.org')
        PAGE.click('Save')
        PAGE.wait_text('not an IP address', '#resolver-outcome')
        self.assertEqual(ask('options/settings')['resolver']['mode'], 'system')
        PAGE.click('Test')
        PAGE.wait_text('DNSSEC validates them', '#resolver-outcome')
        PAGE.fill(IP_addresses=WORLD.universe.about['refusing_server'])
        PAGE.click('Save')
        PAGE.wait_text('Saved', '#resolver-outcome')
        PAGE.click('Test')
        PAGE.wait_text('do not answer', '#resolver-outcome')

    def test_transport(self):
        """What goes together can be chosen; strict TLS asks nobody in the clear."""
        server = WORLD.universe.about['server']
        PAGE.open('lookup')
        self.addCleanup(ask, 'options/resolver', choice={'mode': 'system', 'servers': []})
        PAGE.tick('Those of this computer')
        self.assertFalse(PAGE.enabled('Always encrypted'))
        PAGE.tick('These')
        PAGE.fill(IP_addresses=server)
        PAGE.tick('Always encrypted')
        self.assertFalse(PAGE.enabled('Validate with the library libunbound'))
        PAGE.click('Save')
        PAGE.wait_text(f'{server}#name', '#resolver-outcome')
        PAGE.fill(IP_addresses=f'{server}#dns.example.org')
        PAGE.click('Save')
        PAGE.wait_text('Saved', '#resolver-outcome')
        PAGE.click('Test')
        PAGE.wait_text('do not answer', '#resolver-outcome')
        WORLD.pictures.window('options-transport')
        PAGE.tick('None: ask step by step')
        self.assertFalse(PAGE.enabled('Encrypted (TLS) where'))
        PAGE.tick('These')
        PAGE.fill(IP_addresses=server)
        PAGE.tick('Unencrypted, over UDP')
        PAGE.tick('Validate with the library libunbound')
        PAGE.click('Save')
        PAGE.wait_text('Saved', '#resolver-outcome')
        PAGE.click('Test')
        PAGE.wait_text('DNSSEC validates them', '#resolver-outcome')
        PAGE.open('lookup')
        self.assertEqual(ask('options/settings')['resolver'], {
            'mode': 'servers', 'servers': [server], 'engine': 'unbound', 'transport': 'udp'})
        self.assertTrue(PAGE.js('return labelled("Unencrypted, over UDP").control.checked;'))

    def test_deadline(self):
        """How long answers are waited for: the host keeps to it, and a restart keeps it."""
        PAGE.open('lookup')
        self.addCleanup(ask, 'options/resolver', choice={'mode': 'system', 'servers': []})
        self.assertEqual(self._deadlines(), ['30 seconds at most (usual)'])
        PAGE.tick('These')
        PAGE.fill(IP_addresses=WORLD.universe.about['silent_server'],
                  Wait_for_answers=self._value_of('10 seconds'))
        PAGE.click('Save')
        PAGE.wait_text('Saved', '#resolver-outcome')
        self.assertEqual(ask('options/settings')['resolver']['deadline'], 10)
        begin = time.monotonic()
        PAGE.click('Test')
        PAGE.wait_text('do not answer', '#resolver-outcome')
        self.assertLess(time.monotonic() - begin, 25)
        PAGE.open('lookup')
        self.assertEqual(self._deadlines(), ['10 seconds at most'])
        PAGE.js('input("Wait for answers").scrollIntoView({block: "center"});')
        WORLD.pictures.window('options-deadline')
        PAGE.fill(Wait_for_answers='')
        PAGE.tick('Those of this computer')
        PAGE.click('Save')
        PAGE.wait_text('Saved', '#resolver-outcome')
        self.assertNotIn('deadline', ask('options/settings')['resolver'])

    def _deadlines(self):
        """What is chosen."""
        return PAGE.js('return [...input("Wait for answers").selectedOptions]'
                       '.map(one => one.textContent);')

    def _value_of(self, label):
        return PAGE.js('return [...input("Wait for answers").options]'
                       '.find(one => one.textContent.startsWith(label)).value;', label=label)

    def test_answers(self):
        """Answers of the DNS are kept on disk, and forgotten on request."""
        PAGE.open('lookup')
        PAGE.click('Test')
        PAGE.wait_text('DNSSEC validates them', '#resolver-outcome')
        # the file is written to a moment after the answer
        wait_until(lambda: ': 0 answers' not in finding('answer-cache')['detail'], 'it is on disk')
        PAGE.click('Forget the answers')
        self.assertNotIn(': 0.', PAGE.wait_text('Number of answers:', '#cache-outcome'))
        PAGE.tick('Keep answers of the DNS', False)
        wait_until(lambda: not ask('options/settings')['cacheAnswers'], 'it is kept')
        PAGE.go('check')
        PAGE.click('Check again')
        PAGE.wait_text('in memory alone', '#check')
        PAGE.go('lookup')
        PAGE.tick('Keep answers of the DNS', True)
        wait_until(lambda: ask('options/settings')['cacheAnswers'], 'it is kept again')

    def test_learned_ciphers(self):
        """What signed mail tells of its sender is recorded, and forgotten on request."""
        signed = WORLD.peers.succeed('sign', stdin=plain('learned')).stdout
        folder = WORLD.folders.local('Learned')
        WORLD.folders.add(folder, signed)
        view = WORLD.reading.show(WORLD.folders.wait_headers(folder, 1)[-1]['uri'])
        view.wait_for(lambda state: state['box'] == 'S/MIME · DANE', 'a verdict')
        PAGE.open('lookup')
        PAGE.click('Forget the list')
        PAGE.wait_text('Number of entries: 2.', '#learn-outcome')
        WORLD.pictures.window('options-lookup')
        PAGE.click('Forget the list')
        PAGE.wait_text('Number of entries: 0.', '#learn-outcome')

    def test_header_fields(self):
        """What stands outside of encrypted messages: one choice and one box, kept at once."""
        PAGE.open('headers')
        self.addCleanup(ask, 'options/change', changes={'headerProtection': 'baseline',
                                                        'legacyDisplay': True})
        self.assertTrue(PAGE.js('return labelled("Sender, recipients and date").control.checked;'))
        PAGE.tick('Addresses without names')
        PAGE.tick('Repeat it', False)
        wait_until(lambda: not ask('options/settings')['legacyDisplay'], 'it is kept')
        self.assertEqual(ask('options/settings')['headerProtection'], 'shy')
        PAGE.open('headers')
        self.assertTrue(PAGE.js('return labelled("Addresses without names").control.checked;'))
        self.assertFalse(PAGE.js('return labelled("Repeat it").control.checked;'))
        WORLD.pictures.window('options-headers')

    def test_check_up(self):
        """A list in words; the report names neither home folder nor addresses."""
        PAGE.open('check')
        PAGE.wait_text('Everything that is needed works', '#check-outcome')
        self.assertEqual(PAGE.js('return all("#check li").filter(one => '
                                 'one.innerText.includes(one.dataset.check)).length;'), 0)
        text = ask('options/report', host='0', findings=ask('options/examine-program'))
        self.assertIn('ok   program/dnssec', text)
        self.assertNotIn(WORLD.thunderbird.home, text)
        self.assertNotIn('@example', text)

    def test_everything_has_a_name(self):
        """For screen readers: every control has a label, the section's heading gets the focus."""
        PAGE.open('keys')
        for section in ('program', 'keys', 'publish', 'password', 'lookup', 'headers', 'check'):
            PAGE.go(section)
            with self.subTest(section):
                self.assertEqual(PAGE.unlabelled(), [])
                self.assertEqual(PAGE.js('return document.activeElement.id;'), f'{section}-title')


if __name__ == '__main__':
    tap.main()
