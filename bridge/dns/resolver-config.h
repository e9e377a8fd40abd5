/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <gio/gio.h>

/* Where and how to ask: what the user chose, handed from host and command line to the resolver
 * program. */

typedef enum {
    /* RFC 8162 §7; what comes late is asked for by UDP beside it, and the last attempt goes by UDP,
     * for servers without TCP */
    RESOLVER_TRANSPORT_TCP,
    RESOLVER_TRANSPORT_UDP, /* TCP after truncation; the last attempt goes by TCP */
    /* RFC 8310 §5, strict: TLS with a server whose certificate has the right name, or nothing. */
    RESOLVER_TRANSPORT_TLS,
    /* RFC 8310 §5, opportunistic: TLS with whoever answers; where there is none TCP, then UDP. */
    RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC,
    RESOLVER_N_TRANSPORTS
} ResolverTransport;

/* What to do when the name servers strip the signatures from their answers (RFC 8027): ask from
 * the root instead. */
typedef enum {
    /* If the servers are the system's, which the network has chosen; a server that the user has
     * named is not passed by. */
    RESOLVER_AVOIDANCE_DEFAULT,
    RESOLVER_AVOIDANCE_ON,
    RESOLVER_AVOIDANCE_OFF,
    RESOLVER_N_AVOIDANCES
} ResolverAvoidance;

/* Who looks up and validates, inside the resolver program. */
typedef enum {
    RESOLVER_ENGINE_GETDNS,
    RESOLVER_ENGINE_UNBOUND, /* libunbound */
    RESOLVER_N_ENGINES
} ResolverEngine;

typedef struct {
    /* See resolver-server.h; NULL or empty: the system's (/etc/resolv.conf). Asked in this order:
     * the next one when one fails. */
    GStrv servers;
    gboolean recursive; /* ask from the root instead */
    /* Numeric addresses of the servers at which asking from the root begins; NULL or empty: those
     * that libunbound knows. See root-hints.h. */
    GStrv root_servers;
    /* Zone-file form, DS or DNSKEY of the root; NULL: the system's, see trust-anchor.h. */
    gchar *trust_anchor_file;
    ResolverTransport transport;
    gchar *tls_ca_file; /* PEM, for RESOLVER_TRANSPORT_TLS; NULL: the system's */
    ResolverAvoidance avoidance;
    ResolverEngine engine;
    guint attempts; /* per lookup; each server gets at least one; with 1 no other transport */
    guint attempt_timeout_ms; /* per attempt */
    guint deadline_ms;        /* per lookup, from its first packet on */
    guint window;             /* lookups on the network at once */
    guint total_deadline_ms;  /* of all lookups of one call, for who asks; 0: none */
} ResolverConfig;

/* With the defaults: getdns, TCP, 3 attempts of 2 s, deadlines 8 s and 30 s, window 24. */
ResolverConfig *resolver_config_new(void);
ResolverConfig *resolver_config_copy(const ResolverConfig *config);
void resolver_config_free(ResolverConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ResolverConfig, resolver_config_free)

/* Checks servers' syntax, that all have names if the transport is strict TLS, the file of
 * authorities and the trust-anchor file if they are named: DNS_ERROR_SERVER,
 * DNS_ERROR_TRUST_ANCHOR. That the system has none shows with the first lookup. */
gboolean resolver_config_check(const ResolverConfig *config, GError **error);

/* "tcp", "udp", "tls", "tls-opportunistic": as options and messages have it. */
const gchar *resolver_transport_to_string(ResolverTransport transport);
/* FALSE for a name that no transport has. */
gboolean resolver_transport_from_string(const gchar *name, ResolverTransport *out_transport);

/* Whether the root is asked where the servers strip signatures: what RESOLVER_AVOIDANCE_DEFAULT
 * comes to. Never over TLS, where it would tell everybody on the way what is asked. */
gboolean resolver_config_avoids_roadblocks(const ResolverConfig *config);

/* How long the resolver program may take for one lookup, from its first packet on: deadline_ms, and
 * what it may cost to go round a roadblock. */
guint resolver_config_get_lookup_ms(const ResolverConfig *config);

/* What a roadblock may cost: finding out that there is one, and asking from the root. See
 * resolver-roadblock.h. */
/* Does not exist, and .arpa is signed; unlike the special names of RFC 6761 servers ask for it. The
 * proof shows that keys, delegation and denial come through. */
#define RESOLVER_CONFIG_PROBE_NAME   "_smimecert.arpa"
#define RESOLVER_CONFIG_PROBE_TYPE   53
#define RESOLVER_CONFIG_PROBE_MS     2000u
#define RESOLVER_CONFIG_AVOIDANCE_MS 5000u

/* "getdns", "unbound": as options and messages have it. */
const gchar *resolver_engine_to_string(ResolverEngine engine);
/* FALSE for a name that no engine has. */
gboolean resolver_engine_from_string(const gchar *name, ResolverEngine *out_engine);

#define RESOLVER_CONFIG_SYSTEM_FILE "/etc/resolv.conf"

/* The "nameserver" lines of resolv.conf(5), at most three; "127.0.0.1" if there are none or the
 * file can't be read, as the C library has it. Lines that hold no address are passed over. */
GStrv resolver_config_get_system_servers(const gchar *file);

/* The address and port (default 53) that a server's text stands for, without its #NAME; NULL with
 * DNS_ERROR_SERVER. */
GInetSocketAddress *resolver_config_parse_server(const gchar *text,
                                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
