/* SPDX-License-Identifier: MPL-2.0 */

#include "legacy-element.h"

#include <string.h>

#include "core-limits.h"
#include "header-field.h"
#include "header-protection.h"
#include "html-tag.h"

static gboolean
is_blank(guint8 octet)
{
    return octet == ' ' || octet == '\t';
}

/* Whether @line begins "Name:", with one of @names. */
static gboolean
is_field_line(const guint8 *line, gsize n_octets, GHashTable *names)
{
    gsize n_name = 0;
    while (n_name < n_octets && line[n_name] > ' ' && line[n_name] < 127 && line[n_name] != ':')
        n_name++;
    if (n_name == 0 || n_name == n_octets || line[n_name] != ':' ||
        (n_name + 1 < n_octets && !is_blank(line[n_name + 1])))
        return FALSE;
    g_autofree gchar *name = g_ascii_strdown((const gchar *)line, (gssize)n_name);
    return names == NULL || g_hash_table_contains(names, name);
}

gsize
legacy_element_find_plain(const guint8 *octets, gsize n_octets, GHashTable *names)
{
    n_octets = MIN(n_octets, LIMIT_LEGACY_ELEMENT_OCTETS);
    for (gsize at = 0; at < n_octets;) {
        gsize n_line = line_octets(octets + at, n_octets - at);
        gsize n_text = line_text_octets(octets + at, n_line);
        if (n_text == n_line)
            return 0;
        if (n_text == 0)
            return at == 0 ? 0 : at + n_line;
        gboolean is_fold = at > 0 && is_blank(octets[at]);
        if (!is_fold && !is_field_line(octets + at, n_text, names))
            return 0;
        at += n_line;
    }
    return 0;
}

/* Of what is between the tags of an element, too. */
gboolean
legacy_element_is_all(const guint8 *octets, gsize n_octets, GHashTable *names)
{
    gboolean has_some = FALSE;
    for (gsize at = 0; at < n_octets;) {
        gsize n_line = line_octets(octets + at, n_octets - at);
        gsize n_text = line_text_octets(octets + at, n_line);
        gsize n_blank = 0;
        while (n_blank < n_text && is_blank(octets[at + n_blank]))
            n_blank++;
        gboolean is_fold = has_some && n_blank > 0;
        if (n_blank < n_text && !is_fold &&
            !is_field_line(octets + at + n_blank, n_text - n_blank, names))
            return FALSE;
        has_some |= n_blank < n_text;
        at += n_line;
    }
    return has_some;
}

/* What a tag is in the text of an element: nothing, an end of line, or a sign that this is no
 * legacy display element: pictures and the like are seen and have no text. */
static gboolean
take_tag(const HtmlToken *tag, GString *text)
{
    static const gchar *const inside[] = {"b",  "strong", "i",    "em", "u",
                                          "tt", "code",   "span", "a",  NULL};
    static const gchar *const breaks[] = {"br", "pre", "p", "div", NULL};
    if (g_strv_contains(breaks, tag->name))
        g_string_append_c(text, '\n');
    else if (!g_strv_contains(inside, tag->name))
        return FALSE;
    return TRUE;
}

/* Where the element whose start tag ends at @at ends; 0 if it is not what it says. */
static gsize
find_element_end(const guint8 *octets, gsize n_octets, gsize at, GHashTable *names)
{
    g_autoptr(GString) text = g_string_new(NULL);
    n_octets = MIN(n_octets, at + LIMIT_LEGACY_ELEMENT_OCTETS);
    for (guint depth = 1; depth > 0;) {
        const guint8 *start = octets + at;
        const guint8 *tag_start = memchr(start, '<', n_octets - at);
        if (tag_start == NULL)
            return 0;
        HtmlToken token;
        g_string_append_len(text, (const gchar *)start, tag_start - start);
        html_token_read(octets, n_octets, (gsize)(tag_start - octets), &token);
        at = token.end;
        if (token.type == HTML_COMMENT)
            continue;
        if (token.type == HTML_TEXT || !take_tag(&token, text))
            return 0;
        if (g_str_equal(token.name, "div"))
            depth = token.type == HTML_START_TAG ? depth + 1 : depth - 1;
    }
    return legacy_element_is_all((const guint8 *)text->str, text->len, names) ? at : 0;
}

GArray *
legacy_element_find_html(const guint8 *octets, gsize n_octets, GHashTable *names)
{
    GArray *found = g_array_new(FALSE, FALSE, sizeof(OctetRange));
    guint n_tries = 0;
    for (gsize at = 0; at < n_octets && n_tries < LIMIT_LEGACY_TRIES;) {
        const guint8 *tag_start = memchr(octets + at, '<', n_octets - at);
        if (tag_start == NULL)
            break;
        HtmlToken token;
        OctetRange range = {.start = (gsize)(tag_start - octets)};
        html_token_read(octets, n_octets, range.start, &token);
        at = token.end;
        if (token.type != HTML_START_TAG || !g_str_equal(token.name, "div") ||
            !html_token_has_class(&token, HP_LEGACY_CLASS))
            continue;
        n_tries++;
        range.end = find_element_end(octets, n_octets, at, names);
        if (range.end == 0)
            continue;
        at = range.end;
        g_array_append_val(found, range);
    }
    return found;
}
