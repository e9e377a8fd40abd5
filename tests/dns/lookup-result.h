/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "resolver.h"

/* One lookup of a test, and what came of it. */
typedef struct {
    ResolverAnswer *answer;
    GError *error;
    gboolean done;
} LookupResult;

/* The callback of a lookup whose user data is a LookupResult. */
void lookup_result_take(GObject *source, GAsyncResult *async_result, gpointer user_data);
/* Runs the default main context until the lookup is done. */
void lookup_result_wait(const LookupResult *result);
void lookup_result_clear(LookupResult *result);
