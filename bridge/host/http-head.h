/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <gio/gio.h>

/* The beginning of an answer of HTTP/1.0 or 1.1 (RFC 9112 §4, §5), up to the empty line. */

typedef struct {
    guint status;
    gchar *location; /* or NULL */
    gint64 n_octets; /* -1: not said */
    gboolean is_coded;
} HttpHead;

#define HTTP_HEAD_INIT                                                                             \
    {                                                                                              \
        .n_octets = -1                                                                             \
    }

void http_head_clear(HttpHead *head);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HttpHead, http_head_clear)

/* @octets: (nullable): with @n_octets 0. Returns: how many belong to the head; 0: it is none, or
 * longer than HTTP_MAX_HEAD_OCTETS */
gsize http_head_read(const guint8 *octets, gsize n_octets, HttpHead *head);

/* What came behind the head, @n_octets of it. Returns: (transfer full): the content, or %NULL with
 * G_IO_ERROR */
GBytes *http_head_take_content(const HttpHead *head, const guint8 *octets, gsize n_octets,
                               gsize max_octets, GError **error) G_GNUC_WARN_UNUSED_RESULT;
