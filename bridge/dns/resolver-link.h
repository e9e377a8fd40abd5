/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-wire.h"

/* One end of the socket pair between client and program: sends and receives whole messages, in the
 * thread-default main context in which it was made. Nothing here waits. */

typedef struct _ResolverLink ResolverLink;

/* @message stays the link's. */
typedef void (*ResolverLinkMessage)(const ResolverWireMessage *message, gpointer user_data);
/* Called once, when the other end has gone or sends what is no message; not for
 * resolver_link_free(). */
typedef void (*ResolverLinkClosed)(const gchar *reason, gpointer user_data);

/* Both callbacks may free the link. */
ResolverLink *resolver_link_new(GSocket *socket, ResolverLinkMessage message,
                                ResolverLinkClosed closed, gpointer user_data);

/* Consumes @message. What the socket does not take at once is kept. */
void resolver_link_send(ResolverLink *link, GBytes *message);

void resolver_link_free(ResolverLink *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ResolverLink, resolver_link_free)
