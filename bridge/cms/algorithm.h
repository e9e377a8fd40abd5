/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>
#include <pkcs11t.h>
#include <secoidt.h>

#include "oid.h"

/* The algorithms of CMS that are known here, as tables: name for command line and JSON, OID. */

typedef enum {
    CMS_DIGEST_UNKNOWN,
    CMS_DIGEST_MD5,  /* read only, always weak */
    CMS_DIGEST_SHA1, /* read only, always weak */
    CMS_DIGEST_SHA224,
    CMS_DIGEST_SHA256,
    CMS_DIGEST_SHA384,
    CMS_DIGEST_SHA512,
    CMS_N_DIGESTS
} CmsDigest;
const gchar *
cms_digest_to_string(CmsDigest digest); /* "sha-256": also the micalg of RFC 8551 §3.5.3.2 */
gboolean cms_digest_is_weak(CmsDigest digest);

typedef enum {
    CMS_CIPHER_UNKNOWN,
    CMS_CIPHER_AES_128_CBC,
    CMS_CIPHER_AES_192_CBC,
    CMS_CIPHER_AES_256_CBC,
    CMS_CIPHER_AES_128_GCM,
    CMS_CIPHER_AES_192_GCM,
    CMS_CIPHER_AES_256_GCM,
    CMS_CIPHER_CHACHA20_POLY1305, /* these four: read only */
    CMS_CIPHER_AES_128_CCM,
    CMS_CIPHER_AES_192_CCM,
    CMS_CIPHER_AES_256_CCM,
    CMS_CIPHER_3DES_CBC, /* read only, weak */
    CMS_CIPHER_RC2_CBC,  /* read only, weak */
    CMS_CIPHER_DES_CBC,  /* read only, weak */
    CMS_N_CIPHERS
} CmsCipher;
const gchar *cms_cipher_to_string(CmsCipher cipher);                       /* "aes-256-gcm" */
gboolean cms_cipher_from_string(const gchar *name, CmsCipher *out_cipher); /* of those we write */
gboolean cms_cipher_is_aead(CmsCipher cipher);
gboolean cms_cipher_is_weak(CmsCipher cipher);
gboolean cms_cipher_is_written(CmsCipher cipher); /* or only read */

/* How a content-encryption key is encrypted to an RSA key. */
typedef enum {
    CMS_KEY_TRANSPORT_PKCS1, /* PKCS #1 v1.5: what everybody reads */
    CMS_KEY_TRANSPORT_OAEP,  /* RSAES-OAEP (RFC 3560), SHA-256 for digest and mask generation */
    CMS_N_KEY_TRANSPORTS
} CmsKeyTransport;
const gchar *cms_key_transport_to_string(CmsKeyTransport transport); /* "pkcs1", "oaep" */
gboolean cms_key_transport_from_string(const gchar *name, CmsKeyTransport *out_transport);

/* What follows is for this layer alone. */

/* RFC 5652 §10.1.2: an AlgorithmIdentifier as it stands in a message. */
typedef struct {
    BerSlice whole;
    BerSlice oid; /* contents */
    Oid id;
    BerSlice parameters; /* the whole element; octets NULL: absent */
} CmsAlgorithm;
gboolean cms_algorithm_read(BerReader *reader, const gchar *what, CmsAlgorithm *out_algorithm,
                            GError **error);
/* The same with an implicit tag. */
gboolean cms_algorithm_read_tagged(BerReader *reader, guint8 tag, const gchar *what,
                                   CmsAlgorithm *out_algorithm, GError **error);
gboolean cms_algorithm_has_no_parameters(const CmsAlgorithm *algorithm); /* absent or NULL */

#define CMS_DIGEST_MAX_OCTETS 64
typedef struct {
    const gchar *name;
    const gchar *short_name; /* "sha256" in the names of signature algorithms */
    Oid oid;
    SECOidTag nss;
    gsize n_octets;
    gboolean weak;
    CK_MECHANISM_TYPE mechanism;
    CK_RSA_PKCS_MGF_TYPE mgf; /* MGF1 with it; 0: none known */
} CmsDigestInfo;
/* All zero for CMS_DIGEST_UNKNOWN. */
const CmsDigestInfo *cms_digest_get_info(CmsDigest digest);
CmsDigest cms_digest_find(Oid oid);

/* A public-key signature algorithm as SignerInfo names it (RFC 5754 §3, RFC 4056, RFC 8419). */
typedef enum {
    CMS_SIGNATURE_UNKNOWN,
    CMS_SIGNATURE_RSA_PKCS1,
    CMS_SIGNATURE_RSA_PSS,
    CMS_SIGNATURE_ECDSA,
    CMS_SIGNATURE_DSA,
    CMS_SIGNATURE_ED25519,
    CMS_SIGNATURE_ED448, /* known by name alone */
    CMS_N_SIGNATURES
} CmsSignature;
const gchar *cms_signature_to_string(CmsSignature signature); /* "rsa-pkcs1", "ecdsa", … */
/* @out_digest: the digest that @oid binds it to, or UNKNOWN if it leaves that to digestAlgorithm or
 * to parameters. */
CmsSignature cms_signature_find(Oid oid, CmsDigest *out_digest);
/* The identifier of a pair, to write and to give to NSS; OID_UNKNOWN and SEC_OID_UNKNOWN if there
 * is none. */
Oid cms_signature_get_oid(CmsSignature signature, CmsDigest digest, SECOidTag *out_nss);

typedef struct {
    const gchar *name;
    Oid oid;
    CK_MECHANISM_TYPE mechanism;
    CK_MECHANISM_TYPE key_generation;
    gsize n_key_octets; /* 0: any */
    gsize n_block_octets;
    gboolean aead;
    gboolean weak; /* and for reading only */
    gboolean read_only;
} CmsCipherInfo;
const CmsCipherInfo *cms_cipher_get_info(CmsCipher cipher);
/* The longest of those with a fixed length. */
#define CMS_CIPHER_MAX_KEY_OCTETS   32
#define CMS_CIPHER_MAX_BLOCK_OCTETS 16
CmsCipher cms_cipher_find(Oid oid);
