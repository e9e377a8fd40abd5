/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver.h"

/* A resolver that remembers another one's answers, in memory.
 *
 * Key: type and lower-case name. Lifetime: the answer's ttl (the smallest of TTL, original TTL and
 * what is left of the signatures; for denials the SOA minimum too), at most 3600 s for
 * SECURE_RECORDS, 900 s for SECURE_DENIAL and 300 s for INSECURE; what has failed is not repeated
 * at once (RFC 2308 §5, §7, RFC 4035 §4.7, RFC 8162 §6): BOGUS counts for 5 to 60 s, the rest for 5
 * s, whatever the ttl. A remembered answer has the ttl that is left, and the name as it was asked
 * for. Lookups for the same key under way share one question, which is cancelled when all of them
 * are. Errors are not remembered. At most RESOLVER_CACHE_MAX entries, the oldest leave first.
 * Emptied when the network changes; answers to questions that were asked before that are handed on
 * but not kept. */

#define RESOLVER_CACHE_MAX 5000

#define RESOLVER_CACHE_TYPE (resolver_cache_get_type())
G_DECLARE_FINAL_TYPE(ResolverCache, resolver_cache, RESOLVER, CACHE, GObject)

/* Monotonic time in microseconds; tests hand in their own. */
typedef gint64 (*ResolverCacheClock)(void);

ResolverCache *resolver_cache_new(Resolver *source, ResolverCacheClock clock);
void resolver_cache_clear(ResolverCache *self);
guint resolver_cache_get_n_entries(ResolverCache *self);
