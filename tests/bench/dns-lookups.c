/* SPDX-License-Identifier: MPL-2.0 */

/* How long lookups take in an engine, without process and cache around it.
 *
 *     dns-lookups SERVER ANCHOR-FILE tcp|udp getdns|unbound ROUNDS OUTCOME|any NAME…
 *
 * Each round makes a new engine and asks for all names at once, twice: cold and warm. Prints a line
 * for each round: milliseconds cold, warm, and how many outcomes were as expected. With ROUNDS as
 * "+N", one engine asks N times for all names, and the process's size in kB is printed ten times on
 * the way. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resolver-engine.h"
#include "trust-anchor.h"

#define SMIMEA      53
#define N_ARGUMENTS 8

typedef struct {
    const gchar *expected;
    guint n_left;
    guint n_right;
} Batch;

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Batch *batch = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(ResolverAnswer) answer = resolver_lookup_finish(DNS_RESOLVER(source), result, &error);
    const gchar *outcome = answer == NULL ? "error" : dns_outcome_to_string(answer->outcome);
    batch->n_left--;
    batch->n_right += strcmp(batch->expected, "any") == 0 || strcmp(outcome, batch->expected) == 0;
}

/* Milliseconds for all names. */
static gdouble
ask_all(Resolver *engine, gchar **names, Batch *batch)
{
    gint64 begin = g_get_monotonic_time();
    batch->n_right = 0;
    batch->n_left = g_strv_length(names);
    for (guint i = 0; names[i] != NULL; i++)
        resolver_lookup_async(engine, names[i], SMIMEA, NULL, on_answer, batch);
    while (batch->n_left > 0)
        g_main_context_iteration(NULL, TRUE);
    return (gdouble)(g_get_monotonic_time() - begin) / 1000.0;
}

static Resolver *
make_engine(gchar **argv)
{
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) anchors = trust_anchor_load(argv[2], &error);
    g_autoptr(ResolverConfig) config = resolver_config_new();
    config->servers = g_strsplit(argv[1], " ", -1);
    config->transport =
        strcmp(argv[3], "udp") == 0 ? RESOLVER_TRANSPORT_UDP : RESOLVER_TRANSPORT_TCP;
    config->engine =
        strcmp(argv[4], "unbound") == 0 ? RESOLVER_ENGINE_UNBOUND : RESOLVER_ENGINE_GETDNS;
    Resolver *engine =
        anchors == NULL ? NULL : resolver_engine_new(config, (const gchar *const *)anchors, &error);
    if (engine == NULL) {
        fprintf(stderr, "dns-lookups: %s\n", error->message);
        exit(1);
    }
    return engine;
}

static void
end_engine(Resolver *engine)
{
    g_object_unref(engine);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
}

static guint
get_size_kb(void)
{
    g_autofree gchar *text = NULL;
    guint64 n_pages = 0;
    if (g_file_get_contents("/proc/self/statm", &text, NULL, NULL)) {
        const gchar *resident = strchr(text, ' ');
        n_pages = resident == NULL ? 0 : g_ascii_strtoull(resident, NULL, 10);
    }
    return (guint)(n_pages * 4);
}

static void
ask_long(gchar **argv, guint n_rounds, Batch *batch)
{
    Resolver *engine = make_engine(argv);
    for (guint i = 0; i < n_rounds; i++) {
        if (i % MAX(n_rounds / 10, 1) == 0)
            printf("%u lookups: %u kB\n", i * g_strv_length(argv + N_ARGUMENTS - 1), get_size_kb());
        ask_all(engine, argv + N_ARGUMENTS - 1, batch);
    }
    end_engine(engine);
    printf("end: %u kB\n", get_size_kb());
}

int
main(int argc, char **argv)
{
    if (argc < N_ARGUMENTS) {
        fprintf(stderr, "usage: dns-lookups SERVER ANCHOR-FILE tcp|udp getdns|unbound ROUNDS "
                        "OUTCOME|any NAME...\n");
        return 2;
    }
    guint n_rounds = (guint)atoi(argv[5]);
    Batch batch = {.expected = argv[6]};
    if (argv[5][0] == '+') {
        ask_long(argv, n_rounds, &batch);
        return 0;
    }
    for (guint i = 0; i < n_rounds; i++) {
        Resolver *engine = make_engine(argv);
        gdouble cold = ask_all(engine, argv + N_ARGUMENTS - 1, &batch);
        guint n_right = batch.n_right;
        gdouble warm = ask_all(engine, argv + N_ARGUMENTS - 1, &batch);
        printf("%.2f %.2f %u %u\n", cold, warm, n_right, batch.n_right);
        end_engine(engine);
    }
    return 0;
}
