/* SPDX-License-Identifier: MPL-2.0 */
#include "network-watch.h"

#include "source.h"

struct _NetworkWatch {
    NetworkChangedFunc changed;
    gpointer user_data;
    GMainContext *context;
    GSource *settling; /* with the lock; NULL unless something has changed */
};

/* The monitor is the whole process's, and so are those whom it tells. */
static GMutex lock;
static GPtrArray *watches; /* (element-type NetworkWatch) */
static GThread *thread;

static gboolean
on_settled(gpointer user_data)
{
    NetworkWatch *watch = user_data;
    g_mutex_lock(&lock);
    source_drop(&watch->settling);
    g_mutex_unlock(&lock);
    watch->changed(watch->user_data);
    return G_SOURCE_REMOVE;
}

static void
tell(gpointer data, gpointer user_data G_GNUC_UNUSED)
{
    NetworkWatch *watch = data;
    if (watch->settling != NULL)
        return;
    watch->settling = g_timeout_source_new(NETWORK_WATCH_SETTLE_MS);
    g_source_set_callback(watch->settling, on_settled, watch, NULL);
    g_source_attach(watch->settling, watch->context);
}

static void
on_network_changed(GNetworkMonitor *monitor G_GNUC_UNUSED, gboolean available G_GNUC_UNUSED,
                   gpointer user_data G_GNUC_UNUSED)
{
    g_mutex_lock(&lock);
    g_ptr_array_foreach(watches, tell, NULL);
    g_mutex_unlock(&lock);
}

static gpointer
run_thread(gpointer data G_GNUC_UNUSED)
{
    g_autoptr(GMainContext) context = g_main_context_new();
    g_autoptr(GMainLoop) loop = g_main_loop_new(context, FALSE);
    g_main_context_push_thread_default(context);
    g_signal_connect(g_network_monitor_get_default(), "network-changed",
                     G_CALLBACK(on_network_changed), NULL);
    g_main_loop_run(loop);
    g_main_context_pop_thread_default(context);
    return NULL;
}

NetworkWatch *
network_watch_new(NetworkChangedFunc changed, gpointer user_data)
{
    NetworkWatch *watch = g_new0(NetworkWatch, 1);
    watch->changed = changed;
    watch->user_data = user_data;
    watch->context = g_main_context_ref_thread_default();
    g_mutex_lock(&lock);
    if (watches == NULL)
        watches = g_ptr_array_new();
    g_ptr_array_add(watches, watch);
    if (thread == NULL)
        thread = g_thread_new("network", run_thread, NULL);
    g_mutex_unlock(&lock);
    return watch;
}

void
network_watch_free(NetworkWatch *watch)
{
    if (watch == NULL)
        return;
    g_mutex_lock(&lock);
    g_ptr_array_remove(watches, watch);
    source_drop(&watch->settling);
    g_mutex_unlock(&lock);
    g_main_context_unref(watch->context);
    g_free(watch);
}
