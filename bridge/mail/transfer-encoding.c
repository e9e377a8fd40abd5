/* SPDX-License-Identifier: MPL-2.0 */
#include "transfer-encoding.h"

#include <string.h>

#include "content-type.h"
#include "mail-error.h"

#define BASE64_LINE 76
#define QP_LINE     76

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

enum { B64_FOREIGN = -1, B64_SPACE = -2, B64_PAD = -3 };

/* RFC 4648 §4, by ASCII code */
static const gint8 base64_values[128] = {
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -2, -2, -2, -2, -2, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -2, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 62,
    -1, -1, -1, 63, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, -1, -1, -1, -3, -1, -1, -1, 0,
    1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
    23, 24, 25, -1, -1, -1, -1, -1, -1, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38,
    39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, -1, -1, -1, -1, -1,
};

static gint
base64_value(guint8 octet)
{
    return octet < 128 ? base64_values[octet] : B64_FOREIGN;
}

typedef struct {
    guint8 *out;
    gsize n_out;
    guint32 bits;
    guint n_sextets; /* of the group that is open */
    guint n_pads;
} Base64Decoder;

static void
base64_push(Base64Decoder *decoder, guint32 sextet)
{
    decoder->bits = decoder->bits << 6 | sextet;
    if (++decoder->n_sextets < 4)
        return;
    decoder->out[decoder->n_out++] = (guint8)(decoder->bits >> 16);
    decoder->out[decoder->n_out++] = (guint8)(decoder->bits >> 8);
    decoder->out[decoder->n_out++] = (guint8)decoder->bits;
    decoder->n_sextets = 0;
    decoder->bits = 0;
}

/* Decodes the whole groups at @in, nearly all of any base64, and returns their octets. */
static gsize
base64_decode_groups(Base64Decoder *decoder, const guint8 *in, gsize n_octets)
{
    gsize i = 0;
    for (; n_octets - i >= 4; i += 4) {
        gint a = base64_value(in[i]);
        gint b = base64_value(in[i + 1]);
        gint c = base64_value(in[i + 2]);
        gint d = base64_value(in[i + 3]);
        if ((a | b | c | d) < 0)
            break;
        guint32 bits = (guint32)a << 18 | (guint32)b << 12 | (guint32)c << 6 | (guint32)d;
        decoder->out[decoder->n_out++] = (guint8)(bits >> 16);
        decoder->out[decoder->n_out++] = (guint8)(bits >> 8);
        decoder->out[decoder->n_out++] = (guint8)bits;
    }
    return i;
}

static void
base64_finish(Base64Decoder *decoder)
{
    if (decoder->n_sextets == 2) {
        decoder->out[decoder->n_out++] = (guint8)(decoder->bits >> 4);
    } else if (decoder->n_sextets == 3) {
        decoder->out[decoder->n_out++] = (guint8)(decoder->bits >> 10);
        decoder->out[decoder->n_out++] = (guint8)(decoder->bits >> 2);
    }
}

static gboolean
base64_is_complete(const Base64Decoder *decoder)
{
    if (decoder->n_sextets == 0)
        return decoder->n_pads == 0;
    return decoder->n_sextets >= 2 && decoder->n_sextets + decoder->n_pads == 4;
}

static GBytes *
base64_decode(GBytes *octets, gboolean strict, GError **error)
{
    gsize n_octets = 0;
    const guint8 *in = g_bytes_get_data(octets, &n_octets);
    g_autofree guint8 *out = g_malloc(n_octets / 4 * 3 + 3);
    Base64Decoder decoder = {.out = out};
    for (gsize i = 0; i < n_octets; i++) {
        if (decoder.n_sextets == 0 && decoder.n_pads == 0)
            i += base64_decode_groups(&decoder, in + i, n_octets - i);
        if (i == n_octets)
            break;
        gint value = base64_value(in[i]);
        if (value >= 0 && decoder.n_pads == 0) {
            base64_push(&decoder, (guint32)value);
        } else if (value == B64_PAD) {
            decoder.n_pads++;
        } else if (strict && value != B64_SPACE) {
            g_set_error(error, MAIL_ERROR, MAIL_ERROR_ENCODING,
                        "octet %" G_GSIZE_FORMAT " does not belong to base64", i);
            return NULL;
        } else if (value >= 0) {
            break;
        }
    }
    if (strict && !base64_is_complete(&decoder)) {
        g_set_error(error, MAIL_ERROR, MAIL_ERROR_ENCODING,
                    "base64 breaks off after %" G_GSIZE_FORMAT " octets", n_octets);
        return NULL;
    }
    base64_finish(&decoder);
    return g_bytes_new_take(g_steal_pointer(&out), decoder.n_out);
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

static GBytes *
quoted_printable_decode(GBytes *octets, gboolean strict, GError **error)
{
    gsize n_octets = 0;
    const guint8 *in = g_bytes_get_data(octets, &n_octets);
    g_autoptr(GByteArray) out = g_byte_array_new();
    for (gsize at = 0; at < n_octets;) {
        const guint8 *lf = memchr(in + at, '\n', n_octets - at);
        gsize n_line = lf != NULL ? (gsize)(lf - in) + 1 - at : n_octets - at;
        const guint8 *line = in + at;
        gsize n_end = lf == NULL ? 0 : n_line > 1 && line[n_line - 2] == '\r' ? 2 : 1;
        gsize n_text = n_line - n_end;
        while (n_text > 0 && (line[n_text - 1] == ' ' || line[n_text - 1] == '\t'))
            n_text--;
        gboolean is_soft =
            n_text > 0 && line[n_text - 1] == '=' &&
            (lf != NULL ? soft_break_octets(line + n_text - 1, n_line - n_text + 1) > 0 : !strict);
        if (!quoted_printable_decode_line(out, line, is_soft ? n_text - 1 : n_text, strict)) {
            g_set_error(
                error, MAIL_ERROR, MAIL_ERROR_ENCODING,
                "\"=\" without two hexadecimal digits in the line at octet %" G_GSIZE_FORMAT, at);
            return NULL;
        }
        if (!is_soft)
            g_byte_array_append(out, line + n_line - n_end, (guint)n_end);
        at += n_line;
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&out));
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

GBytes *
base64_encode_lines(GBytes *octets)
{
    static const gchar alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    gsize n_octets = 0;
    const guint8 *in = g_bytes_get_data(octets, &n_octets);
    gsize n_characters = (n_octets + 2) / 3 * 4;
    gsize n_lines = (n_characters + BASE64_LINE - 1) / BASE64_LINE;
    gsize n_out = n_characters + 2 * n_lines;
    gchar *out = g_malloc(n_out + 1);
    gchar *p = out;
    for (gsize i = 0; i < n_octets; i += 3) {
        gsize n_left = n_octets - i;
        guint32 bits = (guint32)in[i] << 16 | (n_left > 1 ? (guint32)in[i + 1] << 8 : 0) |
                       (n_left > 2 ? in[i + 2] : 0);
        *p++ = alphabet[bits >> 18];
        *p++ = alphabet[bits >> 12 & 63];
        *p++ = n_left > 1 ? alphabet[bits >> 6 & 63] : '=';
        *p++ = n_left > 2 ? alphabet[bits & 63] : '=';
        if ((i / 3 + 1) % (BASE64_LINE / 4) == 0 || n_left <= 3) {
            *p++ = '\r';
            *p++ = '\n';
        }
    }
    return g_bytes_new_take(out, n_out);
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
quoted_printable_encode_line(GString *out, const guint8 *line, gsize n_octets)
{
    static const gchar digits[] = "0123456789ABCDEF";
    gsize column = 0;
    for (gsize i = 0; i < n_octets; i++) {
        gboolean escape = must_escape(line, i, n_octets, column == 0);
        gsize n_needed = escape ? 3 : 1;
        /* One column stays free for the "=" of a soft break, unless the line ends here. */
        if (column + n_needed > QP_LINE - (i + 1 < n_octets ? 1 : 0)) {
            g_string_append(out, "=\r\n");
            column = 0;
            escape = must_escape(line, i, n_octets, TRUE);
            n_needed = escape ? 3 : 1;
        }
        if (escape) {
            const gchar escaped[] = {'=', digits[line[i] >> 4], digits[line[i] & 15]};
            g_string_append_len(out, escaped, sizeof escaped);
        } else {
            g_string_append_c(out, (gchar)line[i]);
        }
        column += n_needed;
    }
}

GBytes *
quoted_printable_encode_text(GBytes *octets)
{
    gsize n_octets = 0;
    const guint8 *in = g_bytes_get_data(octets, &n_octets);
    GString *out = g_string_sized_new(n_octets + n_octets / 16);
    for (gsize at = 0; at < n_octets;) {
        const guint8 *lf = memchr(in + at, '\n', n_octets - at);
        gsize n_line = lf != NULL ? (gsize)(lf - in) + 1 - at : n_octets - at;
        gsize n_text = lf != NULL ? n_line - 1 : n_line;
        if (lf != NULL && n_text > 0 && in[at + n_text - 1] == '\r')
            n_text--;
        quoted_printable_encode_line(out, in + at, n_text);
        if (lf != NULL)
            g_string_append(out, "\r\n");
        at += n_line;
    }
    return g_string_free_to_bytes(out);
}
