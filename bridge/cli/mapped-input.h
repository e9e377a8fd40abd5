/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* Files are read where they lie. One that becomes shorter meanwhile ends the program with a SIGBUS
 * at the octet that is no more; here it ends with a line that names the file, exit status 3, and
 * nothing half written left behind. */

void mapped_input_install_handler(void);

/* What the file of @octets is called, to be said then. Harmless for octets that are no mapping. */
void mapped_input_add(GBytes *octets, const gchar *name);
