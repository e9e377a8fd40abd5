/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "octet-source.h"

/* Bodies in files that the caller names: Thunderbird has the message in a temporary file already.
 * The caller is trusted no further than its user: only regular files of the user's own, by absolute
 * name, no symbolic or second hard links. */

/* A copy, in a spool (octet-spool.h) where it is large: others may change the file while it is
 * looked at. PROTOCOL_ERROR_FILE, PROTOCOL_ERROR_TOO_LARGE. */
GBytes *body_file_read(const gchar *path, gsize max_octets,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Replaces the file in one step (mode 0600); what was there stays whole if anything fails. What is
 * written has no name until it is all there, where the file system knows such files.
 * PROTOCOL_ERROR_FILE, or what reading @octets gives. */
gboolean body_file_replace(const gchar *path, const OctetSource *octets, GError **error);

/* Takes the name from a file that is being written, where it has one. Async-signal-safe, for a
 * process that ends in the middle of it. */
void body_file_remove_unfinished(void);
