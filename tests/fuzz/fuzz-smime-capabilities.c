/* SPDX-License-Identifier: MPL-2.0 */

#include "cms-error.h"
#include "core-limits.h"
#include "fuzz.h"
#include "smime-capabilities.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    SmimeCapabilities found;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) input = g_bytes_new(octets, n_octets);
    if (!smime_capabilities_parse(input, &found, &error)) {
        g_assert_true(error->domain == CMS_ERROR);
        return 0;
    }
    g_assert_cmpuint(n_octets, <=, LIMIT_CAPABILITIES_OCTETS);
    g_assert_cmpuint(found.n_ciphers, <, G_N_ELEMENTS(found.ciphers));
    for (guint i = 0; i < found.n_ciphers; i++) {
        g_assert_cmpint(found.ciphers[i], !=, CMS_CIPHER_UNKNOWN);
        for (guint j = 0; j < i; j++)
            g_assert_cmpint(found.ciphers[i], !=, found.ciphers[j]);
    }
    return 0;
}
