/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <gio/gio.h>

/* The beginning of an answer of HTTP/1.0 or 1.1 (RFC 9112 §4, §5), up to the empty line. */

typedef struct {
    guint status;
    gchar *location;     /* or NULL */
    gint64 n_octets;     /* -1: not said */
    gboolean is_unclear; /* Content-Length is no number, or there are several that differ */
    gboolean is_coded;
} HttpHead;

#define HTTP_HEAD_INIT                                                                             \
    {                                                                                              \
        .n_octets = -1                                                                             \
    }

void http_head_clear(HttpHead *head);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HttpHead, http_head_clear)

/* @octets: (nullable): with @n_octets 0. Returns: how many belong to the head, with the empty line;
 * 0: that isn't there yet, or there is more than HTTP_MAX_HEAD_OCTETS before it */
gsize http_head_find_end(const guint8 *octets, gsize n_octets);

/* The same, and reads what stands there; 0: also if it is not HTTP */
gsize http_head_read(const guint8 *octets, gsize n_octets, HttpHead *head);

/* Whether there is a content of at most @max_octets to be had: before it has come. G_IO_ERROR */
gboolean http_head_promises_content(const HttpHead *head, gsize max_octets, GError **error);

/* What came behind the head, @n_octets of it. Returns: (transfer full): the content, or %NULL with
 * G_IO_ERROR */
GBytes *http_head_take_content(const HttpHead *head, const guint8 *octets, gsize n_octets,
                               gsize max_octets, GError **error) G_GNUC_WARN_UNUSED_RESULT;
