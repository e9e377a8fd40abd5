/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "dns-name.h"
#include "getdns-channel.h"
#include "round-trip.h"

/* How a name server is asked. */
typedef struct {
    GetdnsChannel *channel;
    GetdnsChannel *stream; /* (nullable): over TCP, after truncation, if the other is over UDP */
    RoundTrip *trip;       /* (nullable): over UDP */
} GetdnsRoute;

/* One plain question: with DNSSEC records (DO), without the server's own judgement (CD), nothing
 * validated. Over UDP it is sent again when the server takes longer than it usually does; the first
 * answer counts, and is asked for over TCP if it is truncated. */

/* Datagrams for one question. */
#define GETDNS_QUESTION_MAX_SENDS 5u

typedef struct _GetdnsQuestion GetdnsQuestion;

/* Called once, from the main loop. The question is gone then. @response: (nullable) (transfer
 * full): NULL without an answer; @problem: (nullable): why, if getdns knows */
typedef void (*GetdnsQuestionDone)(getdns_dict *response, const gchar *problem, gpointer user_data);

/* @route: outlives the question */
GetdnsQuestion *getdns_question_new(const GetdnsRoute *route, const DnsName *name, guint16 rr_type,
                                    GetdnsQuestionDone done, gpointer user_data);

/* Ends it without a call of @done. Not to be used after @done has been called. */
void getdns_question_cancel(GetdnsQuestion *question);
