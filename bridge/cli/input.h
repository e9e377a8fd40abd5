/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "cli.h"

/* Files that a person names. All functions print what is wrong and then give NULL or FALSE. */

/* "-" or NULL: standard input. A large file is mapped (octet-spool.h): nobody may shorten it
 * meanwhile, see mapped-input.h; what comes through a pipe is collected in a spool. */
GBytes *input_read(const gchar *path, gsize max_octets);
/* First line of a password file, without its line end; wipe it. */
gchar *input_read_password(const gchar *path);
/* The same for a password that is to protect something: not an empty one. */
gchar *input_read_protecting_password(const gchar *path);
/* Adds the file's octets in base64 as member @name. */
gboolean input_add_file(JsonObject *params, const gchar *name, const gchar *path);
/* … as an array the revocation lists of each file, if they are any; nothing if @paths is NULL. */
gboolean input_add_crls(JsonObject *params, const gchar *name, gchar **paths);
/* As errors name it. */
const gchar *input_name(const gchar *path);
/* … as a string the password in the first line of a file. FALSE: it can't be read, which was
 * reported. */
gboolean input_add_password(JsonObject *params, const gchar *name, const gchar *path);
/* Adds "key_files" from --key and --key-password-file: passwords belong to the keys in order; a
 * single one to all. */
CliExit input_add_key_files(JsonObject *params, gchar **keys, gchar **password_files);

/* Writes to --output, replacing the file in one step, or to standard output. */
gboolean output_write(Cli *cli, const OctetSource *octets);
/* The same for a file; "-": standard output. */
gboolean output_write_file(const gchar *path, const OctetSource *octets);

/* Reads a password from the terminal without showing it; NULL if there is none. Wipe it. */
gchar *terminal_ask_password(const gchar *prompt);
void password_free(gchar *password);
