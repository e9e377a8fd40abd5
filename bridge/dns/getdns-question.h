/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "dns-name.h"
#include "getdns-channel.h"
#include "round-trip.h"

/* What is known of a name server's pace, and who waits for it; of all channels to it. */
typedef struct {
    RoundTrip datagram;
    RoundTrip stream;
    gboolean stream_is_late; /* an answer over TCP is, and none has come since */
    GQueue waiting;          /* of GetdnsQuestion */
} GetdnsPace;

/* How a name server is asked. */
typedef struct {
    GetdnsChannel *channel;
    GetdnsChannel *stream; /* (nullable): over TCP, after truncation, if the other is over UDP */
    GetdnsChannel *beside; /* (nullable): over UDP, for copies, if the first is over TCP */
    GetdnsPace *pace;      /* (nullable): then each question goes out once */
} GetdnsRoute;

/* One plain question: with DNSSEC records (DO), without the server's own judgement (CD), nothing
 * validated.
 *
 * What is lost is not waited for: a copy goes out when the server takes longer than it usually does
 * (RFC 6298 §2), and sooner while little is asked and nothing known of the server, when a copy that
 * was not needed costs less than an answer that is waited for in vain. All copies are datagrams,
 * those beside TCP too, where a lost segment holds back all that is behind it for 200 ms and more;
 * so what is asked while that lasts has its copy at once.
 *
 * The first answer counts. Over UDP it is asked for over TCP if it is truncated. A copy beside TCP
 * counts only if it is a whole reply and no error, since TCP's answer is still to come; and if TCP
 * fails, so does the question. */

/* Messages for one question. */
#define GETDNS_QUESTION_MAX_SENDS 7u
/* "Little": questions under way to one server, those of two names in zones of which nothing is
 * known. */
#define GETDNS_QUESTION_FEW 16u
/* The first copy then of a datagram; and beside TCP, which has to connect first. */
#define GETDNS_QUESTION_EARLY_MS        10u
#define GETDNS_QUESTION_EARLY_STREAM_MS 50u

typedef struct _GetdnsQuestion GetdnsQuestion;

/* Called once, from the main loop. The question is gone then. @response: (nullable) (transfer
 * full): NULL without an answer; @problem: (nullable): why, if getdns knows */
typedef void (*GetdnsQuestionDone)(getdns_dict *response, const gchar *problem, gpointer user_data);

/* @route: outlives the question */
GetdnsQuestion *getdns_question_new(const GetdnsRoute *route, const DnsName *name, guint16 rr_type,
                                    GetdnsQuestionDone done, gpointer user_data);

/* Whether an answer came that was too long for UDP, and TCP is waited for. */
gboolean getdns_question_is_truncated(const GetdnsQuestion *question);

/* Ends it without a call of @done. Not to be used after @done has been called. */
void getdns_question_cancel(GetdnsQuestion *question);
