/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "bench-row.h"

/* Ends the program with @what and libcrypto's reason unless @good. */
void bench_check(gboolean good, const gchar *what);
