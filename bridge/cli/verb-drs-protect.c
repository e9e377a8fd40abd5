/* SPDX-License-Identifier: MPL-2.0 */

#include "drs-options.h"
#include "options.h"
#include "report.h"
#include "run.h"

/* What "drs protect" is told. */
typedef struct {
    gchar *type;
    gchar *sender;
    gchar *recipient;
    gchar *legacy;
    gchar *commentary;
    gboolean framed;
    gboolean mail;
    DrsFrameOptions frame;
} ProtectOptions;

static void
protect_options_clear(ProtectOptions *options)
{
    g_free(options->type);
    g_free(options->sender);
    g_free(options->recipient);
    g_free(options->legacy);
    g_free(options->commentary);
    drs_frame_options_clear(&options->frame);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ProtectOptions, protect_options_clear)

static gchar **
parse_options(Cli *cli, ProtectOptions *o, gint argc, gchar **argv)
{
    const GOptionEntry own[] = {
        {"type", 0, 0, G_OPTION_ARG_STRING, &o->type, "\"request\" or \"response\"", "TYPE"},
        {"sender", 0, 0, G_OPTION_ARG_STRING, &o->sender, "Sign with the key of this address",
         "ADDRESS"},
        {"recipient", 0, 0, G_OPTION_ARG_STRING, &o->recipient,
         "Encrypt a response to the map's certificate of this address", "ADDRESS"},
        {"legacy", 0, 0, G_OPTION_ARG_STRING, &o->legacy,
         "\"rc4\" instead of AES-128, \"md5\" instead of SHA-256, or \"rc4,md5\"", "NAMES"},
        {"framed", 0, 0, G_OPTION_ARG_NONE, &o->framed, "Put a frame round it", NULL},
        {"mail", 0, 0, G_OPTION_ARG_NONE, &o->mail, "Put a frame and a mail round it", NULL},
        {"commentary", 0, 0, G_OPTION_ARG_STRING, &o->commentary,
         "With --mail: the end of its Subject", "TEXT"},
    };
    g_autoptr(GArray) entries = g_array_new(TRUE, FALSE, sizeof(GOptionEntry));
    g_array_append_vals(entries, own, G_N_ELEMENTS(own));
    drs_frame_options_add_entries(&o->frame, entries);
    return options_parse_verb(cli, "drs protect", (const GOptionEntry *)(gpointer)entries->data, 0,
                              1, argc, argv);
}

/* Why these options make no sense; NULL if they do. */
static const gchar *
find_fault(const ProtectOptions *options)
{
    if (options->type == NULL || options->sender == NULL)
        return "--type and --sender are needed";
    if (drs_frame_options_are_given(&options->frame) && !options->framed && !options->mail)
        return "what a frame is to say goes with --framed or --mail alone";
    if (options->commentary != NULL && !options->mail)
        return "--commentary goes with --mail alone";
    return NULL;
}

static void
add_text(JsonObject *params, const gchar *name, const gchar *value)
{
    if (value != NULL)
        json_object_set_string_member(params, name, value);
}

static gboolean
add_params(const ProtectOptions *options, JsonObject *params)
{
    add_text(params, "type", options->type);
    add_text(params, "sender", options->sender);
    add_text(params, "recipient", options->recipient);
    add_text(params, "commentary", options->commentary);
    drs_add_legacy(params, options->legacy);
    json_object_set_boolean_member(params, "framed", options->framed);
    json_object_set_boolean_member(params, "mail", options->mail);
    return drs_frame_options_add_params(&options->frame, params);
}

CliExit
verb_drs_protect(Cli *cli, gint argc, gchar **argv)
{
    g_auto(ProtectOptions) options = {.frame = DRS_FRAME_OPTIONS_INIT};
    g_auto(GStrv) files = parse_options(cli, &options, argc, argv);
    if (files == NULL)
        return EXIT_USAGE;
    const gchar *fault = find_fault(&options);
    if (fault != NULL) {
        report_error("drs protect: %s", fault);
        return EXIT_USAGE;
    }
    g_autoptr(JsonObject) params = json_object_new();
    if (!add_params(&options, params))
        return EXIT_USAGE;
    g_auto(OpReply) reply = {0};
    CliExit status =
        cli_run_on_message(cli, "drs-protect", g_steal_pointer(&params), files[0], &reply);
    return status == EXIT_HOLDS ? drs_write_octets(cli, &reply) : status;
}
