/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "dns-name.h"
#include "getdns-channel.h"
#include "round-trip.h"

/* One plain question: with DNSSEC records (DO), without the server's own judgement (CD), nothing
 * validated. Over UDP it is sent again when the server takes longer than it usually does; the first
 * answer counts. */

/* Datagrams for one question. */
#define GETDNS_QUESTION_MAX_SENDS 5u

typedef struct _GetdnsQuestion GetdnsQuestion;

/* Called once, from the main loop. The question is gone then. @response: (nullable) (transfer
 * full): NULL without an answer; @problem: (nullable): why, if getdns knows */
typedef void (*GetdnsQuestionDone)(getdns_dict *response, const gchar *problem, gpointer user_data);

/* @trip: (nullable): of a server that is asked over UDP; outlives the question */
GetdnsQuestion *getdns_question_new(GetdnsChannel *channel, const DnsName *name, guint16 rr_type,
                                    RoundTrip *trip, GetdnsQuestionDone done, gpointer user_data);

/* Ends it without a call of @done. Not to be used after @done has been called. */
void getdns_question_cancel(GetdnsQuestion *question);
