/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "cms-error.h"
#include "cms-init.h"
#include "enveloped-data.h"
#include "fuzz-enveloped-data-keys.h"
#include "fuzz.h"

static void
add_keys(GPtrArray *pairs, const char *text)
{
    g_autoptr(GBytes) octets = g_bytes_new_static(text, strlen(text));
    g_autoptr(KeyFile) file = key_file_parse(octets, NULL, NULL);
    g_assert_nonnull(file);
    g_ptr_array_add(pairs, key_pair_ref(g_ptr_array_index(file->pairs, 0)));
}

/* What has been found right comes out, whole, and again the same. */
static void
use_plaintext(const OctetSource *plaintext)
{
    g_autoptr(GBytes) once = octet_source_to_bytes(plaintext, NULL);
    g_assert_nonnull(once);
    g_assert_cmpuint(g_bytes_get_size(once), ==, octet_source_get_size(plaintext));
    g_autoptr(OctetSource) kept = octet_source_new_bytes(once);
    g_assert_true(octet_source_equal(plaintext, kept, NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets)
{
    static GPtrArray *pairs = NULL;
    if (pairs == NULL) {
        g_assert_true(cms_init(NULL));
        pairs = g_ptr_array_new();
        add_keys(pairs, fuzz_rsa_key);
        add_keys(pairs, fuzz_ec_key);
    }

    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) ber = g_bytes_new(octets, n_octets);
    EnvelopeFacts facts;
    gchar password[] = "password";
    const EnvelopeKeys keys = {.pairs = pairs, .password = password, .n_rounds_max = 1000};
    g_autoptr(OctetSource) plaintext = enveloped_data_decrypt(ber, &keys, &facts, &error);
    g_assert_true((plaintext == NULL) == (error != NULL));
    g_assert_true(plaintext == NULL || facts.key_management != NULL);
    g_assert_true(plaintext == NULL || facts.recipient != NULL ||
                  g_str_equal(facts.key_management, "password"));
    g_assert_true(plaintext == NULL || octet_source_get_size(plaintext) <= n_octets);
    if (plaintext != NULL)
        use_plaintext(plaintext);
    envelope_facts_clear(&facts);
    return 0;
}
