/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "cli.h"
#include "drs-map.h"
#include "input.h"
#include "options.h"
#include "report.h"
#include "run.h"

static const gchar *
words_for_origin(const gchar *origin)
{
    static const gchar *const words[][2] = {
        {"own", "own key, of the key store"},
        {"added", "added by hand"},
        {"request", "came with a verified request"},
        {"response", "came with a verified response"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_strcmp0(words[i][0], origin) == 0)
            return words[i][1];
    return origin;
}

static void
show_entries(JsonArray *entries)
{
    for (guint i = 0; i < json_array_get_length(entries); i++) {
        JsonObject *entry = json_array_get_object_element(entries, i);
        JsonObject *certificate = json_object(entry, "certificate");
        const gchar *kind = json_text(certificate, "kind");
        g_autofree gchar *hosts = json_joined(certificate, "dns_names");
        g_autofree gchar *lacks = json_joined(certificate, "lacks");
        report_line("%s", json_text(entry, "address"));
        report_field("origin", words_for_origin(json_text(entry, "origin")));
        report_field("recorded", json_text(entry, "recorded"));
        report_field("subject", json_text(certificate, "subject"));
        report_field("kind", kind != NULL ? kind : "neither of a domain controller's two");
        report_field("GUID", json_text(certificate, "guid"));
        report_field("host", hosts);
        report_field("lacks", lacks);
        report_field("until", json_text(certificate, "not_after"));
        report_field("SHA-256", json_text(certificate, "sha256"));
    }
}

static void
report_problems(JsonArray *problems)
{
    for (guint i = 0; i < json_array_get_length(problems); i++) {
        JsonObject *problem = json_array_get_object_element(problems, i);
        report_error("%s: %s", json_text(problem, "name"), json_text(problem, "problem"));
    }
}

/* Runs the operation and shows its entries. Takes @params. */
static CliExit
run(Cli *cli, JsonObject *params, OpReply *reply)
{
    CliExit status = cli_run(cli, "drs-map", params, NULL, reply);
    if (status != EXIT_HOLDS)
        return status;
    if (cli->options.json)
        cli_show_json(reply);
    else
        show_entries(json_array(reply->result, "entries"));
    JsonArray *problems = json_array(reply->result, "problems");
    report_problems(problems);
    return json_array_get_length(problems) == 0 ? EXIT_HOLDS : EXIT_UNKNOWN;
}

static CliExit
list(Cli *cli, const gchar *address)
{
    g_auto(OpReply) reply = {0};
    JsonObject *params = json_object_new();
    if (address != NULL)
        json_object_set_string_member(params, "address", address);
    return run(cli, params, &reply);
}

/* FALSE, after having said so, if it can't be read. */
static gboolean
append_file(JsonArray *files, const gchar *path, const gchar *name)
{
    JsonObject *file = json_object_new();
    json_object_set_string_member(file, "name", name);
    json_array_add_object_element(files, file);
    return input_add_file(file, "octets", path);
}

static CliExit
add(Cli *cli, const gchar *address, const gchar *path)
{
    g_auto(OpReply) reply = {0};
    g_autoptr(JsonObject) params = json_object_new();
    JsonArray *files = json_array_new();
    json_object_set_string_member(params, "address", address);
    json_object_set_array_member(params, "add", files);
    if (!append_file(files, path, path))
        return EXIT_UNKNOWN;
    return run(cli, g_steal_pointer(&params), &reply);
}

static gint
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const gchar *const *)a, *(const gchar *const *)b);
}

/* In the order of their names. (element-type utf8) */
static GPtrArray *
list_certificate_files(const gchar *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) folder = g_dir_open(path, 0, &error);
    if (folder == NULL) {
        report_error("%s", error->message);
        return NULL;
    }
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    const gchar *name;
    while ((name = g_dir_read_name(folder)) != NULL)
        if (drs_map_is_certificate_file(name))
            g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, compare_names);
    return names;
}

static CliExit
import_folder(Cli *cli, const gchar *path)
{
    g_auto(OpReply) reply = {0};
    g_autoptr(JsonObject) params = json_object_new();
    g_autoptr(GPtrArray) names = list_certificate_files(path);
    JsonArray *files = json_array_new();
    json_object_set_array_member(params, "add", files);
    for (guint i = 0; names != NULL && i < names->len; i++) {
        const gchar *name = g_ptr_array_index(names, i);
        g_autofree gchar *file = g_build_filename(path, name, NULL);
        if (!append_file(files, file, name))
            return EXIT_UNKNOWN;
    }
    if (names == NULL)
        return EXIT_UNKNOWN;
    if (names->len == 0) {
        report_error("%s: there are no files *.cer, *.crt, *.der or *.pem", path);
        return EXIT_UNKNOWN;
    }
    return run(cli, g_steal_pointer(&params), &reply);
}

/* @address: NULL: all. */
static CliExit
remove_one(Cli *cli, const gchar *address, gint64 *n_removed)
{
    g_auto(OpReply) reply = {0};
    JsonObject *params = json_object_new();
    json_object_set_boolean_member(params, "remove", TRUE);
    if (address != NULL)
        json_object_set_string_member(params, "address", address);
    CliExit status = cli_run(cli, "drs-map", params, NULL, &reply);
    if (status != EXIT_HOLDS)
        return status;
    gint64 n = json_object_get_int_member(reply.result, "removed");
    *n_removed += n;
    if (n > 0 || address == NULL)
        return EXIT_HOLDS;
    report_error("the map has no entry for %s that could be removed", address);
    return EXIT_DOES_NOT_HOLD;
}

static CliExit
remove_entries(Cli *cli, gchar **addresses)
{
    gint64 n_removed = 0;
    CliExit status = addresses[0] == NULL ? remove_one(cli, NULL, &n_removed) : EXIT_HOLDS;
    for (gchar **address = addresses; *address != NULL && status <= EXIT_DOES_NOT_HOLD; address++) {
        CliExit one = remove_one(cli, *address, &n_removed);
        status = MAX(status, one);
    }
    if (status > EXIT_DOES_NOT_HOLD)
        return status;
    if (cli->options.json) {
        g_autoptr(JsonObject) object = json_object_new();
        json_object_set_int_member(object, "removed", n_removed);
        report_json(object);
    } else {
        report_line("removed: %" G_GINT64_FORMAT, n_removed);
    }
    return status;
}

CliExit
verb_drs_map(Cli *cli, gint argc, gchar **argv)
{
    gboolean all = FALSE;
    const GOptionEntry entries[] = {
        {"all", 0, 0, G_OPTION_ARG_NONE, &all, "With \"remove\": every entry", NULL},
        END_OF_ENTRIES,
    };
    g_auto(GStrv) words = options_parse_verb(cli, "drs map", entries, 1, G_MAXUINT, argc, argv);
    if (words == NULL)
        return EXIT_USAGE;
    guint n = g_strv_length(words);
    if (g_str_equal(words[0], "list") && n <= 2 && !all)
        return list(cli, words[1]);
    if (g_str_equal(words[0], "add") && n == 3 && !all)
        return add(cli, words[1], words[2]);
    if (g_str_equal(words[0], "import") && n == 2 && !all)
        return import_folder(cli, words[1]);
    if (g_str_equal(words[0], "remove") && (n > 1) != all)
        return remove_entries(cli, words + 1);
    report_error("drs map: one of \"list [ADDRESS]\", \"add ADDRESS FILE\", \"import DIR\", "
                 "\"remove ADDRESS…\", \"remove --all\"");
    return EXIT_USAGE;
}
