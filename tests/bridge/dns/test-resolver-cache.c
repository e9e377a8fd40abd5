/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-cache.h"

#include "lookup-result.h"
#include "network-watch.h"

/* A source that answers when the test says so, with what the test says. */

#define SCRIPT_TYPE (script_get_type())
G_DECLARE_FINAL_TYPE(Script, script, TEST, SCRIPT, GObject)

struct _Script {
    GObject parent_instance;
    GQueue tasks; /* of GTask: asked, not answered */
    guint n_asked;
    DnsOutcome outcome;
    guint32 ttl;
};

static void script_iface_init(ResolverInterface *iface);
G_DEFINE_TYPE_WITH_CODE(Script, script, G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(RESOLVER_TYPE, script_iface_init))

static void
script_lookup_async(Resolver *resolver, const gchar *owner_name, guint16 rr_type,
                    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
    Script *self = TEST_SCRIPT(resolver);
    GTask *task = g_task_new(self, cancellable, callback, user_data);
    ResolverAnswer *answer = resolver_answer_new(owner_name, rr_type, self->outcome);
    answer->ttl = self->ttl;
    if (self->outcome == DNS_OUTCOME_SECURE_RECORDS)
        g_ptr_array_add(answer->records, g_bytes_new("\3\0\0x", 4));
    g_task_set_task_data(task, answer, (GDestroyNotify)resolver_answer_free);
    g_queue_push_tail(&self->tasks, task);
    self->n_asked++;
}

static ResolverAnswer *
script_lookup_finish(Resolver *resolver G_GNUC_UNUSED, GAsyncResult *result, GError **error)
{
    return g_task_propagate_pointer(G_TASK(result), error);
}

static void
script_iface_init(ResolverInterface *iface)
{
    iface->lookup_async = script_lookup_async;
    iface->lookup_finish = script_lookup_finish;
}

static void
script_class_init(ScriptClass *klass G_GNUC_UNUSED)
{
}

static void
script_init(Script *self)
{
    self->outcome = DNS_OUTCOME_SECURE_RECORDS;
    self->ttl = 100;
}

/* Answers everything that was asked. */
static void
script_answer(Script *self)
{
    while (!g_queue_is_empty(&self->tasks)) {
        g_autoptr(GTask) task = g_queue_pop_head(&self->tasks);
        g_task_return_pointer(task, resolver_answer_copy(g_task_get_task_data(task)),
                              (GDestroyNotify)resolver_answer_free);
    }
}

static gint64 now;

/* How far the wall clock is ahead of the other. */
static gint64 wall_offset;

static ResolverMoment
read_clock(void)
{
    return (ResolverMoment){now, now + wall_offset};
}

static void
run_loop(void)
{
    while (g_main_context_iteration(NULL, FALSE))
        continue;
}

typedef struct {
    Script *script;
    ResolverTable *table;
    ResolverCache *cache;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    now = G_TIME_SPAN_DAY;
    fixture->script = g_object_new(SCRIPT_TYPE, NULL);
    wall_offset = 20000 * G_TIME_SPAN_DAY;
    fixture->table = resolver_table_new(RESOLVER_CACHE_MAX, RESOLVER_CACHE_MAX_OCTETS);
    fixture->cache =
        resolver_cache_new(DNS_RESOLVER(fixture->script), fixture->table, NULL, read_clock);
}

static void
tear_down(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    run_loop();
    g_assert_finalize_object(fixture->cache);
    g_assert_finalize_object(fixture->script);
    resolver_table_free(fixture->table);
}

/* Asks and lets the source answer; whether it was asked. */
static gboolean
ask(Fixture *fixture, const gchar *name, guint16 rr_type, LookupResult *result)
{
    guint n_before = fixture->script->n_asked;
    lookup_result_clear(result);
    resolver_lookup_async(DNS_RESOLVER(fixture->cache), name, rr_type, NULL, lookup_result_take,
                          result);
    script_answer(fixture->script);
    run_loop();
    g_assert_true(result->done);
    g_assert_no_error(result->error);
    return fixture->script->n_asked > n_before;
}

static void
test_remembers(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    LookupResult result = {0};
    g_assert_true(ask(fixture, "Alice.example.org", 53, &result));
    now += 30 * G_TIME_SPAN_SECOND;
    g_assert_false(ask(fixture, "aLICE.example.org", 53, &result));
    g_assert_cmpstr(result.answer->owner_name, ==, "aLICE.example.org");
    g_assert_cmpuint(result.answer->ttl, ==, 70);
    g_assert_cmpuint(result.answer->records->len, ==, 1);
    g_assert_true(ask(fixture, "alice.example.org", 65444, &result));
    g_assert_true(ask(fixture, "bob.example.org", 53, &result));
    resolver_table_clear(fixture->table);
    g_assert_cmpuint(resolver_table_get_n_entries(fixture->table), ==, 0);
    g_assert_true(ask(fixture, "alice.example.org", 53, &result));
    lookup_result_clear(&result);
}

typedef struct {
    const gchar *label;
    DnsOutcome outcome;
    guint32 ttl;
    guint32 lifetime;
} LifetimeCase;

static const LifetimeCase lifetime_cases[] = {
    {"secure-records", DNS_OUTCOME_SECURE_RECORDS, 600, 600},
    {"secure-records-zero", DNS_OUTCOME_SECURE_RECORDS, 0, 0},
    {"secure-records-at-most", DNS_OUTCOME_SECURE_RECORDS, G_MAXUINT32, 86400},
    {"secure-denial", DNS_OUTCOME_SECURE_DENIAL, 30, 30},
    {"secure-denial-at-most", DNS_OUTCOME_SECURE_DENIAL, 86400, 3600},
    {"insecure-at-most", DNS_OUTCOME_INSECURE, 86400, 300},
    {"bogus-at-most", DNS_OUTCOME_BOGUS, 86400, 60},
    {"bogus-at-least", DNS_OUTCOME_BOGUS, 0, 5},
    {"unreachable", DNS_OUTCOME_UNREACHABLE, 0, 5},
    {"unreachable-at-most", DNS_OUTCOME_UNREACHABLE, 86400, 5},
    {"indeterminate", DNS_OUTCOME_INDETERMINATE, 86400, 5},
};

static void
test_lifetime(Fixture *fixture, gconstpointer data)
{
    const LifetimeCase *lifetime_case = data;
    LookupResult result = {0};
    fixture->script->outcome = lifetime_case->outcome;
    fixture->script->ttl = lifetime_case->ttl;
    g_assert_true(ask(fixture, "alice.example.org", 53, &result));
    now += lifetime_case->lifetime * G_TIME_SPAN_SECOND - 1;
    if (lifetime_case->lifetime > 0) {
        g_assert_false(ask(fixture, "alice.example.org", 53, &result));
        g_assert_cmpuint(result.answer->ttl, ==, 1);
        g_assert_cmpint(result.answer->outcome, ==, lifetime_case->outcome);
    }
    now += 1;
    g_assert_true(ask(fixture, "alice.example.org", 53, &result));
    lookup_result_clear(&result);
}

static void
test_shares_questions(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    Resolver *cache = DNS_RESOLVER(fixture->cache);
    LookupResult first = {0};
    LookupResult second = {0};
    resolver_lookup_async(cache, "alice.example.org", 53, NULL, lookup_result_take, &first);
    resolver_lookup_async(cache, "ALICE.example.org", 53, NULL, lookup_result_take, &second);
    g_assert_cmpuint(fixture->script->n_asked, ==, 1);
    script_answer(fixture->script);
    run_loop();
    g_assert_cmpstr(first.answer->owner_name, ==, "alice.example.org");
    g_assert_cmpstr(second.answer->owner_name, ==, "ALICE.example.org");
    lookup_result_clear(&first);
    lookup_result_clear(&second);
}

/* One of two who wait goes away: the other is served. Both go: the question is cancelled. */
static void
test_cancel(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    Resolver *cache = DNS_RESOLVER(fixture->cache);
    g_autoptr(GCancellable) first_cancellable = g_cancellable_new();
    g_autoptr(GCancellable) second_cancellable = g_cancellable_new();
    LookupResult first = {0};
    LookupResult second = {0};
    resolver_lookup_async(cache, "alice.example.org", 53, first_cancellable, lookup_result_take,
                          &first);
    resolver_lookup_async(cache, "alice.example.org", 53, second_cancellable, lookup_result_take,
                          &second);
    g_cancellable_cancel(first_cancellable);
    run_loop();
    g_assert_error(first.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_assert_false(second.done);
    GTask *asked = g_queue_peek_head(&fixture->script->tasks);
    g_assert_false(g_cancellable_is_cancelled(g_task_get_cancellable(asked)));
    g_cancellable_cancel(second_cancellable);
    run_loop();
    g_assert_error(second.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_assert_true(g_cancellable_is_cancelled(g_task_get_cancellable(asked)));
    /* A lookup that comes now does not join the question that was given up. */
    lookup_result_clear(&second);
    resolver_lookup_async(cache, "alice.example.org", 53, NULL, lookup_result_take, &second);
    g_assert_cmpuint(fixture->script->n_asked, ==, 2);
    script_answer(fixture->script);
    run_loop();
    g_assert_no_error(second.error);
    lookup_result_clear(&first);
    lookup_result_clear(&second);
}

static void
test_cancelled_before(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    LookupResult result = {0};
    g_cancellable_cancel(cancellable);
    resolver_lookup_async(DNS_RESOLVER(fixture->cache), "alice.example.org", 53, cancellable,
                          lookup_result_take, &result);
    run_loop();
    g_assert_error(result.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_assert_cmpuint(fixture->script->n_asked, ==, 0);
    lookup_result_clear(&result);
}

static void
test_errors_are_not_remembered(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    LookupResult result = {0};
    resolver_lookup_async(DNS_RESOLVER(fixture->cache), "alice.example.org", 53, NULL,
                          lookup_result_take, &result);
    g_autoptr(GTask) task = g_queue_pop_head(&fixture->script->tasks);
    g_task_return_new_error(task, DNS_ERROR, DNS_ERROR_TRUST_ANCHOR, "root.key:1: empty");
    run_loop();
    g_assert_error(result.error, DNS_ERROR, DNS_ERROR_TRUST_ANCHOR);
    g_assert_true(ask(fixture, "alice.example.org", 53, &result));
    lookup_result_clear(&result);
}

static gboolean
on_tick(gpointer data G_GNUC_UNUSED)
{
    return G_SOURCE_CONTINUE;
}

/* Again until the cache has heard of it: who watches may not have begun yet. */
static void
change_network(Fixture *fixture)
{
    guint before = resolver_table_get_generation(fixture->table);
    guint ticks = g_timeout_add(NETWORK_WATCH_SETTLE_MS, on_tick, NULL);
    while (resolver_table_get_generation(fixture->table) == before) {
        g_signal_emit_by_name(g_network_monitor_get_default(), "network-changed", TRUE);
        g_main_context_iteration(NULL, TRUE);
    }
    g_source_remove(ticks);
}

static void
test_network_changed(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    LookupResult result = {0};
    g_assert_true(ask(fixture, "alice.example.org", 53, &result));
    change_network(fixture);
    g_assert_cmpuint(resolver_table_get_n_entries(fixture->table), ==, 0);
    /* What the old network still answers is not kept. */
    lookup_result_clear(&result);
    resolver_lookup_async(DNS_RESOLVER(fixture->cache), "alice.example.org", 53, NULL,
                          lookup_result_take, &result);
    change_network(fixture);
    script_answer(fixture->script);
    run_loop();
    g_assert_nonnull(result.answer);
    g_assert_cmpuint(resolver_table_get_n_entries(fixture->table), ==, 0);
    lookup_result_clear(&result);
}

static void
test_bounded(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    LookupResult result = {0};
    for (guint i = 0; i <= RESOLVER_CACHE_MAX; i++) {
        g_autofree gchar *name = g_strdup_printf("user%u.example.org", i);
        g_assert_true(ask(fixture, name, 53, &result));
    }
    g_assert_cmpuint(resolver_table_get_n_entries(fixture->table), ==, RESOLVER_CACHE_MAX);
    g_assert_false(ask(fixture, "user1.example.org", 53, &result));
    g_assert_true(ask(fixture, "user0.example.org", 53, &result));
    lookup_result_clear(&result);
}

#define ADD(name, function)                                                                        \
    g_test_add("/resolver-cache/" name, Fixture, NULL, set_up, function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("remembers", test_remembers);
    for (gsize i = 0; i < G_N_ELEMENTS(lifetime_cases); i++) {
        g_autofree gchar *path =
            g_strconcat("/resolver-cache/lifetime/", lifetime_cases[i].label, NULL);
        g_test_add(path, Fixture, &lifetime_cases[i], set_up, test_lifetime, tear_down);
    }
    ADD("shares-questions", test_shares_questions);
    ADD("cancel", test_cancel);
    ADD("cancelled-before", test_cancelled_before);
    ADD("errors-are-not-remembered", test_errors_are_not_remembered);
    ADD("network-changed", test_network_changed);
    ADD("bounded", test_bounded);
    return g_test_run();
}
