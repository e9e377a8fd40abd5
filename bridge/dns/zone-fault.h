/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "getdns-reply.h"
#include "zone-store.h"

/* What is wrong with the signatures and keys of one zone, in words; see getdns-fault.h. Texts begin
 * with the zone. */

/* The DNSKEY records of a zone, valid or not. */
ZoneKeys *zone_fault_read_keys(const GetdnsReply *reply, const DnsName *zone);

/**
 * zone_fault_describe_set:
 * @type: of records at @owner, in the answer section or, as a proof, in the authority section
 * @keys: of the zone that has to have signed them
 *
 * Returns: (transfer full): NULL if nothing is wrong with the signatures; whether that of a proof
 *   fits is not looked at
 */
gchar *zone_fault_describe_set(const GetdnsReply *reply, const DnsName *owner, guint16 type,
                               const ZoneKeys *keys, gint64 now);

/**
 * zone_fault_describe_keys:
 * @reply: has the zone's DNSKEY and DS records
 * @anchors: (nullable): DS and DNSKEY records, for the root, instead of DS records of the reply
 * @keys: the zone's, as read from @reply
 *
 * Returns: (transfer full): NULL if they fit each other
 */
gchar *zone_fault_describe_keys(const GetdnsReply *reply, const getdns_list *anchors,
                                const ZoneKeys *keys, gint64 now);

/* Whether there are DS records of the zone. getdns puts empty ones where there are none. */
gboolean zone_fault_has_ds(const GetdnsReply *reply, const DnsName *zone);

/* Whether the zone has DS records, all of algorithms or digests that are not known here: it counts
 * as unsigned then (RFC 4035 §5.2, RFC 4509 §3). */
gboolean zone_fault_has_unknown_ds_only(const GetdnsReply *reply, const DnsName *zone);

/* "zone example.org", "the root". */
gchar *zone_fault_name_zone(const DnsName *zone);
