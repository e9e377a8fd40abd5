/* SPDX-License-Identifier: MPL-2.0 */

#include "x509-signature.h"

#include "rsa-parameters.h"

typedef struct {
    BerSlice signed_part; /* with its identifier and length */
    CmsAlgorithm inner;
    CmsAlgorithm outer;
    BerSlice signature;
} Parts;

/* In both types the algorithm is what stands behind the integers at the beginning: [0] version and
 * serialNumber of a certificate, version of a CRL. */
static gboolean
read_inner_algorithm(BerReader *signed_part, Parts *parts)
{
    while (ber_peek(signed_part) == BER_INTEGER ||
           ber_peek(signed_part) == BER_CONTEXT_CONSTRUCTED(0))
        if (!ber_skip(signed_part, "", NULL, NULL))
            return FALSE;
    return cms_algorithm_read(signed_part, "", &parts->inner, NULL);
}

static gboolean
read_parts(GBytes *der, Parts *out_parts)
{
    BerReader all, fields, signed_part;
    ber_reader_init(&all, der);
    if (!ber_enter(&all, BER_SEQUENCE, "", &fields, NULL))
        return FALSE;
    BerReader start = fields;
    return ber_enter(&start, BER_SEQUENCE, "", &signed_part, NULL) &&
           read_inner_algorithm(&signed_part, out_parts) &&
           ber_skip(&fields, "", &out_parts->signed_part, NULL) &&
           cms_algorithm_read(&fields, "", &out_parts->outer, NULL) &&
           ber_read_bit_string(&fields, "", &out_parts->signature, NULL);
}

/* RSASSA-PSS tells its digest in the parameters, the others in their name. */
static CmsDigest
digest_of(GBytes *der, const CmsAlgorithm *algorithm, CmsSignature signature, CmsDigest named)
{
    RsaPssParameters parameters;
    if (signature != CMS_SIGNATURE_RSA_PSS)
        return named;
    if (algorithm->parameters.octets == NULL ||
        !rsa_pss_parameters_parse(der, algorithm->parameters, &parameters))
        return CMS_DIGEST_UNKNOWN;
    return parameters.digest;
}

SignatureCheck
x509_signature_examine(GBytes *der, const Certificate *issuer, gboolean *out_weak)
{
    Parts parts = {0};
    if (!read_parts(der, &parts) || !ber_slice_equal(parts.inner.whole, parts.outer.whole))
        return SIGNATURE_CHECK_BAD;
    CmsDigest digest = CMS_DIGEST_UNKNOWN;
    CmsSignature signature = cms_signature_find(parts.outer.id, &digest);
    digest = digest_of(der, &parts.outer, signature, digest);
    if (signature == CMS_SIGNATURE_UNKNOWN || digest == CMS_DIGEST_UNKNOWN ||
        signature_key_is_weak(issuer))
        return SIGNATURE_CHECK_UNSUPPORTED;
    *out_weak = digest == CMS_DIGEST_MD5;

    g_autoptr(GBytes) content = ber_slice_to_bytes(der, parts.signed_part);
    g_autoptr(GBytes) octets = ber_slice_to_bytes(der, parts.signature);
    SignedMessage message = {.octets = content};
    if (!content_digest_compute(digest, content, &message.value, NULL))
        return SIGNATURE_CHECK_UNSUPPORTED;
    SignatureInput input = {signature, digest, parts.outer, der, octets};
    return signature_check(&input, &message, issuer, NULL);
}

SignatureCheck
x509_signature_check(GBytes *der, const Certificate *issuer)
{
    gboolean is_weak = FALSE;
    SignatureCheck check = x509_signature_examine(der, issuer, &is_weak);
    return is_weak ? SIGNATURE_CHECK_UNSUPPORTED : check;
}
