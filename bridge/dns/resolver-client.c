/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-client.h"

#include "resolver-process.h"
#include "source.h"
#include "trust-anchor.h"

#define DEATHS_WITHIN_US (60 * G_TIME_SPAN_SECOND)
/* What the program's own deadline may be late by, on a machine that is busy. */
#define BACKSTOP_GRACE_MS 2000u

struct _ResolverClient {
    GObject parent_instance;
    gchar *program;
    ResolverConfig *config;
    ResolverProcess *process;
    GStrv servers;       /* that the child knows */
    GHashTable *pending; /* (element-type guint32 GTask): lookups in flight */
    guint32 last_id;
    GQueue deaths; /* of gint64*, monotonic, the oldest first */
    gchar *last_death;
    guint n_restarts;
};

typedef struct {
    guint32 id;
    gchar *owner_name;
    guint16 rr_type;
    GSource *backstop;
    GSource *cancelled;
} ClientLookup;

static void resolver_client_iface_init(ResolverInterface *iface);

G_DEFINE_TYPE_WITH_CODE(ResolverClient, resolver_client, G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(RESOLVER_TYPE, resolver_client_iface_init))

static void
client_lookup_free(ClientLookup *lookup)
{
    source_drop(&lookup->backstop);
    source_drop(&lookup->cancelled);
    g_free(lookup->owner_name);
    g_free(lookup);
}

/* Takes the lookup out of those in flight; the caller returns the task. */
static GTask *
steal_pending(ResolverClient *self, guint32 id)
{
    gpointer task = NULL;
    g_hash_table_steal_extended(self->pending, GUINT_TO_POINTER(id), NULL, &task);
    if (task == NULL)
        return NULL;
    ClientLookup *lookup = g_task_get_task_data(task);
    source_drop(&lookup->backstop);
    source_drop(&lookup->cancelled);
    return task;
}

static void
return_answer(GTask *task, ResolverAnswer *answer)
{
    g_task_return_pointer(task, answer, (GDestroyNotify)resolver_answer_free);
}

static void
answer_all_unreachable(ResolverClient *self, const gchar *reason)
{
    /* A callback may begin new lookups: they belong to the next child. */
    g_autoptr(GList) ids = g_hash_table_get_keys(self->pending);
    for (GList *item = ids; item != NULL; item = item->next) {
        g_autoptr(GTask) task = steal_pending(self, GPOINTER_TO_UINT(item->data));
        if (task == NULL)
            continue;
        ClientLookup *lookup = g_task_get_task_data(task);
        return_answer(task, resolver_answer_new_unreachable(lookup->owner_name, lookup->rr_type,
                                                            "%s", reason));
    }
}

static void
note_death(ResolverClient *self, const gchar *reason)
{
    gint64 now = g_get_monotonic_time();
    g_queue_push_tail(&self->deaths, g_memdup2(&now, sizeof now));
    g_free(self->last_death);
    self->last_death = g_strdup(reason);
}

static gboolean
died_too_often(ResolverClient *self)
{
    gint64 since = g_get_monotonic_time() - DEATHS_WITHIN_US;
    while (!g_queue_is_empty(&self->deaths) && *(gint64 *)g_queue_peek_head(&self->deaths) < since)
        g_free(g_queue_pop_head(&self->deaths));
    return g_queue_get_length(&self->deaths) >= RESOLVER_CLIENT_MAX_DEATHS;
}

static void
on_died(const gchar *reason, gpointer user_data)
{
    g_autoptr(ResolverClient) self = g_object_ref(user_data);
    g_debug("%s", reason);
    note_death(self, reason);
    g_clear_pointer(&self->process, resolver_process_free);
    answer_all_unreachable(self, reason);
}

static void
on_message(const ResolverWireMessage *message, gpointer user_data)
{
    ResolverClient *self = user_data;
    if (message->kind != RESOLVER_WIRE_ANSWER)
        return;
    /* Answers to lookups that were cancelled in the meantime find no task. */
    g_autoptr(GTask) task = steal_pending(self, message->id);
    if (task == NULL)
        return;
    ClientLookup *lookup = g_task_get_task_data(task);
    ResolverAnswer *answer = resolver_answer_copy(message->answer);
    g_free(answer->owner_name);
    answer->owner_name = g_strdup(lookup->owner_name);
    answer->rr_type = lookup->rr_type;
    return_answer(task, answer);
}

static gboolean
on_backstop(gpointer user_data)
{
    GTask *task = user_data;
    on_died("the resolver program does not answer", g_task_get_source_object(task));
    return G_SOURCE_REMOVE;
}

static gboolean
on_cancelled(GCancellable *cancellable G_GNUC_UNUSED, gpointer user_data)
{
    g_autoptr(GTask) task = g_object_ref(user_data);
    ResolverClient *self = g_task_get_source_object(task);
    ClientLookup *lookup = g_task_get_task_data(task);
    g_autoptr(GTask) pending = steal_pending(self, lookup->id);
    if (self->process != NULL)
        resolver_process_send(self->process, resolver_wire_serialize_cancel(lookup->id));
    g_task_return_error_if_cancelled(task);
    return G_SOURCE_REMOVE;
}

static GStrv
get_wanted_servers(ResolverClient *self)
{
    if (self->config->recursive)
        return g_new0(gchar *, 1);
    if (self->config->servers != NULL && self->config->servers[0] != NULL)
        return g_strdupv(self->config->servers);
    return resolver_config_get_system_servers(RESOLVER_CONFIG_SYSTEM_FILE);
}

static gboolean
check_servers(GStrv servers, GError **error)
{
    for (guint i = 0; servers[i] != NULL; i++) {
        g_autoptr(GInetSocketAddress) address = resolver_config_parse_server(servers[i], error);
        if (address == NULL)
            return FALSE;
    }
    return TRUE;
}

static gboolean
start_process(ResolverClient *self, GStrv servers, GError **error)
{
    g_auto(GStrv) anchors = trust_anchor_load(self->config->trust_anchor_file, error);
    if (anchors == NULL || !check_servers(servers, error))
        return FALSE;
    self->process = resolver_process_new(self->program, on_message, on_died, self, error);
    if (self->process == NULL)
        return FALSE;
    if (!g_queue_is_empty(&self->deaths))
        self->n_restarts++;
    g_strfreev(self->servers);
    self->servers = g_strdupv(servers);
    g_autoptr(ResolverConfig) setup = resolver_config_copy(self->config);
    setup->avoidance = resolver_config_avoids_roadblocks(self->config) ? RESOLVER_AVOIDANCE_ON
                                                                       : RESOLVER_AVOIDANCE_OFF;
    g_strfreev(setup->servers);
    setup->servers = g_strdupv(servers);
    resolver_process_send(self->process,
                          resolver_wire_serialize_setup(setup, (const gchar *const *)anchors));
    return TRUE;
}

static gboolean
ensure_process(ResolverClient *self, GError **error)
{
    gboolean idle = g_hash_table_size(self->pending) == 0;
    if (self->process != NULL && !idle)
        return TRUE;
    g_auto(GStrv) servers = get_wanted_servers(self);
    if (self->process != NULL &&
        g_strv_equal((const gchar *const *)servers, (const gchar *const *)self->servers))
        return TRUE;
    g_clear_pointer(&self->process, resolver_process_free);
    return start_process(self, servers, error);
}

/* Lookups are taken in turn, so this one begins when those before it have had their rounds. */
static guint
get_backstop_ms(ResolverClient *self)
{
    guint window = MAX(self->config->window, 1);
    guint64 n_rounds = 1 + g_hash_table_size(self->pending) / window;
    guint64 wait = n_rounds * resolver_config_get_lookup_ms(self->config) + BACKSTOP_GRACE_MS;
    return (guint)MIN(wait, G_MAXUINT / 2);
}

static void
add_pending(ResolverClient *self, GTask *task, ClientLookup *lookup)
{
    GMainContext *context = g_task_get_context(task);
    lookup->backstop = g_timeout_source_new(get_backstop_ms(self));
    g_source_set_callback(lookup->backstop, on_backstop, task, NULL);
    g_source_attach(lookup->backstop, context);
    if (g_task_get_cancellable(task) != NULL) {
        lookup->cancelled = g_cancellable_source_new(g_task_get_cancellable(task));
        g_source_set_callback(lookup->cancelled, G_SOURCE_FUNC(on_cancelled), task, NULL);
        g_source_attach(lookup->cancelled, context);
    }
    g_hash_table_insert(self->pending, GUINT_TO_POINTER(lookup->id), g_object_ref(task));
}

static guint32
next_id(ResolverClient *self)
{
    do
        self->last_id++;
    while (self->last_id == 0 ||
           g_hash_table_contains(self->pending, GUINT_TO_POINTER(self->last_id)));
    return self->last_id;
}

static void
resolver_client_lookup_async(Resolver *resolver, const gchar *owner_name, guint16 rr_type,
                             GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data)
{
    ResolverClient *self = RESOLVER_CLIENT(resolver);
    g_autoptr(GTask) task = g_task_new(self, cancellable, callback, user_data);
    g_task_set_source_tag(task, resolver_client_lookup_async);
    if (g_task_return_error_if_cancelled(task))
        return;
    if (self->process == NULL && died_too_often(self)) {
        return_answer(task, resolver_answer_new_unreachable(
                                owner_name, rr_type,
                                "the resolver program died %u times within a minute; lastly: %s",
                                g_queue_get_length(&self->deaths), self->last_death));
        return;
    }
    g_autoptr(GError) error = NULL;
    if (!ensure_process(self, &error)) {
        g_task_return_error(task, g_steal_pointer(&error));
        return;
    }
    ClientLookup *lookup = g_new0(ClientLookup, 1);
    lookup->id = next_id(self);
    lookup->owner_name = g_strdup(owner_name);
    lookup->rr_type = rr_type;
    g_task_set_task_data(task, lookup, (GDestroyNotify)client_lookup_free);
    add_pending(self, task, lookup);
    resolver_process_send(self->process,
                          resolver_wire_serialize_lookup(lookup->id, owner_name, rr_type));
}

static ResolverAnswer *
resolver_client_lookup_finish(Resolver *resolver, GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_task_is_valid(result, resolver), NULL);
    return g_task_propagate_pointer(G_TASK(result), error);
}

static void
resolver_client_iface_init(ResolverInterface *iface)
{
    iface->lookup_async = resolver_client_lookup_async;
    iface->lookup_finish = resolver_client_lookup_finish;
}

static void
resolver_client_finalize(GObject *object)
{
    ResolverClient *self = RESOLVER_CLIENT(object);
    resolver_process_free(self->process);
    g_hash_table_unref(self->pending);
    g_queue_clear_full(&self->deaths, g_free);
    g_strfreev(self->servers);
    g_free(self->last_death);
    g_free(self->program);
    resolver_config_free(self->config);
    G_OBJECT_CLASS(resolver_client_parent_class)->finalize(object);
}

static void
resolver_client_class_init(ResolverClientClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = resolver_client_finalize;
}

static void
resolver_client_init(ResolverClient *self)
{
    self->pending = g_hash_table_new_full(NULL, NULL, NULL, g_object_unref);
    g_queue_init(&self->deaths);
}

ResolverClient *
resolver_client_new(const gchar *program, const ResolverConfig *config)
{
    g_return_val_if_fail(program != NULL && config != NULL, NULL);
    ResolverClient *self = g_object_new(RESOLVER_CLIENT_TYPE, NULL);
    self->program = g_strdup(program);
    self->config = resolver_config_copy(config);
    return self;
}

GPid
resolver_client_get_pid(ResolverClient *self)
{
    return self->process == NULL ? 0 : resolver_process_get_pid(self->process);
}

guint
resolver_client_get_n_restarts(ResolverClient *self)
{
    return self->n_restarts;
}
