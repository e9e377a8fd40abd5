/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-config.h"
#include "resolver.h"

/* Makes the engine that @config names.
 *
 * @config: with servers, or recursive; @anchors: see trust_anchor_parse().
 * @error: DNS_ERROR_SERVER, DNS_ERROR_TRUST_ANCHOR, DNS_ERROR_PROGRAM */
Resolver *resolver_engine_new(const ResolverConfig *config, const gchar *const *anchors,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
