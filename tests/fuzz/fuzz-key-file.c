/* SPDX-License-Identifier: MPL-2.0 */

#include "cms-init.h"
#include "fuzz.h"
#include "key-file-private.h"
#include "nss-scoped.h"

/* The files of the corpus want no more; what asks for millions would only take time. */
#define ROUNDS_MAX 20000

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    static gboolean is_ready = FALSE;
    if (!is_ready)
        is_ready = cms_init(NULL);

    g_autoptr(GBytes) input = g_bytes_new(octets, n_octets);
    g_autoptr(GError) error = NULL;
    g_autoptr(KeyFileParts) parts = key_file_read(input, "test", ROUNDS_MAX, &error);
    g_assert_true((parts == NULL) == (error != NULL));
    g_autoptr(GPtrArray) matches = parts != NULL ? key_file_match(parts, NULL) : NULL;
    return 0;
}
