/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "ber.h"

/* The object identifiers that CMS needs. NSS has a table too, but not with all of these, and which
 * ones depends on its version. */
typedef enum {
    OID_UNKNOWN,
    /* content types */
    OID_DATA,
    OID_SIGNED_DATA,
    OID_ENVELOPED_DATA,
    OID_DIGESTED_DATA,
    OID_ENCRYPTED_DATA,
    OID_AUTHENTICATED_DATA,
    OID_AUTH_ENVELOPED_DATA,
    OID_COMPRESSED_DATA,
    OID_ZLIB_COMPRESS,
    /* attributes */
    OID_CONTENT_TYPE,
    OID_MESSAGE_DIGEST,
    OID_SIGNING_TIME,
    OID_SMIME_CAPABILITIES,
    OID_ENCRYPTION_KEY_PREFERENCE,
    OID_SIGNING_CERTIFICATE,
    OID_SIGNING_CERTIFICATE_V2,
    OID_COUNTERSIGNATURE,
    /* digests */
    OID_MD5,
    OID_SHA1,
    OID_SHA224,
    OID_SHA256,
    OID_SHA384,
    OID_SHA512,
    /* signatures; the first and id-ecPublicKey are also names of keys */
    OID_RSA_ENCRYPTION,
    OID_MD5_WITH_RSA,
    OID_SHA1_WITH_RSA,
    OID_SHA224_WITH_RSA,
    OID_SHA256_WITH_RSA,
    OID_SHA384_WITH_RSA,
    OID_SHA512_WITH_RSA,
    OID_RSASSA_PSS,
    OID_RSAES_OAEP,
    OID_MGF1,
    OID_P_SPECIFIED,
    OID_EC_PUBLIC_KEY,
    OID_ECDSA_WITH_SHA1,
    OID_ECDSA_WITH_SHA224,
    OID_ECDSA_WITH_SHA256,
    OID_ECDSA_WITH_SHA384,
    OID_ECDSA_WITH_SHA512,
    OID_DSA,
    OID_DSA_WITH_SHA1,
    OID_DSA_WITH_SHA224,
    OID_DSA_WITH_SHA256,
    /* also names of keys (RFC 8410 §3) */
    OID_ED25519,
    OID_ED448,
    /* key agreement: standard and cofactor Diffie-Hellman, KDF of X9.63 (RFC 5753 §7.1.4) */
    OID_ECDH_STD_SHA1,
    OID_ECDH_STD_SHA224,
    OID_ECDH_STD_SHA256,
    OID_ECDH_STD_SHA384,
    OID_ECDH_STD_SHA512,
    OID_ECDH_COFACTOR_SHA1,
    OID_ECDH_COFACTOR_SHA224,
    OID_ECDH_COFACTOR_SHA256,
    OID_ECDH_COFACTOR_SHA384,
    OID_ECDH_COFACTOR_SHA512,
    /* … and with HKDF (RFC 8418 §2.2) */
    OID_ECDH_HKDF_SHA256,
    OID_ECDH_HKDF_SHA384,
    OID_ECDH_HKDF_SHA512,
    OID_3DES_WRAP,
    OID_AES_128_WRAP,
    OID_AES_192_WRAP,
    OID_AES_256_WRAP,
    OID_P_256,
    OID_P_384,
    OID_P_521,
    OID_X25519, /* the name of its keys, too */
    /* passwords (RFC 3211, RFC 8018) */
    OID_PWRI_KEK,
    OID_PBKDF2,
    OID_HMAC_SHA1,
    OID_HMAC_SHA224,
    OID_HMAC_SHA256,
    OID_HMAC_SHA384,
    OID_HMAC_SHA512,
    /* ciphers */
    OID_AES_128_CBC,
    OID_AES_192_CBC,
    OID_AES_256_CBC,
    OID_AES_128_GCM,
    OID_AES_192_GCM,
    OID_AES_256_GCM,
    OID_AES_128_CCM,
    OID_AES_192_CCM,
    OID_AES_256_CCM,
    OID_CHACHA20_POLY1305,
    OID_3DES_CBC,
    OID_RC2_CBC,
    OID_DES_CBC,
    OID_RC4, /* no cipher of this layer: drs/legacy-rc4.h */
    OID_N_OIDS
} Oid;

/* Of the contents of an OBJECT IDENTIFIER; OID_UNKNOWN for every other. */
Oid oid_find(BerSlice contents);

/* Contents octets; empty for OID_UNKNOWN. */
BerSlice oid_get_octets(Oid oid);

/* "1.2.840.113549.1.7.2"; "?" and the octets in hexadecimal if they are no object identifier. */
gchar *oid_to_dotted(BerSlice contents) G_GNUC_WARN_UNUSED_RESULT;
