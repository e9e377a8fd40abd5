/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver.h"

/* A resolver that remembers another one's answers, in memory.
 *
 * Key: type and lower-case name. Lifetime: the answer's ttl (the smallest of TTL, original TTL and
 * what is left of the signatures; for denials the SOA minimum too), at most 3600 s for
 * SECURE_RECORDS, 900 s for SECURE_DENIAL, 300 s for INSECURE, 60 s for BOGUS, 5 s for the rest
 * (RFC 2308 §5, RFC 8162 §6: failed attempts are not repeated at once). Lookups for the same key
 * under way share one question. At most RESOLVER_CACHE_MAX entries, the oldest leave first. Emptied
 * when the network changes. */

#define RESOLVER_CACHE_MAX 5000

#define RESOLVER_CACHE_TYPE (resolver_cache_get_type())
G_DECLARE_FINAL_TYPE(ResolverCache, resolver_cache, RESOLVER, CACHE, GObject)

/* Monotonic time in microseconds; tests hand in their own. */
typedef gint64 (*ResolverCacheClock)(void);

ResolverCache *resolver_cache_new(Resolver *source, ResolverCacheClock clock);
void resolver_cache_clear(ResolverCache *self);
