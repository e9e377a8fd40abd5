/* SPDX-License-Identifier: MPL-2.0 */

#include "cms-error.h"
#include "core-limits.h"
#include "der-writer.h"
#include "signature-make.h"
#include "signed-data-private.h"
#include "smime-capabilities.h"

/* What goes into a SignerInfo. */
typedef struct {
    Certificate *certificate;
    SignatureScheme scheme;
} Signing;

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

/* The SET OF Attribute as it is signed. */
static DerNode *
build_attributes(const Signing *signing, OctetSource *content, gint64 signing_time, GError **error)
{
    g_autoptr(DerNode) set = der_node_new(BER_SET);
    CmsDigest digest = signing->scheme.digest;
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
    if (!der_add_time(add_attribute(set, OID_SIGNING_TIME), signing_time)) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED,
                    "signing time %" G_GINT64_FORMAT " is out of range", signing_time);
        return NULL;
    }
    der_add_node(add_attribute(set, OID_SMIME_CAPABILITIES), smime_capabilities_new_own());
    add_key_preference(set, signing->certificate);
    if (!add_signing_certificate(set, signing->certificate, error))
        return NULL;
    der_node_sort(set);
    return g_steal_pointer(&set);
}

static gboolean
add_signer(DerNode *signed_data, const Signing *signing, OctetSource *content, gint64 signing_time,
           GError **error)
{
    g_autoptr(DerNode) attributes = build_attributes(signing, content, signing_time, error);
    if (attributes == NULL)
        return FALSE;
    g_autoptr(GBytes) octets = der_node_serialize(attributes);
    g_autoptr(GBytes) signature = signature_make(&signing->scheme, octets, error);
    if (signature == NULL)
        return FALSE;
    gsize n_octets = 0;
    const guint8 *data = g_bytes_get_data(octets, &n_octets);
    /* In the message the SET has the identifier [0] IMPLICIT, not its own (RFC 5652 §5.4). */
    g_autofree guint8 *tagged = g_memdup2(data, n_octets);
    tagged[0] = BER_CONTEXT_CONSTRUCTED(0);

    DerNode *signer = der_add(der_add(signed_data, BER_SET), BER_SEQUENCE);
    der_add_small(signer, 1);
    signer_id_add_issuer_and_serial(signer, BER_SEQUENCE, signing->certificate);
    der_add_algorithm(signer, cms_digest_get_info(signing->scheme.digest)->oid, FALSE);
    der_add_encoded_slice(signer, (BerSlice){tagged, n_octets});
    signature_scheme_add_algorithm(signer, &signing->scheme);
    der_add_bytes(signer, BER_OCTET_STRING, signature);
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
signed_data_sign(OctetSource *content, const KeyPair *signer, const SignedDataOptions *options,
                 CmsDigest *out_digest, GError **error)
{
    Signing signing = {.certificate = key_pair_get_certificate(signer)};
    if (octet_source_get_size(content) > LIMIT_STREAMED_OCTETS) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT,
                    "content of more than %" G_GUINT64_FORMAT " octets", LIMIT_STREAMED_OCTETS);
        return NULL;
    }
    if (!signature_scheme_choose(signer, options->digest, &signing.scheme, error))
        return NULL;
    g_autoptr(DerNode) root = der_node_new(BER_SEQUENCE);
    der_add_oid(root, OID_SIGNED_DATA);
    DerNode *data = der_add(der_add(root, BER_CONTEXT_CONSTRUCTED(0)), BER_SEQUENCE);
    der_add_small(data, 1);
    der_add_algorithm(der_add(data, BER_SET), cms_digest_get_info(signing.scheme.digest)->oid,
                      FALSE);
    add_content(data, content, options->detached);
    if (!options->without_certificates)
        add_certificates(data, signing.certificate, options->chain);
    if (!add_signer(data, &signing, content, options->signing_time, error))
        return NULL;
    if (out_digest != NULL)
        *out_digest = signing.scheme.digest;
    return der_node_to_source(root);
}
