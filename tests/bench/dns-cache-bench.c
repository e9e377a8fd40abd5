/* SPDX-License-Identifier: MPL-2.0 */

/* What a remembered answer costs: `meson test --benchmark dns-cache`, or by hand. Names, records
 * and their number are those of 200 recipients with a certificate of 1300 octets each. */

#include <glib/gstdio.h>
#include <stdio.h>

#include "lookup-thread.h"
#include "resolver-cache.h"

#define N_NAMES      200u
#define N_ROUNDS     50u
#define RDATA_OCTETS 1300u
#define ANCHOR                                                                                     \
    ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n"
#define RR_TYPE 53
#define TTL     3600

typedef struct {
    gchar *folder;
    gchar *file;
    ResolverConfig *config;
    GArray *questions; /* of BridgeQuestion */
} Bench;

static gint
compare_times(gconstpointer a, gconstpointer b)
{
    gdouble difference = *(const gdouble *)a - *(const gdouble *)b;
    return (difference > 0) - (difference < 0);
}

static void
print_row(const gchar *what, GArray *microseconds)
{
    g_array_sort(microseconds, compare_times);
    printf("%-52s %8.2f %8.2f %8.2f\n", what, g_array_index(microseconds, gdouble, 0),
           g_array_index(microseconds, gdouble, microseconds->len / 2),
           g_array_index(microseconds, gdouble, microseconds->len * 99 / 100));
}

static void
add_time(GArray *microseconds, gint64 start, guint n)
{
    gdouble each = (gdouble)(g_get_monotonic_time() - start) / n;
    g_array_append_val(microseconds, each);
}

static GArray *
new_times(void)
{
    return g_array_new(FALSE, FALSE, sizeof(gdouble));
}

static void
fill_file(Bench *bench)
{
    ResolverStore *store = resolver_store_new(bench->file, bench->config, resolver_moment_now);
    for (guint i = 0; i < N_NAMES; i++) {
        const BridgeQuestion *question = &g_array_index(bench->questions, BridgeQuestion, i);
        g_autoptr(ResolverAnswer) answer =
            resolver_answer_new(question->owner_name, RR_TYPE, DNS_OUTCOME_SECURE_RECORDS);
        ResolverLease lease = resolver_lease_new(resolver_moment_now(), TTL);
        answer->canonical_name = g_strdup(question->owner_name);
        g_ptr_array_add(answer->records, g_bytes_new_take(g_malloc0(RDATA_OCTETS), RDATA_OCTETS));
        resolver_store_put(store, answer, &lease);
    }
    gint64 start = g_get_monotonic_time();
    resolver_store_flush(store);
    g_autoptr(GArray) times = new_times();
    add_time(times, start, N_NAMES);
    print_row("written to a new file, each of 200", times);
    resolver_store_free(store);
}

static void
clear_question(gpointer data)
{
    g_free(((BridgeQuestion *)data)->owner_name);
}

static void
bench_init(Bench *bench)
{
    bench->folder = g_dir_make_tmp("dns-cache-XXXXXX", NULL);
    bench->file = g_build_filename(bench->folder, "answers.sqlite", NULL);
    bench->config = resolver_config_new();
    bench->config->trust_anchor_file = g_build_filename(bench->folder, "root.key", NULL);
    g_file_set_contents(bench->config->trust_anchor_file, ANCHOR, -1, NULL);
    bench->questions = g_array_new(FALSE, TRUE, sizeof(BridgeQuestion));
    g_array_set_clear_func(bench->questions, clear_question);
    for (guint i = 0; i < N_NAMES; i++) {
        BridgeQuestion question = {g_strdup_printf("%056x._smimecert.example.org", i), RR_TYPE,
                                   BRIDGE_MEMORY_ALL};
        g_array_append_val(bench->questions, question);
    }
}

static void
bench_clear(Bench *bench)
{
    g_unlink(bench->file);
    g_unlink(bench->config->trust_anchor_file);
    g_rmdir(bench->folder);
    g_array_unref(bench->questions);
    resolver_config_free(bench->config);
    g_free(bench->file);
    g_free(bench->folder);
}

/* Asks for @questions and sees that all are answered. */
static void
ask(LookupThread *lookups, GArray *questions)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) answers = lookup_thread_ask(lookups, questions, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < answers->len; i++) {
        const ResolverAnswer *answer = g_ptr_array_index(answers, i);
        g_assert_cmpint(answer->outcome, ==, DNS_OUTCOME_SECURE_RECORDS);
        g_assert_cmpuint(g_bytes_get_size(g_ptr_array_index(answer->records, 0)), ==, RDATA_OCTETS);
    }
}

/* @questions: of a new process, whose first answer opens the file */
static void
measure_start(const Bench *bench, GArray *questions, const gchar *what)
{
    g_autoptr(GArray) times = new_times();
    for (guint round = 0; round < N_ROUNDS; round++) {
        gint64 start = g_get_monotonic_time();
        LookupThread *lookups = lookup_thread_new("/nonexistent", bench->config, bench->file);
        ask(lookups, questions);
        add_time(times, start, 1);
        lookup_thread_unref(lookups);
    }
    print_row(what, times);
}

static void
measure_hits(const Bench *bench, GArray *one)
{
    g_autoptr(GArray) singles = new_times();
    g_autoptr(GArray) sets = new_times();
    LookupThread *lookups = lookup_thread_new("/nonexistent", bench->config, bench->file);
    ask(lookups, bench->questions);
    for (guint round = 0; round < N_ROUNDS * 20; round++) {
        gint64 start = g_get_monotonic_time();
        for (guint i = 0; i < 50; i++)
            ask(lookups, one);
        add_time(singles, start, 50);
        start = g_get_monotonic_time();
        ask(lookups, bench->questions);
        add_time(sets, start, N_NAMES);
    }
    lookup_thread_unref(lookups);
    print_row("in memory, one address", singles);
    print_row("in memory, each of 200", sets);
}

int
main(void)
{
    Bench bench;
    bench_init(&bench);
    g_autoptr(GArray) one = g_array_new(FALSE, TRUE, sizeof(BridgeQuestion));
    g_array_append_val(one, g_array_index(bench.questions, BridgeQuestion, 17));
    printf("%-52s %8s %8s %8s\n", "microseconds", "least", "median", "p99");
    fill_file(&bench);
    measure_hits(&bench, one);
    measure_start(&bench, one, "a new process's first, thread and file in it");
    measure_start(&bench, bench.questions, "a new process's first 200, all of them");
    bench_clear(&bench);
    return 0;
}
