/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "verdict.h"

/* Time as remembered answers need it: no clock alone will do. The one that counts since the
 * machine was started means nothing to another process after a restart; the one that tells the date
 * can be set. */

typedef struct {
    /* Microseconds of CLOCK_BOOTTIME: it runs while the machine sleeps, and nobody sets it. */
    gint64 elapsed;
    /* Microseconds since 1970, as the system's clock has it. */
    gint64 wall;
} ResolverMoment;

/* Tests hand in their own. */
typedef ResolverMoment (*ResolverClock)(void);

ResolverMoment resolver_moment_now(void);

/* For how long an answer holds: until either clock says that the time is over. A wall clock that
 * stands before the moment at which the answer came was set since, or was wrong then; the answer's
 * signatures were judged by that clock, so it does not count any more. */
typedef struct {
    gint64 ends;    /* elapsed */
    gint64 learned; /* wall */
    gint64 expires; /* wall */
} ResolverLease;

ResolverLease resolver_lease_new(ResolverMoment now, guint32 seconds);
/* Of what another process has learned: both are wall. */
ResolverLease resolver_lease_new_from_wall(ResolverMoment now, gint64 learned, gint64 expires);

/* Rounded up; 0 when it is over. */
guint32 resolver_lease_get_seconds(const ResolverLease *lease, ResolverMoment now);

/* The rule of lifetimes: for how many seconds an answer with that ttl is remembered.
 *
 * As long as it says, SECURE_RECORDS at most a day, SECURE_DENIAL at most an hour (RFC 2308 §5) and
 * INSECURE at most five minutes, within which somebody who has just signed a zone sees it. What has
 * failed is not repeated at once (RFC 2308 §7, RFC 4035 §4.7, RFC 8162 §6): BOGUS counts for 5 to
 * 60 s, the rest for 5 s, whatever the ttl. */
guint32 resolver_lease_get_length(DnsOutcome outcome, guint32 ttl);
/* The most that it can be. */
guint32 resolver_lease_get_longest(DnsOutcome outcome);
