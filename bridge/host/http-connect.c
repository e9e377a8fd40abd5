/* SPDX-License-Identifier: MPL-2.0 */

#include "http-connect.h"

#include "public-address.h"

/* For an address to answer, where there are others. */
#define CONNECT_SECONDS 5u

static GSocketConnection *
connect_to(GInetAddress *address, guint16 port, guint timeout_seconds, GError **error)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketAddress) place = g_inet_socket_address_new(address, port);
    g_socket_client_set_timeout(client, timeout_seconds);
    g_socket_client_set_enable_proxy(client, FALSE);
    return g_socket_client_connect(client, G_SOCKET_CONNECTABLE(place), NULL, error);
}

static void
set_refused(const gchar *host, GInetAddress *address, GError **error)
{
    g_autofree gchar *text = g_inet_address_to_string(address);
    gboolean is_name = !g_str_equal(host, text);
    g_clear_error(error);
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                "%.200s%s%s%s not a public address: it is asked only where that is allowed "
                "(--fetch-private)",
                host, is_name ? " is at " : "", is_name ? text : "", is_name ? "," : " is");
}

GSocketConnection *
http_connect(const gchar *host, guint16 port, gboolean may_be_private, guint timeout_seconds,
             gboolean *out_is_private, GError **error)
{
    GList *found = g_resolver_lookup_by_name(g_resolver_get_default(), host, NULL, error);
    GSocketConnection *connection = NULL;
    gboolean was_tried = FALSE;
    for (GList *i = found; i != NULL && connection == NULL; i = i->next) {
        GInetAddress *address = i->data;
        gboolean is_private = !public_address_is(address);
        if (is_private && !may_be_private) {
            if (!was_tried)
                set_refused(host, address, error);
            continue;
        }
        guint seconds = i->next != NULL ? MIN(CONNECT_SECONDS, timeout_seconds) : timeout_seconds;
        g_clear_error(error);
        was_tried = TRUE;
        connection = connect_to(address, port, seconds, error);
        *out_is_private = is_private;
    }
    g_resolver_free_addresses(found);
    if (connection == NULL)
        return NULL;
    g_clear_error(error);
    g_socket_set_timeout(g_socket_connection_get_socket(connection), timeout_seconds);
    return connection;
}
