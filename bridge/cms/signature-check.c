/* SPDX-License-Identifier: MPL-2.0 */

#include "signature-check.h"

#include "core-limits.h"
#include "nss-scoped.h"
#include "rsa-parameters.h"

/* The shortest modulus that PKCS #1 v1.5 with SHA-256 fits in, about. */
#define OLD_RSA_BITS_MIN 512

/* RFC 4055 §3.3: parameters in the certificate bind what the key may be used with. */
static gboolean
key_allows_pss(const Certificate *certificate, const RsaPssParameters *used)
{
    GBytes *spki = certificate_get_spki(certificate);
    BerReader all, fields;
    CmsAlgorithm algorithm;
    RsaPssParameters allowed;
    ber_reader_init(&all, spki);
    if (!ber_enter(&all, BER_SEQUENCE, "", &fields, NULL) ||
        !cms_algorithm_read(&fields, "", &algorithm, NULL))
        return FALSE;
    if (algorithm.id != OID_RSASSA_PSS || algorithm.parameters.octets == NULL)
        return TRUE;
    return rsa_pss_parameters_parse(spki, algorithm.parameters, &allowed) &&
           allowed.digest == used->digest && allowed.mgf_digest == used->mgf_digest &&
           used->n_salt_octets >= allowed.n_salt_octets;
}

static SignatureCheck
check_pss(const SignatureInput *input, SECItem *value, const Certificate *certificate,
          SECKEYPublicKey *key)
{
    RsaPssParameters parameters;
    SECItem octets = nss_borrow_bytes(input->octets);
    if (input->algorithm.parameters.octets == NULL ||
        !rsa_pss_parameters_parse(input->owner, input->algorithm.parameters, &parameters))
        return SIGNATURE_CHECK_UNSUPPORTED;
    if (parameters.digest != input->digest || !key_allows_pss(certificate, &parameters))
        return SIGNATURE_CHECK_BAD;
    const CmsDigestInfo *mgf = cms_digest_get_info(parameters.mgf_digest);
    CK_RSA_PKCS_PSS_PARAMS nss = {cms_digest_get_info(parameters.digest)->mechanism, mgf->mgf,
                                  parameters.n_salt_octets};
    SECItem mechanism = {siBuffer, (guint8 *)&nss, sizeof nss};
    return PK11_VerifyWithMechanism(key, CKM_RSA_PKCS_PSS, &mechanism, &octets, value, NULL) ==
                   SECSuccess
               ? SIGNATURE_CHECK_GOOD
               : SIGNATURE_CHECK_BAD;
}

/* NSS's policy refuses MD5 as a whole. Here the bare operation, and the comparison with DigestInfo
 * of RFC 8017 §9.2: to tell an old message that is whole from one that was changed; it counts as
 * weak all the same. */
static SignatureCheck
check_md5_rsa(const SignatureInput *input, const DigestValue *value, SECKEYPublicKey *key)
{
    static const guint8 prefix[] = {0x30, 0x20, 0x30, 0x0c, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                    0x86, 0xf7, 0x0d, 0x02, 0x05, 0x05, 0x00, 0x04, 0x10};
    SECItem octets = nss_borrow_bytes(input->octets);
    unsigned n_recovered = SECKEY_PublicKeyStrength(key);
    g_autofree guint8 *recovered = g_malloc(n_recovered);
    SECItem digest_info = {siBuffer, recovered, n_recovered};
    g_autoptr(GByteArray) expected = g_byte_array_new();
    g_byte_array_append(expected, prefix, sizeof prefix);
    g_byte_array_append(expected, value->octets, (guint)value->n_octets);
    SECItem wanted = {siBuffer, expected->data, expected->len};
    if (PK11_VerifyRecover(key, &octets, &digest_info, NULL) != SECSuccess)
        return SIGNATURE_CHECK_BAD;
    gboolean same = digest_info.len == wanted.len &&
                    NSS_SecureMemcmp(digest_info.data, wanted.data, wanted.len) == 0;
    return same ? SIGNATURE_CHECK_GOOD : SIGNATURE_CHECK_BAD;
}

static SignatureCheck
check_by_nss(const SignatureInput *input, const SECItem *value, SECKEYPublicKey *key)
{
    static const SECOidTag key_oids[CMS_N_SIGNATURES] = {
        [CMS_SIGNATURE_RSA_PKCS1] = SEC_OID_PKCS1_RSA_ENCRYPTION,
        [CMS_SIGNATURE_ECDSA] = SEC_OID_ANSIX962_EC_PUBLIC_KEY,
        [CMS_SIGNATURE_DSA] = SEC_OID_ANSIX9_DSA_SIGNATURE,
    };
    SECItem octets = nss_borrow_bytes(input->octets);
    PORT_SetError(0);
    if (VFY_VerifyDigestDirect(value, key, &octets, key_oids[input->signature],
                               cms_digest_get_info(input->digest)->nss, NULL) == SECSuccess)
        return SIGNATURE_CHECK_GOOD;
    switch (PORT_GetError()) {
    case SEC_ERROR_SIGNATURE_ALGORITHM_DISABLED:
    case SEC_ERROR_CERT_SIGNATURE_ALGORITHM_DISABLED:
    case SEC_ERROR_UNSUPPORTED_KEYALG:
        return SIGNATURE_CHECK_UNSUPPORTED;
    default:
        return SIGNATURE_CHECK_BAD;
    }
}

static gboolean
key_fits(CmsSignature signature, const Certificate *certificate)
{
    gint type = (gint)certificate_get_key_type(certificate);
    switch (signature) {
    case CMS_SIGNATURE_RSA_PKCS1:
        /* NSS would let a key that is for PSS alone verify this too (RFC 4055 §1.2). */
        return type == KEY_TYPE_RSA;
    case CMS_SIGNATURE_RSA_PSS:
        return type == KEY_TYPE_RSA || type == KEY_TYPE_RSA_PSS;
    case CMS_SIGNATURE_ECDSA:
        return type == KEY_TYPE_EC;
    case CMS_SIGNATURE_DSA:
        return type == KEY_TYPE_DSA;
    case CMS_SIGNATURE_UNKNOWN:
    case CMS_N_SIGNATURES:
    default:
        return FALSE;
    }
}

/* DSA, and RSA that is too short, are for reading old mail: such keys are taken here and nowhere
 * else; the short ones count as weak. */
static SECKEYPublicKey *
extract_key(const Certificate *certificate)
{
    gboolean is_old = certificate_get_key_type(certificate) == KEY_TYPE_DSA ||
                      (certificate_get_key_type(certificate) == KEY_TYPE_RSA &&
                       certificate_get_key_bits(certificate) >= OLD_RSA_BITS_MIN &&
                       certificate_get_key_bits(certificate) < LIMIT_RSA_BITS_MIN);
    if (!is_old)
        return certificate_extract_public_key(certificate, NULL);
    g_autoptr(SECKEYPublicKey) key =
        SECKEY_ExtractPublicKey(&certificate_peek_nss(certificate)->subjectPublicKeyInfo);
    if (key != NULL && key->keyType == rsaKey &&
        8 * key->u.rsa.publicExponent.len > LIMIT_RSA_EXPONENT_BITS + 8)
        return NULL;
    if (key != NULL && key->keyType == dsaKey &&
        (certificate_get_key_bits(certificate) > LIMIT_DSA_BITS_MAX ||
         8 * key->u.dsa.params.subPrime.len > LIMIT_DSA_ORDER_BITS_MAX + 8))
        return NULL;
    return g_steal_pointer(&key);
}

SignatureCheck
signature_check(const SignatureInput *input, const DigestValue *value,
                const Certificate *certificate)
{
    if (!key_fits(input->signature, certificate))
        return SIGNATURE_CHECK_BAD;
    g_autoptr(SECKEYPublicKey) key = extract_key(certificate);
    if (key == NULL)
        return SIGNATURE_CHECK_UNSUPPORTED;
    SECItem item = {siBuffer, (guint8 *)value->octets, (unsigned)value->n_octets};
    if (g_bytes_get_size(input->octets) > LIMIT_RSA_BITS_MAX / 8)
        return SIGNATURE_CHECK_BAD;
    if (input->signature == CMS_SIGNATURE_RSA_PSS)
        return check_pss(input, &item, certificate, key);
    if (input->digest == CMS_DIGEST_MD5)
        return input->signature == CMS_SIGNATURE_RSA_PKCS1 ? check_md5_rsa(input, value, key)
                                                           : SIGNATURE_CHECK_UNSUPPORTED;
    return check_by_nss(input, &item, key);
}

gboolean
signature_key_is_weak(const Certificate *certificate)
{
    gint type = (gint)certificate_get_key_type(certificate);
    gboolean has_modulus = type == KEY_TYPE_RSA || type == KEY_TYPE_RSA_PSS || type == KEY_TYPE_DSA;
    return has_modulus && certificate_get_key_bits(certificate) < LIMIT_RSA_BITS_MIN;
}
