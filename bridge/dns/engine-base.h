/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-config.h"
#include "resolver-server.h"
#include "resolver.h"

/* What engines inside the resolver program have in common: a window of lookups on the network, each
 * with its deadline and its cancellable, and attempts one after the other as resolver-plan.h has
 * it. A server that is silent, in trouble (SERVFAIL, …) or gives a bogus answer is passed over for
 * the next one, if there is another. How one attempt is made is the engine's. */

#define ENGINE_BASE_TYPE (engine_base_get_type())
G_DECLARE_DERIVABLE_TYPE(EngineBase, engine_base, ENGINE, BASE, GObject)

typedef struct _EngineLookup EngineLookup;

/* What an attempt asks, and whom. */
typedef struct {
    EngineLookup *lookup; /* for engine_lookup_end_attempt() */
    const gchar *owner_name;
    guint16 rr_type;
    guint server; /* see engine_base_get_server() */
    ResolverTransport transport;
    guint timeout_ms;
} EngineAttempt;

struct _EngineBaseClass {
    GObjectClass parent_class;
    /* Begins an attempt; what it returns is given to cancel_attempt(). It ends with a call of
     * engine_lookup_end_attempt() from the main loop, not before this returns; or it is cancelled.
     * NULL with an error if nobody can be asked. */
    gpointer (*begin_attempt)(EngineBase *self, const EngineAttempt *attempt, GError **error);
    void (*cancel_attempt)(gpointer attempt);
    /* The machine has slept: connections of before are dead. Attempts under way find that out by
     * themselves. */
    void (*drop_connections)(EngineBase *self);
};

/**
 * engine_base_configure:
 * @config: with servers, or recursive; copied
 * @anchors: see trust_anchor_parse(); copied
 * @error: DNS_ERROR_SERVER
 *
 * To be called once, before anything else.
 */
gboolean engine_base_configure(EngineBase *self, const ResolverConfig *config,
                               const gchar *const *anchors,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

const ResolverConfig *engine_base_get_config(EngineBase *self);
const gchar *const *engine_base_get_anchors(EngineBase *self);
/* At least one: asking from the root counts as one server. */
guint engine_base_count_servers(EngineBase *self);
/* Returns: (nullable): NULL if the root is asked */
const ResolverServer *engine_base_get_server(EngineBase *self, guint server);

typedef enum {
    ENGINE_ATTEMPT_SILENT, /* no answer in time, no connection: the answer says so */
    ENGINE_ATTEMPT_ANSWERED
} EngineAttemptResult;

/* @answer: (transfer full) */
void engine_lookup_end_attempt(EngineLookup *lookup, EngineAttemptResult result,
                               ResolverAnswer *answer);
