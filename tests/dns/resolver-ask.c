/* SPDX-License-Identifier: MPL-2.0 */

/* Asks the resolver program for records as the host does, and prints what came out as one line of
 * JSON: for tests that have to choose everything that a user does not. */

#include <errno.h>
#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <sched.h>
#include <stdlib.h>

#include "lookup-result.h"
#include "resolver-client.h"
#include "smimea.h"
#include "verdict.h"

#define EXIT_USAGE 2

typedef struct {
    ResolverConfig *config;
    gchar *program;
    gchar *net;
    gchar *engine;
    gboolean udp, at_once;
    gint attempts, attempt_ms, deadline_ms;
    gchar **names;
} Options;

static gboolean
read_options(Options *options, int argc, char **argv, GError **error)
{
    ResolverConfig *config = options->config;
    const GOptionEntry entries[] = {
        {"resolver", 0, 0, G_OPTION_ARG_FILENAME, &options->program, "dane-smime-resolver", "FILE"},
        {"net", 0, 0, G_OPTION_ARG_FILENAME, &options->net, "network namespace", "FILE"},
        {"engine", 0, 0, G_OPTION_ARG_STRING, &options->engine, "getdns, unbound", "NAME"},
        {"server", 0, 0, G_OPTION_ARG_STRING_ARRAY, &config->servers, "name server", "ADDR@PORT"},
        {"recursive", 0, 0, G_OPTION_ARG_NONE, &config->recursive, "from the root", NULL},
        {"anchor", 0, 0, G_OPTION_ARG_FILENAME, &config->trust_anchor_file, "anchors", "FILE"},
        {"udp", 0, 0, G_OPTION_ARG_NONE, &options->udp, "by UDP first", NULL},
        {"at-once", 0, 0, G_OPTION_ARG_NONE, &options->at_once, "not one after the other", NULL},
        {"attempts", 0, 0, G_OPTION_ARG_INT, &options->attempts, "for a lookup", "N"},
        {"attempt", 0, 0, G_OPTION_ARG_INT, &options->attempt_ms, "time for each", "MS"},
        {"deadline", 0, 0, G_OPTION_ARG_INT, &options->deadline_ms, "time for all", "MS"},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->names, NULL, "NAME"},
        {0},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, error))
        return FALSE;
    config->transport = options->udp ? RESOLVER_TRANSPORT_UDP : RESOLVER_TRANSPORT_TCP;
    config->attempts = options->attempts > 0 ? (guint)options->attempts : config->attempts;
    if (options->attempt_ms > 0)
        config->attempt_timeout_ms = (guint)options->attempt_ms;
    if (options->deadline_ms > 0)
        config->deadline_ms = (guint)options->deadline_ms;
    if (options->program != NULL && options->names != NULL &&
        (options->engine == NULL || resolver_engine_from_string(options->engine, &config->engine)))
        return TRUE;
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                        "wants --resolver, a NAME and an engine that there is");
    return FALSE;
}

/* Before there is another thread: a namespace is one of a thread. */
static gboolean
enter_net(const gchar *file, GError **error)
{
    int fd = file == NULL ? -1 : open(file, O_RDONLY | O_CLOEXEC);
    if (file == NULL || (fd >= 0 && setns(fd, CLONE_NEWNET) == 0))
        return TRUE;
    g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", file, g_strerror(errno));
    return FALSE;
}

static void
add_text(JsonBuilder *builder, const gchar *name, const gchar *text)
{
    json_builder_set_member_name(builder, name);
    if (text == NULL)
        json_builder_add_null_value(builder);
    else
        json_builder_add_string_value(builder, text);
}

static void
add_records(JsonBuilder *builder, const GPtrArray *records)
{
    json_builder_set_member_name(builder, "records");
    json_builder_begin_array(builder);
    for (guint i = 0; i < records->len; i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        gsize n_octets;
        const guint8 *octets = g_bytes_get_data(g_ptr_array_index(records, i), &n_octets);
        for (gsize j = 0; j < n_octets; j++)
            g_string_append_printf(text, "%02x", octets[j]);
        json_builder_add_string_value(builder, text->str);
    }
    json_builder_end_array(builder);
}

static void
print_answer(const ResolverAnswer *answer, gint64 took_us, guint n_restarts)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    add_text(builder, "name", answer->owner_name);
    add_text(builder, "outcome", dns_outcome_to_string(answer->outcome));
    add_text(builder, "canonical_name", answer->canonical_name);
    add_text(builder, "detail", answer->detail);
    add_records(builder, answer->records);
    json_builder_set_member_name(builder, "ttl");
    json_builder_add_int_value(builder, answer->ttl);
    json_builder_set_member_name(builder, "restarts");
    json_builder_add_int_value(builder, n_restarts);
    json_builder_set_member_name(builder, "ms");
    json_builder_add_int_value(builder, took_us / 1000);
    json_builder_end_object(builder);
    g_autoptr(JsonNode) root = json_builder_get_root(builder);
    g_autofree gchar *text = json_to_string(root, FALSE);
    g_print("%s\n", text);
}

typedef struct {
    LookupResult result;
    gint64 begin;
} Lookup;

static void
begin(Lookup *lookup, ResolverClient *client, const gchar *name)
{
    lookup->begin = g_get_monotonic_time();
    resolver_lookup_async(DNS_RESOLVER(client), name, SMIMEA_RR_TYPE, NULL, lookup_result_take,
                          &lookup->result);
}

/* Waits for the answer, and prints it. */
static gboolean
end(Lookup *lookup, ResolverClient *client, GError **error)
{
    lookup_result_wait(&lookup->result);
    if (lookup->result.answer == NULL) {
        g_propagate_error(error, g_steal_pointer(&lookup->result.error));
        return FALSE;
    }
    print_answer(lookup->result.answer, g_get_monotonic_time() - lookup->begin,
                 resolver_client_get_n_restarts(client));
    lookup_result_clear(&lookup->result);
    return TRUE;
}

/* All names with the same resolver. */
static gboolean
ask(const Options *options, GError **error)
{
    g_autoptr(ResolverClient) client = resolver_client_new(options->program, options->config);
    guint n_names = g_strv_length(options->names);
    g_autofree Lookup *lookups = g_new0(Lookup, n_names);
    for (guint i = 0; options->at_once && i < n_names; i++)
        begin(&lookups[i], client, options->names[i]);
    for (guint i = 0; i < n_names; i++) {
        if (!options->at_once)
            begin(&lookups[i], client, options->names[i]);
        if (!end(&lookups[i], client, error))
            return FALSE;
    }
    return TRUE;
}

int
main(int argc, char **argv)
{
    g_autoptr(ResolverConfig) config = resolver_config_new();
    g_autoptr(GError) error = NULL;
    Options options = {.config = config};
    gboolean good = read_options(&options, argc, argv, &error) && enter_net(options.net, &error) &&
                    ask(&options, &error);
    if (!good)
        g_printerr("resolver-ask: %s\n", error->message);
    g_strfreev(options.names);
    g_free(options.program);
    g_free(options.net);
    g_free(options.engine);
    return good ? EXIT_SUCCESS : EXIT_USAGE;
}
