/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* Octets that are read in pieces, from the start and as often as needed: those of a file, what a
 * cipher makes of them, its base64. A source makes nothing before it is read, and the passes over
 * it hold a piece or two each, so that a chain of sources handles contents of any length in
 * constant memory. How many octets will come is known beforehand, since lengths go first in DER.
 *
 * Immutable, reference-counted, safe between threads; a reader belongs to one thread. */
typedef struct _OctetSource OctetSource;
typedef struct _OctetReader OctetReader;

/* The longest piece. */
#define OCTET_PIECE_MAX (64u * 1024)

typedef struct {
    const guint8 *octets;
    gsize n_octets;
} OctetPiece;

/* The first octets of @piece, of which it has as many, have been used. */
static inline void
octet_piece_skip(OctetPiece *piece, gsize n_octets)
{
    piece->octets += n_octets;
    piece->n_octets -= n_octets;
}

/* A kind of source. */
typedef struct {
    /* State of one pass over @origin; NULL with an error. */
    gpointer (*open)(gconstpointer origin, GError **error);
    /* The next piece: 1 to OCTET_PIECE_MAX octets that stay until the next call; none at the end.
     */
    gboolean (*next)(gpointer pass, OctetPiece *out_piece, GError **error);
    void (*close)(gpointer pass); /* wipes what is secret */
    /* The last @n_octets, of which there are as many, where they can be had without reading all
     * before them; else NULL. NULL itself: they never can. */
    GBytes *(*get_end)(gconstpointer origin, gsize n_octets);
    GDestroyNotify free_origin;
} OctetSourceType;

/* Takes @origin. @type: static. @n_octets: what a whole pass gives; a pass that gives another
 * number fails with OCTET_ERROR_FAILED. */
OctetSource *octet_source_new(const OctetSourceType *type, gpointer origin,
                              guint64 n_octets) G_GNUC_WARN_UNUSED_RESULT;
/* Pages of mapped files (octet-spool.h) are given back behind the reader. */
OctetSource *octet_source_new_bytes(GBytes *octets) G_GNUC_WARN_UNUSED_RESULT;
OctetSource *octet_source_new_text(const gchar *text) G_GNUC_WARN_UNUSED_RESULT; /* copied */
/* One after the other; keeps references. (element-type OctetSource) */
OctetSource *octet_source_new_joined(GPtrArray *sources) G_GNUC_WARN_UNUSED_RESULT;
OctetSource *octet_source_ref(OctetSource *source);
void octet_source_unref(OctetSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OctetSource, octet_source_unref)

guint64 octet_source_get_size(const OctetSource *source);
/* The octets themselves where they are at hand as they are, else NULL. */
GBytes *octet_source_peek_bytes(const OctetSource *source);

OctetReader *octet_source_open(const OctetSource *source, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean octet_reader_next(OctetReader *reader, OctetPiece *out_piece, GError **error);
void octet_reader_close(OctetReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OctetReader, octet_reader_close)

/* Gives every piece to @take, which fails with an error of its own. */
typedef gboolean (*OctetTake)(const guint8 *octets, gsize n_octets, gpointer user_data,
                              GError **error);
gboolean octet_source_read(const OctetSource *source, OctetTake take, gpointer user_data,
                           GError **error);

/* Whether two sources give the same octets. FALSE with an error if one can't be read. */
gboolean octet_source_equal(const OctetSource *a, const OctetSource *b, GError **error);

/* All of it in memory that is wiped when it is freed, unless it is at hand anyway. For what has to
 * be looked at in one piece. */
GBytes *octet_source_to_bytes(const OctetSource *source, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The first octets, at most @n_max, in the same way. */
GBytes *octet_source_get_start(const OctetSource *source, gsize n_max,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The last octets, at most @n_max. Reads all before them, unless they can be had without. */
GBytes *octet_source_get_end(const OctetSource *source, gsize n_max,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What is left of a source without its first octets. */
OctetSource *octet_source_new_without_start(OctetSource *source,
                                            guint64 n_skipped) G_GNUC_WARN_UNUSED_RESULT;

#define OCTET_ERROR (octet_error_quark())
GQuark octet_error_quark(void);
typedef enum {
    OCTET_ERROR_FAILED, /* a file can't be read or written, or was changed meanwhile */
    OCTET_ERROR_LIMIT,  /* more than the limit that was given */
    OCTET_N_ERRORS
} OctetError;
