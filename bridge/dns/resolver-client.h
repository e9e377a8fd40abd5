/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-config.h"
#include "resolver.h"

/* The resolver that asks dane-smime-resolver, a process of its own: getdns can be made to crash or to hang by
 * what the network sends, and a death there must cost no more than the lookups in flight. Started
 * with the first lookup; started again after a death, with a limit; gone with this object. */

#define RESOLVER_CLIENT_TYPE (resolver_client_get_type())
G_DECLARE_FINAL_TYPE(ResolverClient, resolver_client, RESOLVER, CLIENT, GObject)

/* @program: path of dane-smime-resolver */
ResolverClient *resolver_client_new(const gchar *program, const ResolverConfig *config);

/* Process id of the child, or 0 while none runs. For doctor and tests. */
GPid resolver_client_get_pid(ResolverClient *self);
guint resolver_client_get_n_restarts(ResolverClient *self);
