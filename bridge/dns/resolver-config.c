/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-config.h"

#include <string.h>

#include "resolver-server.h"
#include "resolver.h"
#include "trust-anchor.h"

#define SYSTEM_SERVERS_MAX 3 /* MAXNS of <resolv.h> */

static const gchar *const transport_names[RESOLVER_N_TRANSPORTS] = {
    [RESOLVER_TRANSPORT_TCP] = "tcp",
    [RESOLVER_TRANSPORT_UDP] = "udp",
    [RESOLVER_TRANSPORT_TLS] = "tls",
    [RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC] = "tls-opportunistic",
};

static const gchar *const engine_names[RESOLVER_N_ENGINES] = {
    [RESOLVER_ENGINE_GETDNS] = "getdns",
    [RESOLVER_ENGINE_UNBOUND] = "unbound",
};

/* Its place in @names, or @n_names. */
static guint
find_name(const gchar *name, const gchar *const *names, guint n_names)
{
    guint i = 0;
    while (i < n_names && !g_str_equal(name, names[i]))
        i++;
    return i;
}

const gchar *
resolver_transport_to_string(ResolverTransport transport)
{
    return transport_names[transport];
}

gboolean
resolver_transport_from_string(const gchar *name, ResolverTransport *out_transport)
{
    guint found = find_name(name, transport_names, RESOLVER_N_TRANSPORTS);
    if (found == RESOLVER_N_TRANSPORTS)
        return FALSE;
    *out_transport = (ResolverTransport)found;
    return TRUE;
}

const gchar *
resolver_engine_to_string(ResolverEngine engine)
{
    return engine_names[engine];
}

gboolean
resolver_engine_from_string(const gchar *name, ResolverEngine *out_engine)
{
    guint found = find_name(name, engine_names, RESOLVER_N_ENGINES);
    if (found == RESOLVER_N_ENGINES)
        return FALSE;
    *out_engine = (ResolverEngine)found;
    return TRUE;
}

ResolverConfig *
resolver_config_new(void)
{
    ResolverConfig *config = g_new0(ResolverConfig, 1);
    config->transport = RESOLVER_TRANSPORT_TCP;
    config->engine = RESOLVER_ENGINE_GETDNS;
    config->attempts = 3;
    config->attempt_timeout_ms = 2000;
    config->deadline_ms = 8000;
    config->window = 24;
    config->total_deadline_ms = 30000;
    return config;
}

ResolverConfig *
resolver_config_copy(const ResolverConfig *config)
{
    ResolverConfig *copy = g_memdup2(config, sizeof *config);
    copy->servers = g_strdupv(config->servers);
    copy->root_servers = g_strdupv(config->root_servers);
    copy->trust_anchor_file = g_strdup(config->trust_anchor_file);
    copy->tls_ca_file = g_strdup(config->tls_ca_file);
    return copy;
}

void
resolver_config_free(ResolverConfig *config)
{
    if (config == NULL)
        return;
    g_strfreev(config->servers);
    g_strfreev(config->root_servers);
    g_free(config->trust_anchor_file);
    g_free(config->tls_ca_file);
    g_free(config);
}

GInetSocketAddress *
resolver_config_parse_server(const gchar *text, GError **error)
{
    g_autoptr(ResolverServer) server = resolver_server_parse(text, error);
    return server == NULL ? NULL : g_object_ref(server->address);
}

/* The address of a "nameserver" line, or NULL. */
static gchar *
read_nameserver_line(const gchar *line)
{
    static const gchar keyword[] = "nameserver";
    if (!g_str_has_prefix(line, keyword) || !g_ascii_isspace(line[sizeof keyword - 1]))
        return NULL;
    g_autofree gchar *address = g_strstrip(g_strdup(line + sizeof keyword));
    address[strcspn(address, " \t\r;#")] = '\0';
    g_autoptr(GInetSocketAddress) parsed =
        strchr(address, '@') == NULL ? resolver_config_parse_server(address, NULL) : NULL;
    return parsed == NULL ? NULL : g_steal_pointer(&address);
}

GStrv
resolver_config_get_system_servers(const gchar *file)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_autofree gchar *contents = NULL;
    guint n_servers = 0;
    if (g_file_get_contents(file, &contents, NULL, NULL)) {
        g_auto(GStrv) lines = g_strsplit(contents, "\n", -1);
        for (guint i = 0; lines[i] != NULL && n_servers < SYSTEM_SERVERS_MAX; i++) {
            g_autofree gchar *address = read_nameserver_line(lines[i]);
            if (address == NULL)
                continue;
            g_strv_builder_add(builder, address);
            n_servers++;
        }
    }
    if (n_servers == 0)
        g_strv_builder_add(builder, "127.0.0.1");
    return g_strv_builder_end(builder);
}

static gboolean
has_servers(const ResolverConfig *config)
{
    return config->servers != NULL && config->servers[0] != NULL;
}

gboolean
resolver_config_avoids_roadblocks(const ResolverConfig *config)
{
    gboolean tls = config->transport == RESOLVER_TRANSPORT_TLS ||
                   config->transport == RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC;
    if (config->recursive || tls || config->avoidance == RESOLVER_AVOIDANCE_OFF)
        return FALSE;
    return config->avoidance == RESOLVER_AVOIDANCE_ON || !has_servers(config);
}

guint
resolver_config_get_lookup_ms(const ResolverConfig *config)
{
    if (config->recursive)
        return config->deadline_ms;
    return config->deadline_ms + RESOLVER_CONFIG_PROBE_MS +
           (resolver_config_avoids_roadblocks(config) ? RESOLVER_CONFIG_AVOIDANCE_MS : 0);
}

static gboolean
check_servers(const ResolverConfig *config, GError **error)
{
    gboolean strict = config->transport == RESOLVER_TRANSPORT_TLS;
    if (strict && config->engine == RESOLVER_ENGINE_UNBOUND) {
        g_set_error_literal(error, DNS_ERROR, DNS_ERROR_SERVER,
                            "libunbound can't authenticate a name server over TLS: use the engine "
                            "getdns");
        return FALSE;
    }
    for (guint i = 0; config->servers != NULL && config->servers[i] != NULL; i++) {
        g_autoptr(ResolverServer) server = resolver_server_parse(config->servers[i], error);
        if (server == NULL)
            return FALSE;
        if (!strict || server->name != NULL)
            continue;
        g_set_error(error, DNS_ERROR, DNS_ERROR_SERVER,
                    "TLS needs to know the server's name: \"%s#NAME\"", config->servers[i]);
        return FALSE;
    }
    if (!strict || (has_servers(config) && !config->recursive))
        return TRUE;
    g_set_error_literal(error, DNS_ERROR, DNS_ERROR_SERVER,
                        "TLS needs a name server, as ADDRESS#NAME; neither the system's servers "
                        "nor the root's have names");
    return FALSE;
}

static gboolean
check_authorities(const gchar *file, GError **error)
{
    g_autoptr(GError) problem = NULL;
    g_autofree gchar *contents = NULL;
    if (file == NULL)
        return TRUE;
    if (!g_file_get_contents(file, &contents, NULL, &problem)) {
        g_set_error(error, DNS_ERROR, DNS_ERROR_SERVER, "authorities for TLS: %s",
                    problem->message);
        return FALSE;
    }
    if (strstr(contents, "-----BEGIN CERTIFICATE-----") != NULL)
        return TRUE;
    g_set_error(error, DNS_ERROR, DNS_ERROR_SERVER,
                "authorities for TLS: %s holds no certificate in PEM form", file);
    return FALSE;
}

gboolean
resolver_config_check(const ResolverConfig *config, GError **error)
{
    if (!check_servers(config, error) || !check_authorities(config->tls_ca_file, error))
        return FALSE;
    if (config->trust_anchor_file == NULL)
        return TRUE;
    g_auto(GStrv) anchors = trust_anchor_load(config->trust_anchor_file, error);
    return anchors != NULL;
}
