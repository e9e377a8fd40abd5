/* SPDX-License-Identifier: MPL-2.0 */

#include <string.h>

#include "cms-error.h"
#include "content-digest.h"
#include "pieced.h"
#include "support.h"

/* FIPS 180-4 examples and RFC 1321 §A.5: "abc". */
static const struct {
    CmsDigest digest;
    const gchar *hex;
} vectors[] = {
    {CMS_DIGEST_MD5, "900150983cd24fb0d6963f7d28e17f72"},
    {CMS_DIGEST_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {CMS_DIGEST_SHA224, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
    {CMS_DIGEST_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {CMS_DIGEST_SHA384, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
                        "8086072ba1e7cc2358baeca134c825a7"},
    {CMS_DIGEST_SHA512, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
};

static void
test_vectors(void)
{
    g_autoptr(GBytes) content = g_bytes_new_static("abc", 3);
    for (gsize i = 0; i < G_N_ELEMENTS(vectors); i++) {
        DigestValue value;
        g_autoptr(GString) hex = g_string_new(NULL);
        g_assert_true(content_digest_compute(vectors[i].digest, content, &value, NULL));
        for (gsize j = 0; j < value.n_octets; j++)
            g_string_append_printf(hex, "%02x", value.octets[j]);
        g_assert_cmpstr(hex->str, ==, vectors[i].hex);
        g_assert_cmpuint(value.n_octets, ==, cms_digest_get_info(vectors[i].digest)->n_octets);
    }
}

static void
test_pieces(void)
{
    static const guint8 text[] = "the same content, however it comes";
    g_autoptr(GBytes) whole = g_bytes_new_static(text, sizeof text);
    DigestValue expected, value;
    g_assert_true(content_digest_compute(CMS_DIGEST_SHA384, whole, &expected, NULL));
    for (gsize n = 1; n <= sizeof text; n++) {
        g_autoptr(ContentDigest) context = content_digest_new(CMS_DIGEST_SHA384, NULL);
        for (gsize at = 0; at < sizeof text; at += n)
            g_assert_true(
                content_digest_update(context, text + at, MIN(n, sizeof text - at), NULL));
        g_assert_true(content_digest_update(context, NULL, 0, NULL));
        g_assert_true(content_digest_finish(context, &value, NULL));
        g_assert_true(memcmp(value.octets, expected.octets, expected.n_octets) == 0);
    }
}

static void
test_one_pass(void)
{
    static const guint wanted = 1u << CMS_DIGEST_SHA1 | 1u << CMS_DIGEST_SHA256 |
                                1u << CMS_DIGEST_SHA512 | 1u << CMS_DIGEST_UNKNOWN;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) content = pieced_make_octets(200001);
    g_autoptr(Pieced) pieced = pieced_new(content, 1000);
    g_autoptr(OctetSource) source = pieced_source(pieced);
    DigestValue values[CMS_N_DIGESTS] = {[CMS_DIGEST_MD5] = {.n_octets = 77}};
    g_assert_true(content_digest_compute_all(wanted, source, values, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(pieced->n_passes, ==, 1);
    for (guint i = CMS_DIGEST_UNKNOWN; i < CMS_N_DIGESTS; i++) {
        DigestValue expected = {.n_octets = i == CMS_DIGEST_MD5 ? 77 : 0};
        if (i != CMS_DIGEST_UNKNOWN && (wanted & 1u << i) != 0)
            g_assert_true(content_digest_compute((CmsDigest)i, content, &expected, NULL));
        g_assert_cmpuint(values[i].n_octets, ==, expected.n_octets);
        g_assert_true(memcmp(values[i].octets, expected.octets, sizeof expected.octets) == 0);
    }
    pieced->fails_at = 100000;
    g_assert_false(content_digest_compute_all(wanted, source, values, &error));
    g_assert_error(error, OCTET_ERROR, OCTET_ERROR_FAILED);
}

static void
test_unknown(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(content_digest_new(CMS_DIGEST_UNKNOWN, &error));
    g_assert_error(error, CMS_ERROR, CMS_ERROR_UNSUPPORTED);
}

int
main(int argc, char **argv)
{
    support_init(&argc, &argv);
    g_test_add_func("/content-digest/vectors", test_vectors);
    g_test_add_func("/content-digest/pieces", test_pieces);
    g_test_add_func("/content-digest/one-pass", test_one_pass);
    g_test_add_func("/content-digest/unknown", test_unknown);
    return support_run();
}
