/* SPDX-License-Identifier: MPL-2.0 */

#include "cli.h"
#include "header-options.h"
#include "input.h"
#include "json-facts.h"
#include "options.h"
#include "report.h"
#include "run.h"
#include "trust-options.h"

/* Without it, the message would have to share standard output with the JSON. */
static gboolean
has_place_for_message(const Cli *cli)
{
    if (!cli->options.json || cli->options.output != NULL)
        return TRUE;
    report_error("with --json the message needs --output FILE");
    return FALSE;
}

/* Writes the message that an operation made. */
static CliExit
show_protected(Cli *cli, OpReply *reply)
{
    if (!output_write(cli, g_ptr_array_index(reply->bodies, 0)))
        return EXIT_UNKNOWN;
    if (cli->options.json)
        cli_show_json(reply);
    return EXIT_HOLDS;
}

typedef struct {
    gboolean opaque;
    gboolean no_certificate;
    gchar *digest;
    gchar *author;
    HeaderOptions header;
} SignOptions;

static void
sign_options_clear(SignOptions *options)
{
    g_free(options->digest);
    g_free(options->author);
    header_options_clear(&options->header);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SignOptions, sign_options_clear)

/* Zero-terminated. */
static GArray *
make_sign_entries(SignOptions *options)
{
    const GOptionEntry entries[] = {
        {"opaque", 0, 0, G_OPTION_ARG_NONE, &options->opaque,
         "One application/pkcs7-mime instead of multipart/signed", NULL},
        {"no-certificate", 0, 0, G_OPTION_ARG_NONE, &options->no_certificate,
         "Leave the signer's certificate out", NULL},
        {"digest", 0, 0, G_OPTION_ARG_STRING, &options->digest,
         "sha-256, sha-384 or sha-512 (default: as the key wants it)", "NAME"},
        {"author", 0, 0, G_OPTION_ARG_STRING, &options->author,
         "Sign with this address's key instead of From's", "ADDRESS"},
    };
    GArray *all = g_array_new(TRUE, FALSE, sizeof(GOptionEntry));
    g_array_append_vals(all, entries, G_N_ELEMENTS(entries));
    header_options_add_entries(&options->header, all);
    return all;
}

static CliExit
run_sign(Cli *cli, const SignOptions *options, const gchar *path, OpReply *reply)
{
    g_autoptr(JsonObject) params = json_object_new();
    json_object_set_boolean_member(params, "opaque", options->opaque);
    json_object_set_boolean_member(params, "certificate", !options->no_certificate);
    if (options->digest != NULL)
        json_object_set_string_member(params, "digest", options->digest);
    if (options->author != NULL)
        json_object_set_string_member(params, "author", options->author);
    CliExit status = header_options_add_params(cli, params, &options->header);
    if (status == EXIT_HOLDS)
        status = cli_run_on_message(cli, "sign", g_steal_pointer(&params), path, reply);
    return status;
}

CliExit
verb_sign(Cli *cli, gint argc, gchar **argv)
{
    g_auto(SignOptions) options = {0};
    g_autoptr(GArray) entries = make_sign_entries(&options);
    g_auto(GStrv) files = options_parse_verb(
        cli, "sign", (const GOptionEntry *)(gpointer)entries->data, 0, 1, argc, argv);
    if (files == NULL || !has_place_for_message(cli))
        return EXIT_USAGE;
    g_auto(OpReply) reply = {0};
    CliExit status = run_sign(cli, &options, files[0], &reply);
    if (status == EXIT_HOLDS)
        status = show_protected(cli, &reply);
    return status;
}

typedef struct {
    gchar **certificates;
    gchar **recipients;
    gchar *cipher;
    gchar *key_transport;
    gchar *bcc_folder;
    HeaderOptions header;
    TrustOptions trust;
    gboolean sign;
    gboolean no_self;
} EncryptOptions;

static void
encrypt_options_clear(EncryptOptions *options)
{
    g_strfreev(options->certificates);
    g_strfreev(options->recipients);
    g_free(options->cipher);
    g_free(options->key_transport);
    g_free(options->bcc_folder);
    header_options_clear(&options->header);
    trust_options_clear(&options->trust);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(EncryptOptions, encrypt_options_clear)

static JsonObject *
make_encrypt_params(const EncryptOptions *options)
{
    JsonObject *params = json_object_new();
    if (options->recipients != NULL)
        json_set_strings(params, "recipients", (const gchar *const *)options->recipients);
    if (options->cipher != NULL)
        json_object_set_string_member(params, "cipher", options->cipher);
    if (options->key_transport != NULL)
        json_object_set_string_member(params, "key_transport", options->key_transport);
    json_object_set_boolean_member(params, "self", !options->no_self);
    json_object_set_boolean_member(params, "bcc_copies", options->bcc_folder != NULL);
    return params;
}

/* bcc-1.eml, bcc-2.eml …: an address is no file name. */
static CliExit
write_bcc_copies(const OpReply *reply, const gchar *folder)
{
    JsonArray *addresses = json_array(reply->result, "bcc_copies");
    for (guint i = 0; i < json_array_get_length(addresses); i++) {
        g_autofree gchar *name = g_strdup_printf("bcc-%u.eml", i + 1);
        g_autofree gchar *path = g_build_filename(folder, name, NULL);
        if (!output_write_file(path, g_ptr_array_index(reply->bodies, i + 1)))
            return EXIT_UNKNOWN;
        report_to_stderr(TRUE);
        report_line("%s: for %s", path, json_array_get_string_element(addresses, i));
        report_to_stderr(FALSE);
    }
    return EXIT_HOLDS;
}

/* Where the message may go to standard output. */
static void
show_cipher(const Cli *cli, const OpReply *reply)
{
    if (!cli->options.verbose || cli->options.json)
        return;
    report_to_stderr(TRUE);
    report_line("%s", json_text(reply->result, "cipher_detail"));
    report_to_stderr(FALSE);
}

static void
warn_of_bcc(const OpReply *reply)
{
    JsonArray *recipients = json_array(reply->result, "recipients");
    for (guint i = 0; i < json_array_get_length(recipients); i++)
        if (g_strcmp0(json_text(json_array_get_object_element(recipients, i), "role"), "bcc") ==
            0) {
            report_error("note: the envelope shows everybody the certificates of Bcc recipients; "
                         "--bcc-folder writes a copy for each instead");
            return;
        }
}

static void
warn_of_visible_fields(const OpReply *reply)
{
    if (json_object(reply->result, "header") == NULL)
        report_error("note: the message was signed or encrypted already, so that its subject and "
                     "other fields stay visible; \"encrypt --sign\" hides them");
}

/* Zero-terminated. */
static GArray *
make_encrypt_entries(EncryptOptions *options)
{
    const GOptionEntry entries[] = {
        {"sign", 0, 0, G_OPTION_ARG_NONE, &options->sign,
         "Sign it too, with the key of its From address", NULL},
        {"cert", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->certificates,
         "Encrypt to this certificate; may be repeated", "FILE"},
        {"recipient", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->recipients,
         "Encrypt to this address; may be repeated", "ADDRESS"},
        {"cipher", 0, 0, G_OPTION_ARG_STRING, &options->cipher,
         "aes-128-cbc … aes-256-gcm (default auto: aes-256-gcm where all are known to read it, "
         "else aes-256-cbc)",
         "NAME"},
        {"key-transport", 0, 0, G_OPTION_ARG_STRING, &options->key_transport,
         "To RSA keys: pkcs1, which everybody reads, or oaep (default pkcs1)", "NAME"},
        {"no-self", 0, 0, G_OPTION_ARG_NONE, &options->no_self, "Not to oneself", NULL},
        {"bcc-folder", 0, 0, G_OPTION_ARG_FILENAME, &options->bcc_folder,
         "Write a copy for each Bcc recipient here, and leave them out of the message", "DIR"},
    };
    GArray *all = g_array_new(TRUE, FALSE, sizeof(GOptionEntry));
    g_array_append_vals(all, entries, G_N_ELEMENTS(entries));
    header_options_add_entries(&options->header, all);
    trust_options_add_entries(&options->trust, all);
    return all;
}

static CliExit
run_encrypt(Cli *cli, const EncryptOptions *options, const gchar *path, OpReply *reply)
{
    g_autoptr(JsonObject) params = make_encrypt_params(options);
    CliExit status = cli_add_certificates(cli, params, "certificates", options->certificates);
    if (status == EXIT_HOLDS)
        status = trust_options_add_params(cli, params, &options->trust);
    if (status == EXIT_HOLDS)
        status = header_options_add_params(cli, params, &options->header);
    if (status == EXIT_HOLDS)
        status = cli_run_on_message(cli, options->sign ? "sign-encrypt" : "encrypt",
                                    g_steal_pointer(&params), path, reply);
    return status;
}

CliExit
verb_encrypt(Cli *cli, gint argc, gchar **argv)
{
    g_auto(EncryptOptions) options = {0};
    g_autoptr(GArray) entries = make_encrypt_entries(&options);
    g_auto(GStrv) files = options_parse_verb(
        cli, "encrypt", (const GOptionEntry *)(gpointer)entries->data, 0, 1, argc, argv);
    if (files == NULL || !has_place_for_message(cli))
        return EXIT_USAGE;
    g_auto(OpReply) reply = {0};
    CliExit status = run_encrypt(cli, &options, files[0], &reply);
    /* The copies first: a message that is there has them. */
    if (status == EXIT_HOLDS && options.bcc_folder != NULL)
        status = write_bcc_copies(&reply, options.bcc_folder);
    if (status == EXIT_HOLDS)
        status = show_protected(cli, &reply);
    if (status == EXIT_HOLDS)
        show_cipher(cli, &reply);
    if (status == EXIT_HOLDS && options.bcc_folder == NULL)
        warn_of_bcc(&reply);
    if (status == EXIT_HOLDS)
        warn_of_visible_fields(&reply);
    return status;
}
