/* SPDX-License-Identifier: MPL-2.0 */

#include "dns-survey.h"

typedef struct {
    DnsSurveyRow *row;
    ResolverClient *client;
    gint64 began;
    guint *n_pending;
} Visit;

static void
row_free(gpointer data)
{
    DnsSurveyRow *row = data;
    g_free(row->server);
    g_free(row->transport);
    resolver_answer_free(row->answer);
    g_free(row->problem);
    g_free(row);
}

static void
visit_free(gpointer data)
{
    Visit *visit = data;
    g_object_unref(visit->client);
    g_free(visit);
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer data)
{
    Visit *visit = data;
    g_autoptr(GError) error = NULL;
    visit->row->answer = resolver_lookup_finish(DNS_RESOLVER(source), result, &error);
    visit->row->problem = error == NULL ? NULL : g_strdup(error->message);
    visit->row->n_ms = (guint)((g_get_monotonic_time() - visit->began) / 1000);
    (*visit->n_pending)--;
}

/* One server alone, once, by one transport alone. */
static ResolverConfig *
make_config(const ResolverConfig *config, const gchar *server, ResolverTransport transport)
{
    ResolverConfig *one = resolver_config_copy(config);
    g_strfreev(one->servers);
    one->servers = g_new0(gchar *, 2);
    one->servers[0] = g_strdup(server);
    one->recursive = server == NULL;
    one->transport = transport;
    one->avoidance = RESOLVER_AVOIDANCE_OFF;
    one->attempts = 1;
    one->attempt_timeout_ms = MIN(config->attempt_timeout_ms, DNS_SURVEY_DEADLINE_MS);
    one->deadline_ms = DNS_SURVEY_DEADLINE_MS;
    return one;
}

typedef struct {
    const gchar *program;
    const ResolverConfig *config;
    GPtrArray *rows;
    GPtrArray *visits;
    guint n_pending;
} Survey;

static void
visit(Survey *survey, const gchar *server, ResolverTransport transport)
{
    g_autoptr(ResolverConfig) config = make_config(survey->config, server, transport);
    DnsSurveyRow *row = g_new0(DnsSurveyRow, 1);
    row->server = g_strdup(server);
    row->transport =
        g_strdup(server == NULL ? "recursive" : resolver_transport_to_string(transport));
    g_ptr_array_add(survey->rows, row);
    Visit *one = g_new0(Visit, 1);
    one->row = row;
    one->client = resolver_client_new(survey->program, config);
    one->began = g_get_monotonic_time();
    one->n_pending = &survey->n_pending;
    g_ptr_array_add(survey->visits, one);
    survey->n_pending++;
    resolver_lookup_async(DNS_RESOLVER(one->client), RESOLVER_CONFIG_PROBE_NAME,
                          RESOLVER_CONFIG_PROBE_TYPE, NULL, on_answer, one);
}

/* The order of resolver-plan.h: all servers by the chosen transport, then by the others. */
static void
visit_servers(Survey *survey, gchar **servers)
{
    static const ResolverTransport orders[RESOLVER_N_TRANSPORTS][3] = {
        [RESOLVER_TRANSPORT_TCP] = {RESOLVER_TRANSPORT_TCP, RESOLVER_TRANSPORT_UDP},
        [RESOLVER_TRANSPORT_UDP] = {RESOLVER_TRANSPORT_UDP, RESOLVER_TRANSPORT_TCP},
        [RESOLVER_TRANSPORT_TLS] = {RESOLVER_TRANSPORT_TLS},
        [RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC] = {RESOLVER_TRANSPORT_TLS_OPPORTUNISTIC,
                                                  RESOLVER_TRANSPORT_TCP, RESOLVER_TRANSPORT_UDP},
    };
    static const guint n_orders[RESOLVER_N_TRANSPORTS] = {2, 2, 1, 3};
    ResolverTransport transport = survey->config->transport;
    for (guint i = 0; i < n_orders[transport]; i++)
        for (guint k = 0; servers[k] != NULL && k < DNS_SURVEY_MAX_SERVERS; k++)
            visit(survey, servers[k], orders[transport][i]);
}

static void
visit_all(Survey *survey)
{
    const ResolverConfig *config = survey->config;
    g_auto(GStrv) servers = config->servers == NULL || config->servers[0] == NULL
                                ? resolver_config_get_system_servers(RESOLVER_CONFIG_SYSTEM_FILE)
                                : g_strdupv(config->servers);
    if (!config->recursive)
        visit_servers(survey, servers);
    if (config->recursive || resolver_config_avoids_roadblocks(config))
        visit(survey, NULL, RESOLVER_TRANSPORT_TCP);
}

GPtrArray *
dns_survey(const gchar *program, const ResolverConfig *config)
{
    g_autoptr(GMainContext) context = g_main_context_new();
    Survey survey = {program, config, g_ptr_array_new_with_free_func(row_free),
                     g_ptr_array_new_with_free_func(visit_free), 0};
    g_main_context_push_thread_default(context);
    visit_all(&survey);
    while (survey.n_pending > 0)
        g_main_context_iteration(context, TRUE);
    g_ptr_array_unref(survey.visits);
    /* What the clients' ends have queued. */
    while (g_main_context_iteration(context, FALSE))
        continue;
    g_main_context_pop_thread_default(context);
    return survey.rows;
}
