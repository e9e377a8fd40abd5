/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "cli.h"

/* The options by which "sign" and "encrypt" are told what becomes of header fields:
 * --header-protection, --no-legacy-display, --responds-to. */
typedef struct {
    gchar *policy;
    gboolean no_legacy_display;
    gchar **answered; /* files of messages that are answered or forwarded */
} HeaderOptions;

void header_options_clear(HeaderOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HeaderOptions, header_options_clear)

/* The entries, into @options. @into: (element-type GOptionEntry): zero-terminated */
void header_options_add_entries(HeaderOptions *options, GArray *into);
/* Reads the answered messages with the user's keys. Prints what is wrong, unless EXIT_HOLDS. */
CliExit header_options_add_params(Cli *cli, JsonObject *params, const HeaderOptions *options);
