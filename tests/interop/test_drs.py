#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""Mail of directory replication ([MS-SRPL]) between two domain controllers, and with openssl on
either side: requests and responses, with AES-128 and SHA-256, and with RC4 and MD5."""

import base64
import email
import email.policy
import hashlib
import os
import unittest

import interop  # first: it puts the support modules on the path
import envelope
import openssl
import tap
from program import DOES_NOT_HOLD, HOLDS, UNKNOWN, USAGE

DC1 = '_IsmService@dc1.corp.example'
# As Active Directory has them: the certificate names another host.
DC2 = '_IsmService@d2975006-04cb-4f9d-b797-0c1df78f16d6._msdcs.corp.example'
DC3 = '_IsmService@dc3.corp.example'
# [MS-RPCE] §2.2.6: what serialised data begin with.
DATA = bytes.fromhex('01100800cccccccc') + b'get changes, please \x00\xff' * 50
LEGACY = ('--legacy', 'rc4,md5')
PROVIDERS = ('-provider', 'legacy', '-provider', 'default')
AUTHORITY = ('basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign')

ONE = TWO = None  # the programs of the two controllers
CA = OTHER_CA = None
CERTIFIED = {}


def controller_extensions(host, *, guid='ac4b2906aad65d4fa99c4cbcb06a65d9', usages='', kind=True):
    """[MS-SRPL] §2.3.1; with usages as in §2.3.2."""
    lines = ['basicConstraints=critical,CA:FALSE', 'keyUsage=digitalSignature,keyEncipherment',
             f'extendedKeyUsage=clientAuth,serverAuth{usages}']
    if kind:
        lines.append('1.3.6.1.4.1.311.20.2=ASN1:BMPSTRING:DomainController')
    # a section of its own, since there is a comma in the first of the names
    lines += ['subjectAltName=@names', '[names]', f'DNS={host}']
    if guid:
        lines.append(f'otherName=1.3.6.1.4.1.311.25.1;FORMAT:HEX,OCT:{guid}')
    return lines


def certify(name, *, issuer=None, **options):
    CERTIFIED[name] = interop.Person(name, 'rsa:2048', None,
                                     controller_extensions(f'{name}.corp.example', **options),
                                     issuer=issuer or CA)
    return CERTIFIED[name]


def setUpModule():
    global ONE, TWO, CA, OTHER_CA
    CA = interop.Person('ca', 'rsa:2048', None, AUTHORITY)
    OTHER_CA = interop.Person('other', 'ec:P-256', None, AUTHORITY)
    certify('dc1')
    certify('dc2', usages=',1.3.6.1.4.1.311.21.19', kind=False)
    certify('dc3')
    certify('foreign', issuer=OTHER_CA)
    certify('nobody', guid=None)
    ONE, TWO = interop.new_program('one'), interop.new_program('two')
    ONE.succeed('import', CERTIFIED['dc1'].pem)
    TWO.succeed('import', CERTIFIED['dc2'].pem)
    TWO.succeed('drs', 'map', 'add', DC2, CERTIFIED['dc2'].certificate)


def tearDownModule():
    interop.remove_folder()


def protect(program, kind, sender, *options, stdin=DATA):
    return program.succeed('drs', 'protect', '--type', kind, '--sender', sender, *options,
                           stdin=stdin).stdout


def unprotect(program, kind, sender, message, *options, trust=None):
    trust = ('--ca', CA.certificate) if trust is None else trust
    return program.run('drs', 'unprotect', '--type', kind, '--sender', sender, *trust, *options,
                       stdin=message)


class DrsCase(unittest.TestCase):
    def setUp(self):
        for program in (ONE, TWO):
            program.run('drs', 'map', 'remove', '--all')
        TWO.succeed('drs', 'map', 'add', DC2, CERTIFIED['dc2'].certificate)
        ONE.succeed('drs', 'map', 'add', DC2, CERTIFIED['dc2'].certificate)

    def read(self, *arguments, **options):
        """The data that come out."""
        result = unprotect(*arguments, **options)
        self.assertEqual(result.code, HOLDS, result)
        return result.stdout

    def fault(self, code, *arguments, status=DOES_NOT_HOLD, **options):
        """What is said of a message that is refused; nothing comes out."""
        result = unprotect(*arguments, **options)
        self.assertEqual((result.code, result.stdout), (status, b''), result)
        told = unprotect(*arguments, '--json', **options).json
        self.assertEqual(told['error']['code'], code, told)
        self.assertIn(told['error']['message'], result.stderr)
        return told['error']['message']


class Exchange(DrsCase):
    """A request from the second controller, and the first one's response."""

    def test_request_and_response(self):
        for legacy in ((), LEGACY):
            with self.subTest(legacy=legacy):
                ONE.succeed('drs', 'map', 'remove', DC2)
                request = protect(TWO, 'request', DC2, *legacy)
                self.assertEqual(self.read(ONE, 'request', DC2, request, *legacy), DATA)
                # the request's certificate is in the map now
                response = protect(ONE, 'response', DC1, '--recipient', DC2, *legacy)
                self.assertNotIn(DATA[:20], response)
                self.assertEqual(self.read(TWO, 'response', DC1, response, *legacy), DATA)

    def test_facts(self):
        response = protect(ONE, 'response', DC1, '--recipient', DC2)
        facts = unprotect(TWO, 'response', DC1, response, '--json').json
        self.assertEqual((facts['type'], facts['sender'], facts['digest'], facts['cipher'],
                          facts['trust'], facts['kind'], facts['learned']),
                         ('response', DC1, 'sha-256', 'aes-128-cbc', 'authority',
                          'domain-controller', False))
        self.assertEqual(facts['guid'], '06294bac-d6aa-4f5d-a99c-4cbcb06a65d9')
        self.assertEqual(facts['dns_names'], ['dc1.corp.example'])
        self.assertEqual(facts['signer']['subject'], 'CN=dc1')
        self.assertEqual(facts['recipient']['subject'], 'CN=dc2')
        said = unprotect(TWO, 'response', DC1, response, '--verbose')
        self.assertEqual(said.stdout, DATA)
        self.assertIn('06294bac-d6aa-4f5d-a99c-4cbcb06a65d9', said.stderr)

    def test_framed(self):
        for version in ('1', '2'):
            with self.subTest(version=version):
                framed = protect(ONE, 'response', DC1, '--recipient', DC2, '--framed',
                                 '--frame-version', version, '--compression', 'mszip',
                                 '--uncompressed-size', '5000')
                shown = TWO.succeed('--json', 'drs', 'frame', stdin=framed).json
                self.assertEqual((shown['version'], shown['type'], shown['signed'],
                                  shown['sealed'], shown['compression'], shown['unsigned_size'],
                                  shown['uncompressed_size']),
                                 (int(version), 'response', True, True, 'mszip', len(DATA), 5000))
                self.assertEqual(self.read(TWO, 'response', DC1, framed, '--framed'), DATA)
                self.assertIn('there is a frame round the message',
                              self.fault('drs-malformed', TWO, 'response', DC1, framed,
                                         status=UNKNOWN))
                self.assertIn('v1-length' if version == '1' else 'v2-length',
                              self.fault('drs-frame-invalid', TWO, 'response', DC1, framed[:-1],
                                         '--framed'))
        request = protect(TWO, 'request', DC2, '--framed')
        self.fault('drs-frame-invalid', ONE, 'response', DC2, request, '--framed')

    def test_keys_of_a_file(self):
        response = protect(ONE, 'response', DC1, '--recipient', DC2)
        empty = interop.new_program('empty')
        self.fault('key-store-missing', empty, 'response', DC1, response)
        self.assertEqual(self.read(empty, 'response', DC1, response, '--key',
                                   CERTIFIED['dc2'].pem), DATA)


class Mail(DrsCase):
    """[MS-SRPL] §3.2.4.5, §3.3.5.1."""

    def mail(self, *options):
        return protect(TWO, 'request', DC2, '--recipient', DC1, '--mail', *options)

    def test_form(self):
        mail = email.message_from_bytes(self.mail('--commentary', 'Get changes für NC ' + 'x' * 80),
                                        policy=email.policy.default)
        self.assertEqual((mail.get_content_type(), mail['Content-Transfer-Encoding']),
                         ('image/gif', 'base64'))
        self.assertEqual(mail['Subject'], 'Intersite message for NTDS Replication: '
                         'Get changes für NC ' + 'x' * 80)
        self.assertEqual((mail['From'], mail['To']), (DC2, DC1))
        self.assertTrue(mail['Date'] and mail['MIME-Version'] == '1.0')
        self.assertEqual(self.read(ONE, 'request', DC2, mail.get_content(), '--framed'), DATA)

    def test_read(self):
        for options in ((), ('--commentary', 'get changes'), ('--commentary', ' =?x?= für ')):
            mail = self.mail(*options)
            self.assertTrue(all(len(line) < 100 for line in mail.split(b'\r\n')))
            self.assertEqual(self.read(ONE, 'request', DC2, mail, '--mail'), DATA)
            # From says whose it is
            facts = ONE.succeed('--json', 'drs', 'unprotect', '--type', 'request', '--mail', '--ca',
                                CA.certificate, stdin=mail).json
            self.assertEqual(facts['mail']['from'], DC2)
            self.assertEqual(facts['sender'], DC2)
            self.assertEqual(facts['mail']['commentary'], options[1].strip() if options else '')

    def test_other_recipient(self):
        mail = self.mail()
        self.assertIn('To is', self.fault('drs-mail-refused', TWO, 'request', DC2, mail, '--mail',
                                          trust=('--pinned',)))
        self.assertEqual(self.read(TWO, 'request', DC2, mail, '--mail', '--recipient', DC1), DATA)
        self.fault('drs-mail-refused', ONE, 'request', DC2, mail, '--mail', '--recipient', DC3)

    def test_refused(self):
        mail = self.mail()
        for text, old, new in (
                ('To has 2', b'To: <', b'To: a@b.example, <'),
                ('To has 0', b'To: <', b'X-To: <'),
                ('From has 2', b'From: <', b'From: a@b.example, <'),
                ('From is', b'From: <_Ism', b'From: <_Iss'),
                ('Subject', b'Intersite message', b'Intersight message'),
                ('Subject', b'Subject:', b'X-Subject:'),
                ('Content-Type', b'image/gif', b'image/png'),
                ('Content-Type', b'Content-Type: image/gif\r\n', b''),
                ('Content-Transfer-Encoding', b'Encoding: base64', b'Encoding: 8bit')):
            with self.subTest(new=new):
                self.assertIn(old, mail)
                self.assertIn(text, self.fault('drs-mail-refused', ONE, 'request', DC2,
                                               mail.replace(old, new, 1), '--mail'))
        head = mail.partition(b'\r\n\r\n')[0] + b'\r\n\r\n'
        self.fault('drs-mail-refused', ONE, 'request', DC2, head, '--mail')
        self.fault('message-malformed', ONE, 'request', DC2, head + b'!!!!\r\n', '--mail',
                   status=UNKNOWN)
        self.fault('drs-frame-invalid', ONE, 'request', DC2, head + b'AAAA\r\n', '--mail')


def sign(person, content, *options):
    """What openssl makes of it."""
    return openssl.run('cms', '-sign', '-binary', '-nodetach', '-outform', 'DER', '-signer',
                       person.certificate, '-inkey', person.key, *options, stdin=content)


def encrypt(person, content, cipher, *options):
    return openssl.run('cms', '-encrypt', '-binary', '-outform', 'DER', f'-{cipher}', *options,
                       person.certificate, stdin=content)


class Openssl(DrsCase):
    """The counterpart reads what is made here, by both of its implementations, and the other way
    round."""

    def verify(self, message, program='cms'):
        """What openssl finds signed by a certificate of the common authority."""
        return openssl.run(program, '-verify', '-binary', '-inform', 'DER', '-CAfile',
                           CA.certificate, '-purpose', 'any', stdin=message)

    def decrypt(self, envelope, program='cms'):
        dc2 = CERTIFIED['dc2']
        return openssl.run(program, '-decrypt', '-binary', '-inform', 'DER', '-recip',
                           dc2.certificate, '-inkey', dc2.key, *PROVIDERS, stdin=envelope)

    def test_openssl_reads(self):
        for legacy in ((), ('--legacy', 'md5'), ('--legacy', 'rc4'), LEGACY):
            for program in ('cms', 'smime'):
                with self.subTest(legacy=legacy, program=program):
                    request = protect(ONE, 'request', DC1, *legacy)
                    self.assertEqual(self.verify(request, program), DATA)
                    response = protect(ONE, 'response', DC1, '--recipient', DC2, *legacy)
                    envelope = self.verify(response, program)
                    self.assertEqual(self.decrypt(envelope, program), DATA)

    def test_algorithms_written(self):
        for legacy, digest, cipher in (((), 'sha256', 'aes-128-cbc'), (LEGACY, 'md5', 'rc4')):
            response = protect(ONE, 'response', DC1, '--recipient', DC2, *legacy)
            shown = openssl.run('cms', '-cmsout', '-print', '-noout', '-inform', 'DER',
                                stdin=response).decode()
            self.assertIn(f'algorithm: {digest} (', shown)
            self.assertIn('algorithm: rsaEncryption (', shown)
            inner = openssl.run('cms', '-cmsout', '-print', '-noout', '-inform', 'DER',
                                stdin=self.verify(response)).decode()
            self.assertIn(f'algorithm: {cipher} (', inner)
            self.assertEqual(inner.count('d.ktri:'), 1)

    def test_openssl_writes(self):
        dc1, dc2 = CERTIFIED['dc1'], CERTIFIED['dc2']
        for options in ((), ('-noattr',), ('-nosmimecap',), ('-certfile', CA.certificate),
                        ('-stream', '-indef')):
            for digest, allowed in (('sha256', ()), ('md5', ('--legacy', 'md5'))):
                with self.subTest(options=options, digest=digest):
                    request = sign(dc1, DATA, '-md', digest, *options)
                    self.assertEqual(self.read(TWO, 'request', DC1, request, *allowed), DATA)
        for cipher, digest, allowed in (('aes128', 'sha256', ()),
                                        ('aes128', 'md5', ('--legacy', 'md5')),
                                        ('rc4', 'sha256', ('--legacy', 'rc4')),
                                        ('rc4', 'md5', LEGACY)):
            with self.subTest(cipher=cipher, digest=digest):
                response = sign(dc1, encrypt(dc2, DATA, cipher, *PROVIDERS), '-md', digest)
                self.assertEqual(self.read(TWO, 'response', DC1, response, *allowed), DATA)

    def test_smime_writes(self):
        """The older of its two implementations, which is of PKCS #7."""
        dc1, dc2 = CERTIFIED['dc1'], CERTIFIED['dc2']
        envelope = openssl.run('smime', '-encrypt', '-binary', '-outform', 'DER', '-aes128',
                               dc2.certificate, stdin=DATA)
        response = openssl.run('smime', '-sign', '-binary', '-nodetach', '-outform', 'DER',
                               '-md', 'sha256', '-signer', dc1.certificate, '-inkey', dc1.key,
                               stdin=envelope)
        self.assertEqual(self.read(TWO, 'response', DC1, response), DATA)


SIGNED_DATA = '1.2.840.113549.1.7.2'
SHA_256 = '2.16.840.1.101.3.4.2.1'
RSA_ENCRYPTION = '1.2.840.113549.1.1.1'
CONTENT_TYPE, MESSAGE_DIGEST = '1.2.840.113549.1.9.3', '1.2.840.113549.1.9.4'


def sign_enveloped(person, inner, *, wrapped, content_type=envelope.ENVELOPED_DATA, tamper=b''):
    """SignedData over EnvelopedData itself (the element inner), which openssl does not write: as
    RFC 2315 §9.1 and §9.3 have it, or wrapped in an OCTET STRING as RFC 5652 §5.2 has it."""
    null = envelope.tlv(5)
    digested = inner if wrapped else envelope.read(inner)[1]
    digest = hashlib.sha256(digested + tamper).digest()
    attributes = b''.join(sorted((
        envelope.sequence(envelope.oid(CONTENT_TYPE),
                          envelope.tlv(0x31, envelope.oid(content_type))),
        envelope.sequence(envelope.oid(MESSAGE_DIGEST),
                          envelope.tlv(0x31, envelope.octets(digest))))))
    signature = openssl.run('dgst', '-sha256', '-sign', person.key,
                            stdin=envelope.tlv(0x31, attributes))
    algorithm = envelope.sequence(envelope.oid(SHA_256), null)
    signer = envelope.sequence(envelope.integer(1), envelope.issuer_and_serial(person.der),
                               algorithm, envelope.tlv(0xa0, attributes),
                               envelope.sequence(envelope.oid(RSA_ENCRYPTION), null),
                               envelope.octets(signature))
    content = envelope.octets(inner) if wrapped else inner
    return envelope.sequence(envelope.oid(SIGNED_DATA), envelope.tlv(0xa0, envelope.sequence(
        envelope.integer(1), envelope.tlv(0x31, algorithm),
        envelope.sequence(envelope.oid(envelope.ENVELOPED_DATA), envelope.tlv(0xa0, content)),
        envelope.tlv(0xa0, person.der), envelope.tlv(0x31, signer))))


class Enveloped(DrsCase):
    """The content of a response may be EnvelopedData instead of data that hold it."""

    def setUp(self):
        super().setUp()
        whole = encrypt(CERTIFIED['dc2'], DATA, 'aes128')
        self.inner = envelope.read(envelope.children(envelope.read(whole)[1])[1])[1]

    def test_read(self):
        for wrapped in (False, True):
            message = sign_enveloped(CERTIFIED['dc1'], self.inner, wrapped=wrapped)
            self.assertEqual(self.read(TWO, 'response', DC1, message), DATA)
            self.fault('drs-request-encrypted', TWO, 'request', DC1, message)

    def test_changed(self):
        for wrapped in (False, True):
            for change in ({'tamper': b'x'}, {'content_type': envelope.DATA}):
                message = sign_enveloped(CERTIFIED['dc1'], self.inner, wrapped=wrapped, **change)
                self.fault('drs-signature-bad', TWO, 'response', DC1, message)

    def test_no_mail(self):
        """RFC 8551 §2.4.1: a mail's content is data."""
        message = sign_enveloped(CERTIFIED['dc1'], self.inner, wrapped=True)
        verdict = TWO.run('--json', 'verify', '--cert', CERTIFIED['dc1'].certificate, '--author',
                          'a@b.example', stdin=message).json
        self.assertEqual((verdict['status'], verdict['signature']), ('invalid', 'bad'))
        bare = sign_enveloped(CERTIFIED['dc1'], self.inner, wrapped=False)
        self.assertEqual(TWO.run('verify', stdin=bare).code, UNKNOWN)


class Faults(DrsCase):
    """Each by its name, in messages that openssl has made."""

    def test_type(self):
        dc1, dc2 = CERTIFIED['dc1'], CERTIFIED['dc2']
        envelope = encrypt(dc2, DATA, 'aes128')
        self.fault('drs-request-encrypted', TWO, 'request', DC1, sign(dc1, envelope))
        self.fault('drs-response-not-encrypted', TWO, 'response', DC1, sign(dc1, DATA))

    def test_signature(self):
        dc1 = CERTIFIED['dc1']
        good = sign(dc1, DATA)
        self.assertEqual(self.read(TWO, 'request', DC1, good), DATA)
        self.fault('drs-signature-bad', TWO, 'request', DC1, good.replace(b'please', b'plebse'))
        self.fault('drs-signature-bad', TWO, 'request', DC1, good[:-1] + bytes([good[-1] ^ 1]))
        detached = openssl.run('cms', '-sign', '-binary', '-outform', 'DER', '-signer',
                               dc1.certificate, '-inkey', dc1.key, stdin=DATA)
        self.fault('drs-signature-bad', TWO, 'request', DC1, detached)
        twice = sign(dc1, DATA, '-signer', CERTIFIED['dc3'].certificate, '-inkey',
                     CERTIFIED['dc3'].key)
        self.fault('drs-several-certificates', TWO, 'request', DC1, twice)
        unnamed = sign(dc1, DATA, '-nocerts', '-signer', CERTIFIED['dc3'].certificate, '-inkey',
                       CERTIFIED['dc3'].key, '-certfile', dc1.certificate)
        self.assertIn('2 signatures', self.fault('drs-signature-bad', TWO, 'request', DC1, unnamed))

    def test_certificates(self):
        dc1 = CERTIFIED['dc1']
        self.fault('drs-certificate-missing', TWO, 'request', DC1, sign(dc1, DATA, '-nocerts'))
        self.fault('drs-several-certificates', TWO, 'request', DC1,
                   sign(dc1, DATA, '-certfile', CERTIFIED['dc3'].certificate))
        lacks = self.fault('drs-not-a-controller', TWO, 'request', DC1,
                           sign(CERTIFIED['nobody'], DATA))
        self.assertIn('guid', lacks.lower())
        self.fault('drs-certificate-untrusted', TWO, 'request', DC1,
                   sign(CERTIFIED['foreign'], DATA))
        # another's certificate beside a signature that it does not make
        swapped = sign(dc1, DATA, '-nocerts', '-certfile', CERTIFIED['dc3'].certificate)
        self.fault('drs-signature-bad', TWO, 'request', DC1, swapped)
        self.fault('drs-several-authorities', TWO, 'request', DC1, sign(dc1, DATA), status=USAGE,
                   trust=('--ca', CA.certificate, '--ca', OTHER_CA.certificate))

    def test_revoked(self):
        dc3 = CERTIFIED['dc3']
        crl = openssl.revocation_list(interop.path('dc3.crl'), (CA.certificate, CA.key),
                                      [dc3.certificate])
        message = sign(dc3, DATA)
        self.assertEqual(self.read(TWO, 'request', DC3, message), DATA)
        self.fault('drs-certificate-untrusted', TWO, 'request', DC3, message, '--crl', crl)

    def test_expired(self):
        later = ('--time', '2099-01-01T00:00:00Z')
        message = sign(CERTIFIED['dc1'], DATA)
        self.fault('drs-certificate-untrusted', TWO, 'request', DC1, message, *later)
        self.assertEqual(ONE.run('drs', 'protect', '--type', 'request', '--sender', DC1, *later,
                                 stdin=DATA).code, DOES_NOT_HOLD)

    def test_algorithms(self):
        dc1, dc2 = CERTIFIED['dc1'], CERTIFIED['dc2']
        for digest in ('sha1', 'sha384', 'sha512'):
            self.fault('drs-algorithm-unknown', TWO, 'request', DC1, sign(dc1, DATA, '-md', digest),
                       *LEGACY, status=UNKNOWN)
        self.fault('drs-algorithm-unknown', TWO, 'request', DC1,
                   sign(dc1, DATA, '-keyopt', 'rsa_padding_mode:pss'), status=UNKNOWN)
        for cipher in ('aes256', 'aes192', 'des3', 'camellia128', 'aes-128-gcm'):
            self.fault('drs-algorithm-unknown', TWO, 'response', DC1,
                       sign(dc1, encrypt(dc2, DATA, cipher)), *LEGACY, status=UNKNOWN)

    def test_legacy(self):
        dc1, dc2 = CERTIFIED['dc1'], CERTIFIED['dc2']
        md5 = sign(dc1, DATA, '-md', 'md5')
        rc4 = sign(dc1, encrypt(dc2, DATA, 'rc4', *PROVIDERS))
        for allowed in ((), ('--legacy', 'rc4')):
            self.fault('drs-legacy-refused', TWO, 'request', DC1, md5, *allowed)
        for allowed in ((), ('--legacy', 'md5')):
            self.fault('drs-legacy-refused', TWO, 'response', DC1, rc4, *allowed)
        self.fault('request-malformed', TWO, 'request', DC1, md5, '--legacy', 'sha1', status=USAGE)

    def test_elsewhere(self):
        """Mail does not become weaker by what replication mail may have."""
        dc1, dc2 = CERTIFIED['dc1'], CERTIFIED['dc2']
        self.read(TWO, 'request', DC1, sign(dc1, DATA, '-md', 'md5'), *LEGACY)
        rc4 = encrypt(dc2, DATA, 'rc4', *PROVIDERS)
        told = TWO.run('--json', 'decrypt', stdin=rc4)
        self.assertEqual(told.json['error']['code'], 'cms-unsupported')
        verdict = TWO.run('--json', 'verify', '--cert', dc1.certificate, '--author', 'a@b.example',
                          stdin=sign(dc1, DATA, '-md', 'md5')).json
        self.assertNotEqual(verdict['status'], 'verified')

    def test_other_recipient(self):
        response = sign(CERTIFIED['dc1'], encrypt(CERTIFIED['dc3'], DATA, 'aes128'))
        self.fault('cms-not-for-us', TWO, 'response', DC1, response)
        response = sign(CERTIFIED['dc1'], encrypt(CERTIFIED['dc3'], DATA, 'rc4', *PROVIDERS))
        self.fault('cms-not-for-us', TWO, 'response', DC1, response, *LEGACY)

    def test_no_message(self):
        for octets in (b'', b'x', DATA, encrypt(CERTIFIED['dc2'], DATA, 'aes128')):
            self.fault('drs-malformed', TWO, 'request', DC1, octets, status=UNKNOWN)

    def test_nobody_to_encrypt_to(self):
        told = ONE.run('--json', 'drs', 'protect', '--type', 'response', '--sender', DC1,
                       '--recipient', DC3, stdin=DATA)
        self.assertEqual((told.code, told.json['error']['code']),
                         (DOES_NOT_HOLD, 'drs-no-map-entry'))
        told = ONE.run('--json', 'drs', 'protect', '--type', 'request', '--sender', DC3, stdin=DATA)
        self.assertEqual((told.code, told.json['error']['code']), (DOES_NOT_HOLD, 'key-not-found'))

    def test_usage(self):
        ca = ('--ca', CA.certificate)
        for words in ((), ('--type', 'request'), ('--sender', DC1, *ca),
                      ('--type', 'request', '--sender', DC1),
                      ('--type', 'request', '--sender', DC1, '--pinned', *ca),
                      ('--type', 'request', '--sender', DC1, '--pinned', '--crl', CA.certificate),
                      ('--type', 'reply', '--sender', DC1, *ca),
                      ('--type', 'request', '--sender', DC1, '--recipient', DC2, *ca)):
            with self.subTest(words=words):
                self.assertEqual(ONE.run('drs', 'unprotect', *words, stdin=DATA).code, USAGE)
        for words in ((), ('--type', 'request'), ('--sender', DC1),
                      ('--type', 'response', '--sender', DC1),
                      ('--type', 'request', '--sender', DC1, '--mail'),
                      ('--type', 'request', '--sender', DC1, '--commentary', 'x'),
                      ('--type', 'request', '--sender', DC1, '--compression', 'mszip'),
                      ('--type', 'request', '--sender', DC1, '--framed', '--frame-version', '0'),
                      ('--type', 'request', '--sender', DC1, '--framed', '--compression', 'mszip',
                       '--uncompressed-size', '-1'),
                      ('--type', 'request', '--sender', 'nobody'),
                      ('--type', 'request', '--sender', DC1, '--recipient', DC2, '--mail',
                       '--commentary', 'a\nb')):
            with self.subTest(words=words):
                self.assertEqual(ONE.run('drs', 'protect', *words, stdin=DATA).code, USAGE)


class Map(DrsCase):
    """[MS-SRPL] §3.1.1, §3.3.5.3: what is learned, and what it is good for."""

    def entries(self, program):
        listed = program.succeed('--json', 'drs', 'map', 'list').json
        return {one['address']: (one['origin'], one['certificate']['subject'])
                for one in listed['entries']}

    def test_requests_overwrite(self):
        ONE.succeed('drs', 'map', 'remove', DC2)
        request = protect(TWO, 'request', DC2)
        facts = unprotect(ONE, 'request', DC2, request, '--json').json
        self.assertTrue(facts['learned'])
        self.assertEqual(self.entries(ONE)[DC2], ('request', 'CN=dc2'))
        # whoever has a controller's certificate has the address by a request: so it is specified
        self.read(ONE, 'request', DC2, sign(CERTIFIED['dc3'], DATA))
        self.assertEqual(self.entries(ONE)[DC2], ('request', 'CN=dc3'))

    def test_refused_requests_do_not(self):
        before = self.entries(ONE)
        self.fault('drs-certificate-untrusted', ONE, 'request', DC2,
                   sign(CERTIFIED['foreign'], DATA))
        self.fault('drs-signature-bad', ONE, 'request', DC2,
                   sign(CERTIFIED['dc3'], DATA).replace(b'please', b'plebse'))
        self.fault('drs-request-encrypted', ONE, 'request', DC2,
                   sign(CERTIFIED['dc3'], encrypt(CERTIFIED['dc1'], DATA, 'aes128')))
        self.assertEqual(self.entries(ONE), before)

    def test_responses_when_asked(self):
        response = protect(ONE, 'response', DC1, '--recipient', DC2)
        self.read(TWO, 'response', DC1, response)
        self.assertNotIn(DC1, self.entries(TWO))
        self.read(TWO, 'response', DC1, response, '--learn')
        self.assertEqual(self.entries(TWO)[DC1], ('response', 'CN=dc1'))

    def test_own_stays(self):
        self.read(ONE, 'request', DC1, sign(CERTIFIED['dc3'], DATA))
        request = protect(ONE, 'request', DC1)
        facts = unprotect(TWO, 'request', DC1, request, '--json').json
        self.assertEqual(facts['signer']['subject'], 'CN=dc1')

    def test_no_learning(self):
        self.read(TWO, 'request', DC1, sign(CERTIFIED['dc1'], DATA), '--no-learn')
        self.assertNotIn(DC1, self.entries(TWO))

    def test_pinned(self):
        """The map's entry is enough: no authority has to vouch, and no other will do."""
        pinned = ('--pinned',)
        message = sign(CERTIFIED['foreign'], DATA)
        self.fault('drs-no-map-entry', TWO, 'request', DC3, message, trust=pinned)
        TWO.succeed('drs', 'map', 'add', DC3, CERTIFIED['foreign'].certificate)
        self.assertEqual(self.read(TWO, 'request', DC3, message, trust=pinned), DATA)
        self.fault('drs-not-pinned', TWO, 'request', DC3, sign(CERTIFIED['dc3'], DATA),
                   trust=pinned)
        facts = unprotect(TWO, 'request', DC3, message, '--json', trust=pinned).json
        self.assertEqual(facts['trust'], 'pinned')

    def test_import(self):
        folder = interop.path('controllers')
        os.makedirs(folder, exist_ok=True)
        for name in ('dc1', 'dc3'):
            interop.write(f'controllers/_IsmService@{name}.corp.example.pem',
                          interop.read(CERTIFIED[name].certificate))
        TWO.succeed('drs', 'map', 'import', folder)
        self.assertEqual(self.entries(TWO)[DC1], ('added', 'CN=dc1'))
        response = protect(TWO, 'response', DC2, '--recipient', DC1)
        self.assertEqual(self.read(ONE, 'response', DC2, response), DATA)
        TWO.succeed('drs', 'map', 'remove', DC1)
        self.assertNotIn(DC1, self.entries(TWO))


class Sample(DrsCase):
    def test_base64_by_hand(self):
        """The body is what a program that knows nothing of all this decodes."""
        mail = protect(TWO, 'request', DC2, '--recipient', DC1, '--mail')
        frame = base64.b64decode(mail.partition(b'\r\n\r\n')[2])
        payload = ONE.succeed('drs', 'frame', '--payload', stdin=frame).stdout
        self.assertEqual(self.read(ONE, 'request', DC2, payload), DATA)


if __name__ == '__main__':
    tap.main()
