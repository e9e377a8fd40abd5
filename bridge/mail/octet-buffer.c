/* SPDX-License-Identifier: MPL-2.0 */
#include "octet-buffer.h"

static void
append_line(GByteArray *out, const guint8 *text, gsize n_octets)
{
    guint start = out->len;
    g_byte_array_append(out, text, (guint)n_octets);
    for (guint i = start; i < out->len; i++)
        if (out->data[i] == '\r' || out->data[i] == '\0')
            out->data[i] = ' ';
    octet_buffer_append_text(out, "\r\n");
}

static gboolean
is_blank(const guint8 *text, gsize n_octets)
{
    for (gsize i = 0; i < n_octets; i++)
        if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
            return FALSE;
    return TRUE;
}

void
octet_buffer_append_field(GByteArray *out, GBytes *field)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(field, &n_octets);
    for (gsize at = 0; at < n_octets;) {
        gsize n_line = line_octets(octets + at, n_octets - at);
        gsize n_text = line_text_octets(octets + at, n_line);
        if (at == 0 || !is_blank(octets + at, n_text))
            append_line(out, octets + at, n_text);
        at += n_line;
    }
}
