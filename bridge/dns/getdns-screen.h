/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "getdns-reply.h"

/* What getdns 1.6.0 takes for a proof and is none, with keys that are known as well as on its own
 * way from the root:
 *
 *  - an NSEC3 record from above a delegation or a DNAME, for a name below it (RFC 5155 §8.9, RFC
 *    6672 §5.3.4; it reads the type bit map from the wrong field);
 *  - a wildcard expanded over a name that exists without records of its own (RFC 4592 §2.2.2);
 *  - NSEC3 with more iterations than are computed here: any such record will do for it (RFC 9276
 *    §3.2), or, up to 500 with RSA keys, it computes them, but see above; a wildcard where the name
 * may be an unsigned delegation (opt-out, RFC 5155 §9.2).
 *
 * It looks for proofs in the answer section, too, so they are looked at there as well. Nothing here
 * is known to be signed: what is found counts against a proof, and for none. */

/* RFC 9276 §3.1: zero is right, more than 150 not to be computed. */
#define GETDNS_SCREEN_MAX_ITERATIONS 150u
/* Hashes for one response, to find out whether it is insecure. */
#define GETDNS_SCREEN_MAX_ROUNDS 100000u
/* Records of one reply that tell of delegations and DNAMEs above a name: as a rule one. */
#define GETDNS_SCREEN_MAX_ENDS 12u

/* The worst first. */
typedef enum {
    GETDNS_SCREEN_FRAUD,
    GETDNS_SCREEN_WEAK, /* no more than insecure, if it takes the weak proofs */
    GETDNS_SCREEN_PASSED
} GetdnsScreen;

/* Records at @owner that were made by a wildcard, whose name has @n_signed labels without the "*"
 * (RFC 4034 §3.1.3). */
GetdnsScreen getdns_screen_wildcard(const GetdnsReply *reply, const DnsName *owner, guint n_signed);

/* Whether NSEC3 records at @owner are weak: of too many iterations, or, where it is a wildcard's
 * records that need a proof, of opt-out. */
gboolean getdns_screen_is_weak(const GetdnsReply *reply, const DnsName *owner, gboolean wildcard);

/* Whether proofs tell that the zone which signed them has no say about @owner. For type DS, the
 * delegation itself is where the records stand. */
gboolean getdns_screen_is_beyond_zone(const GetdnsReply *reply, const DnsName *owner, guint16 type);

/* Whether an NSEC3 record of the reply, or of the chain by which it was validated, stands at a
 * signed delegation or a DNAME above one of @names (element-type DnsName): with what stands there
 * nobody says anything about names below, but getdns takes it for a proof that these are not
 * signed. */
gboolean getdns_screen_belies_insecure(const GetdnsReply *reply, const GetdnsReply *chain,
                                       const GArray *names);

/* NSEC3 with more iterations than that. */
gboolean getdns_screen_is_laborious(const GetdnsReply *reply);

/* Whether it holds records of types or classes of which no reply consists, or what was asked for in
 * the authority section. For such getdns 1.6.0 was not made: NAPTR aborts it; and records of the
 * question's name and type beside a denial let it forget to look at that, or, without one, at a
 * null pointer. @rr_type: of records for users, DS or DNSKEY. */
gboolean getdns_screen_holds_foreign(const GetdnsReply *reply, guint16 rr_type);

/* A whole response that getdns found secure, for the question asked. */
GetdnsScreen getdns_screen_response(getdns_dict *response, const gchar *owner_name,
                                    guint16 rr_type);
