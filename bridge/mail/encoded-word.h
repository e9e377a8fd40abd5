/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* Text of header fields, made into UTF-8 that can be shown. */

/* Decodes the encoded words (RFC 2047) of @text. The result is valid UTF-8 without control
 * characters: what an encoded word hides must not become a NUL or a line end in a header section.
 * Text with very many words that have no end stays as it is. */
gchar *encoded_words_decode(const gchar *text) G_GNUC_WARN_UNUSED_RESULT;

/* @octets in @charset (%NULL or unknown: UTF-8) as UTF-8; what is no character becomes U+FFFD. */
gchar *octets_to_utf8(const gchar *octets, gsize n_octets,
                      const gchar *charset) G_GNUC_WARN_UNUSED_RESULT;
