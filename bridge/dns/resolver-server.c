/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-server.h"

#include <string.h>

#include "resolver.h"

#define DNS_PORT 53
#define TLS_PORT 853

/* Cuts @text into address and port text; @out_port is NULL where no port stands. */
static gchar *
split_server(const gchar *text, const gchar **out_port)
{
    *out_port = NULL;
    if (text[0] == '[') {
        const gchar *end = strchr(text, ']');
        if (end == NULL || end[1] != ':')
            return NULL;
        *out_port = end + 2;
        return g_strndup(text + 1, (gsize)(end - text - 1));
    }
    const gchar *at = strchr(text, '@');
    if (at == NULL)
        return g_strdup(text);
    *out_port = at + 1;
    return g_strndup(text, (gsize)(at - text));
}

static gboolean
take_address(ResolverServer *server, const gchar *text, GError **error)
{
    const gchar *port_text = NULL;
    g_autofree gchar *address = split_server(text, &port_text);
    guint64 port = DNS_PORT;
    if (address == NULL || !g_utf8_validate(text, -1, NULL) ||
        (port_text != NULL &&
         !g_ascii_string_to_unsigned(port_text, 10, 1, G_MAXUINT16, &port, NULL))) {
        g_set_error(error, DNS_ERROR, DNS_ERROR_SERVER,
                    "\"%s\" is not ADDRESS, ADDRESS@PORT or [ADDRESS]:PORT", text);
        return FALSE;
    }
    GSocketAddress *parsed = g_inet_socket_address_new_from_string(address, (guint)port);
    if (parsed == NULL) {
        g_set_error(error, DNS_ERROR, DNS_ERROR_SERVER, "\"%s\" is not a numeric IP address",
                    address);
        return FALSE;
    }
    server->address = G_INET_SOCKET_ADDRESS(parsed);
    server->has_port = port_text != NULL;
    return TRUE;
}

ResolverServer *
resolver_server_parse(const gchar *text, GError **error)
{
    g_autoptr(ResolverServer) server = g_new0(ResolverServer, 1);
    gsize n_octets = strcspn(text, "#");
    g_autofree gchar *address = g_strndup(text, n_octets);
    if (!take_address(server, address, error))
        return NULL;
    if (text[n_octets] == '\0')
        return g_steal_pointer(&server);
    server->name = g_strdup(text + n_octets + 1);
    if (resolver_name_is_valid(server->name))
        return g_steal_pointer(&server);
    g_set_error(error, DNS_ERROR, DNS_ERROR_SERVER,
                "what follows \"#\" in \"%s\" is not a host name", text);
    return NULL;
}

void
resolver_server_free(ResolverServer *server)
{
    if (server == NULL)
        return;
    g_clear_object(&server->address);
    g_free(server->name);
    g_free(server);
}

guint16
resolver_server_get_port(const ResolverServer *server, ResolverTransport transport)
{
    gboolean tls =
        transport == RESOLVER_TRANSPORT_TLS || transport == RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC;
    return tls && !server->has_port ? TLS_PORT : g_inet_socket_address_get_port(server->address);
}

gchar *
resolver_server_get_address(const ResolverServer *server)
{
    GInetAddress *address = g_inet_socket_address_get_address(server->address);
    g_autofree gchar *text = g_inet_address_to_string(address);
    guint scope = g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV6
                      ? g_inet_socket_address_get_scope_id(server->address)
                      : 0;
    return scope == 0 ? g_steal_pointer(&text) : g_strdup_printf("%s%%%u", text, scope);
}
