/* SPDX-License-Identifier: MPL-2.0 */

#include "cli.h"
#include "json-facts.h"
#include "options.h"
#include "report.h"
#include "run.h"

static void
show_record(JsonObject *record)
{
    JsonObject *certificate = json_object(record, "certificate");
    const gchar *reason = json_text(record, "reason");
    if (!json_object_has_member(record, "usage")) {
        report_line("  %-13s malformed", "record");
        return;
    }
    g_autofree gchar *numbers = g_strdup_printf(
        "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
        json_object_get_int_member(record, "usage"), json_object_get_int_member(record, "selector"),
        json_object_get_int_member(record, "matching_type"));
    if (reason != NULL)
        report_line("  %-13s %s, unusable: %s", "record", numbers, reason);
    else if (certificate == NULL)
        report_line("  %-13s %s, SHA-256 of its data %s", "record", numbers,
                    json_text(record, "association_data_sha256"));
    else
        report_line("  %-13s %s, %s, %s, until %s", "record", numbers,
                    json_text(certificate, "subject"), json_text(certificate, "key"),
                    json_text(certificate, "not_after"));
}

static void
show_answer(JsonObject *answer, gboolean verbose)
{
    const gchar *recipient = json_text(answer, "recipient");
    const gchar *variant = json_text(answer, "variant");
    const gchar *dns = json_text(answer, "dns");
    const gchar *canonical_name = json_text(answer, "canonical_name");
    JsonArray *records = json_array(answer, "records");
    report_line("%s%s%s%s: %s", json_text(answer, "address"), variant == NULL ? "" : " (",
                variant == NULL ? "" : variant, variant == NULL ? "" : ")", recipient);
    if (!g_str_equal(recipient, "ready"))
        report_field("", words_for_reason(recipient));
    report_field("name", json_text(answer, "owner_name"));
    report_line("  %-13s %s: %s", "DNS", dns, words_for_dns(dns));
    if (g_strcmp0(canonical_name, json_text(answer, "owner_name")) != 0)
        report_field("stands at", canonical_name);
    if (verbose || !g_str_equal(recipient, "ready"))
        report_field("detail", json_text(answer, "detail"));
    for (guint i = 0; i < json_array_get_length(records); i++)
        show_record(json_array_get_object_element(records, i));
    report_field("encrypt to", json_text(answer, "certificate_sha256"));
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

CliExit
verb_lookup(Cli *cli, gint argc, gchar **argv)
{
    gboolean draft = FALSE, try_case = FALSE, fresh = FALSE;
    gint type = 53;
    const GOptionEntry entries[] = {
        {"draft", 0, 0, G_OPTION_ARG_NONE, &draft,
         "The names of the drafts before RFC 8162 (SHA-224)", NULL},
        {"type", 0, 0, G_OPTION_ARG_INT, &type, "RR type (default 53, SMIMEA)", "NUMBER"},
        {"try-case", 0, 0, G_OPTION_ARG_NONE, &try_case,
         "Look at the lower-case and upper-case address too, each by itself", NULL},
        {"fresh", 0, 0, G_OPTION_ARG_NONE, &fresh, "Ask the DNS, whatever is remembered", NULL},
        END_OF_ENTRIES,
    };
    g_auto(GStrv) addresses = options_parse_verb(cli, "lookup", entries, 1, G_MAXUINT, argc, argv);
    if (addresses == NULL)
        return EXIT_USAGE;
    JsonObject *params = json_object_new();
    json_set_strings(params, "addresses", (const gchar *const *)addresses);
    json_object_set_boolean_member(params, "draft", draft);
    json_object_set_boolean_member(params, "try_case", try_case);
    json_object_set_boolean_member(params, "fresh", fresh);
    json_object_set_int_member(params, "type", type);
    g_auto(OpReply) reply = {0};
    CliExit status = cli_run(cli, "lookup", params, NULL, &reply);
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
