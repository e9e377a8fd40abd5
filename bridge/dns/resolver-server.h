/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-config.h"

/* A name server as users write it:
 *
 *     ADDR  ADDR@PORT  [ADDR]:PORT      each with #NAME at its end, if wanted
 *
 * ADDR is a numeric IP address, with %ZONE where it needs one (RFC 4007 §11). PORT holds for every
 * transport; without it 53 is asked, and 853 over TLS (RFC 7858 §3.1). NAME is what the server's
 * certificate has to name, the "authentication domain name" of RFC 8310 §2. */

typedef struct {
    GInetSocketAddress *address; /* its port is PORT, or 53 */
    gboolean has_port;
    gchar *name; /* NULL without #NAME */
} ResolverServer;

/* Returns: (transfer full): NULL with DNS_ERROR_SERVER */
ResolverServer *resolver_server_parse(const gchar *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

void resolver_server_free(ResolverServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ResolverServer, resolver_server_free)

guint16 resolver_server_get_port(const ResolverServer *server, ResolverTransport transport);

/* The numeric address, "fe80::1%2" where there is a scope. */
gchar *resolver_server_get_address(const ResolverServer *server);
