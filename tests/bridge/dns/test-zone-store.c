/* SPDX-License-Identifier: MPL-2.0 */
#include "zone-store.h"

#include "denial.h"
#include "round-trip.h"

/* What the quick way keeps, and by which it decides. */

static DnsName
parse(const gchar *text)
{
    DnsName name;
    g_assert_true(dns_name_parse(&name, text));
    return name;
}

static void
test_names(void)
{
    DnsName name = parse("Alice._smimecert.Example.org");
    DnsName zone = parse("example.ORG");
    DnsName other = parse("ample.org");
    DnsName made;
    g_autofree gchar *text = dns_name_to_string(&name);
    g_assert_cmpstr(text, ==, "alice._smimecert.example.org.");
    g_assert_true(dns_name_is_within(&name, &zone));
    g_assert_true(dns_name_is_within(&zone, &zone));
    /* the end of a label is no label */
    g_assert_false(dns_name_is_within(&name, &other));
    g_assert_false(dns_name_is_within(&zone, &name));
    dns_name_strip(&name, 2, &made);
    g_assert_true(dns_name_equal(&made, &zone));
    g_assert_true(dns_name_substitute(&name, &zone, &other, &made));
    g_autofree gchar *substituted = dns_name_to_string(&made);
    g_assert_cmpstr(substituted, ==, "alice._smimecert.ample.org.");
}

static void
test_names_refused(void)
{
    static const guint8 pointer[] = {0xc0, 0x0c};
    static const guint8 cut[] = {3, 'o', 'r'};
    static const guint8 beyond[] = {1, 'a', 0, 0};
    DnsName name;
    g_assert_false(dns_name_read(&name, pointer, sizeof pointer));
    g_assert_false(dns_name_read(&name, cut, sizeof cut));
    g_assert_false(dns_name_read(&name, beyond, sizeof beyond));
    g_assert_false(dns_name_read(&name, beyond, 0));
}

static void
test_lifetime(void)
{
    g_autoptr(ZoneStore) store = zone_store_new(2);
    DnsName zone = parse("example.org");
    zone_store_add(store, &zone, ZONE_INSECURE, NULL, 10, 1000);
    g_assert_cmpint(zone_store_find(store, &zone, 1009, NULL), ==, ZONE_INSECURE);
    g_assert_cmpint(zone_store_find(store, &zone, 1010, NULL), ==, ZONE_UNKNOWN);
    /* a clock that was put back */
    zone_store_add(store, &zone, ZONE_INSECURE, NULL, 10, 1000);
    g_assert_cmpint(zone_store_find(store, &zone, 999, NULL), ==, ZONE_UNKNOWN);
    g_assert_cmpuint(zone_store_get_n_zones(store), ==, 0);
}

static void
test_bound(void)
{
    g_autoptr(ZoneStore) store = zone_store_new(2);
    DnsName a = parse("a");
    DnsName b = parse("b");
    DnsName c = parse("c");
    zone_store_add(store, &a, ZONE_NONE, NULL, 10, 0);
    zone_store_add(store, &b, ZONE_NONE, NULL, 10, 0);
    g_assert_cmpint(zone_store_find(store, &a, 1, NULL), ==, ZONE_NONE);
    zone_store_add(store, &c, ZONE_NONE, NULL, 10, 0);
    g_assert_cmpuint(zone_store_get_n_zones(store), ==, 2);
    g_assert_cmpint(zone_store_find(store, &b, 1, NULL), ==, ZONE_UNKNOWN);
    g_assert_cmpint(zone_store_find(store, &a, 1, NULL), ==, ZONE_NONE);
}

/* RFC 5155 appendix A: H(example) with 12 iterations and salt aabbccdd */
static void
test_nsec3_hash(void)
{
    static const guint8 rdata[] = {1, 0, 0, 12, 4, 0xaa, 0xbb, 0xcc, 0xdd, 0, 0, 1, 0x20};
    GetdnsRecord record = {.type = GETDNS_RRTYPE_NSEC3, .rdata = rdata, .n_rdata = sizeof rdata};
    DnsName name = parse("example");
    DnsName other = parse("a.example");
    record.owner = parse("0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example");
    g_assert_true(denial_matches_name(&record, &name, 12));
    g_assert_false(denial_matches_name(&record, &name, 11));
    g_assert_false(denial_matches_name(&record, &other, 12));
    /* the bit map holds NS alone */
    g_assert_true(denial_is_delegation(&record));
    for (gsize n = 0; n < sizeof rdata; n++) {
        record.n_rdata = n;
        g_assert_false(denial_is_delegation(&record));
    }
}

static void
test_round_trip(void)
{
    RoundTrip trip = {0};
    g_assert_cmpuint(round_trip_get_timeout_ms(&trip), ==, ROUND_TRIP_FIRST_TIMEOUT_MS);
    for (guint i = 0; i < 100; i++)
        round_trip_add(&trip, 20000);
    g_assert_cmpuint(round_trip_get_timeout_ms(&trip), >=, 20);
    g_assert_cmpuint(round_trip_get_timeout_ms(&trip), <=, 25);
    for (guint i = 0; i < 100; i++)
        round_trip_add(&trip, 10);
    g_assert_cmpuint(round_trip_get_timeout_ms(&trip), ==, ROUND_TRIP_MIN_TIMEOUT_MS);
}

/* What comes late since something was lost does not make the next wait longer; what is slower for
 * good does. */
static void
test_round_trip_of_stream(void)
{
    RoundTrip trip = {0};
    g_assert_false(round_trip_is_known(&trip));
    g_assert_cmpuint(round_trip_get_stream_timeout_ms(&trip), ==, ROUND_TRIP_FIRST_TIMEOUT_MS);
    for (guint i = 0; i < 20; i++)
        round_trip_add(&trip, i % 4 == 1 ? 220000 : 20000);
    g_assert_true(round_trip_is_known(&trip));
    g_assert_cmpuint(round_trip_get_stream_timeout_ms(&trip), >=, 40);
    g_assert_cmpuint(round_trip_get_stream_timeout_ms(&trip), <=, 45);
    g_assert_cmpuint(round_trip_get_timeout_ms(&trip), >, 200);
    for (guint i = 0; i < 50; i++)
        round_trip_add(&trip, 220000);
    g_assert_cmpuint(round_trip_get_stream_timeout_ms(&trip), >=, 400);
    for (guint i = 0; i < 50; i++)
        round_trip_add(&trip, 10);
    g_assert_cmpuint(round_trip_get_stream_timeout_ms(&trip), ==, ROUND_TRIP_MIN_STREAM_TIMEOUT_MS);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dns-name/relations", test_names);
    g_test_add_func("/dns-name/refused", test_names_refused);
    g_test_add_func("/zone-store/lifetime", test_lifetime);
    g_test_add_func("/zone-store/bound", test_bound);
    g_test_add_func("/denial/rfc5155-a-hash", test_nsec3_hash);
    g_test_add_func("/round-trip/timeout", test_round_trip);
    g_test_add_func("/round-trip/stream-timeout", test_round_trip_of_stream);
    return g_test_run();
}
