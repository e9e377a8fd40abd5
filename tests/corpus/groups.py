# SPDX-License-Identifier: MPL-2.0
"""Which line of the table a row belongs to; the S/MIME groups are those of PEERS.md."""

import re

import rows

PKITS_POLICY = 'PKITS policy sections'
PKITS_REVOCATION = 'PKITS revocation (needs CRLs)'
PKITS_PATH = 'PKITS signature/path, no CRL needed'
STATUS_POLICY = 'Thunderbird status: SHA-1/future-time policy'
STATUS_NESTED = 'Thunderbird status: nested signatures, PGP mix'
STATUS_OUTER = 'Thunderbird status: outer signature round encryption'
STATUS_PLAIN = 'Thunderbird status: plain sign/encrypt'
DECRYPT_ECDH = 'decrypt: ECDH'
DECRYPT_RSA = 'decrypt: RSA PKCS#1, RC2/3DES/AES'
DECRYPT_OAEP = 'decrypt: RSA-OAEP'
REJECT_MALFORMED = 'must reject cleanly: malformed, bad attributes, CVE'
REJECT_BAD = 'must reject: bad signature, eContent mismatch (Thunderbird)'
OTHER_MUA = 'other MUA corpora (KDE, protected headers, Simple Java Mail, Covert original)'
VERIFY_PSS = 'verify: RSA-PSS'
VERIFY_RULES = 'verify: certificate rules (BC validator set)'
VERIFY_UNTRUSTED = 'verify: good signature, no anchor (untrusted)'
VERIFY_TRUSTED = 'verify: good, trusted chain'
VERIFY_FAIL = 'verify: other must-fail'
HEADER_PROTECTION = 'RFC 9788 header protection'
VERIFY_BINDING = 'verify: From against the signer'
CLEAN_END = 'a clean end, nothing else expected'

SMIME_GROUPS = (
    PKITS_POLICY, PKITS_REVOCATION, PKITS_PATH, STATUS_POLICY, STATUS_NESTED, STATUS_OUTER,
    STATUS_PLAIN, DECRYPT_ECDH, DECRYPT_RSA, DECRYPT_OAEP, REJECT_MALFORMED, REJECT_BAD, OTHER_MUA,
    VERIFY_PSS, VERIFY_RULES, VERIFY_UNTRUSTED, VERIFY_TRUSTED, VERIFY_FAIL, HEADER_PROTECTION,
    VERIFY_BINDING, CLEAN_END)

# kind/op of what is not a signed or encrypted message
OTHER_GROUPS = {
    'smime/classify': 'CMS content type',
    'mime/classify': 'MIME structure',
    'address/parse-address': 'addresses: {source}',
    'address/addr-spec-syntax': 'addr-spec syntax: {source}',
    'address/parse-content-type': 'Content-Type: {source}',
    'address/parse-id': 'Message-ID: {source}',
    'dns/owner-name': 'SMIMEA owner name',
    'dns/owner-name-check': 'SMIMEA owner name, told from others',
    'dns/smimea-rdata': 'SMIMEA presentation form',
    'dns/smimea-cert': 'SMIMEA published',
    'cert/cert-facts': 'certificate facts',
    'cert/smimea-build': 'SMIMEA from a certificate',
    'cert/pkcs12-import': 'PKCS#12 import',
}
# What a peer's answer is called in a row that tells no plain "pass".
PEER_FLAGS = {'cert/pkcs12-import': ('openssl', 'openssl_legacy_provider', 'nss', 'gpgsm')}


def _decrypt_group(row, tags):
    if 'ecdh' in tags or '/fran-ec' in row['id']:
        return DECRYPT_ECDH
    if 'rsa-oaep' in tags or '/fran-oaep' in row['id']:
        return DECRYPT_OAEP
    return DECRYPT_RSA if row['op'] == 'decrypt' else None


def _status_group(row, tags):
    if tags & {'policy-sha1', 'policy-future-signing-time'}:
        return STATUS_POLICY
    if 'outer-signature-ignored' in tags:
        return STATUS_OUTER
    if re.search(r'\.plain\.d?sig\.', row['id']):
        return STATUS_NESTED
    if re.search(r'\.(bad|mismatch-econtent)\.eml$', row['id']):
        return REJECT_BAD
    return STATUS_PLAIN


def _pkits_group(tags):
    if 'policy' in tags:
        return PKITS_POLICY
    return PKITS_REVOCATION if 'crl' in tags else PKITS_PATH


def _verify_group(row, tags):
    expect = row['expect']
    if 'from_binding' in expect:
        return VERIFY_BINDING
    if row['id'].startswith('smime/verify/pkits/'):
        return _pkits_group(tags)
    if 'rsa-pss' in tags:
        return VERIFY_PSS
    if 'bc-validator' in tags:
        return VERIFY_RULES
    if expect.get('overall') == 'valid':
        return VERIFY_TRUSTED
    return VERIFY_UNTRUSTED if expect.get('signature') == 'good' else VERIFY_FAIL


def _smime_group(row):
    tags = set(row.get('tags', []))
    if 'header-protection' in tags:
        return HEADER_PROTECTION
    if 'no_crash' in row['expect']:
        return CLEAN_END
    if tags & {'malformed', 'cms-bad-attrs', 'cve'}:
        return REJECT_MALFORMED
    if row['op'] == 'verify':
        return _verify_group(row, tags)
    decrypt = _decrypt_group(row, tags)
    if decrypt is not None:
        return decrypt
    return _status_group(row, tags) if 'tb-mua' in tags else OTHER_MUA


def group_of(row):
    kind = f'{row["kind"]}/{row["op"]}'
    if kind in OTHER_GROUPS:
        return OTHER_GROUPS[kind].format(source=rows.tagged_source(row))
    return _smime_group(row) if row['kind'] == 'smime' else kind


def sort_key(group):
    """S/MIME groups as PEERS.md lists them, the others after them by name."""
    return (SMIME_GROUPS.index(group), '') if group in SMIME_GROUPS else (len(SMIME_GROUPS), group)


def peer_passes(row):
    """Peer -> whether its answer was the expected one, for the peers that tell."""
    peers = row.get('peers', {})
    if row['op'] == 'addr-spec-syntax' and 'python_Address_accepts' in peers:
        is_valid = row['expect']['class'] == 'valid'
        return {'python_Address': peers['python_Address_accepts'] == is_valid}
    flags = PEER_FLAGS.get(f'{row["kind"]}/{row["op"]}')
    if flags:
        return {name: peers[name] for name in flags if name in peers}
    return {name: peer['pass'] for name, peer in peers.items()
            if isinstance(peer, dict) and peer.get('pass') is not None}
