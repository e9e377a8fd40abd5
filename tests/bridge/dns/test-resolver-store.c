/* SPDX-License-Identifier: MPL-2.0 */
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "resolver-store-file.h"
#include "resolver-store-row.h"
#include "store-fixture.h"

static const ResolverKey alice = {"alice.example.org", 53};

typedef struct {
    const gchar *label;
    DnsOutcome outcome;
    gboolean kept;
} OutcomeCase;

static const OutcomeCase outcome_cases[] = {
    {"secure-records", DNS_OUTCOME_SECURE_RECORDS, TRUE},
    {"secure-denial", DNS_OUTCOME_SECURE_DENIAL, TRUE},
    {"insecure", DNS_OUTCOME_INSECURE, TRUE},
    {"bogus", DNS_OUTCOME_BOGUS, FALSE},
    {"indeterminate", DNS_OUTCOME_INDETERMINATE, FALSE},
    {"unreachable", DNS_OUTCOME_UNREACHABLE, FALSE},
};

/* Written by one process, read by the next. */
static void
test_outcome(Fixture *fixture, gconstpointer data)
{
    const OutcomeCase *outcome_case = data;
    g_autoptr(ResolverAnswer) written = make_answer("Alice.example.org", outcome_case->outcome);
    put(fixture, "Alice.example.org", outcome_case->outcome);
    reopen(fixture);
    now.wall += 30 * S;
    now.elapsed = 5 * S;
    g_autoptr(ResolverAnswer) read = get(fixture, "aLICE.example.org");
    g_assert_true((read != NULL) == outcome_case->kept);
    if (read == NULL)
        return;
    assert_same(read, written);
    g_assert_cmpstr(read->owner_name, ==, "aLICE.example.org");
    g_assert_cmpuint(read->ttl, ==, 70);
}

/* What fails later takes away what was good before. */
static void
test_replaced(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_RECORDS);
    put(fixture, "bob.example.org", DNS_OUTCOME_SECURE_RECORDS);
    resolver_store_flush(fixture->store);
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_DENIAL);
    put(fixture, "BOB.example.org", DNS_OUTCOME_BOGUS);
    resolver_store_flush(fixture->store);
    g_autoptr(ResolverAnswer) answer = get(fixture, "alice.example.org");
    g_assert_cmpint(answer->outcome, ==, DNS_OUTCOME_SECURE_DENIAL);
    g_assert_false(has(fixture, "bob.example.org"));
    resolver_store_remove(fixture->store, &alice);
    g_assert_false(has(fixture, "alice.example.org"));
}

static void
test_over(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_RECORDS);
    resolver_store_flush(fixture->store);
    now.wall += 100 * S - 1;
    g_assert_true(has(fixture, "alice.example.org"));
    now.wall += 1;
    g_assert_false(has(fixture, "alice.example.org"));
    g_assert_cmpint(count_rows(fixture->file), ==, 1);
    reopen(fixture);
    g_assert_false(has(fixture, "bob.example.org"));
    resolver_store_flush(fixture->store);
    g_assert_cmpint(count_rows(fixture->file), ==, 0);
}

/* The clock was wrong when it was learned, or is wrong now. */
static void
test_from_the_future(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_RECORDS);
    resolver_store_flush(fixture->store);
    now.wall -= 1;
    g_assert_false(has(fixture, "alice.example.org"));
    resolver_store_flush(fixture->store);
    now.wall += 1;
    g_assert_false(has(fixture, "alice.example.org"));
}

static void
test_scope(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_RECORDS);
    resolver_store_flush(fixture->store);
    write_file(fixture->anchor, OTHER_ANCHOR);
    reopen(fixture);
    g_assert_false(has(fixture, "alice.example.org"));
    /* The same anchor, with another and otherwise written. */
    write_file(fixture->anchor, "; a comment\n" ANCHOR);
    reopen(fixture);
    g_assert_true(has(fixture, "alice.example.org"));
    write_file(fixture->anchor, OTHER_ANCHOR ANCHOR);
    reopen(fixture);
    g_assert_false(has(fixture, "alice.example.org"));
    write_file(fixture->anchor, ANCHOR);
    fixture->config->servers = g_strsplit("192.0.2.1", " ", -1);
    reopen(fixture);
    g_assert_false(has(fixture, "alice.example.org"));
    fixture->config->recursive = TRUE;
    reopen(fixture);
    g_assert_false(has(fixture, "alice.example.org"));
    g_clear_pointer(&fixture->config->servers, g_strfreev);
    fixture->config->recursive = FALSE;
    reopen(fixture);
    g_assert_true(has(fixture, "alice.example.org"));
}

/* A root of one's own is not the world's, also where it is asked only if the servers fail. */
static void
test_scope_of_root(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    fixture->config->recursive = TRUE;
    reopen(fixture);
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_RECORDS);
    fixture->config->root_servers = g_strsplit("192.0.2.1 192.0.2.2", " ", -1);
    reopen(fixture);
    g_assert_false(has(fixture, "alice.example.org"));
    put(fixture, "bob.example.org", DNS_OUTCOME_SECURE_RECORDS);
    g_strfreev(fixture->config->root_servers);
    fixture->config->root_servers = g_strsplit("192.0.2.1", " ", -1);
    reopen(fixture);
    g_assert_false(has(fixture, "bob.example.org"));
    fixture->config->recursive = FALSE;
    reopen(fixture);
    put(fixture, "carol.example.org", DNS_OUTCOME_SECURE_RECORDS);
    g_clear_pointer(&fixture->config->root_servers, g_strfreev);
    reopen(fixture);
    g_assert_false(has(fixture, "carol.example.org"));
    fixture->config->recursive = TRUE;
    reopen(fixture);
    g_assert_true(has(fixture, "alice.example.org"));
}

static void
test_no_anchor(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_RECORDS);
    reopen(fixture);
    g_unlink(fixture->anchor);
    g_assert_false(has(fixture, "alice.example.org"));
}

static void
test_bounded_by_number(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    for (guint i = 0; i < RESOLVER_STORE_MAX_ANSWERS + 500; i++) {
        g_autofree gchar *name = g_strdup_printf("user%u.example.org", i);
        put(fixture, name, DNS_OUTCOME_SECURE_DENIAL);
        now.wall += 1000;
    }
    resolver_store_flush(fixture->store);
    g_assert_cmpint(count_rows(fixture->file), <=, RESOLVER_STORE_MAX_ANSWERS);
    g_assert_cmpint(count_rows(fixture->file), >=, RESOLVER_STORE_MAX_ANSWERS - 1000);
    g_assert_false(has(fixture, "user0.example.org"));
    g_assert_true(has(fixture, "user10499.example.org"));
}

static void
put_large(Fixture *fixture, guint number, gsize n_octets)
{
    g_autofree gchar *name = g_strdup_printf("large%u.example.org", number);
    g_autoptr(ResolverAnswer) answer = resolver_answer_new(name, 53, DNS_OUTCOME_SECURE_RECORDS);
    for (; n_octets > 0; n_octets -= MIN(n_octets, 50000))
        g_ptr_array_add(answer->records,
                        g_bytes_new_take(g_malloc0(MIN(n_octets, 50000)), MIN(n_octets, 50000)));
    ResolverLease lease = resolver_lease_new(now, 100);
    resolver_store_put(fixture->store, answer, &lease);
}

static void
test_bounded_by_octets(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    struct stat about;
    for (guint i = 0; i < 400; i++) {
        put_large(fixture, i, 100000);
        if (i % 20 == 19)
            resolver_store_flush(fixture->store);
        now.wall += 1000;
    }
    g_assert_cmpint(lstat(fixture->file, &about), ==, 0);
    g_assert_cmpint(about.st_size, <=, STORE_FILE_MAX_PAGES * 4096);
    g_assert_true(has(fixture, "large399.example.org"));
    put_large(fixture, 1000, STORE_ROW_MAX_OCTETS);
    resolver_store_flush(fixture->store);
    g_assert_false(has(fixture, "large1000.example.org"));
}

static void
test_list(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    guint64 n_octets = 99;
    g_autoptr(GPtrArray) none = resolver_store_list(fixture->file, now, &n_octets, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(none->len + n_octets, ==, 0);
    g_assert_cmpint(g_access(fixture->file, F_OK), !=, 0);
    put(fixture, "bob.example.org", DNS_OUTCOME_SECURE_RECORDS);
    now.wall += 10 * S;
    put(fixture, "alice.example.org", DNS_OUTCOME_SECURE_DENIAL);
    resolver_store_flush(fixture->store);
    g_autoptr(GPtrArray) both = resolver_store_list(fixture->file, now, &n_octets, &error);
    g_assert_cmpuint(both->len, ==, 2);
    g_assert_cmpuint(n_octets, >, 0);
    const ResolverAnswer *first = g_ptr_array_index(both, 0);
    g_assert_cmpstr(first->owner_name, ==, "bob.example.org");
    g_assert_cmpuint(first->ttl, ==, 90);
    now.wall += 90 * S;
    g_autoptr(GPtrArray) one = resolver_store_list(fixture->file, now, &n_octets, &error);
    g_assert_cmpuint(one->len, ==, 1);
}

#define ADD(name, function)                                                                        \
    g_test_add("/resolver-store/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(outcome_cases); i++) {
        g_autofree gchar *path =
            g_strconcat("/resolver-store/outcome/", outcome_cases[i].label, NULL);
        g_test_add(path, Fixture, &outcome_cases[i], set_up, test_outcome, tear_down);
    }
    ADD("replaced", test_replaced);
    ADD("over", test_over);
    ADD("from-the-future", test_from_the_future);
    ADD("scope", test_scope);
    ADD("scope-of-root", test_scope_of_root);
    ADD("no-anchor", test_no_anchor);
    ADD("bounded-by-number", test_bounded_by_number);
    ADD("bounded-by-octets", test_bounded_by_octets);
    ADD("list", test_list);
    return g_test_run();
}
