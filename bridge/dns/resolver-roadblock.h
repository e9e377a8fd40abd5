/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-config.h"
#include "resolver.h"

/* A resolver that tells tampering from a name server that can't do DNSSEC, and goes round the
 * latter where the configuration says so (RFC 8027).
 *
 * An answer that is bogus, or an error, has the servers asked for RESOLVER_CONFIG_PROBE_NAME. If
 * that validates, the fault is in the domain, and the answer stands. If it does not, the servers
 * strip or break DNSSEC: for RESOLVER_ROADBLOCK_SECONDS lookups are then asked from the root (by
 * libunbound, to which getdns would leave that), and what validates there is the answer. What does
 * not, or where the root's servers can't be reached, leaves the servers' own answer: bogus stays
 * bogus, since whoever strips signatures may tamper as well. The answer's detail tells which it
 * was. */

#define RESOLVER_ROADBLOCK_SECONDS 600
/* How long it is believed that there is none, or no way round. */
#define RESOLVER_ROADBLOCK_CLEAR_SECONDS 60

#define RESOLVER_ROADBLOCK_TYPE (resolver_roadblock_get_type())
G_DECLARE_FINAL_TYPE(ResolverRoadblock, resolver_roadblock, RESOLVER, ROADBLOCK, GObject)

/* Makes an engine of its own; see resolver_engine_new(). */
ResolverRoadblock *resolver_roadblock_new(const ResolverConfig *config, const gchar *const *anchors,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
