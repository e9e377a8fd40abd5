# SPDX-License-Identifier: MPL-2.0
"""Checks that read code: layers, calls, the shape of functions."""

import re
import statistics

import source
from project import Complaint

MAX_FUNCTION_LINES = 60
AIM_FUNCTION_LINES = 20
MAX_NESTING = 4

# What a folder of bridge/ may include: other folders, and families of system headers.
LAYERS = {
    'core': ((), ('c', 'glib', 'idn2')),
    'mail': (('core',), ('c', 'glib', 'gmime')),
    'dns': (('core',), ('c', 'glib', 'gio')),
    'cms': (('core',), ('c', 'glib', 'nss', 'zlib')),
    'drs': (('core', 'cms'), ('c', 'glib', 'nss')),
    'host': (('core', 'mail', 'dns', 'cms', 'drs'), ('c', 'glib', 'gio', 'json-glib')),
    'cli': (('core', 'mail', 'dns', 'cms', 'drs', 'host'), ('c', 'glib', 'gio', 'json-glib')),
}
# The files that are linked into the resolver program alone.
RESOLVER_PROGRAM = re.compile(
    r'^bridge/dns/[\w-]*(getdns|unbound|resolver-main|engine|sandbox|chain)[\w-]*\.[ch]$')
# The files that are linked into host and command line alone.
ANSWER_STORE = re.compile(r'^bridge/dns/resolver-store[\w-]*\.[ch]$')
FAMILIES = (
    ('glib', re.compile(r'glib(-object|-unix|/gstdio|/gi18n)?\.h$|gmodule\.h$')),
    ('gio', re.compile(r'gio/')),
    ('gmime', re.compile(r'gmime/')),
    ('json-glib', re.compile(r'json-glib/')),
    ('getdns', re.compile(r'getdns/')),
    ('unbound', re.compile(r'unbound\.h$')),
    ('seccomp', re.compile(r'seccomp\.h$')),
    ('idn2', re.compile(r'idn2\.h$')),
    ('sqlite', re.compile(r'sqlite3\.h$')),
    ('zlib', re.compile(r'zlib\.h$')),
    ('nss', re.compile(r'(nss\w*|nspr|pl\w+|pr\w+|pk11\w+|pkcs\w+|p12\w*|sec\w+|key\w*|cert\w*'
                       r'|cms\w*|ciferfam|crypto(ht|hi)|hasht|blapit|base64|ocsp\w*|smime)\.h$')),
    ('c', re.compile(r'(assert|ctype|dirent|errno|fcntl|float|inttypes|langinfo|limits|locale|math'
                     r'|netdb|poll|pwd|sched|signal|spawn|stdalign|stdarg|stdatomic|stdbool|stddef'
                     r'|stdint|stdio|stdlib|string|strings|termios|time|uchar|unistd|wchar)\.h$'
                     r'|(sys|arpa|linux|net|netinet)/')),
)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:<([^>]+)>|"([^"]+)")', re.M)


def _layer(path):
    parts = path.split('/')
    return parts[1] if len(parts) > 2 and parts[0] == 'bridge' and parts[1] in LAYERS else None


def _family(header):
    return next((name for name, pattern in FAMILIES if pattern.match(header)), None)


def _system_complaint(path, layer, header):
    family = _family(header)
    if family is None:
        return f'<{header}> is of no known library; add it to FAMILIES in tests/style/checks_c.py'
    if family in LAYERS[layer][1]:
        return None
    if family in ('getdns', 'unbound', 'seccomp') and RESOLVER_PROGRAM.match(path):
        return None
    if family == 'sqlite' and ANSWER_STORE.match(path):
        return None
    allowed = ', '.join(LAYERS[layer][1])
    return f'{layer}/ may not use {family} (<{header}>), only {allowed}; ' \
        'go through the layer that may'


def _own_complaint(layer, header, homes):
    if header not in homes:
        return f'no "{header}" in any layer; name a header of bridge/'
    allowed = (layer,) + LAYERS[layer][0]
    if any(home in allowed for home in homes[header]):
        return None
    return f'{layer}/ may not use {homes[header][0]}/ ("{header}"), only {", ".join(allowed)}; ' \
        'move what both need to core/ or join them in host/'


def _header_homes(project):
    """Header -> the layers that have one of that name, in the tree or made by their meson.build."""
    homes = {}
    for path in project.paths:
        layer = _layer(path)
        if layer is None:
            continue
        homes.setdefault(path.rsplit('/', 1)[1], []).append(layer)
        if path.endswith('/meson.build'):
            for header in re.findall(r"output: *'([\w-]+\.h)'", project.text(path)):
                homes.setdefault(header, []).append(layer)
    return homes


def check_layer_include(project):
    """A file of bridge/LAYER includes what its layer may use and nothing else."""
    homes = _header_homes(project)
    for path in project.of_language('c'):
        layer = _layer(path)
        if layer is None:
            continue
        code = source.without_comments(project.text(path))
        index = source.LineIndex(code)
        for match in INCLUDE.finditer(code):
            system, own = match.groups()
            complaint = _system_complaint(path, layer, system) if system \
                else _own_complaint(layer, own.rsplit('/', 1)[-1], homes)
            if complaint:
                # The blanks before '#' may begin on an earlier line that a comment left.
                yield Complaint(path, index.line(match.end()), complaint)


def _anywhere(path):
    return True


def _no_stdout(path):
    return path.startswith('bridge/') and not path.startswith('bridge/cli/') \
        and re.match(r'bridge/host/session[\w-]*\.c$', path) is None


def _is_main(path):
    return re.search(r'[/-]main\.c$', path) is not None


def _no_descriptor(path):
    """main() takes the descriptor and hands it to the session."""
    return _no_stdout(path) and not _is_main(path)


def _no_exit(path):
    return _layer(path) not in (None, 'cli') and not _is_main(path)


# words that are called, where they are forbidden, why and what instead
FORBIDDEN_CALLS = (
    (r'(?:printf|vprintf|puts|putchar|g_print)\s*\(', _no_stdout,
     'standard output carries the protocol; return a value, or log with g_debug()'),
    (r'stdout\b', _no_stdout,
     'standard output carries the protocol; only host/session writes to it'),
    (r'STDOUT_FILENO\b', _no_descriptor,
     'standard output carries the protocol; only host/session writes to it'),
    (r'(?:exit|_exit|_Exit|abort|g_error|g_abort)\s*\(', _no_exit,
     'a library does not end the process; return a GError'),
    (r'(?:strcpy|strcat|sprintf|vsprintf|gets|strtok|stpcpy)\s*\(', _anywhere,
     'it writes past ends or keeps state; use GString, g_strdup_printf() or g_strsplit()'),
    (r'(?:system|popen)\s*\(', _anywhere,
     'no shell; start programs with GSubprocess and an argument vector'),
    (r'goto\b', _anywhere, 'return early and let g_autoptr clean up'),
    (r'(?:NSS_CMS\w*|SEC_PKCS7\w*)', _anywhere,
     "NSS's CMS layer is not used (no AES-GCM, crashes); use signed-data.h or enveloped-data.h"),
    (r'(?:CERT_NewTempCertificate|CERT_ImportCerts)\b', _anywhere,
     "foreign certificates never enter NSS's stores; use certificate.h"),
    (r'(?:sleep|usleep|nanosleep|g_usleep)\s*\(', _anywhere,
     'nothing waits by the clock; use a main loop source or wait for the event'),
)


def check_forbidden_call(project):
    """Calls that break the stream, the process, the memory or the design."""
    for path in project.of_language('c'):
        code = source.masked(project.text(path), 'c')
        index = source.LineIndex(code)
        for words, applies, instead in FORBIDDEN_CALLS:
            if not applies(path):
                continue
            for match in re.finditer(r'(?<![\w.>])' + words, code):
                name = match.group().rstrip('( \n')
                yield Complaint(path, index.line(match.start()), f'{name}: {instead}')


def check_function_length(project):
    """No function over 60 lines."""
    for path in project.of_language('c', 'js', 'python'):
        for function in source.FUNCTIONS[project.language(path)](project.text(path)):
            if function.n_lines > MAX_FUNCTION_LINES:
                name = function.name or 'anonymous function'
                yield Complaint(path, function.first, f'{name}: {function.n_lines} lines, at most '
                                f'{MAX_FUNCTION_LINES}; a table of handlers or a function a type')


def check_nesting_depth(project):
    """Control statements stand at most 4 deep."""
    for path in project.of_language('c', 'js', 'python'):
        for control in source.CONTROLS[project.language(path)](project.text(path)):
            if control.depth > MAX_NESTING:
                yield Complaint(path, control.line, f'nested {control.depth} deep, at most '
                                f'{MAX_NESTING}; return early or make the inside a function')


def check_return_type_line(project):
    """The name of a function that is defined begins its line, so that grep finds it."""
    for path in project.of_language('c'):
        text = project.text(path)
        for function in source.c_functions(text):
            if function.offset > 0 and text[function.offset - 1] != '\n':
                yield Complaint(path, function.first,
                                f'{function.name}: put the return type on its own line')


def function_statistics(project):
    """One line about the lengths of the functions of bridge/, or None."""
    lengths = [f.n_lines for path in project.of_language('c') if path.startswith('bridge/')
               for f in source.c_functions(project.text(path))]
    if not lengths:
        return None
    n_long = sum(1 for n in lengths if n > AIM_FUNCTION_LINES)
    return f'{len(lengths)} functions in bridge/, median {statistics.median(lengths):g} lines, ' \
        f'{n_long} over {AIM_FUNCTION_LINES}, longest {max(lengths)}'
