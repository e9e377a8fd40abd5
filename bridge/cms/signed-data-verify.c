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
    const ContentFindings *content;
    CmsSignature signature;
    SignedAttributes attributes;
    gboolean content_is_signed; /* messageDigest is right; TRUE without attributes */
    SignedMessage message;      /* what the signature is over */
    SignedMessage as_sent;      /* the attributes in the order that they came in; empty: the same */
} Verification;

void
signer_result_free(SignerResult *result)
{
    if (result == NULL)
        return;
    g_clear_pointer(&result->certificate, certificate_unref);
    g_clear_pointer(&result->capabilities, g_bytes_unref);
    g_free(result->algorithm);
    g_free(result->detail);
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

/* @algorithm: by which the signer used what is not known here. Always FALSE. */
static gboolean
conclude_unknown(SignerResult *result, const gchar *what, gchar *algorithm)
{
    result->algorithm = algorithm;
    result->detail = g_strdup_printf("%s %s is not supported", what, algorithm);
    return conclude(result, SIGNATURE_MATH_UNKNOWN, REASON_UNSUPPORTED_ALGORITHM);
}

static gchar *
name_algorithm(CmsSignature signature, CmsDigest digest)
{
    const gchar *name = cms_signature_to_string(signature);
    /* Its digest is always the same, and only that of the content. */
    return signature == CMS_SIGNATURE_ED25519
               ? g_strdup(name)
               : g_strdup_printf("%s-%s", name, cms_digest_get_info(digest)->short_name);
}

static gboolean
find_algorithms(Verification *verification, SignerResult *result)
{
    const SignerInfo *signer = verification->signer;
    CmsDigest bound = CMS_DIGEST_UNKNOWN;
    verification->signature = cms_signature_find(signer->signature_algorithm.id, &bound);
    result->digest = cms_digest_find(signer->digest_algorithm.id);
    result->weak = cms_digest_is_weak(result->digest);
    if (verification->signature == CMS_SIGNATURE_UNKNOWN)
        return conclude_unknown(result, "signature algorithm",
                                oid_to_dotted(signer->signature_algorithm.oid));
    if (verification->signature == CMS_SIGNATURE_ED448)
        return conclude_unknown(result, "signature algorithm",
                                g_strdup(cms_signature_to_string(verification->signature)));
    if (result->digest == CMS_DIGEST_UNKNOWN)
        return conclude_unknown(result, "digest", oid_to_dotted(signer->digest_algorithm.oid));
    result->algorithm = name_algorithm(verification->signature, result->digest);
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

/* Of all SignerInfos: the content is read once for them all. */
static guint
collect_digests(const SignedData *data)
{
    guint digests = 0;
    for (guint i = 0; i < data->signers->len; i++) {
        const SignerInfo *signer = g_ptr_array_index(data->signers, i);
        digests |= 1u << cms_digest_find(signer->digest_algorithm.id);
    }
    return digests;
}

/* RFC 8551 §3.5.3: a clear-signed message has its content outside; a second, other content within
 * would let two readers of one message see different things. */
static void
look_at_content(const SignedData *data, OctetSource *content)
{
    ContentFindings *findings = data->findings;
    g_autoptr(GError) problem = NULL;
    if (findings->content == content)
        return;
    g_clear_pointer(&findings->content, octet_source_unref);
    *findings = (ContentFindings){.content = octet_source_ref(content)};
    findings->is_ambiguous = data->content != NULL && content != data->content &&
                             !octet_source_equal(content, data->content, &problem);
    findings->is_readable = problem == NULL;
    if (findings->is_readable && !findings->is_ambiguous)
        findings->is_readable =
            content_digest_compute_all(collect_digests(data), content, findings->digests, &problem);
    if (problem != NULL)
        g_debug("content of a signature: %s", problem->message);
}

static gboolean
find_content(Verification *verification, OctetSource *detached, SignerResult *result)
{
    OctetSource *content = detached != NULL ? detached : verification->data->content;
    if (content == NULL)
        return conclude(result, SIGNATURE_MATH_UNKNOWN, REASON_CONTENT_MISMATCH);
    look_at_content(verification->data, content);
    verification->content = verification->data->findings;
    if (!verification->content->is_readable)
        return conclude(result, SIGNATURE_MATH_UNKNOWN, REASON_CONTENT_MISMATCH);
    return !verification->content->is_ambiguous ||
           conclude(result, SIGNATURE_MATH_BAD, REASON_CONTENT_MISMATCH);
}

static gboolean
get_content_digest(const Verification *verification, DigestValue *out_value, SignerResult *result)
{
    *out_value = verification->content->digests[result->digest];
    return out_value->n_octets > 0 ||
           conclude(result, SIGNATURE_MATH_UNKNOWN, REASON_UNSUPPORTED_ALGORITHM);
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

/* None is fine. */
static gboolean
digest_message(CmsDigest digest, SignedMessage *message, SignerResult *result)
{
    return message->octets == NULL || digest_into(digest, message->octets, &message->value, result);
}

/* RFC 5652 §5.3: without attributes only for id-data. And the content must not be such that it
 * could be somebody's attributes, whose signature was moved to here. */
static gboolean
prepare_bare(Verification *verification, SignerResult *result)
{
    verification->content_is_signed = TRUE;
    if (!signed_data_is_mail(verification->data) ||
        signed_attributes_are_in(verification->content->content))
        return conclude(result, SIGNATURE_MATH_BAD, REASON_MALFORMED);
    /* Ed25519 signs the content itself, which then has to be in memory. */
    if (verification->signature == CMS_SIGNATURE_ED25519 &&
        octet_source_get_size(verification->content->content) <= LIMIT_EDDSA_MESSAGE_OCTETS)
        verification->message.octets = octet_source_to_bytes(verification->content->content, NULL);
    return get_content_digest(verification, &verification->message.value, result);
}

/* What signed_data_parse_pkcs7() takes besides. */
static gboolean
is_enveloped_pkcs7(const SignedData *data)
{
    return data->pkcs7 && oid_find(data->content_type) == OID_ENVELOPED_DATA;
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
    if (!signed_data_is_mail(data) && !is_enveloped_pkcs7(data))
        return conclude(result, SIGNATURE_MATH_BAD, REASON_MALFORMED);
    if (!get_content_digest(verification, &content_value, result))
        return FALSE;
    verification->content_is_signed = digest_is(attributes->message_digest, &content_value);
    verification->message.octets = g_steal_pointer(&der);
    verification->as_sent.octets = g_steal_pointer(&as_sent);
    return digest_message(result->digest, &verification->message, result) &&
           digest_message(result->digest, &verification->as_sent, result);
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
                  const Certificate *certificate, gchar **out_detail)
{
    const SignerInfo *signer = verification->signer;
    SignatureInput input = {verification->signature, digest, signer->signature_algorithm,
                            verification->data->ber, signer->signature};
    SignatureCheck named = check_named_certificate(&verification->attributes, certificate);
    if (named != SIGNATURE_CHECK_GOOD)
        return named;
    SignatureCheck check = signature_check(&input, &verification->message, certificate, out_detail);
    /* DER's order is what is signed (RFC 5652 §5.4), but there are signers that digest the order
     * they write. Both are the same set of attributes. */
    if (check == SIGNATURE_CHECK_BAD && verification->as_sent.octets != NULL)
        check = signature_check(&input, &verification->as_sent, certificate, NULL);
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
        g_autofree gchar *detail = NULL;
        SignatureCheck check =
            check_certificate(verification, result->digest, certificate, &detail);
        if (best_certificate == NULL || check > best) {
            best = check;
            best_certificate = certificate;
            g_free(result->detail);
            result->detail = g_steal_pointer(&detail);
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
signed_data_verify(const SignedData *data, guint index, OctetSource *content, GPtrArray *candidates)
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
        verification.message.octets != NULL && !verification.content_is_signed)
        conclude(result, SIGNATURE_MATH_BAD, REASON_SIGNATURE_BAD);
    if (result->reason != REASON_UNSUPPORTED_ALGORITHM)
        g_clear_pointer(&result->detail, g_free);
    signed_attributes_clear(&verification.attributes);
    g_clear_pointer(&verification.message.octets, g_bytes_unref);
    g_clear_pointer(&verification.as_sent.octets, g_bytes_unref);
    return result;
}
