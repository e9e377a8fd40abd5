/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "getdns-reply.h"

/* Validation of a whole response with the chain of proofs that getdns has asked for (extension
 * "dnssec_return_validation_chain"): getdns's own way, in two steps.
 *
 * In one step, as getdns offers it, whatever the name server sends is computed at once, and in an
 * event of its main loop that nobody can end (CVE-2023-50387, CVE-2023-50868). So getdns only
 * gathers here, with an anchor that leads to nothing (getdns-channel.h); what it got is looked at,
 * and then validated from the root. */

/* Records of one type in one zone: keys, or DS. */
#define GETDNS_CHAIN_MAX_KEYS 32u
/* Tries of a key with a signature for one record set: see getdns-validate.h. */
#define GETDNS_CHAIN_MAX_TRIALS 16u
/* NSEC and NSEC3 records, of all zones together. */
#define GETDNS_CHAIN_MAX_PROOFS 48u
/* Tries in all; getdns goes the whole way from the root anew for each record set. Twelve aliases
 * between as many zones come to 500; what 2000 take is a second at most. */
#define GETDNS_CHAIN_MAX_ALL_TRIALS 2000u

typedef enum {
    GETDNS_CHAIN_JUDGED, /* getdns's verdict stands in the response */
    GETDNS_CHAIN_REFUSED /* would cost too much, or holds what getdns 1.6.0 does not bear */
} GetdnsChainResult;

/**
 * getdns_chain_validate:
 * @response: with one reply and "validation_chain"; its "dnssec_status" is set
 * @anchors: DS and DNSKEY records of the root
 * @now: seconds since 1970
 */
GetdnsChainResult getdns_chain_validate(getdns_dict *response, const gchar *owner_name,
                                        guint16 rr_type, const getdns_list *anchors, gint64 now);

/* Whether a response that getdns_chain_validate() has found secure is so without its weak proofs,
 * too (getdns-screen.h). */
gboolean getdns_chain_is_strong(getdns_dict *response, const gchar *owner_name, guint16 rr_type,
                                const getdns_list *anchors, gint64 now);

/* Whether one that it has found insecure is so by what was asked for: not by records that somebody
 * has put beside, and not by proofs that are none. */
gboolean getdns_chain_is_insecure(getdns_dict *response, const gchar *owner_name, guint16 rr_type,
                                  const getdns_list *anchors, gint64 now);

/* What validation of @reply to a question for @name would cost: tries of keys with signatures, at
 * most. */
guint getdns_chain_count_trials(const GetdnsReply *reply, const GetdnsReply *chain,
                                const DnsName *name);
