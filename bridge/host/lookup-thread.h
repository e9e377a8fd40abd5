/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "bridge.h"

/* The resolver's main context on a thread of its own, so that operations, which are plain blocking
 * functions on worker threads, can ask it. Cache over client over the resolver program. What is in
 * the cache's memory is answered without that thread. */
typedef struct _LookupThread LookupThread;

/* @cache_file: see resolver-store.h; NULL: answers are remembered in memory alone */
LookupThread *lookup_thread_new(const gchar *program, const ResolverConfig *config,
                                const gchar *cache_file);
LookupThread *lookup_thread_ref(LookupThread *thread);
/* The last one ends the thread, and the resolver program with it. Not from that thread itself. */
void lookup_thread_unref(LookupThread *thread);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LookupThread, lookup_thread_unref)

/* See bridge_lookup(). */
GPtrArray *lookup_thread_ask(LookupThread *thread, GArray *questions, GCancellable *cancellable,
                             BridgeLookupProgress progress, gpointer user_data, GError **error);
/* See bridge_get_resolver_isolation(). */
guint lookup_thread_get_isolation(LookupThread *thread);
/* What is in memory. */
void lookup_thread_clear_cache(LookupThread *thread);
/* (element-type ResolverAnswer) (transfer full): the same */
GPtrArray *lookup_thread_list_cache(LookupThread *thread);
