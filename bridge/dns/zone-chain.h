/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "getdns-question.h"
#include "zone-store.h"

/* Finds out about zones through one name server: asks for a zone's DS and DNSKEY records both at
 * once, and proves them link by link down from the root's anchors (RFC 4035 §5). Which zone is the
 * one above is told by the signature over the DS records, or over the proof that there are none.
 *
 * Any number of lookups wait for the same answers. What is proven goes to the store, which other
 * servers' chains share; what is refused, since it would cost too much to check, does not. */

typedef struct _ZoneChain ZoneChain;

/**
 * zone_chain_new:
 * @route: copied; its pace outlives the chain
 * @store: outlives the chain
 * @anchors: see trust_anchor_parse()
 * @timeout_ms: for one zone, with all its questions
 */
ZoneChain *zone_chain_new(const GetdnsRoute *route, ZoneStore *store, const gchar *const *anchors,
                          guint timeout_ms);
ZoneChain *zone_chain_ref(ZoneChain *chain);
void zone_chain_unref(ZoneChain *chain);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ZoneChain, zone_chain_unref)

const GetdnsRoute *zone_chain_get_route(const ZoneChain *chain);
/* DS and DNSKEY records of the root. */
const getdns_list *zone_chain_get_anchors(const ZoneChain *chain);

/* What is known. @out_pending: whether more will be known soon, then with ZONE_UNKNOWN.
 * @out_keys: see zone_store_find() */
ZoneStatus zone_chain_find(ZoneChain *chain, const DnsName *zone, gboolean *out_pending,
                           ZoneKeys **out_keys);

/* Begins to ask about a zone of which nothing is known and nothing pending. */
void zone_chain_ask(ZoneChain *chain, const DnsName *zone);

/* Forgets what is known of a zone: it does not fit any more. */
void zone_chain_forget(ZoneChain *chain, const DnsName *zone);

typedef void (*ZoneChainChanged)(gpointer user_data);

/* Calls @changed once, from the main loop, when more is known or will not be known. */
void zone_chain_wait(ZoneChain *chain, ZoneChainChanged changed, gpointer user_data);
void zone_chain_stop_waiting(ZoneChain *chain, gpointer user_data);
