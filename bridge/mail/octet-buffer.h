/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>
#include <string.h>

#include "header-field.h"

/* Putting messages together in a GByteArray. */

/* One header field, so that no reader sees another one begin in it, or the body: mail programs take
 * a CR alone for a line end, and some a fold of nothing but white space for the end of the header
 * section. A From behind one would be shown beside a verdict on the From that was read here. Lone
 * CRs and NULs become spaces, such folds are left out. */
void octet_buffer_append_field(GByteArray *out, GBytes *field);

static inline void
octet_buffer_append_text(GByteArray *out, const gchar *text)
{
    g_byte_array_append(out, (const guint8 *)text, (guint)strlen(text));
}
