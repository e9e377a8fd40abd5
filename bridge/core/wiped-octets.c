/* SPDX-License-Identifier: MPL-2.0 */

#include "wiped-octets.h"

#include <string.h>

/* What GBytes tells its free function: the address alone would not do. */
typedef struct {
    guint8 *octets;
    gsize n_octets;
} Wiped;

void
wiped_octets_free(guint8 *octets, gsize n_octets)
{
    if (octets != NULL)
        explicit_bzero(octets, n_octets);
    g_free(octets);
}

static void
wiped_free(gpointer data)
{
    Wiped *wiped = data;
    wiped_octets_free(wiped->octets, wiped->n_octets);
    g_free(wiped);
}

GBytes *
wiped_octets_to_bytes(guint8 *octets, gsize n_octets)
{
    Wiped *wiped = g_new(Wiped, 1);
    *wiped = (Wiped){octets, n_octets};
    return g_bytes_new_with_free_func(octets, n_octets, wiped_free, wiped);
}
