/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-client.h"

#include <sys/resource.h>

#include "network-watch.h"
#include "resolver-child.h"
#include "resolver-deaths.h"
#include "source.h"
#include "trust-anchor.h"

/* Of the child itself, and of one lookup: a question each for its name and for the keys of the
 * zones above it. */
#define CHILD_DESCRIPTORS  16u
#define LOOKUP_DESCRIPTORS 8u

/* Questions in hand are put again when the network has changed, but not more often than this: where
 * it changes on and on, they would never be answered. */
#define RENEWAL_PAUSE_US (10 * G_TIME_SPAN_SECOND)

struct _ResolverClient {
    GObject parent_instance;
    gchar *program;
    ResolverConfig *config;
    ResolverDeaths *deaths;
    ResolverChild *first;
    ResolverChild *second; /* for suspects, one at a time; NULL while there are none */
    GQueue waiting;        /* of GTask: for the first child */
    GQueue suspects;       /* of GTask: for the second */
    NetworkWatch *network; /* NULL until there is a child */
    gint64 last_renewal;   /* of a child with questions in hand */
    gboolean any_death;
    guint n_restarts;
    guint isolation;
};

typedef struct {
    ResolverQuestion question; /* first: children know only this */
    GTask *task;
    GQueue *queue; /* where it waits; NULL while a child has it */
    guint n_asked;
    gboolean suspect;
    GSource *give_up; /* a suspect's time limit */
    GSource *cancelled;
} ClientLookup;

static void resolver_client_iface_init(ResolverInterface *iface);
static void ask_on(ResolverClient *self);
static void on_network_changed(gpointer user_data);

G_DEFINE_TYPE_WITH_CODE(ResolverClient, resolver_client, G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(RESOLVER_TYPE, resolver_client_iface_init))

static void
client_lookup_free(ClientLookup *lookup)
{
    source_drop(&lookup->give_up);
    source_drop(&lookup->cancelled);
    g_free(lookup->question.owner_name);
    g_free(lookup);
}

/* At the tail, or before those that wait already. */
static void
put_in_queue(ClientLookup *lookup, GQueue *queue, gboolean at_head)
{
    lookup->queue = queue;
    if (at_head)
        g_queue_push_head(queue, lookup->task);
    else
        g_queue_push_tail(queue, lookup->task);
}

/* Takes the lookup from wherever it is; the caller returns the task, whose reference was held
 * there. */
static void
end_lookup(ResolverClient *self, ClientLookup *lookup)
{
    source_drop(&lookup->give_up);
    source_drop(&lookup->cancelled);
    if (lookup->queue != NULL)
        g_queue_remove(lookup->queue, lookup->task);
    lookup->queue = NULL;
    if (self->first != NULL)
        resolver_child_withdraw(self->first, &lookup->question);
    if (self->second != NULL)
        resolver_child_withdraw(self->second, &lookup->question);
}

static void
answer_unreachable(ResolverClient *self, ClientLookup *lookup, const gchar *reason)
{
    g_autoptr(GTask) task = lookup->task;
    end_lookup(self, lookup);
    g_task_return_pointer(task,
                          resolver_answer_new_unreachable(lookup->question.owner_name,
                                                          lookup->question.rr_type, "%s", reason),
                          (GDestroyNotify)resolver_answer_free);
}

static void
on_answered(ResolverChild *child, ResolverQuestion *question, const ResolverAnswer *answer,
            gpointer user_data)
{
    g_autoptr(ResolverClient) self = g_object_ref(user_data);
    ClientLookup *lookup = (ClientLookup *)question;
    g_autoptr(GTask) task = lookup->task;
    self->isolation = resolver_child_get_isolation(child);
    end_lookup(self, lookup);
    ResolverAnswer *copy = resolver_answer_copy(answer);
    g_free(copy->owner_name);
    copy->owner_name = g_strdup(question->owner_name);
    copy->rr_type = question->rr_type;
    g_task_return_pointer(task, copy, (GDestroyNotify)resolver_answer_free);
    ask_on(self);
}

static gboolean
on_give_up(gpointer user_data)
{
    ClientLookup *lookup = user_data;
    g_autoptr(ResolverClient) self = g_object_ref(g_task_get_source_object(lookup->task));
    answer_unreachable(self, lookup,
                       "the resolver program died, and there was no time to ask again");
    ask_on(self);
    return G_SOURCE_REMOVE;
}

/* It is asked again alone, since it may be what the child died of. */
static void
suspect(ResolverClient *self, ClientLookup *lookup)
{
    lookup->suspect = TRUE;
    put_in_queue(lookup, &self->suspects, FALSE);
    if (lookup->give_up != NULL)
        return;
    lookup->give_up = g_timeout_source_new(resolver_config_get_lookup_ms(self->config));
    g_source_set_callback(lookup->give_up, on_give_up, lookup, NULL);
    g_source_attach(lookup->give_up, g_task_get_context(lookup->task));
}

static void
settle_crash(ResolverClient *self, GPtrArray *in_hand, const gchar *reason)
{
    if (in_hand->len == 1) {
        ClientLookup *lookup = g_ptr_array_index(in_hand, 0);
        resolver_deaths_note_killer(self->deaths, lookup->question.owner_name, reason);
        answer_unreachable(self, lookup, reason);
        return;
    }
    for (guint i = 0; i < in_hand->len; i++)
        suspect(self, g_ptr_array_index(in_hand, i));
}

/* In the order in which they were asked. */
static void
settle_outside(ResolverClient *self, GPtrArray *in_hand, const gchar *reason)
{
    for (guint i = in_hand->len; i > 0; i--) {
        ClientLookup *lookup = g_ptr_array_index(in_hand, i - 1);
        if (lookup->n_asked >= RESOLVER_CLIENT_MAX_ASKED)
            answer_unreachable(self, lookup, reason);
        else
            put_in_queue(lookup, lookup->suspect ? &self->suspects : &self->waiting, TRUE);
    }
}

static void
on_died(ResolverChild *child, ResolverChildDeath death, const gchar *reason, gpointer user_data)
{
    g_autoptr(ResolverClient) self = g_object_ref(user_data);
    g_autofree gchar *kept_reason = g_strdup(reason);
    g_autoptr(GPtrArray) in_hand = resolver_child_take_questions(child);
    gboolean unready = resolver_child_get_isolation(child) == 0;
    g_debug("%s; lookups in hand: %u", reason, in_hand->len);
    if (child == self->first)
        self->first = NULL;
    else
        self->second = NULL;
    resolver_child_free(child);
    self->any_death = TRUE;
    resolver_deaths_note(self->deaths, unready && death != RESOLVER_CHILD_ENDED_FROM_OUTSIDE,
                         kept_reason);
    if (death == RESOLVER_CHILD_ENDED_FROM_OUTSIDE)
        settle_outside(self, in_hand, kept_reason);
    else if (death == RESOLVER_CHILD_CRASHED && !unready)
        settle_crash(self, in_hand, kept_reason);
    else
        for (guint i = 0; i < in_hand->len; i++)
            answer_unreachable(self, g_ptr_array_index(in_hand, i), kept_reason);
    ask_on(self);
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

static ResolverChild *
start_child(ResolverClient *self, GStrv servers, GError **error)
{
    static const ResolverChildCallbacks callbacks = {on_answered, on_died};
    g_auto(GStrv) anchors = trust_anchor_load(self->config->trust_anchor_file, error);
    if (anchors == NULL || !check_servers(servers, error))
        return NULL;
    g_autoptr(ResolverConfig) setup = resolver_config_copy(self->config);
    setup->avoidance = resolver_config_avoids_roadblocks(self->config) ? RESOLVER_AVOIDANCE_ON
                                                                       : RESOLVER_AVOIDANCE_OFF;
    g_strfreev(setup->servers);
    setup->servers = g_strdupv(servers);
    ResolverChild *child = resolver_child_new(self->program, setup, (const gchar *const *)anchors,
                                              &callbacks, self, error);
    if (child != NULL && self->any_death)
        self->n_restarts++;
    return child;
}

/* A child that has nothing in hand makes way if the system has other servers by now. */
static gboolean
ensure_child(ResolverClient *self, ResolverChild **child, GError **error)
{
    if (*child != NULL && resolver_child_get_n_questions(*child) > 0)
        return TRUE;
    g_auto(GStrv) servers = get_wanted_servers(self);
    if (*child != NULL && g_strv_equal((const gchar *const *)servers,
                                       (const gchar *const *)resolver_child_get_servers(*child)))
        return TRUE;
    g_clear_pointer(child, resolver_child_free);
    *child = start_child(self, servers, error);
    if (self->network == NULL)
        self->network = network_watch_new(on_network_changed, self);
    return *child != NULL;
}

/* Takes @error. */
static void
answer_error(ResolverClient *self, ClientLookup *lookup, GError *error)
{
    g_autoptr(GTask) task = lookup->task;
    end_lookup(self, lookup);
    g_task_return_error(task, error);
}

/* Puts the first of @queue to the child. */
static void
ask_first(ResolverClient *self, GQueue *queue, ResolverChild **child)
{
    GTask *task = g_queue_pop_head(queue);
    ClientLookup *lookup = g_task_get_task_data(task);
    lookup->queue = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree gchar *refusal =
        resolver_deaths_find_killer(self->deaths, lookup->question.owner_name);
    if (refusal == NULL && *child == NULL)
        refusal = resolver_deaths_forbid(self->deaths);
    if (refusal != NULL) {
        answer_unreachable(self, lookup, refusal);
        return;
    }
    if (!ensure_child(self, child, &error)) {
        answer_error(self, lookup, g_steal_pointer(&error));
        return;
    }
    lookup->n_asked++;
    resolver_child_ask(*child, &lookup->question);
}

/* A child whose connections may be dead makes way; what it has in hand is put anew. */
static void
renew(ResolverChild **child, GQueue *queue)
{
    if (*child == NULL)
        return;
    g_autoptr(GPtrArray) in_hand = resolver_child_take_questions(*child);
    g_clear_pointer(child, resolver_child_free);
    for (guint i = in_hand->len; i > 0; i--) {
        ClientLookup *lookup = g_ptr_array_index(in_hand, i - 1);
        lookup->n_asked--;
        put_in_queue(lookup, queue, TRUE);
    }
}

static gboolean
is_busy(const ResolverClient *self)
{
    return (self->first != NULL && resolver_child_get_n_questions(self->first) > 0) ||
           self->second != NULL;
}

static void
on_network_changed(gpointer user_data)
{
    g_autoptr(ResolverClient) self = g_object_ref(user_data);
    gint64 now = g_get_monotonic_time();
    if (is_busy(self)) {
        if (self->last_renewal != 0 && now - self->last_renewal < RENEWAL_PAUSE_US)
            return;
        self->last_renewal = now;
    }
    renew(&self->first, &self->waiting);
    renew(&self->second, &self->suspects);
    ask_on(self);
}

static gboolean
has_room(const ResolverChild *child, guint window)
{
    return child == NULL || resolver_child_get_n_questions(child) < window;
}

static void
ask_on(ResolverClient *self)
{
    while (!g_queue_is_empty(&self->waiting) && has_room(self->first, self->config->window))
        ask_first(self, &self->waiting, &self->first);
    while (!g_queue_is_empty(&self->suspects) && has_room(self->second, 1))
        ask_first(self, &self->suspects, &self->second);
    if (self->second != NULL && resolver_child_get_n_questions(self->second) == 0)
        g_clear_pointer(&self->second, resolver_child_free);
}

static gboolean
on_cancelled(GCancellable *cancellable G_GNUC_UNUSED, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    g_autoptr(ResolverClient) self = g_object_ref(g_task_get_source_object(task));
    end_lookup(self, g_task_get_task_data(task));
    g_task_return_error_if_cancelled(task);
    ask_on(self);
    return G_SOURCE_REMOVE;
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
    ClientLookup *lookup = g_new0(ClientLookup, 1);
    lookup->question = (ResolverQuestion){g_strdup(owner_name), rr_type};
    lookup->task = task;
    g_task_set_task_data(task, lookup, (GDestroyNotify)client_lookup_free);
    if (cancellable != NULL) {
        lookup->cancelled = g_cancellable_source_new(cancellable);
        g_source_set_callback(lookup->cancelled, G_SOURCE_FUNC(on_cancelled), task, NULL);
        g_source_attach(lookup->cancelled, g_task_get_context(task));
    }
    /* The reference is the lookup's until it ends. */
    g_steal_pointer(&task);
    put_in_queue(lookup, &self->waiting, FALSE);
    ask_on(self);
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

/* Every lookup under way holds a reference, so there is none. */
static void
resolver_client_finalize(GObject *object)
{
    ResolverClient *self = RESOLVER_CLIENT(object);
    network_watch_free(self->network);
    resolver_child_free(self->first);
    resolver_child_free(self->second);
    resolver_deaths_free(self->deaths);
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
    g_queue_init(&self->waiting);
    g_queue_init(&self->suspects);
    self->deaths = resolver_deaths_new(g_get_monotonic_time);
}

/* A lookup takes some descriptors while it is on the network, and getdns crashes when there are
 * none left. The child has the limit of this process, and raises it as far as that goes. */
static guint
fit_window(guint window)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_max > G_MAXINT)
        return MAX(window, 1);
    rlim_t n_lookups = limit.rlim_max < CHILD_DESCRIPTORS
                           ? 0
                           : (limit.rlim_max - CHILD_DESCRIPTORS) / LOOKUP_DESCRIPTORS;
    return CLAMP((guint)n_lookups, 1, MAX(window, 1));
}

ResolverClient *
resolver_client_new(const gchar *program, const ResolverConfig *config)
{
    g_return_val_if_fail(program != NULL && config != NULL, NULL);
    ResolverClient *self = g_object_new(RESOLVER_CLIENT_TYPE, NULL);
    self->program = g_strdup(program);
    self->config = resolver_config_copy(config);
    self->config->window = fit_window(config->window);
    return self;
}

guint
resolver_client_get_isolation(ResolverClient *self)
{
    guint of_first = self->first == NULL ? 0 : resolver_child_get_isolation(self->first);
    return of_first == 0 ? self->isolation : of_first;
}

GPid
resolver_client_get_pid(ResolverClient *self)
{
    return self->first == NULL ? 0 : resolver_child_get_pid(self->first);
}

GPid
resolver_client_get_pid_of(ResolverClient *self, const gchar *owner_name)
{
    ResolverChild *children[] = {self->first, self->second};
    for (gsize i = 0; i < G_N_ELEMENTS(children); i++)
        if (children[i] != NULL && resolver_child_has_name(children[i], owner_name))
            return resolver_child_get_pid(children[i]);
    return 0;
}

guint
resolver_client_get_n_restarts(ResolverClient *self)
{
    return self->n_restarts;
}
