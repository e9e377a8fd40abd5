/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-moment.h"

#include <time.h>

/* Seconds. */
#define RECORDS_MAX  86400u
#define DENIAL_MAX   3600u
#define INSECURE_MAX 300u
#define BOGUS_MAX    60u
#define FAILED       5u

ResolverMoment
resolver_moment_now(void)
{
    struct timespec boot = {0};
    clock_gettime(CLOCK_BOOTTIME, &boot);
    return (ResolverMoment){
        .elapsed = boot.tv_sec * G_TIME_SPAN_SECOND + boot.tv_nsec / 1000,
        .wall = g_get_real_time(),
    };
}

ResolverLease
resolver_lease_new(ResolverMoment now, guint32 seconds)
{
    gint64 span = seconds * G_TIME_SPAN_SECOND;
    return (ResolverLease){
        .ends = now.elapsed + span, .learned = now.wall, .expires = now.wall + span};
}

ResolverLease
resolver_lease_new_from_wall(ResolverMoment now, gint64 learned, gint64 expires)
{
    return (ResolverLease){
        .ends = now.elapsed + (expires - now.wall), .learned = learned, .expires = expires};
}

guint32
resolver_lease_get_seconds(const ResolverLease *lease, ResolverMoment now)
{
    gint64 left = MIN(lease->ends - now.elapsed, lease->expires - now.wall);
    if (left <= 0 || now.wall < lease->learned)
        return 0;
    return (guint32)((left + G_TIME_SPAN_SECOND - 1) / G_TIME_SPAN_SECOND);
}

guint32
resolver_lease_get_longest(DnsOutcome outcome)
{
    switch (outcome) {
    case DNS_OUTCOME_SECURE_RECORDS:
        return RECORDS_MAX;
    case DNS_OUTCOME_SECURE_DENIAL:
        return DENIAL_MAX;
    case DNS_OUTCOME_INSECURE:
        return INSECURE_MAX;
    case DNS_OUTCOME_BOGUS:
        return BOGUS_MAX;
    case DNS_OUTCOME_UNREACHABLE:
    case DNS_OUTCOME_INDETERMINATE:
    case DNS_N_OUTCOMES:
    default:
        return FAILED;
    }
}

guint32
resolver_lease_get_length(DnsOutcome outcome, guint32 ttl)
{
    gboolean failed = outcome != DNS_OUTCOME_SECURE_RECORDS &&
                      outcome != DNS_OUTCOME_SECURE_DENIAL && outcome != DNS_OUTCOME_INSECURE;
    return CLAMP(ttl, failed ? FAILED : 0, resolver_lease_get_longest(outcome));
}
