/* SPDX-License-Identifier: MPL-2.0 */
#include "getdns-glib-loop.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/* Beyond this getdns means "never". */
#define TIMEOUT_MAX_MS ((guint64)G_MAXINT64 / 2000)
/* Reads that may come to nothing in a row before what a TLS record held counts as read: answers to
 * questions that were cancelled are such reads too. */
#define VAIN_READS_MAX 4u

struct _GetdnsGlibLoop {
    getdns_eventloop base; /* first: getdns knows only this */
    GMainContext *context;
    GHashTable *sources; /* (element-type EventSource): attached, each with a reference */
    gboolean reads_tls;
    int read_fd; /* what read_on() reads, and whether an answer was taken from it */
    gboolean has_read;
};

typedef struct {
    GSource source;
    gpointer fd_tag;
    int fd;
    GetdnsGlibLoop *loop;
    getdns_eventloop_event *event; /* getdns's; may be gone after any callback */
} EventSource;

/* What the descriptor is ready for. A TCP socket that is not connected yet hangs up and takes a
 * write, which connects it (RFC 7413 §4.2): where somebody can write, what is wrong shows then. */
static GIOCondition
query_ready(EventSource *self)
{
    if (self->fd_tag == NULL)
        return 0;
    GIOCondition ready = g_source_query_unix_fd(&self->source, self->fd_tag);
    gboolean writes = (ready & G_IO_OUT) && self->event->write_cb != NULL;
    return writes ? ready & (G_IO_IN | G_IO_OUT) : ready;
}

/* Calls @callback; FALSE if it cleared the event, whose memory may be free by now. */
static gboolean
call(EventSource *self, getdns_eventloop_callback callback)
{
    callback(self->event->userarg);
    return !g_source_is_destroyed(&self->source);
}

static EventSource *
find_reader(GetdnsGlibLoop *loop, int fd)
{
    GHashTableIter iter;
    gpointer source = NULL;
    g_hash_table_iter_init(&iter, loop->sources);
    while (g_hash_table_iter_next(&iter, &source, NULL)) {
        EventSource *self = source;
        if (self->fd_tag != NULL && self->fd == fd && self->event->read_cb != NULL)
            return self;
    }
    return NULL;
}

/* One TLS record may hold several answers (RFC 7858 §3.3). getdns 1.6.0 takes one of them and waits
 * for the socket to become readable, which it may never do: the others are in OpenSSL's buffer. */
static void
read_on(GetdnsGlibLoop *loop, int fd)
{
    EventSource *reader = NULL;
    loop->read_fd = fd;
    for (guint n_vain = 0; n_vain < VAIN_READS_MAX; n_vain++) {
        reader = find_reader(loop, fd);
        if (reader == NULL)
            break;
        loop->has_read = FALSE;
        reader->event->read_cb(reader->event->userarg);
        if (loop->has_read)
            n_vain = 0;
    }
    loop->read_fd = -1;
}

static gboolean
dispatch_event(GSource *source, GSourceFunc function G_GNUC_UNUSED, gpointer data G_GNUC_UNUSED)
{
    EventSource *self = (EventSource *)source;
    GIOCondition ready = query_ready(self);
    gint64 due = g_source_get_ready_time(source);
    GIOCondition trouble = ready & (G_IO_HUP | G_IO_ERR);
    gboolean reads = (trouble || (ready & G_IO_IN)) && self->event->read_cb != NULL;

    if (reads && self->loop->reads_tls)
        read_on(self->loop, self->fd);
    else if (reads)
        call(self, self->event->read_cb);
    if (g_source_is_destroyed(source))
        return G_SOURCE_REMOVE;
    if ((trouble || (ready & G_IO_OUT)) && self->event->write_cb != NULL &&
        !call(self, self->event->write_cb))
        return G_SOURCE_REMOVE;
    if (ready != 0 || due < 0 || due > g_source_get_time(source) || self->event->timeout_cb == NULL)
        return G_SOURCE_CONTINUE;
    /* Once: getdns schedules again what it wants again. */
    g_source_set_ready_time(source, -1);
    return call(self, self->event->timeout_cb) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* TCP_QUICKACK does not last, so it is set each time; on other sockets both calls fail without
 * harm. */
static void
hurry_tcp(int fd)
{
    static const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

static getdns_return_t
loop_schedule(getdns_eventloop *eventloop, int fd, uint64_t timeout_ms,
              getdns_eventloop_event *event)
{
    static GSourceFuncs functions = {.dispatch = dispatch_event};
    GetdnsGlibLoop *loop = (GetdnsGlibLoop *)eventloop;
    GIOCondition wanted =
        (event->read_cb == NULL ? 0 : G_IO_IN) | (event->write_cb == NULL ? 0 : G_IO_OUT);
    if ((wanted != 0 && fd < 0) || (wanted == 0 && event->timeout_cb == NULL))
        return GETDNS_RETURN_INVALID_PARAMETER;

    GSource *source = g_source_new(&functions, sizeof(EventSource));
    EventSource *self = (EventSource *)source;
    g_source_set_static_name(source, "getdns");
    self->event = event;
    self->loop = loop;
    self->fd = fd;
    /* A connection at rest or in its handshake has a time limit. */
    if (fd >= 0 && fd == loop->read_fd && timeout_ms >= TIMEOUT_MAX_MS)
        loop->has_read = TRUE;
    if (wanted != 0) {
        self->fd_tag = g_source_add_unix_fd(source, fd, wanted | G_IO_HUP | G_IO_ERR);
        hurry_tcp(fd);
    }
    if (event->timeout_cb != NULL && timeout_ms < TIMEOUT_MAX_MS)
        g_source_set_ready_time(source, g_get_monotonic_time() + (gint64)timeout_ms * 1000);
    g_source_attach(source, loop->context);
    g_hash_table_add(loop->sources, source);
    event->ev = source;
    return GETDNS_RETURN_GOOD;
}

static void
drop_source(gpointer source)
{
    g_source_destroy(source);
    g_source_unref(source);
}

static getdns_return_t
loop_clear(getdns_eventloop *eventloop, getdns_eventloop_event *event)
{
    GetdnsGlibLoop *loop = (GetdnsGlibLoop *)eventloop;
    gpointer source = event->ev;
    event->ev = NULL;
    if (source != NULL)
        g_hash_table_remove(loop->sources, source);
    return GETDNS_RETURN_GOOD;
}

/* See the header: the loop lives on. */
static void
loop_cleanup(getdns_eventloop *eventloop G_GNUC_UNUSED)
{
}

static void
loop_run_once(getdns_eventloop *eventloop, int blocking)
{
    g_main_context_iteration(((GetdnsGlibLoop *)eventloop)->context, blocking != 0);
}

static void
loop_run(getdns_eventloop *eventloop)
{
    while (g_hash_table_size(((GetdnsGlibLoop *)eventloop)->sources) > 0)
        loop_run_once(eventloop, TRUE);
}

GetdnsGlibLoop *
getdns_glib_loop_new(GMainContext *context)
{
    static getdns_eventloop_vmt functions = {.cleanup = loop_cleanup,
                                             .schedule = loop_schedule,
                                             .clear = loop_clear,
                                             .run = loop_run,
                                             .run_once = loop_run_once};
    GetdnsGlibLoop *loop = g_new0(GetdnsGlibLoop, 1);
    loop->base.vmt = &functions;
    loop->read_fd = -1;
    loop->context =
        context == NULL ? g_main_context_ref_thread_default() : g_main_context_ref(context);
    loop->sources = g_hash_table_new_full(NULL, NULL, drop_source, NULL);
    return loop;
}

void
getdns_glib_loop_set_reads_tls(GetdnsGlibLoop *loop, gboolean reads_tls)
{
    loop->reads_tls = reads_tls;
}

getdns_eventloop *
getdns_glib_loop_get_eventloop(GetdnsGlibLoop *loop)
{
    return &loop->base;
}

guint
getdns_glib_loop_get_n_events(const GetdnsGlibLoop *loop)
{
    return g_hash_table_size(loop->sources);
}

void
getdns_glib_loop_free(GetdnsGlibLoop *loop)
{
    if (loop == NULL)
        return;
    g_hash_table_unref(loop->sources);
    g_main_context_unref(loop->context);
    g_free(loop);
}
