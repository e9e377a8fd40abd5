/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-process.h"

#include <string.h>

#include "client-fixture.h"

/* Servers that mean harm: the program bears it, or dies of it and is replaced. */

#define RR_TYPE_NAPTR 35

/* getdns 1.6.0 aborts over a signed NAPTR record set, which any server may put into an answer. */
static void
test_deadly_answer(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(universe_publish(universe,
                                   "deadly.example.org. 60 IN NAPTR 100 10 \"u\" \"E2U+sip\" "
                                   "\"!^.*$!sip:info@example.com!\" .",
                                   &error));
    g_assert_no_error(error);
    g_autoptr(ResolverClient) client = make_client(universe_get_server(universe));
    g_autoptr(ResolverAnswer) answer = look_up(client, "deadly.example.org", RR_TYPE_NAPTR, &error);
    g_assert_no_error(error);
    g_test_message("%s: %s", dns_outcome_to_string(answer->outcome), answer->detail);
    g_assert_true(answer->outcome == DNS_OUTCOME_UNREACHABLE ||
                  answer->outcome == DNS_OUTCOME_SECURE_RECORDS);
    g_autoptr(ResolverAnswer) after = look_up_scenario(client, "secure");
    g_assert_cmpint(after->outcome, ==, DNS_OUTCOME_SECURE_RECORDS);
}

/* Servers that speak TCP but not DNS. */
typedef struct {
    const gchar *label;
    const gchar *octets;
    gsize n_octets;
} GarbageCase;

static const GarbageCase garbage_cases[] = {
    {"closes", "", 0},
    {"text", "HTTP/1.1 400 Bad Request\r\n\r\n", 28},
    {"length-0", "\0\0\0\0\0\0", 6},
    {"length-65535", "\377\377\0\1\200\0", 6},
    {"header-only", "\0\14\0\0\200\0\0\1\0\1\0\0\0\0", 14},
    {"pointer-loop", "\0\22\0\0\200\0\0\1\0\0\0\0\0\0\300\14\0\65\0\1", 20},
};

/* Each connection gets the garbage once something has been asked; a transaction's id is set right,
 * where the garbage is long enough for a message. */
static gboolean
on_garbage_connection(GSocketService *service G_GNUC_UNUSED, GSocketConnection *connection,
                      GObject *source G_GNUC_UNUSED, gpointer user_data)
{
    const GarbageCase *garbage_case = user_data;
    guint8 question[512];
    g_autofree guint8 *octets = g_memdup2(garbage_case->octets, garbage_case->n_octets);
    gssize n = g_input_stream_read(g_io_stream_get_input_stream(G_IO_STREAM(connection)), question,
                                   sizeof question, NULL, NULL);
    if (n >= 4 && garbage_case->n_octets >= 14 && garbage_case->octets[0] == 0)
        memcpy(octets + 2, question + 2, 2);
    g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection)), octets,
                              garbage_case->n_octets, NULL, NULL, NULL);
    g_io_stream_close(G_IO_STREAM(connection), NULL, NULL);
    return TRUE;
}

static void
test_garbage(gconstpointer data)
{
    g_autoptr(GSocketService) service = g_socket_service_new();
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new(loopback, 0);
    g_autoptr(GSocketAddress) effective = NULL;
    g_autoptr(GError) error = NULL;
    g_socket_listener_add_address(G_SOCKET_LISTENER(service), any, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, NULL, &effective, &error);
    g_assert_no_error(error);
    g_signal_connect(service, "incoming", G_CALLBACK(on_garbage_connection), (gpointer)data);
    g_autofree gchar *server = g_strdup_printf(
        "127.0.0.1@%u", g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(effective)));
    g_autoptr(ResolverConfig) config = make_config(server);
    config->attempt_timeout_ms = 200;
    g_autoptr(ResolverClient) client = resolver_client_new(program, config);
    g_autoptr(ResolverAnswer) answer = look_up_scenario(client, "secure");
    g_assert_cmpint(answer->outcome, ==, DNS_OUTCOME_UNREACHABLE);
    g_test_message("%s", answer->detail);
    g_assert_cmpuint(resolver_client_get_n_restarts(client), ==, 0);
    g_assert_cmpint(resolver_client_get_pid(client), !=, 0);
    g_socket_service_stop(service);
    g_socket_listener_close(G_SOCKET_LISTENER(service));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture_start();
    for (gsize i = 0; i < G_N_ELEMENTS(garbage_cases); i++) {
        g_autofree gchar *path =
            g_strconcat("/resolver-process/garbage/", garbage_cases[i].label, NULL);
        g_test_add_data_func(path, &garbage_cases[i], test_garbage);
    }
    g_test_add_func("/resolver-process/deadly-answer", test_deadly_answer);
    int status = g_test_run();
    fixture_stop();
    return status;
}
