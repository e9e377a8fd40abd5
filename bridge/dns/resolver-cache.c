/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-cache.h"

#include "network-watch.h"
#include "source.h"

/* Answers come in bursts; they are written together, when nobody waits for them any more. */
#define WRITE_AFTER_MS 100u

struct _ResolverCache {
    GObject parent_instance;
    Resolver *source;
    ResolverTable *table;
    ResolverStore *store;
    ResolverClock clock;
    GHashTable *questions; /* (element-type ResolverKey CacheQuestion): under way */
    GSource *write;        /* waits for the moment to write to the store */
    GMainContext *context;
    NetworkWatch *network; /* NULL until something is asked */
};

/* One question to the source and all who wait for its answer. */
typedef struct {
    ResolverCache *cache; /* held while the question is under way */
    ResolverKey key;
    gchar *owner_name; /* the key's */
    guint generation;  /* of the table, when it was asked */
    GCancellable *cancellable;
    GQueue waiters; /* of GTask */
} CacheQuestion;

typedef struct {
    CacheQuestion *question; /* NULL when it is answered */
    gchar *owner_name;
    GSource *cancelled;
} CacheWaiter;

static void resolver_cache_iface_init(ResolverInterface *iface);

G_DEFINE_TYPE_WITH_CODE(ResolverCache, resolver_cache, G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(RESOLVER_TYPE, resolver_cache_iface_init))

static void
cache_waiter_free(CacheWaiter *waiter)
{
    source_drop(&waiter->cancelled);
    g_free(waiter->owner_name);
    g_free(waiter);
}

static gboolean
on_write(gpointer user_data)
{
    ResolverCache *self = user_data;
    if (!resolver_store_flush(self->store))
        return G_SOURCE_CONTINUE;
    source_drop(&self->write);
    return G_SOURCE_REMOVE;
}

static void
write_soon(ResolverCache *self)
{
    if (self->write != NULL)
        return;
    self->write = g_timeout_source_new(WRITE_AFTER_MS);
    g_source_set_priority(self->write, G_PRIORITY_LOW);
    g_source_set_callback(self->write, on_write, self, NULL);
    g_source_attach(self->write, self->context);
}

/* Somebody has taken the file away: all is to be forgotten. */
static void
follow_file(ResolverCache *self)
{
    if (self->store == NULL || resolver_store_is_current(self->store))
        return;
    resolver_store_abandon(self->store);
    resolver_table_clear(self->table);
}

static void
remember(ResolverCache *self, guint generation, const ResolverAnswer *answer)
{
    guint32 length = resolver_lease_get_length(answer->outcome, answer->ttl);
    ResolverLease lease = resolver_lease_new(self->clock(), length);
    follow_file(self);
    if (length == 0) {
        resolver_cache_forget(self, &(ResolverKey){answer->owner_name, answer->rr_type});
        return;
    }
    if (!resolver_table_put(self->table, generation, answer, &lease) || self->store == NULL)
        return;
    resolver_store_put(self->store, answer, &lease);
    write_soon(self);
}

/* From the store into memory. */
static ResolverAnswer *
recall_from_store(ResolverCache *self, const ResolverKey *key)
{
    ResolverLease lease;
    guint generation = resolver_table_get_generation(self->table);
    ResolverAnswer *answer =
        self->store == NULL ? NULL : resolver_store_get(self->store, key, &lease);
    if (answer != NULL)
        resolver_table_put(self->table, generation, answer, &lease);
    return answer;
}

ResolverAnswer *
resolver_cache_peek(ResolverTable *table, ResolverStore *store, const ResolverKey *key,
                    ResolverMoment now)
{
    if (store != NULL && !resolver_store_is_current(store))
        return NULL;
    return resolver_table_get(table, key, now);
}

static ResolverAnswer *
recall(ResolverCache *self, const ResolverKey *key)
{
    follow_file(self);
    ResolverAnswer *answer = resolver_table_get(self->table, key, self->clock());
    return answer != NULL ? answer : recall_from_store(self, key);
}

static void
cache_question_free(CacheQuestion *question)
{
    g_object_unref(question->cancellable);
    g_object_unref(question->cache);
    g_free(question->owner_name);
    g_free(question);
}

/* From here on a lookup for the same key is a new question. */
static void
detach_question(CacheQuestion *question)
{
    GHashTable *questions = question->cache->questions;
    if (g_hash_table_lookup(questions, &question->key) == question)
        g_hash_table_remove(questions, &question->key);
}

/* Takes @answer. */
static void
return_answer(GTask *task, ResolverAnswer *answer, const gchar *owner_name)
{
    g_free(answer->owner_name);
    answer->owner_name = g_strdup(owner_name);
    g_task_return_pointer(task, answer, (GDestroyNotify)resolver_answer_free);
}

static void
on_source_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    CacheQuestion *question = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(ResolverAnswer) answer = resolver_lookup_finish(DNS_RESOLVER(source), result, &error);
    detach_question(question);
    if (answer != NULL)
        remember(question->cache, question->generation, answer);
    while (!g_queue_is_empty(&question->waiters)) {
        g_autoptr(GTask) task = g_queue_pop_head(&question->waiters);
        CacheWaiter *waiter = g_task_get_task_data(task);
        source_drop(&waiter->cancelled);
        waiter->question = NULL;
        if (answer != NULL)
            return_answer(task, resolver_answer_copy(answer), waiter->owner_name);
        else
            g_task_return_error(task, g_error_copy(error));
    }
    cache_question_free(question);
}

static gboolean
on_waiter_cancelled(GCancellable *cancellable G_GNUC_UNUSED, gpointer user_data)
{
    g_autoptr(GTask) task = user_data; /* the queue's reference */
    CacheWaiter *waiter = g_task_get_task_data(task);
    CacheQuestion *question = waiter->question;
    source_drop(&waiter->cancelled);
    waiter->question = NULL;
    g_queue_remove(&question->waiters, task);
    if (g_queue_is_empty(&question->waiters)) {
        detach_question(question);
        g_cancellable_cancel(question->cancellable);
    }
    g_task_return_error_if_cancelled(task);
    return G_SOURCE_REMOVE;
}

/* Takes @task. */
static void
add_waiter(CacheQuestion *question, GTask *task)
{
    CacheWaiter *waiter = g_task_get_task_data(task);
    waiter->question = question;
    g_queue_push_tail(&question->waiters, task);
    if (g_task_get_cancellable(task) == NULL)
        return;
    waiter->cancelled = g_cancellable_source_new(g_task_get_cancellable(task));
    g_source_set_callback(waiter->cancelled, G_SOURCE_FUNC(on_waiter_cancelled), task, NULL);
    g_source_attach(waiter->cancelled, g_task_get_context(task));
}

static CacheQuestion *
cache_question_new(ResolverCache *self, const ResolverKey *key)
{
    CacheQuestion *question = g_new0(CacheQuestion, 1);
    question->cache = g_object_ref(self);
    question->owner_name = g_strdup(key->owner_name);
    question->key = (ResolverKey){question->owner_name, key->rr_type};
    question->generation = resolver_table_get_generation(self->table);
    question->cancellable = g_cancellable_new();
    g_queue_init(&question->waiters);
    g_hash_table_insert(self->questions, &question->key, question);
    return question;
}

static void
on_network_changed(gpointer user_data)
{
    resolver_table_clear(RESOLVER_CACHE(user_data)->table);
}

static void
ask_source(ResolverCache *self, GTask *task, const ResolverKey *key)
{
    CacheWaiter *waiter = g_new0(CacheWaiter, 1);
    waiter->owner_name = g_strdup(key->owner_name);
    g_task_set_task_data(task, waiter, (GDestroyNotify)cache_waiter_free);
    CacheQuestion *question = g_hash_table_lookup(self->questions, key);
    gboolean is_new = question == NULL;
    if (is_new)
        question = cache_question_new(self, key);
    add_waiter(question, task);
    if (!is_new)
        return;
    if (self->network == NULL)
        self->network = network_watch_new(on_network_changed, self);
    resolver_lookup_async(self->source, key->owner_name, key->rr_type, question->cancellable,
                          on_source_answer, question);
}

static void
resolver_cache_lookup_async(Resolver *resolver, const gchar *owner_name, guint16 rr_type,
                            GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data)
{
    ResolverCache *self = RESOLVER_CACHE(resolver);
    const ResolverKey key = {owner_name, rr_type};
    g_autoptr(GTask) task = g_task_new(self, cancellable, callback, user_data);
    if (g_task_return_error_if_cancelled(task))
        return;
    ResolverAnswer *answer = recall(self, &key);
    if (answer != NULL)
        return_answer(task, answer, owner_name);
    else
        ask_source(self, g_steal_pointer(&task), &key);
}

static ResolverAnswer *
resolver_cache_lookup_finish(Resolver *resolver, GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_task_is_valid(result, resolver), NULL);
    return g_task_propagate_pointer(G_TASK(result), error);
}

static void
resolver_cache_iface_init(ResolverInterface *iface)
{
    iface->lookup_async = resolver_cache_lookup_async;
    iface->lookup_finish = resolver_cache_lookup_finish;
}

static void
resolver_cache_finalize(GObject *object)
{
    ResolverCache *self = RESOLVER_CACHE(object);
    network_watch_free(self->network);
    source_drop(&self->write);
    g_main_context_unref(self->context);
    g_hash_table_unref(self->questions);
    g_object_unref(self->source);
    G_OBJECT_CLASS(resolver_cache_parent_class)->finalize(object);
}

static void
resolver_cache_class_init(ResolverCacheClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = resolver_cache_finalize;
}

static void
resolver_cache_init(ResolverCache *self)
{
    self->questions = g_hash_table_new(resolver_key_hash, resolver_key_equal);
}

ResolverCache *
resolver_cache_new(Resolver *source, ResolverTable *table, ResolverStore *store,
                   ResolverClock clock)
{
    g_return_val_if_fail(DNS_IS_RESOLVER(source) && table != NULL && clock != NULL, NULL);
    ResolverCache *self = g_object_new(RESOLVER_CACHE_TYPE, NULL);
    self->source = g_object_ref(source);
    self->table = table;
    self->store = store;
    self->clock = clock;
    self->context = g_main_context_ref_thread_default();
    return self;
}

void
resolver_cache_forget(ResolverCache *self, const ResolverKey *key)
{
    resolver_table_remove(self->table, key);
    if (self->store != NULL)
        resolver_store_remove(self->store, key);
}

void
resolver_cache_forget_without_records(ResolverCache *self, const ResolverKey *key)
{
    g_autoptr(ResolverAnswer) answer = recall(self, key);
    if (answer != NULL && answer->outcome != DNS_OUTCOME_SECURE_RECORDS)
        resolver_cache_forget(self, key);
}
