/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* Native-messaging frames: the length of the JSON text in octets as a 32-bit number in the
 * machine's byte order, then the text in UTF-8. */

#define FRAME_HEADER_OCTETS 4

#define FRAME_ERROR (frame_error_quark())
GQuark frame_error_quark(void);

typedef enum {
    FRAME_ERROR_TOO_LONG,  /* the stated length is over the limit; the frame is skipped */
    FRAME_ERROR_EMPTY,     /* a length of zero */
    FRAME_ERROR_TRUNCATED, /* the stream ended inside a frame */
    FRAME_N_ERRORS
} FrameError;

/* Puts frames together from pieces of a stream. After FRAME_ERROR_TOO_LONG and FRAME_ERROR_EMPTY
 * it goes on with the next frame; memory is taken as octets arrive, never for a stated length. */
typedef struct _FrameReader FrameReader;

FrameReader *frame_reader_new(guint32 max_octets);
void frame_reader_free(FrameReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FrameReader, frame_reader_free)

/* Adds what the stream gave. Octets are kept until they are popped: pop after each push. */
void frame_reader_push(FrameReader *reader, const guint8 *octets, gsize n_octets);

/**
 * frame_reader_pop:
 * @out_frame: (out) (transfer full) (nullable): the next text, or %NULL when more octets are needed
 * @error: FRAME_ERROR
 *
 * Returns: %FALSE if a frame had to be given up; call again for the next one
 */
gboolean frame_reader_pop(FrameReader *reader, GBytes **out_frame, GError **error);

/* To be called at the end of the stream, when frame_reader_pop() has nothing more: FALSE with
 * FRAME_ERROR_TRUNCATED if a frame is cut short.
 */
gboolean frame_reader_finish(const FrameReader *reader, GError **error);

/* Header and text in one piece; NULL with FRAME_ERROR_TOO_LONG or FRAME_ERROR_EMPTY. */
GBytes *frame_serialize(const gchar *text, gsize n_octets, guint32 max_octets, GError **error);
