/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-engine.h"

#include <string.h>

#include "lookup-result.h"
#include "trust-anchor.h"
#include "universe.h"

/* The engines without the process around them, so that a sanitizer sees them. Every test runs with
 * each. */

/* The second of two clocks that begin a second apart. */
#define MAX_TTL_DIFFERENCE 2

#define SMIMEA 53

static Universe *universe;

static ResolverConfig *
make_config(ResolverEngine engine, const gchar *member)
{
    ResolverConfig *config = resolver_config_new();
    config->engine = engine;
    config->servers = g_strsplit(universe_get_member(universe, member), " ", -1);
    return config;
}

static Resolver *
make_engine(const ResolverConfig *config)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) anchors = trust_anchor_load(universe_get_trust_anchor(universe), &error);
    g_assert_no_error(error);
    Resolver *engine = resolver_engine_new(config, (const gchar *const *)anchors, &error);
    g_assert_no_error(error);
    return engine;
}

static void
begin(Resolver *engine, const gchar *scenario_name, GCancellable *cancellable, LookupResult *result)
{
    UniverseScenario scenario;
    g_assert_true(universe_find_scenario(universe, scenario_name, &scenario));
    resolver_lookup_async(engine, scenario.owner_name, scenario.rr_type, cancellable,
                          lookup_result_take, result);
}

/* What engines end in an idle moment is ended here. */
static void
assert_engine_ends(Resolver *engine)
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
    for (gsize i = 0; i < G_N_ELEMENTS(new_cases); i++) {
        const gchar *const anchors[] = {new_cases[i].anchor, NULL};
        g_autoptr(ResolverConfig) config = make_config(GPOINTER_TO_UINT(data), "server");
        g_strfreev(config->servers);
        config->servers = g_new0(gchar *, 2);
        config->servers[0] = g_strdup(new_cases[i].server);
        g_autoptr(GError) error = NULL;
        g_test_message("%s", new_cases[i].label);
        Resolver *engine = resolver_engine_new(config, anchors, &error);
        g_assert_null(engine);
        g_assert_error(error, DNS_ERROR, (gint)new_cases[i].code);
        while (g_main_context_iteration(NULL, FALSE))
            continue;
    }
}

/* Nothing goes out to the network before there is a question. */
static void
test_new_recursive(gconstpointer data)
{
    g_autoptr(ResolverConfig) config = make_config(GPOINTER_TO_UINT(data), "server");
    config->recursive = TRUE;
    assert_engine_ends(make_engine(config));
}

static void
assert_answer(const UniverseScenario *scenario, const ResolverAnswer *answer)
{
    g_test_message("%s: %s", scenario->name, answer->detail);
    g_assert_cmpstr(dns_outcome_to_string(answer->outcome), ==, scenario->outcome);
    g_assert_cmpstr(answer->owner_name, ==, scenario->owner_name);
    g_assert_cmpuint(answer->rr_type, ==, scenario->rr_type);
    if (answer->outcome == DNS_OUTCOME_SECURE_RECORDS ||
        answer->outcome == DNS_OUTCOME_SECURE_DENIAL)
        g_assert_cmpuint(answer->records->len, ==, scenario->n_records);
    g_assert_cmpint(answer->canonical_name != NULL, ==, answer->records->len > 0);
}

/* A sanitizer that unwinds the stack exactly slows engines down by far. */
static ResolverConfig *
make_patient_config(ResolverEngine engine)
{
    ResolverConfig *config = make_config(engine, "server");
    config->attempt_timeout_ms = 30000;
    config->deadline_ms = 60000;
    config->window = 8;
    return config;
}

/* The table has many users, all alike; test-resolver-client asks for them. */
static gboolean
is_for_the_server(const UniverseScenario *scenario)
{
    return g_str_equal(scenario->server, universe_get_server(universe)) &&
           !g_str_has_prefix(scenario->name, "user");
}

/* The whole table, all at once. */
static void
test_scenarios_over_udp(gconstpointer data)
{
    g_autoptr(ResolverConfig) config = make_patient_config(GPOINTER_TO_UINT(data));
    config->transport = RESOLVER_TRANSPORT_UDP;
    Resolver *engine = make_engine(config);
    guint n_scenarios = universe_get_n_scenarios(universe);
    g_autofree LookupResult *results = g_new0(LookupResult, n_scenarios);
    for (guint i = 0; i < n_scenarios; i++) {
        UniverseScenario scenario = universe_get_scenario(universe, i);
        if (is_for_the_server(&scenario))
            begin(engine, scenario.name, NULL, &results[i]);
    }
    for (guint i = 0; i < n_scenarios; i++) {
        UniverseScenario scenario = universe_get_scenario(universe, i);
        if (!is_for_the_server(&scenario))
            continue;
        lookup_result_wait(&results[i]);
        g_assert_no_error(results[i].error);
        assert_answer(&scenario, results[i].answer);
        lookup_result_clear(&results[i]);
    }
    assert_engine_ends(engine);
}

static gint
compare_records(gconstpointer a, gconstpointer b)
{
    return g_bytes_compare(*(GBytes *const *)a, *(GBytes *const *)b);
}

static void
assert_same_answer(const UniverseScenario *scenario, ResolverAnswer *a, ResolverAnswer *b)
{
    g_test_message("%s: %u s, %u s", scenario->name, a->ttl, b->ttl);
    g_assert_cmpint(a->outcome, ==, b->outcome);
    if (a->outcome != DNS_OUTCOME_SECURE_RECORDS && a->outcome != DNS_OUTCOME_SECURE_DENIAL)
        return;
    g_assert_cmpint(a->name_exists, ==, b->name_exists);
    g_assert_cmpint(ABS((gint64)a->ttl - (gint64)b->ttl), <=, MAX_TTL_DIFFERENCE);
    g_assert_cmpint(a->canonical_name == NULL, ==, b->canonical_name == NULL);
    if (a->canonical_name != NULL)
        g_assert_cmpint(g_ascii_strcasecmp(a->canonical_name, b->canonical_name), ==, 0);
    g_assert_cmpuint(a->records->len, ==, b->records->len);
    g_ptr_array_sort(a->records, compare_records);
    g_ptr_array_sort(b->records, compare_records);
    for (guint i = 0; i < a->records->len; i++)
        g_assert_true(g_bytes_equal(a->records->pdata[i], b->records->pdata[i]));
}

/* The whole table over TCP; not the outcome alone is the same, but records, names, and for how long
 * they hold. */
static void
test_scenarios(void)
{
    Resolver *engines[RESOLVER_N_ENGINES];
    for (guint i = 0; i < RESOLVER_N_ENGINES; i++) {
        g_autoptr(ResolverConfig) config = make_patient_config(i);
        engines[i] = make_engine(config);
    }
    for (guint i = 0; i < universe_get_n_scenarios(universe); i++) {
        UniverseScenario scenario = universe_get_scenario(universe, i);
        if (!is_for_the_server(&scenario))
            continue;
        LookupResult results[RESOLVER_N_ENGINES] = {0};
        for (guint k = 0; k < RESOLVER_N_ENGINES; k++)
            begin(engines[k], scenario.name, NULL, &results[k]);
        for (guint k = 0; k < RESOLVER_N_ENGINES; k++) {
            lookup_result_wait(&results[k]);
            g_assert_no_error(results[k].error);
            assert_answer(&scenario, results[k].answer);
        }
        assert_same_answer(&scenario, results[0].answer, results[1].answer);
        for (guint k = 0; k < RESOLVER_N_ENGINES; k++)
            lookup_result_clear(&results[k]);
    }
    for (guint i = 0; i < RESOLVER_N_ENGINES; i++)
        assert_engine_ends(engines[i]);
}

/* And its servers that are of no use. */
static void
test_servers(gconstpointer data)
{
    for (guint i = 0; i < universe_get_n_scenarios(universe); i++) {
        UniverseScenario scenario = universe_get_scenario(universe, i);
        if (g_str_equal(scenario.server, universe_get_server(universe)))
            continue;
        g_autoptr(ResolverConfig) config = make_config(GPOINTER_TO_UINT(data), "server");
        g_free(config->servers[0]);
        config->servers[0] = g_strdup(scenario.server);
        config->attempt_timeout_ms = 200;
        Resolver *engine = make_engine(config);
        LookupResult result = {0};
        begin(engine, scenario.name, NULL, &result);
        lookup_result_wait(&result);
        g_assert_no_error(result.error);
        assert_answer(&scenario, result.answer);
        g_assert_nonnull(result.answer->detail);
        lookup_result_clear(&result);
        assert_engine_ends(engine);
    }
}

/* With one lookup at a time on the network, the second waits for the first to be given up. */
static void
test_window(gconstpointer data)
{
    g_autoptr(ResolverConfig) config = make_config(GPOINTER_TO_UINT(data), "silent_server");
    config->window = 1;
    config->attempts = 2;
    config->attempt_timeout_ms = 50;
    Resolver *engine = make_engine(config);
    LookupResult first = {0};
    LookupResult second = {0};
    gint64 began = g_get_monotonic_time();
    begin(engine, "secure", NULL, &first);
    begin(engine, "secure", NULL, &second);
    lookup_result_wait(&first);
    g_assert_false(second.done);
    lookup_result_wait(&second);
    g_assert_cmpint(g_get_monotonic_time() - began, >=, 200 * G_TIME_SPAN_MILLISECOND);
    g_assert_cmpint(first.answer->outcome, ==, DNS_OUTCOME_UNREACHABLE);
    g_assert_cmpint(second.answer->outcome, ==, DNS_OUTCOME_UNREACHABLE);
    lookup_result_clear(&first);
    lookup_result_clear(&second);
    assert_engine_ends(engine);
}

/* That is the cache's, which can be told to forget. */
static void
test_remembers_no_answer(gconstpointer data)
{
    static const gchar line[] = "nobody._smimecert.example.org. 3600 IN SMIMEA 3 0 0 3000";
    static const DnsOutcome outcomes[] = {DNS_OUTCOME_SECURE_DENIAL, DNS_OUTCOME_SECURE_RECORDS,
                                          DNS_OUTCOME_SECURE_DENIAL};
    g_autoptr(ResolverConfig) config = make_config(GPOINTER_TO_UINT(data), "server");
    g_autoptr(GError) error = NULL;
    Resolver *engine = make_engine(config);
    for (guint i = 0; i < G_N_ELEMENTS(outcomes); i++) {
        if (i == 1)
            g_assert_true(universe_publish(universe, line, &error));
        else if (i == 2)
            g_assert_true(universe_withdraw(universe, "nobody._smimecert.example.org", &error));
        LookupResult result = {0};
        resolver_lookup_async(engine, "nobody._smimecert.example.org", SMIMEA, NULL,
                              lookup_result_take, &result);
        lookup_result_wait(&result);
        g_assert_no_error(result.error);
        g_assert_cmpint(result.answer->outcome, ==, outcomes[i]);
        lookup_result_clear(&result);
    }
    assert_engine_ends(engine);
}

static DnsOutcome
find_out(Resolver *engine, const gchar *owner_name)
{
    LookupResult result = {0};
    resolver_lookup_async(engine, owner_name, SMIMEA, NULL, lookup_result_take, &result);
    lookup_result_wait(&result);
    g_assert_no_error(result.error);
    DnsOutcome outcome = result.answer->outcome;
    lookup_result_clear(&result);
    return outcome;
}

/* A zone that is known has another key from now on, without a time in which both hold: what is
 * known of it no longer fits, and is no reason to call it bogus. First the zone of the name, then
 * the one above, of which a name beside the known one is a matter too. (libunbound keeps keys for
 * their TTL, as it may.) */
static void
test_rollover(void)
{
    static const gchar *const zones[] = {"example.net.", "net."};
    g_autoptr(ResolverConfig) config = make_config(RESOLVER_ENGINE_GETDNS, "server");
    g_autoptr(GError) error = NULL;
    Resolver *engine = make_engine(config);
    g_assert_true(universe_publish(
        universe, "roll._smimecert.example.net. 3600 IN SMIMEA 3 0 0 3000", &error));
    g_assert_cmpint(find_out(engine, "roll._smimecert.example.net"), ==,
                    DNS_OUTCOME_SECURE_RECORDS);
    for (guint i = 0; i < G_N_ELEMENTS(zones); i++) {
        g_assert_true(universe_roll(universe, zones[i], &error));
        g_assert_no_error(error);
        /* the first finds it out, the second knows it */
        for (guint k = 0; k < 2; k++) {
            g_assert_cmpint(find_out(engine, "roll._smimecert.example.net"), ==,
                            DNS_OUTCOME_SECURE_RECORDS);
            g_assert_cmpint(find_out(engine, "nobody._smimecert.example.net"), ==,
                            DNS_OUTCOME_SECURE_DENIAL);
            g_assert_cmpint(find_out(engine, "nobody._smimecert.other.net"), ==,
                            DNS_OUTCOME_SECURE_DENIAL);
        }
    }
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
test_cancel(gconstpointer data)
{
    g_autoptr(ResolverConfig) config = make_config(GPOINTER_TO_UINT(data), "silent_server");
    config->window = 1;
    Resolver *engine = make_engine(config);
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    LookupResult results[3] = {0};
    begin(engine, "secure", cancellable, &results[0]);
    begin(engine, "secure", cancellable, &results[1]);
    gboolean later = FALSE;
    g_timeout_add(20, set_true, &later);
    while (!later)
        g_main_context_iteration(NULL, TRUE);
    g_cancellable_cancel(cancellable);
    begin(engine, "secure", cancellable, &results[2]);
    for (guint i = 0; i < G_N_ELEMENTS(results); i++) {
        lookup_result_wait(&results[i]);
        g_assert_error(results[i].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
        lookup_result_clear(&results[i]);
    }
    assert_engine_ends(engine);
}

/* At every moment of a lookup that would succeed. */
static void
test_cancel_any_time(gconstpointer data)
{
    g_autoptr(ResolverConfig) config = make_config(GPOINTER_TO_UINT(data), "server");
    Resolver *engine = make_engine(config);
    gboolean answered = FALSE;
    for (guint n_iterations = 0; !answered; n_iterations++) {
        g_autoptr(GCancellable) cancellable = g_cancellable_new();
        LookupResult result = {0};
        begin(engine, "nxdomain-nsec", cancellable, &result);
        for (guint i = 0; i < n_iterations && !result.done; i++)
            g_main_context_iteration(NULL, TRUE);
        answered = result.done;
        g_cancellable_cancel(cancellable);
        lookup_result_wait(&result);
        if (!answered)
            g_assert_error(result.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
        lookup_result_clear(&result);
    }
    assert_engine_ends(engine);
}

/* A silent server is left for the next one, a bogus answer kept if no other server has a better
 * one. */
static void
test_fail_over(gconstpointer data)
{
    g_autoptr(ResolverConfig) config = make_config(GPOINTER_TO_UINT(data), "server");
    g_autofree gchar *servers = g_strjoin(" ", universe_get_member(universe, "absent_server"),
                                          universe_get_member(universe, "server"),
                                          universe_get_member(universe, "servfail_server"), NULL);
    g_strfreev(config->servers);
    config->servers = g_strsplit(servers, " ", -1);
    config->attempt_timeout_ms = 300;
    Resolver *engine = make_engine(config);
    LookupResult good = {0};
    LookupResult bogus = {0};
    begin(engine, "secure", NULL, &good);
    begin(engine, "bogus-expired", NULL, &bogus);
    lookup_result_wait(&good);
    lookup_result_wait(&bogus);
    g_assert_cmpint(good.answer->outcome, ==, DNS_OUTCOME_SECURE_RECORDS);
    g_assert_cmpint(bogus.answer->outcome, ==, DNS_OUTCOME_BOGUS);
    lookup_result_clear(&good);
    lookup_result_clear(&bogus);
    assert_engine_ends(engine);
}

static void
add_tests(ResolverEngine engine)
{
    static const struct {
        const gchar *name;
        GTestDataFunc function;
    } rows[] = {
        {"new", test_new},
        {"new-recursive", test_new_recursive},
        {"scenarios-over-udp", test_scenarios_over_udp},
        {"servers", test_servers},
        {"remembers-no-answer", test_remembers_no_answer},
        {"window", test_window},
        {"cancel", test_cancel},
        {"cancel-any-time", test_cancel_any_time},
        {"fail-over", test_fail_over},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree gchar *path = g_strdup_printf("/resolver-engine/%s/%s",
                                                 resolver_engine_to_string(engine), rows[i].name);
        g_test_add_data_func(path, GUINT_TO_POINTER(engine), rows[i].function);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    universe = universe_start(UNIVERSE_SOURCE_DIR, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < RESOLVER_N_ENGINES; i++)
        add_tests(i);
    g_test_add_func("/resolver-engine/scenarios", test_scenarios);
    g_test_add_func("/resolver-engine/getdns/rollover", test_rollover);
    int status = g_test_run();
    universe_stop(universe);
    return status;
}
