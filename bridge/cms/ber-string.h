/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "ber.h"
#include "octet-source.h"

/* Long OCTET STRINGs, that stay where they are. */

/* The last octets of a string, as many, are at hand without reading it. */
#define BER_STRING_END_OCTETS 64

/**
 * ber_string_read:
 * @tag: of the primitive form: BER_OCTET_STRING or BER_CONTEXT(n)
 *
 * An OCTET STRING in one piece, or in pieces (X.690 §8.7.3), which may be any number, of any length
 * and nested: they are looked through once here, and walked again whenever the source is read; none
 * of them costs memory. Keeps a reference on the reader's owner, and gives the pages of a mapped
 * one back behind the walk.
 *
 * Returns: (transfer full): or %NULL
 */
OctetSource *ber_string_read(BerReader *reader, guint8 tag, const gchar *what,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
