/* SPDX-License-Identifier: MPL-2.0 */

#include "certificate.h"

#include <secder.h>

#include "certificate-private.h"
#include "cms-error.h"
#include "core-limits.h"

static GBytes *
bytes_of_item(const SECItem *item)
{
    return g_bytes_new(item->data, item->len);
}

gboolean
certificate_find_extension(const Certificate *certificate, SECOidTag tag, SECItem *out_value)
{
    CERTCertExtension **extensions = certificate->nss->extensions;
    const SECOidData *wanted = SECOID_FindOIDByTag(tag);

    for (gsize i = 0; extensions != NULL && extensions[i] != NULL; i++) {
        if (SECITEM_ItemsAreEqual(&extensions[i]->id, &wanted->oid)) {
            *out_value = extensions[i]->value;
            return TRUE;
        }
    }
    return FALSE;
}

/* RFC 5280 §4.2 allows each extension once; with two, which one counts is up to the reader, and
 * readers differ. */
static gboolean
extensions_are_unique(const CERTCertificate *nss)
{
    g_autoptr(GHashTable) seen =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);

    for (gsize i = 0; nss->extensions != NULL && nss->extensions[i] != NULL; i++) {
        if (!g_hash_table_add(seen, bytes_of_item(&nss->extensions[i]->id)))
            return FALSE;
    }
    return TRUE;
}

static gboolean
fail_too_many(GError **error, const gchar *what, guint limit)
{
    g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT, "certificate has more than %u %s", limit, what);
    return FALSE;
}

static gboolean
name_is_short(const CERTName *name)
{
    guint n_attributes = 0;
    for (gsize i = 0; name->rdns != NULL && name->rdns[i] != NULL; i++, n_attributes++) {
        CERTAVA **avas = name->rdns[i]->avas;
        for (gsize j = 1; avas != NULL && avas[0] != NULL && avas[j] != NULL; j++)
            n_attributes++;
    }
    return n_attributes <= LIMIT_NAME_ATTRIBUTES;
}

/* What NSS has made of it is many times as large as what it was made of. */
static gboolean
parts_are_few(const CERTCertificate *nss, GError **error)
{
    gsize n_extensions = 0;
    while (nss->extensions != NULL && nss->extensions[n_extensions] != NULL)
        n_extensions++;
    if (n_extensions > LIMIT_EXTENSIONS)
        return fail_too_many(error, "extensions", LIMIT_EXTENSIONS);
    return (name_is_short(&nss->subject) && name_is_short(&nss->issuer)) ||
           fail_too_many(error, "attributes in a name", LIMIT_NAME_ATTRIBUTES);
}

static gboolean
decode(Certificate *certificate, GError **error)
{
    SECItem source = nss_borrow_bytes(certificate->der);

    certificate->arena = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    certificate->nss = PORT_ArenaZNew(certificate->arena, CERTCertificate);
    certificate->nss->arena = certificate->arena;
    PORT_SetError(0);
    if (SEC_QuickDERDecodeItem(certificate->arena, certificate->nss,
                               SEC_ASN1_GET(SEC_SignedCertificateTemplate), &source) != SECSuccess)
        return cms_set_nss_error(error, CMS_ERROR_CERTIFICATE, "not a certificate");
    certificate->nss->derCert = source;
    if (!parts_are_few(certificate->nss, error))
        return FALSE;
    if (!extensions_are_unique(certificate->nss)) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_CERTIFICATE, "certificate has an extension twice");
        return FALSE;
    }
    return TRUE;
}

/* Rounded down also before 1970. */
static gint64
seconds_of(PRTime time)
{
    gint64 seconds = time / G_USEC_PER_SEC;
    return time % G_USEC_PER_SEC < 0 ? seconds - 1 : seconds;
}

static gboolean
read_validity(Certificate *certificate, GError **error)
{
    PRTime not_before;
    PRTime not_after;

    if (DER_DecodeTimeChoice(&not_before, &certificate->nss->validity.notBefore) != SECSuccess ||
        DER_DecodeTimeChoice(&not_after, &certificate->nss->validity.notAfter) != SECSuccess)
        return cms_set_nss_error(error, CMS_ERROR_CERTIFICATE,
                                 "certificate has no readable validity");
    certificate->not_before = seconds_of(not_before);
    certificate->not_after = seconds_of(not_after);
    return TRUE;
}

static void
read_octets(Certificate *certificate)
{
    const CERTCertificate *nss = certificate->nss;
    SECItem value;
    SECItem identifier = {siBuffer, NULL, 0};

    certificate->spki = bytes_of_item(&nss->derPublicKey);
    certificate->subject_der = bytes_of_item(&nss->derSubject);
    certificate->issuer_der = bytes_of_item(&nss->derIssuer);
    certificate->serial = bytes_of_item(&nss->serialNumber);
    if (certificate_find_extension(certificate, SEC_OID_X509_SUBJECT_KEY_ID, &value) &&
        SEC_QuickDERDecodeItem(certificate->arena, &identifier,
                               SEC_ASN1_GET(SEC_OctetStringTemplate), &value) == SECSuccess)
        certificate->key_identifier = bytes_of_item(&identifier);
}

static void
certificate_clear(gpointer data)
{
    Certificate *certificate = data;

    g_clear_pointer(&certificate->spki, g_bytes_unref);
    g_clear_pointer(&certificate->subject_der, g_bytes_unref);
    g_clear_pointer(&certificate->issuer_der, g_bytes_unref);
    g_clear_pointer(&certificate->serial, g_bytes_unref);
    g_clear_pointer(&certificate->key_identifier, g_bytes_unref);
    if (certificate->prepared_issuer != certificate->prepared_subject)
        g_clear_pointer(&certificate->prepared_issuer, distinguished_name_free);
    g_clear_pointer(&certificate->prepared_subject, distinguished_name_free);
    g_clear_pointer(&certificate->subject, g_free);
    g_clear_pointer(&certificate->issuer, g_free);
    g_clear_pointer(&certificate->addresses, g_strfreev);
    g_clear_pointer(&certificate->key_name, g_free);
    g_clear_pointer(&certificate->extended_usages, g_strfreev);
    /* The arena holds the NSS certificate too; CERT_DestroyCertificate() would look into the
     * stores. */
    g_clear_pointer(&certificate->arena, nss_scoped_free_arena);
    g_clear_pointer(&certificate->der, g_bytes_unref);
}

Certificate *
certificate_new(GBytes *der, GError **error)
{
    g_return_val_if_fail(der != NULL, NULL);
    if (g_bytes_get_size(der) > LIMIT_CERTIFICATE_OCTETS) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT,
                    "certificate too large (%" G_GSIZE_FORMAT " octets of at most %u)",
                    g_bytes_get_size(der), LIMIT_CERTIFICATE_OCTETS);
        return NULL;
    }

    g_autoptr(Certificate) certificate = g_atomic_rc_box_new0(Certificate);
    certificate->der = g_bytes_ref(der);
    certificate->path_length = -1;
    if (!decode(certificate, error) || !read_validity(certificate, error) ||
        !certificate_read_usages(certificate, error))
        return NULL;
    read_octets(certificate);
    certificate_read_names(certificate);
    certificate_read_key(certificate);
    return g_steal_pointer(&certificate);
}

Certificate *
certificate_ref(Certificate *certificate)
{
    return g_atomic_rc_box_acquire(certificate);
}

void
certificate_unref(Certificate *certificate)
{
    g_atomic_rc_box_release_full(certificate, certificate_clear);
}

GBytes *
certificate_get_der(const Certificate *certificate)
{
    return certificate->der;
}

GBytes *
certificate_get_spki(const Certificate *certificate)
{
    return certificate->spki;
}

const gchar *
certificate_get_subject(const Certificate *certificate)
{
    return certificate->subject;
}

const gchar *
certificate_get_issuer(const Certificate *certificate)
{
    return certificate->issuer;
}

GBytes *
certificate_get_subject_der(const Certificate *certificate)
{
    return certificate->subject_der;
}

GBytes *
certificate_get_issuer_der(const Certificate *certificate)
{
    return certificate->issuer_der;
}

GBytes *
certificate_get_serial(const Certificate *certificate)
{
    return certificate->serial;
}

GBytes *
certificate_get_key_identifier(const Certificate *certificate)
{
    return certificate->key_identifier;
}

GBytes *
certificate_dup_capabilities(const Certificate *certificate)
{
    SECItem value;
    return certificate_find_extension(certificate, SEC_OID_PKCS9_SMIME_CAPABILITIES, &value)
               ? bytes_of_item(&value)
               : NULL;
}

GBytes *
certificate_dup_extension(const Certificate *certificate, const gchar *oid)
{
    CERTCertExtension **extensions = certificate->nss->extensions;
    for (gsize i = 0; extensions != NULL && extensions[i] != NULL; i++) {
        g_autofree gchar *id = certificate_oid_to_string(&extensions[i]->id);
        if (g_str_equal(id, oid))
            return bytes_of_item(&extensions[i]->value);
    }
    return NULL;
}

gchar *
certificate_dup_serial_hex(const Certificate *certificate)
{
    gsize n_octets;
    const guint8 *octets = g_bytes_get_data(certificate->serial, &n_octets);
    GString *text = g_string_sized_new(2 * n_octets + 1);

    for (gsize i = 0; i < n_octets; i++)
        g_string_append_printf(text, "%02x", octets[i]);
    return g_string_free(text, FALSE);
}

gchar *
certificate_dup_sha256_hex(const Certificate *certificate)
{
    return g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, certificate->der);
}

const gchar *const *
certificate_get_addresses(const Certificate *certificate)
{
    return (const gchar *const *)certificate->addresses;
}

gint64
certificate_get_not_before(const Certificate *certificate)
{
    return certificate->not_before;
}

gint64
certificate_get_not_after(const Certificate *certificate)
{
    return certificate->not_after;
}

CertificateTime
certificate_check_time(const Certificate *certificate, gint64 now)
{
    if (now < certificate->not_before)
        return CERTIFICATE_NOT_YET_VALID;
    return now > certificate->not_after ? CERTIFICATE_EXPIRED : CERTIFICATE_VALID;
}

gboolean
certificate_is_self_issued(const Certificate *certificate)
{
    return g_bytes_equal(certificate->subject_der, certificate->issuer_der);
}

CERTCertificate *
certificate_peek_nss(const Certificate *certificate)
{
    return certificate->nss;
}
