/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>
#include <string.h>

#include "header-field.h"

/* Putting messages together in a GByteArray. */

/* With CRLF for each line end. */
static inline void
octet_buffer_append_lines(GByteArray *out, GBytes *lines)
{
    gsize n_octets = 0;
    const guint8 *data = g_bytes_get_data(lines, &n_octets);
    for (gsize at = 0; at < n_octets;) {
        gsize n_line = line_octets(data + at, n_octets - at);
        gsize n_text = line_text_octets(data + at, n_line);
        g_byte_array_append(out, data + at, (guint)n_text);
        if (n_text < n_line)
            g_byte_array_append(out, (const guint8 *)"\r\n", 2);
        at += n_line;
    }
}

static inline void
octet_buffer_append_text(GByteArray *out, const gchar *text)
{
    g_byte_array_append(out, (const guint8 *)text, (guint)strlen(text));
}
