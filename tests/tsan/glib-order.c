/* SPDX-License-Identifier: MPL-2.0 */

/* For builds with -Db_sanitize=thread, linked into tests. The system's GLib is not instrumented,
 * and takes its locks by system calls of its own: to ThreadSanitizer, nothing that two threads do
 * is in any order, and everything is a race. Here the functions that make an order tell it so, and
 * call the real ones. What they tell is what GLib documents; no access of the program's own is
 * hidden.
 *
 * Reference counts: letting go of a reference is ordered before the end of the object. */

#include <dlfcn.h>

#include <glib-object.h>
#include <json-glib/json-glib.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

static gpointer
find_real(const char *name)
{
    gpointer function = dlsym(RTLD_NEXT, name);
    if (function == NULL)
        abort();
    return function;
}

#define REAL(name)                                                                                 \
    static __typeof__(name) *real;                                                                 \
    if (__atomic_load_n(&real, __ATOMIC_RELAXED) == NULL)                                          \
    __atomic_store_n(&real, (__typeof__(name) *)find_real(#name), __ATOMIC_RELAXED)

void(g_mutex_lock)(GMutex *mutex)
{
    REAL(g_mutex_lock);
    real(mutex);
    __tsan_acquire(mutex);
}

gboolean(g_mutex_trylock)(GMutex *mutex)
{
    REAL(g_mutex_trylock);
    gboolean taken = real(mutex);
    if (taken)
        __tsan_acquire(mutex);
    return taken;
}

void(g_mutex_unlock)(GMutex *mutex)
{
    REAL(g_mutex_unlock);
    __tsan_release(mutex);
    real(mutex);
}

void(g_cond_wait)(GCond *condition, GMutex *mutex)
{
    REAL(g_cond_wait);
    __tsan_release(mutex);
    real(condition, mutex);
    __tsan_acquire(mutex);
}

gboolean(g_cond_wait_until)(GCond *condition, GMutex *mutex, gint64 end)
{
    REAL(g_cond_wait_until);
    __tsan_release(mutex);
    gboolean signalled = real(condition, mutex, end);
    __tsan_acquire(mutex);
    return signalled;
}

gboolean(g_once_init_enter)(volatile void *location)
{
    REAL(g_once_init_enter);
    gboolean mine = real(location);
    __tsan_acquire((void *)location);
    return mine;
}

void(g_once_init_leave)(volatile void *location, gsize result)
{
    REAL(g_once_init_leave);
    __tsan_release((void *)location);
    real(location, result);
}

/* Whoever pushes comes before the worker, and all workers before the end of the pool. */
typedef struct {
    GFunc function;
    gpointer data;
} Worker;

static void
work(gpointer data, gpointer user_data)
{
    const Worker *worker = user_data;
    __tsan_acquire(data);
    worker->function(data, worker->data);
    __tsan_release((void *)worker);
}

GThreadPool *(g_thread_pool_new)(GFunc function, gpointer data, gint n_threads, gboolean exclusive,
                                 GError **error)
{
    REAL(g_thread_pool_new);
    Worker *worker = g_new(Worker, 1);
    *worker = (Worker){function, data};
    return real(work, worker, n_threads, exclusive, error);
}

gboolean(g_thread_pool_push)(GThreadPool *pool, gpointer data, GError **error)
{
    REAL(g_thread_pool_push);
    __tsan_release(data);
    return real(pool, data, error);
}

/* The last worker frees the pool, and reads what is read here only before that. */
__attribute__((no_sanitize("thread"))) void(g_thread_pool_free)(GThreadPool *pool,
                                                                gboolean immediate, gboolean wait)
{
    REAL(g_thread_pool_free);
    Worker *worker = pool->user_data;
    real(pool, immediate, wait);
    __tsan_acquire(worker);
    g_free(worker);
}

/* A main context's list of sources has a lock of its own; whoever attaches a source comes before
 * its callback. */
static gchar sources;

typedef struct {
    GSourceFunc function;
    gpointer data;
    GDestroyNotify notify;
} Callback;

static gboolean
dispatch(gpointer data)
{
    const Callback *callback = data;
    __tsan_acquire(data);
    return callback->function(callback->data);
}

static void
callback_free(gpointer data)
{
    Callback *callback = data;
    __tsan_acquire(callback);
    __tsan_acquire(&sources);
    if (callback->notify != NULL)
        callback->notify(callback->data);
    g_free(callback);
}

static Callback *
callback_new(GSourceFunc function, gpointer data, GDestroyNotify notify)
{
    Callback *callback = g_new(Callback, 1);
    *callback = (Callback){function, data, notify};
    __tsan_release(callback);
    return callback;
}

guint(g_idle_add_full)(gint priority, GSourceFunc function, gpointer data, GDestroyNotify notify)
{
    REAL(g_idle_add_full);
    Callback *callback = callback_new(function, data, notify);
    __tsan_acquire(&sources);
    guint id = real(priority, dispatch, callback, callback_free);
    __tsan_release(&sources);
    return id;
}

void(g_source_set_callback)(GSource *source, GSourceFunc function, gpointer data,
                            GDestroyNotify notify)
{
    REAL(g_source_set_callback);
    /* Those of others have other arguments, and stay with their thread. */
    if (source->source_funcs == &g_idle_funcs)
        real(source, dispatch, callback_new(function, data, notify), callback_free);
    else
        real(source, function, data, notify);
}

guint(g_source_attach)(GSource *source, GMainContext *context)
{
    REAL(g_source_attach);
    __tsan_release(context);
    __tsan_acquire(&sources);
    guint id = real(source, context);
    __tsan_release(&sources);
    return id;
}

gboolean(g_main_context_iteration)(GMainContext *context, gboolean may_block)
{
    REAL(g_main_context_iteration);
    gboolean done = real(context, may_block);
    __tsan_acquire(context);
    return done;
}

#define LET_GO(name, type)                                                                         \
    void(name)(type object)                                                                        \
    {                                                                                              \
        REAL(name);                                                                                \
        __tsan_release((void *)object);                                                            \
        __tsan_acquire((void *)object);                                                            \
        real(object);                                                                              \
    }

LET_GO(g_bytes_unref, GBytes *)
LET_GO(g_ptr_array_unref, GPtrArray *)
LET_GO(g_array_unref, GArray *)
LET_GO(g_byte_array_unref, GByteArray *)
LET_GO(g_hash_table_unref, GHashTable *)
LET_GO(g_object_unref, gpointer)
LET_GO(json_object_unref, JsonObject *)

void(g_atomic_rc_box_release_full)(gpointer box, GDestroyNotify clear)
{
    REAL(g_atomic_rc_box_release_full);
    __tsan_release(box);
    __tsan_acquire(box);
    real(box, clear);
}
