/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "engine-base.h"

/* The engine with getdns, inside the resolver program: an attempt is getdns-attempt.h, through a
 * chain of zones for each server and transport (zone-chain.h), which all know what one has proven.
 */

#define RESOLVER_GETDNS_TYPE (resolver_getdns_get_type())
G_DECLARE_FINAL_TYPE(ResolverGetdns, resolver_getdns, RESOLVER, GETDNS, EngineBase)

/* @config: with servers, or recursive; @anchors: see trust_anchor_parse().
 * @error: DNS_ERROR_SERVER, DNS_ERROR_TRUST_ANCHOR, DNS_ERROR_PROGRAM */
ResolverGetdns *resolver_getdns_new(const ResolverConfig *config, const gchar *const *anchors,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
