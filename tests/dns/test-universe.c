/* SPDX-License-Identifier: MPL-2.0 */
#include <gio/gio.h>
#include <signal.h>
#include <string.h>

#include "universe.h"

/* drill of ldnsutils is the judge here: it validates with code that neither nsd nor the program
 * shares. */

static Universe *universe;

static gchar *
run_drill(const gchar *server, const gchar *const *options, const gchar *owner_name,
          guint16 rr_type, gint *out_status)
{
    g_auto(GStrv) parts = g_strsplit(server, "@", 2);
    g_autofree gchar *at_server = g_strconcat("@", parts[0], NULL);
    g_autofree gchar *type = g_strdup_printf("TYPE%u", rr_type);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    gchar *output = NULL;

    g_ptr_array_add(argv, (gpointer) "drill");
    for (gsize i = 0; options[i]; i++)
        g_ptr_array_add(argv, (gpointer)options[i]);
    g_ptr_array_add(argv, (gpointer) "-p");
    g_ptr_array_add(argv, parts[1]);
    g_ptr_array_add(argv, at_server);
    g_ptr_array_add(argv, (gpointer)owner_name);
    g_ptr_array_add(argv, type);
    g_ptr_array_add(argv, NULL);
    g_spawn_sync(NULL, (gchar **)argv->pdata, NULL,
                 G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &output, NULL,
                 out_status, &error);
    g_assert_no_error(error);
    return output;
}

/* Records of a type in the answer, whoever owns them. */
static guint
count_records(const gchar *output, guint16 rr_type)
{
    g_autofree gchar *type =
        rr_type == 53 ? g_strdup("\tSMIMEA\t") : g_strdup_printf("\tTYPE%u\t", rr_type);
    g_auto(GStrv) lines = g_strsplit(output, "\n", -1);
    guint n_records = 0;

    for (gsize i = 0; lines[i]; i++)
        n_records += !g_str_has_prefix(lines[i], ";") && strstr(lines[i], type) != NULL;
    return n_records;
}

static guint
ask(const gchar *owner_name, guint16 rr_type)
{
    const gchar *const over_tcp[] = {"-t", NULL};
    gint status = 0;
    g_autofree gchar *output =
        run_drill(universe_get_server(universe), over_tcp, owner_name, rr_type, &status);

    g_assert_cmpint(status, ==, 0);
    return count_records(output, rr_type);
}

static void
test_table(void)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    const gchar *const outcomes[] = {"secure-records", "secure-denial", "insecure",
                                     "bogus",          "unreachable",   NULL};

    for (guint i = 0; i < universe_get_n_scenarios(universe); i++) {
        const UniverseScenario scenario = universe_get_scenario(universe, i);

        g_assert_true(g_hash_table_add(names, (gpointer)scenario.name));
        g_assert_true(g_strv_contains(outcomes, scenario.outcome));
        g_assert_true(g_utf8_validate(scenario.address, -1, NULL));
        g_assert_true(strstr(scenario.owner_name, "._smimecert.") == scenario.owner_name + 56);
    }
    g_assert_true(g_hash_table_contains(names, "user0"));
    g_assert_true(g_hash_table_contains(names, "user199"));
}

typedef struct {
    const gchar *scenario;
    const gchar *owner_name;
} NameCase;

static const NameCase name_cases[] = {
    {"rfc8162-3-hugh",
     "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._smimecert.secure.lab"},
    /* the developer's guide, "Create a DNS record for a certificate" */
    {"draft-private-type",
     "9003e374bc726550c2c289447fd0533160f875709386dfa377bfd41c._smimecert.secure.lab"},
};

static void
test_owner_name(gconstpointer data)
{
    const NameCase *name_case = data;
    UniverseScenario scenario;

    g_assert_true(universe_find_scenario(universe, name_case->scenario, &scenario));
    g_assert_cmpstr(scenario.owner_name, ==, name_case->owner_name);
}

/* Whether drill follows the signatures up to the trust anchor. */
typedef struct {
    const gchar *scenario;
    gboolean validates;
} ValidationCase;

static const ValidationCase validation_cases[] = {
    {"secure", TRUE},
    {"secure-nsec3", TRUE},
    {"secure-ed25519", TRUE},
    {"secure-delegated-label", TRUE},
    {"opt-out-signed", TRUE},
    {"wildcard", TRUE},
    {"wildcard-nsec3", TRUE},
    {"private-type", TRUE},
    {"many", TRUE},
    {"user199", TRUE},
    {"bogus-bad-signature", FALSE},
    {"bogus-expired", FALSE},
    {"bogus-future", FALSE},
    {"bogus-wrong-ds", FALSE},
    {"bogus-no-signature", FALSE},
    {"bogus-stripped", FALSE},
    {"insecure-delegation", FALSE},
    {"opt-out-unsigned", FALSE},
};

static void
test_validation(gconstpointer data)
{
    const ValidationCase *validation_case = data;
    const gchar *const chase[] = {"-t", "-S", "-k", universe_get_trust_anchor(universe), NULL};
    UniverseScenario scenario;
    g_autofree gchar *output = NULL;
    gint status = 0;

    g_assert_true(universe_find_scenario(universe, validation_case->scenario, &scenario));
    output = run_drill(scenario.server, chase, scenario.owner_name, scenario.rr_type, &status);
    g_test_message("%s", output);
    g_assert_cmpint(status == 0, ==, validation_case->validates);
}

static const gchar *const answer_cases[] = {
    "secure",
    "nxdomain-nsec",
    "nodata-nsec3",
    "insecure-delegation",
    "bogus-bad-signature",
    "rollover",
    "big",
    "many",
    "mixed",
    "u2-s1-m2",
    "cname-same-zone",
    "cname-insecure",
    "cname-chain-0",
    "cname-dangling",
    "dname",
    "wildcard",
    "local-part-utf8-decomposed",
    "local-part-lower-of-upper",
    "domain-idn",
    "draft-private-type",
    "private-type-nodata",
    "user0",
};

static void
test_answer(gconstpointer data)
{
    UniverseScenario scenario;

    g_assert_true(universe_find_scenario(universe, data, &scenario));
    g_assert_cmpuint(ask(scenario.owner_name, scenario.rr_type), ==, scenario.n_records);
}

typedef struct {
    const gchar *member;
    const gchar *answer;
} ServerCase;

static const ServerCase server_cases[] = {
    {"servfail_server", "rcode: SERVFAIL"},
    {"refusing_server", "rcode: REFUSED"},
};

static void
test_useless_server(gconstpointer data)
{
    const ServerCase *server_case = data;
    const gchar *server = universe_get_member(universe, server_case->member);
    const gchar *const transports[][2] = {{"-t", NULL}, {"-u", NULL}};

    for (gsize i = 0; i < G_N_ELEMENTS(transports); i++) {
        gint status = 0;
        g_autofree gchar *output = run_drill(server, transports[i], "secure.lab", 53, &status);

        g_assert_nonnull(strstr(output, server_case->answer));
    }
}

static GSocketConnection *
connect_to(const gchar *server, GError **error)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autofree gchar *address = g_strdelimit(g_strdup(server), "@", ':');

    return g_socket_client_connect_to_host(client, address, 0, NULL, error);
}

static void
test_silent_server(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocketConnection) connection =
        connect_to(universe_get_member(universe, "silent_server"), &error);
    gchar octet = 0;

    g_assert_no_error(error);
    g_socket_set_timeout(g_socket_connection_get_socket(connection), 1);
    g_assert_cmpint(
        g_socket_receive(g_socket_connection_get_socket(connection), &octet, 1, NULL, &error), ==,
        -1);
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

static void
test_absent_server(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocketConnection) connection =
        connect_to(universe_get_member(universe, "absent_server"), &error);

    g_assert_null(connection);
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

static void
test_publish(void)
{
    const gchar *owner = "published._smimecert.example.org";
    g_autofree gchar *line = g_strconcat(owner, ". 3600 IN SMIMEA 3 0 0 30820100", NULL);
    g_autofree gchar *generic = g_strconcat(owner, " IN TYPE53 \\# 5 0300013082", NULL);
    g_autofree gchar *malformed = g_strconcat(owner, " IN SMIMEA 3 0", NULL);
    const gchar *const chase[] = {"-t", "-S", "-k", universe_get_trust_anchor(universe), NULL};
    g_autoptr(GError) error = NULL;
    g_autofree gchar *output = NULL;
    gint status = 0;

    g_assert_cmpuint(ask(owner, 53), ==, 0);
    g_assert_true(universe_publish(universe, line, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(ask(owner, 53), ==, 1);
    g_assert_false(universe_publish(universe, malformed, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_FAILED);
    g_clear_error(&error);
    g_assert_true(universe_publish(universe, generic, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(ask(owner, 53), ==, 2);
    output = run_drill(universe_get_server(universe), chase, owner, 53, &status);
    g_assert_cmpint(status, ==, 0);
    g_assert_true(universe_withdraw(universe, owner, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(ask(owner, 53), ==, 0);
    g_assert_false(universe_withdraw(universe, owner, &error));
    g_assert_error(error, G_IO_ERROR, G_IO_ERROR_FAILED);
}

/* What is published into a zone that is at fault, is at fault. */
static void
test_publish_bogus(void)
{
    const gchar *owner = "published._smimecert.bad-signature.lab";
    g_autofree gchar *line = g_strconcat(owner, ". 3600 IN SMIMEA 3 0 0 30820100", NULL);
    const gchar *const chase[] = {"-t", "-S", "-k", universe_get_trust_anchor(universe), NULL};
    g_autoptr(GError) error = NULL;
    g_autofree gchar *output = NULL;
    gint status = 0;

    g_assert_true(universe_publish(universe, line, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(ask(owner, 53), ==, 1);
    output = run_drill(universe_get_server(universe), chase, owner, 53, &status);
    g_assert_cmpint(status, !=, 0);
}

/* The server closes the connection when it ends. */
static void
assert_closes(GSocketConnection *connection)
{
    GSocket *connected = g_socket_connection_get_socket(connection);
    g_autoptr(GError) error = NULL;
    gchar octet = 0;

    g_socket_set_timeout(connected, 10);
    g_assert_cmpint(g_socket_receive(connected, &octet, 1, NULL, &error), <=, 0);
    g_assert_false(g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
}

static void
test_stop(void)
{
    g_autoptr(GError) error = NULL;
    Universe *other = universe_start(UNIVERSE_SOURCE_DIR, &error);
    g_autoptr(GSocketConnection) connection = NULL;
    g_autofree gchar *anchor = NULL;

    g_assert_no_error(error);
    anchor = g_strdup(universe_get_trust_anchor(other));
    connection = connect_to(universe_get_server(other), &error);
    g_assert_no_error(error);
    universe_stop(other);
    assert_closes(connection);
    g_assert_false(g_file_test(anchor, G_FILE_TEST_EXISTS));
}

static void
remove_folder(const gchar *folder)
{
    const gchar *const argv[] = {"rm", "-r", folder, NULL};
    g_autoptr(GError) error = NULL;

    g_spawn_sync(NULL, (gchar **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                 &error);
    g_assert_no_error(error);
}

static void
test_killed(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Universe) other = universe_start(UNIVERSE_SOURCE_DIR, &error);
    g_autoptr(GSocketConnection) connection = NULL;
    g_autofree gchar *folder = NULL;

    g_assert_no_error(error);
    folder = g_path_get_dirname(universe_get_trust_anchor(other));
    connection = connect_to(universe_get_server(other), &error);
    g_assert_no_error(error);
    kill((pid_t)universe_get_pid(other), SIGKILL);
    assert_closes(connection);
    g_assert_false(universe_publish(other, "a.example.org. IN A 127.0.0.1", &error));
    g_assert_nonnull(error);
    g_clear_error(&error);
    remove_folder(folder);
}

#define ADD_ROWS(prefix, rows, name, function)                                                     \
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {                                               \
        g_autofree gchar *path = g_strconcat(prefix, (rows)[i] name, NULL);                        \
        g_test_add_data_func(path, &(rows)[i], function);                                          \
    }

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    int status;

    g_test_init(&argc, &argv, NULL);
    signal(SIGPIPE, SIG_IGN);
    universe = universe_start(UNIVERSE_SOURCE_DIR, &error);
    g_assert_no_error(error);
    g_test_add_func("/universe/table", test_table);
    ADD_ROWS("/universe/owner-name/", name_cases, .scenario, test_owner_name)
    ADD_ROWS("/universe/validation/", validation_cases, .scenario, test_validation)
    ADD_ROWS("/universe/server/", server_cases, .member, test_useless_server)
    for (gsize i = 0; i < G_N_ELEMENTS(answer_cases); i++) {
        g_autofree gchar *path = g_strconcat("/universe/answer/", answer_cases[i], NULL);
        g_test_add_data_func(path, answer_cases[i], test_answer);
    }
    g_test_add_func("/universe/server/silent", test_silent_server);
    g_test_add_func("/universe/server/absent", test_absent_server);
    g_test_add_func("/universe/publish", test_publish);
    g_test_add_func("/universe/publish-bogus", test_publish_bogus);
    g_test_add_func("/universe/stop", test_stop);
    g_test_add_func("/universe/killed", test_killed);
    status = g_test_run();
    universe_stop(universe);
    return status;
}
