/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* The file with the keys in which DNSSEC validation begins (RFC 4033 §2, "trust anchor").
 *
 * Form: a zone file (RFC 1035 §5.1) with DS or DNSKEY records of the root; owner, TTL and class may
 * be left out as there, comments and parentheses are read. The files of other resolvers fit:
 * dns-root-data, `dig . DNSKEY`, unbound-anchor. Records of other owners are passed over, as are
 * revoked keys and those that unbound's file marks as not valid yet (RFC 5011 §2.1, §2.2: they are
 * not to be trusted). Anything that is no record is an error: a file that can't be read as a whole
 * is not to be trusted in part. */

#define TRUST_ANCHOR_DEFAULT_FILE "/usr/share/dns/root.key"
/* The root has at most a handful of keys of some hundred octets. */
#define TRUST_ANCHOR_MAX_OCTETS  (64u * 1024)
#define TRUST_ANCHOR_MAX_RECORDS 32u

/**
 * trust_anchor_parse:
 * @text: the file's octets
 * @file_name: for the error's text: "FILE:LINE: what"
 * @error: DNS_ERROR_TRUST_ANCHOR
 *
 * Returns: (transfer full): at least one line ". IN DNSKEY FLAGS 3 ALGORITHM BASE64" or
 *   ". IN DS TAG ALGORITHM TYPE HEX", numbers in decimal; or %NULL
 */
GStrv trust_anchor_parse(const gchar *text, gsize n_octets, const gchar *file_name,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Reads @file (NULL: the default). */
GStrv trust_anchor_load(const gchar *file, GError **error) G_GNUC_WARN_UNUSED_RESULT;
