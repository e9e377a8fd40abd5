/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* Memory of g_malloc() that holds plaintext, keys or passwords, and is wiped before it is freed. */

/* @octets may be NULL. */
void wiped_octets_free(guint8 *octets, gsize n_octets);

/* Takes @octets, which are wiped when the last reference is dropped. */
GBytes *wiped_octets_to_bytes(guint8 *octets, gsize n_octets) G_GNUC_WARN_UNUSED_RESULT;
