/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "engine-base.h"

/* The engine with libunbound, inside the resolver program: an attempt is a question to a context of
 * libunbound (unbound-channel.h), which asks again by itself when a packet is lost, and asks for
 * the keys of a zone once. */

#define RESOLVER_UNBOUND_TYPE (resolver_unbound_get_type())
G_DECLARE_FINAL_TYPE(ResolverUnbound, resolver_unbound, RESOLVER, UNBOUND, EngineBase)

/* libunbound, as Debian builds it, has no TLS that works: RESOLVER_TRANSPORT_TLS is refused, and
 * RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC is TCP.
 *
 * @config: with servers, or recursive; @anchors: see trust_anchor_parse().
 * @error: DNS_ERROR_SERVER, DNS_ERROR_TRUST_ANCHOR, DNS_ERROR_PROGRAM */
ResolverUnbound *resolver_unbound_new(const ResolverConfig *config, const gchar *const *anchors,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
