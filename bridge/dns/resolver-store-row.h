/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver-moment.h"
#include "resolver-table.h"

/* One remembered answer as a row of the file.
 *
 *     scope           octets: what the answer depends on, see resolver-store.h
 *     rr_type, name   lower-case, without a dot at the end
 *     outcome         in the words of dns_outcome_to_string()
 *     name_exists     0 or 1
 *     learned, expires   microseconds since 1970
 *     canonical_name, detail   or NULL
 *     records         each: its length (32 bits, big-endian) and its octets
 *     digest          SHA-256 of all of these, so that a page that was half written, or a disk's
 *                     error, is no answer that anybody gave
 */

struct sqlite3_stmt;

/* The names of the columns, in the order in which the functions below bind and read them. */
#define STORE_ROW_COLUMNS                                                                          \
    "scope, rr_type, name, outcome, name_exists, learned, expires, canonical_name, detail, "       \
    "records, digest"
#define STORE_ROW_PLACES "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"

/* Larger ones stay in memory. Those of real mail have some thousand octets. */
#define STORE_ROW_MAX_OCTETS (128u * 1024)

/* The most that an answer of this outcome is believed, in seconds; 0: it is never kept on disk. */
guint32 store_row_get_longest(DnsOutcome outcome);

/* Binds all columns. FALSE: the answer is none for the disk. */
gboolean store_row_bind(struct sqlite3_stmt *statement, GBytes *scope, const ResolverAnswer *answer,
                        const ResolverLease *lease);

/* Reads the row at which the statement stands; its ttl is what is left. NULL: it is over, not begun
 * yet, damaged, or not as store_row_bind() makes them. */
ResolverAnswer *store_row_read(struct sqlite3_stmt *statement, ResolverMoment now,
                               ResolverLease *out_lease) G_GNUC_WARN_UNUSED_RESULT;
