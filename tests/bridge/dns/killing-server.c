/* SPDX-License-Identifier: MPL-2.0 */
#include "killing-server.h"

#include <signal.h>
#include <string.h>

struct _KillingServer {
    GSocketService *service;
    GSocketAddress *upstream;
    gchar *address;
    gchar *owner_name;
    guint8 label[64]; /* the first of the name, as it stands in a question */
    gsize n_label;
    int signal_number;
    ResolverClient *client;
    guint n_kills;
};

/* One direction of one connection. */
typedef struct {
    KillingServer *server; /* of the direction from the client; else NULL */
    GIOStream *from;
    GIOStream *to;
    guint8 octets[4096];
} Flow;

static void flow_on(Flow *flow);

static void
flow_end(Flow *flow)
{
    g_io_stream_close(flow->to, NULL, NULL);
    g_object_unref(flow->from);
    g_object_unref(flow->to);
    g_free(flow);
}

static void
look_for_name(KillingServer *server, const guint8 *octets, gsize n_octets)
{
    if (memmem(octets, n_octets, server->label, server->n_label) == NULL)
        return;
    GPid pid = resolver_client_get_pid_of(server->client, server->owner_name);
    if (pid == 0)
        return;
    kill(pid, server->signal_number);
    server->n_kills++;
}

static void
on_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Flow *flow = user_data;
    gssize n = g_input_stream_read_finish(G_INPUT_STREAM(source), result, NULL);
    if (n <= 0) {
        flow_end(flow);
        return;
    }
    if (flow->server != NULL)
        look_for_name(flow->server, flow->octets, (gsize)n);
    if (g_output_stream_write_all(g_io_stream_get_output_stream(flow->to), flow->octets, (gsize)n,
                                  NULL, NULL, NULL))
        flow_on(flow);
    else
        flow_end(flow);
}

static void
flow_on(Flow *flow)
{
    g_input_stream_read_async(g_io_stream_get_input_stream(flow->from), flow->octets,
                              sizeof flow->octets, G_PRIORITY_DEFAULT, NULL, on_read, flow);
}

static void
flow_start(KillingServer *server, GIOStream *from, GIOStream *to)
{
    Flow *flow = g_new0(Flow, 1);
    flow->server = server;
    flow->from = g_object_ref(from);
    flow->to = g_object_ref(to);
    flow_on(flow);
}

static gboolean
on_connection(GSocketService *service G_GNUC_UNUSED, GSocketConnection *connection,
              GObject *source G_GNUC_UNUSED, gpointer user_data)
{
    KillingServer *server = user_data;
    g_autoptr(GSocketClient) dialler = g_socket_client_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocketConnection) upstream =
        g_socket_client_connect(dialler, G_SOCKET_CONNECTABLE(server->upstream), NULL, &error);
    g_assert_no_error(error);
    g_tcp_connection_set_graceful_disconnect(G_TCP_CONNECTION(upstream), FALSE);
    flow_start(server, G_IO_STREAM(connection), G_IO_STREAM(upstream));
    flow_start(NULL, G_IO_STREAM(upstream), G_IO_STREAM(connection));
    return TRUE;
}

static void
listen_anywhere(KillingServer *server)
{
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new(loopback, 0);
    g_autoptr(GSocketAddress) effective = NULL;
    g_autoptr(GError) error = NULL;
    server->service = g_socket_service_new();
    g_socket_listener_add_address(G_SOCKET_LISTENER(server->service), any, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, NULL, &effective, &error);
    g_assert_no_error(error);
    g_signal_connect(server->service, "incoming", G_CALLBACK(on_connection), server);
    server->address = g_strdup_printf(
        "127.0.0.1@%u", g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(effective)));
}

KillingServer *
killing_server_new(const gchar *upstream, const gchar *owner_name, int signal_number)
{
    KillingServer *server = g_new0(KillingServer, 1);
    g_autoptr(GError) error = NULL;
    gsize n_label = strcspn(owner_name, ".");
    g_assert_cmpuint(n_label, <, sizeof server->label);
    server->label[0] = (guint8)n_label;
    memcpy(server->label + 1, owner_name, n_label);
    server->n_label = n_label + 1;
    server->owner_name = g_strdup(owner_name);
    server->signal_number = signal_number;
    server->upstream = G_SOCKET_ADDRESS(resolver_config_parse_server(upstream, &error));
    g_assert_no_error(error);
    listen_anywhere(server);
    return server;
}

void
killing_server_free(KillingServer *server)
{
    g_socket_service_stop(server->service);
    g_socket_listener_close(G_SOCKET_LISTENER(server->service));
    g_signal_handlers_disconnect_by_data(server->service, server);
    /* Connections whose other end has gone. */
    while (g_main_context_iteration(NULL, FALSE))
        continue;
    g_object_unref(server->service);
    g_object_unref(server->upstream);
    g_free(server->address);
    g_free(server->owner_name);
    g_free(server);
}

const gchar *
killing_server_get_address(const KillingServer *server)
{
    return server->address;
}

void
killing_server_set_client(KillingServer *server, ResolverClient *client)
{
    server->client = client;
}

guint
killing_server_get_n_kills(const KillingServer *server)
{
    return server->n_kills;
}
