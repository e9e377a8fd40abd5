/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-getdns.h"

#include "getdns-attempt.h"

struct _ResolverGetdns {
    EngineBase parent_instance;
    ZoneStore *store;
    GetdnsPace *paces; /* by server */
    /* (element-type ZoneChain): [server][transport], each with its channel; NULL until it is
     * needed */
    ZoneChain **chains;
};

/* An attempt of the base's, through one chain. */
typedef struct {
    ResolverGetdns *engine; /* which outlives it */
    EngineLookup *lookup;
    ZoneChain *chain;
    GetdnsAttempt *attempt;
} Attempt;

G_DEFINE_TYPE(ResolverGetdns, resolver_getdns, ENGINE_BASE_TYPE)

static guint
count_chains(ResolverGetdns *self)
{
    return engine_base_count_servers(ENGINE_BASE(self)) * RESOLVER_N_TRANSPORTS;
}

static GetdnsChannel *
new_channel(ResolverGetdns *self, guint server, ResolverTransport transport, GError **error)
{
    EngineBase *base = ENGINE_BASE(self);
    return getdns_channel_new(engine_base_get_config(base), engine_base_get_server(base, server),
                              transport, engine_base_get_anchors(base), error);
}

/* The one over UDP beside TCP and the other way round; with one attempt each transport stands for
 * itself. */
static gboolean
open_other_channel(ResolverGetdns *self, guint server, ResolverTransport transport,
                   GetdnsRoute *route, GError **error)
{
    const ResolverConfig *config = engine_base_get_config(ENGINE_BASE(self));
    if (transport == RESOLVER_TRANSPORT_UDP)
        return (route->stream = new_channel(self, server, RESOLVER_TRANSPORT_TCP, error)) != NULL;
    if (transport != RESOLVER_TRANSPORT_TCP || config->attempts == 1)
        return TRUE;
    return (route->beside = new_channel(self, server, RESOLVER_TRANSPORT_UDP, error)) != NULL;
}

static ZoneChain *
open_chain(ResolverGetdns *self, guint server, ResolverTransport transport, GError **error)
{
    EngineBase *base = ENGINE_BASE(self);
    ZoneChain **chain = &self->chains[server * RESOLVER_N_TRANSPORTS + transport];
    if (*chain != NULL)
        return *chain;
    GetdnsRoute route = {.channel = new_channel(self, server, transport, error)};
    if (route.channel != NULL && open_other_channel(self, server, transport, &route, error)) {
        if (route.beside != NULL || transport == RESOLVER_TRANSPORT_UDP)
            route.pace = &self->paces[server];
        *chain = zone_chain_new(&route, self->store, engine_base_get_anchors(base),
                                engine_base_get_config(base)->attempt_timeout_ms);
    }
    getdns_channel_unref(route.channel);
    getdns_channel_unref(route.stream);
    getdns_channel_unref(route.beside);
    return *chain;
}

/* What stands in its sockets is of no use any more: the next attempt begins with new ones. */
static void
close_chain(ResolverGetdns *self, const ZoneChain *chain)
{
    for (guint i = 0; i < count_chains(self); i++)
        if (self->chains[i] == chain)
            g_clear_pointer(&self->chains[i], zone_chain_unref);
}

static void
drop_connections(EngineBase *base)
{
    ResolverGetdns *self = RESOLVER_GETDNS(base);
    for (guint i = 0; i < count_chains(self); i++)
        g_clear_pointer(&self->chains[i], zone_chain_unref);
}

static void
explain_silence(ResolverAnswer *answer, const GetdnsChannel *channel)
{
    const gchar *problem = getdns_channel_get_problem(channel);
    if (problem == NULL)
        return;
    g_free(answer->detail);
    answer->detail = g_strdup(problem);
}

static void
attempt_free(Attempt *attempt)
{
    zone_chain_unref(attempt->chain);
    g_free(attempt);
}

static void
on_attempt(GetdnsAttemptResult result, ResolverAnswer *answer, gpointer user_data)
{
    Attempt *attempt = user_data;
    EngineLookup *lookup = attempt->lookup;
    gboolean silent = result == GETDNS_ATTEMPT_SILENT;
    if (silent) {
        explain_silence(answer, zone_chain_get_route(attempt->chain)->channel);
        close_chain(attempt->engine, attempt->chain);
    }
    attempt_free(attempt);
    engine_lookup_end_attempt(lookup, silent ? ENGINE_ATTEMPT_SILENT : ENGINE_ATTEMPT_ANSWERED,
                              answer);
}

static gpointer
begin_attempt(EngineBase *base, const EngineAttempt *what, GError **error)
{
    ResolverGetdns *self = RESOLVER_GETDNS(base);
    ZoneChain *chain = open_chain(self, what->server, what->transport, error);
    if (chain == NULL)
        return NULL;
    Attempt *attempt = g_new0(Attempt, 1);
    attempt->engine = self;
    attempt->lookup = what->lookup;
    attempt->chain = zone_chain_ref(chain);
    attempt->attempt = getdns_attempt_new(chain, what->owner_name, what->rr_type, what->timeout_ms,
                                          on_attempt, attempt);
    return attempt;
}

static void
cancel_attempt(gpointer data)
{
    Attempt *attempt = data;
    getdns_attempt_cancel(attempt->attempt);
    attempt_free(attempt);
}

static void
resolver_getdns_finalize(GObject *object)
{
    ResolverGetdns *self = RESOLVER_GETDNS(object);
    for (guint i = 0; self->chains != NULL && i < count_chains(self); i++)
        zone_chain_unref(self->chains[i]);
    g_free(self->chains);
    g_free(self->paces);
    zone_store_free(self->store);
    G_OBJECT_CLASS(resolver_getdns_parent_class)->finalize(object);
}

static void
resolver_getdns_class_init(ResolverGetdnsClass *klass)
{
    EngineBaseClass *base = ENGINE_BASE_CLASS(klass);
    base->begin_attempt = begin_attempt;
    base->cancel_attempt = cancel_attempt;
    base->drop_connections = drop_connections;
    G_OBJECT_CLASS(klass)->finalize = resolver_getdns_finalize;
}

static void
resolver_getdns_init(ResolverGetdns *self)
{
    self->store = zone_store_new(ZONE_STORE_MAX_ZONES);
}

ResolverGetdns *
resolver_getdns_new(const ResolverConfig *config, const gchar *const *anchors, GError **error)
{
    g_return_val_if_fail(!config->recursive, NULL);
    g_autoptr(ResolverGetdns) self = g_object_new(RESOLVER_GETDNS_TYPE, NULL);
    gboolean ok = engine_base_configure(ENGINE_BASE(self), config, anchors, error);
    self->chains = g_new0(ZoneChain *, count_chains(self));
    self->paces = g_new0(GetdnsPace, engine_base_count_servers(ENGINE_BASE(self)));
    /* Here and not with the first lookup, so that anchors which getdns refuses are told as such. */
    if (!ok || open_chain(self, 0, config->transport, error) == NULL)
        return NULL;
    return g_steal_pointer(&self);
}
