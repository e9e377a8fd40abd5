/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "cli.h"

/* Last row of a table of options. */
#define END_OF_ENTRIES                                                                             \
    {                                                                                              \
        NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL                                            \
    }

/* Reads the global options up to the first word that is none: the verb. What is left stands in
 * @argv. */
gboolean options_parse_global(CliOptions *options, gint *argc, gchar ***argv, GError **error);

/**
 * options_parse_verb:
 * @entries: the verb's own options; NULL for none
 * @min_arguments, @max_arguments: how many words besides options; @max_arguments may be G_MAXUINT
 *
 * Reads the verb's options and the global ones once more: they may stand after the verb. --help is
 * answered here, with the help of @cli's options set, and --version by who called the verb.
 *
 * Returns: (transfer full): the words left over; NULL after one of these, or after the fault has
 *   been printed (EXIT_USAGE)
 */
gchar **options_parse_verb(Cli *cli, const gchar *verb, const GOptionEntry *entries,
                           guint min_arguments, guint max_arguments, gint argc, gchar **argv);

void options_clear(CliOptions *options);

/* Text of `dane-smime --help`. */
gchar *options_get_help(void);
