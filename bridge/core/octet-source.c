/* SPDX-License-Identifier: MPL-2.0 */

#include "octet-source.h"

#include <string.h>

#include "octet-spool.h"
#include "wiped-octets.h"

struct _OctetSource {
    gatomicrefcount n_references;
    const OctetSourceType *type;
    gpointer origin;
    guint64 n_octets;
};

struct _OctetReader {
    const OctetSource *source;
    gpointer pass;
    guint64 n_read;
};

GQuark
octet_error_quark(void)
{
    return g_quark_from_static_string("octet-error");
}

OctetSource *
octet_source_new(const OctetSourceType *type, gpointer origin, guint64 n_octets)
{
    OctetSource *source = g_new0(OctetSource, 1);
    g_atomic_ref_count_init(&source->n_references);
    source->type = type;
    source->origin = origin;
    source->n_octets = n_octets;
    return source;
}

OctetSource *
octet_source_ref(OctetSource *source)
{
    g_atomic_ref_count_inc(&source->n_references);
    return source;
}

void
octet_source_unref(OctetSource *source)
{
    if (!g_atomic_ref_count_dec(&source->n_references))
        return;
    source->type->free_origin(source->origin);
    g_free(source);
}

guint64
octet_source_get_size(const OctetSource *source)
{
    return source->n_octets;
}

OctetReader *
octet_source_open(const OctetSource *source, GError **error)
{
    gpointer pass = source->type->open(source->origin, error);
    if (pass == NULL)
        return NULL;
    OctetReader *reader = g_new0(OctetReader, 1);
    reader->source = octet_source_ref((OctetSource *)source);
    reader->pass = pass;
    return reader;
}

gboolean
octet_reader_next(OctetReader *reader, OctetPiece *out_piece, GError **error)
{
    *out_piece = (OctetPiece){0};
    if (!reader->source->type->next(reader->pass, out_piece, error))
        return FALSE;
    g_assert(out_piece->n_octets <= OCTET_PIECE_MAX);
    reader->n_read += out_piece->n_octets;
    gboolean ended = out_piece->n_octets == 0;
    if (ended ? reader->n_read == reader->source->n_octets
              : reader->n_read <= reader->source->n_octets)
        return TRUE;
    g_set_error(error, OCTET_ERROR, OCTET_ERROR_FAILED,
                "%" G_GUINT64_FORMAT " octets came instead of %" G_GUINT64_FORMAT, reader->n_read,
                reader->source->n_octets);
    return FALSE;
}

void
octet_reader_close(OctetReader *reader)
{
    if (reader == NULL)
        return;
    reader->source->type->close(reader->pass);
    octet_source_unref((OctetSource *)reader->source);
    g_free(reader);
}

gboolean
octet_source_read(const OctetSource *source, OctetTake take, gpointer user_data, GError **error)
{
    g_autoptr(OctetReader) reader = octet_source_open(source, error);
    OctetPiece piece;
    if (reader == NULL)
        return FALSE;
    for (;;) {
        if (!octet_reader_next(reader, &piece, error))
            return FALSE;
        if (piece.n_octets == 0)
            return TRUE;
        if (!take(piece.octets, piece.n_octets, user_data, error))
            return FALSE;
    }
}

/* Cuts what both pieces begin with off them. */
static gboolean
take_equal(OctetPiece *a, OctetPiece *b)
{
    gsize n_octets = MIN(a->n_octets, b->n_octets);
    if (n_octets > 0 && memcmp(a->octets, b->octets, n_octets) != 0)
        return FALSE;
    octet_piece_skip(a, n_octets);
    octet_piece_skip(b, n_octets);
    return TRUE;
}

gboolean
octet_source_equal(const OctetSource *a, const OctetSource *b, GError **error)
{
    OctetPiece a_piece = {0}, b_piece = {0};
    if (a->n_octets != b->n_octets)
        return FALSE;
    g_autoptr(OctetReader) a_reader = octet_source_open(a, error);
    g_autoptr(OctetReader) b_reader = a_reader != NULL ? octet_source_open(b, error) : NULL;
    if (b_reader == NULL)
        return FALSE;
    do {
        if ((a_piece.n_octets == 0 && !octet_reader_next(a_reader, &a_piece, error)) ||
            (b_piece.n_octets == 0 && !octet_reader_next(b_reader, &b_piece, error)))
            return FALSE;
        if (!take_equal(&a_piece, &b_piece))
            return FALSE;
    } while (a_piece.n_octets > 0 || b_piece.n_octets > 0 || b_reader->n_read < b->n_octets);
    return TRUE;
}

/* Octets at hand */

typedef struct {
    const guint8 *next;
    const guint8 *end;
    const guint8 *kept; /* from here on pages have not been given back */
} BytesPass;

static gpointer
open_bytes(gconstpointer origin, GError **error G_GNUC_UNUSED)
{
    static const guint8 nothing[1] = {0};
    gsize n_octets = 0;
    BytesPass *pass = g_new0(BytesPass, 1);
    pass->next = g_bytes_get_data((GBytes *)origin, &n_octets);
    if (pass->next == NULL)
        pass->next = nothing; /* a place to stand at the end of */
    pass->end = pass->next + n_octets;
    pass->kept = pass->next;
    return pass;
}

static gboolean
next_of_bytes(gpointer data, OctetPiece *out_piece, GError **error G_GNUC_UNUSED)
{
    BytesPass *pass = data;
    octets_forget_behind(&pass->kept, pass->next);
    out_piece->octets = pass->next;
    out_piece->n_octets = MIN((gsize)(pass->end - pass->next), OCTET_PIECE_MAX);
    pass->next += out_piece->n_octets;
    return TRUE;
}

static const OctetSourceType bytes_type = {
    .open = open_bytes,
    .next = next_of_bytes,
    .close = g_free,
    .free_origin = (GDestroyNotify)g_bytes_unref,
};

OctetSource *
octet_source_new_bytes(GBytes *octets)
{
    return octet_source_new(&bytes_type, g_bytes_ref(octets), g_bytes_get_size(octets));
}

OctetSource *
octet_source_new_text(const gchar *text)
{
    g_autoptr(GBytes) octets = g_bytes_new(text, strlen(text));
    return octet_source_new_bytes(octets);
}

GBytes *
octet_source_peek_bytes(const OctetSource *source)
{
    return source->type == &bytes_type ? source->origin : NULL;
}

/* Sources one after the other */

typedef struct {
    const GPtrArray *sources;
    guint index; /* of the one that comes after @reader's */
    OctetReader *reader;
} JoinedPass;

static gpointer
open_joined(gconstpointer origin, GError **error G_GNUC_UNUSED)
{
    JoinedPass *pass = g_new0(JoinedPass, 1);
    pass->sources = origin;
    return pass;
}

static gboolean
next_of_joined(gpointer data, OctetPiece *out_piece, GError **error)
{
    JoinedPass *pass = data;
    for (;;) {
        if (pass->reader != NULL && !octet_reader_next(pass->reader, out_piece, error))
            return FALSE;
        if (out_piece->n_octets > 0 || pass->index == pass->sources->len)
            return TRUE;
        octet_reader_close(pass->reader);
        pass->reader = octet_source_open(g_ptr_array_index(pass->sources, pass->index++), error);
        if (pass->reader == NULL)
            return FALSE;
    }
}

static void
close_joined(gpointer data)
{
    JoinedPass *pass = data;
    octet_reader_close(pass->reader);
    g_free(pass);
}

static const OctetSourceType joined_type = {
    .open = open_joined,
    .next = next_of_joined,
    .close = close_joined,
    .free_origin = (GDestroyNotify)g_ptr_array_unref,
};

OctetSource *
octet_source_new_joined(GPtrArray *sources)
{
    guint64 n_octets = 0;
    GPtrArray *own = g_ptr_array_new_with_free_func((GDestroyNotify)octet_source_unref);
    for (guint i = 0; i < sources->len; i++) {
        OctetSource *source = g_ptr_array_index(sources, i);
        g_ptr_array_add(own, octet_source_ref(source));
        n_octets += octet_source_get_size(source);
    }
    return octet_source_new(&joined_type, own, n_octets);
}

/* A source without its first octets */

typedef struct {
    OctetSource *source;
    guint64 n_skipped;
} Shortened;

typedef struct {
    OctetReader *reader;
    guint64 n_to_skip;
} ShortenedPass;

static gpointer
open_shortened(gconstpointer origin, GError **error)
{
    const Shortened *shortened = origin;
    OctetReader *reader = octet_source_open(shortened->source, error);
    if (reader == NULL)
        return NULL;
    ShortenedPass *pass = g_new0(ShortenedPass, 1);
    pass->reader = reader;
    pass->n_to_skip = shortened->n_skipped;
    return pass;
}

static gboolean
next_of_shortened(gpointer data, OctetPiece *out_piece, GError **error)
{
    ShortenedPass *pass = data;
    for (;;) {
        if (!octet_reader_next(pass->reader, out_piece, error))
            return FALSE;
        gsize n_skipped = (gsize)MIN(pass->n_to_skip, out_piece->n_octets);
        gboolean ended = out_piece->n_octets == 0;
        octet_piece_skip(out_piece, n_skipped);
        pass->n_to_skip -= n_skipped;
        if (ended || out_piece->n_octets > 0)
            return TRUE;
    }
}

static void
close_shortened(gpointer data)
{
    ShortenedPass *pass = data;
    octet_reader_close(pass->reader);
    g_free(pass);
}

static void
shortened_free(gpointer data)
{
    Shortened *shortened = data;
    octet_source_unref(shortened->source);
    g_free(shortened);
}

static const OctetSourceType shortened_type = {
    .open = open_shortened,
    .next = next_of_shortened,
    .close = close_shortened,
    .free_origin = shortened_free,
};

OctetSource *
octet_source_new_without_start(OctetSource *source, guint64 n_skipped)
{
    guint64 n_octets = octet_source_get_size(source);
    GBytes *octets = octet_source_peek_bytes(source);
    n_skipped = MIN(n_skipped, n_octets);
    if (octets != NULL) {
        g_autoptr(GBytes) rest =
            g_bytes_new_from_bytes(octets, (gsize)n_skipped, (gsize)(n_octets - n_skipped));
        return octet_source_new_bytes(rest);
    }
    Shortened *shortened = g_new0(Shortened, 1);
    *shortened = (Shortened){octet_source_ref(source), n_skipped};
    return octet_source_new(&shortened_type, shortened, n_octets - n_skipped);
}

/* All at once */

typedef struct {
    gsize n_octets;
    gsize n_wanted;
    gsize n_before; /* octets that are passed over first */
    guint8 *octets;
} Collected;

static gboolean
collect(const guint8 *octets, gsize n_octets, Collected *collected)
{
    gsize n_passed = MIN(n_octets, collected->n_before);
    gsize n_taken = MIN(n_octets - n_passed, collected->n_wanted - collected->n_octets);
    collected->n_before -= n_passed;
    memcpy(collected->octets + collected->n_octets, octets + n_passed, n_taken);
    collected->n_octets += n_taken;
    return collected->n_octets < collected->n_wanted;
}

static GBytes *
collect_range(const OctetSource *source, gsize n_before, gsize n_wanted, GError **error)
{
    g_autoptr(OctetReader) reader = octet_source_open(source, error);
    OctetPiece piece;
    if (reader == NULL)
        return NULL;
    Collected collected = {
        .n_wanted = n_wanted, .n_before = n_before, .octets = g_malloc(MAX(n_wanted, 1))};
    octets_expect(collected.octets, n_wanted);
    /* What reaches to the end is right only if nothing comes after it, and no fault. */
    gboolean to_end = n_before + n_wanted == source->n_octets;
    do {
        if (!octet_reader_next(reader, &piece, error)) {
            wiped_octets_free(collected.octets, collected.n_octets);
            return NULL;
        }
    } while (piece.n_octets > 0 && (collect(piece.octets, piece.n_octets, &collected) || to_end));
    return wiped_octets_to_bytes(collected.octets, collected.n_octets);
}

GBytes *
octet_source_to_bytes(const OctetSource *source, GError **error)
{
    GBytes *octets = octet_source_peek_bytes(source);
    if (octets != NULL)
        return g_bytes_ref(octets);
    return collect_range(source, 0, (gsize)source->n_octets, error);
}

GBytes *
octet_source_get_start(const OctetSource *source, gsize n_max, GError **error)
{
    gsize n_octets = (gsize)MIN(source->n_octets, n_max);
    GBytes *octets = octet_source_peek_bytes(source);
    if (octets != NULL)
        return g_bytes_new_from_bytes(octets, 0, n_octets);
    return collect_range(source, 0, n_octets, error);
}

GBytes *
octet_source_get_end(const OctetSource *source, gsize n_max, GError **error)
{
    gsize n_octets = (gsize)MIN(source->n_octets, n_max);
    gsize n_before = (gsize)source->n_octets - n_octets;
    GBytes *octets = octet_source_peek_bytes(source);
    if (octets != NULL)
        return g_bytes_new_from_bytes(octets, n_before, n_octets);
    GBytes *end =
        source->type->get_end != NULL ? source->type->get_end(source->origin, n_octets) : NULL;
    return end != NULL ? end : collect_range(source, n_before, n_octets, error);
}
