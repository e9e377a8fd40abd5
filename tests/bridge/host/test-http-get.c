/* SPDX-License-Identifier: MPL-2.0 */

#include "http-get.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A web server in a network namespace of this program's own, whose loopback device has a public
 * address besides its own. */

#define PUBLIC          "8.8.8.8"
#define PRIVATE         "127.0.0.1"
#define MAX_OCTETS      100u
#define TIMEOUT_SECONDS 30u

typedef struct {
    GSocketListener *listener;
    GThread *thread;
    GCancellable *stop;
    GPtrArray *connections; /* held until the end: nobody waits for the server to hang up */
    guint16 port;
    GAsyncQueue *asked; /* (element-type utf8): "ADDRESS PATH" */
} Server;

typedef struct {
    const gchar *name;
    const gchar *answer;
    const gchar *content; /* NULL: refused */
    const gchar *problem; /* what its text has */
    gboolean hangs_up;
} AnswerCase;

#define OK "HTTP/1.1 200 OK\r\n"

static const AnswerCase answers[] = {
    {"kept-open", OK "Content-Length: 5\r\n\r\nhello", "hello", NULL, FALSE},
    {"kept-open-longer", OK "Content-Length: 5\r\n\r\nhello and more", "hello", NULL, FALSE},
    {"kept-open-empty", OK "Content-Length: 0\r\n\r\n", "", NULL, FALSE},
    {"same-twice", OK "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "hello", NULL, FALSE},
    {"no-length", OK "\r\nhello", "hello", NULL, TRUE},
    {"cut-off", OK "Content-Length: 6\r\n\r\nhello", NULL, "cut off: 5 of 6", TRUE},
    {"cut-off-at-once", OK "Content-Length: 6\r\n\r\n", NULL, "cut off: 0 of 6", TRUE},
    {"cut-off-head", OK "Content-Length: 6\r\n", NULL, "does not answer with HTTP", TRUE},
    {"nothing", "", NULL, "does not answer with HTTP", TRUE},
    {"two-lengths", OK "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", NULL, "how long",
     FALSE},
    {"no-number", OK "Content-Length: five\r\n\r\nhello", NULL, "how long", FALSE},
    {"negative", OK "Content-Length: -5\r\n\r\nhello", NULL, "how long", FALSE},
    {"list-of-lengths", OK "Content-Length: 5, 5\r\n\r\nhello", NULL, "how long", FALSE},
    {"too-long", OK "Content-Length: 101\r\n\r\nhello", NULL, "101 octets, of at most 100", FALSE},
    {"far-too-long", OK "Content-Length: 99999999999999999999\r\n\r\nhello", NULL, "how long",
     FALSE},
    {"chunked", OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", NULL, "codes",
     FALSE},
    {"missing", "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nsorry", NULL, "status 404",
     FALSE},
    {"nowhere", "HTTP/1.1 302 Found\r\n\r\n", NULL, "status 302", FALSE},
};

static void
set_up_network(void)
{
    struct ifreq flags = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING | IFF_LOOPBACK};
    struct ifreq address = {.ifr_name = "lo:1"};
    struct sockaddr_in place = {.sin_family = AF_INET};
    inet_pton(AF_INET, PUBLIC, &place.sin_addr);
    memcpy(&address.ifr_addr, &place, sizeof place);
    g_assert_cmpint(unshare(CLONE_NEWNET), ==, 0);
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(control, >=, 0);
    g_assert_cmpint(ioctl(control, SIOCSIFFLAGS, &flags), ==, 0);
    g_assert_cmpint(ioctl(control, SIOCSIFADDR, &address), ==, 0);
    close(control);
}

static gchar *
dup_asked_host(GSocketConnection *connection)
{
    g_autoptr(GSocketAddress) place = g_socket_connection_get_local_address(connection, NULL);
    return g_inet_address_to_string(
        g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(place)));
}

/* "/to/HOST": sends on to /kept-open there; "/NAME": that case. */
static gchar *
dup_answer(const Server *server, const gchar *path, gboolean *hangs_up)
{
    *hangs_up = FALSE;
    if (g_str_has_prefix(path, "/to/"))
        return g_strdup_printf("HTTP/1.1 302 Found\r\nLocation: http://%s:%u/kept-open\r\n\r\n",
                               path + strlen("/to/"), server->port);
    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
        if (!g_str_equal(path + 1, answers[i].name))
            continue;
        *hangs_up = answers[i].hangs_up;
        return g_strdup(answers[i].answer);
    }
    g_assert_not_reached();
}

static void
serve(Server *server, GSocketConnection *connection)
{
    gchar request[1024] = "";
    gboolean hangs_up = FALSE;
    GInputStream *input = g_io_stream_get_input_stream(G_IO_STREAM(connection));
    GOutputStream *output = g_io_stream_get_output_stream(G_IO_STREAM(connection));
    gssize n = g_input_stream_read(input, request, sizeof request - 1, NULL, NULL);
    g_assert_cmpint(n, >, 0);
    g_auto(GStrv) words = g_strsplit(request, " ", 3);
    g_autofree gchar *host = dup_asked_host(connection);
    g_async_queue_push(server->asked, g_strdup_printf("%s %s", host, words[1]));
    g_autofree gchar *answer = dup_answer(server, words[1], &hangs_up);
    g_output_stream_write_all(output, answer, strlen(answer), NULL, NULL, NULL);
    if (hangs_up)
        g_io_stream_close(G_IO_STREAM(connection), NULL, NULL);
    g_ptr_array_add(server->connections, g_object_ref(connection));
}

static gpointer
run_server(gpointer data)
{
    Server *server = data;
    GSocketConnection *connection;
    while ((connection = g_socket_listener_accept(server->listener, NULL, server->stop, NULL)) !=
           NULL) {
        serve(server, connection);
        g_object_unref(connection);
    }
    return NULL;
}

static void
server_start(Server *server, G_GNUC_UNUSED gconstpointer data)
{
    server->listener = g_socket_listener_new();
    server->stop = g_cancellable_new();
    server->asked = g_async_queue_new_full(g_free);
    server->connections = g_ptr_array_new_with_free_func(g_object_unref);
    server->port = g_socket_listener_add_any_inet_port(server->listener, NULL, NULL);
    g_assert_cmpuint(server->port, !=, 0);
    server->thread = g_thread_new("server", run_server, server);
}

static void
server_stop(Server *server, G_GNUC_UNUSED gconstpointer data)
{
    g_cancellable_cancel(server->stop);
    g_thread_join(server->thread);
    g_ptr_array_unref(server->connections);
    g_async_queue_unref(server->asked);
    g_object_unref(server->listener);
    g_object_unref(server->stop);
}

static GBytes *
get(const Server *server, const gchar *host, const gchar *path, HttpReach reach, GError **error)
{
    g_autofree gchar *url = g_strdup_printf("http://%s:%u%s", host, server->port, path);
    return http_get(url, reach, MAX_OCTETS, TIMEOUT_SECONDS, error);
}

static void
test_answer(Server *server, gconstpointer data)
{
    const AnswerCase *row = data;
    g_autoptr(GError) error = NULL;
    g_autofree gchar *path = g_strconcat("/", row->name, NULL);
    g_autoptr(GBytes) content = get(server, PRIVATE, path, HTTP_REACH_ANY, &error);
    if (row->content == NULL) {
        g_assert_null(content);
        g_assert_nonnull(error);
        g_assert_nonnull(strstr(error->message, row->problem));
        return;
    }
    g_assert_no_error(error);
    gsize n_octets = 0;
    const gchar *octets = g_bytes_get_data(content, &n_octets);
    g_autofree gchar *text = g_strndup(octets != NULL ? octets : "", n_octets);
    g_assert_cmpstr(text, ==, row->content);
}

/* Who may be asked, and who was. */
static const struct {
    const gchar *name;
    HttpReach reach;
    const gchar *host;
    const gchar *path;
    const gchar *refused; /* NULL: it is had */
    const gchar *asked[3];
} reaches[] = {
    {"public", HTTP_REACH_PUBLIC, PUBLIC, "/kept-open", NULL, {PUBLIC " /kept-open"}},
    {"private", HTTP_REACH_PUBLIC, PRIVATE, "/kept-open", PRIVATE " is not a public", {NULL}},
    {"by-name", HTTP_REACH_PUBLIC, "localhost", "/kept-open", ", not a public", {NULL}},
    {"mapped", HTTP_REACH_PUBLIC, "[::ffff:" PRIVATE "]", "/kept-open", "not a public", {NULL}},
    {"sent-on",
     HTTP_REACH_PUBLIC,
     PUBLIC,
     "/to/" PUBLIC,
     NULL,
     {PUBLIC " /to/" PUBLIC, PUBLIC " /kept-open"}},
    {"sent-inside",
     HTTP_REACH_PUBLIC,
     PUBLIC,
     "/to/" PRIVATE,
     PRIVATE " is not a public",
     {PUBLIC " /to/" PRIVATE}},
    {"named", HTTP_REACH_NAMED, PRIVATE, "/kept-open", NULL, {PRIVATE " /kept-open"}},
    {"named-sent-inside",
     HTTP_REACH_NAMED,
     PUBLIC,
     "/to/" PRIVATE,
     PRIVATE " is not a public",
     {PUBLIC " /to/" PRIVATE}},
    {"named-inside",
     HTTP_REACH_NAMED,
     PRIVATE,
     "/to/" PRIVATE,
     NULL,
     {PRIVATE " /to/" PRIVATE, PRIVATE " /kept-open"}},
    {"any-sent-inside",
     HTTP_REACH_ANY,
     PUBLIC,
     "/to/" PRIVATE,
     NULL,
     {PUBLIC " /to/" PRIVATE, PRIVATE " /kept-open"}},
};

static void
test_reach(Server *server, gconstpointer data)
{
    gsize i = GPOINTER_TO_SIZE(data);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) content =
        get(server, reaches[i].host, reaches[i].path, reaches[i].reach, &error);
    if (reaches[i].refused == NULL)
        g_assert_no_error(error);
    else
        g_assert_error(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
    g_assert_cmpint(content != NULL, ==, reaches[i].refused == NULL);
    if (reaches[i].refused != NULL)
        g_assert_nonnull(strstr(error->message, reaches[i].refused));
    for (gsize j = 0; j < G_N_ELEMENTS(reaches[i].asked); j++) {
        g_autofree gchar *asked = g_async_queue_try_pop(server->asked);
        g_assert_cmpstr(asked, ==, reaches[i].asked[j]);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    set_up_network();
    for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
        g_autofree gchar *path = g_strconcat("/http-get/answer/", answers[i].name, NULL);
        g_test_add(path, Server, &answers[i], server_start, test_answer, server_stop);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(reaches); i++) {
        g_autofree gchar *path = g_strconcat("/http-get/reach/", reaches[i].name, NULL);
        g_test_add(path, Server, GSIZE_TO_POINTER(i), server_start, test_reach, server_stop);
    }
    return g_test_run();
}
