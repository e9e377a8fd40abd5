/* SPDX-License-Identifier: MPL-2.0 */

#include "signature-make.h"

#include "cms-error.h"
#include "content-digest.h"
#include "nss-capability.h"
#include "nss-scoped.h"

/* RFC 8032 §5.1.6. NSS wants a buffer of just this length. */
#define ED25519_SIGNATURE_OCTETS 64

static CmsDigest
suitable_digest(const Certificate *certificate)
{
    if (certificate_get_key_type(certificate) == KEY_TYPE_ED25519)
        return CMS_DIGEST_SHA512;
    if (certificate_get_key_type(certificate) != KEY_TYPE_EC)
        return CMS_DIGEST_SHA256;
    switch (certificate_get_key_bits(certificate)) {
    case 384:
        return CMS_DIGEST_SHA384;
    case 521:
        return CMS_DIGEST_SHA512;
    default:
        return CMS_DIGEST_SHA256;
    }
}

static CmsSignature
signature_of_key(const Certificate *certificate)
{
    gint type = (gint)certificate_get_key_type(certificate);
    switch (type) {
    case KEY_TYPE_RSA:
        return CMS_SIGNATURE_RSA_PKCS1;
    case KEY_TYPE_RSA_PSS:
        return CMS_SIGNATURE_RSA_PSS;
    case KEY_TYPE_EC:
        return CMS_SIGNATURE_ECDSA;
    case KEY_TYPE_ED25519:
        return CMS_SIGNATURE_ED25519;
    default:
        return CMS_SIGNATURE_UNKNOWN;
    }
}

/* FALSE: the key has no room for these, or they can't be read. */
static gboolean
choose_pss(const Certificate *certificate, CmsDigest wanted, RsaPssParameters *out_parameters)
{
    CmsDigest digest = wanted != CMS_DIGEST_UNKNOWN ? wanted : CMS_DIGEST_SHA256;
    RsaPssParameters parameters = {digest, digest, 0};
    if (rsa_pss_key_read(certificate, &parameters) == RSA_PSS_KEY_UNREADABLE)
        return FALSE;
    gint n_max = rsa_pss_get_salt_max(certificate_get_key_bits(certificate), parameters.digest);
    if (n_max < 0 || parameters.n_salt_octets > (guint)n_max)
        return FALSE;
    guint n_usual = (guint)cms_digest_get_info(parameters.digest)->n_octets;
    parameters.n_salt_octets = MAX(parameters.n_salt_octets, MIN(n_usual, (guint)n_max));
    *out_parameters = parameters;
    return TRUE;
}

/* Fills in the scheme's digest, and parameters where there are some. */
static gboolean
choose_digest(const Certificate *certificate, CmsDigest wanted, SignatureScheme *scheme)
{
    SECOidTag nss;
    if (scheme->signature == CMS_SIGNATURE_RSA_PSS) {
        if (!choose_pss(certificate, wanted, &scheme->pss))
            return FALSE;
        scheme->digest = scheme->pss.digest;
    } else {
        scheme->digest = wanted != CMS_DIGEST_UNKNOWN ? wanted : suitable_digest(certificate);
        if (cms_signature_get_oid(scheme->signature, scheme->digest, &nss) == OID_UNKNOWN)
            return FALSE;
    }
    return (wanted == CMS_DIGEST_UNKNOWN || wanted == scheme->digest) &&
           !cms_digest_is_weak(scheme->digest);
}

gboolean
signature_scheme_choose(const KeyPair *signer, CmsDigest digest, SignatureScheme *out_scheme,
                        GError **error)
{
    const Certificate *certificate = key_pair_get_certificate(signer);
    SignatureScheme scheme = {.signature = signature_of_key(certificate),
                              .private_key = key_pair_get_private_key(signer)};
    if (!choose_digest(certificate, digest, &scheme)) {
        CmsDigest named = digest != CMS_DIGEST_UNKNOWN ? digest : scheme.digest;
        g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED,
                    "cannot sign with key %s and digest %s", certificate_get_key_name(certificate),
                    cms_digest_to_string(named));
        return FALSE;
    }
    if (scheme.signature == CMS_SIGNATURE_ED25519 &&
        !nss_capability_require(NSS_CAPABILITY_ED25519, error))
        return FALSE;
    if (scheme.private_key == NULL) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_KEY_LOCKED, "the private key of %s is locked",
                    certificate_get_subject(certificate));
        return FALSE;
    }
    *out_scheme = scheme;
    return TRUE;
}

void
signature_scheme_add_algorithm(DerNode *parent, const SignatureScheme *scheme)
{
    SECOidTag nss;
    if (scheme->signature == CMS_SIGNATURE_RSA_PSS) {
        rsa_pss_parameters_add(parent, &scheme->pss);
        return;
    }
    /* RFC 5754 §3: NULL for RSA, nothing for ECDSA; RFC 8410 §3: nothing. */
    der_add_algorithm(parent, cms_signature_get_oid(scheme->signature, scheme->digest, &nss),
                      scheme->signature == CMS_SIGNATURE_RSA_PKCS1);
}

/* Signs @input, a digest or a message, by @mechanism alone. */
static SECStatus
sign_by_mechanism(const SignatureScheme *scheme, CK_MECHANISM_TYPE mechanism, SECItem *parameters,
                  const SECItem *input, SECItem *out_signature)
{
    int n_octets =
        mechanism == CKM_EDDSA ? ED25519_SIGNATURE_OCTETS : PK11_SignatureLen(scheme->private_key);
    if (n_octets <= 0 || SECITEM_AllocItem(NULL, out_signature, (unsigned)n_octets) == NULL)
        return SECFailure;
    return PK11_SignWithMechanism(scheme->private_key, mechanism, parameters, out_signature, input);
}

static SECStatus
sign_pss(const SignatureScheme *scheme, GBytes *octets, SECItem *out_signature)
{
    DigestValue value;
    const RsaPssParameters *pss = &scheme->pss;
    CK_RSA_PKCS_PSS_PARAMS nss = rsa_pss_parameters_for_nss(pss);
    SECItem parameters = {siBuffer, (guint8 *)&nss, sizeof nss};
    if (!content_digest_compute(pss->digest, octets, &value, NULL))
        return SECFailure;
    SECItem digest = {siBuffer, value.octets, (unsigned)value.n_octets};
    return sign_by_mechanism(scheme, CKM_RSA_PKCS_PSS, &parameters, &digest, out_signature);
}

static SECStatus
sign(const SignatureScheme *scheme, GBytes *octets, SECItem *out_signature)
{
    SECOidTag nss = SEC_OID_UNKNOWN;
    SECItem message = nss_borrow_bytes(octets);
    if (scheme->signature == CMS_SIGNATURE_RSA_PSS)
        return sign_pss(scheme, octets, out_signature);
    if (scheme->signature == CMS_SIGNATURE_ED25519)
        return sign_by_mechanism(scheme, CKM_EDDSA, NULL, &message, out_signature);
    cms_signature_get_oid(scheme->signature, scheme->digest, &nss);
    return SEC_SignData(out_signature, message.data, (int)message.len, scheme->private_key, nss);
}

GBytes *
signature_make(const SignatureScheme *scheme, GBytes *octets, GError **error)
{
    SECItem signature = {siBuffer, NULL, 0};
    GBytes *result = NULL;
    PORT_SetError(0);
    if (sign(scheme, octets, &signature) == SECSuccess) {
        result = g_bytes_new(signature.data, signature.len);
    } else {
        gboolean locked = PORT_GetError() == SEC_ERROR_TOKEN_NOT_LOGGED_IN;
        cms_set_nss_error(error, locked ? CMS_ERROR_KEY_LOCKED : CMS_ERROR_FAILED, "cannot sign");
    }
    SECITEM_FreeItem(&signature, PR_FALSE);
    return result;
}
