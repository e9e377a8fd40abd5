/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* What relays do to octets that SMTP does not promise to carry (RFC 8551 §3.1.3, RFC 5321
 * §4.5.3.1.6, RFC 2049 §3). */
typedef struct {
    gboolean has_8bit;
    gboolean has_nul;
    gboolean has_long_line; /* over 998 octets without its end */
    gboolean has_bare_cr;
    gboolean has_from_line;      /* "From " at the start of a line becomes ">From " in mailboxes */
    gboolean has_trailing_space; /* is cut off */
} OctetHazards;
OctetHazards octets_find_hazards(const guint8 *octets, gsize n_octets);
/* Whether there is one that relays without 8BITMIME don't carry at all. */
gboolean octet_hazards_stop(const OctetHazards *hazards);

gboolean octets_have_8bit(const guint8 *octets, gsize n_octets);
/* g_utf8_validate_len() that gives back the pages of mapped octets behind itself. */
gboolean octets_are_utf8(const gchar *octets, gsize n_octets);
