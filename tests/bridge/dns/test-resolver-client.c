/* SPDX-License-Identifier: MPL-2.0 */
#include "resolver-client.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#include "client-fixture.h"
#include "resolver-deaths.h"

/* The real program against a real name server with really signed zones. */

static void
assert_answer(const UniverseScenario *scenario, const ResolverAnswer *answer)
{
    g_test_message("%s: %s, %u records, ttl %u, %s", scenario->name,
                   dns_outcome_to_string(answer->outcome), answer->records->len, answer->ttl,
                   answer->detail == NULL ? "no detail" : answer->detail);
    g_assert_cmpstr(dns_outcome_to_string(answer->outcome), ==, scenario->outcome);
    g_assert_cmpstr(answer->owner_name, ==, scenario->owner_name);
    g_assert_cmpuint(answer->rr_type, ==, scenario->rr_type);
    if (answer->outcome != DNS_OUTCOME_BOGUS)
        g_assert_cmpuint(answer->records->len, ==, scenario->n_records);
    if (answer->outcome == DNS_OUTCOME_SECURE_RECORDS)
        g_assert_nonnull(answer->canonical_name);
    if (answer->outcome >= DNS_OUTCOME_SECURE_DENIAL)
        g_assert_cmpuint(answer->ttl, >, 0);
    if (answer->outcome == DNS_OUTCOME_UNREACHABLE)
        g_assert_nonnull(answer->detail);
}

static void
test_scenario(gconstpointer data)
{
    UniverseScenario scenario = find_scenario(data);
    g_autoptr(ResolverConfig) config = make_config(scenario.server);
    config->attempt_timeout_ms = 500;
    g_autoptr(ResolverClient) client = resolver_client_new(program, config);
    g_autoptr(GError) error = NULL;
    g_autoptr(ResolverAnswer) answer =
        look_up(client, scenario.owner_name, scenario.rr_type, &error);
    g_assert_no_error(error);
    assert_answer(&scenario, answer);
    g_assert_cmpuint(resolver_client_get_n_restarts(client), ==, 0);
}

/* The same over UDP, where nothing is unreachable by intent. */
static void
test_scenarios_over_udp(void)
{
    g_autoptr(ResolverConfig) config = make_config(universe_get_server(universe));
    config->transport = RESOLVER_TRANSPORT_UDP;
    g_autoptr(ResolverClient) client = resolver_client_new(program, config);
    for (guint i = 0; i < universe_get_n_scenarios(universe); i++) {
        UniverseScenario scenario = universe_get_scenario(universe, i);
        if (g_str_has_prefix(scenario.name, "user") ||
            strcmp(scenario.server, universe_get_server(universe)) != 0)
            continue;
        g_autoptr(ResolverAnswer) answer = look_up_scenario(client, scenario.name);
        assert_answer(&scenario, answer);
    }
}

/* With the DS form of the anchor; and with the key of another root nothing holds. */
static void
test_anchors(void)
{
    static const struct {
        const gchar *member;
        DnsOutcome outcome;
    } rows[] = {{"trust_anchor_ds", DNS_OUTCOME_SECURE_RECORDS},
                {"other_trust_anchor", DNS_OUTCOME_BOGUS}};
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(ResolverConfig) config = make_config(universe_get_server(universe));
        g_free(config->trust_anchor_file);
        config->trust_anchor_file = g_strdup(universe_get_member(universe, rows[i].member));
        g_autoptr(ResolverClient) client = resolver_client_new(program, config);
        g_autoptr(ResolverAnswer) answer = look_up_scenario(client, "secure");
        g_assert_cmpint(answer->outcome, ==, rows[i].outcome);
    }
}

static void
test_bad_anchor(void)
{
    g_autofree gchar *folder = g_dir_make_tmp("dns-client-XXXXXX", NULL);
    g_autofree gchar *file = g_build_filename(folder, "root.key", NULL);
    g_assert_true(g_file_set_contents(file, "; none\nhello world\n", -1, NULL));
    g_autoptr(ResolverConfig) config = make_config(universe_get_server(universe));
    g_free(config->trust_anchor_file);
    config->trust_anchor_file = g_strdup(file);
    g_autoptr(ResolverClient) client = resolver_client_new(program, config);
    g_autoptr(GError) error = NULL;
    UniverseScenario scenario = find_scenario("secure");
    g_assert_null(look_up(client, scenario.owner_name, 53, &error));
    g_assert_error(error, DNS_ERROR, DNS_ERROR_TRUST_ANCHOR);
    g_assert_nonnull(strstr(error->message, "root.key:2: "));
    g_assert_cmpint(resolver_client_get_pid(client), ==, 0);
    g_unlink(file);
    g_rmdir(folder);
}

static void
test_bad_server(void)
{
    g_autoptr(ResolverClient) client = make_client("dns.example.org");
    g_autoptr(GError) error = NULL;
    g_assert_null(look_up(client, "a.example.org", 53, &error));
    g_assert_error(error, DNS_ERROR, DNS_ERROR_SERVER);
}

static void
test_no_program(void)
{
    g_autoptr(ResolverConfig) config = make_config(universe_get_server(universe));
    g_autoptr(ResolverClient) client =
        resolver_client_new("/nonexistent/dane-smime-resolver", config);
    g_autoptr(GError) error = NULL;
    g_assert_null(look_up(client, "a.example.org", 53, &error));
    g_assert_error(error, DNS_ERROR, DNS_ERROR_PROGRAM);
}

/* A program that ends at once, again and again. */
static void
test_dies_too_often(void)
{
    g_autoptr(ResolverConfig) config = make_config(universe_get_server(universe));
    g_autoptr(ResolverClient) client = resolver_client_new("/bin/false", config);
    for (guint i = 0; i < RESOLVER_DEATHS_MAX_UNREADY + 2; i++) {
        g_autoptr(ResolverAnswer) answer = look_up_scenario(client, "secure");
        g_assert_cmpint(answer->outcome, ==, DNS_OUTCOME_UNREACHABLE);
        g_assert_nonnull(strstr(answer->detail, "status 1"));
        gboolean at_once = strstr(answer->detail, "times within a minute") != NULL;
        g_assert_cmpint(at_once, ==, i >= RESOLVER_DEATHS_MAX_UNREADY);
    }
    g_assert_cmpuint(resolver_client_get_n_restarts(client), ==, RESOLVER_DEATHS_MAX_UNREADY - 1);
}

/* A program that says nothing is given up when the deadline is over, and does not live on. */
static void
test_program_hangs(void)
{
    g_autoptr(ResolverConfig) config = make_config(universe_get_server(universe));
    config->deadline_ms = 100;
    g_autoptr(ResolverClient) client = resolver_client_new("/usr/bin/yes", config);
    g_autoptr(ResolverAnswer) answer = look_up_scenario(client, "secure");
    g_assert_cmpint(answer->outcome, ==, DNS_OUTCOME_UNREACHABLE);
    g_assert_nonnull(strstr(answer->detail, "does not answer"));
    g_assert_cmpint(resolver_client_get_pid(client), ==, 0);
}

static void
test_many(void)
{
    g_autoptr(ResolverClient) client = make_client(universe_get_server(universe));
    Many many = {0};
    for (guint round = 0; round < 2; round++) {
        gint64 began = g_get_monotonic_time();
        many_start(&many, client, NULL);
        wait_until_none_left(&many.n_left);
        g_test_message("%u lookups, %s: %.1f ms", N_MANY, round == 0 ? "first" : "again",
                       (double)(g_get_monotonic_time() - began) / 1000.0);
        g_assert_cmpuint(many_count(&many, DNS_OUTCOME_SECURE_RECORDS), ==, N_MANY);
        many_clear(&many);
    }
    gint64 began = g_get_monotonic_time();
    g_autoptr(ResolverAnswer) answer = look_up_scenario(client, "user0");
    g_test_message("1 lookup: %.1f ms", (double)(g_get_monotonic_time() - began) / 1000.0);
    g_assert_cmpint(answer->outcome, ==, DNS_OUTCOME_SECURE_RECORDS);
}

/* A stopped child neither answers nor closes its socket. */
static void
test_stopped(void)
{
    g_autoptr(ResolverConfig) config = make_config(universe_get_server(universe));
    config->deadline_ms = 300;
    g_autoptr(ResolverClient) client = resolver_client_new(program, config);
    g_autoptr(ResolverAnswer) before = look_up_scenario(client, "secure");
    GPid pid = resolver_client_get_pid(client);
    kill(pid, SIGSTOP);
    g_autoptr(ResolverAnswer) during = look_up_scenario(client, "secure");
    g_assert_cmpint(during->outcome, ==, DNS_OUTCOME_UNREACHABLE);
    assert_process_ends(pid);
    /* Of another domain: this one may be what the child hung at. */
    g_autoptr(ResolverAnswer) after = look_up_scenario(client, "secure-nsec3");
    g_assert_cmpint(after->outcome, ==, DNS_OUTCOME_SECURE_RECORDS);
}

static void
test_cancel(void)
{
    g_autoptr(ResolverClient) client = make_client(universe_get_server(universe));
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    Many many = {0};
    many_start(&many, client, cancellable);
    while (many.n_left > N_MANY - 10)
        g_main_context_iteration(NULL, TRUE);
    g_cancellable_cancel(cancellable);
    wait_until_none_left(&many.n_left);
    guint n_cancelled = 0;
    for (guint i = 0; i < N_MANY; i++)
        if (g_error_matches(many.lookups[i].error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
            n_cancelled++;
    g_assert_cmpuint(n_cancelled, >, 0);
    g_assert_cmpuint(n_cancelled + many_count(&many, DNS_OUTCOME_SECURE_RECORDS), ==, N_MANY);
    many_clear(&many);

    many_start(&many, client, cancellable); /* which is cancelled already */
    wait_until_none_left(&many.n_left);
    for (guint i = 0; i < N_MANY; i++)
        g_assert_error(many.lookups[i].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    many_clear(&many);

    g_autoptr(ResolverAnswer) after = look_up_scenario(client, "secure");
    g_assert_cmpint(after->outcome, ==, DNS_OUTCOME_SECURE_RECORDS);
    g_assert_cmpuint(resolver_client_get_n_restarts(client), ==, 0);
}

/* While servers are silent too. */
static void
test_cancel_silent(void)
{
    g_autoptr(ResolverClient) client = make_client(universe_get_member(universe, "silent_server"));
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    Many many = {0};
    gint64 began = g_get_monotonic_time();
    many_start(&many, client, cancellable);
    while (g_get_monotonic_time() - began < 100 * G_TIME_SPAN_MILLISECOND)
        g_main_context_iteration(NULL, FALSE);
    g_cancellable_cancel(cancellable);
    wait_until_none_left(&many.n_left);
    for (guint i = 0; i < N_MANY; i++)
        g_assert_error(many.lookups[i].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    many_clear(&many);
}

typedef struct {
    const gchar *label;
    const gchar *members[3]; /* of the universe, whose servers are asked in this order */
} FailOverCase;

static const FailOverCase fail_over_cases[] = {
    {"absent", {"absent_server", "server"}},
    {"silent", {"silent_server", "server"}},
    {"servfail", {"servfail_server", "server"}},
    {"refusing", {"refusing_server", "server"}},
    {"two-bad-ones", {"refusing_server", "absent_server", "server"}},
    {"second-is-not-asked", {"server", "silent_server"}},
};

static void
test_fail_over(gconstpointer data)
{
    const FailOverCase *fail_over_case = data;
    g_autoptr(GString) servers = g_string_new(NULL);
    for (guint i = 0; i < 3 && fail_over_case->members[i] != NULL; i++)
        g_string_append_printf(servers, "%s%s", i == 0 ? "" : " ",
                               universe_get_member(universe, fail_over_case->members[i]));
    g_autoptr(ResolverConfig) config = make_config(servers->str);
    config->attempt_timeout_ms = 1000;
    g_autoptr(ResolverClient) client = resolver_client_new(program, config);
    Many many = {0};
    many_start(&many, client, NULL);
    wait_until_none_left(&many.n_left);
    g_assert_cmpuint(many_count(&many, DNS_OUTCOME_SECURE_RECORDS), ==, N_MANY);
    many_clear(&many);
}

/* The deadline holds for lookups on the network, and those behind them have their turn. */
static void
test_deadline(void)
{
    g_autoptr(ResolverConfig) config = make_config(universe_get_member(universe, "silent_server"));
    config->attempts = 10;
    config->attempt_timeout_ms = 150;
    config->deadline_ms = 200;
    config->window = 100;
    g_autoptr(ResolverClient) client = resolver_client_new(program, config);
    Many many = {0};
    gint64 began = g_get_monotonic_time();
    many_start(&many, client, NULL);
    wait_until_none_left(&many.n_left);
    g_test_message("%.1f ms", (double)(g_get_monotonic_time() - began) / 1000.0);
    g_assert_cmpuint(many_count(&many, DNS_OUTCOME_UNREACHABLE), ==, N_MANY);
    g_assert_nonnull(strstr(many.lookups[0].answer->detail, "within 0.2 s"));
    g_assert_cmpuint(resolver_client_get_n_restarts(client), ==, 0);
    many_clear(&many);
}

static void
test_child_ends_with_client(void)
{
    g_autoptr(ResolverClient) client = make_client(universe_get_server(universe));
    g_autoptr(ResolverAnswer) answer = look_up_scenario(client, "secure");
    GPid pid = resolver_client_get_pid(client);
    g_assert_finalize_object(g_steal_pointer(&client));
    assert_process_ends(pid);
}

/* Runs in a process of its own, which is killed. */
static void
subprocess_of_parent_killed(void)
{
    g_autoptr(ResolverClient) client = make_client(universe_get_server(universe));
    g_autoptr(ResolverAnswer) answer = look_up_scenario(client, "secure");
    g_print("child %d\n", resolver_client_get_pid(client));
    fflush(stdout);
    raise(SIGKILL);
}

static void
test_parent_killed(void)
{
    if (g_test_subprocess()) {
        subprocess_of_parent_killed();
        return;
    }
    g_autoptr(GError) error = NULL;
    g_autofree gchar *output = NULL;
    const gchar *const argv[] = {"/proc/self/exe", "-p", "/resolver-client/parent-killed",
                                 "--GTestSubprocess", NULL};
    g_autofree gchar *self = g_file_read_link(argv[0], NULL);
    const gchar *const real_argv[] = {self, argv[1], argv[2], argv[3], NULL};
    g_spawn_sync(NULL, (gchar **)real_argv, NULL, 0, NULL, NULL, &output, NULL, NULL, &error);
    g_assert_no_error(error);
    const gchar *line = strstr(output, "child ");
    g_assert_nonnull(line);
    assert_process_ends((GPid)g_ascii_strtoll(line + strlen("child "), NULL, 10));
}

static void
add_scenarios(void)
{
    for (guint i = 0; i < universe_get_n_scenarios(universe); i++) {
        UniverseScenario scenario = universe_get_scenario(universe, i);
        if (g_str_has_prefix(scenario.name, "user"))
            continue; /* in "many" */
        g_autofree gchar *path = g_strconcat("/resolver-client/scenario/", scenario.name, NULL);
        g_test_add_data_func(path, scenario.name, test_scenario);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture_start();
    /* test-resolver-engine has the table with each engine. */
    if (g_getenv("DANE_SMIME_TEST_ENGINE") == NULL)
        add_scenarios();
    for (gsize i = 0; i < G_N_ELEMENTS(fail_over_cases); i++) {
        g_autofree gchar *path =
            g_strconcat("/resolver-client/fail-over/", fail_over_cases[i].label, NULL);
        g_test_add_data_func(path, &fail_over_cases[i], test_fail_over);
    }
    g_test_add_func("/resolver-client/scenarios-over-udp", test_scenarios_over_udp);
    g_test_add_func("/resolver-client/anchors", test_anchors);
    g_test_add_func("/resolver-client/bad-anchor", test_bad_anchor);
    g_test_add_func("/resolver-client/bad-server", test_bad_server);
    g_test_add_func("/resolver-client/no-program", test_no_program);
    g_test_add_func("/resolver-client/dies-too-often", test_dies_too_often);
    g_test_add_func("/resolver-client/program-hangs", test_program_hangs);
    g_test_add_func("/resolver-client/many", test_many);
    g_test_add_func("/resolver-client/stopped", test_stopped);
    g_test_add_func("/resolver-client/cancel", test_cancel);
    g_test_add_func("/resolver-client/cancel-silent", test_cancel_silent);
    g_test_add_func("/resolver-client/deadline", test_deadline);
    g_test_add_func("/resolver-client/child-ends-with-client", test_child_ends_with_client);
    g_test_add_func("/resolver-client/parent-killed", test_parent_killed);
    int status = g_test_run();
    fixture_stop();
    return status;
}
