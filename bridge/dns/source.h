/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* Takes a source that may be waiting out of its main context; *@source is NULL then. */
static inline void
source_drop(GSource **source)
{
    if (*source == NULL)
        return;
    g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}
