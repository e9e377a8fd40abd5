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
    CK_RSA_PKCS_OAEP_PARAMS nss = rsa_oaep_parameters_for_nss(parameters);
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

/* Why the key of @recipient can't be decrypted whatever its octets are; NULL if it can. */
static const gchar *
find_objection(const Recipient *recipient, GBytes *owner, RsaOaepParameters *out_oaep)
{
    Certificate *certificate = key_pair_get_certificate(recipient->pair);
    CertificateKeyType type = certificate_get_key_type(certificate);
    if (type != KEY_TYPE_RSA && type != KEY_TYPE_RSA_OAEP)
        return "key transport is for RSA keys";
    if (recipient->algorithm.id == OID_RSA_ENCRYPTION)
        /* RFC 4055 §4: a key of id-RSAES-OAEP is for that alone. */
        return type == KEY_TYPE_RSA ? NULL : "the key is for OAEP alone";
    if (recipient->algorithm.id != OID_RSAES_OAEP)
        return "the algorithm is not known";
    if (!rsa_oaep_parameters_parse(owner, recipient->algorithm.parameters, out_oaep))
        return "its parameters name digests or mask generation that are not known";
    return NULL;
}

KeyUnwrap
key_transport_unwrap(const Recipient *recipient, GBytes *owner, guint8 *out_octets,
                     unsigned *out_n_octets, const gchar **out_objection)
{
    RsaOaepParameters oaep = {0};
    *out_n_octets = 0;
    *out_objection = find_objection(recipient, owner, &oaep);
    if (*out_objection != NULL)
        return KEY_UNWRAP_UNSUPPORTED;
    if (oaep.label.n_octets > LIMIT_OAEP_LABEL_OCTETS) {
        *out_objection = "its label (pSpecified of OAEP) is too long";
        return KEY_UNWRAP_LIMIT;
    }
    PORT_SetError(0);
    SECStatus status = recipient->algorithm.id == OID_RSAES_OAEP
                           ? decrypt_oaep(recipient, &oaep, out_octets, out_n_octets)
                           : decrypt_pkcs1(recipient, out_octets, out_n_octets);
    if (status == SECSuccess)
        return KEY_UNWRAP_DONE;
    return PORT_GetError() == SEC_ERROR_TOKEN_NOT_LOGGED_IN ? KEY_UNWRAP_LOCKED : KEY_UNWRAP_WRONG;
}

/* What the certificate's own key asks for (RFC 4055 §4.1), else SHA-256 for both. FALSE: what it
 * asks for can't be done; a label is not written. */
static gboolean
choose_oaep_parameters(const Certificate *certificate, RsaOaepParameters *out_parameters)
{
    BerReader all, fields;
    CmsAlgorithm algorithm;
    GBytes *spki = certificate_get_spki(certificate);
    *out_parameters = (RsaOaepParameters){CMS_DIGEST_SHA256, CMS_DIGEST_SHA256, {0}};
    if (certificate_get_key_type(certificate) != KEY_TYPE_RSA_OAEP)
        return TRUE;
    ber_reader_init(&all, spki);
    if (!ber_enter(&all, BER_SEQUENCE, "SubjectPublicKeyInfo", &fields, NULL) ||
        !cms_algorithm_read(&fields, "SubjectPublicKeyInfo", &algorithm, NULL))
        return FALSE;
    return cms_algorithm_has_no_parameters(&algorithm) ||
           (rsa_oaep_parameters_parse(spki, algorithm.parameters, out_parameters) &&
            out_parameters->label.n_octets == 0);
}

static SECStatus
encrypt_key(SECKEYPublicKey *public_key, PK11SymKey *content_key, const RsaOaepParameters *oaep,
            SECItem *out_wrapped)
{
    if (oaep == NULL)
        return PK11_PubWrapSymKey(CKM_RSA_PKCS, public_key, content_key, out_wrapped);
    CK_RSA_PKCS_OAEP_PARAMS nss = rsa_oaep_parameters_for_nss(oaep);
    SECItem mechanism = {siBuffer, (guint8 *)&nss, sizeof nss};
    return PK11_PubWrapSymKeyWithMechanism(public_key, CKM_RSA_PKCS_OAEP, &mechanism, content_key,
                                           out_wrapped);
}

gboolean
key_transport_add(DerNode *recipient_infos, const Certificate *certificate,
                  SECKEYPublicKey *public_key, PK11SymKey *content_key, CmsKeyTransport transport,
                  GError **error)
{
    RsaOaepParameters parameters;
    const RsaOaepParameters *oaep = transport == CMS_KEY_TRANSPORT_OAEP ? &parameters : NULL;
    unsigned n_octets = SECKEY_PublicKeyStrength(public_key);
    g_autofree guint8 *octets = g_malloc(n_octets);
    SECItem wrapped = {siBuffer, octets, n_octets};
    if (oaep != NULL && !choose_oaep_parameters(certificate, &parameters)) {
        g_set_error_literal(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED,
                            "the key's parameters of RSAES-OAEP are not supported");
        return FALSE;
    }
    PORT_SetError(0);
    if (encrypt_key(public_key, content_key, oaep, &wrapped) != SECSuccess)
        return cms_set_nss_error(error, CMS_ERROR_FAILED, "cannot encrypt the key");
    DerNode *info = der_add(recipient_infos, BER_SEQUENCE);
    der_add_small(info, 0);
    signer_id_add_issuer_and_serial(info, BER_SEQUENCE, certificate);
    if (oaep != NULL)
        rsa_oaep_parameters_add(info, oaep);
    else
        der_add_algorithm(info, OID_RSA_ENCRYPTION, TRUE);
    der_add_octets(info, BER_OCTET_STRING, wrapped.data, wrapped.len);
    return TRUE;
}
