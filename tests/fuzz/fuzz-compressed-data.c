/* SPDX-License-Identifier: MPL-2.0 */

#include "cms-error.h"
#include "compressed-data.h"
#include "fuzz.h"

#define MAX_OCTETS (1024u * 1024)

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) ber = g_bytes_new(octets, n_octets);
    g_autoptr(OctetSource) source = compressed_data_open(ber, MAX_OCTETS, &error);
    g_assert_true((source == NULL) == (error != NULL));
    if (source == NULL)
        return 0;
    g_assert_cmpuint(octet_source_get_size(source), <=, MAX_OCTETS);
    /* What has been counted comes again, in each pass. */
    g_autoptr(GBytes) content = octet_source_to_bytes(source, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(content), ==, octet_source_get_size(source));
    return 0;
}
