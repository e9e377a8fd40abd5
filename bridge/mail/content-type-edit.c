/* SPDX-License-Identifier: MPL-2.0 */

#include "content-type-edit.h"

#include <string.h>

#include "content-type.h"

#define LINE_COLUMNS 76u

/* Where the segment at @p, up to a ";" outside of quotes and comments, ends. */
static const gchar *
find_segment_end(const gchar *p)
{
    gboolean in_quotes = FALSE;
    guint depth = 0;
    for (; *p != '\0'; p++) {
        if (*p == '\\' && p[1] != '\0' && (in_quotes || depth > 0))
            p++;
        else if (*p == '"' && depth == 0)
            in_quotes = !in_quotes;
        else if (*p == '(' && !in_quotes)
            depth++;
        else if (*p == ')' && !in_quotes && depth > 0)
            depth--;
        else if (*p == ';' && !in_quotes && depth == 0)
            break;
    }
    return p;
}

/* As it is written, and as it is read: "(comment) hp=…". */
static gboolean
is_named(const gchar *segment, const gchar *const *names)
{
    g_autofree gchar *text = g_strconcat("x/x; ", segment, NULL);
    g_autoptr(ParameterizedValue) parsed = parameterized_value_parse(text);
    for (; *names != NULL; names++) {
        gsize n_name = strlen(*names);
        gboolean is_written = g_ascii_strncasecmp(segment, *names, n_name) == 0 &&
                              strchr("*= \t", segment[n_name]) != NULL;
        if (is_written || parameterized_value_get(parsed, *names) != NULL)
            return TRUE;
    }
    return FALSE;
}

static void
append_segment(GString *line, gsize *column, const gchar *segment)
{
    gsize n_octets = strlen(segment);
    gboolean fits = *column + n_octets + 3 <= LINE_COLUMNS;
    g_string_append(line, fits ? "; " : ";\r\n ");
    g_string_append(line, segment);
    *column = fits ? *column + 2 + n_octets : 1 + n_octets;
}

static GString *
start_line(const gchar *word, gsize *column)
{
    GString *line = g_string_new("Content-Type: ");
    g_string_append(line, word);
    *column = line->len;
    return line;
}

static gchar *
finish_line(GString *line, gsize column, const gchar *const *added)
{
    for (; *added != NULL; added++)
        append_segment(line, &column, *added);
    g_string_append(line, "\r\n");
    return g_string_free(line, FALSE);
}

static gchar *
edit_written(const gchar *value, const gchar *const *names, const gchar *const *added)
{
    const gchar *end = find_segment_end(value);
    g_autofree gchar *word = g_strstrip(g_strndup(value, (gsize)(end - value)));
    gsize column = 0;
    GString *line = start_line(word, &column);
    while (*end != '\0') {
        const gchar *start = end + 1;
        end = find_segment_end(start);
        g_autofree gchar *segment = g_strstrip(g_strndup(start, (gsize)(end - start)));
        if (segment[0] != '\0' && !is_named(segment, names))
            append_segment(line, &column, segment);
    }
    return finish_line(line, column, added);
}

static gchar *
quote(const gchar *name, const gchar *value)
{
    GString *text = g_string_new(name);
    g_string_append(text, "=\"");
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\')
            g_string_append_c(text, '\\');
        g_string_append_c(text, *value);
    }
    g_string_append_c(text, '"');
    return g_string_free(text, FALSE);
}

static gboolean
is_any_of(const gchar *name, const gchar *const *names)
{
    for (; *names != NULL; names++)
        if (g_str_equal(name, *names))
            return TRUE;
    return FALSE;
}

static gchar *
write_anew(const ParameterizedValue *old, const gchar *const *names, const gchar *const *added)
{
    static const gchar *const known[] = {"boundary", "charset", "format",      "delsp",
                                         "type",     "start",   "report-type", "name",
                                         "protocol", "micalg",  NULL};
    gsize column = 0;
    GString *line = start_line(
        parameterized_value_is_media_type(old) ? parameterized_value_get_word(old) : "text/plain",
        &column);
    for (const gchar *const *name = known; *name != NULL; name++) {
        const gchar *value = parameterized_value_get(old, *name);
        if (value == NULL || is_any_of(*name, names))
            continue;
        g_autofree gchar *segment = quote(*name, value);
        append_segment(line, &column, segment);
    }
    return finish_line(line, column, added);
}

/* Whether what stands in @line behind the field's name means what it has to. */
static gboolean
is_read_right(const gchar *line, const ParameterizedValue *old, const gchar *const *added)
{
    g_autoptr(ParameterizedValue) parsed =
        parameterized_value_parse(line + strlen("Content-Type: "));
    for (; *added != NULL; added++) {
        const gchar *is = strchr(*added, '=');
        g_autofree gchar *name = g_strndup(*added, (gsize)(is - *added));
        g_autofree gchar *wanted = g_strdup(is + 1);
        g_strdelimit(wanted, "\"", ' ');
        if (g_strcmp0(parameterized_value_get(parsed, name), g_strstrip(wanted)) != 0)
            return FALSE;
    }
    return g_str_equal(parameterized_value_get_word(parsed), parameterized_value_get_word(old)) &&
           g_strcmp0(parameterized_value_get(parsed, "boundary"),
                     parameterized_value_get(old, "boundary")) == 0;
}

gchar *
content_type_edit(const gchar *value, const gchar *const *names, const gchar *const *added)
{
    g_autoptr(ParameterizedValue) old = parameterized_value_parse(value);
    g_autofree gchar *line = edit_written(value, names, added);
    return is_read_right(line, old, added) ? g_steal_pointer(&line) : write_anew(old, names, added);
}
