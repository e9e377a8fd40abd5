/* SPDX-License-Identifier: MPL-2.0 */

#include "cli.h"
#include "input.h"
#include "options.h"
#include "record-report.h"
#include "report.h"
#include "run.h"

typedef struct {
    gchar *certificate;
    gchar *rdata;
    gint usage;
    gint selector;
    gint matching_type;
    gint type;
    gint ttl;
    gboolean generic;
    gboolean draft;
    gboolean check;
} RecordOptions;

static void
record_options_clear(RecordOptions *options)
{
    g_free(options->certificate);
    g_free(options->rdata);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RecordOptions, record_options_clear)

static JsonObject *
make_params(const RecordOptions *options, const gchar *address)
{
    g_autoptr(JsonObject) params = json_object_new();
    if (address != NULL)
        json_object_set_string_member(params, "address", address);
    if (options->rdata != NULL)
        json_object_set_string_member(params, "rdata", options->rdata);
    if (options->certificate != NULL &&
        !input_add_file(params, "certificate", options->certificate))
        return NULL;
    json_object_set_int_member(params, "usage", options->usage);
    json_object_set_int_member(params, "selector", options->selector);
    json_object_set_int_member(params, "matching_type", options->matching_type);
    json_object_set_int_member(params, "type", options->type);
    json_object_set_int_member(params, "ttl", options->ttl);
    json_object_set_boolean_member(params, "generic", options->generic);
    json_object_set_boolean_member(params, "draft", options->draft);
    json_object_set_boolean_member(params, "check", options->check);
    return g_steal_pointer(&params);
}

/* The worst of the lines that were compared with the DNS. */
static CliExit
check_status(JsonArray *lines)
{
    CliExit status = json_array_get_length(lines) > 0 ? EXIT_HOLDS : EXIT_DOES_NOT_HOLD;
    for (guint i = 0; i < json_array_get_length(lines); i++) {
        JsonObject *check = json_object(json_array_get_object_element(lines, i), "check");
        if (json_object_get_boolean_member(check, "published"))
            continue;
        CliExit one = exit_for_reason(json_text(check, "recipient"));
        status = MAX(status, one);
    }
    return status;
}

static void
show_check(JsonObject *line)
{
    JsonObject *check = json_object(line, "check");
    const gchar *dns = json_text(check, "dns");
    if (json_object_get_boolean_member(check, "published"))
        report_line("%s: published (%s)", json_text(line, "address"), dns);
    else if (json_object_get_boolean_member(check, "found"))
        report_line("%s: in the DNS, but %s: %s", json_text(line, "address"), dns,
                    words_for_dns(dns));
    else if (g_str_equal(dns, "secure-records"))
        report_line("%s: not published; other records stand there", json_text(line, "address"));
    else
        report_line("%s: not published; %s: %s", json_text(line, "address"), dns,
                    words_for_dns(dns));
    report_field("name", json_text(line, "owner_name"));
    if (json_object_get_boolean_member(check, "published"))
        return;
    report_detail(check);
    report_records(check);
}

static void
show_lines(JsonObject *result, gboolean check)
{
    JsonArray *lines = json_array(result, "lines");
    for (guint i = 0; i < json_array_get_length(lines); i++) {
        JsonObject *line = json_array_get_object_element(lines, i);
        if (check)
            show_check(line);
        else
            report_line("%s", json_text(line, "line"));
    }
    if (json_array_get_length(lines) == 0)
        report_line("%s", json_text(result, "rdata"));
}

/* To standard error, so that the line can go where it is to go. */
static void
show_advice(JsonObject *result, const gchar *name)
{
    const gchar *reason = json_text(result, "reason");
    const gchar *advice = json_text(result, "advice");
    if (advice != NULL)
        g_printerr("dane-smime: %s: %s%s\n", name,
                   reason == NULL ? "" : "nobody can use this record: ", advice);
}

CliExit
verb_record(Cli *cli, gint argc, gchar **argv)
{
    g_auto(RecordOptions) options = {.usage = 3, .type = 53};
    const GOptionEntry entries[] = {
        {"cert", 0, 0, G_OPTION_ARG_FILENAME, &options.certificate, "Certificate file, PEM or DER",
         "FILE"},
        {"rdata", 0, 0, G_OPTION_ARG_STRING, &options.rdata,
         "Convert this record data (\"3 0 0 3082…\", \"\\# 35 …\" or a zone-file line)", "TEXT"},
        {"usage", 0, 0, G_OPTION_ARG_INT, &options.usage,
         "Certificate usage 0-3 (default 3, DANE-EE)", "N"},
        {"selector", 0, 0, G_OPTION_ARG_INT, &options.selector,
         "0 certificate (default), 1 public key", "N"},
        {"matching-type", 0, 0, G_OPTION_ARG_INT, &options.matching_type,
         "0 full (default), 1 SHA-256, 2 SHA-512", "N"},
        {"generic", 0, 0, G_OPTION_ARG_NONE, &options.generic,
         "Write it as any name server reads it (RFC 3597)", NULL},
        {"type", 0, 0, G_OPTION_ARG_INT, &options.type,
         "RR type (default 53; 65280-65534 are private)", "NUMBER"},
        {"ttl", 0, 0, G_OPTION_ARG_INT, &options.ttl, "Time to live (default: the zone's)",
         "SECONDS"},
        {"draft", 0, 0, G_OPTION_ARG_NONE, &options.draft,
         "The name of the drafts before RFC 8162 (SHA-224)", NULL},
        {"check", 0, 0, G_OPTION_ARG_NONE, &options.check, "Look the record up and compare", NULL},
        END_OF_ENTRIES,
    };
    g_auto(GStrv) words = options_parse_verb(cli, "record", entries, 0, 1, argc, argv);
    if (words == NULL)
        return EXIT_USAGE;
    JsonObject *params = make_params(&options, words[0]);
    if (params == NULL)
        return EXIT_UNKNOWN;
    g_auto(OpReply) reply = {0};
    CliExit status = cli_run_on_file(cli, "record", params, options.certificate, &reply);
    if (status != EXIT_HOLDS)
        return status;
    if (cli->options.json)
        cli_show_json(&reply);
    else
        show_lines(reply.result, options.check);
    if (!cli->options.json)
        show_advice(reply.result, "record");
    if (options.check)
        status = check_status(json_array(reply.result, "lines"));
    return status;
}
