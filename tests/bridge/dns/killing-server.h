/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-client.h"

/* A name server, in front of a real one, whose answer for one name ends the resolver program, as an
 * answer may that an engine does not bear: when the question comes, the child that has asked it
 * gets a signal. All else goes to the real name server and comes back. TCP alone. */
typedef struct _KillingServer KillingServer;

/* @upstream: ADDR@PORT; @owner_name: the deadly name, in lower case */
KillingServer *killing_server_new(const gchar *upstream, const gchar *owner_name,
                                  int signal_number);
void killing_server_free(KillingServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(KillingServer, killing_server_free)

/* ADDR@PORT */
const gchar *killing_server_get_address(const KillingServer *server);
/* The client whose children die of it. */
void killing_server_set_client(KillingServer *server, ResolverClient *client);
guint killing_server_get_n_kills(const KillingServer *server);
