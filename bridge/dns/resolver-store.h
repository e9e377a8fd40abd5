/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-config.h"
#include "resolver-moment.h"
#include "resolver-table.h"

/* Answers on disk, so that they outlive the process and are shared by all of this user's.
 *
 * What is kept: SECURE_RECORDS, SECURE_DENIAL and INSECURE, each proven by signatures up to the
 * root, and so true wherever it came from. Never what failed. Each with what it depends on, its
 * scope: the trust anchors; and, since a domain may answer otherwise inside of its own network, the
 * name servers that the user named, or that the root was to be asked, and which one. Whether it
 * holds is judged when it is read (resolver-moment.h).
 *
 * Opened with the first use, not before. What can't be read, written or locked in time is as if it
 * were not there; the reason is kept, and another attempt made after a while. Used on one thread,
 * but for resolver_store_is_current(). Writes are gathered until resolver_store_flush(). */

/* Rows; those that end first leave first. */
#define RESOLVER_STORE_MAX_ANSWERS 10000

typedef struct _ResolverStore ResolverStore;

/* $XDG_CACHE_HOME/dane-smime/answers.sqlite */
gchar *resolver_store_dup_default_file(void);

/* @file: absolute. @clock: for the pause before another attempt, and what is over. */
ResolverStore *resolver_store_new(const gchar *file, const ResolverConfig *config,
                                  ResolverClock clock);
/* Writes what is gathered. On the thread that used it. */
void resolver_store_free(ResolverStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ResolverStore, resolver_store_free)

/* FALSE: somebody has taken the file away since it was opened, that all answers be forgotten, in
 * memory too. From any thread. */
gboolean resolver_store_is_current(ResolverStore *store);
/* Closes a file that is not current, with all that was not written to it; the next use opens the
 * one that stands there. */
void resolver_store_abandon(ResolverStore *store);

/* The answer with its name as it is in @key, and for how long it holds; or NULL. */
ResolverAnswer *resolver_store_get(ResolverStore *store, const ResolverKey *key,
                                   ResolverLease *out_lease) G_GNUC_WARN_UNUSED_RESULT;
/* Deletes it at once, that it be asked for anew; as far as nobody else is writing. */
void resolver_store_remove(ResolverStore *store, const ResolverKey *key);
/* Instead of what is there; an answer that is none for the disk only takes that away. */
void resolver_store_put(ResolverStore *store, const ResolverAnswer *answer,
                        const ResolverLease *lease);
/* Writes what is gathered, and deletes what is over or too much. FALSE: another process is writing;
 * to be called again. */
gboolean resolver_store_flush(ResolverStore *store);

/**
 * resolver_store_list:
 * @out_n_octets: of the file; 0: there is none
 * @error: DNS_ERROR_CACHE
 *
 * What any process has remembered, whatever it depends on, with the ttl that is left; those that
 * end first first. Returns: (element-type ResolverAnswer) (transfer full)
 */
GPtrArray *resolver_store_list(const gchar *file, ResolverMoment now, guint64 *out_n_octets,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
