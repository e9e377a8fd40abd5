# SPDX-License-Identifier: MPL-2.0
"""Thunderbird's own S/MIME, for a Thunderbird without the add-on: keys of an authority that both
sides know."""

import base64

import openssl
from world import Beside, World

PASSWORD = 'stock'
END_ENTITY = ('basicConstraints=critical,CA:FALSE', 'extendedKeyUsage=emailProtection',
              'keyUsage=critical,digitalSignature,keyEncipherment')

TAKE_KEYS = '''
const db = Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB);
db.addCertFromBase64(authority, "C,C,C");
const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
file.initWithPath(path);
const outcome = db.importPKCS12File(file, password);
if (outcome != 0) {
  throw new Error(`the key can't be imported: ${outcome}`);
}
for (const one of others) {
  db.addCertFromBase64(one, ",,");
}
const {MailServices} = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const identity = MailServices.accounts.allIdentities.find(one => one.email == address);
const own = db.getCerts().find(one => one.commonName == address);
for (const use of ["signing", "encryption"]) {
  identity.setUnicharAttribute(`${use}_cert_name`, own.displayName);
  identity.setCharAttribute(`${use}_cert_dbkey`, own.dbKey);
}
identity.setBoolAttribute("sign_mail", true);
'''


class Authority:
    """Issues keys to people; files in a folder."""

    def __init__(self, world):
        self._world = world
        self._issuer = world.path('authority.pem'), world.path('authority.key')
        openssl.self_signed(self._issuer[0], openssl.new_key(self._issuer[1], 'rsa:2048'),
                            '/CN=Authority', ['keyUsage=critical,keyCertSign,cRLSign'])

    def issue(self, address):
        """Gives the file (PKCS #12) of a new key."""
        key = openssl.new_key(self._world.path(f'{address}.key'), 'rsa:2048')
        certificate = openssl.issued(self.certificate(address), key, f'/CN={address}', self._issuer,
                                     [*END_ENTITY, f'subjectAltName=email:{address}'])
        target = self._world.path(f'{address}.issued.p12')
        openssl.run('pkcs12', '-export', '-in', certificate, '-inkey', key, '-name', address,
                    '-certfile', self._issuer[0], '-out', target, '-passout', f'pass:{PASSWORD}')
        return target

    def certificate(self, address=None):
        """The file with somebody's certificate; without an address, its own."""
        return self._world.path(f'{address}.issued.pem') if address else self._issuer[0]

    def publish(self, store, address):
        """Issues a key into a store, and publishes its certificate."""
        password = store.write('issued-password', PASSWORD.encode())
        store.succeed('import', self.issue(address), '--import-password-file', password)
        self._world.universe.publish(store.succeed('record', address).text.strip())


def _base64(path):
    return base64.b64encode(openssl.to_der(path)).decode()


class IssuedWorld(World):
    """A world in which an authority has issued all keys."""

    def _make_keys(self):
        self.store, self.peers = self._program('store'), self._program('peers')
        self.authority = Authority(self)
        for account in self.accounts:
            self.authority.publish(self.store, account.address)
        for account in self._others:
            self.authority.publish(self.peers, account.address)


class StockBeside(Beside):
    """A Thunderbird without the add-on, beside an IssuedWorld: its owner's key is in its own key
    store, and it knows the certificates of the others."""

    def __init__(self, world, account):
        super().__init__(world, [account], addon=False, relayed=False)

    def _make_keys(self):
        self.store, self.peers = self._program('store'), self._world.peers

    def take_keys(self):
        """Once it is up."""
        [account], authority = self.accounts, self._world.authority
        self.thunderbird.js(
            TAKE_KEYS, address=account.address, password=PASSWORD,
            path=self._world.path(f'{account.address}.issued.p12'),
            authority=_base64(authority.certificate()),
            others=[_base64(authority.certificate(one.address)) for one in self._world.accounts])
        return self
