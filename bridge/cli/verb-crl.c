/* SPDX-License-Identifier: MPL-2.0 */

#include "cli.h"
#include "input.h"
#include "json-facts.h"
#include "options.h"
#include "report.h"
#include "run.h"

static void
show_lists(JsonArray *lists)
{
    for (guint i = 0; i < json_array_get_length(lists); i++) {
        JsonObject *list = json_array_get_object_element(lists, i);
        gboolean current = json_object_get_boolean_member(list, "current");
        const gchar *end = json_text(list, "next_update");
        report_line("%s", json_text(list, "issuer"));
        report_field("made", json_text(list, "this_update"));
        report_line("  %-13s %s%s", "until", end == NULL ? "further notice" : end,
                    current ? "" : ": not current, it says nothing");
        report_field("SHA-256", json_text(list, "sha256"));
    }
}

static CliExit
list_crls(Cli *cli)
{
    g_auto(OpReply) reply = {0};
    CliExit status = cli_run(cli, "crl-list", json_object_new(), NULL, &reply);
    if (status != EXIT_HOLDS)
        return status;
    if (cli->options.json)
        cli_show_json(&reply);
    else
        show_lists(json_array(reply.result, "crls"));
    return EXIT_HOLDS;
}

static CliExit
add_crls(Cli *cli, gchar **files)
{
    g_autoptr(JsonObject) params = json_object_new();
    g_auto(OpReply) reply = {0};
    if (!input_add_crls(params, "crls", files))
        return EXIT_UNKNOWN;
    CliExit status = cli_run(cli, "crl-add", g_steal_pointer(&params), NULL, &reply);
    if (status != EXIT_HOLDS)
        return status;
    if (cli->options.json)
        cli_show_json(&reply);
    else
        report_line("revocation lists: %" G_GINT64_FORMAT ", new: %" G_GINT64_FORMAT,
                    json_object_get_int_member(reply.result, "crls"),
                    json_object_get_int_member(reply.result, "new"));
    return EXIT_HOLDS;
}

static void
show_fetched(JsonArray *fetched)
{
    for (guint i = 0; i < json_array_get_length(fetched); i++) {
        JsonObject *one = json_array_get_object_element(fetched, i);
        const gchar *problem = json_text(one, "problem");
        if (problem == NULL)
            report_line("%s: new: %" G_GINT64_FORMAT, json_text(one, "url"),
                        json_object_get_int_member(one, "new"));
        else
            report_error("%s: %s", json_text(one, "url"), problem);
    }
}

static CliExit
fetch_crls(Cli *cli, gchar **urls, gchar **certificates, gboolean private)
{
    g_autoptr(JsonObject) params = json_object_new();
    g_auto(OpReply) reply = {0};
    json_set_strings(params, "urls", (const gchar *const *)urls);
    if (private)
        json_object_set_boolean_member(params, "fetch_private", TRUE);
    CliExit status = cli_add_certificates(cli, params, "certificates", certificates);
    if (status == EXIT_HOLDS)
        status = cli_run(cli, "crl-fetch", g_steal_pointer(&params), NULL, &reply);
    if (status != EXIT_HOLDS)
        return status;
    JsonArray *fetched = json_array(reply.result, "fetched");
    if (cli->options.json)
        cli_show_json(&reply);
    else
        show_fetched(fetched);
    if (json_array_get_length(fetched) == 0) {
        report_error("the certificates name no address of a revocation list");
        return EXIT_DOES_NOT_HOLD;
    }
    for (guint i = 0; i < json_array_get_length(fetched); i++)
        if (json_text(json_array_get_object_element(fetched, i), "problem") != NULL)
            status = EXIT_UNKNOWN;
    return status;
}

static CliExit
remove_crl(Cli *cli, const gchar *sha256)
{
    JsonObject *params = json_object_new();
    g_auto(OpReply) reply = {0};
    if (sha256 != NULL)
        json_object_set_string_member(params, "sha256", sha256);
    CliExit status = cli_run(cli, "crl-remove", params, NULL, &reply);
    if (status != EXIT_HOLDS)
        return status;
    gint64 n_removed = json_object_get_int_member(reply.result, "removed");
    if (cli->options.json)
        cli_show_json(&reply);
    else
        report_line("removed: %" G_GINT64_FORMAT, n_removed);
    if (n_removed > 0 || sha256 == NULL)
        return EXIT_HOLDS;
    report_error("there is no revocation list with the SHA-256 %s", sha256);
    return EXIT_DOES_NOT_HOLD;
}

CliExit
verb_crl(Cli *cli, gint argc, gchar **argv)
{
    gboolean all = FALSE;
    gboolean private = FALSE;
    g_auto(GStrv) certificates = NULL;
    const GOptionEntry entries[] = {
        {"all", 0, 0, G_OPTION_ARG_NONE, &all, "With \"remove\": every list", NULL},
        {"cert", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &certificates,
         "With \"fetch\": the lists that this certificate names; may be repeated", "FILE"},
        {"fetch-private", 0, 0, G_OPTION_ARG_NONE, &private,
         "With \"fetch\": also what certificates and redirections name on this machine and its "
         "network, not only public addresses",
         NULL},
        END_OF_ENTRIES,
    };
    g_auto(GStrv) words = options_parse_verb(cli, "crl", entries, 1, G_MAXUINT, argc, argv);
    if (words == NULL)
        return EXIT_USAGE;
    guint n = g_strv_length(words);
    if (g_str_equal(words[0], "fetch") && (n > 1 || certificates != NULL) && !all)
        return fetch_crls(cli, words + 1, certificates, private);
    if (certificates != NULL || private)
        n = 0;
    if (g_str_equal(words[0], "list") && n == 1 && !all)
        return list_crls(cli);
    if (g_str_equal(words[0], "add") && n > 1 && !all)
        return add_crls(cli, words + 1);
    if (g_str_equal(words[0], "remove") && n == (all ? 1 : 2))
        return remove_crl(cli, words[1]);
    report_error(
        "crl: one of \"list\", \"add FILE…\", \"fetch URL…\", \"remove SHA256\", \"remove --all\"");
    return EXIT_USAGE;
}
