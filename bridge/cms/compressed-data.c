/* SPDX-License-Identifier: MPL-2.0 */

#include "compressed-data.h"

#include <string.h>
#include <zlib.h>

#include "algorithm.h"
#include "ber-string.h"
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
    OctetReader *deflated;
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
    g_clear_pointer(&inflation->deflated, octet_reader_close);
    explicit_bzero(inflation, sizeof *inflation);
    g_free(inflation);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Inflation, inflation_close)

/* @origin: an OctetSource. */
static gpointer
inflation_open(gconstpointer origin, GError **error)
{
    g_autoptr(OctetReader) deflated = octet_source_open(origin, error);
    if (deflated == NULL)
        return NULL;
    Inflation *inflation = g_new0(Inflation, 1);
    inflation->deflated = g_steal_pointer(&deflated);
    inflation->stream.zalloc = allocate_wiped;
    inflation->stream.zfree = free_wiped;
    if (inflateInit(&inflation->stream) == Z_OK)
        return inflation;
    inflation_close(inflation);
    g_set_error_literal(error, CMS_ERROR, CMS_ERROR_FAILED, "zlib can't be started");
    return NULL;
}

static gboolean
fail_damaged(GError **error)
{
    g_set_error_literal(error, CMS_ERROR, CMS_ERROR_MALFORMED,
                        "compressed content is damaged or cut short, or octets follow it");
    return FALSE;
}

/* Sees to it that zlib has input; without any it is left with none. */
static gboolean
feed(Inflation *inflation, GError **error)
{
    OctetPiece piece;
    if (inflation->stream.avail_in > 0)
        return TRUE;
    if (!octet_reader_next(inflation->deflated, &piece, error))
        return FALSE;
    inflation->stream.next_in = (Bytef *)piece.octets;
    inflation->stream.avail_in = (uInt)piece.n_octets;
    return TRUE;
}

/* Some more output, unless the end is reached. */
static gboolean
inflate_some(Inflation *inflation, GError **error)
{
    z_stream *stream = &inflation->stream;
    if (!feed(inflation, error))
        return FALSE;
    int status = inflate(stream, Z_NO_FLUSH);
    if (status == Z_OK)
        return TRUE;
    if (status != Z_STREAM_END)
        return fail_damaged(error);
    inflation->has_ended = TRUE;
    return feed(inflation, error) && (stream->avail_in == 0 || fail_damaged(error));
}

static gboolean
inflation_next(gpointer pass, OctetPiece *out_piece, GError **error)
{
    Inflation *inflation = pass;
    z_stream *stream = &inflation->stream;
    stream->next_out = inflation->piece;
    stream->avail_out = sizeof inflation->piece;
    while (!inflation->has_ended && stream->avail_out > 0)
        if (!inflate_some(inflation, error))
            return FALSE;
    *out_piece = (OctetPiece){inflation->piece, sizeof inflation->piece - stream->avail_out};
    return TRUE;
}

static const OctetSourceType inflated_type = {
    .open = inflation_open,
    .next = inflation_next,
    .close = inflation_close,
    .free_origin = (GDestroyNotify)octet_source_unref,
};

static gboolean
count_inflated(const OctetSource *deflated, gsize max_octets, gsize *out_n_octets, GError **error)
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
                        "compressed content of %" G_GUINT64_FORMAT
                        " octets would be more than %" G_GSIZE_FORMAT " octets",
                        octet_source_get_size(deflated), max_octets);
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
static OctetSource *
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
    g_autoptr(OctetSource) content =
        ber_string_read(&explicit, BER_OCTET_STRING, "eContent", error);
    if (content == NULL || !ber_leave(&info, &explicit, "eContent", error) ||
        !ber_leave(fields, &info, "encapContentInfo", error))
        return NULL;
    return g_steal_pointer(&content);
}

static OctetSource *
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
    g_autoptr(OctetSource) content = read_content(&fields, error);
    if (content == NULL || !ber_leave(&info.content, &fields, "CompressedData", error) ||
        !content_info_leave(&all, &info, error))
        return NULL;
    return g_steal_pointer(&content);
}

OctetSource *
compressed_data_open(GBytes *ber, gsize max_octets, GError **error)
{
    gsize n_octets = 0;
    g_autoptr(OctetSource) deflated = read_compressed_data(ber, error);
    if (deflated == NULL || !count_inflated(deflated, max_octets, &n_octets, error))
        return NULL;
    return octet_source_new(&inflated_type, g_steal_pointer(&deflated), n_octets);
}
