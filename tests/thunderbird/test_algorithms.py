#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Messages with today's and with yesterday's algorithms, and with certificates alone: what
Thunderbird shows of them."""

import base64
import datetime
import re
import unittest

from world import ALICE, CAROL, Account, World  # first: it puts the support modules on the path

# pylint: disable=wrong-import-order
import openssl
import tap
from display import VirtualDisplay
from processes import wait_until
from protected import Kinds, entity_of, head, plain
from sending import Judge

VERIFIED = 'message-signed-verified.svg'
OPEN, WEAK = 'message-encrypted-ok.svg', 'connection-secure.svg'
DANE, PLAIN = 'S/MIME · DANE', 'S/MIME'
CHECKING = 'S/MIME · checking…'
DETAILS = '''
const details = about.document.getElementById("dane-smime-details");
details.open = true;
await new Promise(resolve => about.setTimeout(resolve, 300)); // until it is drawn
return Object.fromEntries([...details.querySelectorAll("dt")].map(
  label => [label.textContent, label.nextElementSibling.textContent]));
'''

WORLD = World([Account(ALICE, 'Alice Example')], display=VirtualDisplay())


def setUpModule():
    WORLD.start()


def tearDownModule():
    WORLD.stop()


class Signer:
    """A key of openssl's whose certificate is published."""

    def __init__(self, address, algorithm, *options):
        self.address = address
        name = WORLD.path(address)
        self._key = f'{name}.key'
        openssl.run('genpkey', '-algorithm', algorithm, *options, '-out', self._key)
        self._certificate = openssl.self_signed(
            f'{name}.pem', self._key, f'/CN={address}',
            [f'subjectAltName=email:{address}', 'keyUsage=digitalSignature'])
        line = WORLD.peers.succeed('record', address, '--cert', self._certificate).text
        WORLD.universe.publish(line.strip())

    def sign(self, message, *options):
        """The message with a signature of its own beside it."""
        signed = openssl.run('cms', '-sign', '-binary', '-signer', self._certificate, '-inkey',
                             self._key, *options, stdin=entity_of(message))
        return message.partition(b'Content-Type')[0] + signed.partition(b'\n')[2]


class Algorithms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = WORLD.folders.local('Algorithms')
        cls.kinds = Kinds(WORLD)

    def show(self, message):
        """The view of a message that is new."""
        count = len(WORLD.folders.headers(self.folder))
        WORLD.folders.add(self.folder, message)
        return WORLD.reading.show(WORLD.folders.wait_headers(self.folder, count + 1)[-1]['uri'])

    def judged(self, message):
        """The same with its state, once there is a verdict."""
        view = self.show(message)
        return view, view.wait_for(lambda state: state['box'] not in (None, CHECKING), 'a verdict')

    def panel(self, view, picture):
        """(texts, rows) of the security panel."""
        texts = ' | '.join(view.open_panel())
        rows = view.js(DETAILS)
        WORLD.pictures.screen(f'algorithms-{picture}')
        view.close_panel()
        return texts, rows

    def assert_icons(self, state, *wanted):
        """Label, and the images of signature and lock."""
        icons = [icon and icon['image'] for icon in (state['signed'], state['encrypted'])]
        self.assertEqual([state['box'], *icons], list(wanted))

    def test_gcm_between_two_of_ours(self):
        """What dane-smime chooses by itself for a key that it made."""
        sent = WORLD.peers.succeed('encrypt', '--recipient', ALICE, '--no-self',
                                   stdin=self.kinds.signed(plain('gcm'))).stdout
        self.assertIn(b'smime-type=authEnveloped-data', sent)
        view, state = self.judged(sent)
        view.wait_for_text('secret gcm')
        self.assert_icons(state, DANE, VERIFIED, OPEN)
        _, rows = self.panel(view, 'gcm')
        self.assertEqual(rows['Cipher'], 'aes-256-gcm (auth-enveloped-data)')

    def test_pss(self):
        signer = Signer('pss@example.com', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048')
        view, state = self.judged(signer.sign(plain('pss', sender=signer.address), '-keyopt',
                                              'rsa_padding_mode:pss'))
        view.wait_for_text('secret pss')
        self.assert_icons(state, DANE, VERIFIED, None)
        _, rows = self.panel(view, 'pss')
        self.assertIn('pss', rows['Algorithms'])

    def test_unsupported(self):
        """Not taken for a bad one; what is missing has a row."""
        signer = Signer('sha3@example.com', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048')
        view, state = self.judged(signer.sign(plain('sha3', sender=signer.address), '-md',
                                              'sha3-256'))
        view.wait_for_text('secret sha3')
        self.assert_icons(state, PLAIN, None, None)
        texts, rows = self.panel(view, 'unsupported')
        self.assertIn('not supported here', texts)
        self.assertTrue(rows['What is missing here'], rows)

    def test_short_key(self):
        certificate = self.kinds.own_key('short', 'rsa:1024')
        view, state = self.judged(self.kinds.encrypted_by_openssl('short', plain('short'),
                                                                  certificate))
        view.wait_for_text('secret short')
        self.assertEqual(state['encrypted'], {'image': WEAK, 'text': 'Weakly encrypted'})
        texts, rows = self.panel(view, 'short-key')
        self.assertIn('a key that is too short', texts)
        self.assertEqual(rows['Cipher'], 'aes-256-cbc (enveloped-data)')

    def test_old_cipher(self):
        view, _ = self.judged(self.kinds.encrypted_by_openssl(
            'old', plain('old'), self.kinds.own_key(), '-des3'))
        texts, rows = self.panel(view, 'old-cipher')
        self.assertIn('outdated method', texts)
        self.assertRegex(rows['Cipher'], r'\(weak\)')

    def test_signed_earlier(self):
        """A message of before, sent once more under a new date; its own is not inside."""
        tomorrow = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
        date = tomorrow.strftime('Date: %a, %d %b %Y %H:%M:%S +0000').encode()
        signed = self.kinds.signed_by_openssl('earlier', plain('earlier'), Judge(WORLD).pem(CAROL))
        message = re.sub(rb'Date: [^\r]*', date, signed, count=1)
        view, state = self.judged(message)
        self.assert_icons(state, PLAIN, None, None)
        texts, _ = self.panel(view, 'signed-earlier')
        self.assertIn('Signature not confirmed', texts)
        self.assertIn('sent again', texts)

    def test_certificates_alone(self):
        """They are an attachment like others: nothing looks signed."""
        path = WORLD.path('alone.pem')
        openssl.self_signed(path, openssl.new_key(WORLD.path('alone.key')), f'/CN={CAROL}',
                            [f'subjectAltName=email:{CAROL}'])
        der = openssl.run('crl2pkcs7', '-nocrl', '-certfile', path, '-outform', 'der')
        lines = base64.encodebytes(der).decode().replace('\n', '\r\n')
        WORLD.forget_requests()
        view = self.show((head('certificates')
                          + 'Content-Type: application/pkcs7-mime; smime-type=certs-only; '
                          'name="smime.p7c"\r\nContent-Transfer-Encoding: base64\r\n'
                          'Content-Disposition: attachment; filename="smime.p7c"\r\n\r\n'
                          + lines).encode())
        view.wait_for(lambda state: state['attachments'], 'the attachment')
        wait_until(lambda: WORLD.requests('read'), 'the host has been asked')
        state = view.wait_for(lambda state: state['box'] != CHECKING, 'an answer')
        WORLD.pictures.screen('algorithms-certificates')
        self.assertEqual((state['box'], state['signed'], state['encrypted']), (None, None, None))
        self.assertEqual(state['bars'], [])
        self.assertTrue(state['header_shown'])


if __name__ == '__main__':
    tap.main()
