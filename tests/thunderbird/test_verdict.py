#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""What the header of a message tells of its signature and encryption."""

import base64
import os
import re
import unittest

# first: it puts the support modules on the path
from world import ALICE, CAROL, DAVE, Account, World
from folders import Folders
from processes import wait_until
from protected import Kinds, entity_of, plain
from reading import MessageView, Reading

# pylint: disable=wrong-import-order
import openssl
import tap

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'data', 'certificates')
CHECKING = 'S/MIME · checking…'
VERIFIED = 'message-signed-verified.svg'
OPEN, CLOSED = 'message-encrypted-ok.svg', 'message-encrypted-notok.svg'
DANE, PLAIN, PART = 'S/MIME · DANE', 'S/MIME', 'S/MIME · part'
CONFIRMED, NOT_SIGNED = 'Signature confirmed', 'Not signed'

# Kind -> label, signature's icon, lock, the panel's headings.
KINDS = {
    'A1': (DANE, VERIFIED, None, CONFIRMED, 'Not encrypted'),
    'B1': (DANE, VERIFIED, None, CONFIRMED, 'Not encrypted'),
    'D1': (DANE, VERIFIED, None, CONFIRMED, 'Not encrypted'),
    'D2': (DANE, VERIFIED, None, CONFIRMED, 'Not encrypted'),
    'C2': (PLAIN, None, OPEN, NOT_SIGNED, 'Encrypted'),
    'C3': (PLAIN, None, OPEN, NOT_SIGNED, 'Encrypted'),
    'C4': (PLAIN, None, OPEN, NOT_SIGNED, 'Encrypted'),
    'C5': (PLAIN, None, OPEN, NOT_SIGNED, 'Encrypted'),
    'C6': (PLAIN, None, OPEN, NOT_SIGNED, 'Encrypted'),
    'C7': (PLAIN, None, OPEN, NOT_SIGNED, 'Encrypted'),
    'E1': (DANE, VERIFIED, OPEN, CONFIRMED, 'Encrypted'),
    'E2': (DANE, VERIFIED, OPEN, CONFIRMED, 'Encrypted'),
    'E3': (DANE, VERIFIED, OPEN, CONFIRMED, 'Encrypted'),
    'E4': (DANE, VERIFIED, OPEN, CONFIRMED, 'Encrypted'),
    'F1': (PART, None, None, 'Partly signed', 'Not encrypted'),
    'G1': (PLAIN, None, None, 'Signature does not fit', 'Not encrypted'),
    'stranger': (PLAIN, None, CLOSED, 'Not checked', 'Not decrypted'),
    'damaged': (PLAIN, None, CLOSED, 'Not checked', 'Not decrypted'),
}

# Sender of a signed message -> icon, heading, what the panel says.
SENDERS = {
    DAVE: (None, 'Signature not confirmed', 'publishes no certificate'),
    'alice@insecure.lab': (None, 'Signature not confirmed', 'does not secure its DNS'),
    'alice@bad-signature.lab': (None, 'Signature not confirmed', 'failed its security check'),
    # the universe publishes another certificate for this address
    'alice@secure.lab': (None, 'Signature does not fit', 'signed with a different one'),
}

DETAILS = '''
const details = about.document.getElementById("dane-smime-details");
return details && Object.fromEntries([...details.querySelectorAll("dt")].map(
  label => [label.textContent, label.nextElementSibling.textContent]));
'''

WORLD = World([Account(ALICE, 'Alice Example')])


def setUpModule():
    WORLD.start()


def tearDownModule():
    WORLD.stop()


def expired(message):
    """A signature of openssl's by a certificate that has expired."""
    certificate = os.path.join(WORLD.folder, 'expired.pem')
    key = os.path.join(DATA, 'expired.key.pem')
    openssl.run('x509', '-inform', 'der', '-in', os.path.join(DATA, 'expired.cert.der'), '-out',
                certificate)
    head = message.partition(b'Content-Type')[0]
    signed = openssl.run('cms', '-sign', '-binary', '-signer', certificate, '-inkey', key,
                         stdin=entity_of(message))
    return head + signed.partition(b'\n')[2]


class VerdictCase(unittest.TestCase):
    """Messages of every kind in one folder, by name."""

    uris = {}

    @classmethod
    def setUpClass(cls):
        cls.reading = Reading(WORLD.thunderbird)
        cls.folders = Folders(WORLD.thunderbird)
        cls.folder = cls.folders.local('Kinds')
        cls.kinds = Kinds(WORLD)

    def tearDown(self):
        self.reading.close_others()

    def uri(self, name, make=None):
        """The URI of a message, which is made if it is not there."""
        if name not in self.uris:
            count = len(self.folders.headers(self.folder))
            self.folders.add(self.folder, make() if make else self.kinds.make(name))
            self.uris[name] = self.folders.wait_headers(self.folder, count + 1)[-1]['uri']
        return self.uris[name]

    def show(self, name, make=None):
        """Shows a message, and waits for its verdict: (view, state)."""
        return self.judged(self.reading.show(self.uri(name, make)))

    def judged(self, view):
        """Waits until the verdict is there."""
        return view, view.wait_for(lambda state: state['box'] not in (None, CHECKING), 'a verdict')

    def panel(self, view):
        """The texts of the security panel, joined."""
        texts = ' | '.join(view.open_panel())
        view.close_panel()
        return texts

    def signed_by(self, address, store=None):
        """A message signed with a new key of that address, as `store` has it."""
        store = store or WORLD.peers
        store.succeed('keygen', address, '--algorithm', 'p-256')
        return store.succeed('sign', stdin=plain(address, sender=address)).stdout


class Kind(VerdictCase):
    def test_each_kind(self):
        # Thunderbird 140 does not see parts that are signed
        seen = WORLD.addon.background('return (await messenger.daneVerdict.features()).parts;')
        for kind, (label, signed, encrypted, heading, other) in KINDS.items():
            if kind == 'F1' and not seen:
                continue
            with self.subTest(kind):
                view, state = self.show(kind)
                icons = [icon and icon['image'] for icon in (state['signed'], state['encrypted'])]
                self.assertEqual([state['box'], *icons], [label, signed, encrypted])
                texts = self.panel(view)
                self.assertIn(heading, texts)
                self.assertIn(other, texts)
                self.assertTrue(state['header_shown'])

    def test_marks_that_are_kept(self):
        """The list shows them; tests/thunderbird/test_list.py"""
        expected = {'C3': ('encrypted', 'good'), 'E1': ('both', 'good'), 'G1': ('signed', 'failed'),
                    'stranger': ('encrypted', 'failed'), 'damaged': ('encrypted', 'failed')}
        for kind, mark in expected.items():
            with self.subTest(kind):
                self.show(kind)

                def kept(uri=self.uri(kind)):
                    found = WORLD.addon.background('return messenger.daneList.getMark(uri);',
                                                   uri=uri)
                    return found and (found['kind'], found['state'])
                wait_until(lambda: kept() == mark, f'{mark}, not {kept()}')

    def test_signed_part_without_a_list(self):
        """What somebody has put around a signed part has no share in its signature."""
        uri = self.uri('F2')
        WORLD.forget_requests()
        view = self.reading.show(uri)
        wait_until(lambda: WORLD.addon.background(
            'return messenger.daneList.getMark(uri);', uri=uri), 'a mark')
        state = view.wait_for(lambda state: state['box'] != CHECKING, 'no label')
        self.assertEqual((state['box'], state['signed']), (None, None))
        mark = WORLD.addon.background('return messenger.daneList.getMark(uri);', uri=uri)
        self.assertEqual((mark['kind'], mark['state']), ('none', 'good'))

    def test_weak_cipher(self):
        view, state = self.show('weak', lambda: self.kinds.encrypted_by_openssl(
            'weak', plain('weak'), self.kinds.own_key(), '-des3'))
        self.assertEqual(state['encrypted'],
                         {'image': 'connection-secure.svg', 'text': 'Weakly encrypted'})
        self.assertIn('outdated method', self.panel(view))

    def test_nested_envelope_is_an_attachment(self):
        view = self.reading.show(self.uri('H1'))
        wait_until(lambda: WORLD.requests('read'), 'the host has been asked')
        state = view.wait_for(lambda state: state['attachments'], 'the attachment')
        self.assertEqual((state['box'], state['signed'], state['encrypted']), (None, None, None))

    def test_mail_without_protection_costs_nothing(self):
        uri = self.uri('plain', lambda: plain('plain'))
        WORLD.forget_requests()
        state = self.reading.show(uri).wait_for_text('secret plain')
        self.assertIsNone(state['box'])
        self.assertEqual(WORLD.requests(), [])


class Sender(VerdictCase):
    def test_each_outcome_of_the_dns(self):
        for address, (icon, heading, why) in SENDERS.items():
            with self.subTest(address):
                view, state = self.show(address, lambda a=address: self.signed_by(a))
                self.assertEqual(state['signed'] and state['signed']['image'], icon)
                texts = self.panel(view)
                self.assertIn(heading, texts)
                self.assertIn(why, texts)

    def test_expired(self):
        address = 'expired@secure.lab'
        view, state = self.show('expired', lambda: expired(plain('expired', sender=address)))
        self.assertIsNone(state['signed'])
        self.assertIn('has expired', self.panel(view))

    def test_only_what_may_change_can_be_tried_again(self):
        bogus = 'alice@bad-signature.lab'
        view, _ = self.show(bogus, lambda: self.signed_by(bogus))
        state = view.wait_for(lambda state: state['bars'], 'a bar')
        self.assertEqual([(bar['value'], bar['buttons']) for bar in state['bars']],
                         [('dane-smime-dns', ['Try again'])])
        WORLD.forget_requests()
        view.press_bar_button('dane-smime-dns', 'Try again')
        wait_until(lambda: WORLD.requests('read'), 'asked again')
        view, _ = self.show(DAVE, lambda: self.signed_by(DAVE))
        self.assertEqual(view.state()['bars'], [])


class Panel(VerdictCase):
    def test_keyboard(self):
        view, _ = self.show('A1')
        view.js('about.focus(); about.document.getElementById("encryptionTechBtn").focus();')
        wait_until(lambda: view.js('''
            return about.document.hasFocus() &&
              about.document.activeElement.id == "encryptionTechBtn";'''), 'the focus is there')
        self.press(view, 'Enter')
        wait_until(lambda: view.js(
            'return about.document.getElementById("messageSecurityPanel").state == "open";'),
                   'the panel is open')
        reached = []
        for _ in range(3):
            self.press(view, 'Tab')
            reached.append(view.js('return about.document.activeElement.localName;'))
        self.assertIn('summary', reached)
        self.press(view, 'Escape')
        wait_until(lambda: view.js(
            'return about.document.activeElement.id == "encryptionTechBtn";'), 'the focus is back')

    def press(self, view, key):
        view.js('''
            const processor = Cc["@mozilla.org/text-input-processor;1"]
              .createInstance(Ci.nsITextInputProcessor);
            processor.beginInputTransactionForTests(window);
            const event = new KeyboardEvent("", {key, code: key});
            processor.keydown(event);
            processor.keyup(event);''', key=key)

    def test_rows_and_certificate(self):
        view, _ = self.show('E2')
        view.open_panel()
        rows = view.js(DETAILS)
        self.assertIn('._smimecert.example.com', rows['DNS name'])
        self.assertEqual(rows['DNS record'], 'SMIMEA 3 0 0 (DANE-EE, Cert, Full)')
        self.assertEqual(rows['DNSSEC'], 'secure: records found')
        self.assertEqual(rows['Addresses'], CAROL)
        self.assertTrue(view.js('''
            const text = about.document.querySelector("#dane-smime-details dd");
            return about.getComputedStyle(text).userSelect == "text";'''))
        shown = view.js('return about.gSignerCert.sha256Fingerprint;')
        self.assertEqual(shown, rows['SHA-256 fingerprint'])
        view.close_panel()

    def test_view_certificate(self):
        view, _ = self.show('E2')
        view.open_panel()
        view.js('about.document.getElementById("signatureCertView").click();')
        wait_until(lambda: WORLD.thunderbird.js('''
            return document.getElementById("tabmail").currentTabInfo.browser?.currentURI.spec
              .startsWith("about:certificate");'''), 'the certificate is shown')

    def test_copy(self):
        view, _ = self.show('A1')
        view.open_panel()
        copied = view.js('''
            const details = about.document.getElementById("dane-smime-details");
            details.querySelector("summary").click();
            details.querySelector("button").click();
            const transfer = Cc["@mozilla.org/widget/transferable;1"]
              .createInstance(Ci.nsITransferable);
            transfer.init(null);
            transfer.addDataFlavor("text/plain");
            Services.clipboard.getData(transfer, Services.clipboard.kGlobalClipboard);
            const data = {};
            transfer.getTransferData("text/plain", data);
            return data.value.QueryInterface(Ci.nsISupportsString).data;''')
        self.assertIn(f'Sender: {CAROL}\nConfirmed by: the sender’s domain (DANE)', copied)
        view.close_panel()

    def test_nothing_of_it_stays(self):
        view, _ = self.show('A1')
        view.open_panel()
        view.close_panel()
        wait_until(lambda: view.js(DETAILS) is None, 'the rows are gone')


class Stock(VerdictCase):
    """Thunderbird's own result, which never agrees with ours."""

    def test_late_result_changes_nothing(self):
        view, before = self.show('A1')
        view.js('''
            const url = MailServices.neckoURLForMessageURI(about.gMessageURI);
            about.smimeSink.signedStatus(0, Ci.nsICMSMessageErrors.VERIFY_UNTRUSTED, null, url, "");
            about.refreshSmimeMessageEncryptionStatus();''')
        after = view.state()
        self.assertEqual((after['box'], after['signed']), (before['box'], before['signed']))
        self.assertIn(CONFIRMED, self.panel(view))

    def test_result_for_another_message_is_not_taken(self):
        other = self.uri('A1')
        view = self.reading.show(self.uri('plain', lambda: plain('plain')))
        view.js('''
            about.smimeSink.signedStatus(0, Ci.nsICMSMessageErrors.SUCCESS, null,
              MailServices.neckoURLForMessageURI(other), "");''', other=other)
        self.assertIsNone(view.state()['box'])

    def test_after_a_triple_wrapped_message(self):
        view, _ = self.show('E4')
        view, state = self.show('A1')
        self.assertEqual(state['box'], DANE)
        self.assertIsNone(view.js('return about.gIgnoreStatusFromMimePart;'))

    def test_quick_steps(self):
        names = ['A1', 'G1', 'E1', 'F1', 'B1', 'C3', 'A1', 'G1']
        for name in names:
            view = self.reading.select(self.uri(name))
        _, state = self.judged(view.wait_loaded(self.uri('G1')))
        self.assertEqual((state['box'], state['signed']), (PLAIN, None))
        _, state = self.show('A1')
        self.assertEqual((state['box'], state['signed']['image']), (DANE, VERIFIED))


class Frames(VerdictCase):
    """Text that nobody signed, in the frame round what Carol has signed. Thunderbird shows it, so
    it must not have Carol's signature."""

    def frame(self, make_preamble, content_type=b'multipart/signed;'):
        """Carol's message with another Content-Type and a preamble that is made of two parts and
        their boundary."""
        signed = self.kinds.make('A1')
        fields, _, body = signed.partition(b'\r\n\r\n')
        boundary = re.search(rb'boundary="([^"]+)"', fields).group(1)
        parts = (b'--%b\nContent-Type: text/plain\n\nnobody signed this\n--%b\n'
                 b'Content-Type: application/pkcs7-signature\n\nx\n--%b--\n')
        return (fields.replace(b'multipart/signed;', content_type) + b'\r\n\r\n'
                + make_preamble(parts, boundary) + body)

    def assert_unsigned(self, name, *frame):
        view, state = self.show(name, lambda: self.frame(*frame))
        view.wait_for_text('nobody signed this')
        self.assertEqual((state['box'], state['signed']), (PLAIN, None))

    def test_comment(self):
        self.assert_unsigned(
            'comment', lambda parts, _: (parts % (b'x', b'x', b'x')).replace(b'\n', b'\r\n'),
            b'multipart/signed (; boundary="x");')

    def test_lone_cr(self):
        self.assert_unsigned('lone-cr', lambda parts, real: (
            b'x\r' + (parts % (real, real, real)).replace(b'\n', b'\r') + b'\r\n'))

    def test_nul(self):
        self.assert_unsigned('nul', lambda parts, real: (
            parts.replace(b'--', b'\0--', 2).replace(b'\n', b'\r\n') % (real, real, real)))


    def binary(self, encoding, made):
        """Carol's message with its signature in binary, and something after that."""
        head, _, encoded = self.kinds.make('A1').partition(
            b'Content-Transfer-Encoding: base64\r\n')
        rest, _, body = encoded.partition(b'\r\n\r\n')
        signature, _, end = body.partition(b'\r\n--')
        return (head + encoding + rest + b'\r\n\r\n' + base64.b64decode(signature) + made
                + b'\r\n--' + end)

    def test_binary_signature(self):
        real = re.search(rb'boundary="([^"]+)"', self.kinds.make('A1')).group(1)
        text = b'\r--%b\rContent-Type: text/plain\r\rnobody signed this\r--%b\r' % (real, real)
        for name, encoding in (('said', b'Content-Transfer-Encoding: binary\r\n'), ('not', b'')):
            with self.subTest(name):
                view, state = self.show(f'binary-{name}', lambda: self.binary(encoding, text))
                view.wait_loaded()
                if state['signed']:
                    self.assertNotIn('nobody signed this', view.state()['text'])


class Windows(VerdictCase):
    def path(self, name):
        path = WORLD.path(f'{name}.eml')
        with open(path, 'wb') as file:
            file.write(self.kinds.make(name))
        return path

    def test_window(self):
        _, state = self.judged(self.reading.show_in_window(self.uri('E1')))
        self.assertEqual(state['box'], DANE)

    def test_tab(self):
        _, state = self.judged(self.reading.show_in_tab(self.uri('G1')))
        self.assertEqual((state['box'], state['signed']), (PLAIN, None))

    def test_file(self):
        _, state = self.judged(self.reading.show_file(self.path('A1')))
        self.assertEqual(state['box'], DANE)

    def test_file_that_is_written_anew(self):
        """The verdict on what had the name before is none on what has it now."""
        path = self.path('A1')
        _, state = self.judged(self.reading.show_file(path))
        self.assertEqual(state['box'], DANE)
        with open(path, 'rb') as file:
            octets = file.read()
        with open(path, 'wb') as file:
            file.write(octets.replace(b'<carol@example.com>', b'<mallory@example.com>'))
        _, state = self.judged(self.reading.show_file(path))
        self.assertEqual(state['box'], PLAIN)

    def test_file_in_window(self):
        _, state = self.judged(self.reading.show_file_in_window(self.path('E1')))
        self.assertEqual(state['box'], DANE)

    def test_attached_message(self):
        view = self.reading.show(self.uri('attached'))
        view.wait_for(lambda state: state['attachments'], 'the attachment')
        view.js('''
            const attached = about.currentAttachments.find(one => one.name == "inner.eml");
            attached.open(about.browsingContext);''')
        wait_until(lambda: WORLD.thunderbird.js('''
            return document.getElementById("tabmail").tabInfo.length > 1 ||
              !!Services.wm.getMostRecentWindow("mail:messageWindow");'''), 'it is open')
        where = 'window' if WORLD.thunderbird.js(
            'return !!Services.wm.getMostRecentWindow("mail:messageWindow");') else 'tab'
        shown = MessageView(WORLD.thunderbird, where).wait_loaded()
        _, state = self.judged(shown)
        self.assertEqual(state['encrypted']['image'], OPEN)

    def test_two_windows(self):
        self.show('A1')
        window, state = self.judged(self.reading.show_in_window(self.uri('A1')))
        self.assertEqual(state['box'], DANE)
        window.js('about.top.close();')
        self.assertEqual(MessageView(WORLD.thunderbird).state()['box'], DANE)


if __name__ == '__main__':
    tap.main()
