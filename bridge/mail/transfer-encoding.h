/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* Content transfer encodings (RFC 2045 §6). */
typedef enum {
    TRANSFER_ENCODING_IDENTITY, /* 7bit, 8bit, binary, and where nothing is said */
    TRANSFER_ENCODING_UNKNOWN,  /* x-uuencode and the like: not decoded (RFC 2045 §6.4) */
    TRANSFER_ENCODING_BASE64,
    TRANSFER_ENCODING_QUOTED_PRINTABLE
} TransferEncoding;

/* From the value of a Content-Transfer-Encoding field, or %NULL. */
TransferEncoding transfer_encoding_parse(const gchar *value);

/**
 * transfer_decode:
 * @strict: foreign characters, data after the padding, a lone "=", and breaking off are
 * MAIL_ERROR_ENCODING. Otherwise foreign characters are passed over, and base64 ends with its
 * padding (mailing lists put text after it)
 *
 * Large results are in a spool (octet-spool.h), which can fail with OCTET_ERROR.
 */
GBytes *transfer_decode(GBytes *octets, TransferEncoding encoding, gboolean strict,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Text in quoted-printable: its line ends (CRLF or LF) become CRLF; 8-bit octets, controls, "=",
 * white space at line ends, and the first letter of lines that begin "From ", "." or "--" are
 * escaped (RFC 2049 §3, RFC 5321 §4.5.2, RFC 2046 §5.1.1). Lines have at most 76 characters.
 * OCTET_ERROR where a large result can't be kept. */
GBytes *quoted_printable_encode_text(GBytes *octets, GError **error) G_GNUC_WARN_UNUSED_RESULT;
