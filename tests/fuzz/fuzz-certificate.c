/* SPDX-License-Identifier: MPL-2.0 */

#include "certificate.h"
#include "cms-init.h"
#include "fuzz.h"
#include "nss-scoped.h"

static void
use(const Certificate *certificate)
{
    const gchar *const *addresses = certificate_get_addresses(certificate);
    for (gsize i = 0; addresses[i] != NULL; i++)
        g_assert_true(g_utf8_validate(addresses[i], -1, NULL));
    g_assert_true(g_utf8_validate(certificate_get_subject(certificate), -1, NULL));
    g_assert_true(g_utf8_validate(certificate_get_issuer(certificate), -1, NULL));
    g_assert_nonnull(certificate_get_key_name(certificate));

    g_auto(GStrv) usages = certificate_dup_key_usages(certificate);
    g_auto(GStrv) purposes = certificate_dup_extended_key_usages(certificate);
    g_autofree gchar *serial = certificate_dup_serial_hex(certificate);
    g_autoptr(SECKEYPublicKey) key = certificate_extract_public_key(certificate, NULL);

    /* What was read is one certificate from the first octet to the last: it reads again. */
    g_autoptr(Certificate) again = certificate_new(certificate_get_der(certificate), NULL);
    g_assert_nonnull(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    static gboolean is_ready = FALSE;
    if (!is_ready)
        is_ready = cms_init(NULL);

    g_autoptr(GBytes) input = g_bytes_new(octets, n_octets);
    g_autoptr(GPtrArray) certificates = certificates_parse_file(input, NULL);
    for (guint i = 0; certificates != NULL && i < certificates->len; i++)
        use(g_ptr_array_index(certificates, i));
    return 0;
}
