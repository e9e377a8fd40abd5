/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>
#include <secoidt.h>

/* The algorithms of CMS that are known here, as tables: name on the command line and in JSON, OID. */

typedef enum {
    CMS_DIGEST_UNKNOWN,
    CMS_DIGEST_MD5, /* read only, always weak */
    CMS_DIGEST_SHA1, /* read only, always weak */
    CMS_DIGEST_SHA224,
    CMS_DIGEST_SHA256,
    CMS_DIGEST_SHA384,
    CMS_DIGEST_SHA512,
    CMS_N_DIGESTS
} CmsDigest;
const gchar *cms_digest_to_string(CmsDigest digest); /* "sha-256": also the micalg of RFC 8551 §3.5.3.2 */
gboolean cms_digest_is_weak(CmsDigest digest);

typedef enum {
    CMS_CIPHER_UNKNOWN,
    CMS_CIPHER_AES_128_CBC,
    CMS_CIPHER_AES_192_CBC,
    CMS_CIPHER_AES_256_CBC,
    CMS_CIPHER_AES_128_GCM,
    CMS_CIPHER_AES_192_GCM,
    CMS_CIPHER_AES_256_GCM,
    CMS_CIPHER_3DES_CBC, /* read only, weak */
    CMS_CIPHER_RC2_CBC,  /* read only, weak */
    CMS_CIPHER_DES_CBC,  /* read only, weak */
    CMS_N_CIPHERS
} CmsCipher;
const gchar *cms_cipher_to_string(CmsCipher cipher); /* "aes-256-gcm" */
gboolean cms_cipher_from_string(const gchar *name, CmsCipher *out_cipher); /* of those we write */
gboolean cms_cipher_is_aead(CmsCipher cipher);
gboolean cms_cipher_is_weak(CmsCipher cipher);
