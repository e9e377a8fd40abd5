/* SPDX-License-Identifier: MPL-2.0 */
#include "encoded-word.h"

#include <gmime/gmime.h>

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

gchar *
encoded_words_decode(const gchar *text)
{
    ensure_gmime();
    g_autofree gchar *decoded = g_mime_utils_header_decode_text(NULL, text);
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
