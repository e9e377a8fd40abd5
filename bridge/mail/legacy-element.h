/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* Finds legacy display elements in a text without its transfer encoding (RFC 9788 §4.5.3).
 *
 * Only what looks like one is one: lines "Name: value", of fields that the message protects. More
 * than that could hide from readers who know of header protection what is shown to all others. The
 * character set is one that has ASCII for ASCII; in others nothing is found. */

typedef struct {
    gsize start;
    gsize end;
} OctetRange;

/* @names: (element-type utf8) (nullable): of fields, in lower case; NULL: any will do. */

/* Leading lines up to and with the first empty one: from 0 to the octet after it; 0: none. */
gsize legacy_element_find_plain(const guint8 *octets, gsize n_octets, GHashTable *names);

/* Whether that is all there is: such lines, folded ones, and empty ones between them. */
gboolean legacy_element_is_all(const guint8 *octets, gsize n_octets, GHashTable *names);

/* Each <div> of the class header-protection-legacy-display that holds such lines and no markup
 * but that of text. (element-type OctetRange) (transfer full): in their order */
GArray *legacy_element_find_html(const guint8 *octets, gsize n_octets, GHashTable *names);
