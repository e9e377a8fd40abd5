/* SPDX-License-Identifier: MPL-2.0 */

#include "cms-error.h"
#include "core-limits.h"
#include "nss-scoped.h"
#include "signature-check.h"
#include "signature-work.h"
#include "signed-data-private.h"

/* What is being found out of one SignerInfo. */
typedef struct {
    const SignedData *data;
    const SignerInfo *signer;
    GBytes *content;
    CmsSignature signature;
    SignedAttributes attributes;
    gboolean content_is_signed; /* messageDigest is right; TRUE without attributes */
    DigestValue value;          /* of what the signature is over */
    DigestValue as_sent; /* of the attributes in the order that they came in; empty: the same */
} Verification;

void
signer_result_free(SignerResult *result)
{
    if (result == NULL)
        return;
    g_clear_pointer(&result->certificate, certificate_unref);
    g_clear_pointer(&result->capabilities, g_bytes_unref);
    g_free(result->algorithm);
    g_free(result);
}

/* Always FALSE. */
static gboolean
conclude(SignerResult *result, SignatureMath math, VerdictReason reason)
{
    result->math = math;
    result->reason = reason;
    return FALSE;
}

static gboolean
find_algorithms(Verification *verification, SignerResult *result)
{
    const SignerInfo *signer = verification->signer;
    CmsDigest bound = CMS_DIGEST_UNKNOWN;
    verification->signature = cms_signature_find(signer->signature_algorithm.id, &bound);
    result->digest = cms_digest_find(signer->digest_algorithm.id);
    result->weak = cms_digest_is_weak(result->digest);
    if (verification->signature == CMS_SIGNATURE_UNKNOWN) {
        result->algorithm = oid_to_dotted(signer->signature_algorithm.oid);
        return conclude(result, SIGNATURE_MATH_UNKNOWN, REASON_UNSUPPORTED_ALGORITHM);
    }
    if (result->digest == CMS_DIGEST_UNKNOWN) {
        result->algorithm = oid_to_dotted(signer->digest_algorithm.oid);
        return conclude(result, SIGNATURE_MATH_UNKNOWN, REASON_UNSUPPORTED_ALGORITHM);
    }
    result->algorithm = g_strdup_printf("%s-%s", cms_signature_to_string(verification->signature),
                                        cms_digest_get_info(result->digest)->short_name);
    /* RFC 5754 §2: absent and NULL are the same. */
    if (!cms_algorithm_has_no_parameters(&signer->digest_algorithm))
        return conclude(result, SIGNATURE_MATH_BAD, REASON_MALFORMED);
    if (bound != CMS_DIGEST_UNKNOWN && bound != result->digest)
        return conclude(result, SIGNATURE_MATH_BAD, REASON_MALFORMED);
    if (signer->has_unsigned_attributes &&
        !unsigned_attributes_are_right(verification->data->ber, signer->unsigned_attributes))
        return conclude(result, SIGNATURE_MATH_BAD, REASON_MALFORMED);
    return TRUE;
}

/* RFC 8551 §3.5.3: a clear-signed message has its content outside; a second, other content within
 * would let two readers of one message see different things. */
static gboolean
find_content(Verification *verification, GBytes *detached, SignerResult *result)
{
    GBytes *inside = verification->data->content;
    verification->content = detached != NULL ? detached : inside;
    if (verification->content == NULL)
        return conclude(result, SIGNATURE_MATH_UNKNOWN, REASON_CONTENT_MISMATCH);
    if (detached != NULL && inside != NULL && !g_bytes_equal(detached, inside))
        return conclude(result, SIGNATURE_MATH_BAD, REASON_CONTENT_MISMATCH);
    return TRUE;
}

static gboolean
digest_into(CmsDigest digest, GBytes *octets, DigestValue *out_value, SignerResult *result)
{
    return content_digest_compute(digest, octets, out_value, NULL) ||
           conclude(result, SIGNATURE_MATH_UNKNOWN, REASON_UNSUPPORTED_ALGORITHM);
}

/* In a time that tells nothing of where they differ. */
static gboolean
digest_is(GBytes *stated, const DigestValue *value)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(stated, &n_octets);
    return n_octets == value->n_octets && NSS_SecureMemcmp(octets, value->octets, n_octets) == 0;
}

/* RFC 5652 §5.3: without attributes only for id-data. And the content must not be such that it
 * could be somebody's attributes, whose signature was moved to here. */
static gboolean
prepare_bare(Verification *verification, SignerResult *result)
{
    verification->content_is_signed = TRUE;
    if (!signed_data_is_mail(verification->data) || signed_attributes_are_in(verification->content))
        return conclude(result, SIGNATURE_MATH_BAD, REASON_MALFORMED);
    return digest_into(result->digest, verification->content, &verification->value, result);
}

static gboolean
prepare_attributes(Verification *verification, SignerResult *result)
{
    const SignedData *data = verification->data;
    BerSlice octets = verification->signer->attributes;
    SignedAttributes *attributes = &verification->attributes;
    DigestValue content_value;
    g_autoptr(GBytes) as_sent = NULL;
    if (!signed_attributes_parse(data->ber, octets, attributes, NULL))
        return conclude(result, SIGNATURE_MATH_BAD, REASON_MALFORMED);
    result->signing_time = attributes->signing_time;
    if (attributes->capabilities.octets != NULL)
        result->capabilities =
            g_bytes_new(attributes->capabilities.octets, attributes->capabilities.n_octets);
    g_autoptr(GBytes) der = signed_attributes_to_der(data->ber, octets, &as_sent, NULL);
    if (der == NULL || !ber_slice_equal(attributes->content_type, data->content_type))
        return conclude(result, SIGNATURE_MATH_BAD, REASON_MALFORMED);
    /* RFC 8551 §2.4.1. The type is signed so that nobody takes for a message what was signed as a
     * time stamp, a receipt or a program. */
    if (!signed_data_is_mail(data))
        return conclude(result, SIGNATURE_MATH_BAD, REASON_MALFORMED);
    if (!digest_into(result->digest, verification->content, &content_value, result))
        return FALSE;
    verification->content_is_signed = digest_is(attributes->message_digest, &content_value);
    return digest_into(result->digest, der, &verification->value, result) &&
           (as_sent == NULL ||
            digest_into(result->digest, as_sent, &verification->as_sent, result));
}

/* RFC 5035 §3: another certificate with the same key, or issuer and serial number, than the signer
 * meant. */
static SignatureCheck
check_named_certificate(const SignedAttributes *attributes, const Certificate *certificate)
{
    DigestValue value;
    if (attributes->certificate_hash == NULL)
        return SIGNATURE_CHECK_GOOD;
    if (attributes->certificate_digest == CMS_DIGEST_UNKNOWN ||
        !content_digest_compute(attributes->certificate_digest, certificate_get_der(certificate),
                                &value, NULL))
        return SIGNATURE_CHECK_UNSUPPORTED;
    return digest_is(attributes->certificate_hash, &value) ? SIGNATURE_CHECK_GOOD
                                                           : SIGNATURE_CHECK_BAD;
}

static SignatureCheck
check_certificate(const Verification *verification, CmsDigest digest,
                  const Certificate *certificate)
{
    const SignerInfo *signer = verification->signer;
    SignatureInput input = {verification->signature, digest, signer->signature_algorithm,
                            verification->data->ber, signer->signature};
    SignatureCheck named = check_named_certificate(&verification->attributes, certificate);
    if (named != SIGNATURE_CHECK_GOOD)
        return named;
    SignatureCheck check = signature_check(&input, &verification->value, certificate);
    /* DER's order is what is signed (RFC 5652 §5.4), but there are signers that digest the order
     * they write. Both are the same set of attributes. */
    if (check == SIGNATURE_CHECK_BAD && verification->as_sent.n_octets > 0)
        check = signature_check(&input, &verification->as_sent, certificate);
    return check;
}

static gboolean
is_among(GPtrArray *certificates, guint n_first, const Certificate *certificate)
{
    for (guint i = 0; certificates != NULL && i < n_first; i++)
        if (g_bytes_equal(certificate_get_der(g_ptr_array_index(certificates, i)),
                          certificate_get_der(certificate)))
            return TRUE;
    return FALSE;
}

/* Those that the SignerInfo names, each once, the candidates first. */
static GPtrArray *
collect_named(const SignedData *data, const SignerInfo *signer, GPtrArray *candidates)
{
    GPtrArray *named = g_ptr_array_new();
    GPtrArray *const sources[] = {candidates, data->certificates};
    guint n_comparisons = LIMIT_NAME_COMPARISONS;
    for (gsize i = 0; i < G_N_ELEMENTS(sources); i++) {
        for (guint j = 0; sources[i] != NULL && j < sources[i]->len; j++) {
            Certificate *certificate = g_ptr_array_index(sources[i], j);
            if (named->len < LIMIT_CERTIFICATES_TRIED &&
                signer_id_matches(&signer->id, certificate, &n_comparisons) &&
                !is_among(named, named->len, certificate))
                g_ptr_array_add(named, certificate);
        }
    }
    return named;
}

static void
try_certificates(const Verification *verification, GPtrArray *candidates, SignerResult *result)
{
    g_autoptr(GPtrArray) named =
        collect_named(verification->data, verification->signer, candidates);
    SignatureCheck best = SIGNATURE_CHECK_UNSUPPORTED;
    Certificate *best_certificate = NULL;
    for (guint i = 0; i < named->len && best != SIGNATURE_CHECK_GOOD; i++) {
        Certificate *certificate = g_ptr_array_index(named, i);
        SignatureCheck check = check_certificate(verification, result->digest, certificate);
        if (best_certificate == NULL || check > best) {
            best = check;
            best_certificate = certificate;
        }
    }
    if (best_certificate == NULL) {
        conclude(result, SIGNATURE_MATH_UNKNOWN, REASON_CERTIFICATE_MISSING);
        return;
    }
    result->certificate = certificate_ref(best_certificate);
    result->weak = result->weak || signature_key_is_weak(best_certificate);
    if (best == SIGNATURE_CHECK_GOOD)
        conclude(result, SIGNATURE_MATH_GOOD, REASON_NONE);
    else if (best == SIGNATURE_CHECK_BAD)
        conclude(result, SIGNATURE_MATH_BAD, REASON_SIGNATURE_BAD);
    else
        conclude(result, SIGNATURE_MATH_UNKNOWN, REASON_UNSUPPORTED_ALGORITHM);
}

gboolean
signed_data_check_work(const SignedData *data, GPtrArray *candidates, GError **error)
{
    guint64 work = 0;
    for (guint i = 0; i < data->signers->len; i++) {
        const SignerInfo *signer = g_ptr_array_index(data->signers, i);
        g_autoptr(GPtrArray) named = collect_named(data, signer, candidates);
        for (guint j = 0; j < named->len; j++)
            work += signature_work_of(g_ptr_array_index(named, j), 0) *
                    (signer->has_attributes ? 2 : 1); /* for each order of the attributes */
    }
    if (work <= LIMIT_SIGNATURE_WORK)
        return TRUE;
    g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT,
                "%u signers with these certificates would take too much work (%" G_GUINT64_FORMAT
                " units of at most %u)",
                data->signers->len, work, LIMIT_SIGNATURE_WORK);
    return FALSE;
}

SignerResult *
signed_data_verify(const SignedData *data, guint index, GBytes *content, GPtrArray *candidates)
{
    g_return_val_if_fail(index < data->signers->len, NULL);
    SignerResult *result = g_new0(SignerResult, 1);
    Verification verification = {.data = data, .signer = g_ptr_array_index(data->signers, index)};
    result->signing_time = G_MININT64;
    if (find_content(&verification, content, result) && find_algorithms(&verification, result) &&
        (verification.signer->has_attributes ? prepare_attributes(&verification, result)
                                             : prepare_bare(&verification, result)))
        try_certificates(&verification, candidates, result);
    /* Changed content is bad whoever signed the attributes, and whether or not they are known. */
    if (result->math != SIGNATURE_MATH_BAD && verification.signer->has_attributes &&
        verification.value.n_octets > 0 && !verification.content_is_signed)
        conclude(result, SIGNATURE_MATH_BAD, REASON_SIGNATURE_BAD);
    signed_attributes_clear(&verification.attributes);
    return result;
}
