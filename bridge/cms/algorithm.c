/* SPDX-License-Identifier: MPL-2.0 */

#include "algorithm.h"

#include <pkcs11n.h>

static const CmsDigestInfo digests[CMS_N_DIGESTS] = {
    [CMS_DIGEST_UNKNOWN] = {NULL, NULL, OID_UNKNOWN, SEC_OID_UNKNOWN, 0, TRUE, 0, 0},
    [CMS_DIGEST_MD5] = {"md5", "md5", OID_MD5, SEC_OID_MD5, 16, TRUE, CKM_MD5, 0},
    [CMS_DIGEST_SHA1] = {"sha-1", "sha1", OID_SHA1, SEC_OID_SHA1, 20, TRUE, CKM_SHA_1,
                         CKG_MGF1_SHA1},
    [CMS_DIGEST_SHA224] = {"sha-224", "sha224", OID_SHA224, SEC_OID_SHA224, 28, FALSE, CKM_SHA224,
                           CKG_MGF1_SHA224},
    [CMS_DIGEST_SHA256] = {"sha-256", "sha256", OID_SHA256, SEC_OID_SHA256, 32, FALSE, CKM_SHA256,
                           CKG_MGF1_SHA256},
    [CMS_DIGEST_SHA384] = {"sha-384", "sha384", OID_SHA384, SEC_OID_SHA384, 48, FALSE, CKM_SHA384,
                           CKG_MGF1_SHA384},
    [CMS_DIGEST_SHA512] = {"sha-512", "sha512", OID_SHA512, SEC_OID_SHA512, 64, FALSE, CKM_SHA512,
                           CKG_MGF1_SHA512},
};

static const CmsCipherInfo ciphers[CMS_N_CIPHERS] = {
    [CMS_CIPHER_AES_128_CBC] = {"aes-128-cbc", OID_AES_128_CBC, CKM_AES_CBC, CKM_AES_KEY_GEN, 16,
                                16, FALSE, FALSE, FALSE},
    [CMS_CIPHER_AES_192_CBC] = {"aes-192-cbc", OID_AES_192_CBC, CKM_AES_CBC, CKM_AES_KEY_GEN, 24,
                                16, FALSE, FALSE, FALSE},
    [CMS_CIPHER_AES_256_CBC] = {"aes-256-cbc", OID_AES_256_CBC, CKM_AES_CBC, CKM_AES_KEY_GEN, 32,
                                16, FALSE, FALSE, FALSE},
    [CMS_CIPHER_AES_128_GCM] = {"aes-128-gcm", OID_AES_128_GCM, CKM_AES_GCM, CKM_AES_KEY_GEN, 16,
                                16, TRUE, FALSE, FALSE},
    [CMS_CIPHER_AES_192_GCM] = {"aes-192-gcm", OID_AES_192_GCM, CKM_AES_GCM, CKM_AES_KEY_GEN, 24,
                                16, TRUE, FALSE, FALSE},
    [CMS_CIPHER_AES_256_GCM] = {"aes-256-gcm", OID_AES_256_GCM, CKM_AES_GCM, CKM_AES_KEY_GEN, 32,
                                16, TRUE, FALSE, FALSE},
    [CMS_CIPHER_CHACHA20_POLY1305] = {"chacha20-poly1305", OID_CHACHA20_POLY1305,
                                      CKM_CHACHA20_POLY1305, CKM_NSS_CHACHA20_KEY_GEN, 32, 64, TRUE,
                                      FALSE, TRUE},
    [CMS_CIPHER_AES_128_CCM] = {"aes-128-ccm", OID_AES_128_CCM, CKM_AES_CCM, CKM_AES_KEY_GEN, 16,
                                16, TRUE, FALSE, TRUE},
    [CMS_CIPHER_AES_192_CCM] = {"aes-192-ccm", OID_AES_192_CCM, CKM_AES_CCM, CKM_AES_KEY_GEN, 24,
                                16, TRUE, FALSE, TRUE},
    [CMS_CIPHER_AES_256_CCM] = {"aes-256-ccm", OID_AES_256_CCM, CKM_AES_CCM, CKM_AES_KEY_GEN, 32,
                                16, TRUE, FALSE, TRUE},
    [CMS_CIPHER_3DES_CBC] = {"3des-cbc", OID_3DES_CBC, CKM_DES3_CBC, CKM_DES3_KEY_GEN, 24, 8, FALSE,
                             TRUE, TRUE},
    [CMS_CIPHER_RC2_CBC] = {"rc2-cbc", OID_RC2_CBC, CKM_RC2_CBC, CKM_RC2_KEY_GEN, 0, 8, FALSE, TRUE,
                            TRUE},
    [CMS_CIPHER_DES_CBC] = {"des-cbc", OID_DES_CBC, CKM_DES_CBC, CKM_DES_KEY_GEN, 8, 8, FALSE, TRUE,
                            TRUE},
};

typedef struct {
    Oid oid;
    CmsSignature signature;
    CmsDigest digest;
    SECOidTag nss;
} SignatureRow;

/* For each pair the first row is the one that is written. */
static const SignatureRow signature_rows[] = {
    {OID_MD5_WITH_RSA, CMS_SIGNATURE_RSA_PKCS1, CMS_DIGEST_MD5,
     SEC_OID_PKCS1_MD5_WITH_RSA_ENCRYPTION},
    {OID_SHA1_WITH_RSA, CMS_SIGNATURE_RSA_PKCS1, CMS_DIGEST_SHA1,
     SEC_OID_PKCS1_SHA1_WITH_RSA_ENCRYPTION},
    {OID_SHA224_WITH_RSA, CMS_SIGNATURE_RSA_PKCS1, CMS_DIGEST_SHA224,
     SEC_OID_PKCS1_SHA224_WITH_RSA_ENCRYPTION},
    {OID_SHA256_WITH_RSA, CMS_SIGNATURE_RSA_PKCS1, CMS_DIGEST_SHA256,
     SEC_OID_PKCS1_SHA256_WITH_RSA_ENCRYPTION},
    {OID_SHA384_WITH_RSA, CMS_SIGNATURE_RSA_PKCS1, CMS_DIGEST_SHA384,
     SEC_OID_PKCS1_SHA384_WITH_RSA_ENCRYPTION},
    {OID_SHA512_WITH_RSA, CMS_SIGNATURE_RSA_PKCS1, CMS_DIGEST_SHA512,
     SEC_OID_PKCS1_SHA512_WITH_RSA_ENCRYPTION},
    {OID_RSA_ENCRYPTION, CMS_SIGNATURE_RSA_PKCS1, CMS_DIGEST_UNKNOWN, SEC_OID_UNKNOWN},
    {OID_RSASSA_PSS, CMS_SIGNATURE_RSA_PSS, CMS_DIGEST_UNKNOWN, SEC_OID_UNKNOWN},
    {OID_ECDSA_WITH_SHA1, CMS_SIGNATURE_ECDSA, CMS_DIGEST_SHA1,
     SEC_OID_ANSIX962_ECDSA_SHA1_SIGNATURE},
    {OID_ECDSA_WITH_SHA224, CMS_SIGNATURE_ECDSA, CMS_DIGEST_SHA224,
     SEC_OID_ANSIX962_ECDSA_SHA224_SIGNATURE},
    {OID_ECDSA_WITH_SHA256, CMS_SIGNATURE_ECDSA, CMS_DIGEST_SHA256,
     SEC_OID_ANSIX962_ECDSA_SHA256_SIGNATURE},
    {OID_ECDSA_WITH_SHA384, CMS_SIGNATURE_ECDSA, CMS_DIGEST_SHA384,
     SEC_OID_ANSIX962_ECDSA_SHA384_SIGNATURE},
    {OID_ECDSA_WITH_SHA512, CMS_SIGNATURE_ECDSA, CMS_DIGEST_SHA512,
     SEC_OID_ANSIX962_ECDSA_SHA512_SIGNATURE},
    {OID_DSA_WITH_SHA1, CMS_SIGNATURE_DSA, CMS_DIGEST_SHA1, SEC_OID_UNKNOWN},
    {OID_DSA_WITH_SHA224, CMS_SIGNATURE_DSA, CMS_DIGEST_SHA224, SEC_OID_UNKNOWN},
    {OID_DSA_WITH_SHA256, CMS_SIGNATURE_DSA, CMS_DIGEST_SHA256, SEC_OID_UNKNOWN},
    {OID_DSA, CMS_SIGNATURE_DSA, CMS_DIGEST_UNKNOWN, SEC_OID_UNKNOWN},
    /* RFC 8419 §2.3: this digest and no other stands beside it. */
    {OID_ED25519, CMS_SIGNATURE_ED25519, CMS_DIGEST_SHA512, SEC_OID_UNKNOWN},
    {OID_ED448, CMS_SIGNATURE_ED448, CMS_DIGEST_UNKNOWN, SEC_OID_UNKNOWN},
};

static const gchar *const signature_names[CMS_N_SIGNATURES] = {
    [CMS_SIGNATURE_UNKNOWN] = "unknown", [CMS_SIGNATURE_RSA_PKCS1] = "rsa-pkcs1",
    [CMS_SIGNATURE_RSA_PSS] = "rsa-pss", [CMS_SIGNATURE_ECDSA] = "ecdsa",
    [CMS_SIGNATURE_DSA] = "dsa",         [CMS_SIGNATURE_ED25519] = "ed25519",
    [CMS_SIGNATURE_ED448] = "ed448",
};

static const gchar *const key_transport_names[CMS_N_KEY_TRANSPORTS] = {
    [CMS_KEY_TRANSPORT_PKCS1] = "pkcs1",
    [CMS_KEY_TRANSPORT_OAEP] = "oaep",
};

const CmsDigestInfo *
cms_digest_get_info(CmsDigest digest)
{
    g_assert(digest < CMS_N_DIGESTS);
    return &digests[digest];
}

CmsDigest
cms_digest_find(Oid oid)
{
    for (guint i = CMS_DIGEST_UNKNOWN + 1; i < CMS_N_DIGESTS; i++)
        if (digests[i].oid == oid)
            return (CmsDigest)i;
    return CMS_DIGEST_UNKNOWN;
}

const gchar *
cms_digest_to_string(CmsDigest digest)
{
    const gchar *name = cms_digest_get_info(digest)->name;
    return name != NULL ? name : "unknown";
}

gboolean
cms_digest_is_weak(CmsDigest digest)
{
    return cms_digest_get_info(digest)->weak;
}

const CmsCipherInfo *
cms_cipher_get_info(CmsCipher cipher)
{
    g_assert(cipher < CMS_N_CIPHERS);
    return &ciphers[cipher];
}

CmsCipher
cms_cipher_find(Oid oid)
{
    for (guint i = CMS_CIPHER_UNKNOWN + 1; i < CMS_N_CIPHERS; i++)
        if (ciphers[i].oid == oid)
            return (CmsCipher)i;
    return CMS_CIPHER_UNKNOWN;
}

const gchar *
cms_cipher_to_string(CmsCipher cipher)
{
    const gchar *name = cms_cipher_get_info(cipher)->name;
    return name != NULL ? name : "unknown";
}

gboolean
cms_cipher_from_string(const gchar *name, CmsCipher *out_cipher)
{
    for (guint i = CMS_CIPHER_UNKNOWN + 1; i < CMS_N_CIPHERS; i++) {
        if (!cms_cipher_is_written((CmsCipher)i) || g_strcmp0(ciphers[i].name, name) != 0)
            continue;
        *out_cipher = (CmsCipher)i;
        return TRUE;
    }
    return FALSE;
}

gboolean
cms_cipher_is_aead(CmsCipher cipher)
{
    return cms_cipher_get_info(cipher)->aead;
}

gboolean
cms_cipher_is_weak(CmsCipher cipher)
{
    return cipher == CMS_CIPHER_UNKNOWN || cms_cipher_get_info(cipher)->weak;
}

const gchar *
cms_key_transport_to_string(CmsKeyTransport transport)
{
    g_assert(transport < CMS_N_KEY_TRANSPORTS);
    return key_transport_names[transport];
}

gboolean
cms_key_transport_from_string(const gchar *name, CmsKeyTransport *out_transport)
{
    for (guint i = 0; i < CMS_N_KEY_TRANSPORTS; i++) {
        if (g_strcmp0(key_transport_names[i], name) != 0)
            continue;
        *out_transport = (CmsKeyTransport)i;
        return TRUE;
    }
    return FALSE;
}

gboolean
cms_cipher_is_written(CmsCipher cipher)
{
    return cipher != CMS_CIPHER_UNKNOWN && !cms_cipher_get_info(cipher)->read_only;
}

const gchar *
cms_signature_to_string(CmsSignature signature)
{
    g_assert(signature < CMS_N_SIGNATURES);
    return signature_names[signature];
}

CmsSignature
cms_signature_find(Oid oid, CmsDigest *out_digest)
{
    *out_digest = CMS_DIGEST_UNKNOWN;
    for (gsize i = 0; i < G_N_ELEMENTS(signature_rows); i++) {
        if (signature_rows[i].oid != oid)
            continue;
        *out_digest = signature_rows[i].digest;
        return signature_rows[i].signature;
    }
    return CMS_SIGNATURE_UNKNOWN;
}

Oid
cms_signature_get_oid(CmsSignature signature, CmsDigest digest, SECOidTag *out_nss)
{
    for (gsize i = 0; i < G_N_ELEMENTS(signature_rows); i++) {
        const SignatureRow *row = &signature_rows[i];
        if (row->signature != signature || row->digest != digest)
            continue;
        *out_nss = row->nss;
        return row->oid;
    }
    *out_nss = SEC_OID_UNKNOWN;
    return OID_UNKNOWN;
}

gboolean
cms_algorithm_read(BerReader *reader, const gchar *what, CmsAlgorithm *out_algorithm,
                   GError **error)
{
    return cms_algorithm_read_tagged(reader, BER_SEQUENCE, what, out_algorithm, error);
}

gboolean
cms_algorithm_read_tagged(BerReader *reader, guint8 tag, const gchar *what,
                          CmsAlgorithm *out_algorithm, GError **error)
{
    CmsAlgorithm algorithm = {0};
    BerReader fields;
    algorithm.whole.octets = reader->next;
    if (!ber_enter(reader, tag, what, &fields, error) ||
        !ber_read(&fields, BER_OID, what, &algorithm.oid, error))
        return FALSE;
    if (!ber_at_end(&fields) && !ber_skip(&fields, what, &algorithm.parameters, error))
        return FALSE;
    if (!ber_leave(reader, &fields, what, error))
        return FALSE;
    algorithm.whole.n_octets = (gsize)(reader->next - algorithm.whole.octets);
    algorithm.id = oid_find(algorithm.oid);
    *out_algorithm = algorithm;
    return TRUE;
}

gboolean
cms_algorithm_has_no_parameters(const CmsAlgorithm *algorithm)
{
    static const guint8 null[] = {BER_NULL, 0};
    return algorithm->parameters.octets == NULL ||
           ber_slice_equal(algorithm->parameters, (BerSlice){null, sizeof null});
}
