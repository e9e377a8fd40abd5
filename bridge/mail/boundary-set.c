/* SPDX-License-Identifier: MPL-2.0 */
#include "boundary-set.h"

#include <string.h>

typedef struct {
    const guint8 *octets;
    gsize n_octets;
} Boundary;

struct _BoundarySet {
    GHashTable *depths; /* Boundary → depth */
    gsize max_octets;   /* of any boundary so far */
};

/* FNV-1a */
static guint
boundary_hash(gconstpointer key)
{
    const Boundary *boundary = key;
    guint32 hash = 2166136261u;
    for (gsize i = 0; i < boundary->n_octets; i++)
        hash = (hash ^ boundary->octets[i]) * 16777619u;
    return hash;
}

static gboolean
boundary_equal(gconstpointer a, gconstpointer b)
{
    const Boundary *left = a;
    const Boundary *right = b;
    return left->n_octets == right->n_octets &&
           memcmp(left->octets, right->octets, left->n_octets) == 0;
}

static Boundary
boundary_of(const gchar *text)
{
    gsize n_octets = strlen(text);
    /* A boundary does not end in white space (RFC 2046 §5.1.1); its delimiter lines lose it. */
    while (n_octets > 0 && g_ascii_isspace(text[n_octets - 1]))
        n_octets--;
    return (Boundary){(const guint8 *)text, n_octets};
}

BoundarySet *
boundary_set_new(void)
{
    BoundarySet *set = g_new0(BoundarySet, 1);
    set->depths = g_hash_table_new_full(boundary_hash, boundary_equal, g_free, NULL);
    return set;
}

void
boundary_set_free(BoundarySet *set)
{
    if (set == NULL)
        return;
    g_hash_table_unref(set->depths);
    g_free(set);
}

void
boundary_set_add(BoundarySet *set, const gchar *boundary, guint depth)
{
    Boundary key = boundary_of(boundary);
    if (key.n_octets == 0 || g_hash_table_contains(set->depths, &key))
        return;
    set->max_octets = MAX(set->max_octets, key.n_octets);
    g_hash_table_insert(set->depths, g_memdup2(&key, sizeof key), GUINT_TO_POINTER(depth));
}

static gboolean
boundary_set_lookup(const BoundarySet *set, Boundary key, guint *out_depth)
{
    gpointer depth = NULL;
    if (!g_hash_table_lookup_extended(set->depths, &key, NULL, &depth))
        return FALSE;
    *out_depth = GPOINTER_TO_UINT(depth);
    return TRUE;
}

void
boundary_set_remove(BoundarySet *set, const gchar *boundary, guint depth)
{
    Boundary key = boundary_of(boundary);
    guint owner = 0;
    if (boundary_set_lookup(set, key, &owner) && owner == depth)
        g_hash_table_remove(set->depths, &key);
}

gboolean
boundary_set_match(const BoundarySet *set, const guint8 *line, gsize n_octets,
                   BoundaryMatch *out_match)
{
    if (n_octets < 3 || line[0] != '-' || line[1] != '-' || g_hash_table_size(set->depths) == 0)
        return FALSE;
    while (n_octets > 2 && g_ascii_isspace(line[n_octets - 1]))
        n_octets--;
    if (n_octets - 2 > set->max_octets + 2)
        return FALSE;

    guint depth = 0;
    gboolean found = FALSE;
    if (boundary_set_lookup(set, (Boundary){line + 2, n_octets - 2}, &depth)) {
        *out_match = (BoundaryMatch){depth, FALSE};
        found = TRUE;
    }
    gboolean has_dashes = n_octets > 4 && line[n_octets - 1] == '-' && line[n_octets - 2] == '-';
    if (has_dashes && boundary_set_lookup(set, (Boundary){line + 2, n_octets - 4}, &depth) &&
        (!found || depth < out_match->depth)) {
        *out_match = (BoundaryMatch){depth, TRUE};
        found = TRUE;
    }
    return found;
}
