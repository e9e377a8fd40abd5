/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-client.h"
#include "universe.h"

/* A universe and clients for the tests that use the resolver program. */

extern Universe *universe;
/* Path of dane-smime-resolver. */
extern const gchar *program;

void fixture_start(void);
void fixture_stop(void);

typedef struct {
    ResolverAnswer *answer;
    GError *error;
    guint *n_left; /* counted down when it is answered */
} Lookup;

/* The callback of a lookup whose user data is a Lookup. */
void on_answer(GObject *source, GAsyncResult *result, gpointer user_data);
void wait_until_none_left(const guint *n_left);

/* With these servers, separated by spaces, the universe's trust anchor, and the engine of the
 * environment variable DANE_SMIME_TEST_ENGINE. */
ResolverConfig *make_config(const gchar *servers);
ResolverClient *make_client(const gchar *servers);

ResolverAnswer *look_up(ResolverClient *client, const gchar *owner_name, guint16 rr_type,
                        GError **error);
UniverseScenario find_scenario(const gchar *name);
ResolverAnswer *look_up_scenario(ResolverClient *client, const gchar *name);

/* Lookups of user0 and so on, all at once. */
#define N_MANY 200

typedef struct {
    ResolverClient *client;
    Lookup lookups[N_MANY];
    guint n_left;
} Many;

void many_start(Many *many, ResolverClient *client, GCancellable *cancellable);
void many_clear(Many *many);
guint many_count(const Many *many, DnsOutcome outcome);

/* Waits for the end of a process, child or not. */
void assert_process_ends(GPid pid);
