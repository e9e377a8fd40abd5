/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "getdns-scoped.h"
#include "resolver-server.h"

/* A getdns context that asks one server by one transport, with its event loop.
 *
 * It keeps to what getdns 1.6.0 bears: no anchors fetched from the network, none found by itself,
 * no limit on outstanding queries, no time limit of its own (the timers are ours: one that fires
 * for a DNSKEY or DS sub-query leaves a dangling pointer), never destroyed inside a callback. */

typedef struct _GetdnsChannel GetdnsChannel;

/**
 * getdns_channel_new:
 * @config: of it the authorities for TLS
 * @server: with RESOLVER_TRANSPORT_TLS it has a name
 * @transport: the one that is used; with RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC this is TLS without
 *   authentication, and RESOLVER_TRANSPORT_UDP gives truncated answers as they are: when
 * getdns 1.6.0 goes over to TCP by itself and the query is cancelled, it closes the connection of
 * all others
 * @anchors: see trust_anchor_parse(); they are checked only, and all that the server answers is
 *   "indeterminate"
 * @error: DNS_ERROR_TRUST_ANCHOR, DNS_ERROR_SERVER, or DNS_ERROR_PROGRAM if getdns refuses
 */
GetdnsChannel *getdns_channel_new(const ResolverConfig *config, const ResolverServer *server,
                                  ResolverTransport transport, const gchar *const *anchors,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

getdns_context *getdns_channel_get_context(GetdnsChannel *channel);

/* Why the server was not spoken to, in words, where getdns has told: its certificate. NULL: nothing
 * is known. */
const gchar *getdns_channel_get_problem(const GetdnsChannel *channel);

GetdnsChannel *getdns_channel_ref(GetdnsChannel *channel);
/* The last reference destroys the context from the main loop, outside all callbacks. */
void getdns_channel_unref(GetdnsChannel *channel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GetdnsChannel, getdns_channel_unref)
