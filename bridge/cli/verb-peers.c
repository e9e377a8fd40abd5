/* SPDX-License-Identifier: MPL-2.0 */

#include "cli.h"
#include "options.h"
#include "report.h"
#include "run.h"

static void
show_peers(JsonArray *peers)
{
    for (guint i = 0; i < json_array_get_length(peers); i++) {
        JsonObject *peer = json_array_get_object_element(peers, i);
        g_autofree gchar *ciphers = json_joined(peer, "ciphers");
        report_line("%s", json_text(peer, "address"));
        report_field("reads", ciphers != NULL ? ciphers : "nothing that is known here");
        report_field("signed", json_text(peer, "signing_time"));
        report_field("SHA-256", json_text(peer, "certificate_sha256"));
    }
}

CliExit
verb_peers(Cli *cli, gint argc, gchar **argv)
{
    gboolean forget = FALSE;
    const GOptionEntry entries[] = {
        {"forget", 0, 0, G_OPTION_ARG_NONE, &forget, "Delete them", NULL},
        END_OF_ENTRIES,
    };
    g_auto(GStrv) words = options_parse_verb(cli, "peers", entries, 0, 1, argc, argv);
    if (words == NULL)
        return EXIT_USAGE;
    JsonObject *params = json_object_new();
    json_object_set_boolean_member(params, "forget", forget);
    if (words[0] != NULL)
        json_object_set_string_member(params, "address", words[0]);
    g_auto(OpReply) reply = {0};
    CliExit status = cli_run(cli, "peers", params, NULL, &reply);
    if (status != EXIT_HOLDS)
        return status;
    JsonArray *peers = json_array(reply.result, "peers");
    if (cli->options.json)
        cli_show_json(&reply);
    else if (forget)
        report_line("forgotten: %" G_GINT64_FORMAT,
                    json_object_get_int_member(reply.result, "forgotten"));
    else
        show_peers(peers);
    if (json_array_get_length(peers) == 0 && words[0] != NULL) {
        report_error("nothing is remembered of %s", words[0]);
        status = EXIT_DOES_NOT_HOLD;
    }
    return status;
}
