/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-config.h"

#include <glib/gstdio.h>

#include "resolver.h"

typedef struct {
    const gchar *label;
    const gchar *text;
    const gchar *address; /* NULL: DNS_ERROR_SERVER */
    guint16 port;
} ServerCase;

static const ServerCase server_cases[] = {
    {"ipv4", "192.0.2.1", "192.0.2.1", 53},
    {"ipv4-port", "192.0.2.1@5300", "192.0.2.1", 5300},
    {"ipv4-brackets", "[192.0.2.1]:5300", "192.0.2.1", 5300},
    {"ipv6", "2001:db8::1", "2001:db8::1", 53},
    {"ipv6-port", "2001:db8::1@65535", "2001:db8::1", 65535},
    {"ipv6-brackets", "[2001:db8::1]:1", "2001:db8::1", 1},
    {"empty", "", NULL, 0},
    {"name", "dns.example.org", NULL, 0},
    {"ipv4-colon", "192.0.2.1:5300", NULL, 0},
    {"port-0", "192.0.2.1@0", NULL, 0},
    {"port-65536", "192.0.2.1@65536", NULL, 0},
    {"port-empty", "192.0.2.1@", NULL, 0},
    {"port-sign", "192.0.2.1@+53", NULL, 0},
    {"port-space", "192.0.2.1@ 53", NULL, 0},
    {"brackets-open", "[2001:db8::1", NULL, 0},
    {"brackets-without-port", "[2001:db8::1]", NULL, 0},
    {"octets-left-over", "192.0.2.1 x", NULL, 0},
    {"not-utf-8", "192.0.2.1\xff", NULL, 0},
};

static void
test_server(gconstpointer data)
{
    const ServerCase *server_case = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GInetSocketAddress) parsed = resolver_config_parse_server(server_case->text, &error);
    if (server_case->address == NULL) {
        g_assert_null(parsed);
        g_assert_error(error, DNS_ERROR, DNS_ERROR_SERVER);
        return;
    }
    g_assert_no_error(error);
    g_autofree gchar *address = g_inet_address_to_string(g_inet_socket_address_get_address(parsed));
    g_assert_cmpstr(address, ==, server_case->address);
    g_assert_cmpuint(g_inet_socket_address_get_port(parsed), ==, server_case->port);
}

typedef struct {
    const gchar *label;
    const gchar *contents; /* NULL: no file */
    const gchar *servers;
} SystemCase;

static const SystemCase system_cases[] = {
    {"usual", "# made by a program\nsearch lab\nnameserver 192.0.2.1\nnameserver 192.0.2.2\n",
     "192.0.2.1 192.0.2.2"},
    {"no-line-feed-at-the-end", "nameserver 192.0.2.1", "192.0.2.1"},
    {"tabs-and-comment", "nameserver\t 2001:db8::1 # the house's\r\n", "2001:db8::1"},
    {"comment-without-space", "nameserver 192.0.2.1;second\n", "192.0.2.1"},
    {"more-than-three",
     "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4\n",
     "192.0.2.1 192.0.2.2 192.0.2.3"},
    {"no-address", "nameserver dns.example.org\nnameserver 192.0.2.1@53\nnameserver 192.0.2.2\n",
     "192.0.2.2"},
    {"other-keyword", "nameservers 192.0.2.9\n nameserver 192.0.2.8\n;nameserver 192.0.2.7\n",
     "127.0.0.1"},
    {"nothing-behind", "nameserver\nnameserver \n", "127.0.0.1"},
    {"empty", "", "127.0.0.1"},
    {"absent", NULL, "127.0.0.1"},
};

static void
test_system(gconstpointer data)
{
    const SystemCase *system_case = data;
    g_autofree gchar *folder = g_dir_make_tmp("dns-config-XXXXXX", NULL);
    g_autofree gchar *file = g_build_filename(folder, "resolv.conf", NULL);
    if (system_case->contents != NULL)
        g_assert_true(g_file_set_contents(file, system_case->contents, -1, NULL));
    g_auto(GStrv) servers = resolver_config_get_system_servers(file);
    g_autofree gchar *joined = g_strjoinv(" ", servers);
    g_assert_cmpstr(joined, ==, system_case->servers);
    g_unlink(file);
    g_rmdir(folder);
}

typedef struct {
    const gchar *label;
    const gchar *servers;
    ResolverTransport transport;
    gboolean recursive;
    gboolean valid;
} StrictCase;

/* RFC 8310 §5: strict TLS needs to know whom it speaks to. */
static const StrictCase strict_cases[] = {
    {"tls-name", "192.0.2.1#dns.example.org", RESOLVER_TRANSPORT_TLS, FALSE, TRUE},
    {"tls-no-name", "192.0.2.1", RESOLVER_TRANSPORT_TLS, FALSE, FALSE},
    {"tls-one-without-name", "192.0.2.1#dns.example.org 192.0.2.2", RESOLVER_TRANSPORT_TLS, FALSE,
     FALSE},
    {"tls-system", NULL, RESOLVER_TRANSPORT_TLS, FALSE, FALSE},
    {"tls-recursive", "192.0.2.1#dns.example.org", RESOLVER_TRANSPORT_TLS, TRUE, FALSE},
    {"opportunistic-no-name", "192.0.2.1", RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC, FALSE, TRUE},
    {"opportunistic-system", NULL, RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC, FALSE, TRUE},
    {"tcp-name", "192.0.2.1#dns.example.org", RESOLVER_TRANSPORT_TCP, FALSE, TRUE},
};

static void
test_strict(gconstpointer data)
{
    const StrictCase *strict_case = data;
    g_autoptr(ResolverConfig) config = resolver_config_new();
    if (strict_case->servers != NULL)
        config->servers = g_strsplit(strict_case->servers, " ", -1);
    config->transport = strict_case->transport;
    config->recursive = strict_case->recursive;
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(resolver_config_check(config, &error), ==, strict_case->valid);
    if (!strict_case->valid)
        g_assert_error(error, DNS_ERROR, DNS_ERROR_SERVER);
}

static void
test_authorities(void)
{
    g_autoptr(ResolverConfig) config = resolver_config_new();
    g_autoptr(GError) error = NULL;
    config->tls_ca_file = g_strdup("/nonexistent/ca.pem");
    g_assert_false(resolver_config_check(config, &error));
    g_assert_error(error, DNS_ERROR, DNS_ERROR_SERVER);
    g_clear_error(&error);
    g_free(config->tls_ca_file);
    config->tls_ca_file = g_strdup("/dev/null");
    g_assert_false(resolver_config_check(config, &error));
    g_assert_error(error, DNS_ERROR, DNS_ERROR_SERVER);
}

static void
test_avoidance(void)
{
    g_autoptr(ResolverConfig) config = resolver_config_new();
    /* The network's choice of servers may be passed by, the user's not. */
    g_assert_true(resolver_config_avoids_roadblocks(config));
    config->servers = g_strsplit("192.0.2.1", " ", -1);
    g_assert_false(resolver_config_avoids_roadblocks(config));
    guint lookup_ms = resolver_config_get_lookup_ms(config);
    config->avoidance = RESOLVER_AVOIDANCE_ON;
    g_assert_true(resolver_config_avoids_roadblocks(config));
    g_assert_cmpuint(resolver_config_get_lookup_ms(config), >, lookup_ms);
    config->transport = RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC;
    g_assert_false(resolver_config_avoids_roadblocks(config));
    config->transport = RESOLVER_TRANSPORT_TCP;
    config->recursive = TRUE;
    g_assert_cmpuint(resolver_config_get_lookup_ms(config), ==, config->deadline_ms);
    g_assert_false(resolver_config_avoids_roadblocks(config));
}

static void
test_transport_names(void)
{
    ResolverTransport transport = RESOLVER_TRANSPORT_TCP;
    for (guint i = 0; i < RESOLVER_N_TRANSPORTS; i++) {
        const gchar *name = resolver_transport_to_string((ResolverTransport)i);
        g_assert_true(resolver_transport_from_string(name, &transport));
        g_assert_cmpint(transport, ==, i);
    }
    g_assert_false(resolver_transport_from_string("quic", &transport));
}

static void
test_defaults_and_copy(void)
{
    g_autoptr(ResolverConfig) config = resolver_config_new();
    g_assert_cmpint(config->transport, ==, RESOLVER_TRANSPORT_TCP);
    g_assert_cmpuint(config->attempts, ==, 3);
    g_assert_cmpuint(config->attempt_timeout_ms, ==, 2000);
    g_assert_cmpuint(config->deadline_ms, ==, 8000);
    g_assert_cmpuint(config->window, ==, 24);
    config->servers = g_strsplit("192.0.2.1 192.0.2.2", " ", -1);
    g_assert_cmpuint(config->total_deadline_ms, ==, 30000);
    config->trust_anchor_file = g_strdup("root.key");
    config->root_servers = g_strsplit("192.0.2.3", " ", -1);
    config->tls_ca_file = g_strdup("ca.pem");
    config->recursive = TRUE;
    g_autoptr(ResolverConfig) copy = resolver_config_copy(config);
    g_assert_cmpstr(copy->servers[1], ==, "192.0.2.2");
    g_assert_cmpstr(copy->trust_anchor_file, ==, "root.key");
    g_assert_cmpstr(copy->root_servers[0], ==, "192.0.2.3");
    g_assert_cmpstr(copy->tls_ca_file, ==, "ca.pem");
    g_assert_true(copy->recursive);
}

static void
test_check(void)
{
    g_autofree gchar *folder = g_dir_make_tmp("dns-config-XXXXXX", NULL);
    g_autofree gchar *file = g_build_filename(folder, "root.key", NULL);
    g_autoptr(ResolverConfig) config = resolver_config_new();
    g_autoptr(GError) error = NULL;
    config->trust_anchor_file = g_strdup(file);
    g_assert_false(resolver_config_check(config, &error));
    g_assert_error(error, DNS_ERROR, DNS_ERROR_TRUST_ANCHOR);
    g_clear_error(&error);

    const gchar *anchor = ". IN DS 20326 8 2 "
                          "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n";
    g_assert_true(g_file_set_contents(file, anchor, -1, NULL));
    g_assert_true(resolver_config_check(config, &error));
    g_assert_no_error(error);

    config->servers = g_strsplit("192.0.2.1 nowhere", " ", -1);
    g_assert_false(resolver_config_check(config, &error));
    g_assert_error(error, DNS_ERROR, DNS_ERROR_SERVER);
    g_unlink(file);
    g_rmdir(folder);
}

#define ADD_ROWS(prefix, rows, function)                                                           \
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {                                               \
        g_autofree gchar *path = g_strconcat(prefix, (rows)[i].label, NULL);                       \
        g_test_add_data_func(path, &(rows)[i], function);                                          \
    }

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD_ROWS("/resolver-config/server/", server_cases, test_server)
    ADD_ROWS("/resolver-config/system/", system_cases, test_system)
    g_test_add_func("/resolver-config/defaults-and-copy", test_defaults_and_copy);
    g_test_add_func("/resolver-config/check", test_check);
    ADD_ROWS("/resolver-config/strict/", strict_cases, test_strict)
    g_test_add_func("/resolver-config/authorities", test_authorities);
    g_test_add_func("/resolver-config/avoidance", test_avoidance);
    g_test_add_func("/resolver-config/transport-names", test_transport_names);
    return g_test_run();
}
