/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* The header section of one entity, cut into fields (RFC 5322 §2.2, obsolete form of §4.5: white
 * space before the colon). Lines that are no field (mbox separators, text without a colon, folds of
 * nothing) are in no field; mail programs pass over them. */
typedef struct {
    gchar *name;
    gchar *value; /* unfolded; NUL octets as U+FFFD */
    gsize start;  /* octets of the section: where the field begins, and where the next thing does */
    gsize end;
} HeaderField;

/**
 * header_fields_parse:
 * @section: the lines before the empty line
 * @error: MAIL_ERROR_LIMIT
 *
 * Returns: (element-type HeaderField): in their order
 */
GArray *header_fields_parse(const guint8 *section, gsize n_octets, guint max_fields,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Octets of the line at @octets, with its LF if there is one. */
gsize line_octets(const guint8 *octets, gsize n_octets);
/* The same without LF or CRLF. */
gsize line_text_octets(const guint8 *line, gsize n_octets);
/* Whether a line before a header section is an mbox separator, "From a@b Mon …" or ">From …". */
gboolean line_is_mbox_separator(const guint8 *line, gsize n_octets);
