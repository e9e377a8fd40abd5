/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-config.h"

#include <string.h>

#include "resolver.h"
#include "trust-anchor.h"

#define DNS_PORT           53
#define SYSTEM_SERVERS_MAX 3 /* MAXNS of <resolv.h> */

static const gchar *const engine_names[RESOLVER_N_ENGINES] = {
    [RESOLVER_ENGINE_GETDNS] = "getdns",
    [RESOLVER_ENGINE_UNBOUND] = "unbound",
};

const gchar *
resolver_engine_to_string(ResolverEngine engine)
{
    return engine_names[engine];
}

gboolean
resolver_engine_from_string(const gchar *name, ResolverEngine *out_engine)
{
    for (guint i = 0; i < RESOLVER_N_ENGINES; i++)
        if (g_str_equal(name, engine_names[i])) {
            *out_engine = (ResolverEngine)i;
            return TRUE;
        }
    return FALSE;
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
    return config;
}

ResolverConfig *
resolver_config_copy(const ResolverConfig *config)
{
    ResolverConfig *copy = g_memdup2(config, sizeof *config);
    copy->servers = g_strdupv(config->servers);
    copy->trust_anchor_file = g_strdup(config->trust_anchor_file);
    return copy;
}

void
resolver_config_free(ResolverConfig *config)
{
    if (config == NULL)
        return;
    g_strfreev(config->servers);
    g_free(config->trust_anchor_file);
    g_free(config);
}

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

GInetSocketAddress *
resolver_config_parse_server(const gchar *text, GError **error)
{
    const gchar *port_text = NULL;
    g_autofree gchar *address = split_server(text, &port_text);
    guint64 port = DNS_PORT;
    if (address == NULL || !g_utf8_validate(text, -1, NULL) ||
        (port_text != NULL &&
         !g_ascii_string_to_unsigned(port_text, 10, 1, G_MAXUINT16, &port, NULL))) {
        g_set_error(error, DNS_ERROR, DNS_ERROR_SERVER,
                    "\"%s\" is not ADDRESS, ADDRESS@PORT or [ADDRESS]:PORT", text);
        return NULL;
    }
    GSocketAddress *parsed = g_inet_socket_address_new_from_string(address, (guint)port);
    if (parsed == NULL)
        g_set_error(error, DNS_ERROR, DNS_ERROR_SERVER, "\"%s\" is not a numeric IP address",
                    address);
    return parsed == NULL ? NULL : G_INET_SOCKET_ADDRESS(parsed);
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

gboolean
resolver_config_check(const ResolverConfig *config, GError **error)
{
    for (guint i = 0; config->servers != NULL && config->servers[i] != NULL; i++) {
        g_autoptr(GInetSocketAddress) address =
            resolver_config_parse_server(config->servers[i], error);
        if (address == NULL)
            return FALSE;
    }
    if (config->trust_anchor_file == NULL)
        return TRUE;
    g_auto(GStrv) anchors = trust_anchor_load(config->trust_anchor_file, error);
    return anchors != NULL;
}
