/* SPDX-License-Identifier: MPL-2.0 */

#include "frame.h"

#include <string.h>

G_DEFINE_QUARK(frame_error_quark, frame_error)

/* The room that stays for the next frame when the buffer is empty. */
#define BUFFER_OCTETS_KEPT (64u * 1024)

struct _FrameReader {
    guint32 max_octets;
    GByteArray *buffer;
    gsize at;      /* octets of the buffer that have been taken */
    gsize to_skip; /* octets of a refused frame that are still to come */
};

FrameReader *
frame_reader_new(guint32 max_octets)
{
    FrameReader *reader = g_new0(FrameReader, 1);
    reader->max_octets = max_octets;
    reader->buffer = g_byte_array_new();
    return reader;
}

void
frame_reader_free(FrameReader *reader)
{
    if (reader == NULL)
        return;
    /* Passwords and mail pass through here. */
    if (reader->buffer->len > 0)
        explicit_bzero(reader->buffer->data, reader->buffer->len);
    g_byte_array_unref(reader->buffer);
    g_free(reader);
}

static gsize
count_buffered(const FrameReader *reader)
{
    return reader->buffer->len - reader->at;
}

static void
take(FrameReader *reader, gsize n_octets)
{
    if (n_octets > 0)
        explicit_bzero(reader->buffer->data + reader->at, n_octets);
    reader->at += n_octets;
    if (reader->at == reader->buffer->len && reader->at > BUFFER_OCTETS_KEPT) {
        /* A byte array never gives memory back. */
        g_byte_array_unref(reader->buffer);
        reader->buffer = g_byte_array_new();
        reader->at = 0;
    }
    /* Moving the rest only when it is the smaller half keeps many small frames linear in cost. */
    if (reader->at < reader->buffer->len / 2 + 1)
        return;
    g_byte_array_remove_range(reader->buffer, 0, (guint)reader->at);
    reader->at = 0;
}

void
frame_reader_push(FrameReader *reader, const guint8 *octets, gsize n_octets)
{
    g_return_if_fail(reader != NULL && (octets != NULL || n_octets == 0));

    gsize n_skipped = (gsize)MIN(reader->to_skip, n_octets);
    reader->to_skip -= n_skipped;
    octets += n_skipped;
    n_octets -= n_skipped;
    g_return_if_fail(n_octets <= G_MAXUINT - reader->buffer->len);
    if (n_octets > 0)
        g_byte_array_append(reader->buffer, octets, (guint)n_octets);
}

static guint32
get_length(const guint8 *header)
{
    guint32 length = 0;
    memcpy(&length, header, FRAME_HEADER_OCTETS);
    return length;
}

static gboolean
check_length(gsize n_octets, guint32 max_octets, GError **error)
{
    if (n_octets == 0) {
        g_set_error(error, FRAME_ERROR, FRAME_ERROR_EMPTY, "frame without text");
        return FALSE;
    }
    if (n_octets > max_octets) {
        g_set_error(error, FRAME_ERROR, FRAME_ERROR_TOO_LONG,
                    "frame too long (%" G_GSIZE_FORMAT " octets of at most %" G_GUINT32_FORMAT ")",
                    n_octets, max_octets);
        return FALSE;
    }
    return TRUE;
}

static void
skip(FrameReader *reader, gsize n_octets)
{
    gsize n_here = MIN(n_octets, count_buffered(reader));
    take(reader, n_here);
    reader->to_skip = n_octets - n_here;
}

gboolean
frame_reader_pop(FrameReader *reader, GBytes **out_frame, GError **error)
{
    g_return_val_if_fail(reader != NULL && out_frame != NULL, FALSE);

    if (count_buffered(reader) < FRAME_HEADER_OCTETS) {
        *out_frame = NULL;
        return TRUE;
    }
    const guint8 *header = reader->buffer->data + reader->at;
    gsize n_octets = get_length(header);
    if (!check_length(n_octets, reader->max_octets, error)) {
        take(reader, FRAME_HEADER_OCTETS);
        skip(reader, n_octets);
        return FALSE;
    }
    if (count_buffered(reader) - FRAME_HEADER_OCTETS < n_octets) {
        *out_frame = NULL;
        return TRUE;
    }
    *out_frame = g_bytes_new(header + FRAME_HEADER_OCTETS, n_octets);
    take(reader, FRAME_HEADER_OCTETS + n_octets);
    return TRUE;
}

gboolean
frame_reader_finish(const FrameReader *reader, GError **error)
{
    g_return_val_if_fail(reader != NULL, FALSE);

    if (count_buffered(reader) == 0 && reader->to_skip == 0)
        return TRUE;
    g_set_error(error, FRAME_ERROR, FRAME_ERROR_TRUNCATED,
                "stream ended inside a frame (%" G_GSIZE_FORMAT " octets of it read)",
                count_buffered(reader));
    return FALSE;
}

GBytes *
frame_serialize(const gchar *text, gsize n_octets, guint32 max_octets, GError **error)
{
    g_return_val_if_fail(text != NULL || n_octets == 0, NULL);

    if (!check_length(n_octets, max_octets, error))
        return NULL;
    guint32 length = (guint32)n_octets;
    g_autofree guint8 *octets = g_malloc(FRAME_HEADER_OCTETS + n_octets);
    memcpy(octets, &length, FRAME_HEADER_OCTETS);
    memcpy(octets + FRAME_HEADER_OCTETS, text, n_octets);
    return g_bytes_new_take(g_steal_pointer(&octets), FRAME_HEADER_OCTETS + n_octets);
}
