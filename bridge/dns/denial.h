/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "getdns-reply.h"

/* The fields of NSEC and NSEC3 records that say for what a proof may be used (RFC 4035 §5.4, RFC
 * 5155 §3, §8). */

/* Whether the record's owner is, or for NSEC3 is the hash of, @name. @max_iterations: a record with
 * more matches nothing */
gboolean denial_matches_name(const GetdnsRecord *record, const DnsName *name, guint max_iterations);

/* Whether the bit map tells of a delegation (NS without SOA), or of a DNAME: below both the zone
 * has no say. */
gboolean denial_is_delegation(const GetdnsRecord *record);
gboolean denial_has_dname(const GetdnsRecord *record);

/* A delegation with DS records: what stands below it is another zone's, which is signed. */
gboolean denial_is_secure_delegation(const GetdnsRecord *record);

/* Hashes that denial_matches_name() computes. */
guint denial_count_rounds(const GetdnsRecord *record);

/* NSEC3 with the Opt-Out flag (RFC 5155 §6). */
gboolean denial_has_opt_out(const GetdnsRecord *record);

/* NSEC3 with more iterations than that. */
gboolean denial_has_iterations_above(const GetdnsRecord *record, guint max_iterations);

/* NSEC whose next name stands below @name: then @name exists, without records of its own. */
gboolean denial_shows_empty_name(const GetdnsRecord *record, const DnsName *name);
