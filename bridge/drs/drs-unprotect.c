/* SPDX-License-Identifier: MPL-2.0 */

#include "cms-error.h"
#include "content-info.h"
#include "drs-message-private.h"
#include "legacy-rc4.h"
#include "signature-check.h"

void
drs_message_facts_clear(DrsMessageFacts *facts)
{
    g_clear_pointer(&facts->sender, certificate_unref);
    g_clear_pointer(&facts->recipient, certificate_unref);
}

static SignedData *
parse(GBytes *authenticated, GError **error)
{
    SignedData *data = signed_data_parse_pkcs7(authenticated, error);
    if (data == NULL && error != NULL && !g_error_matches(*error, CMS_ERROR, CMS_ERROR_LIMIT)) {
        (*error)->domain = DRS_ERROR;
        (*error)->code = DRS_ERROR_MALFORMED;
    }
    return data;
}

/* The one certificate that is no authority's; where there is one alone, that one. */
static Certificate *
find_sender(const SignedData *data, GError **error)
{
    GPtrArray *all = signed_data_get_certificates(data);
    Certificate *found = all->len == 1 ? g_ptr_array_index(all, 0) : NULL;
    for (guint i = 0; i < all->len; i++) {
        Certificate *certificate = g_ptr_array_index(all, i);
        if (certificate_is_authority(certificate))
            continue;
        if (found != NULL &&
            !g_bytes_equal(certificate_get_der(found), certificate_get_der(certificate))) {
            g_set_error(error, DRS_ERROR, DRS_ERROR_CERTIFICATES,
                        "the message has the certificates of %s and of %s: one sender is wanted",
                        certificate_get_subject(found), certificate_get_subject(certificate));
            return NULL;
        }
        found = certificate;
    }
    if (found == NULL)
        g_set_error(error, DRS_ERROR, DRS_ERROR_CERTIFICATE_MISSING,
                    "the message does not have its sender's certificate (of %u certificates)",
                    all->len);
    return found;
}

/* Before the signature: §3.3.5.3. */
static gboolean
check_sender(Certificate *sender, const SignedData *data, const DrsExpectation *expectation,
             GError **error)
{
    if (expectation->pinned == NULL)
        return drs_certificate_check(sender, expectation->authority,
                                     signed_data_get_certificates(data), expectation->crls,
                                     expectation->now, error);
    if (g_bytes_equal(certificate_get_der(sender), certificate_get_der(expectation->pinned)))
        return drs_check_time(sender, expectation->now, error);
    g_set_error(error, DRS_ERROR, DRS_ERROR_NOT_PINNED,
                "the certificate of %s is not the one that the map has for the sender, of %s",
                certificate_get_subject(sender), certificate_get_subject(expectation->pinned));
    return FALSE;
}

static gboolean
fail_algorithm(GError **error, const gchar *what, const gchar *name)
{
    g_set_error(error, DRS_ERROR, DRS_ERROR_ALGORITHM, "%s %s is none of [MS-SRPL]", what, name);
    return FALSE;
}

static gboolean
fail_legacy(GError **error, const gchar *what, const gchar *name)
{
    g_set_error(error, DRS_ERROR, DRS_ERROR_LEGACY,
                "%s %s is obsolete, and read only where it is asked for", what, name);
    return FALSE;
}

/* RSA with one of the two digests; and none that would be good but for a key that is too short. */
static gboolean
check_signature_algorithm(const SignerResult *result, const DrsExpectation *expectation,
                          GError **error)
{
    if (result->reason == REASON_UNSUPPORTED_ALGORITHM)
        return fail_algorithm(
            error, "signature:", result->detail != NULL ? result->detail : result->algorithm);
    if (result->algorithm == NULL)
        return TRUE;
    if (result->digest != CMS_DIGEST_SHA256 && result->digest != CMS_DIGEST_MD5)
        return fail_algorithm(error, "digest", cms_digest_to_string(result->digest));
    if (!g_str_has_prefix(result->algorithm, "rsa-pkcs1-"))
        return fail_algorithm(error, "signature algorithm", result->algorithm);
    if (result->digest == CMS_DIGEST_MD5 && (expectation->legacy & DRS_LEGACY_MD5) == 0)
        return fail_legacy(error, "digest", "md5");
    if (result->certificate != NULL && signature_key_is_weak(result->certificate))
        return fail_algorithm(error, "key", certificate_get_key_name(result->certificate));
    return TRUE;
}

static gboolean
fail_signature(GError **error, const gchar *text)
{
    g_set_error_literal(error, DRS_ERROR, DRS_ERROR_SIGNATURE, text);
    return FALSE;
}

/* The result's certificate has the same issuer and serial number as the sender's, if not more. */
static gboolean
judge_signature(const SignerResult *result, const Certificate *sender, GError **error)
{
    if (result->math == SIGNATURE_MATH_GOOD)
        return g_bytes_equal(certificate_get_der(result->certificate),
                             certificate_get_der(sender)) ||
               fail_signature(error, "the signature is another certificate's than the sender's");
    if (result->reason == REASON_CERTIFICATE_MISSING)
        return fail_signature(error, "the signature names another certificate than the sender's");
    if (result->reason == REASON_CONTENT_MISMATCH)
        return fail_signature(error, "there is no content that is signed");
    if (result->reason == REASON_MALFORMED)
        return fail_signature(error, "the signature does not have the form that it must have");
    return fail_signature(error, "the signature does not hold: the data or it has been changed");
}

static gboolean
verify(const SignedData *data, const DrsExpectation *expectation, DrsMessageFacts *facts,
       GError **error)
{
    guint n_signers = signed_data_get_n_signers(data);
    if (n_signers != 1) {
        g_set_error(error, DRS_ERROR, DRS_ERROR_SIGNATURE, "%u signatures where one is wanted",
                    n_signers);
        return FALSE;
    }
    if (!signed_data_check_work(data, NULL, error))
        return FALSE;
    g_autoptr(SignerResult) result = signed_data_verify(data, 0, NULL, NULL);
    facts->digest = result->digest;
    facts->signing_time = result->signing_time;
    return check_signature_algorithm(result, expectation, error) &&
           judge_signature(result, facts->sender, error);
}

static gboolean
is_encrypted(CmsContentType type)
{
    return type == CMS_CONTENT_ENVELOPED_DATA || type == CMS_CONTENT_AUTH_ENVELOPED_DATA ||
           type == CMS_CONTENT_ENCRYPTED_DATA;
}

/* Takes @problem, of a decryption. */
static void
propagate(GError **error, GError *problem)
{
    if (g_error_matches(problem, CMS_ERROR, CMS_ERROR_UNSUPPORTED)) {
        problem->domain = DRS_ERROR;
        problem->code = DRS_ERROR_ALGORITHM;
    }
    g_propagate_error(error, problem);
}

static OctetSource *
decrypt_rc4(GBytes *enveloped, const DrsExpectation *expectation, DrsMessageFacts *facts,
            GError **error)
{
    facts->cipher = "rc4";
    if ((expectation->legacy & DRS_LEGACY_RC4) == 0) {
        fail_legacy(error, "cipher", "rc4");
        return NULL;
    }
    g_autoptr(GError) problem = NULL;
    g_autoptr(GBytes) data =
        legacy_rc4_decrypt(enveloped, expectation->keys, &facts->recipient, &problem);
    if (data != NULL)
        return octet_source_new_bytes(data);
    propagate(error, g_steal_pointer(&problem));
    return NULL;
}

static OctetSource *
decrypt_aes(GBytes *enveloped, const DrsExpectation *expectation, DrsMessageFacts *facts,
            GError **error)
{
    EnvelopeFacts envelope;
    g_autoptr(GError) problem = NULL;
    g_autoptr(OctetSource) data =
        enveloped_data_decrypt(enveloped, expectation->keys, &envelope, &problem);
    if (envelope.cipher != CMS_CIPHER_UNKNOWN)
        facts->cipher = cms_cipher_to_string(envelope.cipher);
    facts->recipient = g_steal_pointer(&envelope.recipient);
    envelope_facts_clear(&envelope);
    if (envelope.cipher != CMS_CIPHER_UNKNOWN && envelope.cipher != CMS_CIPHER_AES_128_CBC) {
        fail_algorithm(error, "cipher", cms_cipher_to_string(envelope.cipher));
        return NULL;
    }
    if (data != NULL)
        return g_steal_pointer(&data);
    propagate(error, g_steal_pointer(&problem));
    return NULL;
}

/* What was verified, as the type of the message wants it. */
static OctetSource *
open_content(const SignedData *data, const DrsExpectation *expectation, DrsMessageFacts *facts,
             GError **error)
{
    g_autoptr(GBytes) octets = signed_data_dup_inner(data, error);
    if (octets == NULL)
        return NULL;
    CmsContentType type = cms_content_info_peek(octets);
    if (expectation->type == DRS_REQUEST) {
        if (!is_encrypted(type))
            return octet_source_ref(signed_data_get_content(data));
        g_set_error(error, DRS_ERROR, DRS_ERROR_REQUEST_ENCRYPTED,
                    "the message is encrypted (%s), which a request must not be",
                    cms_content_type_to_string(type));
        return NULL;
    }
    if (!is_encrypted(type)) {
        g_set_error_literal(error, DRS_ERROR, DRS_ERROR_RESPONSE_PLAIN,
                            "the message is not encrypted, which a response must be");
        return NULL;
    }
    return legacy_rc4_is_named(octets) ? decrypt_rc4(octets, expectation, facts, error)
                                       : decrypt_aes(octets, expectation, facts, error);
}

OctetSource *
drs_message_unprotect(GBytes *authenticated, const DrsExpectation *expectation,
                      DrsMessageFacts *out_facts, GError **error)
{
    *out_facts = (DrsMessageFacts){.signing_time = G_MININT64};
    g_autoptr(SignedData) data = parse(authenticated, error);
    Certificate *sender = data != NULL ? find_sender(data, error) : NULL;
    if (sender == NULL)
        return NULL;
    out_facts->sender = certificate_ref(sender);
    if (!check_sender(sender, data, expectation, error) ||
        !verify(data, expectation, out_facts, error))
        return NULL;
    out_facts->is_verified = TRUE;
    return open_content(data, expectation, out_facts, error);
}
