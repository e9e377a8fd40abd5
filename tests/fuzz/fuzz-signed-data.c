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
    for (guint i = 0; data != NULL && i < signed_data_get_n_signers(data); i++) {
        use_signer(data, i, NULL);
        use_signer(data, i, detached);
    }
    return 0;
}
