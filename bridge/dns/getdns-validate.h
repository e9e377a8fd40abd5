/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "getdns-reply.h"
#include "zone-store.h"

/* Validation of single record sets with keys that are known (RFC 4035 §5.3).
 *
 * getdns_validate_dnssec2() does the mathematics. What it gets is chosen here: the records of one
 * set, the signatures over it that one of the keys can have made, and for a denial the proofs of
 * that zone. Nothing else of the reply comes near it: an unrelated NAPTR record aborts getdns
 * 1.6.0, and colliding key tags make it try each key with each signature (CVE-2023-50387).
 *
 * What getdns lets pass nevertheless is refused here: getdns-screen.h. */

/* Tries of a key with a signature for one record set. One is usual, two while a zone changes its
 * algorithm; the same bounds as elsewhere (libunbound: 8 signatures, 4 colliding keys). */
#define GETDNS_VALIDATE_MAX_TRIALS 16u
/* Keys and signatures over them, or DS records, of one zone. */
#define GETDNS_VALIDATE_MAX_KEYS 32u
/* Record sets in a proof: three for NSEC3, and for each alias by a wildcard one more. */
#define GETDNS_VALIDATE_MAX_PROOFS 12u

typedef enum {
    GETDNS_VALIDITY_UNDECIDED, /* not secure with these keys; why, is not asked here */
    GETDNS_VALIDITY_REFUSED,   /* a fraud, or would cost too much to find out: bogus */
    GETDNS_VALIDITY_INSECURE,  /* of a denial: delegation without DS, or a span of opt-out */
    GETDNS_VALIDITY_SECURE
} GetdnsValidity;

/* The records of @owner and @type in the answer section. */
GetdnsValidity getdns_validate_records(const GetdnsReply *reply, const DnsName *owner, guint16 type,
                                       const ZoneKeys *keys, gint64 now);

/* That there are no such records: by the NSEC or NSEC3 records of the authority section. For
 * type DS, INSECURE says that @owner is a delegation without it. */
GetdnsValidity getdns_validate_denial(const GetdnsReply *reply, const DnsName *owner, guint16 type,
                                      const ZoneKeys *keys, gint64 now);

/**
 * getdns_validate_keys:
 * @reply: to the question for @zone's DNSKEY records
 * @ds: (nullable): a reply whose DS records of @zone are secure
 * @anchors: DS and DNSKEY records of the root, if there is no @ds
 * @out_refused: whether it was too costly to find out
 *
 * Returns: (transfer full): NULL if they are not secure
 */
ZoneKeys *getdns_validate_keys(const GetdnsReply *reply, const DnsName *zone, const GetdnsReply *ds,
                               const getdns_list *anchors, gint64 now, gboolean *out_refused);

/* Whether something in the reply was signed for the zone by a key that is not among its keys: it
 * may have changed them. */
gboolean getdns_validate_misses_key(const GetdnsReply *reply, const ZoneKeys *keys);
