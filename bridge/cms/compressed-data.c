/* SPDX-License-Identifier: MPL-2.0 */

#include "compressed-data.h"

#include <string.h>
#include <zlib.h>

#include "algorithm.h"
#include "cms-error.h"
#include "content-info-private.h"
#include "core-limits.h"

gsize
compressed_data_limit(gsize n_message_octets)
{
    if (n_message_octets > LIMIT_MESSAGE_OCTETS / LIMIT_INFLATED_RATIO)
        return LIMIT_MESSAGE_OCTETS;
    return MAX(n_message_octets * LIMIT_INFLATED_RATIO, LIMIT_INFLATED_FREE_OCTETS);
}

/* One pass over what was deflated. */
typedef struct {
    GBytes *deflated;
    z_stream stream;
    gboolean has_ended;
    guint8 piece[OCTET_PIECE_MAX];
} Inflation;

/* zlib's memory holds the last of what it inflated, which may have been encrypted outside. */
typedef struct {
    gsize n_octets;
    max_align_t octets[];
} WipedMemory;

static voidpf
allocate_wiped(G_GNUC_UNUSED voidpf opaque, uInt n_items, uInt n_item_octets)
{
    gsize n_octets = sizeof(WipedMemory) + (gsize)n_items * n_item_octets;
    WipedMemory *memory = g_malloc0(n_octets);
    memory->n_octets = n_octets;
    return memory->octets;
}

static void
free_wiped(G_GNUC_UNUSED voidpf opaque, voidpf octets)
{
    WipedMemory *memory = (gpointer)((guint8 *)octets - offsetof(WipedMemory, octets));
    explicit_bzero(memory, memory->n_octets);
    g_free(memory);
}

static void
inflation_close(gpointer pass)
{
    Inflation *inflation = pass;
    inflateEnd(&inflation->stream);
    g_bytes_unref(inflation->deflated);
    explicit_bzero(inflation, sizeof *inflation);
    g_free(inflation);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Inflation, inflation_close)

/* @origin: GBytes, of LIMIT_MESSAGE_OCTETS at most. */
static gpointer
inflation_open(gconstpointer origin, GError **error)
{
    GBytes *deflated = (GBytes *)origin;
    Inflation *inflation = g_new0(Inflation, 1);
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(deflated, &n_octets);
    inflation->deflated = g_bytes_ref(deflated);
    inflation->stream.zalloc = allocate_wiped;
    inflation->stream.zfree = free_wiped;
    inflation->stream.next_in = (Bytef *)octets;
    inflation->stream.avail_in = (uInt)n_octets;
    if (inflateInit(&inflation->stream) == Z_OK)
        return inflation;
    inflation_close(inflation);
    g_set_error_literal(error, CMS_ERROR, CMS_ERROR_FAILED, "zlib can't be started");
    return NULL;
}

static gboolean
inflation_next(gpointer pass, OctetPiece *out_piece, GError **error)
{
    Inflation *inflation = pass;
    z_stream *stream = &inflation->stream;
    *out_piece = (OctetPiece){0};
    if (inflation->has_ended)
        return TRUE;
    stream->next_out = inflation->piece;
    stream->avail_out = sizeof inflation->piece;
    int status = inflate(stream, Z_NO_FLUSH);
    inflation->has_ended = status == Z_STREAM_END;
    gsize n_octets = sizeof inflation->piece - stream->avail_out;
    /* Without an end, all room is filled or all input is used up: then there is none. */
    gboolean goes_on = status == Z_OK && stream->avail_out == 0;
    if (!(inflation->has_ended ? stream->avail_in == 0 : goes_on)) {
        g_set_error_literal(error, CMS_ERROR, CMS_ERROR_MALFORMED,
                            "compressed content is damaged or cut short, or octets follow it");
        return FALSE;
    }
    *out_piece = (OctetPiece){inflation->piece, n_octets};
    return TRUE;
}

static const OctetSourceType inflated_type = {
    .open = inflation_open,
    .next = inflation_next,
    .close = inflation_close,
    .free_origin = (GDestroyNotify)g_bytes_unref,
};

static gboolean
count_inflated(GBytes *deflated, gsize max_octets, gsize *out_n_octets, GError **error)
{
    g_autoptr(Inflation) inflation = inflation_open(deflated, error);
    OctetPiece piece;
    gsize n_octets = 0;
    if (inflation == NULL)
        return FALSE;
    do {
        if (!inflation_next(inflation, &piece, error))
            return FALSE;
        n_octets += piece.n_octets;
        if (n_octets > max_octets) {
            g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT,
                        "compressed content of %" G_GSIZE_FORMAT
                        " octets would be more than %" G_GSIZE_FORMAT " octets",
                        g_bytes_get_size(deflated), max_octets);
            return FALSE;
        }
    } while (piece.n_octets > 0);
    *out_n_octets = n_octets;
    return TRUE;
}

/* RFC 3274 §1.1, §2: the only algorithm that there is; parameters absent, or NULL by mistake. */
static gboolean
read_algorithm(BerReader *fields, GError **error)
{
    CmsAlgorithm algorithm;
    if (!cms_algorithm_read(fields, "compressionAlgorithm", &algorithm, error))
        return FALSE;
    if (algorithm.id == OID_ZLIB_COMPRESS && cms_algorithm_has_no_parameters(&algorithm))
        return TRUE;
    g_autofree gchar *oid = oid_to_dotted(algorithm.oid);
    g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED, "compression algorithm %s is not known",
                oid);
    return FALSE;
}

/* encapContentInfo (RFC 5652 §5.2). */
static GBytes *
read_content(BerReader *fields, GError **error)
{
    BerReader info, explicit;
    BerSlice type;
    if (!ber_enter(fields, BER_SEQUENCE, "encapContentInfo", &info, error) ||
        !ber_read(&info, BER_OID, "eContentType", &type, error))
        return NULL;
    if (oid_find(type) != OID_DATA) {
        g_set_error_literal(error, CMS_ERROR, CMS_ERROR_CONTENT_TYPE,
                            "what is compressed is not id-data");
        return NULL;
    }
    if (!ber_enter(&info, BER_CONTEXT_CONSTRUCTED(0), "eContent", &explicit, error))
        return NULL;
    g_autoptr(GBytes) content = ber_read_octets(&explicit, BER_OCTET_STRING, "eContent", error);
    if (content == NULL || !ber_leave(&info, &explicit, "eContent", error) ||
        !ber_leave(fields, &info, "encapContentInfo", error))
        return NULL;
    return g_steal_pointer(&content);
}

static GBytes *
read_compressed_data(GBytes *ber, GError **error)
{
    BerReader all, fields;
    ContentInfoReader info;
    guint version = 0;
    ber_reader_init(&all, ber);
    if (!content_info_enter(&all, &info, error))
        return NULL;
    if (info.type != CMS_CONTENT_COMPRESSED_DATA) {
        content_info_set_type_error(error, info.type, "compressed-data");
        return NULL;
    }
    if (!ber_enter(&info.content, BER_SEQUENCE, "CompressedData", &fields, error) ||
        !ber_read_small(&fields, "CompressedData version", &version, error) ||
        !read_algorithm(&fields, error))
        return NULL;
    g_autoptr(GBytes) content = read_content(&fields, error);
    if (content == NULL || !ber_leave(&info.content, &fields, "CompressedData", error) ||
        !content_info_leave(&all, &info, error))
        return NULL;
    return g_steal_pointer(&content);
}

OctetSource *
compressed_data_open(GBytes *ber, gsize max_octets, GError **error)
{
    gsize n_octets = 0;
    g_autoptr(GBytes) deflated = read_compressed_data(ber, error);
    if (deflated == NULL || !count_inflated(deflated, max_octets, &n_octets, error))
        return NULL;
    return octet_source_new(&inflated_type, g_steal_pointer(&deflated), n_octets);
}
