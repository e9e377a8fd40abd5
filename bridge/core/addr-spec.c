/* SPDX-License-Identifier: MPL-2.0 */

#include "addr-spec.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <string.h>

#include "core-limits.h"

G_DEFINE_QUARK(addr_spec_error_quark, addr_spec_error)

/* Comments in comments (RFC 5322 §3.2.2). People write one or two. */
#define COMMENT_DEPTH_MAX 32u

#define DOMAIN_OCTETS_MAX 253u
#define LABEL_OCTETS_MAX  63u

/* A place in the text; what is before it has been read. */
typedef struct {
    const gchar *text;
    gsize n_octets;
    gsize at;
} Cursor;

static gboolean
fail_syntax(const Cursor *cursor, const gchar *what, GError **error)
{
    g_set_error(error, ADDR_SPEC_ERROR, ADDR_SPEC_ERROR_SYNTAX, "%s at octet %" G_GSIZE_FORMAT,
                what, cursor->at + 1);
    return FALSE;
}

/* The octet at the cursor. NUL stands for the end: text with a NUL inside was refused before. */
static gchar
peek(const Cursor *cursor)
{
    return cursor->at < cursor->n_octets ? cursor->text[cursor->at] : '\0';
}

static gboolean
is_white(gchar c)
{
    return c == ' ' || c == '\t';
}

static gboolean
is_control(gchar c)
{
    return (guchar)c < 0x20 || c == 0x7f;
}

/* atext of RFC 5322 §3.2.3, with UTF8-non-ascii of RFC 6532 §3.2. */
static gboolean
is_atext(gchar c)
{
    return (guchar)c >= 0x80 || g_ascii_isalnum(c) ||
           (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* FWS: a line end counts only before white space (RFC 5322 §3.2.2, §4.2 for several in a row). */
static gboolean
skip_line_end(Cursor *cursor, GError **error)
{
    gsize left = cursor->n_octets - cursor->at;
    if (left < 3 || cursor->text[cursor->at] != '\r' || cursor->text[cursor->at + 1] != '\n' ||
        !is_white(cursor->text[cursor->at + 2]))
        return fail_syntax(cursor, "line end that is no folding", error);
    cursor->at += 2;
    return TRUE;
}

/* quoted-pair. Line ends and other controls are obsolete there (RFC 5322 §4.1) and impossible in
 * SMTP (RFC 5321 §4.1.2). */
static gboolean
read_quoted_pair(Cursor *cursor, gchar *out_character, GError **error)
{
    cursor->at++;
    gchar c = peek(cursor);
    if (cursor->at >= cursor->n_octets || (is_control(c) && c != '\t'))
        return fail_syntax(cursor, "nothing to quote after a backslash", error);
    cursor->at++;
    *out_character = c;
    return TRUE;
}

/* One element of a comment: a parenthesis, a quoted pair, a line end or an octet. */
static gboolean
skip_comment_octet(Cursor *cursor, guint *depth, GError **error)
{
    gchar ignored = '\0';
    switch (peek(cursor)) {
    case '\\':
        return read_quoted_pair(cursor, &ignored, error);
    case '\r':
    case '\n':
        return skip_line_end(cursor, error);
    case '(':
        if (++*depth > COMMENT_DEPTH_MAX)
            return fail_syntax(cursor, "too many comments inside each other", error);
        break;
    case ')':
        --*depth;
        break;
    default:
        break;
    }
    cursor->at++;
    return TRUE;
}

static gboolean
skip_comment(Cursor *cursor, GError **error)
{
    guint depth = 0;
    do {
        if (cursor->at >= cursor->n_octets)
            return fail_syntax(cursor, "comment without its end", error);
        if (!skip_comment_octet(cursor, &depth, error))
            return FALSE;
    } while (depth > 0);
    return TRUE;
}

static gboolean
skip_cfws(Cursor *cursor, GError **error)
{
    while (cursor->at < cursor->n_octets) {
        gchar c = peek(cursor);
        if (is_white(c)) {
            cursor->at++;
        } else if (c == '(') {
            if (!skip_comment(cursor, error))
                return FALSE;
        } else if (c == '\r' || c == '\n') {
            if (!skip_line_end(cursor, error))
                return FALSE;
        } else {
            break;
        }
    }
    return TRUE;
}

/* One character inside quotes. RFC 5322 §3.2.4: the line end of a folding is no part of the value,
 * the white space is. Controls are obs-qtext in RFC 5322 and nothing that SMTP can deliver to. */
static gboolean
read_quoted_character(Cursor *cursor, GString *value, GError **error)
{
    gchar c = peek(cursor);
    if (c == '\r' || c == '\n')
        return skip_line_end(cursor, error);
    if (c == '\\') {
        if (!read_quoted_pair(cursor, &c, error))
            return FALSE;
        g_string_append_c(value, c);
        return TRUE;
    }
    if (is_control(c) && c != '\t')
        return fail_syntax(cursor, "control character in a quoted string", error);
    g_string_append_c(value, c);
    cursor->at++;
    return TRUE;
}

static gboolean
read_quoted_string(Cursor *cursor, GString *value, GError **error)
{
    cursor->at++;
    while (peek(cursor) != '"') {
        if (cursor->at >= cursor->n_octets)
            return fail_syntax(cursor, "quoted string without its end", error);
        if (!read_quoted_character(cursor, value, error))
            return FALSE;
    }
    cursor->at++;
    return TRUE;
}

static gboolean
read_atom(Cursor *cursor, GString *value, GError **error)
{
    gsize start = cursor->at;
    while (is_atext(peek(cursor)))
        cursor->at++;
    if (cursor->at == start)
        return fail_syntax(cursor, "expected a word", error);
    g_string_append_len(value, cursor->text + start, (gssize)(cursor->at - start));
    return TRUE;
}

static gboolean
read_word(Cursor *cursor, GString *value, GError **error)
{
    if (peek(cursor) == '"')
        return read_quoted_string(cursor, value, error);
    return read_atom(cursor, value, error);
}

typedef gboolean (*ReadPart)(Cursor *cursor, GString *value, GError **error);

/* Parts with dots between them and CFWS around each: obs-local-part and obs-domain of RFC 5322
 * §4.4, which contain dot-atom and quoted-string. */
static gboolean
read_dotted(Cursor *cursor, ReadPart read_part, GString *value, GError **error)
{
    while (TRUE) {
        if (!skip_cfws(cursor, error) || !read_part(cursor, value, error) ||
            !skip_cfws(cursor, error))
            return FALSE;
        if (peek(cursor) != '.')
            return TRUE;
        g_string_append_c(value, '.');
        cursor->at++;
    }
}

/* An IPv4 address, or "IPv6:" and one (RFC 5321 §4.1.3). */
static gboolean
is_literal(const gchar *text)
{
    struct in6_addr address;
    if (g_ascii_strncasecmp(text, "IPv6:", 5) == 0)
        return inet_pton(AF_INET6, text + 5, &address) == 1;
    return inet_pton(AF_INET, text, &address) == 1;
}

/* An address literal is legal, but has no name under which DNS could hold a record. */
static gboolean
fail_literal(Cursor *cursor, GError **error)
{
    gsize n_left = cursor->n_octets - cursor->at;
    const gchar *start = cursor->text + cursor->at;
    g_autofree gchar *inside = n_left < 2 ? g_strdup("") : g_strndup(start + 1, n_left - 2);
    if (n_left < 2 || start[n_left - 1] != ']' || !is_literal(inside))
        return fail_syntax(cursor, "malformed address literal", error);
    g_set_error(error, ADDR_SPEC_ERROR, ADDR_SPEC_ERROR_LITERAL,
                "address literal instead of a domain at octet %" G_GSIZE_FORMAT
                ": it has no name in the DNS",
                cursor->at + 1);
    return FALSE;
}

static gboolean
read_domain(Cursor *cursor, GString *value, GError **error)
{
    if (!skip_cfws(cursor, error))
        return FALSE;
    if (peek(cursor) == '[')
        return fail_literal(cursor, error);
    if (!read_dotted(cursor, read_atom, value, error))
        return FALSE;
    if (cursor->at < cursor->n_octets)
        return fail_syntax(cursor, "unexpected character after the domain", error);
    return TRUE;
}

/* C1 controls: RFC 5198 §2, to which RFC 6532 §3.1 refers. And those that turn the text round: they
 * make an address look like another one where it is shown as verified. */
static gboolean
is_hidden_control(gunichar c)
{
    return (c >= 0x80 && c <= 0x9f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static gboolean
check_text(const Cursor *text, GError **error)
{
    if (text->n_octets > LIMIT_ADDRESS_OCTETS) {
        g_set_error(error, ADDR_SPEC_ERROR, ADDR_SPEC_ERROR_SYNTAX,
                    "address too long (%" G_GSIZE_FORMAT " octets of at most %u)", text->n_octets,
                    LIMIT_ADDRESS_OCTETS);
        return FALSE;
    }
    const gchar *end = NULL;
    if (!g_utf8_validate_len(text->text, text->n_octets, &end)) {
        Cursor place = {text->text, text->n_octets, (gsize)(end - text->text)};
        return fail_syntax(&place, *end == '\0' ? "NUL" : "octets that are not UTF-8", error);
    }
    for (const gchar *p = text->text; p < text->text + text->n_octets; p = g_utf8_next_char(p)) {
        if (!is_hidden_control(g_utf8_get_char(p)))
            continue;
        Cursor place = {text->text, text->n_octets, (gsize)(p - text->text)};
        return fail_syntax(&place, "control character", error);
    }
    return TRUE;
}

/* @services: names of services, too: an underscore, then a label. */
static gboolean
is_label(const gchar *label, gboolean services)
{
    gsize n_octets = strlen(label);
    if (n_octets > LABEL_OCTETS_MAX)
        return FALSE;
    if (services && label[0] == '_') {
        label++;
        n_octets--;
    }
    if (n_octets == 0)
        return FALSE;
    for (gsize i = 0; i < n_octets; i++) {
        if (!g_ascii_isalnum(label[i]) && label[i] != '-' && label[i] != '_')
            return FALSE;
    }
    return g_ascii_isalnum(label[0]) && g_ascii_isalnum(label[n_octets - 1]);
}

static gboolean
check_host_name(const gchar *domain, gboolean services, GError **error)
{
    if (strlen(domain) > DOMAIN_OCTETS_MAX) {
        g_set_error(error, ADDR_SPEC_ERROR, ADDR_SPEC_ERROR_DOMAIN,
                    "domain too long (%" G_GSIZE_FORMAT " octets of at most %u)", strlen(domain),
                    DOMAIN_OCTETS_MAX);
        return FALSE;
    }
    if (domain[0] == '\0') {
        g_set_error_literal(error, ADDR_SPEC_ERROR, ADDR_SPEC_ERROR_DOMAIN,
                            "domain of characters that IDNA leaves nothing of");
        return FALSE;
    }
    g_auto(GStrv) labels = g_strsplit(domain, ".", -1);
    for (guint i = 0; labels[i] != NULL; i++) {
        if (is_label(labels[i], services))
            continue;
        g_set_error(error, ADDR_SPEC_ERROR, ADDR_SPEC_ERROR_DOMAIN,
                    "label %u of the domain is not one of a host name", i + 1);
        return FALSE;
    }
    return TRUE;
}

/* A domain in ASCII is left to DNS as it is: names that IDNA2008 refuses exist there ("xn--" labels
 * of emoji, "r3---sn" with hyphens in the third and fourth place), nothing is to be converted. */
static gchar *
convert_domain(const gchar *domain, GError **error)
{
    if (g_str_is_ascii(domain))
        return g_strdup(domain);
    guint8 *converted = NULL;
    int status =
        idn2_lookup_u8((const guint8 *)domain, &converted, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    if (status != IDN2_OK) {
        g_set_error(error, ADDR_SPEC_ERROR, ADDR_SPEC_ERROR_DOMAIN,
                    "domain is not an internationalized one (%s)", idn2_strerror_name(status));
        return NULL;
    }
    gchar *copy = g_strdup((const gchar *)converted);
    idn2_free(converted);
    return copy;
}

static AddrSpec *
addr_spec_new(const gchar *local_part, const gchar *domain, gboolean services, GError **error)
{
    g_autofree gchar *converted = convert_domain(domain, error);
    if (converted == NULL || !check_host_name(converted, services, error))
        return NULL;
    g_autoptr(AddrSpec) address = g_new0(AddrSpec, 1);
    address->local_part = g_utf8_normalize(local_part, -1, G_NORMALIZE_NFC);
    address->domain = g_steal_pointer(&converted);
    /* Conversion makes both sides longer; what is accepted must be readable again when written. */
    g_autofree gchar *text = addr_spec_to_string(address);
    if (strlen(text) > LIMIT_ADDRESS_OCTETS) {
        g_set_error(error, ADDR_SPEC_ERROR, ADDR_SPEC_ERROR_SYNTAX,
                    "address too long (%" G_GSIZE_FORMAT " octets of at most %u)", strlen(text),
                    LIMIT_ADDRESS_OCTETS);
        return NULL;
    }
    return g_steal_pointer(&address);
}

static AddrSpec *
parse(const gchar *text, gssize n_octets, gboolean services, GError **error)
{
    Cursor cursor = {text, n_octets < 0 ? strlen(text) : (gsize)n_octets, 0};
    if (!check_text(&cursor, error))
        return NULL;
    g_autoptr(GString) local_part = g_string_new(NULL);
    if (!read_dotted(&cursor, read_word, local_part, error))
        return NULL;
    if (peek(&cursor) != '@') {
        fail_syntax(&cursor, "expected \"@\"", error);
        return NULL;
    }
    cursor.at++;
    g_autoptr(GString) domain = g_string_new(NULL);
    if (!read_domain(&cursor, domain, error))
        return NULL;
    return addr_spec_new(local_part->str, domain->str, services, error);
}

AddrSpec *
addr_spec_parse(const gchar *text, gssize n_octets, GError **error)
{
    g_return_val_if_fail(text != NULL, NULL);
    return parse(text, n_octets, FALSE, error);
}

AddrSpec *
addr_spec_parse_service(const gchar *text, gssize n_octets, GError **error)
{
    g_return_val_if_fail(text != NULL, NULL);
    return parse(text, n_octets, TRUE, error);
}

static gboolean
is_dot_atom(const gchar *text)
{
    gchar before = '.';
    for (const gchar *p = text; *p != '\0'; p++) {
        if (*p == '.' ? before == '.' : !is_atext(*p))
            return FALSE;
        before = *p;
    }
    return before != '.';
}

gchar *
addr_spec_to_string(const AddrSpec *address)
{
    g_return_val_if_fail(address != NULL, NULL);

    if (is_dot_atom(address->local_part))
        return g_strdup_printf("%s@%s", address->local_part, address->domain);
    g_autoptr(GString) text = g_string_new("\"");
    for (const gchar *p = address->local_part; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            g_string_append_c(text, '\\');
        g_string_append_c(text, *p);
    }
    g_string_append_printf(text, "\"@%s", address->domain);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

gboolean
addr_spec_equal(const AddrSpec *a, const AddrSpec *b)
{
    g_return_val_if_fail(a != NULL && b != NULL, FALSE);
    return g_ascii_strcasecmp(a->domain, b->domain) == 0 &&
           g_str_equal(a->local_part, b->local_part);
}

gboolean
addr_spec_matches(const AddrSpec *a, const AddrSpec *b)
{
    g_return_val_if_fail(a != NULL && b != NULL, FALSE);
    return g_ascii_strcasecmp(a->domain, b->domain) == 0 &&
           g_ascii_strcasecmp(a->local_part, b->local_part) == 0;
}

AddrSpec *
addr_spec_copy(const AddrSpec *address)
{
    g_return_val_if_fail(address != NULL, NULL);
    AddrSpec *copy = g_new0(AddrSpec, 1);
    copy->local_part = g_strdup(address->local_part);
    copy->domain = g_strdup(address->domain);
    return copy;
}

void
addr_spec_free(AddrSpec *address)
{
    if (address == NULL)
        return;
    g_free(address->local_part);
    g_free(address->domain);
    g_free(address);
}
