/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* A domain name in wire form without compression (RFC 1035 §3.1), its ASCII letters in lower case
 * (RFC 4034 §6.2): equal names have equal octets. */

#define DNS_NAME_MAX_OCTETS 255u

typedef struct {
    guint8 n_octets; /* with the root's label: at least 1 */
    guint8 octets[DNS_NAME_MAX_OCTETS];
} DnsName;

/* FALSE if the octets are not one whole name. */
gboolean dns_name_read(DnsName *name, const guint8 *octets,
                       gsize n_octets) G_GNUC_WARN_UNUSED_RESULT;

/* @text: see resolver_name_is_valid(), or "" for the root. FALSE if it is too long. */
gboolean dns_name_parse(DnsName *name, const gchar *text) G_GNUC_WARN_UNUSED_RESULT;

/* Presentation form (RFC 1035 §5.1) with a dot at its end; what is not a host name's character or
 * "_" as \DDD. */
gchar *dns_name_to_string(const DnsName *name);

gboolean dns_name_is_root(const DnsName *name);
/* Without the root's: 0 for the root. */
guint dns_name_count_labels(const DnsName *name);
gboolean dns_name_equal(const DnsName *a, const DnsName *b);
/* Whether @name is @ancestor or stands below it. */
gboolean dns_name_is_within(const DnsName *name, const DnsName *ancestor);
/* The name without its first @n labels, which it must have. */
void dns_name_strip(const DnsName *name, guint n, DnsName *out_name);
/* @name with its end @from replaced by @to (RFC 6672 §2.2); FALSE if that gets too long. */
gboolean dns_name_substitute(const DnsName *name, const DnsName *from, const DnsName *to,
                             DnsName *out_name) G_GNUC_WARN_UNUSED_RESULT;

/* For GHashTable. */
guint dns_name_hash(gconstpointer name);
gboolean dns_name_equal_func(gconstpointer a, gconstpointer b);
