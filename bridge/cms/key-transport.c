/* SPDX-License-Identifier: MPL-2.0 */

#include "cms-error.h"
#include "key-management-private.h"
#include "nss-scoped.h"
#include "rsa-parameters.h"

static SECStatus
decrypt_oaep(const Recipient *recipient, const RsaOaepParameters *parameters, guint8 *out_octets,
             unsigned *out_n_octets)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(recipient->encrypted_key, &n_octets);
    CK_RSA_PKCS_OAEP_PARAMS nss = {
        .hashAlg = cms_digest_get_info(parameters->digest)->mechanism,
        .mgf = cms_digest_get_info(parameters->mgf_digest)->mgf,
        .source = CKZ_DATA_SPECIFIED,
        .pSourceData = (CK_BYTE_PTR)parameters->label.octets,
        .ulSourceDataLen = parameters->label.n_octets,
    };
    SECItem mechanism = {siBuffer, (guint8 *)&nss, sizeof nss};
    return PK11_PrivDecrypt(key_pair_get_private_key(recipient->pair), CKM_RSA_PKCS_OAEP,
                            &mechanism, out_octets, out_n_octets, KEY_TRANSPORT_MAX_OCTETS, octets,
                            (unsigned)n_octets);
}

static SECStatus
decrypt_pkcs1(const Recipient *recipient, guint8 *out_octets, unsigned *out_n_octets)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(recipient->encrypted_key, &n_octets);
    return PK11_PrivDecryptPKCS1(key_pair_get_private_key(recipient->pair), out_octets,
                                 out_n_octets, KEY_TRANSPORT_MAX_OCTETS, octets,
                                 (unsigned)n_octets);
}

/* Absent parameters stand for all defaults, which RFC 3560 §3 wants written out but some leave
 * away. */
static gboolean
read_oaep_parameters(const Recipient *recipient, GBytes *owner, RsaOaepParameters *out_parameters)
{
    BerSlice element = recipient->algorithm.parameters;
    if (element.octets != NULL)
        return rsa_oaep_parameters_parse(owner, element, out_parameters);
    *out_parameters = (RsaOaepParameters){CMS_DIGEST_SHA1, CMS_DIGEST_SHA1, {NULL, 0}};
    return TRUE;
}

KeyUnwrap
key_transport_unwrap(const Recipient *recipient, GBytes *owner, guint8 *out_octets,
                     unsigned *out_n_octets)
{
    RsaOaepParameters oaep;
    SECStatus status = SECFailure;
    Certificate *certificate = key_pair_get_certificate(recipient->pair);
    if (certificate_get_key_type(certificate) != KEY_TYPE_RSA)
        return KEY_UNWRAP_UNSUPPORTED;
    *out_n_octets = 0;
    PORT_SetError(0);
    if (recipient->algorithm.id == OID_RSA_ENCRYPTION)
        status = decrypt_pkcs1(recipient, out_octets, out_n_octets);
    else if (recipient->algorithm.id == OID_RSAES_OAEP &&
             read_oaep_parameters(recipient, owner, &oaep))
        status = decrypt_oaep(recipient, &oaep, out_octets, out_n_octets);
    else
        return KEY_UNWRAP_UNSUPPORTED;
    if (status == SECSuccess)
        return KEY_UNWRAP_DONE;
    return PORT_GetError() == SEC_ERROR_TOKEN_NOT_LOGGED_IN ? KEY_UNWRAP_LOCKED : KEY_UNWRAP_WRONG;
}

gboolean
key_transport_add(DerNode *recipient_infos, const Certificate *certificate,
                  SECKEYPublicKey *public_key, PK11SymKey *content_key, GError **error)
{
    unsigned n_octets = SECKEY_PublicKeyStrength(public_key);
    g_autofree guint8 *octets = g_malloc(n_octets);
    SECItem wrapped = {siBuffer, octets, n_octets};
    PORT_SetError(0);
    if (PK11_PubWrapSymKey(CKM_RSA_PKCS, public_key, content_key, &wrapped) != SECSuccess)
        return cms_set_nss_error(error, CMS_ERROR_FAILED, "cannot encrypt the key");
    DerNode *info = der_add(recipient_infos, BER_SEQUENCE);
    der_add_small(info, 0);
    signer_id_add_issuer_and_serial(info, BER_SEQUENCE, certificate);
    der_add_algorithm(info, OID_RSA_ENCRYPTION, TRUE);
    der_add_octets(info, BER_OCTET_STRING, wrapped.data, wrapped.len);
    return TRUE;
}
