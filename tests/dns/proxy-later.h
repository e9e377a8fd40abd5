/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* Things to be done at a moment to come, in the order of their moments; those of one moment in the
 * order in which they came. Runs in the default main context, to a fraction of a millisecond, where
 * GLib's own timers round up to the next one. */

typedef void (*LaterFunction)(gpointer data);

/* Once, before anything else here. */
void later_init(void);

/* @due_us: of g_get_monotonic_time(); what has passed is done when the main loop comes by.
 * @function: is called once, and has to free @data */
void later_add(gint64 due_us, LaterFunction function, gpointer data);
