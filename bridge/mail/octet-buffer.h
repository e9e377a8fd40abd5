/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>
#include <string.h>

/* Putting messages together in a GByteArray. */

static inline void
octet_buffer_append(GByteArray *out, GBytes *octets)
{
    gsize n_octets = 0;
    const guint8 *data = g_bytes_get_data(octets, &n_octets);
    g_byte_array_append(out, data, (guint)n_octets);
}

static inline void
octet_buffer_append_text(GByteArray *out, const gchar *text)
{
    g_byte_array_append(out, (const guint8 *)text, (guint)strlen(text));
}
