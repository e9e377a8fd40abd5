/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-config.h"
#include "resolver.h"

/* The resolver that asks dane-smime-resolver, a process of its own: getdns can be made to crash or
 * to hang by what the network sends, and a death there must cost no more than the lookups in
 * flight.
 *
 * The child is started with the first lookup and gone with this object. When it dies, all lookups
 * in flight are answered with DNS_OUTCOME_UNREACHABLE and the reason, and the next lookup starts it
 * again; after RESOLVER_CLIENT_MAX_DEATHS within a minute lookups are answered so at once, until
 * the minute is over. A child that leaves a lookup without answer for longer than the configured
 * deadline allows is killed. The trust-anchor file and, if no servers are configured,
 * RESOLVER_CONFIG_SYSTEM_FILE are read whenever the child is started; it is started anew when the
 * system's servers have changed. */

#define RESOLVER_CLIENT_MAX_DEATHS 5

#define RESOLVER_CLIENT_TYPE (resolver_client_get_type())
G_DECLARE_FINAL_TYPE(ResolverClient, resolver_client, RESOLVER, CLIENT, GObject)

/* @program: path of dane-smime-resolver */
ResolverClient *resolver_client_new(const gchar *program, const ResolverConfig *config);

/* Process id of the child, or 0 while none runs. For doctor and tests. */
GPid resolver_client_get_pid(ResolverClient *self);
/* How often the child has been started again after a death. */
guint resolver_client_get_n_restarts(ResolverClient *self);
