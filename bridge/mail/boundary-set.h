/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* The boundaries of the multiparts that are open at one place of a message, each with the depth of
 * its multipart. A line is looked up in time linear in its length, however many boundaries are
 * open. */
typedef struct _BoundarySet BoundarySet;

BoundarySet *boundary_set_new(void);
void boundary_set_free(BoundarySet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BoundarySet, boundary_set_free)

/* Of two open multiparts with the same boundary the outer one keeps it (RFC 2046 §5.1.2: an outer
 * boundary ends all that is inside), and adding the inner one changes nothing. */
void boundary_set_add(BoundarySet *set, const gchar *boundary, guint depth);
/* Takes the boundary out if it is the one of that depth. */
void boundary_set_remove(BoundarySet *set, const gchar *boundary, guint depth);

typedef struct {
    guint depth;
    gboolean is_close; /* "--boundary--" */
} BoundaryMatch;

/* Whether @line (without its line end) is a delimiter of an open multipart. White space at its end
 * is transport padding (RFC 2046 §5.1.1). Where it can be read as either, it is the one of the
 * outer multipart. */
gboolean boundary_set_match(const BoundarySet *set, const guint8 *line, gsize n_octets,
                            BoundaryMatch *out_match);
