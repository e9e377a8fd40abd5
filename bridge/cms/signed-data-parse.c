/* SPDX-License-Identifier: MPL-2.0 */

#include "ber-string.h"
#include "cms-error.h"
#include "content-info-private.h"
#include "core-limits.h"
#include "der-writer.h"
#include "signed-data-private.h"

static gboolean
fail_limit(GError **error, const gchar *what, guint limit)
{
    g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT, "more than %u %s", limit, what);
    return FALSE;
}

static void
signer_info_free(SignerInfo *signer)
{
    g_clear_pointer(&signer->signature, g_bytes_unref);
    g_free(signer);
}

void
signed_data_free(SignedData *data)
{
    if (data == NULL)
        return;
    g_clear_pointer(&data->content, octet_source_unref);
    g_clear_pointer(&data->findings->content, octet_source_unref);
    g_free(data->findings);
    g_ptr_array_unref(data->certificates);
    g_ptr_array_unref(data->crls);
    g_ptr_array_unref(data->signers);
    g_bytes_unref(data->ber);
    g_free(data);
}

OctetSource *
signed_data_get_content(const SignedData *data)
{
    return data->content;
}

gboolean
signed_data_is_mail(const SignedData *data)
{
    return oid_find(data->content_type) == OID_DATA;
}

GPtrArray *
signed_data_get_certificates(const SignedData *data)
{
    return data->certificates;
}

GPtrArray *
signed_data_get_crls(const SignedData *data)
{
    return data->crls;
}

guint
signed_data_get_n_signers(const SignedData *data)
{
    return data->signers->len;
}

/* digestAlgorithms only promises what the SignerInfos will use; it is counted and passed over. */
static gboolean
skip_digest_algorithms(BerReader *fields, GError **error)
{
    BerReader set;
    if (!ber_enter(fields, BER_SET, "digestAlgorithms", &set, error))
        return FALSE;
    for (guint i = 0; !ber_at_end(&set); i++) {
        CmsAlgorithm algorithm;
        if (i >= LIMIT_DIGEST_ALGORITHMS)
            return fail_limit(error, "digest algorithms", LIMIT_DIGEST_ALGORITHMS);
        if (!cms_algorithm_read(&set, "digestAlgorithms", &algorithm, error))
            return FALSE;
    }
    return ber_leave(fields, &set, "digestAlgorithms", error);
}

/* RFC 2315 §9.1: the content without an OCTET STRING round it. What is digested is its DER. */
static OctetSource *
read_bare_content(BerReader *wrapped, GError **error)
{
    BerReader inside = {0};
    BerReader before = *wrapped;
    BerSlice element;
    if (!ber_skip(wrapped, "content", &element, error) ||
        !ber_enter(&before, BER_SEQUENCE, "content", &inside, error))
        return NULL;
    if (!ber_slice_has_der_lengths(wrapped->owner, element)) {
        g_set_error_literal(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED,
                            "content that is neither in an OCTET STRING nor in DER");
        return NULL;
    }
    gsize n_header = (gsize)(inside.next - element.octets);
    g_autoptr(GBytes) contents =
        ber_slice_to_bytes(wrapped->owner, (BerSlice){inside.next, element.n_octets - n_header});
    return octet_source_new_bytes(contents);
}

static gboolean
is_bare(const SignedData *data, const BerReader *wrapped)
{
    return data->pkcs7 && oid_find(data->content_type) == OID_ENVELOPED_DATA &&
           ber_peek(wrapped) == BER_SEQUENCE;
}

static gboolean
read_content(SignedData *data, BerReader *fields, GError **error)
{
    BerReader info, wrapped;
    if (!ber_enter(fields, BER_SEQUENCE, "encapContentInfo", &info, error) ||
        !ber_read(&info, BER_OID, "eContentType", &data->content_type, error))
        return FALSE;
    if (!ber_at_end(&info)) {
        if (!ber_enter(&info, BER_CONTEXT_CONSTRUCTED(0), "eContent", &wrapped, error))
            return FALSE;
        data->is_bare = is_bare(data, &wrapped);
        data->content = data->is_bare
                            ? read_bare_content(&wrapped, error)
                            : ber_string_read(&wrapped, BER_OCTET_STRING, "eContent", error);
        if (data->content == NULL || !ber_leave(&info, &wrapped, "eContent", error))
            return FALSE;
    }
    return ber_leave(fields, &info, "encapContentInfo", error);
}

/* A CertificateSet may have other kinds (RFC 5652 §10.2.2) and certificates that don't parse: they
 * take nothing from the rest. */
static gboolean
read_certificates(SignedData *data, BerReader *fields, GError **error)
{
    BerReader set;
    if (ber_peek(fields) != BER_CONTEXT_CONSTRUCTED(0))
        return TRUE;
    if (!ber_enter(fields, BER_CONTEXT_CONSTRUCTED(0), "certificates", &set, error))
        return FALSE;
    gsize n_octets = 0;
    for (guint i = 0; !ber_at_end(&set); i++) {
        BerSlice element;
        gint tag = ber_peek(&set);
        if (i >= LIMIT_CERTIFICATES)
            return fail_limit(error, "certificates", LIMIT_CERTIFICATES);
        if (!ber_skip(&set, "certificates", &element, error))
            return FALSE;
        n_octets += element.n_octets;
        if (n_octets > LIMIT_CERTIFICATES_OCTETS)
            return fail_limit(error, "octets of certificates", LIMIT_CERTIFICATES_OCTETS);
        if (tag != BER_SEQUENCE || element.n_octets > LIMIT_CERTIFICATE_OCTETS)
            continue;
        /* A copy: a certificate outlives the message, and must not keep all of it in memory. */
        g_autoptr(GBytes) der = g_bytes_new(element.octets, element.n_octets);
        Certificate *certificate = certificate_new(der, NULL);
        if (certificate != NULL)
            g_ptr_array_add(data->certificates, certificate);
    }
    return ber_leave(fields, &set, "certificates", error);
}

static gboolean
read_crls(SignedData *data, BerReader *fields, GError **error)
{
    BerReader set;
    if (ber_peek(fields) != BER_CONTEXT_CONSTRUCTED(1))
        return TRUE;
    if (!ber_enter(fields, BER_CONTEXT_CONSTRUCTED(1), "crls", &set, error))
        return FALSE;
    for (guint i = 0; !ber_at_end(&set); i++) {
        BerSlice element;
        gint tag = ber_peek(&set);
        if (i >= LIMIT_CERTIFICATES)
            return fail_limit(error, "revocation lists", LIMIT_CERTIFICATES);
        if (!ber_skip(&set, "crls", &element, error))
            return FALSE;
        if (tag == BER_SEQUENCE)
            g_ptr_array_add(data->crls, ber_slice_to_bytes(data->ber, element));
    }
    return ber_leave(fields, &set, "crls", error);
}

/* The contents of the next element if it has the identifier @tag. */
static gboolean
read_optional_set(BerReader *fields, guint8 tag, const gchar *what, gboolean *out_there,
                  BerSlice *out_contents, GError **error)
{
    BerReader set;
    *out_there = ber_peek(fields) == tag;
    if (!*out_there)
        return TRUE;
    if (!ber_enter(fields, tag, what, &set, error))
        return FALSE;
    out_contents->octets = set.next;
    while (!ber_at_end(&set))
        if (!ber_skip(&set, what, NULL, error))
            return FALSE;
    out_contents->n_octets = (gsize)(set.next - out_contents->octets);
    return ber_leave(fields, &set, what, error);
}

static gboolean
read_signer(SignerInfo *signer, BerReader *set, GError **error)
{
    BerReader fields;
    guint version = 0;
    if (!ber_enter(set, BER_SEQUENCE, "SignerInfo", &fields, error) ||
        !ber_read_small(&fields, "SignerInfo version", &version, error) ||
        !signer_id_read(&fields, "SignerIdentifier", &signer->id, error) ||
        !cms_algorithm_read(&fields, "digestAlgorithm", &signer->digest_algorithm, error) ||
        !read_optional_set(&fields, BER_CONTEXT_CONSTRUCTED(0), "signedAttrs",
                           &signer->has_attributes, &signer->attributes, error))
        return FALSE;
    if (signer->attributes.n_octets > LIMIT_ATTRIBUTE_OCTETS) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT, "signed attributes of more than %u octets",
                    LIMIT_ATTRIBUTE_OCTETS);
        return FALSE;
    }
    if (!cms_algorithm_read(&fields, "signatureAlgorithm", &signer->signature_algorithm, error))
        return FALSE;
    signer->signature = ber_read_octets(&fields, BER_OCTET_STRING, "signature", error);
    return signer->signature != NULL &&
           read_optional_set(&fields, BER_CONTEXT_CONSTRUCTED(1), "unsignedAttrs",
                             &signer->has_unsigned_attributes, &signer->unsigned_attributes,
                             error) &&
           ber_leave(set, &fields, "SignerInfo", error);
}

static gboolean
read_signers(SignedData *data, BerReader *fields, GError **error)
{
    BerReader set;
    if (!ber_enter(fields, BER_SET, "signerInfos", &set, error))
        return FALSE;
    while (!ber_at_end(&set)) {
        if (data->signers->len >= LIMIT_SIGNERS)
            return fail_limit(error, "signers", LIMIT_SIGNERS);
        SignerInfo *signer = g_new0(SignerInfo, 1);
        g_ptr_array_add(data->signers, signer);
        if (!read_signer(signer, &set, error))
            return FALSE;
    }
    return ber_leave(fields, &set, "signerInfos", error);
}

static gboolean
read_signed_data(SignedData *data, BerReader *outer, GError **error)
{
    BerReader fields;
    guint version = 0;
    return ber_enter(outer, BER_SEQUENCE, "SignedData", &fields, error) &&
           ber_read_small(&fields, "SignedData version", &version, error) &&
           skip_digest_algorithms(&fields, error) && read_content(data, &fields, error) &&
           read_certificates(data, &fields, error) && read_crls(data, &fields, error) &&
           read_signers(data, &fields, error) && ber_leave(outer, &fields, "SignedData", error);
}

/* A signature algorithm that has a digest of its own, where a digest is wanted. */
static void
take_digest_of_signature(SignerInfo *signer)
{
    CmsDigest digest = CMS_DIGEST_UNKNOWN;
    cms_signature_find(signer->digest_algorithm.id, &digest);
    if (digest != CMS_DIGEST_UNKNOWN)
        signer->digest_algorithm.id = cms_digest_get_info(digest)->oid;
}

static SignedData *
parse(GBytes *ber, gboolean pkcs7, GError **error)
{
    BerReader all;
    ContentInfoReader info;
    ber_reader_init(&all, ber);
    if (!content_info_enter(&all, &info, error))
        return NULL;
    if (info.type != CMS_CONTENT_SIGNED_DATA) {
        content_info_set_type_error(error, info.type, "signed-data");
        return NULL;
    }
    g_autoptr(SignedData) data = g_new0(SignedData, 1);
    data->ber = g_bytes_ref(ber);
    data->pkcs7 = pkcs7;
    data->findings = g_new0(ContentFindings, 1);
    data->certificates = g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
    data->crls = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    data->signers = g_ptr_array_new_with_free_func((GDestroyNotify)signer_info_free);
    if (!read_signed_data(data, &info.content, error) || !content_info_leave(&all, &info, error))
        return NULL;
    return g_steal_pointer(&data);
}

SignedData *
signed_data_parse(GBytes *ber, GError **error)
{
    return parse(ber, FALSE, error);
}

SignedData *
signed_data_parse_pkcs7(GBytes *ber, GError **error)
{
    SignedData *data = parse(ber, TRUE, error);
    for (guint i = 0; data != NULL && i < data->signers->len; i++)
        take_digest_of_signature(g_ptr_array_index(data->signers, i));
    return data;
}

GBytes *
signed_data_dup_inner(const SignedData *data, GError **error)
{
    if (data->content == NULL) {
        g_set_error_literal(error, CMS_ERROR, CMS_ERROR_MALFORMED, "there is no content");
        return NULL;
    }
    GBytes *content = octet_source_to_bytes(data->content, error);
    if (content == NULL || oid_find(data->content_type) != OID_ENVELOPED_DATA)
        return content;
    g_autoptr(GBytes) owned = content;
    g_autoptr(DerNode) info = der_node_new(BER_SEQUENCE);
    der_add_oid(info, OID_ENVELOPED_DATA);
    DerNode *wrapped = der_add(info, BER_CONTEXT_CONSTRUCTED(0));
    if (data->is_bare)
        der_add_bytes(wrapped, BER_SEQUENCE, content);
    else
        der_add_encoded(wrapped, content);
    return der_node_serialize(info);
}
