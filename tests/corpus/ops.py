# SPDX-License-Identifier: MPL-2.0
"""How a row becomes runs of dane-smime and its answer is compared: one function an operation.

A function takes the row and a Program and returns what differs: lines "what: expected X, got Y"."""

import hashlib
import os
import re
from email import message_from_bytes, policy

from program import EXIT_DOES_NOT_HOLD, EXIT_HOLDS, EXIT_NOT_FOUND_OUT, EXIT_USAGE

HEADER_PROTECTION_FIELDS = ('protected_headers', 'outer_subject', 'hp', 'hp_outer',
                            'legacy_display')
# Reasons that say that the shown author is not the signer, or that no one author is shown.
BINDING_REASONS = ('address-mismatch', 'no-author', 'several-authors')


def _differs(what, expected, got):
    return [] if expected == got else [f'{what}: expected {expected!r}, got {got!r}']


def _folded(addresses):
    if isinstance(addresses, str):
        addresses = [addresses]
    return sorted({address.lower() for address in addresses or []})


def _sha256(octets):
    return hashlib.sha256(octets).hexdigest()


def _without_verdict(result):
    return [f'no verdict: {result.describe()}']


# --- signed and encrypted messages


def _is_refused(result):
    """It was said in an orderly way that the input cannot be read."""
    return result.code == EXIT_NOT_FOUND_OUT and result.get('signature') is None


def _signature_word(expect, result):
    """The corpus knows no "unknown": what cannot be checked it calls bad. It calls so, too, what
    holds certificates alone, on which the peers fail."""
    word = result.get('signature')
    if word == 'absent' and result.get('certificates') and expect['signature'] == 'bad':
        return 'bad'
    return 'bad' if word == 'unknown' else word


def _overall(result):
    """A weak path is one; that it convinces nobody is the verdict's matter, as with SHA-1."""
    is_valid = result.get('signature') == 'good' and \
        result.get('authority', 'path') in ('valid', 'weak')
    return 'valid' if is_valid else 'invalid'


def _binding(row, result):
    """Whether the signer is the author that is shown: any word but "match" forbids "verified"."""
    word = row['expect']['from_binding']
    status, reason = result.get('status'), result.get('reason')
    if word == 'match':
        return [] if reason not in BINDING_REASONS else \
            [f'from_binding: expected match, got {reason!r}']
    if word == 'display-name-spoof' and result.get('author') is not None:
        # Verified for the address behind the display name is true; for the one in it, it is not.
        if result.get('author').lower() in _folded(result.get('signer', 'addresses')):
            return []
    return [] if status != 'verified' else [f'from_binding: expected {word}, got {status}']


def _signer(expect, result):
    if 'signer_email' not in expect:
        return []
    return _differs('signer_email', _folded(expect['signer_email']),
                    _folded(result.get('signer', 'addresses')))


def verify(row, program):
    expect = row['expect']
    result = program.run('verify', *program.trust_options(), program.input_file())
    if 'no_crash' in expect:
        return []
    if _is_refused(result) and expect.get('signature') in ('bad', 'absent'):
        return _differs('overall', expect['overall'], 'invalid')
    if result.get('signature') is None:
        return _without_verdict(result)
    found = _differs('signature', expect['signature'], _signature_word(expect, result))
    found += _differs('overall', expect['overall'], _overall(result))
    for field in ('content_sha256', 'signed_part_sha256_crlf'):
        if field in expect:
            found += _differs(field, expect[field], result.get('content_sha256'))
    if 'from_binding' in expect:
        found += _binding(row, result)
    return found + _signer(expect, result)


def _hides_encrypted_layer(row):
    """Peers who peel every layer found an encrypted one that is not to count: what is innermost for
    them is not what is shown."""
    if row['expect'].get('encrypted') is not False:
        return False
    layers = row.get('peers', {}).get('openssl', {}).get('layers', [])
    return any(layer.get('layer') == 'encrypted' for layer in layers)


def _canonical_digest(row, program, digest):
    """The corpus hashes a signed part as its file has it, the program with CRLF line ends."""
    message = program.corpus.octets(row['file'])
    boundary = re.search(rb'boundary="?([^"\r\n;]+)', message, re.I)
    if boundary is None:
        return digest
    for part in re.split(rb'\r?\n--' + re.escape(boundary.group(1)) + rb'[^\n]*\n', message):
        if _sha256(part) == digest:
            return _sha256(re.sub(rb'\r?\n', b'\r\n', part))
    return digest


def _innermost(row, program, result):
    expect = row['expect']
    if 'innermost_sha256' not in expect or _hides_encrypted_layer(row):
        return []
    got = result.get('content_sha256')
    accepted = (expect['innermost_sha256'],
                _canonical_digest(row, program, expect['innermost_sha256']))
    return [] if got in accepted else _differs('innermost_sha256', accepted[0], got)


def _shown_text(octets):
    """The message with its transfer encodings undone, each run of white space one blank."""
    texts = [octets]
    for part in message_from_bytes(octets, policy=policy.compat32).walk():
        texts.append(part.get_payload(decode=True) or b'')
    return b' '.join(b'\n'.join(texts).split())


def _contains(expect, output):
    if 'contains' not in expect:
        return []
    octets = b''
    if os.path.exists(output):
        with open(output, 'rb') as file:
            octets = file.read()
    wanted = b' '.join(expect['contains'].encode().split())
    return [] if wanted in _shown_text(octets) else \
        [f'contains: {expect["contains"]!r} is not in the {len(octets)} octets shown']


def _signed_state(expected, result):
    """True or False, or part-only where that is asked and only a part of the message is signed."""
    if expected == 'part-only' and result.get('scope') == 'part':
        return 'part-only'
    return result.get('signed')


def _fields(result, member):
    """The protected fields by their names in small letters; those that stand nowhere left out."""
    fields = result.get('header', 'fields') or []
    return {field['name'].lower(): field[member] for field in fields if field[member] is not None}


def _form(result):
    form = result.get('header', 'form')
    return form.removeprefix('hp-') if form else form


def _left_out(lines, result, output):
    """The lines of a legacy display element, if they are not shown."""
    with open(output, 'rb') as file:
        body = file.read().partition(b'\r\n\r\n')[2].decode('utf-8', 'replace').splitlines()
    is_shown = any(line in body for line in lines)
    return lines if result.get('header', 'legacy_display') and not is_shown else None


def _header_protection(expect, result, output):
    got = {'protected_headers': lambda: _fields(result, 'value'),
           'outer_subject': lambda: _fields(result, 'outer').get('subject'),
           'hp': lambda: _form(result),
           'hp_outer': lambda: _fields(result, 'outer'),
           'legacy_display': lambda: _left_out(expect['legacy_display'], result, output)}
    found = []
    for field in HEADER_PROTECTION_FIELDS:
        if field in expect:
            found += _differs(field, expect[field], got[field]())
    return found


def as_peers_were_asked(differences):
    """The peers, who read no MIME, were not asked about header protection."""
    return [line for line in differences if line.split(':')[0] not in HEADER_PROTECTION_FIELDS]


def mua(row, program):
    expect = row['expect']
    output = os.path.join(program.scratch, 'innermost.eml')
    result = program.run('read', *program.trust_options(), *program.key_options(),
                         program.input_file(), output=output)
    if result.get('signed') is None:
        return _without_verdict(result)
    found = _differs('encrypted', expect['encrypted'], result.get('encrypted'))
    found += _differs('signed', expect['signed'], _signed_state(expect['signed'], result))
    if 'sig_good' in expect:
        found += _differs('sig_good', expect['sig_good'], result.get('status') == 'verified')
    found += _signer(expect, result) + _innermost(row, program, result)
    return found + _contains(expect, output) + \
        _header_protection(expect, result, output)


def decrypt(row, program):
    expect = row['expect']
    result = program.run('decrypt', '--raw', *program.key_options(), program.input_file(),
                         json_output=False)
    if expect['outcome'] == 'error':
        is_refused = result.code in (EXIT_DOES_NOT_HOLD, EXIT_NOT_FOUND_OUT) and not result.stdout
        return [] if is_refused else \
            [f'outcome: expected error, got {result.describe()}, {len(result.stdout)} octets']
    if result.code != EXIT_HOLDS:
        return [f'outcome: expected decrypts, got {result.describe()}']
    if 'plaintext_sha256' in expect:
        return _differs('plaintext_sha256', expect['plaintext_sha256'], _sha256(result.stdout))
    wanted = expect.get('plaintext', expect.get('contains', '')).encode()
    return [] if wanted in result.stdout else [f'plaintext: {wanted!r} is not in what came out']


def classify_cms(row, program):
    result = program.run('classify', program.input_file())
    return _differs('cms_type', row['expect']['cms_type'], result.get('layer'))


def classify_mime(row, program):
    expect = row['expect']
    result = program.run('classify', program.input_file())
    if result.json is None:
        return [f'no answer: {result.describe()}']
    found = _differs('top_type', expect['top_type'], result.get('content_type'))
    if 'has_smime' in expect:
        found += _differs('has_smime', expect['has_smime'], bool(result.get('parts')))
    if 'structure' in expect:
        found += _differs('structure', expect['structure'], result.get('structure'))
    return found


# --- addresses and other header fields


def _bare(address):
    """The local part without quotes, so that origins which quote and which do not are alike."""
    match = re.fullmatch(r'"((?:\\.|[^"\\])*)"(@[^@]*)', address, re.S)
    return re.sub(r'\\(.)', r'\1', match.group(1)) + match.group(2) if match else address


def parse_address(row, program):
    field = program.file(b'To: ' + row['input'].encode() + b'\n\n', '.eml')
    result = program.run('addresses', field)
    if result.get('to') is None:
        return [f'no answer: {result.describe()}']
    got = sorted({_bare(mailbox.get('address') or '') for mailbox in result.get('to')})
    expected = sorted({_bare(address) for address in row.get('expect_addr_specs', [])})
    return _differs('addr-specs', expected, got)


def addr_spec_syntax(row, program):
    result = program.run('owner-name', '--', row['input'])
    # Exit 1: a legal address that no record can be published for (an address literal, say).
    valid = row['expect']['class'] == 'valid'
    expected = (EXIT_HOLDS, EXIT_DOES_NOT_HOLD) if valid else (EXIT_USAGE,)
    return [] if result.code in expected else \
        [f'{row["expect"]["class"]}: expected exit {expected[0]}, got {result.describe()}']


def parse_content_type(row, program):
    expect = row['expect'] or {}
    expected = 'text/plain'
    if expect.get('c_type') and expect.get('c_subtype'):
        expected = f'{expect["c_type"]}/{expect["c_subtype"]}'.lower()
    field = program.file(b'Content-Type: ' + row['input'].encode() + b'\n\n', '.eml')
    result = program.run('classify', field)
    got = result.get('content_type')
    return _differs('content type', expected, got.lower() if got else result.describe())


# --- DNS


def owner_name(row, program):
    expect = row['expect']
    result = program.run('owner-name', '--', row['input'])
    if 'error' in expect:
        return [] if result.code == EXIT_USAGE else [f'expected an error, got {result.describe()}']
    got = result.get('results', 0, 'owner_name')
    found = _differs('owner', expect['owner'].rstrip('.').lower(),
                     got.rstrip('.').lower() if got else result.describe())
    if 'canonical_local' in expect:
        found += _differs('canonical_local', expect['canonical_local'],
                          result.get('results', 0, 'local_part'))
    return found


def owner_name_check(row, program):
    result = program.run('owner-name', '--check', '--', row['input'])
    expected = EXIT_HOLDS if row['expect']['valid_owner'] else EXIT_DOES_NOT_HOLD
    return [] if result.code == expected else \
        [f'expected exit {expected}, got {result.describe()}']


def smimea_rdata(row, program):
    expect = row['expect']
    result = program.run('record', '--rdata', row['input'])
    if 'error' in expect:
        is_refused = result.code in (EXIT_USAGE, EXIT_NOT_FOUND_OUT)
        return [] if is_refused else [f'expected an error, got {result.describe()}']
    got = result.get('rdata_hex')
    return _differs('wire_hex', expect['wire_hex'].lower(),
                    got.lower() if got else result.describe())


# --- certificates


def smimea_build(row, program):
    found = []
    for parameters, expected in row['expect']['rdata_hex'].items():
        usage, selector, matching_type = parameters.split()
        result = program.run('record', '--cert', program.input_file(), '--usage', usage,
                             '--selector', selector, '--matching-type', matching_type)
        got = result.get('rdata_hex')
        found += _differs(parameters, expected.lower(), got.lower() if got else result.describe())
    return found


def cert_facts(row, program):
    expect = row['expect']
    result = program.run('cert', program.input_file())
    if result.get('certificates', 0) is None:
        return [f'no answer: {result.describe()}']
    facts = result.get('certificates', 0)
    return _differs('emails', _folded(expect['emails']), _folded(facts.get('addresses'))) \
        + _differs('smime_sign', expect['smime_sign'] == 'Yes', facts.get('may_sign')) \
        + _differs('smime_encrypt', expect['smime_encrypt'] == 'Yes', facts.get('may_encrypt')) \
        + _differs('sha256', expect['sha256'], facts.get('sha256'))


def pkcs12_import(row, program):
    expect = row['expect']
    password = program.file(row['password'].encode())
    result = program.run('import', program.input_file(), '--import-password-file', password)
    found = _differs('imports', expect['imports'], result.code == EXIT_HOLDS)
    if found or not expect['imports']:
        return [f'{line} ({result.describe()})' for line in found]
    return _differs('keys', expect['keys'], result.get('keys')) \
        + _differs('certs', expect['certs'], result.get('certificates'))


OPS = {
    'smime/verify': verify,
    'smime/mua': mua,
    'smime/decrypt': decrypt,
    'smime/classify': classify_cms,
    'mime/classify': classify_mime,
    'address/parse-address': parse_address,
    'address/addr-spec-syntax': addr_spec_syntax,
    'address/parse-content-type': parse_content_type,
    'dns/owner-name': owner_name,
    'dns/owner-name-check': owner_name_check,
    'dns/smimea-rdata': smimea_rdata,
    'cert/smimea-build': smimea_build,
    'cert/cert-facts': cert_facts,
    'cert/pkcs12-import': pkcs12_import,
}


def unanswerable(row):
    """Why the program has no answer to the row by nature, or None."""
    kind = f'{row["kind"]}/{row["op"]}'
    if kind not in OPS:
        return f'{row["op"]}: no verb answers it'
    if kind == 'address/parse-address' and 'expect_addr_specs' not in row \
            and not row.get('peers'):
        return 'parse-address without addr-specs (display form, or an error of the whole field)'
    if kind == 'address/addr-spec-syntax' and row['expect']['class'] not in ('valid', 'invalid'):
        return f'addr-spec-syntax {row["expect"]["class"]}: either answer is right'
    if kind == 'address/addr-spec-syntax' and '\0' in row['input']:
        return 'addr-spec-syntax with NUL: cannot be an argument'
    return None
