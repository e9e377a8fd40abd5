/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <gio/gio.h>

#include "http-reach.h"

/* As much of HTTP as revocation lists need (RFC 5280 §4.2.1.13, §8): a GET of version 1.0, over
 * "http" alone. Lists are signed, so that nothing rests on the way they take; "https" would want
 * certificates to be judged before certificates can be judged. */

/* Redirections that are followed. */
#define HTTP_MAX_REDIRECTIONS 3u
/* Status line and header fields of an answer. */
#define HTTP_MAX_HEAD_OCTETS (32u * 1024)

/**
 * http_get:
 * @url: "http://HOST[:PORT]/PATH"
 * @reach: whom to ask, redirections included
 * @max_octets: of the content
 * @timeout_seconds: of each step; who wants an end of the whole sets an alarm
 *
 * Waits for the answer: for as many octets as it says that it has (RFC 9112 §6.3), or for the end
 * of the stream if it does not say.
 *
 * Returns: (transfer full): its content, or %NULL with G_IO_ERROR and a text that a person can read
 */
GBytes *http_get(const gchar *url, HttpReach reach, gsize max_octets, guint timeout_seconds,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
