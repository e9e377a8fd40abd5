/* SPDX-License-Identifier: MPL-2.0 */
#include "engine-base.h"

#include "resolver-plan.h"
#include "sleep-watch.h"
#include "source.h"

typedef struct {
    ResolverConfig *config;
    GStrv anchors;
    GPtrArray *servers; /* (element-type ResolverServer): empty if recursive */
    ResolverPlan *plan;
    SleepWatch sleep;
    GQueue waiting; /* of EngineLookup: not on the network yet */
    guint n_active;
    gboolean starting;
} EngineBasePrivate;

struct _EngineLookup {
    GTask *task; /* whose data this is; it is held from the beginning to the end */
    gchar *owner_name;
    guint16 rr_type;
    ResolverTrail trail;
    GSource *delay;        /* of the next attempt */
    gpointer attempt;      /* the engine's, under way */
    ResolverAnswer *worst; /* an answer that another server may better */
    gboolean active;
    GSource *deadline;
    GSource *cancelled;
};

static void engine_base_iface_init(ResolverInterface *iface);
static void start_waiting(EngineBase *self);
static void try_now(EngineLookup *lookup);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE(EngineBase, engine_base, G_TYPE_OBJECT,
                                 G_ADD_PRIVATE(EngineBase)
                                     G_IMPLEMENT_INTERFACE(RESOLVER_TYPE, engine_base_iface_init))

static EngineBasePrivate *
get_private(EngineBase *self)
{
    return engine_base_get_instance_private(self);
}

static EngineBase *
get_engine(const EngineLookup *lookup)
{
    return g_task_get_source_object(lookup->task);
}

/* Ends what may still happen to it. */
static void
stop(EngineLookup *lookup)
{
    if (lookup->attempt != NULL)
        ENGINE_BASE_GET_CLASS(get_engine(lookup))
            ->cancel_attempt(g_steal_pointer(&lookup->attempt));
    source_drop(&lookup->delay);
    source_drop(&lookup->deadline);
    source_drop(&lookup->cancelled);
}

static void
engine_lookup_free(EngineLookup *lookup)
{
    resolver_answer_free(lookup->worst);
    g_free(lookup->owner_name);
    g_free(lookup);
}

/* Ends the lookup, whether it was on the network or waiting; the caller returns the task, which is
 * held by whoever waits for an answer no longer. */
static void
end_lookup(EngineLookup *lookup)
{
    EngineBase *self = get_engine(lookup);
    EngineBasePrivate *private = get_private(self);
    stop(lookup);
    if (lookup->active)
    private->n_active--;
    else g_queue_remove(&private->waiting, lookup);
    start_waiting(self);
}

/* Takes @answer. */
static void
finish_lookup(EngineLookup *lookup, ResolverAnswer *answer)
{
    g_autoptr(GTask) task = lookup->task;
    end_lookup(lookup);
    g_task_return_pointer(task, answer, (GDestroyNotify)resolver_answer_free);
}

static gboolean
on_cancelled(GCancellable *cancellable G_GNUC_UNUSED, gpointer user_data)
{
    EngineLookup *lookup = user_data;
    g_autoptr(GTask) task = lookup->task;
    end_lookup(lookup);
    g_task_return_error_if_cancelled(task);
    return G_SOURCE_REMOVE;
}

/* The answer that there is, or that there was none. */
static void
give_up(EngineLookup *lookup, ResolverAnswer *last)
{
    if (lookup->worst == NULL) {
        finish_lookup(lookup, last);
        return;
    }
    resolver_answer_free(last);
    finish_lookup(lookup, g_steal_pointer(&lookup->worst));
}

static gboolean
on_deadline(gpointer user_data)
{
    EngineLookup *lookup = user_data;
    guint deadline_ms = engine_base_get_config(get_engine(lookup))->deadline_ms;
    give_up(lookup, resolver_answer_new_unreachable(lookup->owner_name, lookup->rr_type,
                                                    "no answer within %g s", deadline_ms / 1000.0));
    return G_SOURCE_REMOVE;
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
    EngineLookup *lookup = user_data;
    source_drop(&lookup->delay);
    try_now(lookup);
    return G_SOURCE_REMOVE;
}

static void
try_next(EngineLookup *lookup)
{
    if (lookup->trail.delay_ms == 0) {
        try_now(lookup);
        return;
    }
    lookup->delay = g_timeout_source_new(lookup->trail.delay_ms);
    g_source_set_callback(lookup->delay, on_delay, lookup, NULL);
    g_source_attach(lookup->delay, g_task_get_context(lookup->task));
}

static void
try_now(EngineLookup *lookup)
{
    EngineBase *self = get_engine(lookup);
    const ResolverConfig *config = engine_base_get_config(self);
    g_autoptr(GError) error = NULL;
    EngineAttempt attempt = {
        .lookup = lookup,
        .owner_name = lookup->owner_name,
        .rr_type = lookup->rr_type,
        .server = lookup->trail.server,
        .transport = lookup->trail.transport,
        .timeout_ms = config->recursive ? config->deadline_ms : config->attempt_timeout_ms,
    };
    lookup->attempt = ENGINE_BASE_GET_CLASS(self)->begin_attempt(self, &attempt, &error);
    if (lookup->attempt == NULL)
        give_up(lookup, resolver_answer_new_unreachable(lookup->owner_name, lookup->rr_type, "%s",
                                                        error->message));
}

static void
take_silence(EngineLookup *lookup, ResolverAnswer *answer)
{
    ResolverPlan *plan = get_private(get_engine(lookup))->plan;
    if (!resolver_plan_note_silent(plan, &lookup->trail)) {
        give_up(lookup, answer);
        return;
    }
    resolver_answer_free(answer);
    try_next(lookup);
}

static void
take_poor_answer(EngineLookup *lookup, ResolverAnswer *answer)
{
    ResolverPlan *plan = get_private(get_engine(lookup))->plan;
    if (!resolver_plan_note_poor(plan, &lookup->trail)) {
        give_up(lookup, answer);
        return;
    }
    keep_worst(lookup, answer);
    try_next(lookup);
}

void
engine_lookup_end_attempt(EngineLookup *lookup, EngineAttemptResult result, ResolverAnswer *answer)
{
    lookup->attempt = NULL;
    if (result == ENGINE_ATTEMPT_SILENT) {
        take_silence(lookup, answer);
    } else if (answer->outcome == DNS_OUTCOME_UNREACHABLE || answer->outcome == DNS_OUTCOME_BOGUS) {
        take_poor_answer(lookup, answer);
    } else {
        resolver_plan_note_good(get_private(get_engine(lookup))->plan, &lookup->trail);
        finish_lookup(lookup, answer);
    }
}

static void
start_lookup(EngineBase *self, EngineLookup *lookup)
{
    EngineBasePrivate *private = get_private(self);
    lookup->active = TRUE;
    if (sleep_watch_has_slept(&private->sleep))
        ENGINE_BASE_GET_CLASS(self)->drop_connections(self);
    resolver_plan_begin(private->plan, &lookup->trail);
    private->n_active++;
    lookup->deadline = g_timeout_source_new(private->config->deadline_ms);
    g_source_set_callback(lookup->deadline, on_deadline, lookup, NULL);
    g_source_attach(lookup->deadline, g_task_get_context(lookup->task));
    try_next(lookup);
}

static void
start_waiting(EngineBase *self)
{
    EngineBasePrivate *private = get_private(self);
    /* A lookup may end before it has begun, and then comes here again. */
    if (private->starting)
        return;
    private->starting = TRUE;
    while (private->n_active < private->config->window && !g_queue_is_empty(&private->waiting))
        start_lookup(self, g_queue_pop_head(&private->waiting));
    private->starting = FALSE;
}

static void
engine_base_lookup_async(Resolver *resolver, const gchar *owner_name, guint16 rr_type,
                         GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data)
{
    EngineBase *self = ENGINE_BASE(resolver);
    g_autoptr(GTask) task = g_task_new(self, cancellable, callback, user_data);
    if (g_task_return_error_if_cancelled(task))
        return;
    EngineLookup *lookup = g_new0(EngineLookup, 1);
    lookup->owner_name = g_strdup(owner_name);
    lookup->rr_type = rr_type;
    g_task_set_task_data(task, lookup, (GDestroyNotify)engine_lookup_free);
    if (cancellable != NULL) {
        lookup->cancelled = g_cancellable_source_new(cancellable);
        g_source_set_callback(lookup->cancelled, G_SOURCE_FUNC(on_cancelled), lookup, NULL);
        g_source_attach(lookup->cancelled, g_task_get_context(task));
    }
    /* The reference is the lookup's until it ends. */
    lookup->task = g_steal_pointer(&task);
    g_queue_push_tail(&get_private(self)->waiting, lookup);
    start_waiting(self);
}

static ResolverAnswer *
engine_base_lookup_finish(Resolver *resolver, GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_task_is_valid(result, resolver), NULL);
    return g_task_propagate_pointer(G_TASK(result), error);
}

static void
engine_base_iface_init(ResolverInterface *iface)
{
    iface->lookup_async = engine_base_lookup_async;
    iface->lookup_finish = engine_base_lookup_finish;
}

static void
engine_base_finalize(GObject *object)
{
    EngineBasePrivate *private = get_private(ENGINE_BASE(object));
    resolver_plan_free(private->plan);
    g_ptr_array_unref(private->servers);
    g_strfreev(private->anchors);
    resolver_config_free(private->config);
    G_OBJECT_CLASS(engine_base_parent_class)->finalize(object);
}

static void
engine_base_class_init(EngineBaseClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = engine_base_finalize;
}

static void
engine_base_init(EngineBase *self)
{
    EngineBasePrivate *private = get_private(self);
    private->servers = g_ptr_array_new_with_free_func((GDestroyNotify)resolver_server_free);
    g_queue_init(&private->waiting);
}

static gboolean
take_servers(EngineBasePrivate *private, GError **error)
{
    const ResolverConfig *config = private->config;
    for (guint i = 0; !config->recursive && config->servers[i] != NULL; i++) {
        ResolverServer *server = resolver_server_parse(config->servers[i], error);
        if (server == NULL)
            return FALSE;
        g_ptr_array_add(private->servers, server);
    }
    if (config->recursive || private->servers->len > 0)
        return TRUE;
    g_set_error_literal(error, DNS_ERROR, DNS_ERROR_SERVER, "no name server");
    return FALSE;
}

gboolean
engine_base_configure(EngineBase *self, const ResolverConfig *config, const gchar *const *anchors,
                      GError **error)
{
    EngineBasePrivate *private = get_private(self);
    private->config = resolver_config_copy(config);
    private->config->window = MAX(config->window, 1);
    private->anchors = g_strdupv((gchar **)anchors);
    gboolean ok = take_servers(private, error);
    private->plan =
        resolver_plan_new(private->config, engine_base_count_servers(self), g_get_monotonic_time);
    sleep_watch_init(&private->sleep);
    return ok;
}

const ResolverConfig *
engine_base_get_config(EngineBase *self)
{
    return get_private(self)->config;
}

const gchar *const *
engine_base_get_anchors(EngineBase *self)
{
    return (const gchar *const *)get_private(self)->anchors;
}

guint
engine_base_count_servers(EngineBase *self)
{
    return MAX(get_private(self)->servers->len, 1);
}

const ResolverServer *
engine_base_get_server(EngineBase *self, guint server)
{
    EngineBasePrivate *private = get_private(self);
    return private->config->recursive ? NULL : g_ptr_array_index(private->servers, server);
}
