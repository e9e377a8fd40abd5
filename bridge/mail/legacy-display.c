/* SPDX-License-Identifier: MPL-2.0 */

#include "legacy-display.h"

#include <string.h>

#include "header-protection.h"
#include "html-body.h"

/* Text that is converted as a whole: longer ones are no letters to anybody. */
#define MAX_CONVERTED_OCTETS (16u * 1024 * 1024)

/* Alternatives in one message. */
#define MAX_PARTS 32u

static gboolean
is_attachment(const Entity *entity)
{
    const gchar *disposition = entity_find_field(entity, "Content-Disposition");
    /* As readers have it, anything that is not inline is an attachment (RFC 2183 §2.8). */
    return disposition != NULL && g_ascii_strncasecmp(disposition, "inline", 6) != 0;
}

static void
find_parts(const Entity *entity, GPtrArray *parts)
{
    if (parts->len >= MAX_PARTS)
        return;
    guint n_children = entity_get_n_children(entity);
    if (entity_is_media_type(entity, "text/plain") || entity_is_media_type(entity, "text/html")) {
        if (!is_attachment(entity))
            g_ptr_array_add(parts, (gpointer)entity);
    } else if (entity_is_media_type(entity, "multipart/alternative")) {
        for (guint i = 0; i < n_children; i++)
            find_parts(entity_get_child(entity, i), parts);
    } else if (n_children > 0 && (entity_is_media_type(entity, "multipart/mixed") ||
                                  entity_is_media_type(entity, "multipart/related"))) {
        find_parts(entity_get_child(entity, 0), parts);
    }
}

GPtrArray *
legacy_display_find_parts(const Entity *root)
{
    GPtrArray *parts = g_ptr_array_new();
    find_parts(root, parts);
    return parts;
}

void
legacy_element_clear(LegacyElement *element)
{
    g_clear_pointer(&element->element, g_bytes_unref);
    g_clear_pointer(&element->converted, g_bytes_unref);
}

static gchar *
make_plain(const GPtrArray *lines)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < lines->len; i++)
        g_string_append_printf(text, "%s\r\n", (const gchar *)g_ptr_array_index(lines, i));
    g_string_append(text, "\r\n");
    return g_string_free(text, FALSE);
}

/* @as_ascii: other characters as references. */
static void
append_html_text(GString *html, const gchar *text, gboolean as_ascii)
{
    for (; *text != '\0'; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);
        switch (c) {
        case '<':
            g_string_append(html, "&lt;");
            break;
        case '>':
            g_string_append(html, "&gt;");
            break;
        case '\'':
            g_string_append(html, "&apos;");
            break;
        case '"':
            g_string_append(html, "&quot;");
            break;
        case '&':
            g_string_append(html, "&amp;");
            break;
        default:
            if (c < 0x80 || !as_ascii)
                g_string_append_unichar(html, c);
            else
                g_string_append_printf(html, "&#%u;", c);
        }
    }
}

static gchar *
make_html(const GPtrArray *lines, gboolean as_ascii)
{
    GString *html = g_string_new("<div class=\"" HP_LEGACY_CLASS "\"><pre>");
    for (guint i = 0; i < lines->len; i++) {
        if (i > 0)
            g_string_append(html, "\r\n");
        append_html_text(html, g_ptr_array_index(lines, i), as_ascii);
    }
    g_string_append(html, "</pre></div>");
    return g_string_free(html, FALSE);
}

/* Whether ASCII characters are the same octets in it; FALSE if it is unknown. */
static gboolean
is_ascii_superset(const gchar *charset)
{
    static const gchar sample[] = "Subject: <b>&\"~\\ 09\r\n\r\n";
    gsize n_octets = 0;
    g_autofree gchar *converted =
        g_convert(sample, sizeof sample - 1, charset, "UTF-8", NULL, &n_octets, NULL);
    return converted != NULL && n_octets == sizeof sample - 1 &&
           memcmp(converted, sample, n_octets) == 0;
}

/* The content in UTF-8; NULL if it can't be. */
static GBytes *
convert_content(GBytes *content, const gchar *charset)
{
    gsize n_octets = 0, n_converted = 0;
    const gchar *octets = g_bytes_get_data(content, &n_octets);
    if (n_octets > MAX_CONVERTED_OCTETS)
        return NULL;
    /* Parts that name no character set, or US-ASCII, have UTF-8 in them often enough. */
    if (g_ascii_strcasecmp(charset, "us-ascii") == 0)
        return n_octets == 0 || g_utf8_validate_len(octets, n_octets, NULL) ? g_bytes_ref(content)
                                                                            : NULL;
    gchar *converted = g_convert(n_octets == 0 ? "" : octets, (gssize)n_octets, "UTF-8", charset,
                                 NULL, &n_converted, NULL);
    return converted == NULL ? NULL : g_bytes_new_take(converted, n_converted);
}

static GBytes *
take_text(gchar *text)
{
    return g_bytes_new_take(text, strlen(text));
}

/* Into a character set whose octets are those of ASCII, and more. NULL: letters are missing. */
static GBytes *
encode_text(const gchar *text, const gchar *charset, gboolean with_fallback)
{
    gsize n_octets = 0;
    gchar *octets = with_fallback ? g_convert_with_fallback(text, -1, charset, "UTF-8", "?", NULL,
                                                            &n_octets, NULL)
                                  : g_convert(text, -1, charset, "UTF-8", NULL, &n_octets, NULL);
    return octets == NULL ? NULL : g_bytes_new_take(octets, n_octets);
}

static gboolean
make_plain_element(GBytes *content, const gchar *charset, const GPtrArray *lines,
                   LegacyElement *out_element)
{
    g_autofree gchar *text = make_plain(lines);
    gboolean is_superset = is_ascii_superset(charset);
    *out_element = (LegacyElement){0};
    if (is_superset)
        out_element->element = encode_text(text, charset, FALSE);
    if (out_element->element != NULL)
        return TRUE;
    out_element->converted = convert_content(content, charset);
    if (out_element->converted != NULL)
        out_element->element = take_text(g_steal_pointer(&text));
    else if (is_superset)
        out_element->element = encode_text(text, charset, TRUE);
    return out_element->element != NULL;
}

static gboolean
make_html_element(GBytes *content, const gchar *charset, const GPtrArray *lines,
                  LegacyElement *out_element)
{
    gboolean is_superset = is_ascii_superset(charset);
    g_autoptr(GBytes) converted = is_superset ? NULL : convert_content(content, charset);
    if (!is_superset && converted == NULL)
        return FALSE;
    gboolean is_utf8 = converted != NULL || g_ascii_strcasecmp(charset, "utf-8") == 0;
    *out_element = (LegacyElement){
        .at = html_find_body(converted != NULL ? converted : content),
        .element = take_text(make_html(lines, !is_utf8)),
        .converted = g_steal_pointer(&converted),
    };
    return TRUE;
}

gboolean
legacy_element_make(const Entity *part, GBytes *content, const GPtrArray *lines,
                    LegacyElement *out_element)
{
    const gchar *charset = entity_get_parameter(part, "charset");
    if (charset == NULL || charset[0] == '\0')
        charset = "us-ascii";
    return entity_is_media_type(part, "text/html")
               ? make_html_element(content, charset, lines, out_element)
               : make_plain_element(content, charset, lines, out_element);
}
