/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>
#include <string.h>

#include "entity.h"
#include "octet-source.h"

/* What the tests of this layer have in common. */

/* String literals as octets, NUL inside included. */
#define OCTETS(literal) (literal), sizeof(literal) - 1

static inline EntityTree *
parse_text(const gchar *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) octets = g_bytes_new(text, strlen(text));
    EntityTree *tree = entity_tree_parse(octets, NULL, &error);
    g_assert_no_error(error);
    return tree;
}

/* Takes @source. */
static inline GBytes *
take_octets(OctetSource *source)
{
    g_autoptr(GError) error = NULL;
    g_assert_nonnull(source);
    GBytes *octets = octet_source_to_bytes(source, &error);
    g_assert_no_error(error);
    octet_source_unref(source);
    return octets;
}

static inline gchar *
octets_to_text(GBytes *octets)
{
    gsize n_octets = 0;
    const gchar *data = g_bytes_get_data(octets, &n_octets);
    return g_strndup(data != NULL ? data : "", n_octets);
}

static inline void
assert_octets(GBytes *octets, const gchar *expected, gsize n_expected)
{
    g_autoptr(GBytes) wanted = g_bytes_new(expected, n_expected);
    if (!g_bytes_equal(octets, wanted)) {
        g_autofree gchar *text = octets_to_text(octets);
        g_assert_cmpstr(text, ==, expected);
        g_assert_cmpuint(g_bytes_get_size(octets), ==, n_expected);
        g_assert_not_reached();
    }
}

/* Registers @test for each row of @rows, whose first member is its name. */
#define ADD_ROWS(prefix, rows, test)                                                               \
    for (gsize row = 0; row < G_N_ELEMENTS(rows); row++) {                                         \
        g_autofree gchar *path = g_strconcat(prefix, (rows)[row].name, NULL);                      \
        g_test_add_data_func(path, &(rows)[row], test);                                            \
    }
