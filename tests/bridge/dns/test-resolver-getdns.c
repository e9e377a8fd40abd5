/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-getdns.h"

#include <string.h>

#include "trust-anchor.h"
#include "universe.h"

/* The engine without the process around it, so that a sanitizer sees it. */

static Universe *universe;

typedef struct {
    ResolverAnswer *answer;
    GError *error;
    gboolean done;
} Result;

static void
on_answer(GObject *source, GAsyncResult *async_result, gpointer user_data)
{
    Result *result = user_data;
    result->answer = resolver_lookup_finish(DNS_RESOLVER(source), async_result, &result->error);
    result->done = TRUE;
}

static void
result_clear(Result *result)
{
    resolver_answer_free(result->answer);
    g_clear_error(&result->error);
    *result = (Result){0};
}

static ResolverConfig *
make_config(const gchar *member)
{
    ResolverConfig *config = resolver_config_new();
    config->servers = g_strsplit(universe_get_member(universe, member), " ", -1);
    return config;
}

static ResolverGetdns *
make_engine(const ResolverConfig *config)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) anchors = trust_anchor_load(universe_get_trust_anchor(universe), &error);
    g_assert_no_error(error);
    ResolverGetdns *engine = resolver_getdns_new(config, (const gchar *const *)anchors, &error);
    g_assert_no_error(error);
    return engine;
}

static void
begin(ResolverGetdns *engine, const gchar *scenario_name, GCancellable *cancellable, Result *result)
{
    UniverseScenario scenario;
    g_assert_true(universe_find_scenario(universe, scenario_name, &scenario));
    resolver_lookup_async(DNS_RESOLVER(engine), scenario.owner_name, scenario.rr_type, cancellable,
                          on_answer, result);
}

static void
wait_for(const Result *result)
{
    while (!result->done)
        g_main_context_iteration(NULL, TRUE);
}

/* Contexts of getdns are destroyed from the main loop. */
static void
assert_engine_ends(ResolverGetdns *engine)
{
    g_assert_finalize_object(engine);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
}

typedef struct {
    const gchar *label;
    const gchar *server;
    const gchar *anchor;
    DnsError code;
} NewCase;

static const NewCase new_cases[] = {
    {"no-server", NULL, ". IN DS 1 8 2 00", DNS_ERROR_SERVER},
    {"bad-server", "dns.example.org", ". IN DS 1 8 2 00", DNS_ERROR_SERVER},
    {"no-anchor", "127.0.0.1", NULL, DNS_ERROR_TRUST_ANCHOR},
    {"bad-anchor", "127.0.0.1", ". IN DNSKEY hello", DNS_ERROR_TRUST_ANCHOR},
};

static void
test_new(gconstpointer data)
{
    const NewCase *new_case = data;
    const gchar *const anchors[] = {new_case->anchor, NULL};
    g_autoptr(ResolverConfig) config = resolver_config_new();
    config->servers = g_new0(gchar *, 2);
    config->servers[0] = g_strdup(new_case->server);
    g_autoptr(GError) error = NULL;
    g_autoptr(ResolverGetdns) engine = resolver_getdns_new(config, anchors, &error);
    g_assert_null(engine);
    g_assert_error(error, DNS_ERROR, (gint)new_case->code);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
}

/* Nothing goes out to the network before there is a question. */
static void
test_new_recursive(void)
{
    g_autoptr(ResolverConfig) config = make_config("server");
    config->recursive = TRUE;
    assert_engine_ends(make_engine(config));
}

static void
test_lookups(void)
{
    static const gchar *const names[] = {"secure",           "nxdomain-nsec3",      "bogus-expired",
                                         "cname-other-zone", "insecure-delegation", "big"};
    static const ResolverTransport transports[] = {RESOLVER_TRANSPORT_TCP, RESOLVER_TRANSPORT_UDP};
    for (guint transport = 0; transport < G_N_ELEMENTS(transports); transport++) {
        g_autoptr(ResolverConfig) config = make_config("server");
        config->transport = transports[transport];
        config->window = 2;
        ResolverGetdns *engine = make_engine(config);
        Result results[G_N_ELEMENTS(names)] = {0};
        for (guint i = 0; i < G_N_ELEMENTS(names); i++)
            begin(engine, names[i], NULL, &results[i]);
        for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
            UniverseScenario scenario;
            wait_for(&results[i]);
            g_assert_no_error(results[i].error);
            g_assert_true(universe_find_scenario(universe, names[i], &scenario));
            g_assert_cmpstr(dns_outcome_to_string(results[i].answer->outcome), ==,
                            scenario.outcome);
            result_clear(&results[i]);
        }
        assert_engine_ends(engine);
    }
}

/* With one lookup at a time on the network, the second waits for the first to be given up. */
static void
test_window(void)
{
    g_autoptr(ResolverConfig) config = make_config("silent_server");
    config->window = 1;
    config->attempts = 2;
    config->attempt_timeout_ms = 50;
    ResolverGetdns *engine = make_engine(config);
    Result first = {0};
    Result second = {0};
    gint64 began = g_get_monotonic_time();
    begin(engine, "secure", NULL, &first);
    begin(engine, "secure", NULL, &second);
    wait_for(&first);
    g_assert_false(second.done);
    wait_for(&second);
    g_assert_cmpint(g_get_monotonic_time() - began, >=, 200 * G_TIME_SPAN_MILLISECOND);
    g_assert_cmpint(first.answer->outcome, ==, DNS_OUTCOME_UNREACHABLE);
    g_assert_cmpint(second.answer->outcome, ==, DNS_OUTCOME_UNREACHABLE);
    result_clear(&first);
    result_clear(&second);
    assert_engine_ends(engine);
}

static gboolean
set_true(gpointer user_data)
{
    *(gboolean *)user_data = TRUE;
    return G_SOURCE_REMOVE;
}

/* In every state: on the network, waiting for its turn, not even begun. */
static void
test_cancel(void)
{
    g_autoptr(ResolverConfig) config = make_config("silent_server");
    config->window = 1;
    ResolverGetdns *engine = make_engine(config);
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    Result results[3] = {0};
    begin(engine, "secure", cancellable, &results[0]);
    begin(engine, "secure", cancellable, &results[1]);
    gboolean later = FALSE;
    g_timeout_add(20, set_true, &later);
    while (!later)
        g_main_context_iteration(NULL, TRUE);
    g_cancellable_cancel(cancellable);
    begin(engine, "secure", cancellable, &results[2]);
    for (guint i = 0; i < G_N_ELEMENTS(results); i++) {
        wait_for(&results[i]);
        g_assert_error(results[i].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
        result_clear(&results[i]);
    }
    assert_engine_ends(engine);
}

/* At every moment of a lookup that would succeed. */
static void
test_cancel_any_time(void)
{
    g_autoptr(ResolverConfig) config = make_config("server");
    ResolverGetdns *engine = make_engine(config);
    gboolean answered = FALSE;
    for (guint n_iterations = 0; !answered; n_iterations++) {
        g_autoptr(GCancellable) cancellable = g_cancellable_new();
        Result result = {0};
        begin(engine, "nxdomain-nsec", cancellable, &result);
        for (guint i = 0; i < n_iterations && !result.done; i++)
            g_main_context_iteration(NULL, TRUE);
        answered = result.done;
        g_cancellable_cancel(cancellable);
        wait_for(&result);
        if (!answered)
            g_assert_error(result.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
        result_clear(&result);
    }
    assert_engine_ends(engine);
}

/* A silent server is left for the next one, a bogus answer kept if no other server has a better
 * one. */
static void
test_fail_over(void)
{
    g_autoptr(ResolverConfig) config = make_config("server");
    g_autofree gchar *servers = g_strjoin(" ", universe_get_member(universe, "absent_server"),
                                          universe_get_member(universe, "server"),
                                          universe_get_member(universe, "servfail_server"), NULL);
    g_strfreev(config->servers);
    config->servers = g_strsplit(servers, " ", -1);
    config->attempt_timeout_ms = 300;
    ResolverGetdns *engine = make_engine(config);
    Result good = {0};
    Result bogus = {0};
    begin(engine, "secure", NULL, &good);
    begin(engine, "bogus-expired", NULL, &bogus);
    wait_for(&good);
    wait_for(&bogus);
    g_assert_cmpint(good.answer->outcome, ==, DNS_OUTCOME_SECURE_RECORDS);
    g_assert_cmpint(bogus.answer->outcome, ==, DNS_OUTCOME_BOGUS);
    result_clear(&good);
    result_clear(&bogus);
    assert_engine_ends(engine);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    universe = universe_start(UNIVERSE_SOURCE_DIR, &error);
    g_assert_no_error(error);
    for (gsize i = 0; i < G_N_ELEMENTS(new_cases); i++) {
        g_autofree gchar *path = g_strconcat("/resolver-getdns/new/", new_cases[i].label, NULL);
        g_test_add_data_func(path, &new_cases[i], test_new);
    }
    g_test_add_func("/resolver-getdns/new-recursive", test_new_recursive);
    g_test_add_func("/resolver-getdns/lookups", test_lookups);
    g_test_add_func("/resolver-getdns/window", test_window);
    g_test_add_func("/resolver-getdns/cancel", test_cancel);
    g_test_add_func("/resolver-getdns/cancel-any-time", test_cancel_any_time);
    g_test_add_func("/resolver-getdns/fail-over", test_fail_over);
    int status = g_test_run();
    universe_stop(universe);
    return status;
}
