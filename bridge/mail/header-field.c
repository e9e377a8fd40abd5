/* SPDX-License-Identifier: MPL-2.0 */
#include "header-field.h"

#include <string.h>

#include "mail-error.h"
#include "octet-spool.h"

#define REPLACEMENT_CHARACTER "\357\277\275"

gsize
line_octets(const guint8 *octets, gsize n_octets)
{
    const guint8 *lf = octets_find(octets, n_octets, '\n');
    return lf != NULL ? (gsize)(lf - octets) + 1 : n_octets;
}

gsize
line_text_octets(const guint8 *line, gsize n_octets)
{
    if (n_octets == 0 || line[n_octets - 1] != '\n')
        return n_octets;
    n_octets--;
    return n_octets > 0 && line[n_octets - 1] == '\r' ? n_octets - 1 : n_octets;
}

gboolean
line_is_mbox_separator(const guint8 *line, gsize n_octets)
{
    gsize i = n_octets > 0 && line[0] == '>' ? 1 : 0;
    if (n_octets < i + 5 || memcmp(line + i, "From ", 5) != 0)
        return FALSE;
    for (i += 5; i < n_octets && (line[i] == ' ' || line[i] == '\t'); i++)
        ;
    /* "From : a@b" is the field, in its obsolete form. */
    return i < n_octets && line[i] != ':';
}

static gboolean
is_wsp(guint8 octet)
{
    return octet == ' ' || octet == '\t';
}

/* Octets of the field name at the start of @line; 0 if the line starts no field. */
static gsize
field_name_octets(const guint8 *line, gsize n_octets, gsize *out_colon)
{
    gsize n_name = 0;
    while (n_name < n_octets && line[n_name] > ' ' && line[n_name] < 127 && line[n_name] != ':')
        n_name++;
    gsize colon = n_name;
    while (colon < n_octets && is_wsp(line[colon]))
        colon++;
    if (colon == n_octets || line[colon] != ':')
        return 0;
    *out_colon = colon;
    return n_name;
}

/* Takes out the line ends of folds, and the white space at both ends. */
static gchar *
unfold(const guint8 *octets, gsize n_octets)
{
    GString *value = g_string_sized_new(n_octets);
    for (gsize at = 0; at < n_octets;) {
        gsize n_line = line_octets(octets + at, n_octets - at);
        g_string_append_len(value, (const gchar *)octets + at,
                            (gssize)line_text_octets(octets + at, n_line));
        at += n_line;
    }
    /* A C string would end at a NUL, and hide what is after it from every check. */
    if (memchr(value->str, '\0', value->len) != NULL) {
        GString *visible = g_string_new(NULL);
        for (gsize i = 0; i < value->len; i++) {
            if (value->str[i] == '\0')
                g_string_append(visible, REPLACEMENT_CHARACTER);
            else
                g_string_append_c(visible, value->str[i]);
        }
        g_string_free(value, TRUE);
        value = visible;
    }
    return g_strstrip(g_string_free(value, FALSE));
}

static void
clear_field(gpointer data)
{
    HeaderField *field = data;
    g_free(field->name);
    g_free(field->value);
}

/* Octets of the line at @line and of the folds after it. */
static gsize
folded_octets(const guint8 *line, gsize n_octets)
{
    gsize end = line_octets(line, n_octets);
    while (end < n_octets && is_wsp(line[end]))
        end += line_octets(line + end, n_octets - end);
    return end;
}

GArray *
header_fields_parse(const guint8 *section, gsize n_octets, guint max_fields, GError **error)
{
    g_autoptr(GArray) fields = g_array_new(FALSE, FALSE, sizeof(HeaderField));
    g_array_set_clear_func(fields, clear_field);
    for (gsize at = 0; at < n_octets;) {
        const guint8 *line = section + at;
        gsize n_field = folded_octets(line, n_octets - at);
        gsize colon = 0;
        gsize n_name = field_name_octets(line, n_field, &colon);
        if (n_name > 0) {
            if (fields->len >= max_fields) {
                g_set_error(error, MAIL_ERROR, MAIL_ERROR_LIMIT,
                            "more than %u header fields in one entity", max_fields);
                return NULL;
            }
            HeaderField field = {
                .name = g_strndup((const gchar *)line, n_name),
                .value = unfold(line + colon + 1, n_field - colon - 1),
                .start = at,
                .end = at + n_field,
            };
            g_array_append_val(fields, field);
        }
        at += n_field;
    }
    return g_steal_pointer(&fields);
}
