/* SPDX-License-Identifier: MPL-2.0 */

#include "drs-message-private.h"
#include "legacy-md5.h"
#include "legacy-rc4.h"

static const struct {
    const gchar *name;
    DrsLegacy legacy;
} legacy_rows[] = {
    {"rc4", DRS_LEGACY_RC4},
    {"md5", DRS_LEGACY_MD5},
};

gboolean
drs_legacy_from_string(const gchar *name, DrsLegacy *out_legacy)
{
    for (gsize i = 0; i < G_N_ELEMENTS(legacy_rows); i++) {
        if (g_strcmp0(name, legacy_rows[i].name) != 0)
            continue;
        *out_legacy = legacy_rows[i].legacy;
        return TRUE;
    }
    return FALSE;
}

gboolean
drs_check_time(const Certificate *certificate, gint64 now, GError **error)
{
    CertificateTime time = certificate_check_time(certificate, now);
    if (time == CERTIFICATE_VALID)
        return TRUE;
    g_set_error(error, DRS_ERROR, DRS_ERROR_UNTRUSTED, "the certificate of %s %s",
                certificate_get_subject(certificate),
                time == CERTIFICATE_EXPIRED ? "has expired" : "is not valid yet");
    return FALSE;
}

/* A key that is past its time, or not meant for this, would only show at the other end, which drops
 * the message without a word. */
static gboolean
check_certificate(const Certificate *certificate, const gchar *usage, gint64 now, GError **error)
{
    const gchar *subject = certificate_get_subject(certificate);
    g_auto(GStrv) usages = certificate_dup_key_usages(certificate);
    if (!drs_check_time(certificate, now, error))
        return FALSE;
    if (certificate_get_key_type(certificate) != KEY_TYPE_RSA) {
        g_set_error(error, DRS_ERROR, DRS_ERROR_ALGORITHM, "the key of %s is %s, not RSA", subject,
                    certificate_get_key_name(certificate));
        return FALSE;
    }
    if (usages[0] != NULL && !g_strv_contains((const gchar *const *)usages, usage)) {
        g_set_error(error, DRS_ERROR, DRS_ERROR_NOT_CONTROLLER,
                    "the certificate of %s is not for %s (keyUsage)", subject, usage);
        return FALSE;
    }
    return TRUE;
}

static OctetSource *
encrypt_rc4(OctetSource *data, const DrsProtection *protection, GError **error)
{
    g_autoptr(GBytes) enveloped = legacy_rc4_encrypt(data, protection->recipient, error);
    return enveloped != NULL ? octet_source_new_bytes(enveloped) : NULL;
}

static OctetSource *
encrypt(OctetSource *data, const DrsProtection *protection, GError **error)
{
    const EnvelopeOptions options = {.cipher = CMS_CIPHER_AES_128_CBC};
    if (protection->recipient == NULL) {
        g_set_error_literal(error, DRS_ERROR, DRS_ERROR_NO_ENTRY,
                            "a response is encrypted, and there is no certificate to encrypt to");
        return NULL;
    }
    if (!check_certificate(protection->recipient, "keyEncipherment", protection->now, error))
        return NULL;
    if ((protection->legacy & DRS_LEGACY_RC4) != 0)
        return encrypt_rc4(data, protection, error);
    g_autoptr(GPtrArray) recipients = g_ptr_array_new();
    g_ptr_array_add(recipients, protection->recipient);
    return enveloped_data_encrypt(data, recipients, &options, error);
}

OctetSource *
drs_message_protect(OctetSource *data, const DrsProtection *protection, GError **error)
{
    const SignedDataOptions options = {
        .signing_time = protection->now, .digest = CMS_DIGEST_SHA256, .pkcs7 = TRUE};
    if (!check_certificate(key_pair_get_certificate(protection->signer), "digitalSignature",
                           protection->now, error))
        return NULL;
    g_autoptr(OctetSource) content = protection->type == DRS_RESPONSE
                                         ? encrypt(data, protection, error)
                                         : octet_source_ref(data);
    if (content == NULL)
        return NULL;
    return (protection->legacy & DRS_LEGACY_MD5) != 0
               ? legacy_md5_sign(content, protection->signer, &options, error)
               : signed_data_sign(content, protection->signer, &options, NULL, error);
}
