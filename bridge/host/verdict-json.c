/* SPDX-License-Identifier: MPL-2.0 */

#include "verdict-json.h"

#include "content-digest.h"
#include "crl-fetch.h"
#include "json-facts.h"

/* The signer of whom the verdict speaks: the one that trusts least. */
static const JudgedSigner *
deciding_signer(const VerdictFacts *facts)
{
    const JudgedSigner *least = NULL;
    for (guint i = 0; i < facts->signers->len; i++) {
        const JudgedSigner *signer = g_ptr_array_index(facts->signers, i);
        if (least == NULL || signer->verdict.status < least->verdict.status)
            least = signer;
    }
    return least;
}

/* For a viewer of certificates: the message may not have it. */
static void
set_der(JsonObject *facts, const Certificate *certificate)
{
    gsize n_octets;
    const guchar *octets = g_bytes_get_data(certificate_get_der(certificate), &n_octets);
    g_autofree gchar *base64 = g_base64_encode(octets, n_octets);
    json_set_string(facts, "der", base64);
}

static void
set_signer(JsonObject *object, const JudgedSigner *signer)
{
    if (signer == NULL || signer->result->certificate == NULL) {
        json_object_set_null_member(object, "signer");
        return;
    }
    const SignerResult *result = signer->result;
    JsonObject *facts = json_from_certificate(result->certificate);
    json_set_time(facts, "signing_time", result->signing_time);
    json_set_string(facts, "algorithm", result->algorithm);
    json_set_string(facts, "digest", cms_digest_to_string(result->digest));
    json_object_set_boolean_member(facts, "weak", result->weak);
    set_der(facts, result->certificate);
    json_object_set_object_member(object, "signer", facts);
}

static void
set_trust_record(JsonObject *trust, const DaneAnswer *dane, gssize index)
{
    const DaneRecord *source =
        index >= 0 && dane != NULL ? g_ptr_array_index(dane->records, (guint)index) : NULL;
    if (source == NULL) {
        json_object_set_null_member(trust, "usage");
        json_object_set_null_member(trust, "selector");
        json_object_set_null_member(trust, "matching_type");
        return;
    }
    json_object_set_int_member(trust, "usage", source->record->usage);
    json_object_set_int_member(trust, "selector", source->record->selector);
    json_object_set_int_member(trust, "matching_type", source->record->matching_type);
}

static void
set_trust(JsonObject *object, const VerdictFacts *facts)
{
    if (facts->signers->len == 0) {
        json_object_set_null_member(object, "trust");
        return;
    }
    JsonObject *trust = json_object_new();
    const DaneAnswer *dane = facts->dane;
    json_set_string(trust, "source", trust_source_to_string(facts->verdict.trust));
    json_set_string(trust, "dns", dane == NULL ? NULL : dns_outcome_to_string(dane->dns));
    json_set_string(trust, "owner_name", dane == NULL ? NULL : dane->owner_name);
    set_trust_record(trust, dane, facts->verdict.record);
    if (dane == NULL)
        json_object_set_null_member(trust, "ttl");
    else
        json_object_set_int_member(trust, "ttl", dane->ttl);
    json_set_string(trust, "detail", dane == NULL ? NULL : dane->detail);
    json_object_set_object_member(object, "trust", trust);
}

static const gchar *
words_for_path(VerdictReason reason)
{
    if (reason == REASON_NONE)
        return "valid";
    return reason == REASON_WEAK_ALGORITHM ? "weak" : "invalid";
}

static void
set_authority(JsonObject *object, const JudgedSigner *signer)
{
    if (signer == NULL || !signer->has_authority_path) {
        json_object_set_null_member(object, "authority");
        return;
    }
    JsonObject *authority = json_object_new();
    json_set_string(authority, "path", words_for_path(signer->authority));
    json_set_string(authority, "reason", verdict_reason_to_string(signer->authority));
    json_set_string(authority, "detail", signer->path_detail);
    json_object_set_object_member(object, "authority", authority);
}

/* RFC 8550 §4.3 has 2048 bits for the least. */
#define RSA_BITS_STRONG 2048u

static gboolean
encryption_is_weak(const EnvelopeFacts *facts)
{
    if (cms_cipher_is_weak(facts->cipher))
        return TRUE;
    if (facts->recipient == NULL)
        return FALSE;
    CertificateKeyType type = certificate_get_key_type(facts->recipient);
    return (type == KEY_TYPE_RSA || type == KEY_TYPE_RSA_OAEP) &&
           certificate_get_key_bits(facts->recipient) < RSA_BITS_STRONG;
}

void
json_set_encryption(JsonObject *object, const OpenedMessage *opened)
{
    const EnvelopeFacts *facts = &opened->encryption;
    if (!opened->is_encrypted || facts->cipher == CMS_CIPHER_UNKNOWN) {
        json_object_set_null_member(object, "encryption");
        return;
    }
    JsonObject *encryption = json_object_new();
    json_set_string(encryption, "content_type",
                    facts->authenticated ? "auth-enveloped-data" : "enveloped-data");
    json_set_string(encryption, "cipher", cms_cipher_to_string(facts->cipher));
    json_object_set_boolean_member(encryption, "weak", encryption_is_weak(facts));
    json_set_string(encryption, "key_management", facts->key_management);
    json_object_set_int_member(encryption, "recipients", facts->n_recipients);
    if (facts->recipient == NULL)
        json_object_set_null_member(encryption, "recipient");
    else
        json_object_set_object_member(encryption, "recipient",
                                      json_from_certificate(facts->recipient));
    json_object_set_object_member(object, "encryption", encryption);
}

static void
set_layers(JsonObject *object, const OpenedMessage *opened)
{
    JsonArray *layers = json_array_new();
    for (guint i = 0; i < opened->layers->len; i++) {
        const OpenedLayer *layer = g_ptr_array_index(opened->layers, i);
        json_array_add_string_element(layers, crypto_layer_to_string(layer->kind));
    }
    json_object_set_array_member(object, "layers", layers);
}

/* For import: they say nothing about who sent them. */
static void
set_certificates(JsonObject *object, GPtrArray *certificates)
{
    if (certificates == NULL) {
        json_object_set_null_member(object, "certificates");
        return;
    }
    JsonArray *array = json_array_new();
    for (guint i = 0; i < certificates->len; i++) {
        const Certificate *certificate = g_ptr_array_index(certificates, i);
        JsonObject *facts = json_from_certificate(certificate);
        set_der(facts, certificate);
        json_array_add_object_element(array, facts);
    }
    json_object_set_array_member(object, "certificates", array);
}

static void
set_fetched(JsonObject *object, GPtrArray *fetched)
{
    if (fetched == NULL)
        return;
    JsonArray *array = json_array_new();
    for (guint i = 0; i < fetched->len; i++) {
        const FetchedCrls *one = g_ptr_array_index(fetched, i);
        JsonObject *facts = json_object_new();
        json_set_string(facts, "url", one->url);
        json_object_set_int_member(facts, "crls", one->lists == NULL ? 0 : one->lists->len);
        json_set_string(facts, "problem", one->problem == NULL ? NULL : one->problem->message);
        json_array_add_object_element(array, facts);
    }
    json_object_set_array_member(object, "fetched_crls", array);
}

static SignatureMath
combined_math(const VerdictFacts *facts)
{
    SignatureMath least = facts->signers->len > 0 ? SIGNATURE_MATH_GOOD : SIGNATURE_MATH_ABSENT;
    for (guint i = 0; i < facts->signers->len; i++) {
        const JudgedSigner *signer = g_ptr_array_index(facts->signers, i);
        /* One bad signature says more than one that can't be computed. */
        if (signer->result->math == SIGNATURE_MATH_BAD)
            return SIGNATURE_MATH_BAD;
        least = MIN(least, signer->result->math);
    }
    return least;
}

gboolean
json_set_sha256(JsonObject *object, const gchar *name, const OctetSource *octets, GError **error)
{
    DigestValue values[CMS_N_DIGESTS] = {0};
    if (octets == NULL) {
        json_object_set_null_member(object, name);
        return TRUE;
    }
    if (!content_digest_compute_all(1u << CMS_DIGEST_SHA256, octets, values, error))
        return FALSE;
    const DigestValue *value = &values[CMS_DIGEST_SHA256];
    g_autoptr(GString) text = g_string_new(NULL);
    for (gsize i = 0; i < value->n_octets; i++)
        g_string_append_printf(text, "%02x", value->octets[i]);
    json_set_string(object, name, text->str);
    return TRUE;
}

JsonObject *
verdict_to_json(const VerdictFacts *facts, GError **error)
{
    g_autoptr(JsonObject) object = json_object_new();
    const JudgedSigner *signer = deciding_signer(facts);
    json_object_set_boolean_member(object, "encrypted", facts->opened->is_encrypted);
    json_object_set_boolean_member(object, "signed", facts->scope == SCOPE_WHOLE);
    json_set_string(object, "scope", signature_scope_to_string(facts->scope));
    json_set_string(object, "status", signature_status_to_string(facts->verdict.status));
    json_set_string(object, "reason", verdict_reason_to_string(facts->verdict.reason));
    json_set_string(object, "signature", signature_math_to_string(combined_math(facts)));
    json_set_string(object, "signature_detail", signer == NULL ? NULL : signer->result->detail);
    json_set_string(object, "author", facts->author);
    json_set_shown_header(object, facts->shown);
    json_object_set_int_member(object, "signers", facts->signers->len);
    set_signer(object, signer);
    set_trust(object, facts);
    set_authority(object, signer);
    json_set_encryption(object, facts->opened);
    set_layers(object, facts->opened);
    set_certificates(object, facts->opened->certificates);
    set_fetched(object, facts->fetched);
    return json_set_sha256(object, "content_sha256", facts->covered, error)
               ? g_steal_pointer(&object)
               : NULL;
}
