/* SPDX-License-Identifier: MPL-2.0 */

#include "cli.h"
#include "options.h"
#include "report.h"
#include "run.h"

static void
show_seen(JsonArray *all)
{
    for (guint i = 0; i < json_array_get_length(all); i++) {
        JsonObject *seen = json_array_get_object_element(all, i);
        JsonObject *certificate = json_object(seen, "certificate");
        g_autofree gchar *origin = words_for_seen(seen);
        report_line("%s", json_text(seen, "address"));
        report_field("seen", origin);
        report_field("subject", json_text(certificate, "subject"));
        report_field("key", json_text(certificate, "key"));
        report_field("until", json_text(certificate, "not_after"));
        report_field("SHA-256", json_text(certificate, "sha256"));
    }
}

/* What the first word asks for; the others, and --address, are parameters of that. */
static CliExit
make_params(Cli *cli, gchar **words, const gchar *address, JsonObject *params)
{
    const gchar *action = words[0];
    guint n_more = g_strv_length(words) - 1;
    if (g_str_equal(action, "add") && n_more > 0) {
        if (address != NULL)
            json_object_set_string_member(params, "address", address);
        return cli_add_certificates(cli, params, "add", words + 1);
    }
    gboolean forget = g_str_equal(action, "forget");
    if ((!forget && !g_str_equal(action, "list")) || n_more > 1 || address != NULL) {
        report_error("seen: \"list [ADDRESS]\", \"forget [ADDRESS]\" or \"add FILE…\" is wanted");
        return EXIT_USAGE;
    }
    json_object_set_boolean_member(params, "forget", forget);
    if (n_more > 0)
        json_object_set_string_member(params, "address", words[1]);
    return EXIT_HOLDS;
}

static void
show(Cli *cli, const gchar *action, OpReply *reply)
{
    JsonArray *all = json_array(reply->result, "seen");
    if (cli->options.json)
        cli_show_json(reply);
    else if (g_str_equal(action, "forget"))
        report_line("forgotten: %" G_GINT64_FORMAT,
                    json_object_get_int_member(reply->result, "forgotten"));
    else
        show_seen(all);
}

CliExit
verb_seen(Cli *cli, gint argc, gchar **argv)
{
    g_autofree gchar *address = NULL;
    const GOptionEntry entries[] = {
        {"address", 0, 0, G_OPTION_ARG_STRING, &address,
         "With \"add\": whose certificate it is, instead of the addresses in it", "ADDRESS"},
        END_OF_ENTRIES,
    };
    g_auto(GStrv) words = options_parse_verb(cli, "seen", entries, 1, G_MAXUINT, argc, argv);
    if (words == NULL)
        return EXIT_USAGE;
    g_autoptr(JsonObject) params = json_object_new();
    CliExit status = make_params(cli, words, address, params);
    g_auto(OpReply) reply = {0};
    if (status == EXIT_HOLDS)
        status = cli_run(cli, "seen", g_steal_pointer(&params), NULL, &reply);
    if (status != EXIT_HOLDS)
        return status;
    show(cli, words[0], &reply);
    if (json_array_get_length(json_array(reply.result, "seen")) > 0 || words[1] == NULL)
        return EXIT_HOLDS;
    report_error("no certificate of %s is remembered", words[1]);
    return EXIT_DOES_NOT_HOLD;
}
