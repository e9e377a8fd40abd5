/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-moment.h"

#define S G_TIME_SPAN_SECOND

/* Some day of this century, after some hours of running. */
static const ResolverMoment start = {20000 * S, 1700000000 * S};

typedef struct {
    const gchar *label;
    gint64 elapsed; /* since the answer came */
    gint64 wall;
    guint32 left; /* of 100 s */
} LeaseCase;

static const LeaseCase lease_cases[] = {
    {"at-once", 0, 0, 100},
    {"rounded-up", 1, 1, 100},
    {"a-while", 30 * S, 30 * S, 70},
    {"almost-over", 100 * S - 1, 100 * S - 1, 1},
    {"over", 100 * S, 100 * S, 0},
    {"slept-through-the-night", 8 * 3600 * S, 8 * 3600 * S, 0},
    {"clock-set-ahead", 10 * S, 3600 * S, 0},
    {"clock-set-ahead-a-little", 10 * S, 40 * S, 60},
    {"clock-set-back-a-little", 40 * S, 10 * S, 60},
    /* What was judged by a clock that was wrong is judged anew. */
    {"clock-set-back", 10 * S, -1, 0},
    {"clock-stands-still", 100 * S, 0, 0},
};

static ResolverMoment
later(const LeaseCase *lease_case)
{
    return (ResolverMoment){start.elapsed + lease_case->elapsed, start.wall + lease_case->wall};
}

static void
test_lease(gconstpointer data)
{
    const LeaseCase *lease_case = data;
    ResolverLease lease = resolver_lease_new(start, 100);
    g_assert_cmpuint(resolver_lease_get_seconds(&lease, later(lease_case)), ==, lease_case->left);
}

/* Another process, that was started just now: only the wall clock tells. */
static void
test_from_wall(void)
{
    ResolverLease learned = resolver_lease_new(start, 100);
    ResolverMoment now = {5 * S, start.wall + 30 * S};
    ResolverLease read = resolver_lease_new_from_wall(now, learned.learned, learned.expires);
    g_assert_cmpuint(resolver_lease_get_seconds(&read, now), ==, 70);
    now.elapsed += 69 * S;
    g_assert_cmpuint(resolver_lease_get_seconds(&read, now), ==, 1);
    now.elapsed += 1 * S;
    g_assert_cmpuint(resolver_lease_get_seconds(&read, now), ==, 0);
}

static void
test_clocks_run(void)
{
    ResolverMoment before = resolver_moment_now();
    ResolverMoment after = resolver_moment_now();
    while (after.elapsed == before.elapsed)
        after = resolver_moment_now();
    g_assert_cmpint(after.elapsed, >, before.elapsed);
    g_assert_cmpint(ABS(after.wall - g_get_real_time()), <, 60 * S);
}

typedef struct {
    const gchar *label;
    DnsOutcome outcome;
    guint32 ttl;
    guint32 length;
} LengthCase;

static const LengthCase length_cases[] = {
    {"records", DNS_OUTCOME_SECURE_RECORDS, 600, 600},
    {"records-zero", DNS_OUTCOME_SECURE_RECORDS, 0, 0},
    {"records-at-most", DNS_OUTCOME_SECURE_RECORDS, G_MAXUINT32, 86400},
    {"denial", DNS_OUTCOME_SECURE_DENIAL, 60, 60},
    {"denial-at-most", DNS_OUTCOME_SECURE_DENIAL, 86400, 3600}, /* RFC 2308 §5 */
    {"insecure-at-most", DNS_OUTCOME_INSECURE, 86400, 300},
    {"bogus-at-least", DNS_OUTCOME_BOGUS, 0, 5}, /* RFC 4035 §4.7 */
    {"bogus-at-most", DNS_OUTCOME_BOGUS, 86400, 60},
    {"unreachable", DNS_OUTCOME_UNREACHABLE, 86400, 5}, /* RFC 2308 §7 */
    {"indeterminate", DNS_OUTCOME_INDETERMINATE, 0, 5},
};

static void
test_length(gconstpointer data)
{
    const LengthCase *length_case = data;
    guint32 length = resolver_lease_get_length(length_case->outcome, length_case->ttl);
    g_assert_cmpuint(length, ==, length_case->length);
    g_assert_cmpuint(length, <=, resolver_lease_get_longest(length_case->outcome));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(lease_cases); i++) {
        g_autofree gchar *path = g_strconcat("/resolver-moment/lease/", lease_cases[i].label, NULL);
        g_test_add_data_func(path, &lease_cases[i], test_lease);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(length_cases); i++) {
        g_autofree gchar *path =
            g_strconcat("/resolver-moment/length/", length_cases[i].label, NULL);
        g_test_add_data_func(path, &length_cases[i], test_length);
    }
    g_test_add_func("/resolver-moment/from-wall", test_from_wall);
    g_test_add_func("/resolver-moment/clocks-run", test_clocks_run);
    return g_test_run();
}
