/* SPDX-License-Identifier: MPL-2.0 */

#include "lookup-thread.h"

#include "resolver-cache.h"
#include "resolver-client.h"
#include "source.h"

struct _LookupThread {
    gatomicrefcount n_references;
    GThread *thread;
    GMainContext *context;
    GMainLoop *loop;
    gchar *program;
    ResolverConfig *config;
    ResolverTable *table;
    ResolverStore *store;    /* used on the thread, or NULL */
    ResolverCache *resolver; /* made and freed on the thread */
    ResolverClient *client;  /* likewise */
    gint isolation;          /* atomic: of the client, at the last answer */
};

/* One call of lookup_thread_ask(). Lives on the asking thread's stack until n_pending is 0. */
typedef struct {
    LookupThread *thread;
    GArray *questions;
    GPtrArray *answers;
    GCancellable *cancellable; /* the resolver's; the caller's is handed on to it */
    GSource *deadline;         /* of all questions together */
    gboolean is_late;
    BridgeLookupProgress progress;
    gpointer progress_data;
    GMutex lock;
    GCond finished;
    guint n_pending;
    GError *error;
} Batch;

typedef struct {
    Batch *batch;
    guint index;
} Question;

/* A question is left for the thread where there is no answer. */
static gboolean
is_open(const Batch *batch, guint index)
{
    return g_ptr_array_index(batch->answers, index) == NULL;
}

static gpointer
run_thread(gpointer data)
{
    LookupThread *self = data;
    g_main_context_push_thread_default(self->context);
    self->client = resolver_client_new(self->program, self->config);
    self->resolver = resolver_cache_new(DNS_RESOLVER(self->client), self->table, self->store,
                                        resolver_moment_now);
    g_main_loop_run(self->loop);
    g_clear_object(&self->resolver);
    g_clear_object(&self->client);
    /* What their ends have queued. */
    while (g_main_context_iteration(self->context, FALSE))
        ;
    g_clear_pointer(&self->store, resolver_store_free);
    g_main_context_pop_thread_default(self->context);
    return NULL;
}

LookupThread *
lookup_thread_new(const gchar *program, const ResolverConfig *config, const gchar *cache_file)
{
    LookupThread *self = g_new0(LookupThread, 1);
    g_atomic_ref_count_init(&self->n_references);
    self->program = g_strdup(program);
    self->config = resolver_config_copy(config);
    self->table = resolver_table_new(RESOLVER_CACHE_MAX, RESOLVER_CACHE_MAX_OCTETS);
    if (cache_file != NULL)
        self->store = resolver_store_new(cache_file, config, resolver_moment_now);
    self->context = g_main_context_new();
    self->loop = g_main_loop_new(self->context, FALSE);
    self->thread = g_thread_new("lookups", run_thread, self);
    return self;
}

LookupThread *
lookup_thread_ref(LookupThread *self)
{
    g_atomic_ref_count_inc(&self->n_references);
    return self;
}

static gboolean
quit_loop(gpointer data)
{
    LookupThread *self = data;
    g_main_loop_quit(self->loop);
    return G_SOURCE_REMOVE;
}

static void
call_on_thread(LookupThread *self, GSourceFunc function, gpointer data)
{
    g_autoptr(GSource) source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, function, data, NULL);
    g_source_attach(source, self->context);
}

void
lookup_thread_unref(LookupThread *self)
{
    if (!g_atomic_ref_count_dec(&self->n_references))
        return;
    call_on_thread(self, quit_loop, self);
    g_thread_join(self->thread);
    g_main_loop_unref(self->loop);
    g_main_context_unref(self->context);
    resolver_table_free(self->table);
    resolver_config_free(self->config);
    g_free(self->program);
    g_free(self);
}

static void
count_answer(Batch *batch, GError *error)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&batch->lock);
    batch->n_pending--;
    if (batch->n_pending == 0)
        source_drop(&batch->deadline);
    if (error != NULL && batch->error == NULL)
        batch->error = error;
    else
        g_clear_error(&error);
    if (batch->progress != NULL)
        batch->progress(batch->questions->len - batch->n_pending, batch->questions->len,
                        batch->progress_data);
    if (batch->n_pending == 0)
        g_cond_signal(&batch->finished);
}

/* Whether it is the deadline, and not the caller, that has ended the question. */
static gboolean
is_too_late(const Batch *batch, const GError *error)
{
    return batch->is_late && g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static ResolverAnswer *
answer_too_late(const Batch *batch, guint index)
{
    const BridgeQuestion *asked = &g_array_index(batch->questions, BridgeQuestion, index);
    return resolver_answer_new_unreachable(asked->owner_name, asked->rr_type,
                                           "no answer within the %g s that all lookups may take",
                                           batch->thread->config->total_deadline_ms / 1000.0);
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
    g_autofree Question *question = data;
    Batch *batch = question->batch;
    GError *error = NULL;
    g_ptr_array_index(batch->answers, question->index) =
        resolver_lookup_finish(DNS_RESOLVER(source), result, &error);
    if (is_too_late(batch, error)) {
        g_clear_error(&error);
        g_ptr_array_index(batch->answers, question->index) =
            answer_too_late(batch, question->index);
    }
    g_atomic_int_set(&batch->thread->isolation,
                     (gint)resolver_client_get_isolation(batch->thread->client));
    count_answer(batch, error);
}

static gboolean
on_deadline(gpointer data)
{
    Batch *batch = data;
    g_autoptr(GCancellable) cancellable = g_object_ref(batch->cancellable);
    batch->is_late = !g_cancellable_is_cancelled(cancellable);
    /* The batch may be gone after this. */
    g_cancellable_cancel(cancellable);
    return G_SOURCE_REMOVE;
}

static void
start_deadline(Batch *batch)
{
    if (batch->thread->config->total_deadline_ms == 0)
        return;
    batch->deadline = g_timeout_source_new(batch->thread->config->total_deadline_ms);
    g_source_set_callback(batch->deadline, on_deadline, batch, NULL);
    g_source_attach(batch->deadline, batch->thread->context);
}

static void
forget(ResolverCache *resolver, const BridgeQuestion *asked)
{
    const ResolverKey key = {asked->owner_name, asked->rr_type};
    if (asked->memory == BRIDGE_MEMORY_NONE)
        resolver_cache_forget(resolver, &key);
    else if (asked->memory == BRIDGE_MEMORY_RECORDS)
        resolver_cache_forget_without_records(resolver, &key);
}

static gboolean
start_batch(gpointer data)
{
    Batch *batch = data;
    start_deadline(batch);
    ResolverCache *resolver = batch->thread->resolver;
    /* Answers from the cache may end the batch before this loop does. */
    guint n_left = batch->n_pending;
    for (guint i = 0; n_left > 0; i++) {
        const BridgeQuestion *asked = &g_array_index(batch->questions, BridgeQuestion, i);
        if (!is_open(batch, i))
            continue;
        n_left--;
        forget(resolver, asked);
        Question *question = g_new(Question, 1);
        *question = (Question){batch, i};
        resolver_lookup_async(DNS_RESOLVER(resolver), asked->owner_name, asked->rr_type,
                              batch->cancellable, on_answer, question);
    }
    return G_SOURCE_REMOVE;
}

/* The resolver's objects are touched on their own thread only, so a cancellation travels there
 * first. */
static gboolean
cancel_on_thread(gpointer data)
{
    g_cancellable_cancel(data);
    return G_SOURCE_REMOVE;
}

typedef struct {
    LookupThread *thread;
    GCancellable *cancellable;
} Forward;

static void
on_cancelled(G_GNUC_UNUSED GCancellable *cancellable, gpointer data)
{
    Forward *forward = data;
    g_autoptr(GSource) source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, cancel_on_thread, g_object_ref(forward->cancellable),
                          g_object_unref);
    g_source_attach(source, forward->thread->context);
}

static void
wait_for_batch(Batch *batch)
{
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&batch->lock);
    while (batch->n_pending > 0)
        g_cond_wait(&batch->finished, &batch->lock);
}

static void
free_answer(gpointer answer)
{
    if (answer != NULL)
        resolver_answer_free(answer);
}

static ResolverAnswer *
find_in_memory(LookupThread *self, const BridgeQuestion *asked, ResolverMoment now)
{
    const ResolverKey key = {asked->owner_name, asked->rr_type};
    if (asked->memory == BRIDGE_MEMORY_NONE)
        return NULL;
    g_autoptr(ResolverAnswer) answer = resolver_cache_peek(self->table, self->store, &key, now);
    if (answer != NULL && asked->memory == BRIDGE_MEMORY_RECORDS &&
        answer->outcome != DNS_OUTCOME_SECURE_RECORDS)
        return NULL;
    return g_steal_pointer(&answer);
}

/* How many questions are left. */
static guint
answer_from_memory(LookupThread *self, GArray *questions, GPtrArray *answers)
{
    ResolverMoment now = resolver_moment_now();
    guint n_left = 0;
    for (guint i = 0; i < questions->len; i++) {
        const BridgeQuestion *asked = &g_array_index(questions, BridgeQuestion, i);
        g_ptr_array_index(answers, i) = find_in_memory(self, asked, now);
        n_left += g_ptr_array_index(answers, i) == NULL;
    }
    return n_left;
}

static void
ask_thread(LookupThread *self, Batch *batch, GCancellable *cancellable)
{
    Forward forward = {self, batch->cancellable};
    g_mutex_init(&batch->lock);
    g_cond_init(&batch->finished);
    call_on_thread(self, start_batch, batch);
    gulong handler =
        cancellable == NULL
            ? 0
            : g_cancellable_connect(cancellable, G_CALLBACK(on_cancelled), &forward, NULL);
    wait_for_batch(batch);
    if (handler != 0)
        g_cancellable_disconnect(cancellable, handler);
    g_mutex_clear(&batch->lock);
    g_cond_clear(&batch->finished);
}

GPtrArray *
lookup_thread_ask(LookupThread *self, GArray *questions, GCancellable *cancellable,
                  BridgeLookupProgress progress, gpointer user_data, GError **error)
{
    g_autoptr(GPtrArray) answers = g_ptr_array_new_with_free_func(free_answer);
    if (g_cancellable_set_error_if_cancelled(cancellable, error))
        return NULL;
    g_ptr_array_set_size(answers, (gint)questions->len);
    guint n_left = answer_from_memory(self, questions, answers);
    if (n_left < questions->len && progress != NULL)
        progress(questions->len - n_left, questions->len, user_data);
    if (n_left == 0)
        return g_steal_pointer(&answers);

    g_autoptr(GCancellable) inner = g_cancellable_new();
    Batch batch = {
        .thread = self,
        .questions = questions,
        .answers = answers,
        .cancellable = inner,
        .progress = progress,
        .progress_data = user_data,
        .n_pending = n_left,
    };
    ask_thread(self, &batch, cancellable);
    if (batch.error == NULL)
        return g_steal_pointer(&answers);
    g_propagate_error(error, batch.error);
    return NULL;
}

guint
lookup_thread_get_isolation(LookupThread *self)
{
    return (guint)g_atomic_int_get(&self->isolation);
}

void
lookup_thread_clear_cache(LookupThread *self)
{
    resolver_table_clear(self->table);
}

GPtrArray *
lookup_thread_list_cache(LookupThread *self)
{
    return resolver_table_list(self->table, resolver_moment_now());
}
