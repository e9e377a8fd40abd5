/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-table.h"

static const ResolverMoment now = {G_TIME_SPAN_DAY, 20000 * G_TIME_SPAN_DAY};

static const ResolverKey alice = {"alice.example.org", 53};

static ResolverAnswer *
make_answer(const gchar *owner_name, gsize n_octets)
{
    ResolverAnswer *answer = resolver_answer_new(owner_name, 53, DNS_OUTCOME_SECURE_RECORDS);
    answer->canonical_name = g_strdup("elsewhere.example.org");
    answer->detail = g_strdup("why");
    g_ptr_array_add(answer->records, g_bytes_new_take(g_malloc0(n_octets), n_octets));
    return answer;
}

static gboolean
put(ResolverTable *table, const gchar *owner_name, gsize n_octets)
{
    g_autoptr(ResolverAnswer) answer = make_answer(owner_name, n_octets);
    ResolverLease lease = resolver_lease_new(now, 100);
    return resolver_table_put(table, resolver_table_get_generation(table), answer, &lease);
}

static gboolean
has(ResolverTable *table, const gchar *owner_name)
{
    g_autoptr(ResolverAnswer) answer =
        resolver_table_get(table, &(ResolverKey){owner_name, 53}, now);
    return answer != NULL;
}

static void
test_copies(void)
{
    g_autoptr(ResolverTable) table = resolver_table_new(10, 1000000);
    g_assert_true(put(table, "Alice.example.org", 20));
    g_autoptr(ResolverAnswer) answer = resolver_table_get(table, &alice, now);
    g_assert_cmpstr(answer->owner_name, ==, "alice.example.org");
    g_assert_cmpint(answer->outcome, ==, DNS_OUTCOME_SECURE_RECORDS);
    g_assert_cmpuint(answer->ttl, ==, 100);
    g_assert_cmpstr(answer->canonical_name, ==, "elsewhere.example.org");
    g_assert_cmpstr(answer->detail, ==, "why");
    g_assert_cmpuint(answer->records->len, ==, 1);
    const ResolverKey other_type = {"alice.example.org", 65444};
    g_assert_null(resolver_table_get(table, &other_type, now));
    g_assert_false(has(table, "bob.example.org"));
    resolver_table_remove(table, &alice);
    g_assert_false(has(table, "alice.example.org"));
}

static void
test_over(void)
{
    g_autoptr(ResolverTable) table = resolver_table_new(10, 1000000);
    put(table, "alice.example.org", 20);
    ResolverMoment later = {now.elapsed + 100 * G_TIME_SPAN_SECOND, now.wall};
    g_autoptr(GPtrArray) listed = resolver_table_list(table, later);
    g_assert_cmpuint(listed->len, ==, 0);
    g_assert_null(resolver_table_get(table, &alice, later));
    g_assert_cmpuint(resolver_table_get_n_entries(table), ==, 0);
}

static void
test_bounded_by_number(void)
{
    g_autoptr(ResolverTable) table = resolver_table_new(2, 1000000);
    put(table, "a.example.org", 1);
    put(table, "b.example.org", 1);
    put(table, "a.example.org", 1); /* young again */
    put(table, "c.example.org", 1);
    g_assert_cmpuint(resolver_table_get_n_entries(table), ==, 2);
    g_assert_true(has(table, "a.example.org"));
    g_assert_false(has(table, "b.example.org"));
    g_assert_true(has(table, "c.example.org"));
}

static void
test_bounded_by_octets(void)
{
    g_autoptr(ResolverTable) table = resolver_table_new(1000, 100000);
    put(table, "a.example.org", 60000);
    put(table, "b.example.org", 30000);
    g_assert_true(has(table, "a.example.org"));
    put(table, "c.example.org", 30000);
    g_assert_false(has(table, "a.example.org"));
    g_assert_true(has(table, "b.example.org"));
    put(table, "too-large.example.org", 100001);
    g_assert_false(has(table, "too-large.example.org"));
    g_assert_true(has(table, "b.example.org"));
    put(table, "b.example.org", 100001);
    g_assert_false(has(table, "b.example.org"));
    g_assert_true(has(table, "c.example.org"));
}

static void
test_generations(void)
{
    g_autoptr(ResolverTable) table = resolver_table_new(10, 1000000);
    g_autoptr(ResolverAnswer) answer = make_answer("alice.example.org", 1);
    ResolverLease lease = resolver_lease_new(now, 100);
    guint generation = resolver_table_get_generation(table);
    resolver_table_clear(table);
    g_assert_false(resolver_table_put(table, generation, answer, &lease));
    g_assert_false(has(table, "alice.example.org"));
    g_assert_true(put(table, "alice.example.org", 1));
}

#define N_THREADS 4
#define N_ROUNDS  3000

static gpointer
work(gpointer data)
{
    ResolverTable *table = data;
    for (guint i = 0; i < N_ROUNDS; i++) {
        g_autofree gchar *name = g_strdup_printf("user%u.example.org", i % 50);
        put(table, name, i % 100);
        has(table, name);
        if (i % 500 == 0)
            resolver_table_clear(table);
        if (i % 700 == 0)
            g_ptr_array_unref(resolver_table_list(table, now));
    }
    return NULL;
}

static void
test_threads(void)
{
    g_autoptr(ResolverTable) table = resolver_table_new(30, 1000000);
    GThread *threads[N_THREADS];
    for (guint i = 0; i < N_THREADS; i++)
        threads[i] = g_thread_new("worker", work, table);
    for (guint i = 0; i < N_THREADS; i++)
        g_thread_join(threads[i]);
    g_assert_cmpuint(resolver_table_get_n_entries(table), <=, 30);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/resolver-table/copies", test_copies);
    g_test_add_func("/resolver-table/over", test_over);
    g_test_add_func("/resolver-table/bounded-by-number", test_bounded_by_number);
    g_test_add_func("/resolver-table/bounded-by-octets", test_bounded_by_octets);
    g_test_add_func("/resolver-table/generations", test_generations);
    g_test_add_func("/resolver-table/threads", test_threads);
    return g_test_run();
}
