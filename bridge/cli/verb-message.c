/* SPDX-License-Identifier: MPL-2.0 */

#include "cli.h"
#include "options.h"
#include "report.h"
#include "run.h"

/* Runs an operation that wants a message and nothing else. */
static CliExit
run_on_file(Cli *cli, const gchar *verb, gint argc, gchar **argv, OpReply *reply)
{
    g_auto(GStrv) files = options_parse_verb(cli, verb, NULL, 0, 1, argc, argv);
    if (files == NULL)
        return EXIT_USAGE;
    return cli_run_on_message(cli, verb, json_object_new(), files[0], reply);
}

static void
show_mailboxes(JsonObject *result, const gchar *name, const gchar *label)
{
    JsonArray *mailboxes = json_array(result, name);
    for (guint i = 0; i < json_array_get_length(mailboxes); i++) {
        JsonObject *mailbox = json_array_get_object_element(mailboxes, i);
        const gchar *display_name = json_text(mailbox, "name");
        report_line("%-8s%s%s%s%s", label, json_text(mailbox, "address"),
                    display_name == NULL ? "" : "  (", display_name == NULL ? "" : display_name,
                    display_name == NULL ? "" : ")");
    }
}

CliExit
verb_addresses(Cli *cli, gint argc, gchar **argv)
{
    g_auto(OpReply) reply = {0};
    CliExit status = run_on_file(cli, "addresses", argc, argv, &reply);
    if (status != EXIT_HOLDS)
        return status;
    if (cli->options.json) {
        cli_show_json(&reply);
    } else {
        show_mailboxes(reply.result, "from", "From");
        JsonObject *sender = json_object(reply.result, "sender");
        if (sender != NULL)
            report_line("%-8s%s", "Sender", json_text(sender, "address"));
        show_mailboxes(reply.result, "to", "To");
        show_mailboxes(reply.result, "cc", "Cc");
        show_mailboxes(reply.result, "bcc", "Bcc");
    }
    return status;
}

static void
show_classification(JsonObject *result)
{
    gboolean is_signed = json_object_get_boolean_member(result, "signed");
    gboolean encrypted = json_object_get_boolean_member(result, "encrypted");
    gboolean partial = g_strcmp0(json_text(result, "scope"), "part") == 0;
    report_line("%s%s%s",
                partial     ? "partly signed"
                : is_signed ? "signed"
                : encrypted ? ""
                            : "unprotected",
                is_signed && encrypted ? ", " : "", encrypted ? "encrypted" : "");
    report_field("layer", json_text(result, "layer"));
    report_field("structure", json_text(result, "structure"));
    JsonArray *parts = json_array(result, "parts");
    for (guint i = 0; i < json_array_get_length(parts); i++) {
        JsonObject *part = json_array_get_object_element(parts, i);
        const gchar *number = json_text(part, "part");
        if (*number != '\0')
            report_line("  part %-8s %s", number, json_text(part, "layer"));
    }
}

CliExit
verb_classify(Cli *cli, gint argc, gchar **argv)
{
    g_auto(OpReply) reply = {0};
    CliExit status = run_on_file(cli, "classify", argc, argv, &reply);
    if (status != EXIT_HOLDS)
        return status;
    if (cli->options.json)
        cli_show_json(&reply);
    else
        show_classification(reply.result);
    return status;
}
