/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "getdns-channel.h"
#include "resolver.h"

/* One question put once to one channel. */

typedef struct _GetdnsAttempt GetdnsAttempt;

typedef enum {
    GETDNS_ATTEMPT_SILENT, /* no answer in time, no connection: @answer says so */
    GETDNS_ATTEMPT_ANSWERED
} GetdnsAttemptResult;

/* Called once, from the main loop, outside getdns. The attempt is gone then. @answer: (transfer
 * full) */
typedef void (*GetdnsAttemptDone)(GetdnsAttemptResult result, ResolverAnswer *answer,
                                  gpointer user_data);

GetdnsAttempt *getdns_attempt_new(GetdnsChannel *channel, const gchar *owner_name, guint16 rr_type,
                                  guint timeout_ms, GetdnsAttemptDone done, gpointer user_data);

/* Ends it without a call of @done. Not to be used after @done has been called. */
void getdns_attempt_cancel(GetdnsAttempt *attempt);
