/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-getdns.h"

#include "getdns-attempt.h"
#include "resolver-plan.h"
#include "sleep-watch.h"
#include "source.h"

struct _ResolverGetdns {
    GObject parent_instance;
    ResolverConfig *config;
    GStrv anchors;
    GPtrArray *servers; /* (element-type ResolverServer): empty if recursive */
    ZoneStore *store;
    GetdnsPace *paces; /* by server */
    /* (element-type ZoneChain): [server][transport], each with its channel; NULL until it is
     * needed */
    ZoneChain **chains;
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
    GSource *delay; /* of the next attempt */
    GetdnsAttempt *attempt;
    ZoneChain *chain;      /* of the attempt */
    ResolverAnswer *worst; /* an answer that another server may better */
    gboolean active;
    GSource *deadline;
    GSource *cancelled;
} EngineLookup;

static void resolver_getdns_iface_init(ResolverInterface *iface);
static void start_waiting(ResolverGetdns *self);
static void try_next(GTask *task);
static void try_now(GTask *task);

G_DEFINE_TYPE_WITH_CODE(ResolverGetdns, resolver_getdns, G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(RESOLVER_TYPE, resolver_getdns_iface_init))

static void
stop_attempt(EngineLookup *lookup)
{
    if (lookup->attempt != NULL)
        getdns_attempt_cancel(g_steal_pointer(&lookup->attempt));
    g_clear_pointer(&lookup->chain, zone_chain_unref);
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
count_servers(const ResolverGetdns *self)
{
    return MAX(self->servers->len, 1);
}

/* Ends the lookup, whether it was on the network or waiting; the caller returns the task, which is
 * held by whoever waits for an answer no longer. */
static void
end_lookup(GTask *task)
{
    ResolverGetdns *self = g_task_get_source_object(task);
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
    ResolverGetdns *self = g_task_get_source_object(task);
    EngineLookup *lookup = g_task_get_task_data(task);
    give_up(task, resolver_answer_new_unreachable(lookup->owner_name, lookup->rr_type,
                                                  "no answer within %g s",
                                                  self->config->deadline_ms / 1000.0));
    return G_SOURCE_REMOVE;
}

static ZoneChain **
find_chain(ResolverGetdns *self, guint server, ResolverTransport transport)
{
    return &self->chains[server * RESOLVER_N_TRANSPORTS + transport];
}

static GetdnsChannel *
new_channel(ResolverGetdns *self, guint server, ResolverTransport transport, GError **error)
{
    return getdns_channel_new(
        self->config, self->config->recursive ? NULL : g_ptr_array_index(self->servers, server),
        transport, (const gchar *const *)self->anchors, error);
}

/* The one over UDP beside TCP and the other way round; with one attempt each transport stands for
 * itself. */
static gboolean
open_other_channel(ResolverGetdns *self, guint server, ResolverTransport transport,
                   GetdnsRoute *route, GError **error)
{
    if (transport == RESOLVER_TRANSPORT_UDP)
        return (route->stream = new_channel(self, server, RESOLVER_TRANSPORT_TCP, error)) != NULL;
    if (transport != RESOLVER_TRANSPORT_TCP || self->config->recursive ||
        self->config->attempts == 1)
        return TRUE;
    return (route->beside = new_channel(self, server, RESOLVER_TRANSPORT_UDP, error)) != NULL;
}

static ZoneChain *
open_chain(ResolverGetdns *self, guint server, ResolverTransport transport, GError **error)
{
    ZoneChain **chain = find_chain(self, server, transport);
    if (*chain != NULL)
        return *chain;
    GetdnsRoute route = {.channel = new_channel(self, server, transport, error)};
    if (route.channel != NULL && open_other_channel(self, server, transport, &route, error)) {
        if (route.beside != NULL || transport == RESOLVER_TRANSPORT_UDP)
            route.pace = &self->paces[server];
        *chain = zone_chain_new(&route, self->store, (const gchar *const *)self->anchors,
                                self->config->attempt_timeout_ms);
    }
    getdns_channel_unref(route.channel);
    getdns_channel_unref(route.stream);
    getdns_channel_unref(route.beside);
    return *chain;
}

/* What stands in its sockets is of no use any more: the next attempt begins with new ones. */
static void
close_chain(ResolverGetdns *self, ZoneChain *chain)
{
    for (guint i = 0; i < count_servers(self) * RESOLVER_N_TRANSPORTS; i++)
        if (self->chains[i] == chain)
            g_clear_pointer(&self->chains[i], zone_chain_unref);
}

/* The connections of before a sleep are dead; attempts under way find that out by themselves. */
static void
close_chains_after_sleep(ResolverGetdns *self)
{
    if (!sleep_watch_has_slept(&self->sleep))
        return;
    for (guint i = 0; i < count_servers(self) * RESOLVER_N_TRANSPORTS; i++)
        g_clear_pointer(&self->chains[i], zone_chain_unref);
}

static gboolean
is_final(DnsOutcome outcome)
{
    return outcome != DNS_OUTCOME_UNREACHABLE && outcome != DNS_OUTCOME_BOGUS;
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
on_silent(GTask *task, ResolverAnswer *answer)
{
    ResolverGetdns *self = g_task_get_source_object(task);
    EngineLookup *lookup = g_task_get_task_data(task);
    explain_silence(answer, zone_chain_get_route(lookup->chain)->channel);
    if (!self->config->recursive)
        close_chain(self, lookup->chain);
    g_clear_pointer(&lookup->chain, zone_chain_unref);
    if (!resolver_plan_note_silent(self->plan, &lookup->trail)) {
        give_up(task, answer);
        return;
    }
    resolver_answer_free(answer);
    try_next(task);
}

static void
on_answered(GTask *task, ResolverAnswer *answer)
{
    ResolverGetdns *self = g_task_get_source_object(task);
    EngineLookup *lookup = g_task_get_task_data(task);
    g_clear_pointer(&lookup->chain, zone_chain_unref);
    if (is_final(answer->outcome)) {
        resolver_plan_note_good(self->plan, &lookup->trail);
        finish_lookup(task, answer);
        return;
    }
    if (!resolver_plan_note_poor(self->plan, &lookup->trail)) {
        give_up(task, answer);
        return;
    }
    keep_worst(lookup, answer);
    try_next(task);
}

static void
on_attempt(GetdnsAttemptResult result, ResolverAnswer *answer, gpointer user_data)
{
    GTask *task = user_data;
    EngineLookup *lookup = g_task_get_task_data(task);
    lookup->attempt = NULL;
    if (result == GETDNS_ATTEMPT_SILENT)
        on_silent(task, answer);
    else
        on_answered(task, answer);
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
try_now(GTask *task)
{
    ResolverGetdns *self = g_task_get_source_object(task);
    EngineLookup *lookup = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    ZoneChain *chain = open_chain(self, lookup->trail.server, lookup->trail.transport, &error);
    if (chain == NULL) {
        give_up(task, resolver_answer_new_unreachable(lookup->owner_name, lookup->rr_type, "%s",
                                                      error->message));
        return;
    }
    lookup->chain = zone_chain_ref(chain);
    gboolean recursive = self->config->recursive;
    lookup->attempt = getdns_attempt_new(
        chain, recursive ? GETDNS_ATTEMPT_THOROUGH : GETDNS_ATTEMPT_QUICK, lookup->owner_name,
        lookup->rr_type, recursive ? self->config->deadline_ms : self->config->attempt_timeout_ms,
        on_attempt, task);
}

static void
start_lookup(ResolverGetdns *self, GTask *task)
{
    EngineLookup *lookup = g_task_get_task_data(task);
    lookup->active = TRUE;
    close_chains_after_sleep(self);
    resolver_plan_begin(self->plan, &lookup->trail);
    self->n_active++;
    lookup->deadline = g_timeout_source_new(self->config->deadline_ms);
    g_source_set_callback(lookup->deadline, on_deadline, task, NULL);
    g_source_attach(lookup->deadline, g_task_get_context(task));
    try_next(task);
}

static void
start_waiting(ResolverGetdns *self)
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
resolver_getdns_lookup_async(Resolver *resolver, const gchar *owner_name, guint16 rr_type,
                             GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data)
{
    ResolverGetdns *self = RESOLVER_GETDNS(resolver);
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
resolver_getdns_lookup_finish(Resolver *resolver, GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_task_is_valid(result, resolver), NULL);
    return g_task_propagate_pointer(G_TASK(result), error);
}

static void
resolver_getdns_iface_init(ResolverInterface *iface)
{
    iface->lookup_async = resolver_getdns_lookup_async;
    iface->lookup_finish = resolver_getdns_lookup_finish;
}

static void
resolver_getdns_finalize(GObject *object)
{
    ResolverGetdns *self = RESOLVER_GETDNS(object);
    for (guint i = 0; i < count_servers(self) * RESOLVER_N_TRANSPORTS; i++)
        zone_chain_unref(self->chains[i]);
    g_free(self->chains);
    g_free(self->paces);
    zone_store_free(self->store);
    resolver_plan_free(self->plan);
    g_ptr_array_unref(self->servers);
    g_strfreev(self->anchors);
    resolver_config_free(self->config);
    G_OBJECT_CLASS(resolver_getdns_parent_class)->finalize(object);
}

static void
resolver_getdns_class_init(ResolverGetdnsClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = resolver_getdns_finalize;
}

static void
resolver_getdns_init(ResolverGetdns *self)
{
    self->store = zone_store_new(ZONE_STORE_MAX_ZONES);
    self->servers = g_ptr_array_new_with_free_func((GDestroyNotify)resolver_server_free);
    g_queue_init(&self->waiting);
}

static gboolean
take_servers(ResolverGetdns *self, GError **error)
{
    for (guint i = 0; !self->config->recursive && self->config->servers[i] != NULL; i++) {
        ResolverServer *server = resolver_server_parse(self->config->servers[i], error);
        if (server == NULL)
            return FALSE;
        g_ptr_array_add(self->servers, server);
    }
    if (self->config->recursive || self->servers->len > 0)
        return TRUE;
    g_set_error_literal(error, DNS_ERROR, DNS_ERROR_SERVER, "no name server");
    return FALSE;
}

ResolverGetdns *
resolver_getdns_new(const ResolverConfig *config, const gchar *const *anchors, GError **error)
{
    g_autoptr(ResolverGetdns) self = g_object_new(RESOLVER_GETDNS_TYPE, NULL);
    self->config = resolver_config_copy(config);
    self->config->window = MAX(config->window, 1);
    self->anchors = g_strdupv((gchar **)anchors);
    gboolean ok = take_servers(self, error);
    self->plan = resolver_plan_new(self->config, count_servers(self), g_get_monotonic_time);
    sleep_watch_init(&self->sleep);
    self->chains = g_new0(ZoneChain *, count_servers(self) * RESOLVER_N_TRANSPORTS);
    self->paces = g_new0(GetdnsPace, count_servers(self));
    /* Here and not with the first lookup, so that anchors which getdns refuses are told as such. */
    if (!ok || open_chain(self, 0, self->config->transport, error) == NULL)
        return NULL;
    return g_steal_pointer(&self);
}
