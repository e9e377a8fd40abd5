/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-unbound.h"

#include "unbound-channel.h"

struct _ResolverUnbound {
    EngineBase parent_instance;
    /* (element-type UnboundChannel): [server][transport]; NULL until it is needed */
    UnboundChannel **channels;
};

G_DEFINE_TYPE(ResolverUnbound, resolver_unbound, ENGINE_BASE_TYPE)

static guint
count_channels(ResolverUnbound *self)
{
    return engine_base_count_servers(ENGINE_BASE(self)) * RESOLVER_N_TRANSPORTS;
}

static UnboundChannel *
open_channel(ResolverUnbound *self, guint index, ResolverTransport transport, GError **error)
{
    EngineBase *base = ENGINE_BASE(self);
    UnboundChannel **channel = &self->channels[index * RESOLVER_N_TRANSPORTS + transport];
    const ResolverServer *server = engine_base_get_server(base, index);
    /* Its questions keep the old one until they are answered. */
    if (*channel != NULL && unbound_channel_is_stale(*channel))
        g_clear_pointer(channel, unbound_channel_unref);
    if (*channel == NULL)
        *channel = unbound_channel_new(engine_base_get_config(base),
                                       server == NULL ? NULL : server->address, transport,
                                       engine_base_get_anchors(base), error);
    return *channel;
}

static void
drop_connections(EngineBase *base)
{
    ResolverUnbound *self = RESOLVER_UNBOUND(base);
    for (guint i = 0; i < count_channels(self); i++)
        g_clear_pointer(&self->channels[i], unbound_channel_unref);
}

/* Takes @answer. */
static void
on_query(UnboundQueryResult result, ResolverAnswer *answer, gpointer user_data)
{
    engine_lookup_end_attempt(
        user_data, result == UNBOUND_QUERY_SILENT ? ENGINE_ATTEMPT_SILENT : ENGINE_ATTEMPT_ANSWERED,
        answer);
}

static gpointer
begin_attempt(EngineBase *base, const EngineAttempt *attempt, GError **error)
{
    UnboundChannel *channel =
        open_channel(RESOLVER_UNBOUND(base), attempt->server, attempt->transport, error);
    if (channel == NULL)
        return NULL;
    return unbound_query_new(channel, attempt->owner_name, attempt->rr_type, attempt->timeout_ms,
                             on_query, attempt->lookup);
}

static void
cancel_attempt(gpointer attempt)
{
    unbound_query_cancel(attempt);
}

static void
resolver_unbound_finalize(GObject *object)
{
    ResolverUnbound *self = RESOLVER_UNBOUND(object);
    for (guint i = 0; self->channels != NULL && i < count_channels(self); i++)
        unbound_channel_unref(self->channels[i]);
    g_free(self->channels);
    G_OBJECT_CLASS(resolver_unbound_parent_class)->finalize(object);
}

static void
resolver_unbound_class_init(ResolverUnboundClass *klass)
{
    EngineBaseClass *base = ENGINE_BASE_CLASS(klass);
    base->begin_attempt = begin_attempt;
    base->cancel_attempt = cancel_attempt;
    base->drop_connections = drop_connections;
    G_OBJECT_CLASS(klass)->finalize = resolver_unbound_finalize;
}

static void
resolver_unbound_init(ResolverUnbound *self G_GNUC_UNUSED)
{
}

static gboolean
check_transport(const ResolverConfig *config, GError **error)
{
    if (config->transport != RESOLVER_TRANSPORT_TLS)
        return TRUE;
    g_set_error_literal(error, DNS_ERROR, DNS_ERROR_SERVER,
                        "libunbound can't authenticate a name server over TLS: use the engine "
                        "getdns");
    return FALSE;
}

ResolverUnbound *
resolver_unbound_new(const ResolverConfig *config, const gchar *const *anchors, GError **error)
{
    g_autoptr(ResolverUnbound) self = g_object_new(RESOLVER_UNBOUND_TYPE, NULL);
    g_autoptr(ResolverConfig) own = resolver_config_copy(config);
    /* It can't do TLS without authentication either; without that, TCP is the next best. */
    if (config->transport == RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC)
        own->transport = RESOLVER_TRANSPORT_TCP;
    gboolean ok = engine_base_configure(ENGINE_BASE(self), own, anchors, error);
    self->channels = g_new0(UnboundChannel *, count_channels(self));
    /* Here and not with the first lookup, so that anchors which libunbound refuses are told as
     * such. */
    if (!ok || !check_transport(config, error) ||
        open_channel(self, 0, own->transport, error) == NULL)
        return NULL;
    return g_steal_pointer(&self);
}
