/* SPDX-License-Identifier: MPL-2.0 */

#include "legacy-md5.h"

#include <string.h>

#include "cms-error.h"
#include "nss-scoped.h"
#include "signed-data-private.h"

#define MD5_OCTETS 16

/* RFC 8017 §9.2, note 1: DigestInfo of MD5 up to the digest. */
static const guint8 digest_info_start[] = {0x30, 0x20, 0x30, 0x0c, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                           0x86, 0xf7, 0x0d, 0x02, 0x05, 0x05, 0x00, 0x04, 0x10};

/* A SignedDataSigner's: @key is the SECKEYPrivateKey. */
static GBytes *
sign_digest_info(gconstpointer key, GBytes *octets, GError **error)
{
    SECKEYPrivateKey *private_key = (SECKEYPrivateKey *)key;
    guint8 digest_info[sizeof digest_info_start + MD5_OCTETS];
    DigestValue value;
    if (!content_digest_compute(CMS_DIGEST_MD5, octets, &value, error))
        return NULL;
    g_assert(value.n_octets == MD5_OCTETS);
    memcpy(digest_info, digest_info_start, sizeof digest_info_start);
    memcpy(digest_info + sizeof digest_info_start, value.octets, MD5_OCTETS);

    SECItem input = {siBuffer, digest_info, sizeof digest_info};
    SECItem signature = {siBuffer, NULL, 0};
    GBytes *result = NULL;
    int n_octets = PK11_SignatureLen(private_key);
    PORT_SetError(0);
    if (n_octets > 0 && SECITEM_AllocItem(NULL, &signature, (unsigned)n_octets) != NULL &&
        PK11_Sign(private_key, &signature, &input) == SECSuccess) {
        result = g_bytes_new(signature.data, signature.len);
    } else {
        gboolean locked = PORT_GetError() == SEC_ERROR_TOKEN_NOT_LOGGED_IN;
        cms_set_nss_error(error, locked ? CMS_ERROR_KEY_LOCKED : CMS_ERROR_FAILED, "cannot sign");
    }
    SECITEM_FreeItem(&signature, PR_FALSE);
    return result;
}

OctetSource *
legacy_md5_sign(OctetSource *content, const KeyPair *signer, const SignedDataOptions *options,
                GError **error)
{
    Certificate *certificate = key_pair_get_certificate(signer);
    SECKEYPrivateKey *private_key = key_pair_get_private_key(signer);
    SignedDataOptions pkcs7 = *options;
    pkcs7.pkcs7 = TRUE;
    if (certificate_get_key_type(certificate) != KEY_TYPE_RSA) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED,
                    "key %s can't sign with MD5, which is for RSA alone",
                    certificate_get_key_name(certificate));
        return NULL;
    }
    if (private_key == NULL) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_KEY_LOCKED, "the private key of %s is locked",
                    certificate_get_subject(certificate));
        return NULL;
    }
    const SignedDataSigner by_md5 = {
        .certificate = certificate,
        .digest = CMS_DIGEST_MD5,
        .key = private_key,
        .sign = sign_digest_info,
    };
    return signed_data_make(content, &by_md5, &pkcs7, error);
}
