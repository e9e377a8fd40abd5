/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "getdns-scoped.h"
#include "resolver.h"

/* Reads getdns's response dictionary, asked for with the extensions "dnssec" and
 * "dnssec_return_all_statuses".
 *
 * What decides, in this order: the status of the whole; the response code, because getdns calls a
 * SERVFAIL insecure; whether it is a response to this question; the validation status; and for
 * secure answers whether records of the asked type stand at the canonical name, or else a proof of
 * nonexistence. Others may be in the answer, signed and all: a server can add what it likes. */

/* The detail of an answer that is bogus; why, is in getdns-reason.h. */
#define GETDNS_ANSWER_BOGUS "DNSSEC validation failed"

/* @now: seconds since 1970, for what is left of the signatures */
ResolverAnswer *getdns_answer_new(const gchar *owner_name, guint16 rr_type, getdns_dict *response,
                                  gint64 now);

/* Whether the name server has not answered. */
gboolean getdns_answer_is_timeout(getdns_dict *response);
