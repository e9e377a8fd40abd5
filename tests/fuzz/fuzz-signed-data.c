/* SPDX-License-Identifier: MPL-2.0 */

#include "cms-init.h"
#include "content-info.h"
#include "fuzz.h"
#include "signed-data.h"

static void
use_signer(const SignedData *data, guint index, OctetSource *content)
{
    g_autoptr(SignerResult) result = signed_data_verify(data, index, content, NULL);
    /* Nothing is good without a reason, and nothing bad without one. */
    g_assert_cmpint(result->math == SIGNATURE_MATH_GOOD, ==, result->reason == REASON_NONE);
    g_assert_true(result->math != SIGNATURE_MATH_GOOD || result->certificate != NULL);
    g_assert_true(result->math != SIGNATURE_MATH_GOOD || result->algorithm != NULL);
    g_assert_cmpint(result->math, !=, SIGNATURE_MATH_ABSENT);
}

static gboolean
count(const guint8 *octets G_GNUC_UNUSED, gsize n_octets, gpointer user_data,
      GError **error G_GNUC_UNUSED)
{
    *(guint64 *)user_data += n_octets;
    return TRUE;
}

/* What has been looked through can be read, to its end, and has the end that it says. */
static void
use_content(const OctetSource *content)
{
    guint64 n_octets = 0;
    g_assert_true(octet_source_read(content, count, &n_octets, NULL));
    g_assert_cmpuint(n_octets, ==, octet_source_get_size(content));
    g_autoptr(GBytes) whole = octet_source_to_bytes(content, NULL);
    g_autoptr(GBytes) end = octet_source_get_end(content, 32, NULL);
    gsize n_end = g_bytes_get_size(end);
    g_autoptr(GBytes) expected = g_bytes_new_from_bytes(whole, (gsize)n_octets - n_end, n_end);
    g_assert_true(g_bytes_equal(end, expected));
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    static gboolean is_ready = FALSE;
    if (!is_ready)
        is_ready = cms_init(NULL);

    g_autoptr(GBytes) input = g_bytes_new(octets, n_octets);
    g_autoptr(OctetSource) detached = octet_source_new_text("Hello.\r\n");
    g_autoptr(GBytes) ber = cms_content_info_from_file(input, NULL);
    g_autoptr(SignedData) data = signed_data_parse(ber != NULL ? ber : input, NULL);
    if (data != NULL && signed_data_get_content(data) != NULL)
        use_content(signed_data_get_content(data));
    for (guint i = 0; data != NULL && i < signed_data_get_n_signers(data); i++) {
        use_signer(data, i, NULL);
        use_signer(data, i, detached);
    }
    return 0;
}
