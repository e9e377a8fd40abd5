/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "octet-source.h"

/* Sources that give octets in pieces of a chosen length, for tests; pieced.c. */

typedef struct {
    GBytes *octets;
    gsize n_piece;
    gsize fails_at;  /* a piece that starts here or later can't be read; G_MAXSIZE: none */
    guint n_passes;  /* that were opened */
    guint n_open;    /* and not closed yet */
    GBytes *changed; /* what comes from now on; NULL: @octets */
} Pieced;
Pieced *pieced_new(GBytes *octets, gsize n_piece);
void pieced_free(Pieced *pieced);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pieced, pieced_free)

/* Borrows @pieced. */
OctetSource *pieced_source(Pieced *pieced);

/* @n_octets of which none are like their neighbours, the same at each call. */
GBytes *pieced_make_octets(gsize n_octets);

/* Reads @source whole, twice, and closes a third pass midway: both give @expected. */
void pieced_assert_gives(const OctetSource *source, GBytes *expected);
