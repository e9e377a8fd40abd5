/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "octet-source.h"

/* Files are read where they lie. One that becomes shorter meanwhile ends the program with a SIGBUS
 * at the octet that is no more; here it ends with a line that names the file, exit status 3, and
 * nothing half written left behind. */

void mapped_input_install_handler(void);

/* What the file of @octets, open as @descriptor, is called, to be said then. Harmless for octets
 * that are no mapping. */
void mapped_input_add(GBytes *octets, gint descriptor, const gchar *name);

/* A file that is written to meanwhile has other octets when they are given out than when they were
 * signed or verified. FALSE with OCTET_ERROR_FAILED, whose text names the file, if one was. */
gboolean mapped_input_is_unchanged(GError **error);

/* @octets, a whole pass over which fails where the files have been changed by its end. */
OctetSource *mapped_input_guard(const OctetSource *octets);
