/* SPDX-License-Identifier: MPL-2.0 */
#include "trust-anchor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "resolver.h"

#define DNSKEY_FLAG_ZONE   0x0100u /* RFC 4034 §2.1.1 */
#define DNSKEY_FLAG_REVOKE 0x0080u /* RFC 5011 §7 */
#define DNSKEY_PROTOCOL    3u      /* RFC 4034 §2.1.2 */
#define KEY_MIN_OCTETS     32u     /* an Ed25519 key, the shortest that there is */

typedef struct {
    const gchar *file_name;
    const gchar *at;
    const gchar *end;
    guint line;
    guint record_line; /* where the record at hand begins */
    guint depth;       /* of parentheses */
    gboolean not_trusted;
    gchar *owner; /* of the last record */
    GPtrArray *tokens;
    GPtrArray *anchors;
    guint n_other_owners;
} AnchorReader;

static gboolean reader_fail(const AnchorReader *reader, guint line, GError **error,
                            const gchar *format, ...) G_GNUC_PRINTF(4, 5);

static gboolean
reader_fail(const AnchorReader *reader, guint line, GError **error, const gchar *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree gchar *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, DNS_ERROR, DNS_ERROR_TRUST_ANCHOR, "%s:%u: %s", reader->file_name, line,
                text);
    return FALSE;
}

/* unbound keeps a key's state of RFC 5011 §4 in a comment behind it. */
static void
skip_comment(AnchorReader *reader)
{
    static const gchar *const states[] = {"[ START ]", "[ ADDPEND ]", "[ REVOKED ]", "[ REMOVED ]"};
    const gchar *begin = reader->at;
    while (reader->at < reader->end && *reader->at != '\n')
        reader->at++;
    gssize n_octets = reader->at - begin;
    for (guint i = 0; i < G_N_ELEMENTS(states); i++)
        if (g_strstr_len(begin, n_octets, states[i]) != NULL && reader->tokens->len > 0)
            reader->not_trusted = TRUE;
}

static void
take_token(AnchorReader *reader)
{
    const gchar *begin = reader->at;
    while (reader->at < reader->end && strchr(" \t\r\n;()", *reader->at) == NULL)
        reader->at++;
    g_ptr_array_add(reader->tokens, g_strndup(begin, (gsize)(reader->at - begin)));
}

static gboolean
take_parenthesis(AnchorReader *reader, GError **error)
{
    if (*reader->at++ == '(')
        reader->depth++;
    else if (reader->depth-- == 0)
        return reader_fail(reader, reader->line, error, "parenthesis without a beginning");
    return TRUE;
}

/* Gathers the tokens of one record: up to the end of its line, or beyond it inside parentheses. A
 * first token "" stands for white space, which repeats the last owner (RFC 1035 §5.1). */
static gboolean
read_tokens(AnchorReader *reader, GError **error)
{
    g_ptr_array_set_size(reader->tokens, 0);
    reader->not_trusted = FALSE;
    reader->record_line = reader->line;
    if (*reader->at == ' ' || *reader->at == '\t')
        g_ptr_array_add(reader->tokens, g_strdup(""));
    while (reader->at < reader->end) {
        gchar c = *reader->at;
        if (c == '\n') {
            reader->at++;
            reader->line++;
            if (reader->depth == 0)
                return TRUE;
        } else if (c == ';') {
            skip_comment(reader);
        } else if (c == '(' || c == ')') {
            if (!take_parenthesis(reader, error))
                return FALSE;
        } else if (c == ' ' || c == '\t' || c == '\r') {
            reader->at++;
        } else {
            take_token(reader);
        }
    }
    if (reader->depth > 0)
        return reader_fail(reader, reader->record_line, error, "parenthesis without an end");
    return TRUE;
}

static const gchar *
token_at(const AnchorReader *reader, guint index)
{
    return index < reader->tokens->len ? g_ptr_array_index(reader->tokens, index) : NULL;
}

static gboolean
read_number(const AnchorReader *reader, guint index, guint max, const gchar *what, guint *out_value,
            GError **error)
{
    const gchar *token = token_at(reader, index);
    guint64 value = 0;
    if (token == NULL || !g_ascii_string_to_unsigned(token, 10, 0, max, &value, NULL))
        return reader_fail(reader, reader->record_line, error, "%s is not a number of at most %u",
                           what, max);
    *out_value = (guint)value;
    return TRUE;
}

/* A number or a mnemonic of the IANA registry "DNS Security Algorithm Numbers". */
static gboolean
read_algorithm(const AnchorReader *reader, guint index, guint *out_value, GError **error)
{
    static const struct {
        const gchar *name;
        guint value;
    } rows[] = {
        {"RSASHA1", 5},          {"RSASHA1-NSEC3-SHA1", 7}, {"RSASHA256", 8}, {"RSASHA512", 10},
        {"ECDSAP256SHA256", 13}, {"ECDSAP384SHA384", 14},   {"ED25519", 15},  {"ED448", 16}};
    const gchar *token = token_at(reader, index);
    for (guint i = 0; token != NULL && i < G_N_ELEMENTS(rows); i++) {
        if (g_ascii_strcasecmp(token, rows[i].name) == 0) {
            *out_value = rows[i].value;
            return TRUE;
        }
    }
    return read_number(reader, index, G_MAXUINT8, "the algorithm", out_value, error);
}

static gchar *
join_tokens(const AnchorReader *reader, guint first)
{
    GString *joined = g_string_new(NULL);
    for (guint i = first; i < reader->tokens->len; i++)
        g_string_append(joined, g_ptr_array_index(reader->tokens, i));
    return g_string_free(joined, FALSE);
}

/* g_base64_decode() passes over what is no base64; a key with a hole in it must not count. */
static gboolean
is_base64(const gchar *text)
{
    gsize n_octets = strlen(text);
    gsize n_digits =
        strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    gsize n_padding = strspn(text + n_digits, "=");
    return n_octets % 4 == 0 && n_padding <= 2 && n_digits + n_padding == n_octets;
}

static gboolean
read_dnskey(AnchorReader *reader, guint index, GError **error)
{
    guint flags = 0;
    guint protocol = 0;
    guint algorithm = 0;
    if (!read_number(reader, index, G_MAXUINT16, "the flags field", &flags, error) ||
        !read_number(reader, index + 1, G_MAXUINT8, "the protocol", &protocol, error) ||
        !read_algorithm(reader, index + 2, &algorithm, error))
        return FALSE;
    if (protocol != DNSKEY_PROTOCOL || (flags & DNSKEY_FLAG_ZONE) == 0)
        return reader_fail(reader, reader->record_line, error, "not a zone key of DNSSEC");
    g_autofree gchar *key = join_tokens(reader, index + 3);
    if (!is_base64(key) || strlen(key) / 4 * 3 < KEY_MIN_OCTETS)
        return reader_fail(reader, reader->record_line, error, "the public key is not base64");
    if ((flags & DNSKEY_FLAG_REVOKE) == 0 && !reader->not_trusted)
        g_ptr_array_add(reader->anchors, g_strdup_printf(". IN DNSKEY %u %u %u %s", flags, protocol,
                                                         algorithm, key));
    return TRUE;
}

/* In octets; 0 for a digest type that is not to be used any more (RFC 8624 §3.3) or not known. */
static gsize
digest_length(guint digest_type)
{
    return digest_type == 2 ? 32 : digest_type == 4 ? 48 : 0;
}

static gboolean
read_ds(AnchorReader *reader, guint index, GError **error)
{
    guint key_tag = 0;
    guint algorithm = 0;
    guint digest_type = 0;
    if (!read_number(reader, index, G_MAXUINT16, "the key tag", &key_tag, error) ||
        !read_algorithm(reader, index + 1, &algorithm, error) ||
        !read_number(reader, index + 2, G_MAXUINT8, "the digest type", &digest_type, error))
        return FALSE;
    g_autofree gchar *digest = join_tokens(reader, index + 3);
    gsize n_digits = strlen(digest);
    if (n_digits == 0 || strspn(digest, "0123456789abcdefABCDEF") != n_digits)
        return reader_fail(reader, reader->record_line, error, "the digest is not hexadecimal");
    if (digest_length(digest_type) == 0)
        return TRUE;
    if (n_digits != 2 * digest_length(digest_type))
        return reader_fail(reader, reader->record_line, error,
                           "a digest of %" G_GSIZE_FORMAT " digits for type %u", n_digits,
                           digest_type);
    if (!reader->not_trusted)
        g_ptr_array_add(reader->anchors, g_strdup_printf(". IN DS %u %u %u %s", key_tag, algorithm,
                                                         digest_type, digest));
    return TRUE;
}

/* Passes over TTL and class, in any order. */
static guint
skip_ttl_and_class(const AnchorReader *reader, guint index)
{
    const gchar *token = token_at(reader, index);
    while (token != NULL && (g_ascii_isdigit(token[0]) || g_ascii_strcasecmp(token, "IN") == 0) &&
           index < 3)
        token = token_at(reader, ++index);
    return index;
}

/* What else stands in the answer of `dig` or in a copy of the root zone's apex. */
static gboolean
is_other_type(const gchar *type)
{
    static const gchar *const types[] = {"RRSIG", "NS", "SOA", "NSEC", "ZONEMD", "CDS", "CDNSKEY"};
    for (guint i = 0; i < G_N_ELEMENTS(types); i++)
        if (g_ascii_strcasecmp(type, types[i]) == 0)
            return TRUE;
    return FALSE;
}

static gboolean
is_directive(const AnchorReader *reader)
{
    const gchar *first = token_at(reader, 0);
    const gchar *second = token_at(reader, 1);
    return g_ascii_strcasecmp(first, "$TTL") == 0 ||
           (g_ascii_strcasecmp(first, "$ORIGIN") == 0 && g_strcmp0(second, ".") == 0);
}

static gboolean
read_record(AnchorReader *reader, GError **error)
{
    const gchar *owner = token_at(reader, 0);
    if (owner == NULL || (owner[0] == '\0' && reader->tokens->len == 1) || is_directive(reader))
        return TRUE;
    if (owner[0] != '\0') {
        g_free(reader->owner);
        reader->owner = g_strdup(owner);
    }
    guint index = skip_ttl_and_class(reader, 1);
    const gchar *type = token_at(reader, index);
    if (reader->owner == NULL || type == NULL)
        return reader_fail(reader, reader->record_line, error, "not a resource record");
    gboolean is_ds = g_ascii_strcasecmp(type, "DS") == 0;
    if (!is_ds && g_ascii_strcasecmp(type, "DNSKEY") != 0) {
        if (is_other_type(type))
            return TRUE;
        return reader_fail(reader, reader->record_line, error, "not a DS or DNSKEY record");
    }
    if (strcmp(reader->owner, ".") != 0) {
        reader->n_other_owners++;
        return TRUE;
    }
    return is_ds ? read_ds(reader, index + 1, error) : read_dnskey(reader, index + 1, error);
}

static gboolean
read_file(AnchorReader *reader, GError **error)
{
    while (reader->at < reader->end) {
        if (!read_tokens(reader, error) || !read_record(reader, error))
            return FALSE;
        if (reader->anchors->len > TRUST_ANCHOR_MAX_RECORDS)
            return reader_fail(reader, reader->record_line, error, "more than %u trust anchors",
                               TRUST_ANCHOR_MAX_RECORDS);
    }
    if (reader->anchors->len > 0)
        return TRUE;
    return reader_fail(reader, reader->line, error,
                       reader->n_other_owners > 0
                           ? "no DS or DNSKEY record of the root, only of other zones"
                           : "no usable DS or DNSKEY record of the root");
}

static gboolean
check_octets(const gchar *text, gsize n_octets, const gchar *file_name, GError **error)
{
    AnchorReader reader = {.file_name = file_name, .line = 1};
    if (n_octets > TRUST_ANCHOR_MAX_OCTETS)
        return reader_fail(&reader, 1, error, "longer than %u octets", TRUST_ANCHOR_MAX_OCTETS);
    for (gsize i = 0; i < n_octets; i++) {
        if (text[i] == '\n')
            reader.line++;
        else if (!g_ascii_isprint(text[i]) && !g_ascii_isspace(text[i]))
            return reader_fail(&reader, reader.line, error, "not a text file");
    }
    return TRUE;
}

GStrv
trust_anchor_parse(const gchar *text, gsize n_octets, const gchar *file_name, GError **error)
{
    if (!check_octets(text, n_octets, file_name, error))
        return NULL;
    g_autoptr(GPtrArray) tokens = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) anchors = g_ptr_array_new_with_free_func(g_free);
    AnchorReader reader = {.file_name = file_name,
                           .at = text,
                           .end = text + n_octets,
                           .line = 1,
                           .record_line = 1,
                           .tokens = tokens,
                           .anchors = anchors};
    gboolean ok = read_file(&reader, error);
    g_free(reader.owner);
    if (!ok)
        return NULL;
    g_ptr_array_add(anchors, NULL);
    return (GStrv)g_ptr_array_free(g_steal_pointer(&anchors), FALSE);
}

/* Up to one octet more than the limit. A pipe or a device would keep us waiting. */
static gboolean
read_regular_file(int fd, GByteArray *contents)
{
    struct stat info;
    if (fstat(fd, &info) < 0)
        return FALSE;
    if (!S_ISREG(info.st_mode)) {
        errno = S_ISDIR(info.st_mode) ? EISDIR : EINVAL;
        return FALSE;
    }
    guint8 piece[4096];
    while (contents->len <= TRUST_ANCHOR_MAX_OCTETS) {
        gssize n = read(fd, piece, sizeof piece);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        g_byte_array_append(contents, piece, (guint)n);
    }
    return TRUE;
}

GStrv
trust_anchor_load(const gchar *file, GError **error)
{
    if (file == NULL)
        file = TRUST_ANCHOR_DEFAULT_FILE;
    g_autoptr(GByteArray) contents = g_byte_array_new();
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    gboolean ok = fd >= 0 && read_regular_file(fd, contents);
    int saved_errno = errno;
    if (fd >= 0)
        close(fd);
    if (!ok) {
        g_set_error(error, DNS_ERROR, DNS_ERROR_TRUST_ANCHOR, "%s: cannot be read: %s", file,
                    g_strerror(saved_errno));
        return NULL;
    }
    const gchar *text = contents->len > 0 ? (const gchar *)contents->data : "";
    return trust_anchor_parse(text, contents->len, file, error);
}
