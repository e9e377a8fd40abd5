/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* The outermost structure of every CMS object (RFC 5652 §3). */

typedef enum {
    CMS_CONTENT_UNKNOWN, /* not CMS, or a type that is not listed here */
    CMS_CONTENT_DATA,
    CMS_CONTENT_SIGNED_DATA,
    CMS_CONTENT_ENVELOPED_DATA,
    CMS_CONTENT_AUTH_ENVELOPED_DATA,
    CMS_CONTENT_DIGESTED_DATA,
    CMS_CONTENT_ENCRYPTED_DATA,
    CMS_CONTENT_AUTHENTICATED_DATA,
    CMS_CONTENT_COMPRESSED_DATA,
    CMS_N_CONTENTS
} CmsContentType;
const gchar *cms_content_type_to_string(
    CmsContentType type); /* "signed-data", …: the smime-type of RFC 8551 §3.2.2 */

/* Looks at the first octets only. */
CmsContentType cms_content_info_peek(GBytes *ber);

/* DER or BER of a CMS object from a file: as it is, PEM ("CMS", "PKCS7" and older labels), or
 * base64 alone. NULL with CMS_ERROR_MALFORMED when it is neither. Used where a person may hand in a
 * bare object. */
GBytes *cms_content_info_from_file(GBytes *octets, GError **error) G_GNUC_WARN_UNUSED_RESULT;
