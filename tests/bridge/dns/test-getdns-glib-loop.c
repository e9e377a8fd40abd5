/* SPDX-License-Identifier: MPL-2.0 */
#include "getdns-glib-loop.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    getdns_eventloop_event event;
    getdns_eventloop *loop;
    guint n_reads;
    guint n_writes;
    guint n_timeouts;
    gboolean clear_when_called;
} Event;

static void
note(Event *self, guint *count)
{
    (*count)++;
    if (self->clear_when_called)
        self->loop->vmt->clear(self->loop, &self->event);
}

static void
on_read(void *user_data)
{
    Event *self = user_data;
    note(self, &self->n_reads);
}

static void
on_write(void *user_data)
{
    Event *self = user_data;
    note(self, &self->n_writes);
}

static void
on_timeout(void *user_data)
{
    Event *self = user_data;
    note(self, &self->n_timeouts);
}

typedef struct {
    GetdnsGlibLoop *glib_loop;
    getdns_eventloop *loop;
    int fds[2];
    Event event;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    fixture->glib_loop = getdns_glib_loop_new(NULL);
    fixture->loop = getdns_glib_loop_get_eventloop(fixture->glib_loop);
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, fixture->fds), ==, 0);
    fixture->event = (Event){.loop = fixture->loop, .clear_when_called = TRUE};
    fixture->event.event.userarg = &fixture->event;
}

static void
tear_down(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    getdns_glib_loop_free(fixture->glib_loop);
    close(fixture->fds[0]);
    if (fixture->fds[1] >= 0)
        close(fixture->fds[1]);
}

static getdns_return_t
schedule(Fixture *fixture, int fd, guint64 timeout_ms)
{
    return fixture->loop->vmt->schedule(fixture->loop, fd, timeout_ms, &fixture->event.event);
}

static void
test_read(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    fixture->event.event.read_cb = on_read;
    fixture->event.event.timeout_cb = on_timeout;
    g_assert_cmpint(schedule(fixture, fixture->fds[0], 60000), ==, GETDNS_RETURN_GOOD);
    g_assert_nonnull(fixture->event.event.ev);
    g_assert_cmpuint(getdns_glib_loop_get_n_events(fixture->glib_loop), ==, 1);
    g_assert_false(g_main_context_iteration(NULL, FALSE));
    g_assert_cmpint(write(fixture->fds[1], "x", 1), ==, 1);
    fixture->loop->vmt->run(fixture->loop);
    g_assert_cmpuint(fixture->event.n_reads, ==, 1);
    g_assert_cmpuint(fixture->event.n_timeouts, ==, 0);
    g_assert_null(fixture->event.event.ev);
    g_assert_cmpuint(getdns_glib_loop_get_n_events(fixture->glib_loop), ==, 0);
}

static void
test_write(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    fixture->event.event.write_cb = on_write;
    g_assert_cmpint(schedule(fixture, fixture->fds[0], (guint64)-1), ==, GETDNS_RETURN_GOOD);
    fixture->loop->vmt->run_once(fixture->loop, TRUE);
    g_assert_cmpuint(fixture->event.n_writes, ==, 1);
}

/* The first callback clears the event: the second one is not called, though both are due. */
static void
test_cleared_between(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    fixture->event.event.read_cb = on_read;
    fixture->event.event.write_cb = on_write;
    g_assert_cmpint(write(fixture->fds[1], "x", 1), ==, 1);
    g_assert_cmpint(schedule(fixture, fixture->fds[0], 60000), ==, GETDNS_RETURN_GOOD);
    fixture->loop->vmt->run(fixture->loop);
    g_assert_cmpuint(fixture->event.n_reads, ==, 1);
    g_assert_cmpuint(fixture->event.n_writes, ==, 0);
}

static void
test_hang_up(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    fixture->event.event.read_cb = on_read;
    g_assert_cmpint(schedule(fixture, fixture->fds[0], 60000), ==, GETDNS_RETURN_GOOD);
    close(fixture->fds[1]);
    fixture->fds[1] = -1;
    fixture->loop->vmt->run(fixture->loop);
    g_assert_cmpuint(fixture->event.n_reads, ==, 1);
}

/* libunbound waits for reading and writing and connects with the first write (RFC 7413). */
static void
test_not_connected(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    g_assert_cmpint(fd, >=, 0);
    fixture->event.event.read_cb = on_read;
    fixture->event.event.write_cb = on_write;
    g_assert_cmpint(schedule(fixture, fd, 60000), ==, GETDNS_RETURN_GOOD);
    fixture->loop->vmt->run(fixture->loop);
    g_assert_cmpuint(fixture->event.n_reads, ==, 0);
    g_assert_cmpuint(fixture->event.n_writes, ==, 1);
    close(fd);
}

static gboolean
set_true(gpointer user_data)
{
    *(gboolean *)user_data = TRUE;
    return G_SOURCE_REMOVE;
}

/* One that does not clear itself fires once all the same. */
static void
test_timeout_once(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    fixture->event.event.timeout_cb = on_timeout;
    fixture->event.clear_when_called = FALSE;
    g_assert_cmpint(schedule(fixture, -1, 1), ==, GETDNS_RETURN_GOOD);
    while (fixture->event.n_timeouts == 0)
        g_main_context_iteration(NULL, TRUE);
    gboolean later = FALSE;
    g_timeout_add(5, set_true, &later);
    while (!later)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(fixture->event.n_timeouts, ==, 1);
    g_assert_cmpint(fixture->loop->vmt->clear(fixture->loop, &fixture->event.event), ==,
                    GETDNS_RETURN_GOOD);
    /* Again does no harm. */
    g_assert_cmpint(fixture->loop->vmt->clear(fixture->loop, &fixture->event.event), ==,
                    GETDNS_RETURN_GOOD);
}

static void
test_refuses(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_assert_cmpint(schedule(fixture, fixture->fds[0], 1), ==, GETDNS_RETURN_INVALID_PARAMETER);
    fixture->event.event.read_cb = on_read;
    g_assert_cmpint(schedule(fixture, -1, 1), ==, GETDNS_RETURN_INVALID_PARAMETER);
    g_assert_cmpuint(getdns_glib_loop_get_n_events(fixture->glib_loop), ==, 0);
}

/* What getdns forgets does not fire after the loop has gone. */
static void
test_left_over(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    fixture->event.event.timeout_cb = on_timeout;
    g_assert_cmpint(schedule(fixture, -1, 0), ==, GETDNS_RETURN_GOOD);
    fixture->loop->vmt->cleanup(fixture->loop);
    g_clear_pointer(&fixture->glib_loop, getdns_glib_loop_free);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_assert_cmpuint(fixture->event.n_timeouts, ==, 0);
}

static void
test_tcp_options(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int value = 0;
    socklen_t n_octets = sizeof value;
    fixture->event.event.read_cb = on_read;
    g_assert_cmpint(schedule(fixture, fd, 60000), ==, GETDNS_RETURN_GOOD);
    g_assert_cmpint(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, &n_octets), ==, 0);
    g_assert_cmpint(value, !=, 0);
    fixture->loop->vmt->clear(fixture->loop, &fixture->event.event);
    close(fd);
}

#define ADD(name, function)                                                                        \
    g_test_add("/getdns-glib-loop/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("read", test_read);
    ADD("write", test_write);
    ADD("cleared-between", test_cleared_between);
    ADD("hang-up", test_hang_up);
    ADD("not-connected", test_not_connected);
    ADD("timeout-once", test_timeout_once);
    ADD("refuses", test_refuses);
    ADD("left-over", test_left_over);
    ADD("tcp-options", test_tcp_options);
    return g_test_run();
}
