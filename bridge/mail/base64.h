/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "octet-source.h"

/* base64 as a content transfer encoding (RFC 2045 §6.8). */

/**
 * base64_decode:
 * @strict: foreign characters, data after the padding, and breaking off are MAIL_ERROR_ENCODING.
 * Otherwise foreign characters are passed over, and what comes after the padding is left
 *
 * Returns: (transfer full): in a spool (octet-spool.h); or %NULL, with OCTET_ERROR too
 */
GBytes *base64_decode(GBytes *octets, gboolean strict, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @octets in lines of 76 characters, each with CRLF, made while they are read. */
OctetSource *base64_source_new(OctetSource *octets) G_GNUC_WARN_UNUSED_RESULT;
