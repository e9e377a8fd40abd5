/* SPDX-License-Identifier: MPL-2.0 */

#include "signature-check.h"

#include "cms-error.h"
#include "core-limits.h"
#include "nss-scoped.h"
#include "rsa-parameters.h"

/* The shortest modulus that PKCS #1 v1.5 with SHA-256 fits in, about. */
#define OLD_RSA_BITS_MIN 512

/* Why a signature is UNSUPPORTED; always that. */
static SignatureCheck
unsupported(gchar **out_detail, const gchar *detail)
{
    *out_detail = g_strdup(detail);
    return SIGNATURE_CHECK_UNSUPPORTED;
}

/* RFC 4055 §3.3: parameters in the certificate bind what the key may be used with. The limit of the
 * salt is NSS's to check, too (RFC 8017 §9.1.2 step 3), but it adds lengths up that a peer chose.
 */
static gboolean
key_allows_pss(const Certificate *certificate, RsaPssKey kind, const RsaPssParameters *allowed,
               const RsaPssParameters *used)
{
    gint n_salt_max = rsa_pss_get_salt_max(certificate_get_key_bits(certificate), used->digest);
    if (n_salt_max < 0 || used->n_salt_octets > (guint)n_salt_max)
        return FALSE;
    return kind == RSA_PSS_KEY_FREE ||
           (allowed->digest == used->digest && allowed->mgf_digest == used->mgf_digest &&
            used->n_salt_octets >= allowed->n_salt_octets);
}

static SignatureCheck
check_pss(const SignatureInput *input, const DigestValue *value, const Certificate *certificate,
          SECKEYPublicKey *key, gchar **out_detail)
{
    RsaPssParameters used, allowed;
    SECItem octets = nss_borrow_bytes(input->octets);
    SECItem digest = {siBuffer, (guint8 *)value->octets, (unsigned)value->n_octets};
    /* RFC 4055 §3.1: a signature states its parameters, were it only an empty SEQUENCE. */
    if (input->algorithm.parameters.octets == NULL ||
        !rsa_pss_parameters_parse(input->owner, input->algorithm.parameters, &used))
        return unsupported(out_detail, "the parameters of RSASSA-PSS are missing or not known");
    RsaPssKey kind = rsa_pss_key_read(certificate, &allowed);
    if (kind == RSA_PSS_KEY_UNREADABLE)
        return unsupported(out_detail, "the key's parameters of RSASSA-PSS are not known");
    if (used.digest != input->digest || !key_allows_pss(certificate, kind, &allowed, &used))
        return SIGNATURE_CHECK_BAD;
    CK_RSA_PKCS_PSS_PARAMS nss = rsa_pss_parameters_for_nss(&used);
    SECItem mechanism = {siBuffer, (guint8 *)&nss, sizeof nss};
    return PK11_VerifyWithMechanism(key, CKM_RSA_PKCS_PSS, &mechanism, &octets, &digest, NULL) ==
                   SECSuccess
               ? SIGNATURE_CHECK_GOOD
               : SIGNATURE_CHECK_BAD;
}

/* RFC 8419 §3, RFC 8032: over the message itself; parameters must be absent (RFC 8410 §3). */
static SignatureCheck
check_ed25519(const SignatureInput *input, GBytes *message, SECKEYPublicKey *key,
              gchar **out_detail)
{
    if (input->algorithm.parameters.octets != NULL)
        return SIGNATURE_CHECK_BAD;
    if (message == NULL || g_bytes_get_size(message) > LIMIT_EDDSA_MESSAGE_OCTETS)
        return unsupported(out_detail, "too much is signed by Ed25519 without a digest");
    SECItem octets = nss_borrow_bytes(input->octets);
    SECItem signed_octets = nss_borrow_bytes(message);
    return PK11_VerifyWithMechanism(key, CKM_EDDSA, NULL, &octets, &signed_octets, NULL) ==
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
check_by_nss(const SignatureInput *input, const DigestValue *value, SECKEYPublicKey *key,
             gchar **out_detail)
{
    static const SECOidTag key_oids[CMS_N_SIGNATURES] = {
        [CMS_SIGNATURE_RSA_PKCS1] = SEC_OID_PKCS1_RSA_ENCRYPTION,
        [CMS_SIGNATURE_ECDSA] = SEC_OID_ANSIX962_EC_PUBLIC_KEY,
        [CMS_SIGNATURE_DSA] = SEC_OID_ANSIX9_DSA_SIGNATURE,
    };
    SECItem octets = nss_borrow_bytes(input->octets);
    SECItem digest = {siBuffer, (guint8 *)value->octets, (unsigned)value->n_octets};
    PORT_SetError(0);
    if (VFY_VerifyDigestDirect(&digest, key, &octets, key_oids[input->signature],
                               cms_digest_get_info(input->digest)->nss, NULL) == SECSuccess)
        return SIGNATURE_CHECK_GOOD;
    switch (PORT_GetError()) {
    case SEC_ERROR_SIGNATURE_ALGORITHM_DISABLED:
    case SEC_ERROR_CERT_SIGNATURE_ALGORITHM_DISABLED:
    case SEC_ERROR_UNSUPPORTED_KEYALG:
        return unsupported(out_detail, "the policy of the NSS that is here forbids the algorithm");
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
    case CMS_SIGNATURE_ED25519:
        return type == KEY_TYPE_ED25519;
    case CMS_SIGNATURE_ED448:
    case CMS_SIGNATURE_UNKNOWN:
    case CMS_N_SIGNATURES:
    default:
        return FALSE;
    }
}

static gboolean
old_key_is_taken(const Certificate *certificate, const SECKEYPublicKey *key)
{
    if (key->keyType == rsaKey)
        return 8 * key->u.rsa.publicExponent.len <= LIMIT_RSA_EXPONENT_BITS + 8;
    return certificate_get_key_bits(certificate) <= LIMIT_DSA_BITS_MAX &&
           8 * key->u.dsa.params.subPrime.len <= LIMIT_DSA_ORDER_BITS_MAX + 8;
}

/* DSA, and RSA that is too short, are for reading old mail: such keys are taken here and nowhere
 * else; the short ones count as weak. */
static SECKEYPublicKey *
extract_key(const Certificate *certificate, GError **error)
{
    gboolean is_old = certificate_get_key_type(certificate) == KEY_TYPE_DSA ||
                      (certificate_get_key_type(certificate) == KEY_TYPE_RSA &&
                       certificate_get_key_bits(certificate) >= OLD_RSA_BITS_MIN &&
                       certificate_get_key_bits(certificate) < LIMIT_RSA_BITS_MIN);
    if (!is_old)
        return certificate_extract_public_key(certificate, error);
    g_autoptr(SECKEYPublicKey) key =
        SECKEY_ExtractPublicKey(&certificate_peek_nss(certificate)->subjectPublicKeyInfo);
    if (key != NULL && old_key_is_taken(certificate, key))
        return g_steal_pointer(&key);
    g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED,
                "key %s can't be read or is of a size that is not taken",
                certificate_get_key_name(certificate));
    return NULL;
}

static SignatureCheck
check_with_key(const SignatureInput *input, const SignedMessage *message,
               const Certificate *certificate, SECKEYPublicKey *key, gchar **out_detail)
{
    if (g_bytes_get_size(input->octets) > LIMIT_RSA_BITS_MAX / 8)
        return SIGNATURE_CHECK_BAD;
    if (input->signature == CMS_SIGNATURE_ED25519)
        return check_ed25519(input, message->octets, key, out_detail);
    if (input->signature == CMS_SIGNATURE_RSA_PSS)
        return check_pss(input, &message->value, certificate, key, out_detail);
    if (input->digest != CMS_DIGEST_MD5)
        return check_by_nss(input, &message->value, key, out_detail);
    if (input->signature != CMS_SIGNATURE_RSA_PKCS1)
        return unsupported(out_detail, "MD5 is known with RSA PKCS #1 v1.5 alone");
    return check_md5_rsa(input, &message->value, key);
}

SignatureCheck
signature_check(const SignatureInput *input, const SignedMessage *message,
                const Certificate *certificate, gchar **out_detail)
{
    g_autofree gchar *detail = NULL;
    g_autoptr(GError) error = NULL;
    if (!key_fits(input->signature, certificate))
        return SIGNATURE_CHECK_BAD;
    g_autoptr(SECKEYPublicKey) key = extract_key(certificate, &error);
    SignatureCheck check = key == NULL ? unsupported(&detail, error->message)
                                       : check_with_key(input, message, certificate, key, &detail);
    if (out_detail != NULL)
        *out_detail = g_steal_pointer(&detail);
    return check;
}

gboolean
signature_key_is_weak(const Certificate *certificate)
{
    gint type = (gint)certificate_get_key_type(certificate);
    gboolean has_modulus = type == KEY_TYPE_RSA || type == KEY_TYPE_RSA_PSS || type == KEY_TYPE_DSA;
    return has_modulus && certificate_get_key_bits(certificate) < LIMIT_RSA_BITS_MIN;
}
