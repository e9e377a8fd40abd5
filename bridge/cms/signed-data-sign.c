/* SPDX-License-Identifier: MPL-2.0 */

#include "cms-error.h"
#include "core-limits.h"
#include "der-writer.h"
#include "signature-make.h"
#include "signed-data-private.h"
#include "smime-capabilities.h"

/* An Attribute in @set; what is lent is the SET of its values. */
static DerNode *
add_attribute(DerNode *set, Oid type)
{
    DerNode *attribute = der_add(set, BER_SEQUENCE);
    der_add_oid(attribute, type);
    return der_add(attribute, BER_SET);
}

/* RFC 5035 §3: hash of the certificate by the default, SHA-256, which DER leaves out; then its
 * issuer as GeneralNames and its serial number. */
static gboolean
add_signing_certificate(DerNode *set, const Certificate *certificate, GError **error)
{
    DigestValue hash;
    if (!content_digest_compute(CMS_DIGEST_SHA256, certificate_get_der(certificate), &hash, error))
        return FALSE;
    DerNode *value = der_add(add_attribute(set, OID_SIGNING_CERTIFICATE_V2), BER_SEQUENCE);
    DerNode *id = der_add(der_add(value, BER_SEQUENCE), BER_SEQUENCE);
    der_add_octets(id, BER_OCTET_STRING, hash.octets, hash.n_octets);
    DerNode *issuer_serial = der_add(id, BER_SEQUENCE);
    DerNode *directory_name =
        der_add(der_add(issuer_serial, BER_SEQUENCE), BER_CONTEXT_CONSTRUCTED(4));
    der_add_encoded(directory_name, certificate_get_issuer_der(certificate));
    der_add_bytes(issuer_serial, BER_INTEGER, certificate_get_serial(certificate));
    return TRUE;
}

/* RFC 8551 §2.5.3. Nobody is asked to encrypt to a key that is not for that. */
static void
add_key_preference(DerNode *set, const Certificate *certificate)
{
    if (!certificate_may_encrypt(certificate))
        return;
    DerNode *values = add_attribute(set, OID_ENCRYPTION_KEY_PREFERENCE);
    signer_id_add_issuer_and_serial(values, BER_CONTEXT_CONSTRUCTED(0), certificate);
}

/* What mail has besides: what the signer can read, and which certificate is meant. */
static gboolean
add_mail_attributes(DerNode *set, const Certificate *certificate, GError **error)
{
    der_add_node(add_attribute(set, OID_SMIME_CAPABILITIES), smime_capabilities_new_own());
    add_key_preference(set, certificate);
    return add_signing_certificate(set, certificate, error);
}

/* The SET OF Attribute as it is signed. */
static DerNode *
build_attributes(const SignedDataSigner *signer, OctetSource *content,
                 const SignedDataOptions *options, GError **error)
{
    g_autoptr(DerNode) set = der_node_new(BER_SET);
    CmsDigest digest = signer->digest;
    DigestValue values[CMS_N_DIGESTS];
    const DigestValue *value = &values[digest];
    if (!content_digest_compute_all(1u << digest, content, values, error))
        return NULL;
    if (value->n_octets == 0) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED, "digest %s is not available",
                    cms_digest_to_string(digest));
        return NULL;
    }
    der_add_oid(add_attribute(set, OID_CONTENT_TYPE), OID_DATA);
    der_add_octets(add_attribute(set, OID_MESSAGE_DIGEST), BER_OCTET_STRING, value->octets,
                   value->n_octets);
    if (!der_add_time(add_attribute(set, OID_SIGNING_TIME), options->signing_time)) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED,
                    "signing time %" G_GINT64_FORMAT " is out of range", options->signing_time);
        return NULL;
    }
    if (!options->pkcs7 && !add_mail_attributes(set, signer->certificate, error))
        return NULL;
    der_node_sort(set);
    return g_steal_pointer(&set);
}

/* RFC 2315 §9.1 has NULL for the parameters of digests, RFC 5754 §2 nothing. */
static void
add_digest_algorithm(DerNode *parent, const SignedDataSigner *signer,
                     const SignedDataOptions *options)
{
    der_add_algorithm(parent, cms_digest_get_info(signer->digest)->oid, options->pkcs7);
}

static gboolean
add_signer(DerNode *signed_data, const SignedDataSigner *signer, OctetSource *content,
           const SignedDataOptions *options, GError **error)
{
    g_autoptr(DerNode) attributes = build_attributes(signer, content, options, error);
    if (attributes == NULL)
        return FALSE;
    g_autoptr(GBytes) octets = der_node_serialize(attributes);
    g_autoptr(GBytes) signature = signer->sign(signer->key, octets, error);
    if (signature == NULL)
        return FALSE;
    gsize n_octets = 0;
    const guint8 *data = g_bytes_get_data(octets, &n_octets);
    /* In the message the SET has the identifier [0] IMPLICIT, not its own (RFC 5652 §5.4). */
    g_autofree guint8 *tagged = g_memdup2(data, n_octets);
    tagged[0] = BER_CONTEXT_CONSTRUCTED(0);

    DerNode *info = der_add(der_add(signed_data, BER_SET), BER_SEQUENCE);
    der_add_small(info, 1);
    signer_id_add_issuer_and_serial(info, BER_SEQUENCE, signer->certificate);
    add_digest_algorithm(info, signer, options);
    der_add_encoded_slice(info, (BerSlice){tagged, n_octets});
    if (options->pkcs7)
        der_add_algorithm(info, OID_RSA_ENCRYPTION, TRUE);
    else
        signer->add_algorithm(info, signer->key);
    der_add_bytes(info, BER_OCTET_STRING, signature);
    return TRUE;
}

static void
add_certificates(DerNode *signed_data, const Certificate *certificate, GPtrArray *chain)
{
    DerNode *set = der_add(signed_data, BER_CONTEXT_CONSTRUCTED(0));
    g_autoptr(GHashTable) seen = g_hash_table_new(g_bytes_hash, g_bytes_equal);
    g_hash_table_add(seen, certificate_get_der(certificate));
    der_add_encoded(set, certificate_get_der(certificate));
    for (guint i = 0; chain != NULL && i < chain->len; i++) {
        GBytes *der = certificate_get_der(g_ptr_array_index(chain, i));
        if (g_hash_table_add(seen, der))
            der_add_encoded(set, der);
    }
    der_node_sort(set);
}

static void
add_content(DerNode *signed_data, OctetSource *content, gboolean detached)
{
    DerNode *info = der_add(signed_data, BER_SEQUENCE);
    der_add_oid(info, OID_DATA);
    if (!detached)
        der_add_source(der_add(info, BER_CONTEXT_CONSTRUCTED(0)), BER_OCTET_STRING, content);
}

OctetSource *
signed_data_make(OctetSource *content, const SignedDataSigner *signer,
                 const SignedDataOptions *options, GError **error)
{
    if (octet_source_get_size(content) > LIMIT_STREAMED_OCTETS) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT,
                    "content of more than %" G_GUINT64_FORMAT " octets", LIMIT_STREAMED_OCTETS);
        return NULL;
    }
    g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
    der_add_oid(root, OID_SIGNED_DATA);
    DerNode *data = der_add(der_add(root, BER_CONTEXT_CONSTRUCTED(0)), BER_SEQUENCE);
    der_add_small(data, 1);
    add_digest_algorithm(der_add(data, BER_SET), signer, options);
    add_content(data, content, options->detached);
    if (!options->without_certificates)
        add_certificates(data, signer->certificate, options->chain);
    return add_signer(data, signer, content, options, error) ? der_node_to_source(root) : NULL;
}

static void
add_scheme_algorithm(DerNode *signer_info, gconstpointer scheme)
{
    signature_scheme_add_algorithm(signer_info, scheme);
}

static GBytes *
sign_by_scheme(gconstpointer scheme, GBytes *octets, GError **error)
{
    return signature_make(scheme, octets, error);
}

OctetSource *
signed_data_sign(OctetSource *content, const KeyPair *signer, const SignedDataOptions *options,
                 CmsDigest *out_digest, GError **error)
{
    SignatureScheme scheme;
    if (!signature_scheme_choose(signer, options->digest, &scheme, error))
        return NULL;
    if (options->pkcs7 && scheme.signature != CMS_SIGNATURE_RSA_PKCS1) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED,
                    "PKCS #7 (RFC 2315) has no signature by key %s, but by RSA alone",
                    certificate_get_key_name(key_pair_get_certificate(signer)));
        return NULL;
    }
    const SignedDataSigner by_scheme = {key_pair_get_certificate(signer), scheme.digest, &scheme,
                                        add_scheme_algorithm, sign_by_scheme};
    OctetSource *result = signed_data_make(content, &by_scheme, options, error);
    if (result != NULL && out_digest != NULL)
        *out_digest = scheme.digest;
    return result;
}
