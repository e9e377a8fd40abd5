/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-config.h"
#include "resolver.h"

/* Makes the engine that @config names; from the root libunbound asks, whichever that is. getdns
 * would leave it to libunbound, too, but go over what that finds bogus once more by itself: it
 * finds some of it insecure, dies of some, and computes for long over other (CVE-2023-50387). Nor
 * could it name other root servers, or say why an answer is bogus.
 *
 * @config: with servers, or recursive; @anchors: see trust_anchor_parse().
 * @error: DNS_ERROR_SERVER, DNS_ERROR_TRUST_ANCHOR, DNS_ERROR_PROGRAM */
Resolver *resolver_engine_new(const ResolverConfig *config, const gchar *const *anchors,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
