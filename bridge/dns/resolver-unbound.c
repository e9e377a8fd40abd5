/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-unbound.h"

#include "resolver-plan.h"
#include "resolver-server.h"
#include "sleep-watch.h"
#include "source.h"
#include "unbound-channel.h"

struct _ResolverUnbound {
    GObject parent_instance;
    ResolverConfig *config;
    GStrv anchors;
    GPtrArray *servers; /* (element-type GInetSocketAddress): empty if recursive */
    /* (element-type UnboundChannel): [server][transport]; NULL until it is needed */
    UnboundChannel **channels;
    ResolverPlan *plan;
    SleepWatch sleep;
    GQueue waiting; /* of GTask: not on the network yet */
    guint n_active;
    gboolean starting;
};

typedef struct {
    gchar *owner_name;
    guint16 rr_type;
    ResolverTrail trail;
    GSource *delay;        /* of the next attempt */
    UnboundQuery *query;   /* of the attempt under way */
    ResolverAnswer *worst; /* an answer that another server may better */
    gboolean active;
    GSource *deadline;
    GSource *cancelled;
} EngineLookup;

static void resolver_unbound_iface_init(ResolverInterface *iface);
static void start_waiting(ResolverUnbound *self);
static void try_now(GTask *task);

G_DEFINE_TYPE_WITH_CODE(ResolverUnbound, resolver_unbound, G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(RESOLVER_TYPE, resolver_unbound_iface_init))

static void
stop_attempt(EngineLookup *lookup)
{
    if (lookup->query != NULL)
        unbound_query_cancel(g_steal_pointer(&lookup->query));
}

static void
engine_lookup_free(EngineLookup *lookup)
{
    stop_attempt(lookup);
    source_drop(&lookup->delay);
    source_drop(&lookup->deadline);
    source_drop(&lookup->cancelled);
    resolver_answer_free(lookup->worst);
    g_free(lookup->owner_name);
    g_free(lookup);
}

static guint
count_servers(const ResolverUnbound *self)
{
    return MAX(self->servers->len, 1);
}

/* Ends the lookup, whether it was on the network or waiting; the caller returns the task, which is
 * held by whoever waits for an answer no longer. */
static void
end_lookup(GTask *task)
{
    ResolverUnbound *self = g_task_get_source_object(task);
    EngineLookup *lookup = g_task_get_task_data(task);
    stop_attempt(lookup);
    source_drop(&lookup->delay);
    source_drop(&lookup->deadline);
    source_drop(&lookup->cancelled);
    if (lookup->active)
        self->n_active--;
    else
        g_queue_remove(&self->waiting, task);
    start_waiting(self);
}

/* Takes @answer. */
static void
finish_lookup(GTask *task, ResolverAnswer *answer)
{
    g_autoptr(GTask) owned = task;
    end_lookup(task);
    g_task_return_pointer(task, answer, (GDestroyNotify)resolver_answer_free);
}

static gboolean
on_cancelled(GCancellable *cancellable G_GNUC_UNUSED, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    end_lookup(task);
    g_task_return_error_if_cancelled(task);
    return G_SOURCE_REMOVE;
}

/* The answer that there is, or that there was none. */
static void
give_up(GTask *task, ResolverAnswer *last)
{
    EngineLookup *lookup = g_task_get_task_data(task);
    if (lookup->worst == NULL) {
        finish_lookup(task, last);
        return;
    }
    resolver_answer_free(last);
    finish_lookup(task, g_steal_pointer(&lookup->worst));
}

static gboolean
on_deadline(gpointer user_data)
{
    GTask *task = user_data;
    ResolverUnbound *self = g_task_get_source_object(task);
    EngineLookup *lookup = g_task_get_task_data(task);
    give_up(task, resolver_answer_new_unreachable(lookup->owner_name, lookup->rr_type,
                                                  "no answer within %g s",
                                                  self->config->deadline_ms / 1000.0));
    return G_SOURCE_REMOVE;
}

static UnboundChannel *
open_channel(ResolverUnbound *self, guint server, ResolverTransport transport, GError **error)
{
    UnboundChannel **channel = &self->channels[server * RESOLVER_N_TRANSPORTS + transport];
    /* Its questions keep the old one until they are answered. */
    if (*channel != NULL && unbound_channel_is_stale(*channel))
        g_clear_pointer(channel, unbound_channel_unref);
    if (*channel == NULL)
        *channel = unbound_channel_new(
            self->config, self->config->recursive ? NULL : g_ptr_array_index(self->servers, server),
            transport, (const gchar *const *)self->anchors, error);
    return *channel;
}

/* The connections of before a sleep are dead; questions under way find that out by themselves. */
static void
close_channels_after_sleep(ResolverUnbound *self)
{
    if (!sleep_watch_has_slept(&self->sleep))
        return;
    for (guint i = 0; i < count_servers(self) * RESOLVER_N_TRANSPORTS; i++)
        g_clear_pointer(&self->channels[i], unbound_channel_unref);
}

/* Takes @answer, which another server may better; a bogus one says more than a failure. */
static void
keep_worst(EngineLookup *lookup, ResolverAnswer *answer)
{
    if (lookup->worst != NULL && lookup->worst->outcome == DNS_OUTCOME_BOGUS) {
        resolver_answer_free(answer);
        return;
    }
    resolver_answer_free(lookup->worst);
    lookup->worst = answer;
}

static gboolean
on_delay(gpointer user_data)
{
    GTask *task = user_data;
    EngineLookup *lookup = g_task_get_task_data(task);
    source_drop(&lookup->delay);
    try_now(task);
    return G_SOURCE_REMOVE;
}

static void
try_next(GTask *task)
{
    EngineLookup *lookup = g_task_get_task_data(task);
    if (lookup->trail.delay_ms == 0) {
        try_now(task);
        return;
    }
    lookup->delay = g_timeout_source_new(lookup->trail.delay_ms);
    g_source_set_callback(lookup->delay, on_delay, task, NULL);
    g_source_attach(lookup->delay, g_task_get_context(task));
}

static void
on_silent(GTask *task, ResolverAnswer *answer)
{
    ResolverUnbound *self = g_task_get_source_object(task);
    EngineLookup *lookup = g_task_get_task_data(task);
    if (!resolver_plan_note_silent(self->plan, &lookup->trail)) {
        give_up(task, answer);
        return;
    }
    resolver_answer_free(answer);
    try_next(task);
}

static void
on_poor(GTask *task, ResolverAnswer *answer)
{
    ResolverUnbound *self = g_task_get_source_object(task);
    EngineLookup *lookup = g_task_get_task_data(task);
    if (!resolver_plan_note_poor(self->plan, &lookup->trail)) {
        give_up(task, answer);
        return;
    }
    keep_worst(lookup, answer);
    try_next(task);
}

/* Takes @answer. */
static void
on_query(UnboundQueryResult result, ResolverAnswer *answer, gpointer user_data)
{
    GTask *task = user_data;
    ResolverUnbound *self = g_task_get_source_object(task);
    EngineLookup *lookup = g_task_get_task_data(task);
    lookup->query = NULL;
    if (result == UNBOUND_QUERY_SILENT) {
        on_silent(task, answer);
    } else if (answer->outcome == DNS_OUTCOME_UNREACHABLE || answer->outcome == DNS_OUTCOME_BOGUS) {
        on_poor(task, answer);
    } else {
        resolver_plan_note_good(self->plan, &lookup->trail);
        finish_lookup(task, answer);
    }
}

static void
try_now(GTask *task)
{
    ResolverUnbound *self = g_task_get_source_object(task);
    EngineLookup *lookup = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    UnboundChannel *channel =
        open_channel(self, lookup->trail.server, lookup->trail.transport, &error);
    if (channel == NULL) {
        give_up(task, resolver_answer_new_unreachable(lookup->owner_name, lookup->rr_type, "%s",
                                                      error->message));
        return;
    }
    guint timeout_ms =
        self->config->recursive ? self->config->deadline_ms : self->config->attempt_timeout_ms;
    lookup->query =
        unbound_query_new(channel, lookup->owner_name, lookup->rr_type, timeout_ms, on_query, task);
}

static void
start_lookup(ResolverUnbound *self, GTask *task)
{
    EngineLookup *lookup = g_task_get_task_data(task);
    lookup->active = TRUE;
    close_channels_after_sleep(self);
    resolver_plan_begin(self->plan, &lookup->trail);
    self->n_active++;
    lookup->deadline = g_timeout_source_new(self->config->deadline_ms);
    g_source_set_callback(lookup->deadline, on_deadline, task, NULL);
    g_source_attach(lookup->deadline, g_task_get_context(task));
    try_next(task);
}

static void
start_waiting(ResolverUnbound *self)
{
    /* A lookup may end before it has begun, and then comes here again. */
    if (self->starting)
        return;
    self->starting = TRUE;
    while (self->n_active < self->config->window && !g_queue_is_empty(&self->waiting))
        start_lookup(self, g_queue_pop_head(&self->waiting));
    self->starting = FALSE;
}

static void
resolver_unbound_lookup_async(Resolver *resolver, const gchar *owner_name, guint16 rr_type,
                              GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer user_data)
{
    ResolverUnbound *self = RESOLVER_UNBOUND(resolver);
    g_autoptr(GTask) task = g_task_new(self, cancellable, callback, user_data);
    if (g_task_return_error_if_cancelled(task))
        return;
    EngineLookup *lookup = g_new0(EngineLookup, 1);
    lookup->owner_name = g_strdup(owner_name);
    lookup->rr_type = rr_type;
    g_task_set_task_data(task, lookup, (GDestroyNotify)engine_lookup_free);
    if (cancellable != NULL) {
        lookup->cancelled = g_cancellable_source_new(cancellable);
        g_source_set_callback(lookup->cancelled, G_SOURCE_FUNC(on_cancelled), task, NULL);
        g_source_attach(lookup->cancelled, g_task_get_context(task));
    }
    /* The reference is the lookup's until it ends. */
    g_queue_push_tail(&self->waiting, g_steal_pointer(&task));
    start_waiting(self);
}

static ResolverAnswer *
resolver_unbound_lookup_finish(Resolver *resolver, GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_task_is_valid(result, resolver), NULL);
    return g_task_propagate_pointer(G_TASK(result), error);
}

static void
resolver_unbound_iface_init(ResolverInterface *iface)
{
    iface->lookup_async = resolver_unbound_lookup_async;
    iface->lookup_finish = resolver_unbound_lookup_finish;
}

static void
resolver_unbound_finalize(GObject *object)
{
    ResolverUnbound *self = RESOLVER_UNBOUND(object);
    for (guint i = 0; i < count_servers(self) * RESOLVER_N_TRANSPORTS; i++)
        unbound_channel_unref(self->channels[i]);
    g_free(self->channels);
    resolver_plan_free(self->plan);
    g_ptr_array_unref(self->servers);
    g_strfreev(self->anchors);
    resolver_config_free(self->config);
    G_OBJECT_CLASS(resolver_unbound_parent_class)->finalize(object);
}

static void
resolver_unbound_class_init(ResolverUnboundClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = resolver_unbound_finalize;
}

static void
resolver_unbound_init(ResolverUnbound *self)
{
    self->servers = g_ptr_array_new_with_free_func(g_object_unref);
    g_queue_init(&self->waiting);
}

static gboolean
take_servers(ResolverUnbound *self, GError **error)
{
    for (guint i = 0; !self->config->recursive && self->config->servers[i] != NULL; i++) {
        GInetSocketAddress *address = resolver_config_parse_server(self->config->servers[i], error);
        if (address == NULL)
            return FALSE;
        g_ptr_array_add(self->servers, address);
    }
    if (self->config->recursive || self->servers->len > 0)
        return TRUE;
    g_set_error_literal(error, DNS_ERROR, DNS_ERROR_SERVER, "no name server");
    return FALSE;
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
    self->config = resolver_config_copy(config);
    self->config->window = MAX(config->window, 1);
    self->anchors = g_strdupv((gchar **)anchors);
    /* It can't do TLS without authentication either; without that, TCP is the next best. */
    if (config->transport == RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC)
        self->config->transport = RESOLVER_TRANSPORT_TCP;
    gboolean ok = check_transport(config, error) && take_servers(self, error);
    self->plan = resolver_plan_new(self->config, count_servers(self), g_get_monotonic_time);
    sleep_watch_init(&self->sleep);
    self->channels = g_new0(UnboundChannel *, count_servers(self) * RESOLVER_N_TRANSPORTS);
    /* Here and not with the first lookup, so that anchors which libunbound refuses are told as
     * such. */
    if (!ok || open_channel(self, 0, self->config->transport, error) == NULL)
        return NULL;
    return g_steal_pointer(&self);
}
