/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* Bodies in files that the caller names: Thunderbird has the message in a temporary file already.
 * The caller is trusted no further than its user: only regular files of the user's own, by absolute
 * name, no symbolic or second hard links. */

/* PROTOCOL_ERROR_FILE, PROTOCOL_ERROR_TOO_LARGE. */
GBytes *body_file_read(const gchar *path, gsize max_octets,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Replaces the file in one step (mode 0600); what was there stays whole if anything fails.
 * PROTOCOL_ERROR_FILE. */
gboolean body_file_replace(const gchar *path, GBytes *octets, GError **error);
