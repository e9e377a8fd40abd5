/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <gio/gio.h>

/* Where and how to ask: what the user chose, handed from host and command line to the resolver program. */

typedef enum {
    RESOLVER_TRANSPORT_TCP, /* RFC 8162 §7 */
    RESOLVER_TRANSPORT_UDP, /* UDP, TCP after truncation */
    RESOLVER_N_TRANSPORTS
} ResolverTransport;

typedef struct {
    GStrv servers;               /* ADDR, ADDR@PORT; NULL or empty: the system's (/etc/resolv.conf) */
    gboolean recursive;          /* ask from the root instead */
    gchar *trust_anchor_file;    /* zone-file form, DS or DNSKEY of the root; NULL: the system's root anchor */
    ResolverTransport transport;
    guint attempts;              /* per lookup */
    guint attempt_timeout_ms;    /* per attempt */
    guint deadline_ms;           /* per lookup, from its first packet on */
    guint window;                /* lookups on the network at once */
} ResolverConfig;

/* With the defaults: TCP, 3 attempts of 2 s, deadline 8 s, window 24. */
ResolverConfig *resolver_config_new(void);
ResolverConfig *resolver_config_copy(const ResolverConfig *config);
void resolver_config_free(ResolverConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ResolverConfig, resolver_config_free)

/* Checks servers' syntax and the trust-anchor file: DNS_ERROR_SERVER, DNS_ERROR_TRUST_ANCHOR. */
gboolean resolver_config_check(const ResolverConfig *config, GError **error);
