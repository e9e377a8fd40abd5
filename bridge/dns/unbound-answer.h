/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <unbound.h>

#include "resolver.h"

/* Reads what libunbound found out.
 *
 * What decides, in this order: that there is a result; whether it is bogus, because libunbound sets
 * the response code of those to SERVFAIL; the response code; whether there are records; and whether
 * they, or their nonexistence, are secure. libunbound gives the records at the canonical name
 * alone, whatever else is in the answer. */

/* @error: of ub_resolve_async() or its callback, 0 if none; @result: (nullable) */
ResolverAnswer *unbound_answer_new(const gchar *owner_name, guint16 rr_type, int error,
                                   const struct ub_result *result);
