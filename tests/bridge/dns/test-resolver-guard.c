/* SPDX-License-Identifier: MPL-2.0 */
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "client-fixture.h"
#include "killing-server.h"
#include "resolver-deaths.h"
#include "resolver-isolation.h"

/* What a death of the resolver program costs: the lookups that it had in hand at most, and not even
 * those that are innocent. The real program, real signed zones, real signals. */

static void
assert_answers(ResolverClient *client, const gchar *scenario_name)
{
    g_autoptr(ResolverAnswer) answer = look_up_scenario(client, scenario_name);
    g_test_message("%s: %s", scenario_name, answer->detail == NULL ? "answered" : answer->detail);
    g_assert_cmpint(answer->outcome, ==, DNS_OUTCOME_SECURE_RECORDS);
}

static guint
get_window(void)
{
    g_autoptr(ResolverConfig) config = resolver_config_new();
    return config->window;
}

static void
wait_for_some(Many *many, guint n_answered)
{
    while (many->n_left > N_MANY - n_answered)
        g_main_context_iteration(NULL, TRUE);
}

/* Somebody ends the child while 200 lookups are under way: each of them is answered nevertheless.
 */
static void
test_killed(void)
{
    g_autoptr(ResolverClient) client = make_client(universe_get_server(universe));
    assert_answers(client, "secure");
    GPid pid = resolver_client_get_pid(client);
    g_assert_cmpint(pid, >, 0);
    Many many = {0};
    many_start(&many, client, NULL);
    wait_for_some(&many, 10);
    g_assert_cmpint(kill(pid, SIGKILL), ==, 0);
    wait_until_none_left(&many.n_left);
    g_assert_cmpuint(many_count(&many, DNS_OUTCOME_SECURE_RECORDS), ==, N_MANY);
    many_clear(&many);
    assert_answers(client, "secure");
    g_assert_cmpint(resolver_client_get_pid(client), !=, pid);
    g_assert_cmpuint(resolver_client_get_n_restarts(client), ==, 1);
}

/* The process is gone, without a number, before the client has been told. */
static void
wait_for_another(ResolverClient *client, GPid pid, const Many *many)
{
    for (GPid now = pid; now == pid || (now == 0 && many->n_left > 0);
         now = resolver_client_get_pid(client))
        g_main_context_iteration(NULL, TRUE);
}

#define N_KILLINGS 8

/* Again and again, a child that has hardly begun among them. */
static void
test_killed_repeatedly(void)
{
    g_autoptr(ResolverClient) client = make_client(universe_get_server(universe));
    Many many = {0};
    many_start(&many, client, NULL);
    guint n_killings = 0;
    for (guint i = 0; i < N_KILLINGS; i++) {
        wait_for_some(&many, i * 12);
        GPid pid = resolver_client_get_pid(client);
        if (pid == 0)
            break;
        g_assert_cmpint(kill(pid, i % 2 == 0 ? SIGKILL : SIGTERM), ==, 0);
        n_killings++;
        wait_for_another(client, pid, &many);
    }
    wait_until_none_left(&many.n_left);
    guint n_secure = many_count(&many, DNS_OUTCOME_SECURE_RECORDS);
    g_test_message("%u killings; %u of %u answered", n_killings, n_secure, N_MANY);
    g_assert_cmpuint(n_killings, >, 1);
    g_assert_cmpuint(n_secure + many_count(&many, DNS_OUTCOME_UNREACHABLE), ==, N_MANY);
    /* Those that were in hand three times are given up. */
    g_assert_cmpuint(n_secure, >=, N_MANY - N_KILLINGS / RESOLVER_CLIENT_MAX_ASKED * get_window());
    many_clear(&many);
    assert_answers(client, "secure");
    g_assert_cmpuint(resolver_client_get_n_restarts(client), ==, n_killings);
}

/* Beyond the limit nothing is started, and lookups are answered at once. */
static void
test_killed_too_often(void)
{
    g_autoptr(ResolverClient) client = make_client(universe_get_server(universe));
    for (guint i = 0; i < RESOLVER_DEATHS_MAX; i++) {
        g_autofree gchar *name = g_strdup_printf("user%u", i);
        assert_answers(client, name);
        GPid pid = resolver_client_get_pid(client);
        kill(pid, SIGKILL);
        while (resolver_client_get_pid(client) != 0)
            g_main_context_iteration(NULL, TRUE);
    }
    gint64 began = g_get_monotonic_time();
    g_autoptr(ResolverAnswer) answer = look_up_scenario(client, "secure");
    g_assert_cmpint(answer->outcome, ==, DNS_OUTCOME_UNREACHABLE);
    g_assert_nonnull(strstr(answer->detail, "died 20 times within a minute"));
    g_assert_cmpint(g_get_monotonic_time() - began, <, G_TIME_SPAN_SECOND);
}

#define KILLER "killer._smimecert.example.org"

typedef struct {
    const gchar *label;
    int signal_number;
} CrashCase;

static const CrashCase crash_cases[] = {
    {"abort", SIGABRT}, {"computing-time", SIGXCPU}, {"hang", SIGSTOP}};

/* One of 201 lookups kills: the others are answered, and it is found out. */
static void
test_killer_among_many(gconstpointer data)
{
    const CrashCase *crash_case = data;
    g_autoptr(KillingServer) server =
        killing_server_new(universe_get_server(universe), KILLER, crash_case->signal_number);
    g_autoptr(ResolverClient) client = make_client(killing_server_get_address(server));
    killing_server_set_client(server, client);
    Many many = {0};
    guint n_left = 1;
    Lookup killer = {.n_left = &n_left};
    many_start(&many, client, NULL);
    resolver_lookup_async(DNS_RESOLVER(client), KILLER, 53, NULL, on_answer, &killer);
    wait_until_none_left(&many.n_left);
    wait_until_none_left(&n_left);
    g_assert_cmpuint(many_count(&many, DNS_OUTCOME_SECURE_RECORDS), ==, N_MANY);
    many_clear(&many);
    g_assert_cmpint(killer.answer->outcome, ==, DNS_OUTCOME_UNREACHABLE);
    g_test_message("%s", killer.answer->detail);
    g_assert_cmpuint(killing_server_get_n_kills(server), ==, 2);
    resolver_answer_free(killer.answer);

    /* It is not asked again soon, nor is another name of that domain; others are. */
    g_autoptr(ResolverAnswer) again = look_up(client, KILLER, 53, NULL);
    g_assert_nonnull(strstr(again->detail, "not asked for"));
    g_autoptr(ResolverAnswer) beside = look_up(client, "other._smimecert.example.org", 53, NULL);
    g_assert_nonnull(strstr(beside->detail, "not asked for"));
    assert_answers(client, "secure");
    g_assert_cmpuint(killing_server_get_n_kills(server), ==, 2);
    g_clear_object(&client);
}

/* A lookup that kills and is alone is found out at once. */
static void
test_killer_alone(void)
{
    g_autoptr(KillingServer) server =
        killing_server_new(universe_get_server(universe), KILLER, SIGABRT);
    g_autoptr(ResolverClient) client = make_client(killing_server_get_address(server));
    killing_server_set_client(server, client);
    g_autoptr(ResolverAnswer) answer = look_up(client, KILLER, 53, NULL);
    g_assert_cmpint(answer->outcome, ==, DNS_OUTCOME_UNREACHABLE);
    g_assert_nonnull(strstr(answer->detail, "signal 6"));
    g_assert_cmpuint(killing_server_get_n_kills(server), ==, 1);
    assert_answers(client, "secure");
    g_clear_object(&client);
}

/* Few descriptors, which getdns 1.6.0 does not bear: fewer lookups at once, and no death. */
static void
test_few_descriptors(void)
{
    if (g_test_subprocess()) {
        static const struct rlimit few = {56, 56};
        setrlimit(RLIMIT_NOFILE, &few);
        g_autoptr(ResolverConfig) config = make_config(universe_get_server(universe));
        config->transport = RESOLVER_TRANSPORT_UDP;
        g_autoptr(ResolverClient) client = resolver_client_new(program, config);
        Many many = {0};
        many_start(&many, client, NULL);
        wait_until_none_left(&many.n_left);
        g_assert_cmpuint(many_count(&many, DNS_OUTCOME_SECURE_RECORDS), ==, N_MANY);
        g_assert_cmpuint(resolver_client_get_n_restarts(client), ==, 0);
        many_clear(&many);
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
    g_test_trap_assert_passed();
}

/* The program tells what holds it back. */
static void
test_isolation(void)
{
    g_autoptr(ResolverClient) client = make_client(universe_get_server(universe));
    g_assert_cmpuint(resolver_client_get_isolation(client), ==, 0);
    assert_answers(client, "secure");
    guint isolation = resolver_client_get_isolation(client);
    g_autofree gchar *text = resolver_isolation_describe(isolation);
    g_test_message("%s", text);
    g_assert_true((isolation & RESOLVER_ISOLATION_LIMITS) != 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    fixture_start();
    g_test_add_func("/resolver-guard/isolation", test_isolation);
    g_test_add_func("/resolver-guard/killed", test_killed);
    g_test_add_func("/resolver-guard/killed-repeatedly", test_killed_repeatedly);
    g_test_add_func("/resolver-guard/killed-too-often", test_killed_too_often);
    for (gsize i = 0; i < G_N_ELEMENTS(crash_cases); i++) {
        g_autofree gchar *path =
            g_strconcat("/resolver-guard/killer-among-many/", crash_cases[i].label, NULL);
        g_test_add_data_func(path, &crash_cases[i], test_killer_among_many);
    }
    g_test_add_func("/resolver-guard/killer-alone", test_killer_alone);
    g_test_add_func("/resolver-guard/few-descriptors", test_few_descriptors);
    int status = g_test_run();
    fixture_stop();
    return status;
}
