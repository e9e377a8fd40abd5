/* SPDX-License-Identifier: MPL-2.0 */

#include "cli.h"
#include "input.h"
#include "options.h"
#include "report.h"
#include "run.h"

static void
show_key(JsonObject *certificate)
{
    g_autofree gchar *addresses = json_joined(certificate, "addresses");
    const gchar *time = json_text(certificate, "time");
    gboolean valid = time == NULL || g_str_equal(time, "valid");
    report_line("%s%s%s%s", addresses == NULL ? "(no address)" : addresses, valid ? "" : " (",
                valid ? "" : time, valid ? "" : ")");
    report_field("subject", json_text(certificate, "subject"));
    report_field("key", json_text(certificate, "key"));
    report_line("  %-13s %s to %s", "valid", json_text(certificate, "not_before"),
                json_text(certificate, "not_after"));
    report_field("SHA-256", json_text(certificate, "sha256"));
}

static void
show_keys(JsonArray *keys)
{
    for (guint i = 0; i < json_array_get_length(keys); i++)
        show_key(json_array_get_object_element(keys, i));
}

CliExit
verb_keygen(Cli *cli, gint argc, gchar **argv)
{
    g_autofree gchar *name = NULL, *algorithm = NULL;
    gint n_days = 1095;
    const GOptionEntry entries[] = {
        {"name", 0, 0, G_OPTION_ARG_STRING, &name, "Name in the certificate (default the address)",
         "TEXT"},
        {"algorithm", 0, 0, G_OPTION_ARG_STRING, &algorithm,
         "rsa-2048, rsa-3072 (default), rsa-4096, p-256 or p-384", "NAME"},
        {"days", 0, 0, G_OPTION_ARG_INT, &n_days,
         "How long the certificate is valid (default 1095)", "N"},
        END_OF_ENTRIES,
    };
    g_auto(GStrv) words = options_parse_verb(cli, "keygen", entries, 1, 1, argc, argv);
    if (words == NULL)
        return EXIT_USAGE;
    JsonObject *params = json_object_new();
    json_object_set_string_member(params, "address", words[0]);
    json_object_set_int_member(params, "days", n_days);
    if (name != NULL)
        json_object_set_string_member(params, "name", name);
    if (algorithm != NULL)
        json_object_set_string_member(params, "algorithm", algorithm);
    g_auto(OpReply) reply = {0};
    CliExit status = cli_run(cli, "keygen", params, NULL, &reply);
    if (status != EXIT_HOLDS)
        return status;
    if (cli->options.json)
        cli_show_json(&reply);
    else
        show_key(json_object(reply.result, "certificate"));
    return status;
}

static JsonObject *
address_params(const gchar *address)
{
    JsonObject *params = json_object_new();
    if (address != NULL)
        json_object_set_string_member(params, "address", address);
    return params;
}

CliExit
verb_keys(Cli *cli, gint argc, gchar **argv)
{
    g_auto(GStrv) words = options_parse_verb(cli, "keys", NULL, 0, 1, argc, argv);
    if (words == NULL)
        return EXIT_USAGE;
    g_auto(OpReply) reply = {0};
    CliExit status = cli_run(cli, "keys", address_params(words[0]), NULL, &reply);
    if (status != EXIT_HOLDS)
        return status;
    JsonArray *keys = json_array(reply.result, "keys");
    if (cli->options.json)
        cli_show_json(&reply);
    else
        show_keys(keys);
    if (json_array_get_length(keys) == 0 && words[0] != NULL) {
        report_error("no key for %s in the key store", words[0]);
        status = EXIT_DOES_NOT_HOLD;
    }
    return status;
}

/* The one key of an address; several have to be told apart by the user. */
static CliExit
find_only_key(Cli *cli, const gchar *address, gchar **out_sha256)
{
    g_auto(OpReply) reply = {0};
    CliExit status = cli_run(cli, "keys", address_params(address), NULL, &reply);
    if (status != EXIT_HOLDS)
        return status;
    JsonArray *keys = json_array(reply.result, "keys");
    guint n_keys = json_array_get_length(keys);
    if (n_keys == 1) {
        *out_sha256 = g_strdup(json_text(json_array_get_object_element(keys, 0), "sha256"));
    } else {
        report_error(
            n_keys == 0 ? "no key for %s in the key store"
                        : "several keys for %s: choose one with --sha256 (see \"dane-smime keys\")",
            address);
        status = n_keys == 0 ? EXIT_DOES_NOT_HOLD : EXIT_USAGE;
    }
    return status;
}

CliExit
verb_delete(Cli *cli, gint argc, gchar **argv)
{
    g_autofree gchar *sha256 = NULL;
    const GOptionEntry entries[] = {
        {"sha256", 0, 0, G_OPTION_ARG_STRING, &sha256,
         "The certificate's SHA-256, where an address has several keys", "HEX"},
        END_OF_ENTRIES,
    };
    g_auto(GStrv) words = options_parse_verb(cli, "delete", entries, 0, 1, argc, argv);
    if (words == NULL)
        return EXIT_USAGE;
    if ((words[0] == NULL) == (sha256 == NULL)) {
        report_error("delete: either an address or --sha256 is wanted");
        return EXIT_USAGE;
    }
    CliExit status = sha256 != NULL ? EXIT_HOLDS : find_only_key(cli, words[0], &sha256);
    if (status != EXIT_HOLDS)
        return status;
    JsonObject *params = json_object_new();
    json_object_set_string_member(params, "sha256", sha256);
    g_auto(OpReply) reply = {0};
    status = cli_run(cli, "delete", params, NULL, &reply);
    if (status == EXIT_HOLDS && cli->options.json)
        cli_show_json(&reply);
    else if (status == EXIT_HOLDS)
        report_line("deleted: %s", sha256);
    return status;
}

/* Adds the password, which is wiped; FALSE if there is none. */
static gboolean
add_password(JsonObject *params, gchar *password)
{
    if (password == NULL)
        return FALSE;
    json_object_set_string_member(params, "password", password);
    password_free(password);
    return TRUE;
}

CliExit
verb_import(Cli *cli, gint argc, gchar **argv)
{
    g_autofree gchar *password_file = NULL;
    const GOptionEntry entries[] = {
        {"import-password-file", 0, 0, G_OPTION_ARG_FILENAME, &password_file,
         "File with FILE's password in its first line", "FILE"},
        END_OF_ENTRIES,
    };
    g_auto(GStrv) words = options_parse_verb(cli, "import", entries, 1, 1, argc, argv);
    if (words == NULL)
        return EXIT_USAGE;
    g_autoptr(JsonObject) params = json_object_new();
    if (!input_add_file(params, "octets", words[0]))
        return EXIT_UNKNOWN;
    if (password_file != NULL && !add_password(params, input_read_password(password_file)))
        return EXIT_UNKNOWN;
    g_auto(OpReply) reply = {0};
    CliExit status = cli_run_on_file(cli, "import", g_steal_pointer(&params), words[0], &reply);
    if (status != EXIT_HOLDS)
        return status;
    if (cli->options.json)
        cli_show_json(&reply);
    else
        show_keys(json_array(reply.result, "imported"));
    return status;
}

CliExit
verb_export(Cli *cli, gint argc, gchar **argv)
{
    g_autofree gchar *password_file = NULL, *sha256 = NULL;
    gboolean certificate_only = FALSE;
    const GOptionEntry entries[] = {
        {"export-password-file", 0, 0, G_OPTION_ARG_FILENAME, &password_file,
         "File with the password for FILE in its first line", "FILE"},
        {"certificate-only", 0, 0, G_OPTION_ARG_NONE, &certificate_only,
         "The certificate alone, in DER", NULL},
        {"sha256", 0, 0, G_OPTION_ARG_STRING, &sha256,
         "The certificate's SHA-256 (default: the address's newest)", "HEX"},
        END_OF_ENTRIES,
    };
    g_auto(GStrv) words = options_parse_verb(cli, "export", entries, 2, 2, argc, argv);
    if (words == NULL)
        return EXIT_USAGE;
    if (password_file == NULL && !certificate_only) {
        report_error("export: --export-password-file or --certificate-only is wanted");
        return EXIT_USAGE;
    }
    if (cli->options.json && g_str_equal(words[1], "-")) {
        report_error("export: with --json FILE can't be standard output");
        return EXIT_USAGE;
    }
    g_autoptr(JsonObject) params = address_params(words[0]);
    json_object_set_boolean_member(params, "certificate_only", certificate_only);
    if (sha256 != NULL)
        json_object_set_string_member(params, "sha256", sha256);
    if (password_file != NULL &&
        !add_password(params, input_read_protecting_password(password_file)))
        return EXIT_UNKNOWN;
    g_auto(OpReply) reply = {0};
    CliExit status = cli_run(cli, "export", g_steal_pointer(&params), NULL, &reply);
    if (status != EXIT_HOLDS)
        return status;
    if (!output_write_file(words[1], g_ptr_array_index(reply.bodies, 0)))
        status = EXIT_UNKNOWN;
    else if (cli->options.json)
        cli_show_json(&reply);
    return status;
}
