/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-config.h"
#include "resolver.h"

/* Makes the engine that @config names. getdns leaves asking from the root to libunbound, and tells
 * it of other root servers than the world's by a file, which the resolver program may not write:
 * with root servers that are named libunbound is asked directly.
 *
 * @config: with servers, or recursive; @anchors: see trust_anchor_parse().
 * @error: DNS_ERROR_SERVER, DNS_ERROR_TRUST_ANCHOR, DNS_ERROR_PROGRAM */
Resolver *resolver_engine_new(const ResolverConfig *config, const gchar *const *anchors,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
