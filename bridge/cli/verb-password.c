/* SPDX-License-Identifier: MPL-2.0 */

#include "cli.h"
#include "input.h"
#include "options.h"
#include "report.h"
#include "run.h"

/* Twice: a mistyped password would lock the keys away. */
static gchar *
ask_new_password(void)
{
    gchar *first = terminal_ask_password("New password of the key store: ");
    if (first == NULL) {
        report_error("password: there is no terminal; use --new-password-file or --remove");
        return NULL;
    }
    gchar *second = terminal_ask_password("Once more: ");
    gboolean same = g_strcmp0(first, second) == 0;
    password_free(second);
    if (same)
        return first;
    report_error("password: the two differ; nothing was changed");
    password_free(first);
    return NULL;
}

CliExit
verb_password(Cli *cli, gint argc, gchar **argv)
{
    g_autofree gchar *file = NULL;
    gboolean remove = FALSE;
    const GOptionEntry entries[] = {
        {"new-password-file", 0, 0, G_OPTION_ARG_FILENAME, &file,
         "File with the new password in its first line", "FILE"},
        {"remove", 0, 0, G_OPTION_ARG_NONE, &remove, "The key store is to have no password", NULL},
        END_OF_ENTRIES,
    };
    g_auto(GStrv) words = options_parse_verb(cli, "password", entries, 0, 0, argc, argv);
    if (words == NULL)
        return EXIT_USAGE;
    if (remove && file != NULL) {
        report_error("password: either --new-password-file or --remove");
        return EXIT_USAGE;
    }
    gchar *password = remove         ? g_strdup("")
                      : file != NULL ? input_read_protecting_password(file)
                                     : ask_new_password();
    if (password == NULL)
        return EXIT_UNKNOWN;
    JsonObject *params = json_object_new();
    json_object_set_string_member(params, "password", password);
    gboolean empty = *password == '\0';
    password_free(password);
    g_auto(OpReply) reply = {0};
    CliExit status = cli_run(cli, "password", params, NULL, &reply);
    if (status == EXIT_HOLDS && cli->options.json)
        cli_show_json(&reply);
    else if (status == EXIT_HOLDS)
        report_line(empty ? "the key store has no password now"
                          : "the key store has a new password");
    return status;
}
