/* SPDX-License-Identifier: MPL-2.0 */

#include "drs-options.h"
#include "input.h"
#include "options.h"
#include "report.h"
#include "run.h"

/* What "drs unprotect" is told. */
typedef struct {
    gchar *type;
    gchar *sender;
    gchar *recipient;
    gchar *legacy;
    gchar **authorities;
    gchar **crls;
    gchar **keys;
    gchar **key_password_files;
    gboolean pinned;
    gboolean framed;
    gboolean mail;
    gboolean learn;
} UnprotectOptions;

static void
unprotect_options_clear(UnprotectOptions *options)
{
    g_free(options->type);
    g_free(options->sender);
    g_free(options->recipient);
    g_free(options->legacy);
    g_strfreev(options->authorities);
    g_strfreev(options->crls);
    g_strfreev(options->keys);
    g_strfreev(options->key_password_files);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(UnprotectOptions, unprotect_options_clear)

static gchar **
parse_options(Cli *cli, UnprotectOptions *o, gint argc, gchar **argv)
{
    const GOptionEntry entries[] = {
        {"type", 0, 0, G_OPTION_ARG_STRING, &o->type, "\"request\" or \"response\"", "TYPE"},
        {"sender", 0, 0, G_OPTION_ARG_STRING, &o->sender,
         "Whose message it is; with --mail From says it, and has to be this", "ADDRESS"},
        {"ca", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->authorities,
         "The authority that all controllers have in common; further files for those between",
         "FILE"},
        {"pinned", 0, 0, G_OPTION_ARG_NONE, &o->pinned,
         "Take the certificate that the map has for the sender, and no other", NULL},
        {"crl", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->crls,
         "Revocation list, beside those that are kept; may be repeated", "FILE"},
        {"legacy", 0, 0, G_OPTION_ARG_STRING, &o->legacy,
         "Read \"rc4\", \"md5\" or \"rc4,md5\", too", "NAMES"},
        {"framed", 0, 0, G_OPTION_ARG_NONE, &o->framed, "FILE has a frame round the message", NULL},
        {"mail", 0, 0, G_OPTION_ARG_NONE, &o->mail, "FILE is the mail, with a frame in it", NULL},
        {"recipient", 0, 0, G_OPTION_ARG_STRING, &o->recipient,
         "With --mail: what To has to be (default: an address of one's own)", "ADDRESS"},
        {"learn", 0, 0, G_OPTION_ARG_NONE, &o->learn, "Remember the certificate of a response, too",
         NULL},
        {"key", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->keys,
         "PKCS#12 or PEM file with the key, instead of the key store; may be repeated", "FILE"},
        {"key-password-file", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->key_password_files,
         "File with the password of --key in its first line", "FILE"},
        END_OF_ENTRIES,
    };
    return options_parse_verb(cli, "drs unprotect", entries, 0, 1, argc, argv);
}

/* Why these options make no sense; NULL if they do. */
static const gchar *
find_fault(const UnprotectOptions *options)
{
    if (options->type == NULL || (options->sender == NULL && !options->mail))
        return "--type and --sender are needed";
    if (options->pinned == (options->authorities != NULL))
        return "either --ca or --pinned has to say what the sender's certificate is judged by";
    if (options->pinned && options->crls != NULL)
        return "--crl goes with --ca alone: with --pinned no revocation list is looked at, remove "
               "the map's entry instead";
    if (options->recipient != NULL && !options->mail)
        return "--recipient goes with --mail alone";
    return NULL;
}

static CliExit
add_params(Cli *cli, const UnprotectOptions *options, JsonObject *params)
{
    json_object_set_string_member(params, "type", options->type);
    if (options->sender != NULL)
        json_object_set_string_member(params, "sender", options->sender);
    if (options->recipient != NULL)
        json_object_set_string_member(params, "recipient", options->recipient);
    drs_add_legacy(params, options->legacy);
    json_object_set_boolean_member(params, "pinned", options->pinned);
    json_object_set_boolean_member(params, "framed", options->framed);
    json_object_set_boolean_member(params, "mail", options->mail);
    json_object_set_boolean_member(params, "learn", options->learn);
    CliExit status = cli_add_certificates(cli, params, "authorities", options->authorities);
    if (status == EXIT_HOLDS && !input_add_crls(params, "crls", options->crls))
        status = EXIT_UNKNOWN;
    if (status == EXIT_HOLDS)
        status = input_add_key_files(params, options->keys, options->key_password_files);
    return status;
}

/* Where the data may go to standard output. */
static void
show_facts(const Cli *cli, const OpReply *reply)
{
    JsonObject *signer = json_object(reply->result, "signer");
    const gchar *problem = json_text(reply->result, "learning_problem");
    if (problem != NULL)
        report_error("note: the certificate could not be remembered: %s", problem);
    if (!cli->options.verbose || cli->options.json)
        return;
    report_to_stderr(TRUE);
    report_line("%s from %s", json_text(reply->result, "type"), json_text(reply->result, "sender"));
    report_field("signer", json_text(signer, "subject"));
    report_field("trust", json_text(reply->result, "trust"));
    report_field("kind", json_text(reply->result, "kind"));
    report_field("GUID", json_text(reply->result, "guid"));
    report_field("digest", json_text(reply->result, "digest"));
    report_field("signed", json_text(reply->result, "signing_time"));
    report_field("cipher", json_text(reply->result, "cipher"));
    if (json_object_get_boolean_member(reply->result, "learned"))
        report_field("map", "has this certificate now");
    report_to_stderr(FALSE);
}

CliExit
verb_drs_unprotect(Cli *cli, gint argc, gchar **argv)
{
    g_auto(UnprotectOptions) options = {0};
    g_auto(GStrv) files = parse_options(cli, &options, argc, argv);
    if (files == NULL)
        return EXIT_USAGE;
    const gchar *fault = find_fault(&options);
    if (fault != NULL) {
        report_error("drs unprotect: %s", fault);
        return EXIT_USAGE;
    }
    g_autoptr(JsonObject) params = json_object_new();
    g_auto(OpReply) reply = {0};
    CliExit status = add_params(cli, &options, params);
    if (status == EXIT_HOLDS)
        status =
            cli_run_on_message(cli, "drs-unprotect", g_steal_pointer(&params), files[0], &reply);
    if (status == EXIT_HOLDS)
        status = drs_write_octets(cli, &reply);
    if (status == EXIT_HOLDS)
        show_facts(cli, &reply);
    return status;
}
