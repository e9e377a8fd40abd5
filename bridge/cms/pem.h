/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* Textual encodings of PKIX and CMS objects (RFC 7468), read as leniently as that RFC's §2 allows:
 * anything may stand between the blocks, lines have any length and end in LF or CRLF. The header
 * lines of RFC 1421 ("Proc-Type: …") are kept, since old encrypted keys have them. */
typedef struct {
    gchar *label;   /* "CERTIFICATE" */
    gchar *headers; /* RFC 1421 header lines; "" if there are none */
    GBytes *octets; /* what the base64 stands for; wiped when freed */
} PemBlock;
void pem_block_free(PemBlock *block);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PemBlock, pem_block_free)

/* Whether there is a line that begins a block. */
gboolean pem_is_likely(GBytes *octets);

/**
 * pem_parse:
 * @n_blocks_max: more are CMS_ERROR_LIMIT
 *
 * Returns: (transfer full) (element-type PemBlock): the blocks in order, perhaps none; or %NULL
 * with CMS_ERROR_MALFORMED for a block without end, with another label at its end, or with anything
 * but base64 inside
 */
GPtrArray *pem_parse(GBytes *octets, guint n_blocks_max, GError **error) G_GNUC_WARN_UNUSED_RESULT;
