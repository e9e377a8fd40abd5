/* SPDX-License-Identifier: MPL-2.0 */

#include "rsa-parameters.h"

/* RFC 8017 §A.2.3. */
#define PSS_DEFAULT_SALT_OCTETS 20

static gboolean
read_digest(BerReader *reader, CmsDigest *out_digest)
{
    CmsAlgorithm algorithm;
    if (!cms_algorithm_read(reader, "hashAlgorithm", &algorithm, NULL) ||
        !cms_algorithm_has_no_parameters(&algorithm))
        return FALSE;
    *out_digest = cms_digest_find(algorithm.id);
    return cms_digest_get_info(*out_digest)->mgf != 0;
}

static gboolean
read_mgf(BerReader *reader, CmsDigest *out_digest)
{
    BerReader fields;
    BerSlice oid;
    return ber_enter(reader, BER_SEQUENCE, "maskGenAlgorithm", &fields, NULL) &&
           ber_read(&fields, BER_OID, "maskGenAlgorithm", &oid, NULL) &&
           oid_find(oid) == OID_MGF1 && read_digest(&fields, out_digest) &&
           ber_leave(reader, &fields, "maskGenAlgorithm", NULL);
}

static gboolean
read_label(BerReader *reader, BerSlice *out_label)
{
    BerReader fields;
    BerSlice oid;
    return ber_enter(reader, BER_SEQUENCE, "pSourceAlgorithm", &fields, NULL) &&
           ber_read(&fields, BER_OID, "pSourceAlgorithm", &oid, NULL) &&
           oid_find(oid) == OID_P_SPECIFIED &&
           ber_read(&fields, BER_OCTET_STRING, "pSpecified", out_label, NULL) &&
           ber_leave(reader, &fields, "pSourceAlgorithm", NULL);
}

/* Opens the field [@number] if it is the next one. */
static gboolean
enter_field(BerReader *fields, guint number, BerReader *out_field)
{
    return ber_peek(fields) == BER_CONTEXT_CONSTRUCTED(number) &&
           ber_enter(fields, BER_CONTEXT_CONSTRUCTED(number), "RSA parameters", out_field, NULL);
}

static gboolean
leave_field(BerReader *fields, const BerReader *field)
{
    return ber_leave(fields, field, "RSA parameters", NULL);
}

/* The two fields that both schemes have. */
static gboolean
read_common(BerReader *fields, CmsDigest *digest, CmsDigest *mgf_digest)
{
    BerReader field;
    if (enter_field(fields, 0, &field) &&
        (!read_digest(&field, digest) || !leave_field(fields, &field)))
        return FALSE;
    if (enter_field(fields, 1, &field) &&
        (!read_mgf(&field, mgf_digest) || !leave_field(fields, &field)))
        return FALSE;
    return TRUE;
}

gboolean
rsa_pss_parameters_parse(GBytes *owner, BerSlice element, RsaPssParameters *out_parameters)
{
    RsaPssParameters parameters = {CMS_DIGEST_SHA1, CMS_DIGEST_SHA1, PSS_DEFAULT_SALT_OCTETS};
    guint trailer = 1;
    BerReader all, fields, field;
    ber_reader_init_slice(&all, owner, element);
    if (!ber_enter(&all, BER_SEQUENCE, "RSASSA-PSS-params", &fields, NULL) ||
        !read_common(&fields, &parameters.digest, &parameters.mgf_digest))
        return FALSE;
    if (enter_field(&fields, 2, &field) &&
        (!ber_read_small(&field, "saltLength", &parameters.n_salt_octets, NULL) ||
         !leave_field(&fields, &field)))
        return FALSE;
    if (enter_field(&fields, 3, &field) &&
        (!ber_read_small(&field, "trailerField", &trailer, NULL) || !leave_field(&fields, &field)))
        return FALSE;
    if (!ber_leave(&all, &fields, "RSASSA-PSS-params", NULL) || trailer != 1)
        return FALSE;
    *out_parameters = parameters;
    return TRUE;
}

/* The digests' own parameters are NULL here (RFC 4055 §2.1). */
void
rsa_pss_parameters_add(DerNode *parent, const RsaPssParameters *parameters)
{
    DerNode *algorithm = der_add(parent, BER_SEQUENCE);
    der_add_oid(algorithm, OID_RSASSA_PSS);
    DerNode *fields = der_add(algorithm, BER_SEQUENCE);
    if (parameters->digest != CMS_DIGEST_SHA1)
        der_add_algorithm(der_add(fields, BER_CONTEXT_CONSTRUCTED(0)),
                          cms_digest_get_info(parameters->digest)->oid, TRUE);
    if (parameters->mgf_digest != CMS_DIGEST_SHA1) {
        DerNode *mgf = der_add(der_add(fields, BER_CONTEXT_CONSTRUCTED(1)), BER_SEQUENCE);
        der_add_oid(mgf, OID_MGF1);
        der_add_algorithm(mgf, cms_digest_get_info(parameters->mgf_digest)->oid, TRUE);
    }
    if (parameters->n_salt_octets != PSS_DEFAULT_SALT_OCTETS)
        der_add_small(der_add(fields, BER_CONTEXT_CONSTRUCTED(2)), parameters->n_salt_octets);
}

gint
rsa_pss_get_salt_max(guint key_bits, CmsDigest digest)
{
    gsize n_encoded = (key_bits + 6) / 8; /* one bit less than the modulus, in octets */
    gsize n_taken = cms_digest_get_info(digest)->n_octets + 2;
    return n_encoded < n_taken ? -1 : (gint)(n_encoded - n_taken);
}

CK_RSA_PKCS_PSS_PARAMS
rsa_pss_parameters_for_nss(const RsaPssParameters *parameters)
{
    return (CK_RSA_PKCS_PSS_PARAMS){
        .hashAlg = cms_digest_get_info(parameters->digest)->mechanism,
        .mgf = cms_digest_get_info(parameters->mgf_digest)->mgf,
        .sLen = parameters->n_salt_octets,
    };
}

RsaPssKey
rsa_pss_key_read(const Certificate *certificate, RsaPssParameters *out_parameters)
{
    GBytes *spki = certificate_get_spki(certificate);
    BerReader all, fields;
    CmsAlgorithm algorithm;
    ber_reader_init(&all, spki);
    if (!ber_enter(&all, BER_SEQUENCE, "SubjectPublicKeyInfo", &fields, NULL) ||
        !cms_algorithm_read(&fields, "SubjectPublicKeyInfo", &algorithm, NULL))
        return RSA_PSS_KEY_UNREADABLE;
    if (algorithm.id != OID_RSASSA_PSS || algorithm.parameters.octets == NULL)
        return RSA_PSS_KEY_FREE;
    return rsa_pss_parameters_parse(spki, algorithm.parameters, out_parameters)
               ? RSA_PSS_KEY_BOUND
               : RSA_PSS_KEY_UNREADABLE;
}

gboolean
rsa_oaep_parameters_parse(GBytes *owner, BerSlice element, RsaOaepParameters *out_parameters)
{
    RsaOaepParameters parameters = {CMS_DIGEST_SHA1, CMS_DIGEST_SHA1, {0}};
    BerReader all, fields, field;
    if (element.octets == NULL) {
        *out_parameters = parameters;
        return TRUE;
    }
    ber_reader_init_slice(&all, owner, element);
    if (!ber_enter(&all, BER_SEQUENCE, "RSAES-OAEP-params", &fields, NULL) ||
        !read_common(&fields, &parameters.digest, &parameters.mgf_digest))
        return FALSE;
    if (enter_field(&fields, 2, &field) &&
        (!read_label(&field, &parameters.label) || !leave_field(&fields, &field)))
        return FALSE;
    if (!ber_leave(&all, &fields, "RSAES-OAEP-params", NULL))
        return FALSE;
    *out_parameters = parameters;
    return TRUE;
}

/* RFC 4055 §2.1: digests in these parameters have NULL for parameters. */
void
rsa_oaep_parameters_add(DerNode *parent, const RsaOaepParameters *parameters)
{
    g_assert(parameters->label.n_octets == 0);
    DerNode *algorithm = der_add(parent, BER_SEQUENCE);
    der_add_oid(algorithm, OID_RSAES_OAEP);
    DerNode *fields = der_add(algorithm, BER_SEQUENCE);
    der_add_algorithm(der_add(fields, BER_CONTEXT_CONSTRUCTED(0)),
                      cms_digest_get_info(parameters->digest)->oid, TRUE);
    DerNode *mgf = der_add(der_add(fields, BER_CONTEXT_CONSTRUCTED(1)), BER_SEQUENCE);
    der_add_oid(mgf, OID_MGF1);
    der_add_algorithm(mgf, cms_digest_get_info(parameters->mgf_digest)->oid, TRUE);
}

CK_RSA_PKCS_OAEP_PARAMS
rsa_oaep_parameters_for_nss(const RsaOaepParameters *parameters)
{
    return (CK_RSA_PKCS_OAEP_PARAMS){
        .hashAlg = cms_digest_get_info(parameters->digest)->mechanism,
        .mgf = cms_digest_get_info(parameters->mgf_digest)->mgf,
        .source = CKZ_DATA_SPECIFIED,
        .pSourceData = (guint8 *)parameters->label.octets,
        .ulSourceDataLen = parameters->label.n_octets,
    };
}
