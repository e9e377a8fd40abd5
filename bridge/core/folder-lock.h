/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* A descriptor that holds the folder's lock, for which it waits, until it is closed; -1 with errno:
 * the folder can't be opened. Where the file system has no locks the descriptor holds none: two
 * changes at once may lose one of them, no more. */
gint folder_lock(const gchar *folder);
