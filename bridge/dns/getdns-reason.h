/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "getdns-reply.h"

/* Why a response is bogus, in words for whoever runs the zone: getdns does not tell.
 *
 * From the root down to the name, and along its aliases, the first that is seen to be wrong: keys
 * that fit no DS record, signatures that are missing, over, not valid yet, made with keys that are
 * not published, or that do not fit. */

/**
 * getdns_reason_find:
 * @response: with one reply, and "validation_chain"
 * @anchors: DS and DNSKEY records of the root
 * @now: seconds since 1970
 *
 * Returns: (transfer full) (nullable): NULL: nothing is seen
 */
gchar *getdns_reason_find(getdns_dict *response, const gchar *owner_name, guint16 rr_type,
                          const getdns_list *anchors, gint64 now);
