/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "octet-source.h"

/* CompressedData of RFC 3274, read in BER: a layer that protects nothing. */

/* How much a message of @n_message_octets may hold when what is compressed in it is inflated:
 * LIMIT_INFLATED_RATIO times as much, but LIMIT_INFLATED_FREE_OCTETS in any case, and never more
 * than a message may have. That is for all of its layers together. */
gsize compressed_data_limit(gsize n_message_octets);

/**
 * compressed_data_open:
 * @max_octets: of the content
 * @error: CMS_ERROR_MALFORMED (the deflated octets among it), CMS_ERROR_LIMIT,
 * CMS_ERROR_CONTENT_TYPE (no CompressedData, or what is compressed is not id-data),
 * CMS_ERROR_UNSUPPORTED (another algorithm than zlib's)
 *
 * Inflates all once before anything is released: what comes out of the source is whole, fits its
 * checksum and is no longer than @max_octets. Keeps a reference on @ber.
 *
 * Returns: (transfer full): the content, inflated anew in each pass, or %NULL
 */
OctetSource *compressed_data_open(GBytes *ber, gsize max_octets,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
