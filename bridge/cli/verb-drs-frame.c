/* SPDX-License-Identifier: MPL-2.0 */

#include "drs-options.h"
#include "options.h"
#include "report.h"
#include "run.h"

/* What "drs frame" is told. */
typedef struct {
    gboolean build;
    gboolean payload;
    gchar *type;
    gint64 unsigned_size; /* DRS_SIZE_NOT_GIVEN */
    DrsFrameOptions frame;
} FrameVerbOptions;

static void
frame_verb_options_clear(FrameVerbOptions *options)
{
    g_free(options->type);
    drs_frame_options_clear(&options->frame);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FrameVerbOptions, frame_verb_options_clear)

static gchar **
parse_options(Cli *cli, FrameVerbOptions *o, gint argc, gchar **argv)
{
    const GOptionEntry own[] = {
        {"payload", 0, 0, G_OPTION_ARG_NONE, &o->payload,
         "Write what the frame holds instead of showing its fields", NULL},
        {"build", 0, 0, G_OPTION_ARG_NONE, &o->build, "Make the frame round FILE, and write it",
         NULL},
        {"type", 0, 0, G_OPTION_ARG_STRING, &o->type,
         "With --build: what the message is, \"request\" or \"response\"", "TYPE"},
        {"unsigned-size", 0, 0, G_OPTION_ARG_INT64, &o->unsigned_size,
         "With --build: octets of the data before encryption and signature", "N"},
    };
    g_autoptr(GArray) entries = g_array_new(TRUE, FALSE, sizeof(GOptionEntry));
    g_array_append_vals(entries, own, G_N_ELEMENTS(own));
    drs_frame_options_add_entries(&o->frame, entries);
    return options_parse_verb(cli, "drs frame", (const GOptionEntry *)(gpointer)entries->data, 0, 1,
                              argc, argv);
}

static CliExit
make_params(const FrameVerbOptions *options, JsonObject *params)
{
    gboolean tells = options->type != NULL || options->unsigned_size != DRS_SIZE_NOT_GIVEN ||
                     drs_frame_options_are_given(&options->frame);
    if (options->build && options->payload) {
        report_error("drs frame: --build and --payload don't go together");
        return EXIT_USAGE;
    }
    if (options->build != tells || (options->build && options->type == NULL)) {
        report_error(options->build ? "drs frame: --build needs --type request or --type response"
                                    : "drs frame: what a frame is to say goes with --build alone");
        return EXIT_USAGE;
    }
    json_object_set_boolean_member(params, "build", options->build);
    if (options->type != NULL)
        json_object_set_string_member(params, "type", options->type);
    if (options->unsigned_size != DRS_SIZE_NOT_GIVEN)
        json_object_set_int_member(params, "unsigned_size", options->unsigned_size);
    return drs_frame_options_add_params(&options->frame, params) ? EXIT_HOLDS : EXIT_USAGE;
}

CliExit
verb_drs_frame(Cli *cli, gint argc, gchar **argv)
{
    g_auto(FrameVerbOptions)
        options = {.unsigned_size = DRS_SIZE_NOT_GIVEN, .frame = DRS_FRAME_OPTIONS_INIT};
    g_auto(GStrv) files = parse_options(cli, &options, argc, argv);
    if (files == NULL)
        return EXIT_USAGE;
    g_autoptr(JsonObject) params = json_object_new();
    g_auto(OpReply) reply = {0};
    CliExit status = make_params(&options, params);
    if (status == EXIT_HOLDS)
        status = cli_run_on_message(cli, "drs-frame", g_steal_pointer(&params), files[0], &reply);
    if (status != EXIT_HOLDS)
        return status;
    if (options.build || options.payload)
        return drs_write_octets(cli, &reply);
    if (cli->options.json)
        cli_show_json(&reply);
    else
        drs_report_frame(reply.result);
    return EXIT_HOLDS;
}
