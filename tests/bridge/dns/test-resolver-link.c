/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-link.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
    ResolverLink *link;
    int other; /* the other end, without a link */
    guint n_messages;
    guint32 last_id;
    gchar *reason;
    gboolean free_when_called;
} Fixture;

static void
on_message(const ResolverWireMessage *message, gpointer user_data)
{
    Fixture *fixture = user_data;
    fixture->n_messages++;
    fixture->last_id = message->id;
    if (fixture->free_when_called)
        g_clear_pointer(&fixture->link, resolver_link_free);
}

static void
on_closed(const gchar *reason, gpointer user_data)
{
    Fixture *fixture = user_data;
    g_assert_null(fixture->reason);
    fixture->reason = g_strdup(reason);
    if (fixture->free_when_called)
        g_clear_pointer(&fixture->link, resolver_link_free);
}

static void
set_up(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    int fds[2];
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
    g_autoptr(GSocket) socket = g_socket_new_from_fd(fds[0], &error);
    g_assert_no_error(error);
    fixture->other = fds[1];
    fixture->link = resolver_link_new(socket, on_message, on_closed, fixture);
}

static void
close_other(Fixture *fixture)
{
    if (fixture->other >= 0)
        close(fixture->other);
    fixture->other = -1;
}

static void
tear_down(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    resolver_link_free(fixture->link);
    close_other(fixture);
    g_free(fixture->reason);
}

/* Takes @message. */
static void
write_other(Fixture *fixture, GBytes *message)
{
    g_autoptr(GBytes) owned = message;
    gsize n_octets = 0;
    gconstpointer octets = g_bytes_get_data(owned, &n_octets);
    g_assert_cmpint(write(fixture->other, octets, n_octets), ==, (gssize)n_octets);
}

static void
run_loop(void)
{
    while (g_main_context_iteration(NULL, FALSE))
        continue;
}

static void
test_receives(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    write_other(fixture, resolver_wire_serialize_cancel(1));
    write_other(fixture, resolver_wire_serialize_cancel(2));
    run_loop();
    g_assert_cmpuint(fixture->n_messages, ==, 2);
    g_assert_cmpuint(fixture->last_id, ==, 2);
    /* What came before the end is not lost. */
    write_other(fixture, resolver_wire_serialize_cancel(3));
    close_other(fixture);
    run_loop();
    g_assert_cmpuint(fixture->n_messages, ==, 3);
    g_assert_nonnull(fixture->reason);
    resolver_link_send(fixture->link, resolver_wire_serialize_cancel(4));
}

static void
test_garbage(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    write_other(fixture, resolver_wire_serialize_cancel(1));
    write_other(fixture, g_bytes_new_static("\0\0\0\1\377", 5));
    write_other(fixture, resolver_wire_serialize_cancel(2));
    run_loop();
    g_assert_cmpuint(fixture->n_messages, ==, 1);
    g_assert_nonnull(strstr(fixture->reason, "unknown kind"));
}

static void
test_length(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    write_other(fixture, g_bytes_new_static("\377\377\377\377", 4));
    run_loop();
    g_assert_nonnull(strstr(fixture->reason, "impossible length"));
}

static void
test_freed_in_callbacks(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    fixture->free_when_called = TRUE;
    write_other(fixture, resolver_wire_serialize_cancel(1));
    write_other(fixture, resolver_wire_serialize_cancel(2));
    run_loop();
    g_assert_cmpuint(fixture->n_messages, ==, 1);
    g_assert_null(fixture->link);
}

static void
test_freed_when_closed(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    fixture->free_when_called = TRUE;
    close_other(fixture);
    run_loop();
    g_assert_null(fixture->link);
}

/* More than the socket takes at once: kept, and sent in order as the other end reads. */
static void
test_sends_much(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    enum { N_MESSAGES = 5000 };
    g_autoptr(ResolverWireReader) reader = resolver_wire_reader_new(RESOLVER_WIRE_MAX_OCTETS);
    for (guint32 i = 1; i <= N_MESSAGES; i++)
        resolver_link_send(fixture->link, resolver_wire_serialize_cancel(i));
    guint32 n_seen = 0;
    while (n_seen < N_MESSAGES) {
        guint8 octets[4096];
        g_main_context_iteration(NULL, FALSE);
        gssize n = recv(fixture->other, octets, sizeof octets, MSG_DONTWAIT);
        if (n <= 0)
            continue;
        resolver_wire_reader_push(reader, octets, (gsize)n);
        for (;;) {
            g_autoptr(GBytes) body = NULL;
            g_assert_true(resolver_wire_reader_pop(reader, &body, NULL));
            if (body == NULL)
                break;
            g_autoptr(ResolverWireMessage) message = resolver_wire_parse(body, NULL);
            g_assert_cmpuint(message->id, ==, ++n_seen);
        }
    }
}

#define ADD(name, function)                                                                        \
    g_test_add("/resolver-link/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("receives", test_receives);
    ADD("garbage", test_garbage);
    ADD("length", test_length);
    ADD("freed-in-callbacks", test_freed_in_callbacks);
    ADD("freed-when-closed", test_freed_when_closed);
    ADD("sends-much", test_sends_much);
    return g_test_run();
}
