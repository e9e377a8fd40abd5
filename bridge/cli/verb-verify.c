/* SPDX-License-Identifier: MPL-2.0 */

#include "cli.h"
#include "input.h"
#include "mapped-input.h"
#include "options.h"
#include "report.h"
#include "run.h"
#include "trust-options.h"
#include "verdict-report.h"

/* What "verify", "read" and "decrypt" are told besides the message. */
typedef struct {
    gchar **pins;
    TrustOptions trust;
    gchar **keys;
    gchar **key_password_files;
    gchar *message_password_file;
    gchar *author;
    gchar *content;
    gboolean fetch_crls;
    gboolean fetch_private;
    gboolean raw;
    gboolean entity;
} ReadOptions;

static void
read_options_clear(ReadOptions *options)
{
    g_strfreev(options->pins);
    trust_options_clear(&options->trust);
    g_strfreev(options->keys);
    g_strfreev(options->key_password_files);
    g_free(options->message_password_file);
    g_free(options->author);
    g_free(options->content);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ReadOptions, read_options_clear)

/* Which groups of options a verb has. */
enum { TAKES_TRUST = 1, TAKES_KEYS = 2, TAKES_RAW = 4, TAKES_ENTITY = 8 };

/* Zero-terminated; into @o. */
static GArray *
make_entries(ReadOptions *o, guint takes)
{
    const GOptionEntry trust[] = {
        {"cert", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->pins,
         "Trust this certificate instead of the DNS; may be repeated", "FILE"},
        {"author", 0, 0, G_OPTION_ARG_STRING, &o->author,
         "The author's address, instead of the message's From", "ADDRESS"},
        {"content", 0, 0, G_OPTION_ARG_FILENAME, &o->content,
         "What a detached signature signs, if FILE is a bare CMS object", "FILE"},
        {"fetch-crls", 0, 0, G_OPTION_ARG_NONE, &o->fetch_crls,
         "Fetch the revocation lists that the signer's certificates name, for this message", NULL},
        {"fetch-private", 0, 0, G_OPTION_ARG_NONE, &o->fetch_private,
         "With --fetch-crls: also from this machine and its network, not only from public "
         "addresses",
         NULL},
    };
    const GOptionEntry keys[] = {
        {"key", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->keys,
         "PKCS#12 or PEM file with the key, instead of the key store; may be repeated", "FILE"},
        {"key-password-file", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->key_password_files,
         "File with the password of --key in its first line", "FILE"},
        {"message-password-file", 0, 0, G_OPTION_ARG_FILENAME, &o->message_password_file,
         "File with the password that the message itself is encrypted with in its first line",
         "FILE"},
    };
    const GOptionEntry raw = {
        "raw",   0,
        0,       G_OPTION_ARG_NONE,
        &o->raw, "Write what was in the envelope, without the message's header fields",
        NULL};
    const GOptionEntry entity = {
        "entity",   0,
        0,          G_OPTION_ARG_NONE,
        &o->entity, "Write the innermost MIME entity alone: its Content- fields and its body",
        NULL};
    GArray *entries = g_array_new(TRUE, FALSE, sizeof(GOptionEntry));
    if ((takes & TAKES_TRUST) != 0) {
        g_array_append_vals(entries, trust, G_N_ELEMENTS(trust));
        trust_options_add_entries(&o->trust, entries);
    }
    if ((takes & TAKES_KEYS) != 0)
        g_array_append_vals(entries, keys, G_N_ELEMENTS(keys));
    if ((takes & TAKES_RAW) != 0)
        g_array_append_val(entries, raw);
    if ((takes & TAKES_ENTITY) != 0)
        g_array_append_val(entries, entity);
    return entries;
}

/* The words besides the options; NULL after a fault. */
static gchar **
parse_options(Cli *cli, const gchar *verb, guint takes, ReadOptions *options, gint argc,
              gchar **argv)
{
    g_autoptr(GArray) entries = make_entries(options, takes);
    g_auto(GStrv) words = options_parse_verb(
        cli, verb, (const GOptionEntry *)(gpointer)entries->data, 0, 1, argc, argv);
    if (words == NULL || !options->fetch_private || options->fetch_crls)
        return g_steal_pointer(&words);
    report_error("%s: --fetch-private is for --fetch-crls, which was not given", verb);
    return NULL;
}

static CliExit
add_params(Cli *cli, JsonObject *params, const ReadOptions *options)
{
    if (options->author != NULL)
        json_object_set_string_member(params, "author", options->author);
    if ((options->message_password_file != NULL &&
         !input_add_password(params, "message_password", options->message_password_file)) ||
        (options->content != NULL && !input_add_file(params, "content", options->content)))
        return EXIT_UNKNOWN;
    CliExit status = cli_add_certificates(cli, params, "pins", options->pins);
    if (status == EXIT_HOLDS)
        status = trust_options_add_params(cli, params, &options->trust);
    if (status == EXIT_HOLDS)
        status = input_add_key_files(params, options->keys, options->key_password_files);
    return status;
}

/* Runs @op over the message. EXIT_HOLDS: @reply is filled. */
static CliExit
run_on_message(Cli *cli, const gchar *op, const ReadOptions *options, const gchar *path,
               OpReply *reply)
{
    g_autoptr(JsonObject) params = json_object_new();
    if (options->raw)
        json_object_set_boolean_member(params, "raw", TRUE);
    if (options->entity)
        json_object_set_boolean_member(params, "entity", TRUE);
    if (options->fetch_crls)
        json_object_set_boolean_member(params, "fetch_crls", TRUE);
    if (options->fetch_private)
        json_object_set_boolean_member(params, "fetch_private", TRUE);
    CliExit status = add_params(cli, params, options);
    if (status != EXIT_HOLDS)
        return status;
    return cli_run_on_message(cli, op, g_steal_pointer(&params), path, reply);
}

CliExit
verb_verify(Cli *cli, gint argc, gchar **argv)
{
    g_auto(ReadOptions) options = {0};
    g_auto(GStrv) files = parse_options(cli, "verify", TAKES_TRUST, &options, argc, argv);
    if (files == NULL)
        return EXIT_USAGE;
    g_auto(OpReply) reply = {0};
    CliExit status = run_on_message(cli, "verify", &options, files[0], &reply);
    if (status != EXIT_HOLDS)
        return status;
    if (cli->options.json)
        cli_show_json(&reply);
    else
        verdict_report(reply.result, cli->options.verbose);
    status = verdict_get_exit(reply.result, FALSE);
    return status;
}

CliExit
verb_read(Cli *cli, gint argc, gchar **argv)
{
    g_auto(ReadOptions) options = {0};
    g_auto(GStrv) files =
        parse_options(cli, "read", TAKES_TRUST | TAKES_KEYS | TAKES_ENTITY, &options, argc, argv);
    if (files == NULL)
        return EXIT_USAGE;
    g_auto(OpReply) reply = {0};
    CliExit status = run_on_message(cli, "read", &options, files[0], &reply);
    if (status != EXIT_HOLDS)
        return status;
    status = verdict_get_exit(reply.result, TRUE);
    const OctetSource *message = g_ptr_array_index(reply.bodies, 0);
    if ((!cli->options.json || cli->options.output != NULL) && !output_write(cli, message))
        status = EXIT_UNKNOWN;
    /* Nor is a verdict given on what is no more. */
    if (status == EXIT_UNKNOWN && !mapped_input_is_unchanged(NULL))
        return status;
    if (cli->options.json) {
        cli_show_json(&reply);
    } else {
        report_to_stderr(TRUE);
        verdict_report(reply.result, cli->options.verbose);
        report_to_stderr(FALSE);
    }
    return status;
}

CliExit
verb_decrypt(Cli *cli, gint argc, gchar **argv)
{
    g_auto(ReadOptions) options = {0};
    g_auto(GStrv) files =
        parse_options(cli, "decrypt", TAKES_KEYS | TAKES_RAW, &options, argc, argv);
    if (files == NULL)
        return EXIT_USAGE;
    g_auto(OpReply) reply = {0};
    CliExit status = run_on_message(cli, "decrypt", &options, files[0], &reply);
    if (status != EXIT_HOLDS)
        return status;
    gboolean to_stdout = cli->options.output == NULL;
    if ((!cli->options.json || !to_stdout) &&
        !output_write(cli, g_ptr_array_index(reply.bodies, 0)))
        status = EXIT_UNKNOWN;
    if (cli->options.json) {
        cli_show_json(&reply);
    } else {
        report_to_stderr(TRUE);
        verdict_report_weakness(json_object(reply.result, "encryption"));
        report_to_stderr(FALSE);
    }
    return status;
}
