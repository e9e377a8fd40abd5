/* SPDX-License-Identifier: MPL-2.0 */

#include <glib.h>
#include <string.h>

#include "frame.h"
#include "fuzz.h"

#define MAX_OCTETS 64u

/* What a reader makes of the stream when it comes in pieces of @n_piece octets: the frames put one
 * after another in their wire form, and refused ones as a mark. */
static GByteArray *
read_stream(const guint8 *octets, gsize n_octets, gsize n_piece)
{
    g_autoptr(FrameReader) reader = frame_reader_new(MAX_OCTETS);
    GByteArray *seen = g_byte_array_new();
    for (gsize at = 0; at < n_octets; at += n_piece) {
        frame_reader_push(reader, octets + at, MIN(n_piece, n_octets - at));
        while (TRUE) {
            g_autoptr(GBytes) frame = NULL;
            if (!frame_reader_pop(reader, &frame, NULL)) {
                g_byte_array_append(seen, (const guint8 *)"refused", 7);
                continue;
            }
            if (frame == NULL)
                break;
            gsize n_text = 0;
            const gchar *text = g_bytes_get_data(frame, &n_text);
            g_autoptr(GBytes) wire = frame_serialize(text, n_text, MAX_OCTETS, NULL);
            g_assert_nonnull(wire);
            g_byte_array_append(seen, g_bytes_get_data(wire, NULL), (guint)g_bytes_get_size(wire));
        }
    }
    g_byte_array_append(seen, (const guint8 *)(frame_reader_finish(reader, NULL) ? "." : "!"), 1);
    return seen;
}

/* How a stream is cut must make no difference. */
int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    g_autoptr(GByteArray) whole = read_stream(octets, n_octets, MAX(n_octets, 1));
    static const gsize pieces[] = {1, 3, 7};
    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autoptr(GByteArray) cut = read_stream(octets, n_octets, pieces[i]);
        g_assert_true(cut->len == whole->len && memcmp(cut->data, whole->data, cut->len) == 0);
    }
    return 0;
}
