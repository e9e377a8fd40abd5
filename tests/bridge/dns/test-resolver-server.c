/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-server.h"

#include "resolver.h"

typedef struct {
    const gchar *label;
    const gchar *text;
    const gchar *address; /* NULL: DNS_ERROR_SERVER */
    guint16 port;
    guint16 tls_port;
    const gchar *name;
} ServerCase;

static const ServerCase server_cases[] = {
    {"address", "192.0.2.1", "192.0.2.1", 53, 853, NULL},
    {"address-name", "192.0.2.1#dns.example.org", "192.0.2.1", 53, 853, "dns.example.org"},
    {"port", "192.0.2.1@5300", "192.0.2.1", 5300, 5300, NULL},
    {"port-name", "192.0.2.1@5300#dns", "192.0.2.1", 5300, 5300, "dns"},
    {"ipv6-name", "2001:db8::1#dns.example.org", "2001:db8::1", 53, 853, "dns.example.org"},
    {"brackets-name", "[2001:db8::1]:853#dns.example.org", "2001:db8::1", 853, 853,
     "dns.example.org"},
    {"loopback-scope", "fe80::1%1", "fe80::1%1", 53, 853, NULL},
    {"name-empty", "192.0.2.1#", NULL, 0, 0, NULL},
    {"name-space", "192.0.2.1#dns example", NULL, 0, 0, NULL},
    {"name-twice", "192.0.2.1#dns#dns", NULL, 0, 0, NULL},
    {"name-before-port", "192.0.2.1#dns@53", NULL, 0, 0, NULL},
    {"name-alone", "#dns.example.org", NULL, 0, 0, NULL},
};

static void
test_server(gconstpointer data)
{
    const ServerCase *server_case = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(ResolverServer) server = resolver_server_parse(server_case->text, &error);
    if (server_case->address == NULL) {
        g_assert_null(server);
        g_assert_error(error, DNS_ERROR, DNS_ERROR_SERVER);
        return;
    }
    g_assert_no_error(error);
    g_autofree gchar *address = resolver_server_get_address(server);
    g_assert_cmpstr(address, ==, server_case->address);
    g_assert_cmpstr(server->name, ==, server_case->name);
    for (guint i = 0; i < RESOLVER_N_TRANSPORTS; i++) {
        gboolean tls = i == RESOLVER_TRANSPORT_TLS || i == RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC;
        g_assert_cmpuint(resolver_server_get_port(server, (ResolverTransport)i), ==,
                         tls ? server_case->tls_port : server_case->port);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(server_cases); i++) {
        g_autofree gchar *path = g_strconcat("/resolver-server/", server_cases[i].label, NULL);
        g_test_add_data_func(path, &server_cases[i], test_server);
    }
    return g_test_run();
}
