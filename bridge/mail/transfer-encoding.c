/* SPDX-License-Identifier: MPL-2.0 */
#include "transfer-encoding.h"

#include <string.h>

#include "base64.h"
#include "content-type.h"
#include "core-limits.h"
#include "header-field.h"
#include "mail-error.h"
#include "octet-spool.h"

#define QP_LINE 76
/* What is made in memory before it goes into a spool. */
#define QP_BUFFER (64u * 1024)
/* Three characters for an octet, soft line breaks, and room. */
#define QP_MAX_OCTETS (4 * (gsize)LIMIT_MESSAGE_OCTETS)

TransferEncoding
transfer_encoding_parse(const gchar *value)
{
    if (value == NULL)
        return TRANSFER_ENCODING_IDENTITY;
    static const gchar *const identities[] = {"", "7bit", "8bit", "binary", NULL};
    g_autoptr(ParameterizedValue) parsed = parameterized_value_parse(value);
    const gchar *word = parameterized_value_get_word(parsed);
    if (g_strv_contains(identities, word))
        return TRANSFER_ENCODING_IDENTITY;
    if (g_str_equal(word, "base64"))
        return TRANSFER_ENCODING_BASE64;
    if (g_str_equal(word, "quoted-printable"))
        return TRANSFER_ENCODING_QUOTED_PRINTABLE;
    return TRANSFER_ENCODING_UNKNOWN;
}

/* Octets of the soft line break at @in, which begins with "="; 0 if it is none. White space after
 * the "=" was added on the way (RFC 2045 §6.7 rule 3). */
static gsize
soft_break_octets(const guint8 *in, gsize n_octets)
{
    gsize i = 1;
    while (i < n_octets && (in[i] == ' ' || in[i] == '\t' || in[i] == '\r'))
        i++;
    return i < n_octets && in[i] == '\n' ? i + 1 : 0;
}

/* Decodes one line without its end. */
static gboolean
quoted_printable_decode_line(GByteArray *out, const guint8 *in, gsize n_octets, gboolean strict)
{
    for (gsize i = 0; i < n_octets; i++) {
        gboolean is_escape = in[i] == '=';
        if (is_escape && n_octets - i > 2 && g_ascii_isxdigit(in[i + 1]) &&
            g_ascii_isxdigit(in[i + 2])) {
            guint8 octet = (guint8)(g_ascii_xdigit_value((gchar)in[i + 1]) * 16 +
                                    g_ascii_xdigit_value((gchar)in[i + 2]));
            g_byte_array_append(out, &octet, 1);
            i += 2;
            continue;
        }
        if (is_escape && strict)
            return FALSE;
        g_byte_array_append(out, in + i, 1);
    }
    return TRUE;
}

/* Decodes the line of @n_line octets, line end and all. */
static gboolean
quoted_printable_take_line(GByteArray *out, const guint8 *line, gsize n_line, gboolean strict)
{
    gboolean has_end = line[n_line - 1] == '\n';
    gsize n_end = n_line - line_text_octets(line, n_line);
    gsize n_text = n_line - n_end;
    while (n_text > 0 && (line[n_text - 1] == ' ' || line[n_text - 1] == '\t'))
        n_text--;
    gboolean is_soft =
        n_text > 0 && line[n_text - 1] == '=' &&
        (has_end ? soft_break_octets(line + n_text - 1, n_line - n_text + 1) > 0 : !strict);
    if (!quoted_printable_decode_line(out, line, is_soft ? n_text - 1 : n_text, strict))
        return FALSE;
    if (!is_soft)
        g_byte_array_append(out, line + n_line - n_end, (guint)n_end);
    return TRUE;
}

/* Into the spool what has come together in @out. */
static gboolean
move_to_spool(OctetSpool *spool, GByteArray *out, GError **error)
{
    gboolean moved = octet_spool_append(spool, out->data, out->len, error);
    g_byte_array_set_size(out, 0);
    return moved;
}

static GBytes *
quoted_printable_decode(GBytes *octets, gboolean strict, GError **error)
{
    gsize n_octets = 0;
    const guint8 *in = g_bytes_get_data(octets, &n_octets);
    const guint8 *kept = in;
    g_autoptr(OctetSpool) spool = octet_spool_new(n_octets);
    g_autoptr(GByteArray) out = g_byte_array_new();
    for (gsize at = 0; at < n_octets;) {
        gsize n_line = line_octets(in + at, n_octets - at);
        if (!quoted_printable_take_line(out, in + at, n_line, strict)) {
            g_set_error(
                error, MAIL_ERROR, MAIL_ERROR_ENCODING,
                "\"=\" without two hexadecimal digits in the line at octet %" G_GSIZE_FORMAT, at);
            return NULL;
        }
        at += n_line;
        octets_forget_behind(&kept, in + at);
        if ((out->len >= QP_BUFFER || at == n_octets) && !move_to_spool(spool, out, error))
            return NULL;
    }
    return octet_spool_finish(spool, error);
}

GBytes *
transfer_decode(GBytes *octets, TransferEncoding encoding, gboolean strict, GError **error)
{
    switch (encoding) {
    case TRANSFER_ENCODING_BASE64:
        return base64_decode(octets, strict, error);
    case TRANSFER_ENCODING_QUOTED_PRINTABLE:
        return quoted_printable_decode(octets, strict, error);
    case TRANSFER_ENCODING_IDENTITY:
    case TRANSFER_ENCODING_UNKNOWN:
    default:
        return g_bytes_ref(octets);
    }
}

/* Whether the octet at @i of a line is to be escaped; what is harmful at a line's start counts as
 * that where a soft break makes a new line, too. */
static gboolean
must_escape(const guint8 *line, gsize i, gsize n_octets, gboolean at_start)
{
    guint8 octet = line[i];
    if (octet == ' ' || octet == '\t')
        return i + 1 == n_octets;
    if (octet == '=' || octet < 33 || octet > 126)
        return TRUE;
    if (!at_start)
        return FALSE;
    /* "--": breaking a long line, or decoding base64, must not bring a delimiter of a multipart
     * outside to light. */
    if (octet == '-' && i + 1 < n_octets && line[i + 1] == '-')
        return TRUE;
    return octet == '.' || (n_octets - i >= 5 && memcmp(line + i, "From ", 5) == 0);
}

static void
quoted_printable_encode_line(GByteArray *out, const guint8 *line, gsize n_octets)
{
    static const gchar digits[] = "0123456789ABCDEF";
    gsize column = 0;
    for (gsize i = 0; i < n_octets; i++) {
        gboolean escape = must_escape(line, i, n_octets, column == 0);
        gsize n_needed = escape ? 3 : 1;
        /* One column stays free for the "=" of a soft break, unless the line ends here. */
        if (column + n_needed > QP_LINE - (i + 1 < n_octets ? 1 : 0)) {
            g_byte_array_append(out, (const guint8 *)"=\r\n", 3);
            column = 0;
            escape = must_escape(line, i, n_octets, TRUE);
            n_needed = escape ? 3 : 1;
        }
        if (escape) {
            const guint8 escaped[] = {'=', (guint8)digits[line[i] >> 4],
                                      (guint8)digits[line[i] & 15]};
            g_byte_array_append(out, escaped, sizeof escaped);
        } else {
            g_byte_array_append(out, line + i, 1);
        }
        column += n_needed;
    }
}

GBytes *
quoted_printable_encode_text(GBytes *octets, GError **error)
{
    gsize n_octets = 0;
    const guint8 *in = g_bytes_get_data(octets, &n_octets);
    const guint8 *kept = in;
    g_autoptr(OctetSpool) spool = octet_spool_new(QP_MAX_OCTETS);
    g_autoptr(GByteArray) out = g_byte_array_new();
    for (gsize at = 0; at < n_octets;) {
        gsize n_line = line_octets(in + at, n_octets - at);
        gsize n_text = line_text_octets(in + at, n_line);
        quoted_printable_encode_line(out, in + at, n_text);
        if (n_text < n_line)
            g_byte_array_append(out, (const guint8 *)"\r\n", 2);
        at += n_line;
        octets_forget_behind(&kept, in + at);
        if ((out->len >= QP_BUFFER || at == n_octets) && !move_to_spool(spool, out, error))
            return NULL;
    }
    return octet_spool_finish(spool, error);
}
