/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "getdns-reply.h"

/* Why a response is insecure, in words for whoever runs the zone: a zone may be signed and count as
 * unsigned all the same, since the zone above has no DS record of it. */

/* "NAME has no DS record in the zone above" */
gchar *getdns_unsigned_describe(const DnsName *zone);

/**
 * getdns_unsigned_find:
 * @response: with one reply, and "validation_chain"
 *
 * Returns: (transfer full) (nullable): NULL: nothing is seen
 */
gchar *getdns_unsigned_find(getdns_dict *response, const gchar *owner_name, guint16 rr_type);
