/* SPDX-License-Identifier: MPL-2.0 */
#include "client-fixture.h"

#include <sys/pidfd.h>
#include <unistd.h>

Universe *universe;
const gchar *program;

void
fixture_start(void)
{
    g_autoptr(GError) error = NULL;
    program = g_getenv("DANE_SMIME_RESOLVER");
    g_assert_nonnull(program);
    /* The exact unwinding that a test program's suppressions need would make the child thirty times
     * slower, and lookups time out. */
    g_unsetenv("ASAN_OPTIONS");
    universe = universe_start(UNIVERSE_SOURCE_DIR, &error);
    g_assert_no_error(error);
}

void
fixture_stop(void)
{
    g_clear_pointer(&universe, universe_stop);
}

void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Lookup *lookup = user_data;
    lookup->answer = resolver_lookup_finish(DNS_RESOLVER(source), result, &lookup->error);
    g_assert_true((lookup->answer == NULL) == (lookup->error != NULL));
    (*lookup->n_left)--;
}

void
wait_until_none_left(const guint *n_left)
{
    while (*n_left > 0)
        g_main_context_iteration(NULL, TRUE);
}

ResolverConfig *
make_config(const gchar *servers)
{
    ResolverConfig *config = resolver_config_new();
    const gchar *engine = g_getenv("DANE_SMIME_TEST_ENGINE");
    g_assert_true(engine == NULL || resolver_engine_from_string(engine, &config->engine));
    config->servers = g_strsplit(servers, " ", -1);
    config->trust_anchor_file = g_strdup(universe_get_trust_anchor(universe));
    return config;
}

ResolverClient *
make_client(const gchar *servers)
{
    g_autoptr(ResolverConfig) config = make_config(servers);
    return resolver_client_new(program, config);
}

ResolverAnswer *
look_up(ResolverClient *client, const gchar *owner_name, guint16 rr_type, GError **error)
{
    guint n_left = 1;
    Lookup lookup = {.n_left = &n_left};
    resolver_lookup_async(DNS_RESOLVER(client), owner_name, rr_type, NULL, on_answer, &lookup);
    wait_until_none_left(&n_left);
    if (lookup.error != NULL)
        g_propagate_error(error, lookup.error);
    return lookup.answer;
}

UniverseScenario
find_scenario(const gchar *name)
{
    UniverseScenario scenario = {0};
    g_assert_true(universe_find_scenario(universe, name, &scenario));
    return scenario;
}

ResolverAnswer *
look_up_scenario(ResolverClient *client, const gchar *name)
{
    UniverseScenario scenario = find_scenario(name);
    g_autoptr(GError) error = NULL;
    ResolverAnswer *answer = look_up(client, scenario.owner_name, scenario.rr_type, &error);
    g_assert_no_error(error);
    return answer;
}

void
many_start(Many *many, ResolverClient *client, GCancellable *cancellable)
{
    many->client = client;
    many->n_left = N_MANY;
    for (guint i = 0; i < N_MANY; i++) {
        g_autofree gchar *name = g_strdup_printf("user%u", i);
        UniverseScenario scenario = find_scenario(name);
        many->lookups[i].n_left = &many->n_left;
        resolver_lookup_async(DNS_RESOLVER(client), scenario.owner_name, scenario.rr_type,
                              cancellable, on_answer, &many->lookups[i]);
    }
}

void
many_clear(Many *many)
{
    for (guint i = 0; i < N_MANY; i++) {
        resolver_answer_free(many->lookups[i].answer);
        g_clear_error(&many->lookups[i].error);
        many->lookups[i] = (Lookup){0};
    }
}

guint
many_count(const Many *many, DnsOutcome outcome)
{
    guint n = 0;
    for (guint i = 0; i < N_MANY; i++)
        n += many->lookups[i].answer != NULL && many->lookups[i].answer->outcome == outcome;
    return n;
}

void
assert_process_ends(GPid pid)
{
    int fd = pidfd_open(pid, 0);
    if (fd >= 0) {
        GPollFD ended = {fd, G_IO_IN, 0};
        g_assert_cmpint(g_poll(&ended, 1, 10000), ==, 1);
        close(fd);
    }
}
