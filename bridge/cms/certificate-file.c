/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "cms-error.h"
#include "content-info.h"
#include "core-limits.h"
#include "pem.h"
#include "signed-data.h"

static gboolean
is_among(const gchar *label, const gchar *const *labels, gsize n_labels)
{
    for (gsize i = 0; i < n_labels; i++)
        if (g_str_equal(label, labels[i]))
            return TRUE;
    return FALSE;
}

/* RFC 8551 §3.8: SignedData that nobody signed. The certificates beside a signature are whose
 * the signer liked; nobody hands them in as a file of certificates by intent. */
static gboolean
add_from_cms(GPtrArray *certificates, GBytes *ber, GError **error)
{
    g_autoptr(SignedData) data = signed_data_parse(ber, error);
    if (data == NULL)
        return FALSE;
    if (signed_data_get_n_signers(data) > 0) {
        g_set_error_literal(error, CMS_ERROR, CMS_ERROR_CERTIFICATE,
                            "the file is a signature, and none of certificates alone");
        return FALSE;
    }
    GPtrArray *carried = signed_data_get_certificates(data);
    for (guint i = 0; i < carried->len; i++)
        g_ptr_array_add(certificates, certificate_ref(g_ptr_array_index(carried, i)));
    return TRUE;
}

static gboolean
add_from_der(GPtrArray *certificates, GBytes *der, GError **error)
{
    Certificate *certificate = certificate_new(der, error);
    if (certificate == NULL)
        return FALSE;
    g_ptr_array_add(certificates, certificate);
    return TRUE;
}

static gboolean
add_from_pem(GPtrArray *certificates, GBytes *octets, GError **error)
{
    static const gchar *const certificate_labels[] = {"CERTIFICATE", "X509 CERTIFICATE"};
    static const gchar *const cms_labels[] = {"PKCS7", "CMS", "PKCS #7 SIGNED DATA"};
    g_autoptr(GPtrArray) blocks = pem_parse(octets, 2 * LIMIT_CERTIFICATES, error);
    for (guint i = 0; blocks != NULL && i < blocks->len; i++) {
        const PemBlock *block = g_ptr_array_index(blocks, i);
        if (g_str_equal(block->label, "TRUSTED CERTIFICATE")) {
            g_set_error(error, CMS_ERROR, CMS_ERROR_CERTIFICATE,
                        "\"TRUSTED CERTIFICATE\" is OpenSSL's own form, not taken here");
            return FALSE;
        }
        if (is_among(block->label, certificate_labels, G_N_ELEMENTS(certificate_labels)) &&
            !add_from_der(certificates, block->octets, error))
            return FALSE;
        if (is_among(block->label, cms_labels, G_N_ELEMENTS(cms_labels)) &&
            !add_from_cms(certificates, block->octets, error))
            return FALSE;
    }
    return blocks != NULL;
}

static gboolean
add_from_file(GPtrArray *certificates, GBytes *octets, GError **error)
{
    if (pem_is_likely(octets))
        return add_from_pem(certificates, octets, error);
    g_autoptr(GBytes) cms = cms_content_info_from_file(octets, NULL);
    if (cms != NULL && cms_content_info_peek(cms) == CMS_CONTENT_SIGNED_DATA)
        return add_from_cms(certificates, cms, error);
    return add_from_der(certificates, octets, error);
}

GPtrArray *
certificates_parse_file(GBytes *octets, GError **error)
{
    g_return_val_if_fail(octets != NULL, NULL);
    g_autoptr(GPtrArray) certificates =
        g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
    g_autoptr(GError) reason = NULL;

    if (g_bytes_get_size(octets) > LIMIT_KEY_FILE_OCTETS) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_CERTIFICATE, "file too large for certificates");
        return NULL;
    }
    if (!add_from_file(certificates, octets, &reason)) {
        g_set_error_literal(error, CMS_ERROR, CMS_ERROR_CERTIFICATE, reason->message);
        return NULL;
    }
    if (certificates->len == 0) {
        g_set_error(error, CMS_ERROR, CMS_ERROR_CERTIFICATE, "no certificate in the file");
        return NULL;
    }
    return g_steal_pointer(&certificates);
}
