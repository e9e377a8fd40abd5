/* SPDX-License-Identifier: MPL-2.0 */

#include "cli.h"
#include "json-facts.h"
#include "options.h"
#include "record-report.h"
#include "report.h"
#include "run.h"
#include "trust-options.h"

static void
show_certificate(JsonObject *answer)
{
    JsonObject *seen = json_object(answer, "seen");
    report_field("encrypt to", json_text(answer, "certificate_sha256"));
    if (g_strcmp0(json_text(answer, "certificate_source"), "key-store") == 0)
        report_field("", "one's own, which the record names");
    if (seen == NULL)
        return;
    g_autofree gchar *words = words_for_seen(seen);
    report_line("  %-13s seen %s; the record names it", "", words);
}

static void
show_answer(JsonObject *answer, gboolean verbose)
{
    const gchar *recipient = json_text(answer, "recipient");
    const gchar *variant = json_text(answer, "variant");
    const gchar *dns = json_text(answer, "dns");
    report_line("%s%s%s%s: %s", json_text(answer, "address"), variant == NULL ? "" : " (",
                variant == NULL ? "" : variant, variant == NULL ? "" : ")", recipient);
    if (!g_str_equal(recipient, "ready"))
        report_field("", words_for_reason(recipient));
    report_field("name", json_text(answer, "owner_name"));
    report_line("  %-13s %s: %s", "DNS", dns, words_for_dns(dns));
    if (verbose || !g_str_equal(recipient, "ready"))
        report_detail(answer);
    report_records(answer);
    show_certificate(answer);
}

/* Trials of case are other addresses than those that were asked for. */
static CliExit
lookup_status(JsonArray *results)
{
    CliExit status = EXIT_HOLDS;
    for (guint i = 0; i < json_array_get_length(results); i++) {
        JsonObject *answer = json_array_get_object_element(results, i);
        const gchar *recipient = json_text(answer, "recipient");
        const gchar *variant = json_text(answer, "variant");
        gboolean is_trial = variant != NULL && !g_str_equal(variant, "as-typed");
        if (!is_trial && !g_str_equal(recipient, "ready"))
            status = MAX(status, exit_for_reason(recipient));
    }
    return status;
}

typedef struct {
    gboolean draft;
    gboolean try_case;
    gint type;
    TrustOptions trust;
    gboolean fresh;
} LookupOptions;

static void
lookup_options_clear(LookupOptions *options)
{
    trust_options_clear(&options->trust);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LookupOptions, lookup_options_clear)

/* Zero-terminated. */
static GArray *
make_lookup_entries(LookupOptions *options)
{
    const GOptionEntry entries[] = {
        {"draft", 0, 0, G_OPTION_ARG_NONE, &options->draft,
         "The names of the drafts before RFC 8162 (SHA-224)", NULL},
        {"type", 0, 0, G_OPTION_ARG_INT, &options->type, "RR type (default 53, SMIMEA)", "NUMBER"},
        {"try-case", 0, 0, G_OPTION_ARG_NONE, &options->try_case,
         "Look at the lower-case and upper-case address too, each by itself", NULL},
        {"fresh", 0, 0, G_OPTION_ARG_NONE, &options->fresh,
         "Ask the DNS even where records are remembered", NULL},
    };
    GArray *all = g_array_new(TRUE, FALSE, sizeof(GOptionEntry));
    g_array_append_vals(all, entries, G_N_ELEMENTS(entries));
    trust_options_add_entries(&options->trust, all);
    return all;
}

static CliExit
run_lookup(Cli *cli, const LookupOptions *options, gchar **addresses, OpReply *reply)
{
    g_autoptr(JsonObject) params = json_object_new();
    json_set_strings(params, "addresses", (const gchar *const *)addresses);
    json_object_set_boolean_member(params, "draft", options->draft);
    json_object_set_boolean_member(params, "try_case", options->try_case);
    json_object_set_boolean_member(params, "fresh", options->fresh);
    /* A person looks, perhaps just after publishing. */
    json_object_set_boolean_member(params, "retry", TRUE);
    json_object_set_int_member(params, "type", options->type);
    CliExit status = trust_options_add_params(cli, params, &options->trust);
    return status != EXIT_HOLDS ? status
                                : cli_run(cli, "lookup", g_steal_pointer(&params), NULL, reply);
}

CliExit
verb_lookup(Cli *cli, gint argc, gchar **argv)
{
    g_auto(LookupOptions) options = {.type = 53};
    g_autoptr(GArray) entries = make_lookup_entries(&options);
    g_auto(GStrv) addresses = options_parse_verb(
        cli, "lookup", (const GOptionEntry *)(gpointer)entries->data, 1, G_MAXUINT, argc, argv);
    if (addresses == NULL)
        return EXIT_USAGE;
    g_auto(OpReply) reply = {0};
    CliExit status = run_lookup(cli, &options, addresses, &reply);
    if (status != EXIT_HOLDS)
        return status;
    JsonArray *results = json_array(reply.result, "results");
    if (cli->options.json)
        cli_show_json(&reply);
    for (guint i = 0; !cli->options.json && i < json_array_get_length(results); i++)
        show_answer(json_array_get_object_element(results, i), cli->options.verbose);
    status = lookup_status(results);
    return status;
}

static CliExit
show_owner_names(Cli *cli, OpReply *reply, gboolean check)
{
    JsonArray *results = json_array(reply->result, "results");
    CliExit status = EXIT_HOLDS;
    if (cli->options.json)
        cli_show_json(reply);
    for (guint i = 0; i < json_array_get_length(results); i++) {
        JsonObject *result = json_array_get_object_element(results, i);
        gboolean valid = !check || json_object_get_boolean_member(result, "valid");
        if (!valid)
            status = EXIT_DOES_NOT_HOLD;
        if (cli->options.json)
            continue;
        if (check)
            report_line("%s: %s", json_text(result, "owner_name"),
                        valid ? "an owner name of SMIMEA records"
                              : "no owner name of SMIMEA records");
        else
            report_line("%s", json_text(result, "owner_name"));
    }
    return status;
}

CliExit
verb_owner_name(Cli *cli, gint argc, gchar **argv)
{
    gboolean draft = FALSE, check = FALSE;
    const GOptionEntry entries[] = {
        {"draft", 0, 0, G_OPTION_ARG_NONE, &draft,
         "The names of the drafts before RFC 8162 (SHA-224)", NULL},
        {"check", 0, 0, G_OPTION_ARG_NONE, &check,
         "The arguments are names: have they the form of RFC 8162?", NULL},
        END_OF_ENTRIES,
    };
    g_auto(GStrv) words = options_parse_verb(cli, "owner-name", entries, 1, G_MAXUINT, argc, argv);
    if (words == NULL)
        return EXIT_USAGE;
    JsonObject *params = json_object_new();
    json_set_strings(params, check ? "names" : "addresses", (const gchar *const *)words);
    json_object_set_boolean_member(params, "draft", draft);
    g_auto(OpReply) reply = {0};
    CliExit status = cli_run(cli, "owner-name", params, NULL, &reply);
    if (status != EXIT_HOLDS)
        return status;
    status = show_owner_names(cli, &reply, check);
    return status;
}
