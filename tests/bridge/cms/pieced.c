/* SPDX-License-Identifier: MPL-2.0 */

#include "pieced.h"

#include <string.h>

typedef struct {
    Pieced *pieced;
    gsize at;
    guint8 *piece; /* a copy, so that it is seen who reads behind it or later */
} Pass;

Pieced *
pieced_new(GBytes *octets, gsize n_piece)
{
    Pieced *pieced = g_new0(Pieced, 1);
    *pieced = (Pieced){.octets = g_bytes_ref(octets), .n_piece = n_piece, .fails_at = G_MAXSIZE};
    return pieced;
}

void
pieced_free(Pieced *pieced)
{
    g_assert_cmpuint(pieced->n_open, ==, 0);
    g_bytes_unref(pieced->octets);
    g_clear_pointer(&pieced->changed, g_bytes_unref);
    g_free(pieced);
}

static gpointer
open_pass(gconstpointer origin, GError **error G_GNUC_UNUSED)
{
    Pass *pass = g_new0(Pass, 1);
    pass->pieced = (Pieced *)origin;
    pass->pieced->n_passes++;
    pass->pieced->n_open++;
    pass->piece = g_malloc(pass->pieced->n_piece);
    return pass;
}

static gboolean
next_piece(gpointer data, OctetPiece *out_piece, GError **error)
{
    Pass *pass = data;
    const Pieced *pieced = pass->pieced;
    gsize n_octets = 0;
    const guint8 *octets =
        g_bytes_get_data(pieced->changed != NULL ? pieced->changed : pieced->octets, &n_octets);
    if (pass->at >= pieced->fails_at) {
        g_set_error_literal(error, OCTET_ERROR, OCTET_ERROR_FAILED, "no more can be read");
        return FALSE;
    }
    gsize n_piece = MIN(n_octets - pass->at, pieced->n_piece);
    if (n_piece == 0)
        return TRUE;
    memcpy(pass->piece, octets + pass->at, n_piece);
    *out_piece = (OctetPiece){pass->piece, n_piece};
    pass->at += n_piece;
    return TRUE;
}

static void
close_pass(gpointer data)
{
    Pass *pass = data;
    pass->pieced->n_open--;
    g_free(pass->piece);
    g_free(pass);
}

static void
keep(gpointer data G_GNUC_UNUSED)
{
}

static const OctetSourceType pieced_type = {
    .open = open_pass,
    .next = next_piece,
    .close = close_pass,
    .free_origin = keep,
};

OctetSource *
pieced_source(Pieced *pieced)
{
    return octet_source_new(&pieced_type, pieced, g_bytes_get_size(pieced->octets));
}

GBytes *
pieced_make_octets(gsize n_octets)
{
    guint8 *octets = g_malloc(MAX(n_octets, 1));
    guint32 state = 1;
    for (gsize i = 0; i < n_octets; i++) {
        state = state * 1664525u + 1013904223u;
        octets[i] = (guint8)(state >> 24);
    }
    return g_bytes_new_take(octets, n_octets);
}

void
pieced_assert_gives(const OctetSource *source, GBytes *expected)
{
    OctetPiece piece;
    g_autoptr(GError) error = NULL;
    g_assert_cmpuint(octet_source_get_size(source), ==, g_bytes_get_size(expected));
    for (guint i = 0; i < 2; i++) {
        g_autoptr(OctetReader) reader = octet_source_open(source, &error);
        g_assert_no_error(error);
        g_autoptr(GByteArray) all = g_byte_array_new();
        do {
            g_assert_true(octet_reader_next(reader, &piece, &error));
            g_assert_no_error(error);
            g_byte_array_append(all, piece.octets, (guint)piece.n_octets);
        } while (piece.n_octets > 0);
        /* The end stays the end. */
        g_assert_true(octet_reader_next(reader, &piece, &error));
        g_assert_cmpuint(piece.n_octets, ==, 0);
        g_autoptr(GBytes) given = g_byte_array_free_to_bytes(g_steal_pointer(&all));
        g_assert_true(g_bytes_equal(given, expected));
    }
    g_autoptr(OctetReader) midway = octet_source_open(source, NULL);
    g_assert_true(octet_reader_next(midway, &piece, NULL));
}
