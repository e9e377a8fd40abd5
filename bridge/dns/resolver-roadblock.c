/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-roadblock.h"

#include "resolver-engine.h"
#include "source.h"

/* What is known of the servers, until known_until. */
typedef enum {
    ROAD_UNKNOWN,
    ROAD_CLEAR,
    ROAD_BLOCKED, /* asked from the root */
    ROAD_NO_WAY   /* blocked, and the root can't be reached or may not be asked */
} Road;

struct _ResolverRoadblock {
    GObject parent_instance;
    ResolverConfig *config;
    GStrv anchors;
    Resolver *servers;
    Resolver *root; /* NULL until it is needed */
    Road road;
    gint64 known_until; /* monotonic */
    gboolean refuses;   /* ROAD_BLOCKED, ROAD_NO_WAY: by an error, not by what validates not */
    GCancellable *probe;
    GSource *probe_timeout;
    GPtrArray *waiting; /* (element-type GTask): for the probe */
};

typedef struct {
    gchar *owner_name;
    guint16 rr_type;
    ResolverAnswer *poor; /* the servers' answer */
} RoadLookup;

static void resolver_roadblock_iface_init(ResolverInterface *iface);
static void ask_servers(GTask *task);

G_DEFINE_TYPE_WITH_CODE(ResolverRoadblock, resolver_roadblock, G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(RESOLVER_TYPE, resolver_roadblock_iface_init))

static void
road_lookup_free(RoadLookup *lookup)
{
    g_free(lookup->owner_name);
    resolver_answer_free(lookup->poor);
    g_free(lookup);
}

static Road
get_road(const ResolverRoadblock *self)
{
    return g_get_monotonic_time() < self->known_until ? self->road : ROAD_UNKNOWN;
}

static void
set_road(ResolverRoadblock *self, Road road)
{
    gint64 seconds =
        road == ROAD_BLOCKED ? RESOLVER_ROADBLOCK_SECONDS : RESOLVER_ROADBLOCK_CLEAR_SECONDS;
    self->road = road;
    self->known_until = g_get_monotonic_time() + seconds * G_TIME_SPAN_SECOND;
}

/* Takes @answer. */
static void
finish(GTask *task, ResolverAnswer *answer)
{
    g_autoptr(GTask) owned = task;
    g_task_return_pointer(task, answer, (GDestroyNotify)resolver_answer_free);
}

static void
explain(const ResolverRoadblock *self, ResolverAnswer *answer, const gchar *what)
{
    g_autofree gchar *before = answer->detail;
    const gchar *fault = self->refuses ? "the name server gives errors for other names, too"
                                       : "nothing validates through the name server (it strips "
                                         "DNSSEC, or the clock or the trust anchor here is wrong)";
    answer->detail = before == NULL ? g_strdup_printf("%s: %s", fault, what)
                                    : g_strdup_printf("%s; %s: %s", before, fault, what);
}

/* Gives the servers' own answer. */
static void
finish_poor(GTask *task, const gchar *what)
{
    RoadLookup *lookup = g_task_get_task_data(task);
    explain(g_task_get_source_object(task), lookup->poor, what);
    finish(task, g_steal_pointer(&lookup->poor));
}

static gboolean
is_poor(const ResolverAnswer *answer)
{
    return answer->outcome == DNS_OUTCOME_BOGUS || answer->is_error_reply;
}

static void
on_root_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GTask *task = user_data;
    ResolverRoadblock *self = g_task_get_source_object(task);
    RoadLookup *lookup = g_task_get_task_data(task);
    g_autoptr(GError) error = NULL;
    g_autoptr(ResolverAnswer) answer = resolver_lookup_finish(DNS_RESOLVER(source), result, &error);
    if (answer == NULL) {
        g_autoptr(GTask) owned = task;
        g_task_return_error(task, g_steal_pointer(&error));
        return;
    }
    if (answer->outcome != DNS_OUTCOME_UNREACHABLE &&
        (answer->outcome != DNS_OUTCOME_BOGUS || lookup->poor == NULL)) {
        explain(self, answer, "asked from the root");
        finish(task, g_steal_pointer(&answer));
        return;
    }
    if (answer->outcome == DNS_OUTCOME_UNREACHABLE)
        set_road(self, ROAD_NO_WAY);
    if (lookup->poor == NULL)
        ask_servers(task);
    else
        finish_poor(task, answer->outcome == DNS_OUTCOME_BOGUS
                              ? "asked from the root it is bogus, too"
                              : "the root's servers can't be reached either");
}

static gboolean
open_root(ResolverRoadblock *self)
{
    g_autoptr(ResolverConfig) config = resolver_config_copy(self->config);
    config->recursive = TRUE;
    config->engine = RESOLVER_ENGINE_UNBOUND;
    config->deadline_ms = RESOLVER_CONFIG_AVOIDANCE_MS;
    if (self->root == NULL)
        self->root = resolver_engine_new(config, (const gchar *const *)self->anchors, NULL);
    return self->root != NULL;
}

static void
ask_root(GTask *task)
{
    ResolverRoadblock *self = g_task_get_source_object(task);
    RoadLookup *lookup = g_task_get_task_data(task);
    if (!open_root(self)) {
        set_road(self, ROAD_NO_WAY);
        ask_servers(task);
        return;
    }
    resolver_lookup_async(self->root, lookup->owner_name, lookup->rr_type,
                          g_task_get_cancellable(task), on_root_answer, task);
}

/* The servers have given a poor answer, and why is known. */
static void
go_on(GTask *task)
{
    ResolverRoadblock *self = g_task_get_source_object(task);
    RoadLookup *lookup = g_task_get_task_data(task);
    switch (get_road(self)) {
    case ROAD_BLOCKED:
        ask_root(task);
        return;
    case ROAD_NO_WAY:
        finish_poor(task, resolver_config_avoids_roadblocks(self->config)
                              ? "the root's servers can't be reached either"
                              : "name another one, or ask from the root");
        return;
    case ROAD_CLEAR:
    case ROAD_UNKNOWN:
    default:
        finish(task, g_steal_pointer(&lookup->poor));
        return;
    }
}

static void
end_probe(ResolverRoadblock *self)
{
    g_autoptr(GPtrArray) waiting = g_steal_pointer(&self->waiting);
    self->waiting = g_ptr_array_new();
    source_drop(&self->probe_timeout);
    g_clear_object(&self->probe);
    for (guint i = 0; i < waiting->len; i++) {
        GTask *task = g_ptr_array_index(waiting, i);
        if (g_task_return_error_if_cancelled(task))
            g_object_unref(task);
        else
            go_on(task);
    }
}

static void
on_probe_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(ResolverRoadblock) self = user_data;
    g_autoptr(ResolverAnswer) answer = resolver_lookup_finish(DNS_RESOLVER(source), result, NULL);
    self->refuses = answer != NULL && answer->is_error_reply;
    /* Silence is not said to be a roadblock. */
    if (answer == NULL || !is_poor(answer))
        set_road(self, ROAD_CLEAR);
    else
        set_road(self,
                 resolver_config_avoids_roadblocks(self->config) ? ROAD_BLOCKED : ROAD_NO_WAY);
    end_probe(self);
}

static gboolean
on_probe_timeout(gpointer user_data)
{
    g_cancellable_cancel(((ResolverRoadblock *)user_data)->probe);
    return G_SOURCE_REMOVE;
}

static void
begin_probe(ResolverRoadblock *self)
{
    self->probe = g_cancellable_new();
    self->probe_timeout = g_timeout_source_new(RESOLVER_CONFIG_PROBE_MS);
    g_source_set_callback(self->probe_timeout, on_probe_timeout, self, NULL);
    g_source_attach(self->probe_timeout, g_main_context_get_thread_default());
    resolver_lookup_async(self->servers, RESOLVER_CONFIG_PROBE_NAME, RESOLVER_CONFIG_PROBE_TYPE,
                          self->probe, on_probe_answer, g_object_ref(self));
}

static void
on_server_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    GTask *task = user_data;
    ResolverRoadblock *self = g_task_get_source_object(task);
    RoadLookup *lookup = g_task_get_task_data(task);
    GError *error = NULL;
    ResolverAnswer *answer = resolver_lookup_finish(DNS_RESOLVER(source), result, &error);
    if (answer == NULL) {
        g_autoptr(GTask) owned = task;
        g_task_return_error(task, error);
        return;
    }
    if (!is_poor(answer)) {
        finish(task, answer);
        return;
    }
    resolver_answer_free(lookup->poor);
    lookup->poor = answer;
    if (get_road(self) != ROAD_UNKNOWN) {
        go_on(task);
        return;
    }
    g_ptr_array_add(self->waiting, task);
    if (self->probe == NULL)
        begin_probe(self);
}

static void
ask_servers(GTask *task)
{
    ResolverRoadblock *self = g_task_get_source_object(task);
    RoadLookup *lookup = g_task_get_task_data(task);
    resolver_lookup_async(self->servers, lookup->owner_name, lookup->rr_type,
                          g_task_get_cancellable(task), on_server_answer, task);
}

static void
resolver_roadblock_lookup_async(Resolver *resolver, const gchar *owner_name, guint16 rr_type,
                                GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data)
{
    ResolverRoadblock *self = RESOLVER_ROADBLOCK(resolver);
    /* The reference is the lookup's until it ends. */
    GTask *task = g_task_new(self, cancellable, callback, user_data);
    RoadLookup *lookup = g_new0(RoadLookup, 1);
    lookup->owner_name = g_strdup(owner_name);
    lookup->rr_type = rr_type;
    g_task_set_task_data(task, lookup, (GDestroyNotify)road_lookup_free);
    if (get_road(self) == ROAD_BLOCKED)
        ask_root(task);
    else
        ask_servers(task);
}

static ResolverAnswer *
resolver_roadblock_lookup_finish(Resolver *resolver, GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_task_is_valid(result, resolver), NULL);
    return g_task_propagate_pointer(G_TASK(result), error);
}

static void
resolver_roadblock_iface_init(ResolverInterface *iface)
{
    iface->lookup_async = resolver_roadblock_lookup_async;
    iface->lookup_finish = resolver_roadblock_lookup_finish;
}

static void
resolver_roadblock_finalize(GObject *object)
{
    ResolverRoadblock *self = RESOLVER_ROADBLOCK(object);
    g_clear_object(&self->servers);
    g_clear_object(&self->root);
    g_ptr_array_unref(self->waiting);
    g_strfreev(self->anchors);
    resolver_config_free(self->config);
    G_OBJECT_CLASS(resolver_roadblock_parent_class)->finalize(object);
}

static void
resolver_roadblock_class_init(ResolverRoadblockClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = resolver_roadblock_finalize;
}

static void
resolver_roadblock_init(ResolverRoadblock *self)
{
    self->waiting = g_ptr_array_new();
}

ResolverRoadblock *
resolver_roadblock_new(const ResolverConfig *config, const gchar *const *anchors, GError **error)
{
    g_autoptr(ResolverRoadblock) self = g_object_new(RESOLVER_ROADBLOCK_TYPE, NULL);
    self->config = resolver_config_copy(config);
    self->anchors = g_strdupv((gchar **)anchors);
    self->servers = resolver_engine_new(config, anchors, error);
    return self->servers == NULL ? NULL : g_steal_pointer(&self);
}
