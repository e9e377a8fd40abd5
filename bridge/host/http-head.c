/* SPDX-License-Identifier: MPL-2.0 */

#include "http-head.h"

#include <string.h>

#include "http-get.h"

void
http_head_clear(HttpHead *head)
{
    g_free(head->location);
}

/* RFC 9112 §6.3: where that can't be understood, nobody knows where the content ends. */
static void
read_length(HttpHead *head, const gchar *value)
{
    gint64 n_octets = -1;
    if (!g_ascii_string_to_signed(value, 10, 0, G_MAXINT32, &n_octets, NULL) ||
        (head->n_octets >= 0 && head->n_octets != n_octets))
        head->is_unclear = TRUE;
    else
        head->n_octets = n_octets;
}

static void
read_field(HttpHead *head, gchar *line)
{
    gchar *colon = strchr(line, ':');
    if (colon == NULL)
        return;
    *colon = '\0';
    const gchar *value = g_strstrip(colon + 1);
    if (g_ascii_strcasecmp(line, "Location") == 0) {
        g_free(head->location);
        head->location = g_strdup(value);
    } else if (g_ascii_strcasecmp(line, "Content-Length") == 0) {
        read_length(head, value);
    } else if (g_ascii_strcasecmp(line, "Transfer-Encoding") == 0 ||
               g_ascii_strcasecmp(line, "Content-Encoding") == 0) {
        head->is_coded = g_ascii_strcasecmp(value, "identity") != 0;
    }
}

gsize
http_head_find_end(const guint8 *octets, gsize n_octets)
{
    static const gchar end[] = "\r\n\r\n";
    const guint8 *found =
        n_octets == 0 ? NULL
                      : memmem(octets, MIN(n_octets, HTTP_MAX_HEAD_OCTETS), end, strlen(end));
    return found == NULL ? 0 : (gsize)(found - octets) + strlen(end);
}

gsize
http_head_read(const guint8 *octets, gsize n_octets, HttpHead *head)
{
    gsize n_head = http_head_find_end(octets, n_octets);
    if (n_head == 0)
        return 0;
    g_autofree gchar *text = g_strndup((const gchar *)octets, n_head);
    g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
    if (lines[0] == NULL || !g_str_has_prefix(lines[0], "HTTP/1.") || strlen(lines[0]) < 12)
        return 0;
    head->status = (guint)g_ascii_strtoull(lines[0] + strlen("HTTP/1.x "), NULL, 10);
    for (gchar **line = lines + 1; *line != NULL; line++)
        read_field(head, *line);
    return n_head;
}

gboolean
http_head_promises_content(const HttpHead *head, gsize max_octets, GError **error)
{
    const gchar *problem = NULL;
    if (head->status != 200)
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "the server answers with status %u",
                    head->status);
    else if (head->is_coded)
        problem = "the server codes its answer in a way that was not asked for";
    else if (head->is_unclear)
        problem = "the server does not say clearly how long its answer is";
    else if (head->n_octets >= 0 && (guint64)head->n_octets > max_octets)
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                    "%" G_GINT64_FORMAT " octets, of at most %" G_GSIZE_FORMAT, head->n_octets,
                    max_octets);
    else
        return TRUE;
    if (problem != NULL)
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, problem);
    return FALSE;
}

GBytes *
http_head_take_content(const HttpHead *head, const guint8 *octets, gsize n_octets, gsize max_octets,
                       GError **error)
{
    if (!http_head_promises_content(head, max_octets, error))
        return NULL;
    if (head->n_octets >= 0 && (guint64)head->n_octets > n_octets) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED,
                    "the answer was cut off: %" G_GSIZE_FORMAT " of %" G_GINT64_FORMAT " octets",
                    n_octets, head->n_octets);
        return NULL;
    }
    if (head->n_octets < 0 && n_octets > max_octets) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "more than %" G_GSIZE_FORMAT " octets",
                    max_octets);
        return NULL;
    }
    return g_bytes_new(octets, head->n_octets >= 0 ? (gsize)head->n_octets : n_octets);
}
