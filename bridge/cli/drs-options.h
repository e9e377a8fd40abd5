/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "cli.h"

/* Options of "drs frame" and "drs protect": what the frame is to say. */
typedef struct {
    gint version; /* DRS_VERSION_NOT_GIVEN */
    gchar *compression;
    gint64 uncompressed_size; /* DRS_SIZE_NOT_GIVEN */
    gchar *extensions;        /* hexadecimal */
} DrsFrameOptions;

/* What numbers are before the options are read. All others are passed on, so that wrong ones are
 * refused. */
#define DRS_VERSION_NOT_GIVEN G_MININT
#define DRS_SIZE_NOT_GIVEN    G_MININT64
#define DRS_FRAME_OPTIONS_INIT                                                                     \
    {                                                                                              \
        .version = DRS_VERSION_NOT_GIVEN, .uncompressed_size = DRS_SIZE_NOT_GIVEN                  \
    }

/* Appends them to @entries, into @options. */
void drs_frame_options_add_entries(DrsFrameOptions *options, GArray *entries);
/* Adds parameters for those that were given. FALSE: one is wrong, which was reported. */
gboolean drs_frame_options_add_params(const DrsFrameOptions *options, JsonObject *params);
/* Whether any was given. */
gboolean drs_frame_options_are_given(const DrsFrameOptions *options);
void drs_frame_options_clear(DrsFrameOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DrsFrameOptions, drs_frame_options_clear)

/* Shows the fields of a frame. */
void drs_report_frame(JsonObject *frame);

/* Adds parameter "legacy" from the words of --legacy, "rc4,md5"; nothing for NULL. */
void drs_add_legacy(JsonObject *params, const gchar *words);

/* Writes what an operation made; with --json shows its result, and then writes to --output alone.
 */
CliExit drs_write_octets(Cli *cli, OpReply *reply);
