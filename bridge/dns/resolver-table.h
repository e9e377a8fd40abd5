/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-moment.h"
#include "resolver.h"

/* Answers in memory, by type and name in whatever case (RFC 4343). Bounded: the oldest leave first.
 * Any thread may use it at any time; what it costs is a lock, a look and a copy. */
typedef struct _ResolverTable ResolverTable;

typedef struct {
    const gchar *owner_name; /* without a dot at the end */
    guint16 rr_type;
} ResolverKey;

guint resolver_key_hash(gconstpointer key);
gboolean resolver_key_equal(gconstpointer a, gconstpointer b);

/* @max_octets: of all answers together, with what they take beside their records */
ResolverTable *resolver_table_new(guint max_entries, gsize max_octets);
void resolver_table_free(ResolverTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ResolverTable, resolver_table_free)

/* A copy with the name as @key has it and the ttl that is left; NULL if there is none. */
ResolverAnswer *resolver_table_get(ResolverTable *table, const ResolverKey *key,
                                   ResolverMoment now) G_GNUC_WARN_UNUSED_RESULT;

/* Whoever asks a question notes the generation before; an answer that comes back after the table
 * was emptied is of another one, and not taken. */
guint resolver_table_get_generation(ResolverTable *table);
/* Keeps a copy instead of what it had. FALSE: of another generation. */
gboolean resolver_table_put(ResolverTable *table, guint generation, const ResolverAnswer *answer,
                            const ResolverLease *lease);
void resolver_table_remove(ResolverTable *table, const ResolverKey *key);
/* The next generation begins. */
void resolver_table_clear(ResolverTable *table);

guint resolver_table_get_n_entries(ResolverTable *table);
/* (element-type ResolverAnswer) (transfer full): copies of what holds, the oldest first */
GPtrArray *resolver_table_list(ResolverTable *table, ResolverMoment now);
