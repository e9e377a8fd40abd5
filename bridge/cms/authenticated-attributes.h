/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "ber.h"

/**
 * authenticated_attributes_read:
 * @fields: before the authAttrs of an AuthEnvelopedData (RFC 5083 §2.1), [1] IMPLICIT, or before
 * what follows if there are none
 * @content_type: contents of the OBJECT IDENTIFIER, that of EncryptedContentInfo
 * @out_der: what is authenticated beside the content: DER of the SET OF with its own identifier
 * (RFC 5083 §2.2); %NULL: none
 *
 * A contentType attribute (RFC 5652 §11.1) may stand there once, with one value, which must be
 * @content_type. Other attributes are authenticated and passed over. CMS_ERROR_MALFORMED,
 * CMS_ERROR_LIMIT.
 */
gboolean authenticated_attributes_read(BerReader *fields, BerSlice content_type, GBytes **out_der,
                                       GError **error);
