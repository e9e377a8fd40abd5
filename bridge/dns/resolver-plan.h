/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-config.h"

/* Which server is asked by which transport, in which order, and when again: what an engine does
 * after each failure, without asking anybody itself.
 *
 * Servers take turns, beginning with the one that answered last. TCP and UDP end with one attempt
 * by the other, for servers or networks that lack one of them; opportunistic TLS goes over to TCP
 * and ends with UDP; strict TLS stays TLS (RFC 8310 §5). A transport by which a server was silent
 * when it answered by another is left out for RESOLVER_PLAN_AVOID_SECONDS.
 *
 * An attempt may fail at once: the server is restarting, or has closed a connection that it thought
 * idle (RFC 7766 §6.2.3). The first RESOLVER_PLAN_FREE_FAILURES such failures of a lookup do not
 * count, and a server that failed so is left in peace for a moment before it is asked again. A
 * server whose answer another may better is not asked again. */

#define RESOLVER_PLAN_AVOID_SECONDS 300
#define RESOLVER_PLAN_FREE_FAILURES 2u
#define RESOLVER_PLAN_MAX_SERVERS   64u

typedef struct _ResolverPlan ResolverPlan;

/* Monotonic time in microseconds. */
typedef gint64 (*ResolverPlanClock)(void);

/* @n_servers: at least one; asking from the root counts as one server, asked once */
ResolverPlan *resolver_plan_new(const ResolverConfig *config, guint n_servers,
                                ResolverPlanClock clock);
void resolver_plan_free(ResolverPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ResolverPlan, resolver_plan_free)

/* One lookup's way; the caller reads the first three members. */
typedef struct {
    guint server;
    /* RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC: TLS without authentication */
    ResolverTransport transport;
    guint delay_ms; /* before this attempt */
    guint n_attempts;
    guint n_counted;
    guint n_quick;
    guint next_server;
    guint64 spoiled; /* servers, a bit each: not asked again */
    guint64 quick;   /* that failed at once */
    guint64 silent[RESOLVER_N_TRANSPORTS];
    gint64 began;
} ResolverTrail;

/* The first attempt, which there always is. */
void resolver_plan_begin(ResolverPlan *plan, ResolverTrail *trail);

/* The attempt at hand had no answer, or no connection. Returns: whether there is another. */
gboolean resolver_plan_note_silent(ResolverPlan *plan, ResolverTrail *trail);
/* It had one that another server may better: bogus, or an error. Returns: whether there is another.
 */
gboolean resolver_plan_note_poor(ResolverPlan *plan, ResolverTrail *trail);
void resolver_plan_note_good(ResolverPlan *plan, const ResolverTrail *trail);
