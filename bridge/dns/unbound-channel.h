/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-config.h"
#include "resolver.h"

/* A libunbound context that asks one server by one transport (or from the root), and the questions
 * put to it.
 *
 * The context validates by itself in a thread of its own and remembers what it has learnt: keys of
 * zones, and also how bad a server has been. unbound_channel_is_stale() tells when to begin anew.
 */

typedef struct _UnboundChannel UnboundChannel;
typedef struct _UnboundQuery UnboundQuery;

/**
 * unbound_channel_new:
 * @config: of it the servers of the root
 * @server: (nullable): NULL to ask from the root
 * @anchors: see trust_anchor_parse()
 * @error: DNS_ERROR_TRUST_ANCHOR, or DNS_ERROR_PROGRAM if libunbound refuses
 */
UnboundChannel *unbound_channel_new(const ResolverConfig *config, GInetSocketAddress *server,
                                    ResolverTransport transport, const gchar *const *anchors,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

UnboundChannel *unbound_channel_ref(UnboundChannel *channel);
/* The last reference ends the context and its thread. */
void unbound_channel_unref(UnboundChannel *channel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UnboundChannel, unbound_channel_unref)

/* Whether what the context remembers of failures has outlived its use. */
gboolean unbound_channel_is_stale(const UnboundChannel *channel);

typedef enum {
    /* No answer in time; or libunbound has none, and nothing tells that the server gives it any:
     * it says "SERVFAIL" to a server that is not there too. */
    UNBOUND_QUERY_SILENT,
    UNBOUND_QUERY_ANSWERED
} UnboundQueryResult;

/* Called once, from the main loop, outside libunbound. The query is gone then. @answer: (transfer
 * full) */
typedef void (*UnboundQueryDone)(UnboundQueryResult result, ResolverAnswer *answer,
                                 gpointer user_data);

UnboundQuery *unbound_query_new(UnboundChannel *channel, const gchar *owner_name, guint16 rr_type,
                                guint timeout_ms, UnboundQueryDone done, gpointer user_data);

/* Ends it without a call of @done. Not to be used after @done has been called. */
void unbound_query_cancel(UnboundQuery *query);
