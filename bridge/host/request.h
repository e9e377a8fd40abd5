/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <json-glib/json-glib.h>

/* One text of the add-on: a request, or a piece of a request's body. Grammar: PROTOCOL.md. */

/* Nested arrays and objects of one text; json-glib's parser recurses. */
#define REQUEST_MAX_DEPTH 16
#define REQUEST_NO_ID     (-1)

typedef enum { BODY_NONE, BODY_INLINE, BODY_FILE, BODY_CHUNKS } BodySource;

typedef struct {
    gint64 id;
    gchar *op;          /* NULL: this is a piece of the body of request @id */
    JsonObject *params; /* of an operation; never NULL then */
    BodySource source;
    GBytes *octets; /* BODY_INLINE, or the piece */
    gchar *file;    /* BODY_FILE */
    gboolean last;  /* of a piece */
    GPtrArray
        *outputs; /* (element-type utf8): files for the bodies of the answer; empty: on the wire */
} Request;

/**
 * request_parse:
 * @out_id: (out): the id as far as it can be read, so that the fault can be told whose it is; else
 * REQUEST_NO_ID
 * @error: PROTOCOL_ERROR_MALFORMED
 */
Request *request_parse(GBytes *text, gint64 *out_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void request_free(Request *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Request, request_free)
