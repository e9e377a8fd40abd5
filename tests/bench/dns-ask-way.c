/* SPDX-License-Identifier: MPL-2.0 */
#include "dns-ask-way.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "resolver-cache.h"
#include "resolver-client.h"
#include "resolver-engine.h"
#include "smimea.h"
#include "trust-anchor.h"

typedef struct {
    Resolver *resolver;
    ResolverTable *table;   /* of the cache; NULL: there is none */
    ResolverClient *client; /* NULL: the engine is in this process */
} Asker;

typedef struct {
    guint n_left;
    AskResult *result;
} Round;

gsize
ask_get_memory(GPid pid)
{
    g_autofree gchar *path =
        pid == 0 ? g_strdup("/proc/self/statm") : g_strdup_printf("/proc/%d/statm", pid);
    g_autofree gchar *text = NULL;
    gsize n_pages = 0;
    if (g_file_get_contents(path, &text, NULL, NULL))
        sscanf(text, "%*u %zu", &n_pages);
    return n_pages * (gsize)sysconf(_SC_PAGESIZE);
}

static void
end_if(const GError *error)
{
    if (error == NULL)
        return;
    fprintf(stderr, "dns-ask: %s\n", error->message);
    exit(EXIT_FAILURE);
}

static ResolverConfig *
make_config(ResolverEngine engine, const gchar *server, const gchar *anchor_file)
{
    ResolverConfig *config = resolver_config_new();
    const gchar *const servers[] = {server, NULL};
    config->servers = g_strdupv((gchar **)servers);
    config->trust_anchor_file = g_strdup(anchor_file);
    config->engine = engine;
    if (g_getenv("DNS_ASK_UDP") != NULL)
        config->transport = RESOLVER_TRANSPORT_UDP;
    return config;
}

static Asker *
begin_whole(ResolverEngine engine, const gchar *server, const gchar *anchor_file)
{
    Asker *asker = g_new0(Asker, 1);
    g_autoptr(ResolverConfig) config = make_config(engine, server, anchor_file);
    asker->client = resolver_client_new(g_getenv("DANE_SMIME_RESOLVER"), config);
    asker->table = resolver_table_new(RESOLVER_CACHE_MAX, RESOLVER_CACHE_MAX_OCTETS);
    asker->resolver = DNS_RESOLVER(
        resolver_cache_new(DNS_RESOLVER(asker->client), asker->table, NULL, resolver_moment_now));
    return asker;
}

static Asker *
begin_engine(ResolverEngine engine, const gchar *server, const gchar *anchor_file)
{
    Asker *asker = g_new0(Asker, 1);
    g_autoptr(GError) error = NULL;
    g_autoptr(ResolverConfig) config = make_config(engine, server, anchor_file);
    g_auto(GStrv) anchors = trust_anchor_load(anchor_file, &error);
    if (anchors != NULL)
        asker->resolver = resolver_engine_new(config, (const gchar *const *)anchors, &error);
    end_if(error);
    return asker;
}

static gpointer
begin_getdns(const gchar *server, const gchar *anchor_file)
{
    return begin_whole(RESOLVER_ENGINE_GETDNS, server, anchor_file);
}

static gpointer
begin_unbound(const gchar *server, const gchar *anchor_file)
{
    return begin_whole(RESOLVER_ENGINE_UNBOUND, server, anchor_file);
}

static gpointer
begin_getdns_engine(const gchar *server, const gchar *anchor_file)
{
    return begin_engine(RESOLVER_ENGINE_GETDNS, server, anchor_file);
}

static gpointer
begin_unbound_engine(const gchar *server, const gchar *anchor_file)
{
    return begin_engine(RESOLVER_ENGINE_UNBOUND, server, anchor_file);
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Round *round = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(ResolverAnswer) answer = resolver_lookup_finish(DNS_RESOLVER(source), result, &error);
    end_if(error);
    if (answer->outcome == DNS_OUTCOME_SECURE_RECORDS ||
        answer->outcome == DNS_OUTCOME_SECURE_DENIAL)
        round->result->n_secure++;
    round->n_left--;
}

static void
ask(gpointer user_data, const gchar *const *names, AskResult *out_result)
{
    Asker *asker = user_data;
    Round round = {g_strv_length((gchar **)names), out_result};
    for (guint i = 0; names[i] != NULL; i++)
        resolver_lookup_async(asker->resolver, names[i], SMIMEA_RR_TYPE, NULL, on_answer, &round);
    while (round.n_left > 0)
        g_main_context_iteration(NULL, TRUE);
}

static gsize
get_memory(gpointer user_data)
{
    Asker *asker = user_data;
    return ask_get_memory(asker->client == NULL ? 0 : resolver_client_get_pid(asker->client));
}

static gsize
get_own_memory(gpointer asker G_GNUC_UNUSED)
{
    return ask_get_memory(0);
}

static void
end(gpointer user_data)
{
    Asker *asker = user_data;
    g_object_unref(asker->resolver);
    g_clear_object(&asker->client);
    g_clear_pointer(&asker->table, resolver_table_free);
    g_free(asker);
    while (g_main_context_iteration(NULL, FALSE))
        continue;
}

const AskWay ask_ways[] = {
    {"getdns", begin_getdns, ask, get_memory, end},
    {"unbound", begin_unbound, ask, get_memory, end},
    {"getdns-engine", begin_getdns_engine, ask, get_memory, end},
    {"unbound-engine", begin_unbound_engine, ask, get_memory, end},
    {"libunbound", ask_libunbound_begin, ask_libunbound_ask, get_own_memory, ask_libunbound_end},
    {NULL, NULL, NULL, NULL, NULL},
};
