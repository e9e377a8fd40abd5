/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-store.h"
#include "resolver-table.h"

/* A resolver that remembers another one's answers: in memory, and on disk if it is given a store.
 *
 * Key: type and lower-case name. Lifetime: the answer's ttl (the smallest of TTL, original TTL and
 * what is left of the signatures; for denials the SOA minimum too), within the bounds of
 * resolver_lease_get_length(). A remembered answer has the ttl that is left, and the name as it was
 * asked for. Lookups for the same key under way share one question, which is cancelled when all of
 * them are. Errors are not remembered. No question is asked but for a lookup, and none for another
 * spelling of its name.
 *
 * When the network changes the memory is emptied, that nothing be held for unreachable or bogus
 * that the former network broke; answers to questions that were asked before that are handed on but
 * not kept. What is on disk stays: it is proven, whatever the network. When the file is taken away,
 * by whatever process, the memory is emptied too. */

/* In memory. */
#define RESOLVER_CACHE_MAX        5000
#define RESOLVER_CACHE_MAX_OCTETS (32u * 1024 * 1024)

#define RESOLVER_CACHE_TYPE (resolver_cache_get_type())
G_DECLARE_FINAL_TYPE(ResolverCache, resolver_cache, RESOLVER, CACHE, GObject)

/**
 * resolver_cache_new:
 * @table: of this cache alone, but that other threads may look into it; outlives it
 * @store: (nullable): outlives it, and is used by nobody else
 */
ResolverCache *resolver_cache_new(Resolver *source, ResolverTable *table, ResolverStore *store,
                                  ResolverClock clock);

/* What is known without asking anybody, or NULL: in memory, as of resolver_cache_new()'s arguments.
 * From any thread, a few microseconds. */
ResolverAnswer *resolver_cache_peek(ResolverTable *table, ResolverStore *store,
                                    const ResolverKey *key,
                                    ResolverMoment now) G_GNUC_WARN_UNUSED_RESULT;

/* Forgets one answer, to have it asked for anew. */
void resolver_cache_forget(ResolverCache *self, const ResolverKey *key);
/* The same unless it is SECURE_RECORDS. */
void resolver_cache_forget_without_records(ResolverCache *self, const ResolverKey *key);
