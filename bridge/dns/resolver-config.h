/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <gio/gio.h>

/* Where and how to ask: what the user chose, handed from host and command line to the resolver
 * program. */

typedef enum {
    RESOLVER_TRANSPORT_TCP, /* RFC 8162 §7; the last attempt goes by UDP, for servers without TCP */
    RESOLVER_TRANSPORT_UDP, /* UDP, TCP after truncation */
    RESOLVER_N_TRANSPORTS
} ResolverTransport;

/* Who looks up and validates, inside the resolver program. */
typedef enum {
    RESOLVER_ENGINE_GETDNS,
    RESOLVER_ENGINE_UNBOUND, /* libunbound */
    RESOLVER_N_ENGINES
} ResolverEngine;

typedef struct {
    /* ADDR, ADDR@PORT, [ADDR]:PORT; NULL or empty: the system's (/etc/resolv.conf). Asked in this
     * order: the next one when one fails. */
    GStrv servers;
    gboolean recursive; /* ask from the root instead */
    /* Zone-file form, DS or DNSKEY of the root; NULL: the system's, see trust-anchor.h. */
    gchar *trust_anchor_file;
    ResolverTransport transport;
    ResolverEngine engine;
    guint attempts;           /* per lookup; each server gets at least one */
    guint attempt_timeout_ms; /* per attempt */
    guint deadline_ms;        /* per lookup, from its first packet on */
    guint window;             /* lookups on the network at once */
} ResolverConfig;

/* With the defaults: getdns, TCP, 3 attempts of 2 s, deadline 8 s, window 24. */
ResolverConfig *resolver_config_new(void);
ResolverConfig *resolver_config_copy(const ResolverConfig *config);
void resolver_config_free(ResolverConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ResolverConfig, resolver_config_free)

/* Checks servers' syntax, and the trust-anchor file if one is named: DNS_ERROR_SERVER,
 * DNS_ERROR_TRUST_ANCHOR. That the system has none shows with the first lookup. */
gboolean resolver_config_check(const ResolverConfig *config, GError **error);

/* "getdns", "unbound": as options and messages have it. */
const gchar *resolver_engine_to_string(ResolverEngine engine);
/* FALSE for a name that no engine has. */
gboolean resolver_engine_from_string(const gchar *name, ResolverEngine *out_engine);

#define RESOLVER_CONFIG_SYSTEM_FILE "/etc/resolv.conf"

/* The "nameserver" lines of resolv.conf(5), at most three; "127.0.0.1" if there are none or the
 * file can't be read, as the C library has it. Lines that hold no address are passed over. */
GStrv resolver_config_get_system_servers(const gchar *file);

/* The address and port (default 53) that a server's text stands for; NULL with DNS_ERROR_SERVER. */
GInetSocketAddress *resolver_config_parse_server(const gchar *text,
                                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
