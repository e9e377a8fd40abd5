/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-config.h"
#include "resolver.h"

/* The engine with getdns, inside the resolver program.
 *
 * Keeps a window of lookups on the network. Each attempt has its own time limit and the lookup its
 * deadline. A server that is silent, in trouble (SERVFAIL, …) or gives a bogus answer is passed
 * over for the next one, if there is another: see resolver-plan.h. */

#define RESOLVER_GETDNS_TYPE (resolver_getdns_get_type())
G_DECLARE_FINAL_TYPE(ResolverGetdns, resolver_getdns, RESOLVER, GETDNS, GObject)

/* @config: with servers, or recursive; @anchors: see trust_anchor_parse().
 * @error: DNS_ERROR_SERVER, DNS_ERROR_TRUST_ANCHOR, DNS_ERROR_PROGRAM */
ResolverGetdns *resolver_getdns_new(const ResolverConfig *config, const gchar *const *anchors,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
