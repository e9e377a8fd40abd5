/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* The file with the addresses of the root's name servers, for asking from the root where it is not
 * the world's (RFC 1035 §5.3.2 "SBELT", RFC 8109).
 *
 * Form: a zone file as InterNIC's named.root: NS records of the root, and A and AAAA records of the
 * servers that they name. One record a line; owner, TTL and class may be left out, comments are
 * passed over, as are records of other types and addresses of other names. Names are absolute,
 * with a dot at the end or without. */

#define ROOT_HINTS_MAX_OCTETS    (64u * 1024)
#define ROOT_HINTS_MAX_ADDRESSES 64u

/**
 * root_hints_parse:
 * @text: the file's octets
 * @file_name: for the error's text: "FILE:LINE: what"
 * @error: DNS_ERROR_SERVER
 *
 * Returns: (transfer full): at least one numeric IP address, in the file's order; or %NULL
 */
GStrv root_hints_parse(const gchar *text, gsize n_octets, const gchar *file_name,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

GStrv root_hints_load(const gchar *file, GError **error) G_GNUC_WARN_UNUSED_RESULT;
