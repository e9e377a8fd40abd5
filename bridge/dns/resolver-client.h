/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-config.h"
#include "resolver-isolation.h"
#include "resolver.h"

/* The resolver that asks dane-smime-resolver, a process of its own: getdns can be made to crash or
 * to hang by what the network sends, and a death there must cost no more than the lookups in
 * flight.
 *
 * The child is started with the first lookup and gone with this object. It has no more lookups in
 * hand than its window; the others wait here, where a death does not reach them. When it dies,
 *
 * - ended from outside (SIGKILL and the like): what was in hand is asked again, of a new child, up
 *   to RESOLVER_CLIENT_MAX_ASKED times in all;
 * - crashed, over its computing time, or without a sign of life: if it had one lookup in hand, that
 * one is the cause. Of several, each is asked again once, alone, of a second child, within one
 * deadline more, while the others go on with a new first child. The one that kills the second child
 * is the cause. It is answered with DNS_OUTCOME_UNREACHABLE and the reason, and its domain is not
 * asked for a while, see resolver-deaths.h;
 * - alive but without answer for longer than the configured deadline allows: it is killed, and what
 *   was in hand, whose time is over, is DNS_OUTCOME_UNREACHABLE.
 *
 * After too many deaths within a minute lookups are answered so at once, until the minute is over.
 * When the network changes, a child that has nothing in hand is started anew, so that nothing waits
 * on dead connections; what is in hand is put anew then, unless that happened just before.
 * The trust-anchor file and, if no servers are configured, RESOLVER_CONFIG_SYSTEM_FILE are read
 * whenever a child is started; it is started anew when the system's servers have changed. */

/* How often one lookup is put to a child. */
#define RESOLVER_CLIENT_MAX_ASKED 3u

#define RESOLVER_CLIENT_TYPE (resolver_client_get_type())
G_DECLARE_FINAL_TYPE(ResolverClient, resolver_client, RESOLVER, CLIENT, GObject)

/* @program: path of dane-smime-resolver */
ResolverClient *resolver_client_new(const gchar *program, const ResolverConfig *config);

/* Of ResolverIsolation: what the last child has reported that was ready; 0 before. */
guint resolver_client_get_isolation(ResolverClient *self);

/* For tests: process id of the child that has a lookup of this name in hand; with NULL, of the
 * first child. 0 if there is none. */
GPid resolver_client_get_pid_of(ResolverClient *self, const gchar *owner_name);
GPid resolver_client_get_pid(ResolverClient *self);
/* How often a child has been started after a death. */
guint resolver_client_get_n_restarts(ResolverClient *self);
