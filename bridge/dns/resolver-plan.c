/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-plan.h"

/* Before a server that has failed at once is asked again, the first time and later. */
#define SHORT_DELAY_MS 50u
#define LONG_DELAY_MS  400u

struct _ResolverPlan {
    ResolverTransport transport;
    gboolean recursive;
    guint n_servers;
    guint n_attempts;
    gint64 quick_us; /* a failure that came sooner came at once */
    ResolverPlanClock clock;
    guint preferred; /* the server that answered last */
    /* [server][transport]: left out until then */
    gint64 avoided[RESOLVER_PLAN_MAX_SERVERS][RESOLVER_N_TRANSPORTS];
};

/* How many attempts it takes to ask every server, and one by each of the other transports. */
static guint
count_attempts(const ResolverConfig *config, guint n_servers)
{
    static const guint n_others[RESOLVER_N_TRANSPORTS] = {
        [RESOLVER_TRANSPORT_TCP] = 1,
        [RESOLVER_TRANSPORT_UDP] = 1,
        [RESOLVER_TRANSPORT_TLS] = 0,
        [RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC] = 2,
    };
    return config->recursive ? 1 : MAX(config->attempts, n_servers + n_others[config->transport]);
}

ResolverPlan *
resolver_plan_new(const ResolverConfig *config, guint n_servers, ResolverPlanClock clock)
{
    ResolverPlan *plan = g_new0(ResolverPlan, 1);
    plan->transport = config->transport;
    plan->recursive = config->recursive;
    plan->n_servers = CLAMP(n_servers, 1, RESOLVER_PLAN_MAX_SERVERS);
    plan->n_attempts = count_attempts(config, plan->n_servers);
    plan->quick_us = (gint64)config->attempt_timeout_ms * 1000 / 2;
    plan->clock = clock;
    return plan;
}

void
resolver_plan_free(ResolverPlan *plan)
{
    g_free(plan);
}

static guint64
server_bit(guint server)
{
    return (guint64)1 << server;
}

static gboolean
is_avoided(const ResolverPlan *plan, guint server, ResolverTransport transport)
{
    return plan->avoided[server][transport] > plan->clock();
}

/* TCP for UDP and the other way round. */
static ResolverTransport
get_other(ResolverTransport transport)
{
    return transport == RESOLVER_TRANSPORT_TCP ? RESOLVER_TRANSPORT_UDP : RESOLVER_TRANSPORT_TCP;
}

static ResolverTransport
choose_transport(const ResolverPlan *plan, const ResolverTrail *trail)
{
    gboolean is_last = trail->n_counted + 1 == plan->n_attempts && trail->n_attempts > 0;
    gboolean opportunistic = plan->transport == RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC;
    ResolverTransport transport = plan->transport;
    if (plan->recursive || transport == RESOLVER_TRANSPORT_TLS)
        return transport;
    if (is_last)
        transport = opportunistic ? RESOLVER_TRANSPORT_UDP : get_other(transport);
    else if (opportunistic &&
             (trail->n_counted >= plan->n_servers || is_avoided(plan, trail->server, transport)))
        transport = RESOLVER_TRANSPORT_TCP;
    if (transport != RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC &&
        is_avoided(plan, trail->server, transport) &&
        !is_avoided(plan, trail->server, get_other(transport)))
        transport = get_other(transport);
    return transport;
}

static guint
choose_delay(const ResolverTrail *trail)
{
    if ((trail->quick & server_bit(trail->server)) == 0)
        return 0;
    return trail->n_quick == 1 ? SHORT_DELAY_MS : LONG_DELAY_MS;
}

/* FALSE if all servers are spoiled. */
static gboolean
choose_server(const ResolverPlan *plan, ResolverTrail *trail)
{
    for (guint i = 0; i < plan->n_servers; i++) {
        guint server = trail->next_server;
        trail->next_server = (server + 1) % plan->n_servers;
        if ((trail->spoiled & server_bit(server)) != 0)
            continue;
        trail->server = server;
        return TRUE;
    }
    return FALSE;
}

static gboolean
begin_attempt(ResolverPlan *plan, ResolverTrail *trail)
{
    if (trail->n_counted >= plan->n_attempts || !choose_server(plan, trail))
        return FALSE;
    trail->transport = choose_transport(plan, trail);
    trail->delay_ms = choose_delay(trail);
    trail->n_attempts++;
    trail->began = plan->clock() + (gint64)trail->delay_ms * 1000;
    return TRUE;
}

void
resolver_plan_begin(ResolverPlan *plan, ResolverTrail *trail)
{
    *trail = (ResolverTrail){.next_server = plan->preferred};
    begin_attempt(plan, trail);
}

/* A port that nobody listens at is no reason to try the same transport again, if there is a
 * next one. */
static gboolean
is_free(const ResolverPlan *plan, const ResolverTrail *trail)
{
    return !plan->recursive && trail->transport == plan->transport &&
           trail->transport != RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC &&
           trail->n_quick <= RESOLVER_PLAN_FREE_FAILURES;
}

gboolean
resolver_plan_note_silent(ResolverPlan *plan, ResolverTrail *trail)
{
    gboolean quick = plan->clock() - trail->began < plan->quick_us;
    trail->silent[trail->transport] |= server_bit(trail->server);
    if (quick) {
        trail->quick |= server_bit(trail->server);
        trail->n_quick++;
    }
    if (!quick || !is_free(plan, trail))
        trail->n_counted++;
    if (plan->preferred == trail->server)
        plan->preferred = (plan->preferred + 1) % plan->n_servers;
    return begin_attempt(plan, trail);
}

gboolean
resolver_plan_note_poor(ResolverPlan *plan, ResolverTrail *trail)
{
    trail->spoiled |= server_bit(trail->server);
    trail->n_counted++;
    return begin_attempt(plan, trail);
}

void
resolver_plan_note_good(ResolverPlan *plan, const ResolverTrail *trail)
{
    gint64 until = plan->clock() + RESOLVER_PLAN_AVOID_SECONDS * G_TIME_SPAN_SECOND;
    for (guint i = 0; i < RESOLVER_N_TRANSPORTS; i++)
        if ((trail->silent[i] & server_bit(trail->server)) != 0)
            plan->avoided[trail->server][i] = until;
    plan->avoided[trail->server][trail->transport] = 0;
    plan->preferred = trail->server;
}
