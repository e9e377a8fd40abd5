/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "getdns-reply.h"

/* Why an answer is bogus or insecure, in words for those who keep the zones: which zone it is, and
 * what is wrong with it. The way from the root is gone once more with the records that getdns has
 * gathered (getdns-chain.h); nothing is asked for.
 *
 * It explains a verdict and has no part in it: to be used with what getdns_chain_validate() has
 * judged, which bounds what the keys and signatures here cost. */

/* A text of this module is not longer. */
#define GETDNS_FAULT_MAX_OCTETS 320u

/**
 * getdns_fault_describe:
 * @response: with one reply and "validation_chain"
 * @anchors: DS and DNSKEY records of the root
 * @now: seconds since 1970
 *
 * Returns: (transfer full): NULL if nothing wrong is found
 */
gchar *getdns_fault_describe(getdns_dict *response, const gchar *owner_name, guint16 rr_type,
                             const getdns_list *anchors, gint64 now);

/* The same for an insecure answer: where the way from the root ends. */
gchar *getdns_fault_describe_insecure(getdns_dict *response, const gchar *owner_name,
                                      guint16 rr_type, const getdns_list *anchors, gint64 now);

/* That @zone is the one at which the way ends. */
gchar *getdns_fault_describe_delegation(const DnsName *zone);
