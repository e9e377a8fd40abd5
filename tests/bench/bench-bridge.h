/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "bench-row.h"
#include "key-pair.h"

/* Ends the program with @what and the reason unless @good. */
void bridge_check(gboolean good, const gchar *what, const GError *error);

/* NSS, and a key store in a folder of its own with the keys of @material. */
void bridge_start(const BenchMaterial *material);
void bridge_end(void);

/* From the key file, or from the store. */
KeyPair *bridge_find_pair(const BenchTask *task);
