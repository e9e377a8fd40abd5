/* SPDX-License-Identifier: MPL-2.0 */

#include "dns-options.h"

#include <string.h>

#include "resolver.h"
#include "root-hints.h"

void
dns_options_fill_entries(DnsOptions *options, GOptionEntry entries[DNS_OPTIONS_N_ENTRIES])
{
    const GOptionEntry rows[DNS_OPTIONS_N_ENTRIES] = {
        {"dns-engine", 0, 0, G_OPTION_ARG_STRING, &options->engine,
         "Library that asks and validates (default getdns)", "getdns|unbound"},
        {"dns-transport", 0, 0, G_OPTION_ARG_STRING, &options->transport,
         "How name servers are asked (default tcp)", "tcp|udp|tls|tls-opportunistic"},
        {"dns-tls-ca", 0, 0, G_OPTION_ARG_FILENAME, &options->tls_ca,
         "Authorities of name servers' certificates, PEM (default the system's)", "FILE"},
        {"dns-root-hints", 0, 0, G_OPTION_ARG_FILENAME, &options->root_hints,
         "Name servers of the root, as in named.root", "FILE"},
        {"dns-roadblock-avoidance", 0, 0, G_OPTION_ARG_STRING, &options->avoidance,
         "Ask from the root where name servers strip DNSSEC (default on, for the system's "
         "name servers)",
         "on|off"},
        {"dns-deadline", 0, 0, G_OPTION_ARG_STRING, &options->deadline,
         "Time for all lookups of one call (default 30)", "SECONDS"},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
    };
    memcpy(entries, rows, sizeof rows);
}

static void
take(gchar **into, gchar **from)
{
    if (*from == NULL)
        return;
    g_free(*into);
    *into = g_steal_pointer(from);
}

void
dns_options_merge(DnsOptions *into, DnsOptions *from)
{
    take(&into->engine, &from->engine);
    take(&into->transport, &from->transport);
    take(&into->tls_ca, &from->tls_ca);
    take(&into->root_hints, &from->root_hints);
    take(&into->avoidance, &from->avoidance);
    take(&into->deadline, &from->deadline);
}

static gboolean
fail(GError **error, const gchar *option, const gchar *value, const gchar *wanted)
{
    g_set_error(error, DNS_ERROR, DNS_ERROR_SERVER, "--dns-%s: \"%s\" is not %s", option, value,
                wanted);
    return FALSE;
}

static gboolean
apply_avoidance(const gchar *text, ResolverConfig *config, GError **error)
{
    if (text == NULL)
        return TRUE;
    gboolean on = g_str_equal(text, "on");
    if (!on && !g_str_equal(text, "off"))
        return fail(error, "roadblock-avoidance", text, "\"on\" or \"off\"");
    config->avoidance = on ? RESOLVER_AVOIDANCE_ON : RESOLVER_AVOIDANCE_OFF;
    return TRUE;
}

static gboolean
apply_deadline(const gchar *text, ResolverConfig *config, GError **error)
{
    guint64 seconds = 0;
    if (text == NULL)
        return TRUE;
    if (!g_ascii_string_to_unsigned(text, 10, 1, DNS_OPTIONS_MAX_DEADLINE, &seconds, NULL))
        return fail(error, "deadline", text, "a number of seconds from 1 to 3600");
    config->total_deadline_ms = (guint)seconds * 1000;
    return TRUE;
}

static gboolean
apply_root_hints(const gchar *file, ResolverConfig *config, GError **error)
{
    if (file == NULL)
        return TRUE;
    GStrv servers = root_hints_load(file, error);
    if (servers == NULL) {
        g_prefix_error(error, "--dns-root-hints: ");
        return FALSE;
    }
    g_strfreev(config->root_servers);
    config->root_servers = servers;
    return TRUE;
}

gboolean
dns_options_apply(const DnsOptions *options, ResolverConfig *config, GError **error)
{
    if (options->engine != NULL && !resolver_engine_from_string(options->engine, &config->engine))
        return fail(error, "engine", options->engine, "\"getdns\" or \"unbound\"");
    if (options->transport != NULL &&
        !resolver_transport_from_string(options->transport, &config->transport))
        return fail(error, "transport", options->transport,
                    "\"tcp\", \"udp\", \"tls\" or \"tls-opportunistic\"");
    if (options->tls_ca != NULL) {
        g_free(config->tls_ca_file);
        config->tls_ca_file = g_canonicalize_filename(options->tls_ca, NULL);
    }
    return apply_root_hints(options->root_hints, config, error) &&
           apply_avoidance(options->avoidance, config, error) &&
           apply_deadline(options->deadline, config, error);
}

void
dns_options_clear(DnsOptions *options)
{
    g_free(options->engine);
    g_free(options->transport);
    g_free(options->tls_ca);
    g_free(options->root_hints);
    g_free(options->avoidance);
    g_free(options->deadline);
    *options = (DnsOptions){0};
}
