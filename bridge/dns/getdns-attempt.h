/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver.h"
#include "zone-chain.h"

/* One lookup through one name server: the quick way (chain-lookup.h), and where that can't decide,
 * getdns's own questions and its validation from the root (getdns-chain.h). What counts as bogus is
 * said by the latter, unless it would be at the price of the process. Each of both has the time
 * limit for itself. */

typedef struct _GetdnsAttempt GetdnsAttempt;

typedef enum {
    GETDNS_ATTEMPT_SILENT, /* no answer in time, no connection: @answer says so */
    GETDNS_ATTEMPT_ANSWERED
} GetdnsAttemptResult;

/* Called once, from the main loop, outside getdns. The attempt is gone then. @answer: (transfer
 * full) */
typedef void (*GetdnsAttemptDone)(GetdnsAttemptResult result, ResolverAnswer *answer,
                                  gpointer user_data);

GetdnsAttempt *getdns_attempt_new(ZoneChain *chain, const gchar *owner_name, guint16 rr_type,
                                  guint timeout_ms, GetdnsAttemptDone done, gpointer user_data);

/* Ends it without a call of @done. Not to be used after @done has been called. */
void getdns_attempt_cancel(GetdnsAttempt *attempt);
