/* SPDX-License-Identifier: MPL-2.0 */

#include "cli.h"
#include "options.h"
#include "report.h"
#include "run.h"

typedef enum { ACTION_LIST, ACTION_SIZE, ACTION_CLEAR, N_ACTIONS } Action;

static const gchar *const action_names[] = {
    [ACTION_LIST] = "list", [ACTION_SIZE] = "size", [ACTION_CLEAR] = "clear", NULL};

static gboolean
read_action(const gchar *word, Action *out_action)
{
    for (Action i = ACTION_LIST; i < N_ACTIONS; i++)
        if (g_str_equal(word, action_names[i])) {
            *out_action = i;
            return TRUE;
        }
    report_error("cache: \"%s\" is none of list, size, clear", word);
    return FALSE;
}

static void
show_answers(JsonArray *answers)
{
    for (guint i = 0; i < json_array_get_length(answers); i++) {
        JsonObject *answer = json_array_get_object_element(answers, i);
        gint64 type = json_object_get_int_member(answer, "type");
        g_autofree gchar *facts = g_strdup_printf(
            "%s, %" G_GINT64_FORMAT " %s, for %" G_GINT64_FORMAT " s", json_text(answer, "dns"),
            json_object_get_int_member(answer, "records"),
            json_object_get_int_member(answer, "records") == 1 ? "record" : "records",
            json_object_get_int_member(answer, "ttl"));
        if (type == 53)
            report_line("%s", json_text(answer, "owner_name"));
        else
            report_line("%s (type %" G_GINT64_FORMAT ")", json_text(answer, "owner_name"), type);
        report_field("", facts);
    }
}

static void
show_size(JsonObject *result)
{
    gint64 count = json_object_get_int_member(result, "count");
    report_line("%" G_GINT64_FORMAT " %s, %" G_GINT64_FORMAT " octets", count,
                count == 1 ? "answer" : "answers", json_object_get_int_member(result, "octets"));
    report_field("file", json_text(result, "file"));
}

static void
show_result(JsonObject *result, Action action)
{
    if (action == ACTION_CLEAR)
        report_line("forgotten: %" G_GINT64_FORMAT, json_object_get_int_member(result, "cleared"));
    else if (action == ACTION_SIZE)
        show_size(result);
    else
        show_answers(json_array(result, "answers"));
}

CliExit
verb_cache(Cli *cli, gint argc, gchar **argv)
{
    Action action = ACTION_LIST;
    g_auto(GStrv) words = options_parse_verb(cli, "cache", NULL, 1, 1, argc, argv);
    if (words == NULL || !read_action(words[0], &action))
        return EXIT_USAGE;
    JsonObject *params = json_object_new();
    json_object_set_boolean_member(params, "list", action == ACTION_LIST);
    json_object_set_boolean_member(params, "clear", action == ACTION_CLEAR);
    g_auto(OpReply) reply = {0};
    CliExit status = cli_run(cli, "cache", params, NULL, &reply);
    if (status != EXIT_HOLDS)
        return status;
    if (cli->options.json)
        cli_show_json(&reply);
    else
        show_result(reply.result, action);
    return EXIT_HOLDS;
}
