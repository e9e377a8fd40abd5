/* SPDX-License-Identifier: MPL-2.0 */

/* Line ends made into CRLF while octets are read. */

#include <string.h>

#include "entity.h"
#include "octet-spool.h"

typedef struct {
    const guint8 *start;
    const guint8 *next;
    const guint8 *end;
    const guint8 *kept; /* from here on pages have not been given back */
    gsize n_out;
    guint8 out[OCTET_PIECE_MAX];
} Pass;

static gboolean
is_bare(const guint8 *start, const guint8 *lf)
{
    return lf == start || lf[-1] != '\r';
}

static gsize
count_bare(const guint8 *start, gsize n_octets)
{
    const guint8 *end = start + n_octets;
    const guint8 *kept = start;
    gsize n_bare = 0;
    for (const guint8 *at = start; at < end; at++) {
        at = octets_find(at, (gsize)(end - at), '\n');
        if (at == NULL)
            break;
        n_bare += is_bare(start, at) ? 1 : 0;
        octets_forget_behind(&kept, at);
    }
    return n_bare;
}

static gpointer
open_pass(gconstpointer origin, GError **error G_GNUC_UNUSED)
{
    gsize n_octets = 0;
    Pass *pass = g_new(Pass, 1);
    pass->start = g_bytes_get_data((GBytes *)origin, &n_octets);
    pass->next = pass->start;
    pass->kept = pass->start;
    pass->end = pass->start + n_octets;
    return pass;
}

/* The line at the cursor, or as much of it as there is room for. */
static void
take_line(Pass *pass, gsize n_room)
{
    gsize n_octets = MIN((gsize)(pass->end - pass->next), n_room);
    const guint8 *lf = memchr(pass->next, '\n', n_octets);
    gsize n_text = lf != NULL ? (gsize)(lf - pass->next) : n_octets;
    memcpy(pass->out + pass->n_out, pass->next, n_text);
    pass->n_out += n_text;
    pass->next += n_text;
    if (lf == NULL)
        return;
    if (is_bare(pass->start, lf))
        pass->out[pass->n_out++] = '\r';
    pass->out[pass->n_out++] = '\n';
    pass->next++;
}

static gboolean
next_of_pass(gpointer data, OctetPiece *out_piece, GError **error G_GNUC_UNUSED)
{
    Pass *pass = data;
    pass->n_out = 0;
    octets_forget_behind(&pass->kept, pass->next);
    /* A line end may take one octet more than it had. */
    while (pass->next < pass->end && pass->n_out + 1 < sizeof pass->out)
        take_line(pass, sizeof pass->out - pass->n_out - 1);
    *out_piece = (OctetPiece){pass->out, pass->n_out};
    return TRUE;
}

static void
close_pass(gpointer data)
{
    Pass *pass = data;
    explicit_bzero(pass, sizeof *pass);
    g_free(pass);
}

static const OctetSourceType crlf_type = {
    .open = open_pass,
    .next = next_of_pass,
    .close = close_pass,
    .free_origin = (GDestroyNotify)g_bytes_unref,
};

OctetSource *
octets_to_crlf(GBytes *octets)
{
    gsize n_octets = 0;
    const guint8 *start = g_bytes_get_data(octets, &n_octets);
    gsize n_bare = count_bare(start, n_octets);
    if (n_bare == 0)
        return octet_source_new_bytes(octets);
    return octet_source_new(&crlf_type, g_bytes_ref(octets), (guint64)n_octets + n_bare);
}
