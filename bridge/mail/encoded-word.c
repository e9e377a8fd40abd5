/* SPDX-License-Identifier: MPL-2.0 */
#include "encoded-word.h"

#include <gmime/gmime.h>
#include <string.h>

#include "core-limits.h"

static void
ensure_gmime(void)
{
    static gsize initialized = 0;
    if (g_once_init_enter(&initialized)) {
        g_mime_init();
        g_once_init_leave(&initialized, 1);
    }
}

static void
replace_controls(gchar *text)
{
    for (gchar *p = text; *p != '\0'; p++) {
        if (g_ascii_iscntrl(*p))
            *p = ' ';
    }
}

/* The base64 of a word in the form of quoted-printable. */
static void
append_quoted(GString *out, const gchar *base64, gsize n_octets)
{
    gsize n_decoded = 0;
    g_autofree gchar *copy = g_strndup(base64, n_octets);
    g_autofree guchar *octets = g_base64_decode(copy, &n_decoded);
    for (gsize i = 0; i < n_decoded; i++)
        g_string_append_printf(out, "=%02X", octets[i]);
}

/* Whether an encoded word in base64 begins at @text, with the octets of its parts. */
static gboolean
find_base64_word(const gchar *text, gsize *out_n_charset, gsize *out_n_base64)
{
    if (text[0] != '=' || text[1] != '?')
        return FALSE;
    gsize n_charset = strcspn(text + 2, "? \t\r\n");
    const gchar *rest = text + 2 + n_charset;
    if (n_charset == 0 || rest[0] != '?' || (rest[1] | 0x20) != 'b' || rest[2] != '?')
        return FALSE;
    gsize n_base64 = strspn(rest + 3, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789+/=");
    *out_n_charset = n_charset;
    *out_n_base64 = n_base64;
    return n_base64 > 0 && rest[3 + n_base64] == '?' && rest[4 + n_base64] == '=';
}

/* GMime puts the base64 of neighbouring words together before it decodes it, and gives up at the
 * first padding: what a name or a Subject says after that would be lost. */
static gchar *
without_base64(const gchar *text)
{
    GString *out = g_string_new(NULL);
    for (const gchar *at = text; *at != '\0';) {
        gsize n_charset = 0, n_base64 = 0;
        if (!find_base64_word(at, &n_charset, &n_base64)) {
            g_string_append_c(out, *at++);
            continue;
        }
        g_string_append_len(out, at, (gssize)(2 + n_charset));
        g_string_append(out, "?Q?");
        append_quoted(out, at + 2 + n_charset + 3, n_base64);
        g_string_append(out, "?=");
        at += 2 + n_charset + 3 + n_base64 + 2;
    }
    return g_string_free(out, FALSE);
}

/* Octets that GMime looks at for the ends of words: from each "=?" to the next "?=", or to the end
 * of @text. */
static guint64
measure_work(const gchar *text)
{
    guint64 work = 0;
    const gchar *text_end = text + strlen(text);
    const gchar *end = text;
    const gchar *start = strstr(text, "=?");
    for (; start != NULL; start = strstr(start + 2, "=?")) {
        if (end != NULL && end < start + 2)
            end = strstr(start + 2, "?=");
        work += (guint64)((end != NULL ? end : text_end) - start);
    }
    return work;
}

gchar *
encoded_words_decode(const gchar *text)
{
    ensure_gmime();
    g_autofree gchar *quoted = without_base64(text);
    g_autofree gchar *decoded = measure_work(quoted) <= LIMIT_WORD_SEARCH_OCTETS
                                    ? g_mime_utils_header_decode_text(NULL, quoted)
                                    : g_strdup(text);
    gchar *valid = g_utf8_make_valid(decoded, -1);
    replace_controls(valid);
    return valid;
}

gchar *
octets_to_utf8(const gchar *octets, gsize n_octets, const gchar *charset)
{
    g_autofree gchar *converted = NULL;
    gsize n_converted = 0;
    if (charset != NULL && charset[0] != '\0' && g_ascii_strcasecmp(charset, "utf-8") != 0)
        converted = g_convert(octets, (gssize)n_octets, "UTF-8", charset, NULL, &n_converted, NULL);
    if (converted == NULL)
        return g_utf8_make_valid(octets, (gssize)n_octets);
    return g_utf8_make_valid(converted, (gssize)n_converted);
}
