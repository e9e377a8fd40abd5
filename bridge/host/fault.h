/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* The one table from errors to the wire's stable codes. PROTOCOL.md ("Faults") lists the codes for
 * the add-on. */

typedef struct {
    GQuark (*domain)(void);
    gint code;
    const gchar *name;
    gboolean retry; /* the same request can succeed later */
} FaultRow;

/* All rows; the last has the name NULL. */
const FaultRow *fault_get_table(void);

/* Never NULL: "internal" for errors that have no row. */
const FaultRow *fault_find(const GError *error);
