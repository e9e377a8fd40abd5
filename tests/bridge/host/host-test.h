/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>
#include <string.h>

/* g_assert_cmpmem() counts in int. */
static inline void
assert_same_octets(gconstpointer actual, gsize n_actual, gconstpointer expected, gsize n_expected)
{
    g_assert_cmpuint(n_actual, ==, n_expected);
    g_assert_true(n_actual == 0 || memcmp(actual, expected, n_actual) == 0);
}
