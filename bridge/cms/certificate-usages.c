/* SPDX-License-Identifier: MPL-2.0 */

#include <prprf.h>

#include "certificate-private.h"
#include "cms-error.h"
#include "core-limits.h"

static const gchar *const key_usage_names[] = {
    "digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
    "keyCertSign",      "cRLSign",        "encipherOnly",    "decipherOnly",
};

static const struct {
    SECOidTag tag;
    const gchar *name;
} purposes[] = {
    {SEC_OID_EXT_KEY_USAGE_SERVER_AUTH, "serverAuth"},
    {SEC_OID_EXT_KEY_USAGE_CLIENT_AUTH, "clientAuth"},
    {SEC_OID_EXT_KEY_USAGE_CODE_SIGN, "codeSigning"},
    {SEC_OID_EXT_KEY_USAGE_EMAIL_PROTECT, "emailProtection"},
    {SEC_OID_EXT_KEY_USAGE_TIME_STAMP, "timeStamping"},
    {SEC_OID_OCSP_RESPONDER, "OCSPSigning"},
    {SEC_OID_X509_ANY_EXT_KEY_USAGE, "anyExtendedKeyUsage"},
};

gchar *
certificate_oid_to_string(const SECItem *oid)
{
    char *text = CERT_GetOidString(oid);
    if (text == NULL)
        return g_strdup("");
    gchar *copy = g_strdup(g_str_has_prefix(text, "OID.") ? text + 4 : text);
    PR_smprintf_free(text);
    return copy;
}

static gboolean
read_key_usage(Certificate *certificate, GError **error)
{
    SECItem value;
    SECItem bits = {siBuffer, NULL, 0};

    certificate->key_usage = KEY_USAGE_ABSENT;
    if (!certificate_find_extension(certificate, SEC_OID_X509_KEY_USAGE, &value))
        return TRUE;
    if (SEC_QuickDERDecodeItem(certificate->arena, &bits, SEC_ASN1_GET(SEC_BitStringTemplate),
                               &value) != SECSuccess)
        return cms_set_nss_error(error, CMS_ERROR_CERTIFICATE,
                                 "certificate's keyUsage is malformed");
    certificate->key_usage = 0;
    for (guint i = 0; i < bits.len && i < G_N_ELEMENTS(key_usage_names); i++) {
        if (bits.data[i / 8] & (0x80u >> (i % 8)))
            certificate->key_usage |= 1u << i;
    }
    return TRUE;
}

static gchar *
dup_purpose(const SECItem *oid)
{
    SECOidTag tag = SECOID_FindOIDTag(oid);
    for (gsize i = 0; i < G_N_ELEMENTS(purposes); i++) {
        if (tag == purposes[i].tag)
            return g_strdup(purposes[i].name);
    }
    return certificate_oid_to_string(oid);
}

static gboolean
read_extended_key_usage(Certificate *certificate, GError **error)
{
    SECItem value;
    SECItem **oids = NULL;

    if (!certificate_find_extension(certificate, SEC_OID_X509_EXT_KEY_USAGE, &value))
        return TRUE;
    g_autoptr(PLArenaPool) scratch = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    if (SEC_QuickDERDecodeItem(scratch, &oids, SEC_ASN1_GET(SEC_SequenceOfObjectIDTemplate),
                               &value) != SECSuccess)
        return cms_set_nss_error(error, CMS_ERROR_CERTIFICATE,
                                 "certificate's extKeyUsage is malformed");
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    for (gsize i = 0; oids != NULL && oids[i] != NULL; i++) {
        if (i >= LIMIT_PURPOSES) {
            g_set_error(error, CMS_ERROR, CMS_ERROR_LIMIT, "certificate has more than %u purposes",
                        LIMIT_PURPOSES);
            return FALSE;
        }
        g_autofree gchar *name = dup_purpose(oids[i]);
        g_strv_builder_add(names, name);
    }
    certificate->extended_usages = g_strv_builder_end(names);
    return TRUE;
}

static gboolean
read_basic_constraints(Certificate *certificate, GError **error)
{
    SECItem value;
    CERTBasicConstraints constraints = {PR_FALSE, CERT_UNLIMITED_PATH_CONSTRAINT};

    if (!certificate_find_extension(certificate, SEC_OID_X509_BASIC_CONSTRAINTS, &value))
        return TRUE;
    if (CERT_DecodeBasicConstraintValue(&constraints, &value) != SECSuccess)
        return cms_set_nss_error(error, CMS_ERROR_CERTIFICATE,
                                 "certificate's basicConstraints are malformed");
    certificate->is_authority = constraints.isCA != PR_FALSE;
    if (certificate->is_authority && constraints.pathLenConstraint >= 0)
        certificate->path_length = constraints.pathLenConstraint;
    return TRUE;
}

gboolean
certificate_read_usages(Certificate *certificate, GError **error)
{
    return read_key_usage(certificate, error) && read_extended_key_usage(certificate, error) &&
           read_basic_constraints(certificate, error);
}

static gboolean
allows(const Certificate *certificate, guint usages)
{
    return (certificate->key_usage & (KEY_USAGE_ABSENT | usages)) != 0;
}

static gboolean
allows_mail(const Certificate *certificate)
{
    const gchar *const *usages = (const gchar *const *)certificate->extended_usages;
    return usages == NULL || g_strv_contains(usages, "emailProtection") ||
           g_strv_contains(usages, "anyExtendedKeyUsage");
}

gboolean
certificate_may_sign(const Certificate *certificate)
{
    if (certificate->key_type == KEY_TYPE_X25519 || certificate->key_type == KEY_TYPE_DH ||
        certificate->key_type == KEY_TYPE_RSA_OAEP)
        return FALSE;
    return allows_mail(certificate) &&
           allows(certificate, KEY_USAGE_DIGITAL_SIGNATURE | KEY_USAGE_NON_REPUDIATION);
}

static guint
encryption_usages(CertificateKeyType type)
{
    switch (type) {
    case KEY_TYPE_RSA:
    case KEY_TYPE_RSA_OAEP:
        return KEY_USAGE_KEY_ENCIPHERMENT;
    case KEY_TYPE_EC:
    case KEY_TYPE_X25519:
    case KEY_TYPE_DH:
    case KEY_TYPE_UNKNOWN:
        /* RFC 5480 §3 has keyAgreement alone, but the usual recipes for openssl write
         * keyEncipherment whatever the key; its owner means "encrypt to me" all the same. */
        return KEY_USAGE_KEY_ENCIPHERMENT | KEY_USAGE_KEY_AGREEMENT;
    case KEY_TYPE_RSA_PSS:
    case KEY_TYPE_DSA:
    case KEY_TYPE_ED25519:
    default:
        return 0;
    }
}

gboolean
certificate_may_encrypt(const Certificate *certificate)
{
    guint usages = encryption_usages(certificate->key_type);
    return usages != 0 && allows_mail(certificate) && allows(certificate, usages);
}

gboolean
certificate_is_authority(const Certificate *certificate)
{
    return certificate->is_authority;
}

gchar **
certificate_dup_key_usages(const Certificate *certificate)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    for (gsize i = 0; i < G_N_ELEMENTS(key_usage_names); i++) {
        if (certificate->key_usage & (1u << i))
            g_strv_builder_add(names, key_usage_names[i]);
    }
    return g_strv_builder_end(names);
}

gchar **
certificate_dup_extended_key_usages(const Certificate *certificate)
{
    if (certificate->extended_usages == NULL)
        return g_new0(gchar *, 1);
    return g_strdupv(certificate->extended_usages);
}
