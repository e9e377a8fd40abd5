/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "cli.h"

/**
 * cli_run:
 * @op: name of an operation
 * @params: (transfer full)
 * @body: (nullable)
 *
 * Runs it. On failure prints one line (with --json an object {"error": …} too).
 * Returns: EXIT_HOLDS, with @reply filled; else what the verb is to exit with
 */
CliExit cli_run(Cli *cli, const gchar *op, JsonObject *params, GBytes *body, OpReply *reply);

/* cli_run() on the message in @path (NULL: standard input), which is named where something is wrong
 * with it. Takes @params. */
CliExit cli_run_on_message(Cli *cli, const gchar *op, JsonObject *params, const gchar *path,
                           OpReply *reply);

/* cli_run() on parameters that hold what was read from the file @path; NULL: from none. */
CliExit cli_run_on_file(Cli *cli, const gchar *op, JsonObject *params, const gchar *path,
                        OpReply *reply);

/* Adds the certificates of files as member @name, after a look whether they are any: only here it
 * is known which of the files is not. */
CliExit cli_add_certificates(Cli *cli, JsonObject *params, const gchar *name, gchar **paths);

/* Shows the result of an operation as --json does. */
void cli_show_json(OpReply *reply);

/* What a verb makes of a reason by name that is not "ready" or "verified". */
CliExit exit_for_reason(const gchar *reason);
