/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <json-glib/json-glib.h>

/* What the host has to say, as frames below LIMIT_FRAME_OUT_OCTETS. Long results and bodies become
 * chunks, read and made one at a time when the stream takes them, those of several answers in turn.
 * Where a body can't be read to its end a fault of its part ends the answer. */
typedef struct _OutQueue OutQueue;

OutQueue *out_queue_new(void);
void out_queue_free(OutQueue *queue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(OutQueue, out_queue_free)

/* A message that is short by nature. Takes @object. */
void out_queue_push(OutQueue *queue, JsonObject *object);

/* The answer that a request failed, or with REQUEST_NO_ID that a text could not be read at all. Its
 * message is cut at some 2000 octets; long @details (nullable, transfer none) become chunks. */
void out_queue_push_fault(OutQueue *queue, gint64 id, const GError *error, JsonObject *details);

/**
 * out_queue_push_answer:
 * @result: (transfer none)
 * @bodies: (element-type OctetSource) (nullable)
 * @files: (element-type utf8) (nullable): names of files into which the first of @bodies have been
 * written already
 *
 * An answer that fits into no frame, because of the names of its files, becomes the fault
 * "body-too-large"; one with a short body that can't be read, the fault of that.
 */
void out_queue_push_answer(OutQueue *queue, gint64 id, JsonObject *result, GPtrArray *bodies,
                           GPtrArray *files);

gboolean out_queue_is_empty(const OutQueue *queue);

/* The next frame, header included; NULL if the queue is empty. */
GBytes *out_queue_pop(OutQueue *queue);

/* Compact JSON text in valid UTF-8, whatever the strings hold. */
gchar *json_object_to_text(JsonObject *object);
