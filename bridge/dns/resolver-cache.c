/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-cache.h"

#include "source.h"

/* Seconds. */
#define BOGUS_MIN 5
#define BOGUS_MAX 60
#define FAILED    5

struct _ResolverCache {
    GObject parent_instance;
    Resolver *source;
    ResolverCacheClock clock;
    GHashTable *entries;   /* (element-type gchar* CacheEntry) */
    GQueue by_age;         /* of CacheEntry, the oldest first */
    GHashTable *questions; /* (element-type gchar* CacheQuestion): under way */
    guint generation;      /* counts how often the cache was emptied */
    GMainContext *context;
    gulong network_changed;
};

typedef struct {
    gchar *key;
    ResolverAnswer *answer;
    gint64 expires;
    GList link; /* in by_age */
} CacheEntry;

/* One question to the source and all who wait for its answer. */
typedef struct {
    ResolverCache *cache; /* held while the question is under way */
    gchar *key;
    guint generation;
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
cache_entry_free(CacheEntry *entry)
{
    g_free(entry->key);
    resolver_answer_free(entry->answer);
    g_free(entry);
}

static void
cache_waiter_free(CacheWaiter *waiter)
{
    source_drop(&waiter->cancelled);
    g_free(waiter->owner_name);
    g_free(waiter);
}

static void
remove_entry(ResolverCache *self, CacheEntry *entry)
{
    g_queue_unlink(&self->by_age, &entry->link);
    g_hash_table_remove(self->entries, entry->key);
}

static guint32
get_lifetime(const ResolverAnswer *answer)
{
    switch (answer->outcome) {
    case DNS_OUTCOME_SECURE_RECORDS:
        return MIN(answer->ttl, 3600);
    case DNS_OUTCOME_SECURE_DENIAL:
        return MIN(answer->ttl, 900);
    case DNS_OUTCOME_INSECURE:
        return MIN(answer->ttl, 300);
    case DNS_OUTCOME_BOGUS:
        return CLAMP(answer->ttl, BOGUS_MIN, BOGUS_MAX);
    case DNS_OUTCOME_UNREACHABLE:
    case DNS_OUTCOME_INDETERMINATE:
    case DNS_N_OUTCOMES:
    default:
        return FAILED;
    }
}

static void
remember(ResolverCache *self, const gchar *key, const ResolverAnswer *answer)
{
    guint32 lifetime = get_lifetime(answer);
    CacheEntry *old = g_hash_table_lookup(self->entries, key);
    if (old != NULL)
        remove_entry(self, old);
    if (lifetime == 0)
        return;
    CacheEntry *entry = g_new0(CacheEntry, 1);
    entry->key = g_strdup(key);
    entry->answer = resolver_answer_copy(answer);
    entry->expires = self->clock() + lifetime * G_TIME_SPAN_SECOND;
    entry->link.data = entry;
    g_hash_table_insert(self->entries, entry->key, entry);
    g_queue_push_tail_link(&self->by_age, &entry->link);
    if (g_hash_table_size(self->entries) > RESOLVER_CACHE_MAX)
        remove_entry(self, g_queue_peek_head(&self->by_age));
}

static ResolverAnswer *
recall(ResolverCache *self, const gchar *key)
{
    CacheEntry *entry = g_hash_table_lookup(self->entries, key);
    if (entry == NULL)
        return NULL;
    gint64 left = entry->expires - self->clock();
    if (left <= 0) {
        remove_entry(self, entry);
        return NULL;
    }
    ResolverAnswer *answer = resolver_answer_copy(entry->answer);
    answer->ttl = (guint32)((left + G_TIME_SPAN_SECOND - 1) / G_TIME_SPAN_SECOND);
    return answer;
}

static void
cache_question_free(CacheQuestion *question)
{
    g_object_unref(question->cancellable);
    g_object_unref(question->cache);
    g_free(question->key);
    g_free(question);
}

/* From here on a lookup for the same key is a new question. */
static void
detach_question(CacheQuestion *question)
{
    GHashTable *questions = question->cache->questions;
    if (g_hash_table_lookup(questions, question->key) == question)
        g_hash_table_remove(questions, question->key);
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
    if (answer != NULL && question->generation == question->cache->generation)
        remember(question->cache, question->key, answer);
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
cache_question_new(ResolverCache *self, const gchar *key)
{
    CacheQuestion *question = g_new0(CacheQuestion, 1);
    question->cache = g_object_ref(self);
    question->key = g_strdup(key);
    question->generation = self->generation;
    question->cancellable = g_cancellable_new();
    g_queue_init(&question->waiters);
    g_hash_table_insert(self->questions, question->key, question);
    return question;
}

static void
resolver_cache_lookup_async(Resolver *resolver, const gchar *owner_name, guint16 rr_type,
                            GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data)
{
    ResolverCache *self = RESOLVER_CACHE(resolver);
    g_autoptr(GTask) task = g_task_new(self, cancellable, callback, user_data);
    if (g_task_return_error_if_cancelled(task))
        return;
    g_autofree gchar *lower = g_ascii_strdown(owner_name, -1);
    g_autofree gchar *key = g_strdup_printf("%u %s", rr_type, lower);
    ResolverAnswer *answer = recall(self, key);
    if (answer != NULL) {
        return_answer(task, answer, owner_name);
        return;
    }
    CacheWaiter *waiter = g_new0(CacheWaiter, 1);
    waiter->owner_name = g_strdup(owner_name);
    g_task_set_task_data(task, waiter, (GDestroyNotify)cache_waiter_free);
    CacheQuestion *question = g_hash_table_lookup(self->questions, key);
    gboolean is_new = question == NULL;
    if (is_new)
        question = cache_question_new(self, key);
    add_waiter(question, g_steal_pointer(&task));
    if (is_new)
        resolver_lookup_async(self->source, owner_name, rr_type, question->cancellable,
                              on_source_answer, question);
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

static gboolean
on_clear(gpointer user_data)
{
    resolver_cache_clear(user_data);
    return G_SOURCE_REMOVE;
}

/* The monitor is the whole process's and tells its news on the thread that first asked for it,
 * perhaps while the cache is used, or goes, on its own. */
static void
on_network_changed(GNetworkMonitor *monitor G_GNUC_UNUSED, gboolean available G_GNUC_UNUSED,
                   gpointer user_data)
{
    g_autoptr(GObject) object = g_weak_ref_get(user_data);
    if (object == NULL)
        return;
    g_autoptr(GSource) source = g_idle_source_new();
    g_autoptr(GMainContext) context = g_main_context_ref(RESOLVER_CACHE(object)->context);
    g_source_set_priority(source, G_PRIORITY_HIGH);
    g_source_set_callback(source, on_clear, g_steal_pointer(&object), g_object_unref);
    g_source_attach(source, context);
}

static void
weak_ref_free(gpointer data, GClosure *closure G_GNUC_UNUSED)
{
    g_weak_ref_clear(data);
    g_free(data);
}

static void
watch_network(ResolverCache *self)
{
    GWeakRef *weak = g_new0(GWeakRef, 1);
    g_weak_ref_init(weak, self);
    self->network_changed =
        g_signal_connect_data(g_network_monitor_get_default(), "network-changed",
                              G_CALLBACK(on_network_changed), weak, weak_ref_free, 0);
}

static void
resolver_cache_finalize(GObject *object)
{
    ResolverCache *self = RESOLVER_CACHE(object);
    g_signal_handler_disconnect(g_network_monitor_get_default(), self->network_changed);
    resolver_cache_clear(self);
    g_main_context_unref(self->context);
    g_hash_table_unref(self->entries);
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
    self->entries =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)cache_entry_free);
    self->questions = g_hash_table_new(g_str_hash, g_str_equal);
    g_queue_init(&self->by_age);
}

ResolverCache *
resolver_cache_new(Resolver *source, ResolverCacheClock clock)
{
    g_return_val_if_fail(DNS_IS_RESOLVER(source) && clock != NULL, NULL);
    ResolverCache *self = g_object_new(RESOLVER_CACHE_TYPE, NULL);
    self->source = g_object_ref(source);
    self->clock = clock;
    self->context = g_main_context_ref_thread_default();
    watch_network(self);
    return self;
}

void
resolver_cache_clear(ResolverCache *self)
{
    self->generation++;
    g_queue_init(&self->by_age); /* its links are parts of the entries */
    g_hash_table_remove_all(self->entries);
}

guint
resolver_cache_get_n_entries(ResolverCache *self)
{
    return g_hash_table_size(self->entries);
}
